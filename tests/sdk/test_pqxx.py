"""The example with libpqxx, against the RDS emulator."""

import os
import subprocess

import pytest

PQXX = os.environ.get("PGIAM_TEST_PQXX")
pytestmark = pytest.mark.skipif(not PQXX, reason="libpqxx is not installed")


@pytest.fixture
def start(environment):
    def start(words, **variables):
        return subprocess.Popen([PQXX, " ".join(words)], env=environment | variables, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    return start


def refused(program):
    out, err = program.communicate(timeout=120)
    assert program.returncode == 1 and "X-Amz" not in out + err, out + err
    return err


def test_each_connection_has_a_fresh_token_and_a_refused_one_is_made_anew_once(start, server, rds):
    with start(server()) as program:
        assert program.stdout.readline() == "connected\n", program.stderr.read()
        rds.expire_tokens()
        rds.kill_backends()
        assert program.communicate("\n")[0] == "done\n" and program.returncode == 0
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted", "refused", "accepted"]


def test_tls_is_set_where_nobody_asked_for_it_and_refused_where_it_is_forgone(start, server, rds):
    with start(server(sslmode=None, sslrootcert=None)) as program:
        assert program.communicate("\n")[0] == "connected\ndone\n"
    before = rds.connections()
    assert "sslmode" in refused(start(server(sslmode="disable"))) and rds.connections() == before


def test_a_refusal_is_explained_and_other_passwords_pass(start, server):
    assert "rds_iam" in refused(start(server(user="nobody")))
    assert "AWS_ACCESS_KEY_ID" in refused(start(server(), AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY=""))
    with start([*server(user="plain"), "password='open sesame'"]) as program:
        assert program.communicate("\n")[0] == "connected\ndone\n"
    assert "kept pgiam from making a token" in refused(start([*server(user="plain"), "password=close"]))
    assert 'database "nope" does not exist' in refused(start(server(dbname="nope")))
    assert 'database "nope" does not exist' in refused(start([*server(user="plain", dbname="nope"), "password='open sesame'"]))
