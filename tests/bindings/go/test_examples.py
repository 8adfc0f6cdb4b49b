"""The examples as their first lines have them, and a library that is missing or another."""

import subprocess

import pytest
from conftest import HOST, KEY, MODULE, go, needs_go
from driver_fixtures import build, clean, instance, needs_pq, rds, verdicts  # noqa: F401

pytestmark = needs_go


@pytest.fixture
def environment(rds, tmp_path):  # noqa: F811
    """The instance at its address, as through a tunnel."""
    return {**clean(), **rds.credentials(), "HOME": str(tmp_path), "PGHOST": rds.endpoints[0].address, "PGPORT": str(rds.port),
            "PGUSER": "app_user", "PGDATABASE": "postgres", "PGSSLROOTCERT": rds.ca_file, "PGIAM_SIGNING_HOST": rds.host}  # fmt: skip


@needs_pq
def test_reconnect_logs_in_again(environment, rds, verdicts, tmp_path):  # noqa: F811
    program = build(MODULE / "examples/reconnect", ".", tmp_path / "reconnect")
    with subprocess.Popen([program], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline() == "connected\n"
        rds.expire_tokens()
        rds.kill_backends()
        assert running.communicate("\n")[0] == "done\n" and running.returncode == 0
    assert verdicts()[-1] == "accepted"
    failed = subprocess.run([program], env={**environment, "PGSSLMODE": "disable"}, text=True, capture_output=True)
    assert failed.returncode == 1 and failed.stderr.startswith("reconnect: ") and "sslmode=disable" in failed.stderr


@pytest.fixture(scope="module")
def storm(tmp_path_factory):
    program = tmp_path_factory.mktemp("go") / "storm"
    go("build", "-o", str(program), "./examples/storm")

    def run(*arguments, **variables):
        return subprocess.run([program, *arguments], env={**clean(), "HOME": "/tmp", **variables}, text=True, capture_output=True)

    return run


WHERE = {"PGHOST": HOST, "PGUSER": "app"}


def test_storm_prints_a_token_for_each_and_its_errors(storm):
    tokens = storm("50", **WHERE, **KEY).stdout.splitlines()
    assert len(tokens) == 50 and all(token.startswith(f"{HOST}:5432/?Action=connect") for token in tokens)  # of one second, or of two
    failed = storm("3", **WHERE)
    assert failed.returncode == 1 and failed.stderr.startswith("storm: no AWS credentials")


def test_a_library_that_is_missing_is_told_with_its_places(storm, tmp_path, no_library):
    named = storm("1", **WHERE, PGIAM_LIBRARY=str(tmp_path / "nowhere.so")).stderr
    assert "nowhere.so (PGIAM_LIBRARY)" in named and "install pgiam" in named
    other = storm("1", **WHERE, PGIAM_LIBRARY="/proc/self/exe").stderr
    assert "was not found" in other or "is not pgiam's library" in other
    system = storm("1", **WHERE, PGIAM_LIBRARY="", LD_LIBRARY_PATH=no_library)
    assert "libpgiam.so.1 (the system's linker)" in system.stderr


@pytest.mark.parametrize("version, takes, word", [(0x10001, 1, "older"), (0x20000, 2, "newer")])
def test_a_library_of_another_abi_is_refused_by_name(storm, tmp_path, version, takes, word):
    source, library = tmp_path / "other.c", tmp_path / "libother.so"
    source.write_text(f"""
        unsigned pgiam_abi_version(void) {{ return {version}u; }}
        void *pgiam_get_api(unsigned major) {{ static int table; return major == {takes} ? &table : 0; }}""")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    said = storm("1", **WHERE, PGIAM_LIBRARY=str(library)).stderr
    assert str(library) in said and word in said and "one version" in said
