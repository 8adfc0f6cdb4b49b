"""PgBouncer logs in to the instance with what stands in its userlist, and is told when that is a new token."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from needs import needs
from rds_clients import psql, until

pytestmark = needs("pgbouncer")
NOBODY = 65534

CONFIG = """
[databases]
orders = host={address} port={port} dbname=postgres
[pgbouncer]
listen_port = 6432
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/userlist.txt
server_tls_sslmode = verify-ca
server_tls_ca_file = {folder}/ca.pem
logfile = {folder}/log
pidfile = {folder}/pid
server_lifetime = 0
server_login_retry = 1
query_wait_timeout = 20
ignore_startup_parameters = extra_float_digits
"""


@pytest.fixture
def folder():
    """One that another user gets to: PgBouncer does not run as root."""
    folder = Path(tempfile.mkdtemp(prefix="pgb-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def userlist(folder):
    file = folder / "userlist.txt"
    file.write_text('; of mine\n"other ""one""" "theirs"\n')
    file.chmod(0o600)
    return file


@pytest.fixture
def bouncer(folder, userlist, rds):
    """start() → the connection string of a PgBouncer before the instance."""
    running = []

    def start():
        shutil.copy(rds.ca_file, folder / "ca.pem")
        (folder / "ini").write_text(CONFIG.format(address=rds.endpoints[0].address, port=rds.port, folder=folder))
        as_nobody = []
        if os.geteuid() == 0:
            as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            for path in (folder, userlist):
                os.chown(path, NOBODY, NOBODY)
        command = [*as_nobody, "pgbouncer", "-q", folder / "ini"]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        until((folder / ".s.PGSQL.6432").exists)
        return f"host={folder} port=6432 dbname=orders user=app_user"

    yield start
    for process in running:
        process.terminate()
        process.wait()


def test_it_logs_in_with_the_token_and_is_told_of_the_next_one(pgiam, bouncer, userlist, rds):
    keep = ["keep", "--once", "--userlist", userlist, "--pidfile", userlist.with_name("pid"), rds.conninfo()]
    assert pgiam(*keep).stderr == ""  # before there is a PgBouncer
    orders = bouncer()
    assert psql(orders).stdout == "app_user\n", userlist.with_name("log").read_text()
    rds.expire_tokens()
    assert psql(orders).returncode == 2
    assert pgiam(*keep).stderr == ""
    until(lambda: psql(orders).stdout == "app_user\n", timeout=60)
    assert userlist.read_text().startswith('; of mine\n"other ""one""" "theirs"\n"app_user" "')


def test_no_other_program_gets_a_signal_because_of_an_old_pidfile(pgiam, userlist, rds):
    pidfile = userlist.with_name("pid")
    with subprocess.Popen(["sleep", "600"]) as other:
        for content in (f"{other.pid}\n", "-1\n", "no number"):
            pidfile.write_text(content)
            assert pgiam("keep", "--once", "--userlist", userlist, "--pidfile", pidfile, rds.conninfo()).stderr == ""
        assert other.poll() is None
        other.kill()


def test_a_userlist_that_it_would_not_read_to_the_end_is_refused_and_stays(pgiam, userlist, rds):
    broken = userlist.read_text() + "app_user secret\n"
    userlist.write_text(broken)
    done = pgiam("keep", "--once", "--userlist", userlist, rds.conninfo())
    assert done.returncode == 2 and "line 3" in done.stderr and "secret" not in done.stderr
    assert userlist.read_text() == broken


def test_a_token_that_is_too_long_for_it_is_refused(pgiam, userlist, rds):
    before = userlist.read_text()
    done = pgiam("keep", "--once", "--userlist", userlist, rds.conninfo(), AWS_SESSION_TOKEN="x" * 2000)
    assert done.returncode == 2 and "2048 bytes" in done.stderr and userlist.read_text() == before
