"""Tokens, answers, errors, logs and the library's whereabouts, without a network."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import HOST, KEY, LIBRARY, ROOT, check, mono, needs_mono, results_of, names_in

pytestmark = needs_mono
ROOM = {"PGHOST": HOST, "PGUSER": "app"}


@pytest.fixture(scope="module")
def results(program, tmp_path_factory):
    return results_of(mono(program("TokenTests.cs", "Check.cs"), home=tmp_path_factory.mktemp("home"), **KEY))


@pytest.mark.parametrize("name", [*names_in("TokenTests.cs"), "how it ended"])
def test_with_keys(results, name):
    check(results, name)


@pytest.fixture
def storm(built, tmp_path):
    def run(*arguments, **variables):
        return mono(built / "storm.exe", *arguments, home=tmp_path, **{**ROOM, **variables})

    return run


def test_the_example_prints_a_line_for_each_caller(storm):
    done = storm("20", **KEY)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 20 and done.stdout.startswith(HOST), done.stderr


def test_its_error_tells_what_was_tried(storm):
    done = storm("1")
    assert done.returncode == 1 and done.stdout == "" and "AWS_ACCESS_KEY_ID" in done.stderr


# ---- The library ----


def test_a_library_that_is_named_and_missing_is_told(storm, tmp_path):
    done = storm("1", PGIAM_LIBRARY=str(tmp_path / "nowhere.so"))
    assert "nowhere.so (PGIAM_LIBRARY)" in done.stderr and "install pgiam" in done.stderr


def test_a_missing_library_is_told_with_all_places(storm, no_library):
    done = storm("1", PGIAM_LIBRARY="", LD_LIBRARY_PATH=no_library)
    assert "runtimes/linux-x64/native/libpgiam.so.1" in done.stderr or "native/libpgiam.so.1" in done.stderr
    assert "the system's linker" in done.stderr


def test_the_library_inside_the_package_is_found(built, tmp_path):
    machine = subprocess.check_output(["uname", "-m"], text=True).strip()
    inside = tmp_path / "app/runtimes" / {"x86_64": "linux-x64", "aarch64": "linux-arm64"}[machine] / "native"
    inside.mkdir(parents=True)
    shutil.copy(LIBRARY, inside / "libpgiam.so.1")
    shutil.copytree(Path(LIBRARY).parent / "pgiam", inside / "pgiam", ignore=shutil.ignore_patterns("filter"))
    for file in ("Pgiam.dll", "storm.exe"):
        shutil.copy(built / file, tmp_path / "app")
    done = mono(tmp_path / "app/storm.exe", "1", home=tmp_path, PGIAM_LIBRARY="", **ROOM, **KEY)
    assert done.stdout.startswith(HOST), done.stderr


@pytest.mark.parametrize("version, takes, word", [(0x10001, 1, "older"), (0x20000, 2, "newer")])
def test_a_library_of_another_abi_is_refused_by_name(storm, tmp_path, version, takes, word):
    source, library = tmp_path / "other.c", tmp_path / "libother.so"
    source.write_text(f"""
        unsigned pgiam_abi_version(void) {{ return {version}u; }}
        void *pgiam_get_api(unsigned major) {{ static int table; return major == {takes} ? &table : 0; }}""")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    done = storm("1", PGIAM_LIBRARY=str(library))
    assert str(library) in done.stderr and word in done.stderr and "one version" in done.stderr


def test_package_and_library_have_one_version():
    version = re.search(r"project\(pgiam VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert f"<Version>{version}</Version>" in (ROOT / "bindings/dotnet/Directory.Build.props").read_text()
