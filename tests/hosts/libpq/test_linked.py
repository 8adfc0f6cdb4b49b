"""A whole life of connections in a program that is built as the hook is: where that is with AddressSanitizer, a leak or
a stray pointer ends it with an error."""

import os

import pytest


@pytest.fixture
def program(client):
    return client(program=os.environ["PGIAM_TEST_LINKED_CLIENT"], LD_PRELOAD="", PGIAM_REUSE_SECONDS="0")


def test_connections_that_work(rds, program):
    for call in ("connectdb", "connectdbParams", "connectStart", "connectStartParams"):
        for reset in ("reset", "resetStart"):
            assert program.do(call, rds.conninfo()).startswith("ok"), program.message()
            assert program.do(reset).startswith("ok"), program.message()
            assert program.do("conninfo", "sslmode") == "verify-full"
            program.do("finish")
    assert program.do("threads", "16", rds.conninfo()) == "0 failed"
    assert program.end() == 0


def test_connections_that_fail(rds, program):
    rds.refuse_next(count=2)
    for call in ("connectdb", "connectStart"):
        assert program.do(call, rds.conninfo()) == "bad"
        assert "rds-db:connect" in program.message()
        program.do("finish")
    for conninfo in (rds.conninfo(sslmode="prefer", sslrootcert=None), rds.conninfo(hostaddr="127.0.0.77"), "nonsense=1"):
        assert program.do("connectdb", conninfo) == "bad"
        program.message()
        assert program.do("reset") == "bad"
        program.do("finish")
    assert program.do("connectdb", rds.conninfo()).startswith("ok")
    rds.refuse_next()
    assert program.do("reset") == "bad"
    assert program.end() == 0


def test_an_attempt_that_is_given_up_halfway(rds, program):
    assert program.do("connectdb", rds.conninfo()).startswith("ok")
    assert program.do("giveUp", rds.conninfo()) == "given up"
    assert program.end() == 0
