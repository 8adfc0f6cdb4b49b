"""The examples as their README has them, against an instance, and how the crates are put together."""

import re

import pytest
from conftest import HOST, PROGRAMS, ROOT, run, start
from rds_emulator import Emulator
from rds_fixtures import rds, verdicts  # noqa: F401


@pytest.fixture(scope="session")
def instance():
    with Emulator(endpoints=[HOST], users=["app_user"], passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def variables(rds):  # noqa: F811
    return {**rds.credentials(), "PGHOST": rds.host, "PGHOSTADDR": rds.endpoints[0].address, "PGPORT": str(rds.port),
            "PGUSER": "app_user", "PGDATABASE": "postgres", "PGSSLROOTCERT": rds.ca_file}  # fmt: skip


def test_reconnect_logs_in_again_where_its_session_is_gone(home, rds, verdicts, variables):  # noqa: F811
    with start(PROGRAMS / "reconnect", home=home, **variables) as program:
        assert program.stdout.readline() == "connected\n", program.stderr.read()
        rds.expire_tokens()
        rds.kill_backends()
        assert program.communicate("\n")[0] == "done\n" and program.returncode == 0
    assert verdicts()[-1] == "accepted"


def test_reconnect_tells_why_it_was_refused(home, rds, variables):  # noqa: F811
    done = run(PROGRAMS / "reconnect", home=home, **{**variables, "PGUSER": "nobody"})
    assert done.returncode == 1 and done.stderr.startswith("reconnect: ") and "nobody" in done.stderr, done.stderr
    assert "X-Amz-Signature" not in done.stderr


def test_a_given_password_that_is_refused_is_said_to_have_kept_the_token_away(home, rds, variables):  # noqa: F811
    done = run(PROGRAMS / "reconnect", home=home, PGPASSWORD="close sesame", **variables)
    assert done.returncode == 1 and "kept pgiam from making a token" in done.stderr and "PGIAM_FORCE=yes" in done.stderr, done.stderr
    done = run(PROGRAMS / "reconnect", home=home, PGPASSWORD="open sesame", **{**variables, "PGUSER": "plain", "PGDATABASE": "nowhere"})
    assert done.returncode == 1 and "nowhere" in done.stderr and "pgiam from" not in done.stderr, done.stderr


def test_a_connection_that_forgoes_tls_gets_no_token(home, rds, variables):  # noqa: F811
    before = rds.connections()
    done = run(PROGRAMS / "reconnect", home=home, PGSSLMODE="disable", **variables)
    assert done.returncode == 1 and "sslmode" in done.stderr and rds.connections() == before, done.stderr


def test_storm_prints_a_token_for_each_and_its_errors(home, rds, variables):  # noqa: F811
    tokens = run(PROGRAMS / "storm", "50", home=home, **variables).stdout.splitlines()
    assert len(tokens) == 50 and set(tokens) == {tokens[0]} and tokens[0].startswith(f"{rds.host}:{rds.port}/?Action=connect")
    failed = run(PROGRAMS / "storm", "50", home=home, **{**variables, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
                                                         "AWS_SESSION_TOKEN": ""})  # fmt: skip
    assert failed.returncode == 1 and failed.stderr.startswith("storm: no AWS credentials")


def test_the_crates_have_the_projects_version():
    version = re.search(r"project\(pgiam VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    for crate in ("pgiam-sys", "pgiam"):
        manifest = (ROOT / f"bindings/rust/{crate}/Cargo.toml").read_text()
        assert set(re.findall(r'version = "(\d[\d.]*)"', manifest)) - {"1.63"} == {version}, crate
