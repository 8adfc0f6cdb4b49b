"""Many lives of a token: readers of kept files log in all the time, on clocks that run fast."""

import os
import subprocess
import time
from datetime import datetime, timezone

import pytest

RATE = 75  # a token's 15 minutes are 12 seconds, and a reader may take 6 from one file to the login
LIVES = int(os.environ.get("PGIAM_KEEPER_LIVES", "5"))


@pytest.fixture
def fast_start(start, rds):
    """start(), for programs on the server's clock, which runs fast."""
    rds.set_clock(rate=RATE)

    def run(*words):
        now = datetime.fromtimestamp(rds.now(), timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        return start(*words, wrapper=["faketime", "-f", f"@{now} x{RATE}"], NO_FAKE_STAT="1")

    return run


def wait_for(file, process):
    deadline = time.monotonic() + 120
    while not file.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)


def log_in(conninfo, environment):
    command = ["psql", "-XAtwc", "SELECT 1", conninfo]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_readers_of_kept_files_log_in_over_many_lives_of_a_token(fast_start, home, environment, rds):
    """RazorSQL reads a file that holds the password before each connect; psql has nothing but PGPASSFILE. The issue asks for
    ten lives: PGIAM_KEEPER_LIVES=10."""
    password_file, pgpass = home / "pw", home / ".pgpass"
    conninfo = rds.conninfo()
    for file, flag in ((password_file, "--password-file"), (pgpass, "--pgpass")):
        wait_for(file, fast_start("keep", flag, file, conninfo))
    tokens = set()
    path = {"PATH": environment["PATH"]}
    end = rds.now() + LIVES * 900
    while rds.now() < end:
        token = password_file.read_text()
        tokens.add(token)
        log_in(conninfo, path | {"PGPASSWORD": token})
        log_in(conninfo, path | {"PGPASSFILE": str(pgpass)})
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}
    assert len(tokens) > LIVES
