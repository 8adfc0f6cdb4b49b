"""Names that only DNS calls aliases of an endpoint: what makes the whole connection dials the endpoint's own name; where only a
password can be returned there is none, and the rule to write."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pgiam
import pytest
from conftest import ROOT  # noqa: F401  which finds the fixtures
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401
from driver_fixtures import credentials_of_the_instance, needs_module, rds, verdicts  # noqa: F401

pytestmark = in_own_network


def where(rds, host="sandbox.evil.test"):  # noqa: F811
    return {"host": host, "port": rds.port, "user": "app_user"}


def refused(call):
    with pytest.raises(pgiam.Error) as raised:
        call()
    return str(raised.value)


@pytest.mark.parametrize("driver", [
    pytest.param("psycopg", marks=needs_module("psycopg")), pytest.param("psycopg2", marks=needs_module("psycopg2")),
])  # fmt: skip
def test_a_whole_connection_goes_to_the_endpoint_and_not_to_the_stranger(driver, rds, stranger, verdicts):  # noqa: F811
    ours = __import__(f"pgiam.{driver}", fromlist=["connect"])
    with ours.connect(**where(rds), dbname="postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("app_user",)
    assert (verdicts(), stranger.came) == (["accepted"], [])
    strict = refused(lambda: ours.connect(**where(rds), dbname="postgres", sslmode="verify-full", sslrootcert=rds.ca_file))
    assert f"signing_host = {RDS}" in strict


@needs_module("asyncpg")
def test_so_does_asyncpgs_and_its_password_alone_is_refused(rds, stranger, verdicts):  # noqa: F811
    import pgiam.asyncpg

    async def main():
        connection = await pgiam.asyncpg.connect(**where(rds), database="postgres")
        user = await connection.fetchval("SELECT session_user")
        await connection.close()
        return user

    assert asyncio.run(main()) == "app_user"
    assert (verdicts(), stranger.came) == (["accepted"], [])
    assert f"signing_host = {RDS}" in refused(lambda: asyncio.run(pgiam.asyncpg.password(**where(rds))()))


def test_a_bare_token_for_an_alias_is_refused_with_the_rule(rds, dns):  # noqa: F811
    for host in ("db.corp.example", "sandbox.evil.test"):
        said = refused(lambda: pgiam.token(**where(rds, host)))
        assert f"signing_host = {RDS}" in said and host in said
    said = refused(lambda: asyncio.run(pgiam.aio.token(**where(rds, "db.corp.example"))))
    assert f"signing_host = {RDS}" in said
    assert pgiam.token(**where(rds, "db.corp.example"), signing_host=RDS).startswith(RDS)


def test_who_applies_the_hosts_name_gets_it_with_the_token(rds, dns):  # noqa: F811
    answer = pgiam.default_context().answer(**where(rds, "db.corp.example"), can_apply="*")
    assert answer.params["host"] == RDS == answer.host


def test_closing_the_context_ends_a_look_up_that_nobody_answers(dns):  # noqa: F811
    dns.is_silent = True
    with ThreadPoolExecutor(1) as other, pgiam.Context() as context:
        waiting = other.submit(context.token, host="db.corp.example", user="app", timeout_ms=60_000)
        assert dns.heard.wait(20)
        begun = time.monotonic()
        context.close()
        assert time.monotonic() - begun < 1.5  # seconds; servers that do not answer are waited for longer
        with pytest.raises(pgiam.Error) as raised:
            waiting.result(10)
    assert raised.value.status == "CANCELLED"
