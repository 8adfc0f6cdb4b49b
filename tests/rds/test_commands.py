"""The commands `run` and `ctl`, from outside."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from rds_clients import make_token, psql, until
from rds_emulator import Key

HERE = Path(__file__).resolve().parent
RUN, CTL = str(HERE / "run"), str(HERE / "ctl")

# Logs in with a fresh token every (fake) minute for longer than the first one lives.
LOGINS = """
import os, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from rds_clients import make_token
from rds_emulator import Key
key = Key(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
first, end = None, time.time() + 1000
where = "host={RDS_HOST} hostaddr={RDS_HOSTADDR} port={RDS_PORT} user={RDS_USER} dbname={RDS_DATABASE}"
where += " sslmode=verify-full sslrootcert={RDS_CA}"
def login(token):
    return subprocess.run(["psql", "-X", "-c", "", where.format(**os.environ)], env=os.environ | {"PGPASSWORD": token})
while time.time() < end:
    token = make_token(key, os.environ["RDS_HOST"], int(os.environ["RDS_PORT"]), "app_user", time.time())
    first = first or token
    assert login(token).returncode == 0
    time.sleep(60)
assert login(first).returncode == 2
"""


def run(*arguments, **options):
    return subprocess.run([RUN, *arguments], capture_output=True, text=True, **options)


def start(*arguments):
    """The emulator in the foreground; returns the process and what it printed when ready."""
    process = subprocess.Popen([RUN, *arguments], stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def everything_is_gone(description):
    directory = Path(description["RDS_CA"]).parent
    open_port = subprocess.run(["pg_isready", "-q", "-h", "127.0.0.1", "-p", description["RDS_PORT"]])
    return not directory.exists() and open_port.returncode == 2


def test_run_describes_the_instance_to_the_command_and_ends_as_it_ends():
    done = run("--key", "AKID:se/cr+et:tok:en", "--", "sh", "-c", "env; exit 7")
    assert done.returncode == 7
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert variables["RDS_HOST"] == "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
    assert variables["RDS_REGION"] == "eu-west-1"
    assert variables["AWS_ACCESS_KEY_ID"] == "AKID"
    assert variables["AWS_SECRET_ACCESS_KEY"] == "se/cr+et"
    assert variables["AWS_SESSION_TOKEN"] == "tok:en"
    assert "PYTHONPATH" not in variables


def test_run_keeps_the_callers_aws_settings_from_the_command():
    environment = os.environ | {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "stale"}
    assert "AWS_PROFILE" not in run("--", "env", env=environment).stdout
    done = run("--no-credentials", "--", "env", env=environment)
    assert "AWS_" not in done.stdout and "RDS_PORT=" in done.stdout


def test_run_takes_the_port_that_is_said():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    done = run("--port", port, "--", "printenv", "RDS_PORT")
    assert done.stdout == f"{port}\n", done.stderr


def test_run_passes_options_and_dashes_of_the_command_on():
    assert run("--", "echo", "-n", "--", "--user", "x").stdout == "-- --user x"


def test_run_reports_a_command_that_a_signal_killed_or_that_does_not_exist():
    assert run("--", "sh", "-c", "kill -9 $$").returncode == 137
    missing = run("--", "no-such-command")
    assert (missing.returncode, missing.stderr) == (127, "run: cannot run no-such-command: No such file or directory\n")


@pytest.mark.parametrize("option", [["--key", "AKID"], ["--endpoint", "no-region"], ["--start", "soon"]])
def test_run_refuses_options_that_make_no_sense(option):
    done = run(*option, "--", "true")
    assert done.returncode == 2
    assert f"argument {option[0]}" in done.stderr


def test_names_resolve_for_the_command_if_asked_for():
    name = "db.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
    done = run("--endpoint", f"{name}@127.0.0.3", "--resolve", "--", "getent", "ahosts", name)
    assert done.stdout.startswith("127.0.0.3 ")


def test_the_command_and_the_verifier_can_share_an_accelerated_clock():
    start_time = ["--start", "2031-05-05T10:00:00Z", "--rate", "120", "--faketime"]
    done = run(*start_time, "--", "/usr/bin/python3", "-c", LOGINS, str(HERE))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("PAM authentication failed") == 1


def test_ctl_scripts_a_running_emulator():
    process, description = start("--user", "first")
    try:
        environment = os.environ | description

        def ctl(*arguments):
            return subprocess.run([CTL, *arguments], env=environment, capture_output=True, text=True)

        assert ctl("add_user", "name=it's me").returncode == 0
        assert ctl("add_key", "id=AKIDCTL", "secret=s", 'allow=["*/it?s me"]').returncode == 0
        assert ctl("refuse_next", "count=1", "reason=InternalError").returncode == 0
        where = (
            "host={RDS_HOST} hostaddr={RDS_HOSTADDR} port={RDS_PORT} dbname=postgres"
            " sslmode=verify-full sslrootcert={RDS_CA} user='it\\'s me'"
        ).format(**description)
        now = float(ctl("now").stdout)
        port = int(description["RDS_PORT"])
        token = make_token(Key("AKIDCTL", "s"), description["RDS_HOST"], port, "it's me", now)
        assert [psql(where, token).returncode for _ in range(2)] == [2, 0]
        attempts = json.loads(ctl("attempts").stdout)
        assert [attempt.get("reason") for attempt in attempts] == ["InternalError", None]
        lines = Path(description["RDS_LOG"]).read_text().splitlines()
        assert [json.loads(line) for line in lines] == attempts
        assert ctl("admin_sql", "sql=SELECT 6*7").stdout == "42\n"
        assert "no method fly" in ctl("fly").stderr
        assert "syntax error" in ctl("admin_sql", "sql=SELEC").stderr
        assert ctl("refuse_next", "bogus=1").returncode == 1
    finally:
        process.terminate()
        process.wait()


def test_ctl_says_what_it_needs():
    environment = {name: value for name, value in os.environ.items() if name != "RDS_CONTROL"}
    done = subprocess.run([CTL, "attempts"], env=environment, capture_output=True, text=True)
    assert done.returncode == 2 and "RDS_CONTROL is not set" in done.stderr
    done = subprocess.run([CTL], capture_output=True, text=True)
    assert done.returncode == 2 and "refuse_next" in done.stderr


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_nothing(signal_number):
    process, description = start()
    process.send_signal(signal_number)
    assert process.wait() == 0
    assert everything_is_gone(description)


def test_even_a_kill_leaves_nothing():
    process, description = start()
    process.kill()
    process.wait()
    until(lambda: everything_is_gone(description))


def test_a_signal_ends_the_command_too():
    done = run("--", "sh", "-c", "kill -TERM $PPID; exec sleep 600")
    assert done.returncode == 143


@pytest.mark.skipif(os.getuid() != 0, reason="not root: all other tests show it")
def test_it_runs_as_an_ordinary_user():
    copy = Path(tempfile.mkdtemp())
    ignored = shutil.ignore_patterns(".cache", "__pycache__")
    try:
        shutil.copytree(HERE, copy / "rds", ignore=ignored)
        for path in [copy, *copy.rglob("*")]:
            os.chown(path, 65534, 65534)
        login = 'exec psql -X -c "SELECT 1" "host=$RDS_HOST hostaddr=$RDS_HOSTADDR port=$RDS_PORT user=x"'
        command = [copy / "rds/run", "--", "sh", "-c", f"id -u; {login}"]
        done = subprocess.run(
            command,
            user=65534,
            group=65534,
            extra_groups=[],
            cwd="/",
            # A home that it may look into: where it may not, libpq gives up over a certificate file.
            env={"PATH": os.environ["PATH"], "HOME": str(copy), "PGPASSWORD": "no token"},
            capture_output=True,
            text=True,
        )
        assert done.stdout == "65534\n", done.stderr
        assert 'authentication failed for user "x"' in done.stderr
    finally:
        shutil.rmtree(copy)
