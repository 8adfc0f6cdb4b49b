"""Threads, forks, pools, and processes that hold what the shim needs already."""

import os
import stat

import pytest
from conftest import CLIENT


@pytest.fixture
def counted(tmp_path, rds):
    """Credentials from a program that notes each of its runs: (variables, number of runs so far)."""
    key = next(iter(rds.keys.values()))
    runs, program = tmp_path / "runs", tmp_path / "credentials"
    runs.touch()
    token = f', "SessionToken": "{key.session_token}"' if key.session_token else ""
    program.write_text(f"""#!/bin/sh
echo >>{runs}
echo '{{"Version": 1, "AccessKeyId": "{key.id}", "SecretAccessKey": "{key.secret}"{token}, "Expiration": "2099-01-01T00:00:00Z"}}'
""")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = {program}\n")
    variables = {"AWS_CONFIG_FILE": str(config), "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}
    return variables, lambda: len(runs.read_text())


def test_two_hundred_connects_of_eight_threads_fetch_credentials_once(string, python, counted, verdicts):
    variables, runs = counted
    code = """
import threading
def work():
    for _ in range(25):
        connection = pyodbc.connect(given[0])
        assert connection.execute("SELECT session_user").fetchone()[0] == "app_user"
        connection.close()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"""
    assert python(code, string(), PGIAM_REUSE_SECONDS="0", **variables) == "done\n"
    assert verdicts() == ["accepted"] * 200
    assert runs() == 1


def test_children_of_a_process_that_had_threads_connect_beside_it(string, python, verdicts):
    # Not while its threads connect: the driver manager's own locks do not survive that.
    code = """
import os, threading
def connect():
    try: pyodbc.connect(given[0]).execute("SELECT 1")
    except pyodbc.Error as error: print(error)
threads = [threading.Thread(target=connect) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
children = []
for _ in range(8):
    child = os.fork()
    if child == 0:
        connect()
        os._exit(0)
    children.append(child)
    connect()
print([os.waitpid(child, 0)[1] for child in children])
"""
    assert python(code, string()) == f"{[0] * 8}\n"
    assert verdicts() == ["accepted"] * 20


POOLED = """
pyodbc.pooling = True
def connect():
    connection = pyodbc.connect(given[0], autocommit=True)
    try: print(connection.execute("SELECT pg_backend_pid()").fetchone()[0], flush=True)
    except pyodbc.Error as error: print(error.args[0], flush=True)
    connection.close()
for line in sys.stdin: connect()
"""


@pytest.fixture
def pooled(environment, configure, source, string):
    """A program whose driver manager keeps its connections; each call takes one and asks who serves it."""
    import subprocess

    from conftest import SHIM

    configure(drivers={"ODBC": {"Pooling": "Yes"}, "pgiam": {"Driver": SHIM, "CPTimeout": 600}}, orders=source)
    head = "import sys, pyodbc; given = sys.argv[1:]\n"
    started = subprocess.Popen(["/usr/bin/python3", "-c", head + POOLED, string()], env=environment, text=True, bufsize=1,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip

    def connect():
        started.stdin.write("\n")
        return started.stdout.readline().rstrip("\n")

    yield connect
    started.stdin.close()
    assert started.wait(timeout=120) == 0


def test_a_pool_is_kept_past_the_tokens_death_and_refilled_after_a_kill(rds, pooled, verdicts):
    server = pooled()
    rds.set_clock(start=rds.now() + 3600)
    assert pooled() == server
    assert verdicts() == ["accepted"]
    rds.set_clock()
    rds.kill_backends()
    assert pooled() in ("57P01", "08S01", "HY000")  # the driver manager hands out what it kept, once
    assert pooled() not in (server, "28000")
    assert verdicts() == ["accepted"] * 2


def test_a_process_that_links_libpq_and_the_driver_manager_is_served(run, string, verdicts):
    done = run(CLIENT, string(), string(UID="nobody"), string())
    assert done.stdout.startswith("app_user\n[28000]"), done.stdout
    assert done.stdout.endswith("app_user\n")
    assert verdicts() == ["accepted", "accepted"] or verdicts()[0] == "accepted"


def test_the_libpq_hook_and_the_shim_do_not_disturb_each_other(run, string, verdicts):
    done = run(CLIENT, string(), LD_PRELOAD=os.environ["PGIAM_TEST_HOOK"])
    assert (done.stdout, done.stderr) == ("app_user\n", "")
    assert verdicts() == ["accepted"]


# What psqlODBC forgets of each string that it reads.
SUPPRESSIONS = """
{
   psqlODBC
   Memcheck:Leak
   fun:malloc
   ...
   obj:*/psqlodbcw.so
   obj:*/psqlodbcw.so
   fun:SQLDriverConnect
}
"""


def test_it_leaks_nothing_and_touches_nothing_that_is_not_its_own(run, string, source, configure, tmp_path):
    configure(orders=source)
    suppressions = tmp_path / "suppressions"
    suppressions.write_text(SUPPRESSIONS)
    valgrind = ["valgrind", "-q", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
                "--error-exitcode=9", f"--suppressions={suppressions}"]  # fmt: skip
    done = run(CLIENT, string(), "DSN=orders", string(UID="{a;b}"), string(SSLmode="prefer"), wrapper=valgrind)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("app_user\napp_user\n[28000]")
