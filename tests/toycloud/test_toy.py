"""A cloud that fetches tokens over HTTP is one folder and one line: psql logs in through the hook, which knows nothing of it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from conftest import HOST
from rds_clients import until


def test_psql_logs_in_with_a_fetched_token(rds, toy, psql):
    done = psql(rds.conninfo("toy_user", HOST))
    assert (done.returncode, done.stdout, done.stderr) == (0, "toy_user\n", "")
    assert len(toy.issued) == 1


# The program does not poll, as psql 17 does: this server looks at the role before it asks for the password, so a token that is
# fetched while the connection waits comes too late for it.
@pytest.mark.parametrize("folder", ["", os.environ["PGIAM_TEST_SYMBOLIC_LIBPQ"]], ids=["libpq", "symbolic"])
def test_a_kept_token_that_the_server_refuses_is_fetched_anew(rds, toy, client, folder):
    program = client(LD_LIBRARY_PATH=folder)
    for tokens, again in [(1, "connectdb"), (3, "connectdb"), (5, "reset")]:
        assert program(again, rds.conninfo("toy_user", HOST)).startswith("ok"), program("message")
        assert len(toy.issued) == tokens
        toy.issue()  # somebody else asks


def test_a_fresh_token_that_the_server_refuses_is_the_end(rds, toy, psql):
    toy.is_honest = False
    done = psql(rds.conninfo("toy_user", HOST))
    assert done.returncode == 2 and "password authentication failed" in done.stderr
    assert "first:\n  - the toys have not invited orders.db.toy.test\n" in done.stderr and "IAM" not in done.stderr
    assert len(toy.issued) == 1


def test_other_hosts_are_left_alone(rds, toy, psql):
    done = psql(rds.conninfo("toy_user", HOST, host="orders.db.other.test", sslmode="require", sslrootcert=None))
    assert done.returncode == 2 and "no password supplied" in done.stderr
    assert toy.issued == []


def test_aws_goes_on_beside_it(rds, toy, psql):
    done = psql(rds.conninfo(endpoint=rds.endpoints[1].name), **rds.credentials())
    assert (done.returncode, done.stdout, done.stderr) == (0, "app_user\n", "")
    assert toy.issued == []


def test_what_it_can_is_listed(pgiam):
    version = json.loads(pgiam("version", "--json").stdout)
    assert {"target:toy.db", "provider:toy.server", "target:aws.rds"} <= set(version["features"])
    options = {option["key"]: option for option in version["options"]}
    assert options["toy_server"]["label"] == "URL of the toy's token server"
    assert options["target"]["type"] == "auto|rds|dsql|toy|off"


def test_explain_speaks_its_words(rds, toy, pgiam):
    done = pgiam("explain", "--json", rds.conninfo("toy_user", HOST))
    told = json.loads(done.stdout)
    assert told["target"] == "toy" and told["reason"] == f"{HOST} is the name of a toy's database"
    assert told["credentials"]["tried"][0]["provider"] == "toy.server"
    assert toy.issued == []


def test_its_own_option_is_missed_by_name(rds, psql):
    done = psql(rds.conninfo("toy_user", HOST), PGIAM_TOY_SERVER="")
    assert done.returncode == 2 and "PGIAM_TOY_SERVER=http://127.0.0.1:PORT/token" in done.stderr


def test_64_callers_at_once_make_one_fetch(toy, environment):
    toy.may_answer.clear()
    command = [os.environ["PGIAM_TEST_TOY_CALLERS"], "64", HOST, "toy_user"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as callers:
        assert callers.stdout.readline() == "asking\n"
        until(lambda: toy.issued and all_wait(callers.pid))
        toy.may_answer.set()
        assert callers.stdout.read() == "64 passwords, 1 different\n"
    assert len(toy.issued) == 1


def all_wait(pid):
    """Whether no thread of the process has anything to do until somebody else does something."""
    states = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        states.append((task / "stat").read_text().rpartition(") ")[2][0])
    return len(states) > 64 and set(states) == {"S"}
