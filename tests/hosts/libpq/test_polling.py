"""A program that polls goes on with what else it does while its token is fetched."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import BY_FILE, HOOK, REPLICA
from rds_clients import until

FILTER = os.environ["PGIAM_TEST_FILTER"]


@pytest.fixture
def waiting(source, rds, client):
    """A program whose connection waits for its token."""
    program = client()
    assert program.do("start", rds.conninfo()) == "started"
    assert program.do("pollToTheWait") == "waiting"
    return program


def test_the_token_may_come_while_the_program_polls(waiting, source, rds, verdicts):
    for _ in range(3):
        assert waiting.do("poll") == "reading"
    assert waiting.message() == ""
    source.open()
    assert waiting.do("pollToTheEnd") == f"ok\t{rds.host}\t{rds.port}", waiting.message()
    assert waiting.do("query") == "app_user"
    assert waiting.do("nonblocking") == "1"
    assert verdicts() == ["accepted"]
    for again in ["connectStart", "connectdb"]:
        assert waiting.do(again, rds.conninfo()).startswith("ok")
    assert waiting.do("resetStart").startswith("ok")
    assert source.runs() == 1


def test_a_program_may_finish_a_connection_that_waits(waiting, source, rds, verdicts):
    assert waiting.do("finish") == "finished"
    waiting.begin("connectStart", rds.conninfo())
    source.open()
    assert waiting.answer().startswith("ok")
    assert verdicts() == ["accepted"]


def links_in(folder):
    for entry in folder.iterdir():
        try:
            yield os.readlink(entry)
        except FileNotFoundError:  # closed since
            pass


def test_a_program_that_gives_up_in_the_middle_leaves_nothing_behind(source, rds, client):
    program = client()
    assert program.do("giveUp", rds.conninfo()) == "given up"
    folder = Path(f"/proc/{program.process.pid}/fd")
    # A fetch that is called off ends on a thread of the library's, which closes what it held.
    until(lambda: not [link for link in links_in(folder) if link.startswith("socket:")])


@pytest.mark.parametrize("reset", ["reset", "resetStart"])
def test_a_reset_of_a_connection_that_waits_begins_anew(reset, waiting, source, rds, verdicts):
    waiting.begin(reset)
    source.open()
    assert waiting.answer() == f"ok\t{rds.host}\t{rds.port}"
    assert verdicts() == ["accepted"]


def test_a_source_that_fails_is_told_and_a_reset_does_better(waiting, source, rds, verdicts):
    source.give({})
    source.open()
    assert waiting.do("pollToTheEnd") == "bad"
    assert "pgiam: " in waiting.message() and "credential_process" in waiting.message()
    assert verdicts() == []
    source.give(source.keys)
    waiting.do("setenv", "AWS_PROFILE", "other")
    assert waiting.do("resetStart") == f"ok\t{rds.host}\t{rds.port}", waiting.message()
    assert verdicts() == ["accepted"]


def test_half_credentials_fail_before_any_packet(source, rds, client):
    source.open()
    before = rds.connections()
    program = client(AWS_ACCESS_KEY_ID="half")
    assert program.do("start", rds.conninfo()) == "bad"
    assert "AWS_SECRET_ACCESS_KEY" in program.message()
    assert rds.connections() == before and source.runs() == 0


def test_a_refused_login_waits_for_new_credentials(source, rds, client, verdicts):
    for name in ["FIRST", "SECOND"]:
        rds.add_key(name, "secret")
    source.give({"AWS_ACCESS_KEY_ID": "FIRST", "AWS_SECRET_ACCESS_KEY": "secret"})
    source.open()
    program = client()
    assert program.do("connectStart", rds.conninfo()).startswith("ok")
    source.close()
    source.give({"AWS_ACCESS_KEY_ID": "SECOND", "AWS_SECRET_ACCESS_KEY": "secret"})
    rds.revoke_key("FIRST")
    assert program.do("start", rds.conninfo()) == "started"
    assert program.do("pollToTheWait") == "waiting"
    source.open()
    assert program.do("pollToTheEnd") == f"ok\t{rds.host}\t{rds.port}", program.message()
    assert program.do("nonblocking") == "1"
    assert [verdict == "accepted" for verdict in verdicts()] == [True, False, True]
    assert source.runs() == 2


@pytest.mark.skipif(BY_FILE, reason="with such a libpq lists are waited for")
def test_each_host_of_a_list_gets_its_own_token(source, rds, client, verdicts):
    program = client()
    conninfo = rds.conninfo(host=f"{rds.host},{REPLICA}", hostaddr="127.0.0.3,127.0.0.2")  # nobody answers at the first
    assert program.do("start", conninfo) == "started"
    assert program.do("pollToTheWait") == "waiting"
    source.open()
    assert program.do("pollToTheEnd") == f"ok\t{REPLICA}\t{rds.port}", program.message()
    assert verdicts() == ["accepted"]


def test_a_server_that_cannot_be_reached_is_told_without_a_token(source, rds, client):
    program = client()
    assert program.do("connectStart", rds.conninfo(hostaddr="127.0.0.3")) == "bad"
    assert "Connection refused" in program.message()


def test_a_child_connects_for_itself(waiting, source, rds):
    assert waiting.do("fork") == "child"
    waiting.begin("connectStart", rds.conninfo())
    source.open()
    assert waiting.answer().startswith("ok")


def test_a_program_that_holds_on_to_the_first_socket_gets_through(source, rds, client, verdicts):
    program = client()
    assert program.do("start", rds.conninfo()) == "started"
    program.begin("pollFirstSocket")
    while source.runs() == 0:
        assert program.process.poll() is None
    source.open()
    assert program.answer() == f"ok\t{rds.host}\t{rds.port}"
    assert verdicts() == ["accepted"]


def test_a_connection_that_is_not_ours_has_its_own_socket(source, rds, client):
    program = client(PGIAM_DISABLE="yes")
    assert program.do("start", rds.conninfo(user="plain", password="open sesame")) == "started"
    assert program.do("pollToTheWait").startswith("ok")
    assert source.runs() == 0


# Each opens the gate from its own loop, so that a connect that holds the loop never ends.
PSYCOPG = """
import asyncio, pathlib, sys
import psycopg

async def main(conninfo, gate):
    connecting = asyncio.create_task(psycopg.AsyncConnection.connect(conninfo))
    while not pathlib.Path(gate).with_name("runs").exists():
        assert not connecting.done(), connecting.result()
        await asyncio.sleep(0.01)
    for _ in range(3):
        await asyncio.sleep(0.01)
    pathlib.Path(gate).touch()
    connection = await connecting
    cursor = await connection.execute("SELECT session_user")
    print((await cursor.fetchone())[0])
    await connection.close()

asyncio.run(main(*sys.argv[1:]))
"""
PSYCOPG2 = """
import pathlib, select, sys
import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ

connection = psycopg2.connect(sys.argv[1], async_=True)
gate = pathlib.Path(sys.argv[2])
while (state := connection.poll()) != POLL_OK:
    if gate.with_name("runs").exists():
        gate.touch()
    sockets = [connection.fileno()]
    select.select(sockets if state == POLL_READ else [], sockets if state != POLL_READ else [], [], 1)
cursor = connection.cursor()
cursor.execute("SELECT session_user")
while connection.poll() != POLL_OK:
    select.select([connection.fileno()], [], [])
print(cursor.fetchone()[0])
"""
RUBY = """
require "pg"
gate = ARGV[1]
Thread.new do
  sleep 0.01 until File.exist?(File.join(File.dirname(gate), "runs"))
  File.write(gate, "")
end
puts PG.connect(ARGV[0]).exec("SELECT session_user").getvalue(0, 0)
"""


@pytest.mark.parametrize("words", [("python3", PSYCOPG), ("python3", PSYCOPG2), ("ruby", RUBY)], ids=["psycopg", "psycopg2", "ruby"])
def test_drivers_that_poll_let_others_run_meanwhile(words, source, rds, environment, tmp_path):
    name, script = words
    interpreter = Path("/usr/bin", name)
    if not interpreter.exists():
        pytest.skip(f"there is no {name}")
    environment["LD_PRELOAD"] = environment["LD_PRELOAD"].replace(HOOK, f"{HOOK}:{FILTER}")
    flag = "-e" if name == "ruby" else "-c"
    command = [interpreter, flag, script, rds.conninfo(), tmp_path / "gate"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    if "No module named" in ended.stderr or "cannot load such file" in ended.stderr:
        pytest.skip("this driver is not installed")
    assert (ended.stdout, ended.stderr) == ("app_user\n", "")
    assert source.runs() == 1
