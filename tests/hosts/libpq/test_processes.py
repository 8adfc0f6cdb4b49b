"""Programs that fork, and programs that load libpq late, out of sight, or twice."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

LATE, MODULE = os.environ["PGIAM_TEST_LATE"], os.environ["PGIAM_TEST_LATE_MODULE"]
HOOK, FILTER = os.environ["PGIAM_TEST_HOOK"], os.environ["PGIAM_TEST_FILTER"]

PRE_FORKING = """
import os, sys, psycopg2

def work():
    connection = psycopg2.connect(sys.argv[1])
    cursor = connection.cursor()
    cursor.execute("SELECT session_user")
    assert cursor.fetchone()[0] == "app_user"
    connection.close()

def fork(work):
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)

if sys.argv[2] == "after":
    work()
# Two generations: each child is a server that forks again.
children = [fork(lambda: (work(), os.waitpid(fork(work), 0), work())) for _ in range(6)]
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
work()
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_children_of_a_pre_forking_server_all_connect(when, rds, environment, verdicts):
    command = [sys.executable, "-c", PRE_FORKING, rds.conninfo(), when]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert (done.stdout, done.stderr) == ("[0, 0, 0, 0, 0, 0]\n", "")
    assert verdicts() == ["accepted"] * (6 * 3 + (1 if when == "before" else 2))


def test_children_do_not_send_the_tokens_of_the_parent_when_those_have_died(rds, timed_client, clock, verdicts):
    program = timed_client()
    assert program.do("connectdb", rds.conninfo()).startswith("ok")
    assert program.do("finish") == "finished"
    assert program.do("fork") == "child"
    clock.put_forward(minutes=17)
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert verdicts() == ["accepted"] * 2


@pytest.fixture
def silent_server():
    """Accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.mark.parametrize("password", [None, "open sesame"])
def test_a_thread_that_waits_for_a_server_can_be_cancelled(password, silent_server, rds, client, verdicts):
    program = client()
    nowhere = rds.conninfo(port=silent_server.getsockname()[1], password=password)
    for _ in range(2):
        assert program.do("startThread", nowhere) == "started"
        with silent_server.accept()[0]:
            assert program.do("cancelThread") == "cancelled"
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert verdicts() == ["accepted"]


def test_a_program_may_jump_out_of_a_connect(silent_server, rds, client, verdicts):
    program = client()
    assert program.do("connectdb", rds.conninfo("plain", password="open sesame")).startswith("ok")
    assert program.do("jumpOut", rds.conninfo(port=silent_server.getsockname()[1])) == "out"
    assert program.do("reset").startswith("ok")
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert verdicts() == ["accepted"]


@pytest.fixture
def use_late(rds, environment):
    """use_late(flags, modules, preloaded=…, keywords of the connection): what each module says."""

    def use(flags, *modules, preloaded=HOOK, **keywords):
        done = subprocess.run(
            [LATE, flags, rds.conninfo(**keywords), *modules], env=environment | {"LD_PRELOAD": preloaded},
            capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout.splitlines()

    return use


@pytest.fixture
def other_version(tmp_path):
    """The hook and the filter of an installation beside, which are easily named, too."""
    library, folder = Path(HOOK).parent, tmp_path / "other"
    filter_ = folder / Path(FILTER).relative_to(library)
    shutil.copytree(Path(FILTER).parent, filter_.parent)
    (folder / "libpgiam.so.1").symlink_to(library / "libpgiam.so.1")
    return shutil.copy(HOOK, folder), filter_


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 2], [2, 0, 1], [0, 2, 1, 3], [1, 3, 0, 2]])
def test_of_two_hooks_the_first_does_the_work(order, other_version, rds, client, verdicts, capfd):
    everything = [HOOK, other_version[0], FILTER, other_version[1]]
    program = client(LD_PRELOAD=":".join(str(everything[i]) for i in order), PGIAM_LOG="info")
    for way in ("connectdb", "connectdbParams", "connectStartParams"):
        assert program.do(way, rds.conninfo()).startswith("ok"), program.message()
        assert program.do("reset").startswith("ok"), program.message()
    assert verdicts() == ["accepted"] * 6
    assert program.end() == 0
    assert "no call" not in capfd.readouterr().err


@pytest.mark.parametrize("flags", ["local", "global"])
@pytest.mark.parametrize("preloaded", [HOOK, FILTER])
def test_a_libpq_that_is_loaded_late_is_reached(flags, preloaded, use_late, verdicts):
    (answer,) = use_late(flags, MODULE, preloaded=preloaded)
    assert answer.startswith("ok libpq.so.5")
    assert verdicts() == ["accepted"] * 2


def test_a_module_that_prefers_its_own_libpq_is_reached_by_the_filter(use_late, verdicts):
    (answer,) = use_late("deepbind", MODULE, preloaded=FILTER)
    assert answer.startswith("ok libpq.so.5")
    assert verdicts() == ["accepted"] * 2


@pytest.fixture
def second_module(tmp_path):
    """A module with a libpq of another name, as Python wheels bring one, and which says INVALID."""
    maps = subprocess.run(["ldd", MODULE], capture_output=True, text=True, check=True).stdout
    libpq = next(line.split()[2] for line in maps.splitlines() if "libpq.so.5" in line)
    for name, path in {"libpq.so.6": libpq, "module2.so": MODULE}.items():
        with open(path, "rb") as file:
            content = file.read().replace(b"\0libpq.so.5\0", b"\0libpq.so.6\0")
        (tmp_path / name).write_bytes(content.replace(b"invalid port number", b"INVALID port number"))
    return tmp_path / "module2.so"


def test_a_module_keeps_its_libpq_when_another_becomes_visible_to_all(environment, use_late, second_module, verdicts):
    environment["LD_LIBRARY_PATH"] = f"{second_module.parent}:{environment.get('LD_LIBRARY_PATH', '')}"
    modules = [str(second_module), MODULE, str(second_module)]
    answers = use_late("mixed", *modules, port=77777)
    assert [answer.split()[0] for answer in answers if "port" in answer] == ["INVALID", "invalid", "INVALID"]
    use_late("mixed", *modules)
    assert verdicts() == ["accepted"] * 6


@pytest.mark.parametrize("order", [1, -1])
def test_two_libpqs_in_one_process_are_both_reached(order, rds, environment, use_late, second_module, verdicts):
    environment["LD_LIBRARY_PATH"] = f"{second_module.parent}:{environment.get('LD_LIBRARY_PATH', '')}"
    answers = use_late("local", *[MODULE, str(second_module)][::order])
    assert [answer[: len("ok libpq.so.5")] for answer in answers] == ["ok libpq.so.5", "ok libpq.so.6"][::order]
    assert verdicts() == ["accepted"] * 4
