"""What is not ours passes through and costs nothing: the plugin is not even loaded."""

import os
import subprocess

import pytest
from conftest import BY_FILE

NO_PLUGIN = {"PGIAM_LIBRARY": "/nonexistent/libpgiam.so.1"}


def uri(rds, user, password):
    return f"postgresql://{user}:{password}@127.0.0.1:{rds.port}/postgres"


@pytest.fixture
def settled(rds, tmp_path):
    """Connections about which nothing is left to decide, with what the environment adds."""
    passwords = tmp_path / "passwords"
    passwords.write_text("*:*:*:plain:open sesame\n")
    passwords.chmod(0o600)
    return {
        "a password": (rds.conninfo("plain", password="open sesame"), {}),
        "a password in the environment": (rds.conninfo("plain"), {"PGPASSWORD": "open sesame"}),
        "a password file": (rds.conninfo("plain"), {"PGPASSFILE": str(passwords)}),
        "a socket": (f"host={tmp_path} user=nobody", {}),
        "an abstract socket": ("host=@nothing user=nobody", {}),
        "a password in a URI": (uri(rds, "plain", "open%20sesame"), {}),
        "a local name": (rds.conninfo("plain", host="localhost", sslmode=None, sslrootcert=None), {}),
        "an address": (rds.conninfo("plain", host="127.0.0.1", hostaddr=None, sslmode=None, sslrootcert=None), {}),
        "switched off": (rds.conninfo(), {"PGIAM_DISABLE": "1"}),
    }


WAYS = ["a password", "a password in the environment", "a password file", "a socket", "an abstract socket",
        "a password in a URI", "a local name", "an address", "switched off"]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", ["connectdb", "connectdbParams", "connectStart", "connectStartParams"])
def test_settled_connections_do_not_load_the_plugin(way, call, settled, client, capfd):
    conninfo, variables = settled[way]
    with_hook, without = client(**NO_PLUGIN, **variables), client(**variables, LD_PRELOAD="")
    assert with_hook.do(call, conninfo) == without.do(call, conninfo)
    assert with_hook.message() == without.message()
    assert "libpgiam.so" not in open(f"/proc/{with_hook.process.pid}/maps").read()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("conninfo", ["host", "nonsense=1", "sslmode=never host=x", "port=1,2 host=x", "postgres://[", "service=none"])
def test_errors_in_the_parameters_are_libpqs_own(conninfo, client):
    with_hook, without = client(**NO_PLUGIN), client(LD_PRELOAD="")
    for call in ("connectdb", "connectdbParams"):
        assert with_hook.do(call, conninfo) == without.do(call, conninfo)
        assert with_hook.message() == without.message()


def test_a_host_that_is_not_ours_is_left_to_libpq(rds, client):
    conninfo = rds.conninfo("plain", host="db.example", sslmode=None, sslrootcert=None)
    with_hook, without = client(), client(LD_PRELOAD="")
    assert with_hook.do("connectdb", conninfo) == without.do("connectdb", conninfo) == "bad"
    assert with_hook.message() == without.message()
    assert "no password supplied" in with_hook.message()


def test_a_ping_is_not_touched(rds, client):
    program = client(AWS_SECRET_ACCESS_KEY="", **NO_PLUGIN)
    assert program.do("ping", rds.conninfo()) == "0"
    assert rds.attempts() == []


def test_without_the_plugin_programs_go_on_and_hear_what_was_tried(rds, psql):
    done = psql(rds.conninfo("plain", host="db.example", sslmode=None, sslrootcert=None), **NO_PLUGIN)
    assert "the pgiam plugin cannot be loaded" in done.stderr
    assert "/nonexistent/libpgiam.so.1: " in done.stderr
    assert "no password supplied" in done.stderr


def test_a_plugin_that_is_too_old_is_none(rds, psql):
    old = {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_OLDER_PLUGIN"], "PGIAM_TEST_PLUGIN": os.environ["PGIAM_TEST_PLUGIN"]}
    done = psql(rds.conninfo(), **old)
    assert "the pgiam plugin is too old: it is " in done.stderr
    assert "of ABI 1.1, and this part of pgiam needs 1.2" in done.stderr
    assert "no password supplied" in done.stderr


@pytest.mark.parametrize("call", ["connectdb", "connectdbParams", "connectStart", "connectStartParams"])
def test_without_the_plugin_the_error_of_a_connection_that_needs_it_says_so(call, rds, client, verdicts):
    program = client(**NO_PLUGIN)
    assert program.do(call, rds.conninfo()) == "bad"
    for again in (None, "reset", "resetStart"):
        assert again is None or program.do(again) == "bad"
        message = program.message()
        assert message.splitlines()[0].endswith("no password supplied")
        assert "\npgiam: the pgiam plugin cannot be loaded:\n" in message and message.count("/nonexistent/libpgiam.so.1: ") == 1
    assert program.do("conninfo", "sslmode") == "verify-full"
    assert verdicts() == []


def test_nothing_stays_open_and_no_thread_runs(rds, client):
    def seen(program):
        files = [os.readlink(f"/proc/{program.process.pid}/fd/{n}") for n in os.listdir(f"/proc/{program.process.pid}/fd")]
        return sorted(files), len(os.listdir(f"/proc/{program.process.pid}/task"))

    program = client()
    program.do("connectdb", rds.conninfo())
    program.do("finish")
    before = seen(program)
    for call in ("connectdb", "connectStart"):
        program.do(call, rds.conninfo())
        program.do("reset")
        program.do("finish")
    assert seen(program) == before
    assert before[1] == 1 and not [file for file in before[0] if "pgiam" in file]


def test_the_token_is_in_no_file_and_not_in_the_environment(rds, client, tmp_path):
    program = client()
    program.do("connectdb", rds.conninfo())
    token = program.do("pass")
    process = f"/proc/{program.process.pid}"
    for part in ("environ", "cmdline"):
        assert token.encode() not in open(f"{process}/{part}", "rb").read()


def test_where_the_kernel_has_no_files_in_memory_one_on_disk_serves_and_goes(rds, client, environment, tmp_path, verdicts):
    def leftovers():
        return [name for folder in ("/dev/shm", "/tmp", tmp_path) for name in os.listdir(folder) if name.startswith("pgiam-libpq-")]

    program = client(LD_PRELOAD=f"{os.environ['PGIAM_TEST_NO_MEMFD']} {environment['LD_PRELOAD']}", TMPDIR=str(tmp_path))
    for call in ("connectdb", "connectStart"):
        assert program.do(call, rds.conninfo()).startswith("ok"), program.message()
        assert leftovers() == []
    assert program.do("reset").startswith("ok"), program.message()
    assert verdicts() == ["accepted"] * 3


@pytest.fixture
def jailed_client(client, timed):
    """A client in whose world there is no place for a file."""
    return client(**timed | {"LD_PRELOAD": f"{os.environ['PGIAM_TEST_NO_MEMFD']} {timed['LD_PRELOAD']}", "NO_FILES": "1"})


@pytest.mark.parametrize("call", ["connectdb", "connectdbParams", "connectStart"])
def test_where_there_is_no_place_for_a_file_a_connection_to_one_host_needs_none(call, rds, jailed_client, clock, verdicts):
    assert jailed_client.do(call, rds.conninfo()).startswith("ok"), jailed_client.message()
    assert "X-Amz" not in jailed_client.do("conninfo", "password")
    for reset in ("reset", "resetStart"):
        clock.put_forward(minutes=17)
        rds.kill_backends()
        assert jailed_client.do("query") == "failed"
        assert jailed_client.do(reset).startswith("ok"), jailed_client.message()
    assert verdicts() == ["accepted"] * 3


def test_a_program_that_may_not_write_files_lives_on(rds, client, verdicts):
    program = client(["prlimit", "--fsize=0"])
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert program.do("reset").startswith("ok"), program.message()
    assert verdicts() == ["accepted"] * 2


def test_where_a_file_is_needed_and_there_is_no_place_for_it_one_to_several_hosts_says_so(rds, jailed_client):
    two = rds.conninfo(host=f"{rds.host},{rds.host}", hostaddr="127.0.0.1,127.0.0.1")
    if not BY_FILE:
        assert jailed_client.do("connectdb", two).startswith("ok"), jailed_client.message()
        return
    assert jailed_client.do("connectdb", two) == "bad"
    assert "no place for a password file in memory or in /tmp: No such file" in jailed_client.message()


def test_the_hook_can_be_linked_instead_of_preloaded(rds, client, verdicts):
    program = client(program=os.environ["PGIAM_TEST_LINKED_CLIENT"], LD_PRELOAD="")
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert program.do("reset").startswith("ok"), program.message()
    assert verdicts() == ["accepted"] * 2


def test_the_functions_can_be_called_by_their_own_names(rds, environment, verdicts):
    code = """
import ctypes, sys
libpq = ctypes.CDLL("libpq.so.5")
hook = ctypes.CDLL(sys.argv[1])
hook.pgiam_PQconnectdb.restype = ctypes.c_void_p
libpq.PQuser.restype = ctypes.c_char_p
connection = ctypes.c_void_p(hook.pgiam_PQconnectdb(sys.argv[2].encode()))
hook.pgiam_PQreset(connection)
print(libpq.PQstatus(connection), libpq.PQuser(connection).decode())
libpq.PQfinish(connection)
"""
    command = ["/usr/bin/python3", "-c", code, os.environ["PGIAM_TEST_HOOK"], rds.conninfo()]
    done = subprocess.run(command, env=environment | {"LD_PRELOAD": ""}, capture_output=True, text=True, timeout=240)
    assert (done.stdout, done.stderr) == ("0 app_user\n", "")
    assert verdicts() == ["accepted"] * 2
