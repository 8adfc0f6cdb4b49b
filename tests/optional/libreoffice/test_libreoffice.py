"""LibreOffice Base gets a fresh token at each connect, over its own driver and over JDBC."""

import time

import pytest
from com.sun.star.uno import Exception as UnoException
from conftest import REUSE


def test_a_database_connects_and_connects_again_after_its_token_has_died(database, rds):
    assert database.ask("SELECT session_user") == "app_user"
    rds.expire_tokens()
    time.sleep(REUSE + 0.1)
    assert database.ask("SELECT session_user") == "app_user"
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"] * 2
    assert len({attempt["signed_at"] for attempt in rds.attempts()}) == 2


def test_a_database_whose_session_was_killed_connects_again(database, rds):
    with pytest.raises(UnoException):
        database.ask("SELECT pg_terminate_backend(pg_backend_pid())")
    assert database.ask("SELECT session_user") == "app_user"


def test_a_refusal_comes_through(database, rds):
    rds.refuse_next(count=2)
    with pytest.raises(UnoException) as refused:
        database.ask("SELECT session_user")
    assert "PAM authentication failed" in refused.value.Message


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_hook_explains_a_refusal(database, rds):
    rds.refuse_next(count=2)
    with pytest.raises(UnoException) as refused:
        database.ask("SELECT session_user")
    assert "rds-db:connect" in refused.value.Message
