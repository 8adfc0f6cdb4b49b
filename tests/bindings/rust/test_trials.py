"""Threads, tasks, sources and forms, by a program that has a trial for each: src/bin/trial.rs."""

import os
import subprocess

import pytest
from conftest import HOST, KEY, LIBRARY, PROGRAMS, ROOT, run

SLOW = ("threads_share_a_fetch", "tasks_share_a_fetch_and_take_no_threads", "many_slow_profiles", "dropped_futures_leave_nothing",
        "time_is_limited", "an_event_loop_of_ones_own", "attempts_wait_for_tasks")  # fmt: skip
WITHOUT_KEYS = ("errors_tell_what_was_tried",)
LONG = os.environ.get("PGIAM_TEST_LONG")
TRIALS = subprocess.check_output([PROGRAMS / "trial"], text=True).split()


@pytest.fixture
def slow(home):
    """Profiles whose credentials come from a program that tells when it runs, and answers when the gate opens."""
    (home / ".aws").mkdir()
    profiles = ["[default]", *(f"[profile slow{i}]" for i in range(24))]
    # Each profile has its own program, as far as the library can tell.
    lines = [f"{name}\ncredential_process = {ROOT}/tests/bindings/slow_program {home} {i}\nregion = eu-west-1\n" for i, name in enumerate(profiles)]
    (home / ".aws/config").write_text("\n".join(lines))


@pytest.mark.parametrize("name", TRIALS)
def test_it_holds(name, home, request):
    variables = {} if name in WITHOUT_KEYS or name in SLOW else {**KEY}
    if LONG:
        variables["PGIAM_TEST_LONG"] = LONG
    if name in SLOW:
        request.getfixturevalue("slow")
    done = run(PROGRAMS / "trial", name, home=home, **variables)
    assert done.returncode == 0, done.stderr
    print(done.stdout)


# ---- The library's whereabouts ----


def said_without(home, **variables):
    done = run(PROGRAMS / "storm", "1", home=home, PGHOST=HOST, PGUSER="app", **{**KEY, **variables})
    assert done.returncode == 1
    return done.stderr


def test_a_library_that_is_named_and_missing_is_told(home, tmp_path):
    said = said_without(home, PGIAM_LIBRARY=str(tmp_path / "nowhere.so"))
    assert "nowhere.so (PGIAM_LIBRARY)" in said and "install pgiam" in said


def test_a_missing_library_is_told_with_all_places(home, no_library):
    said = said_without(home, PGIAM_LIBRARY="", LD_LIBRARY_PATH=no_library)
    assert f"{PROGRAMS.resolve()}/libpgiam.so.1" in said and "the system's linker" in said


def test_the_library_beside_the_program_is_found(home, tmp_path):
    for source, name in ((PROGRAMS / "storm", "storm"), (LIBRARY, "libpgiam.so.1")):
        subprocess.run(["cp", "-L", source, tmp_path / name], check=True)
    done = run(tmp_path / "storm", "1", home=home, PGHOST=HOST, PGUSER="app", **KEY, PGIAM_LIBRARY="")
    assert done.returncode == 0 and done.stdout.startswith(HOST), done.stderr


@pytest.mark.parametrize("version, takes, word", [(0x10001, 1, "older"), (0x20000, 2, "newer")])
def test_a_library_of_another_abi_is_refused_by_name(home, tmp_path, version, takes, word):
    source, library = tmp_path / "other.c", tmp_path / "libother.so"
    source.write_text(f"""
        unsigned pgiam_abi_version(void) {{ return {version}u; }}
        void *pgiam_get_api(unsigned major) {{ static int table; return major == {takes} ? &table : 0; }}""")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    said = said_without(home, PGIAM_LIBRARY=str(library))
    assert str(library) in said and word in said and "install the crate and the library of one version" in said
