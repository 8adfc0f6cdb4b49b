"""asyncpg, SQLAlchemy and Django against the emulator."""

import asyncio
import os
import pickle
import ssl
import subprocess
import sys

import pgiam
import pytest
from conftest import PATH
from driver_fixtures import credentials_of_the_instance, dialled, instance, needs_module, no_connection, rds, server, verdicts  # noqa: F401

asyncpg, sqlalchemy, django = needs_module("asyncpg"), needs_module("sqlalchemy"), needs_module("django")
psycopg2 = needs_module("psycopg2")
SESSION = "SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


# ---- asyncpg ----


@asyncpg
def test_a_pool_of_asyncpg_asks_for_each_connection(dialled, rds, verdicts):
    import asyncpg
    import pgiam.asyncpg

    where, options = dialled

    async def main():
        password = pgiam.asyncpg.password(**where, **options)
        async with asyncpg.create_pool(**where, database="postgres", ssl="require", password=password, min_size=1, max_size=2) as pool:
            assert tuple(await pool.fetchrow(SESSION)) == ("app_user", True)
            rds.kill_backends()
            rds.expire_tokens()
            await asyncio.sleep(0)
            with pytest.raises((asyncpg.PostgresError, OSError)):
                for _ in range(3):
                    await pool.fetchrow(SESSION)
            pgiam.default_context().close()
            pgiam._context._default.clear()
            assert tuple(await pool.fetchrow(SESSION)) == ("app_user", True)

    asyncio.run(main())


@asyncpg
@pytest.mark.parametrize("given", [{}, {"ssl": ssl._create_unverified_context()}], ids=["nothing", "context"])
def test_a_whole_connection_of_asyncpg_has_tls(dialled, verdicts, given):
    import pgiam.asyncpg

    where, options = dialled

    async def main():
        connection = await pgiam.asyncpg.connect(**where, database="postgres", **options, **given)
        row = tuple(await connection.fetchrow(SESSION))
        await connection.close()
        return row

    assert asyncio.run(main()) == ("app_user", True) and verdicts() == ["accepted"]


@asyncpg
@pytest.mark.parametrize("given", [False, "disable", "prefer"])
def test_asyncpg_without_tls_gets_no_token(dialled, no_connection, given):
    import pgiam.asyncpg

    where, options = dialled
    with pytest.raises(pgiam.Error, match="without TLS") as raised:
        asyncio.run(pgiam.asyncpg.connect(**where, database="postgres", ssl=given, **options))
    assert raised.value.status == "INSECURE"


@asyncpg
def test_a_kept_token_that_asyncpg_sees_refused_is_made_anew(dialled, rds, verdicts):
    import pgiam.asyncpg

    where, options = dialled

    async def main():
        await (await pgiam.asyncpg.connect(**where, database="postgres", **options)).close()
        rds.expire_tokens()
        await (await pgiam.asyncpg.connect(**where, database="postgres", **options)).close()

    asyncio.run(main())
    assert verdicts()[0] == verdicts()[-1] == "accepted" and len(verdicts()) == 3


# ---- SQLAlchemy ----


def url_of(server, driver, **changes):
    from sqlalchemy.engine import URL

    known = {**server, **changes}
    query = {key: str(known[key]) for key in ("hostaddr", "sslmode", "sslrootcert") if known.get(key)}
    return URL.create(f"postgresql+{driver}", username=known["user"], host=known["host"], port=known["port"],
                      database=known["dbname"], query=query)  # fmt: skip


def engine_of(create, url, **more):
    import sqlalchemy

    try:
        return create(url, **more)
    except sqlalchemy.exc.NoSuchModuleError:
        pytest.skip("this SQLAlchemy has no psycopg 3: 2.0 has")


@sqlalchemy
@pytest.mark.parametrize("driver", [pytest.param("psycopg2", marks=psycopg2), pytest.param("psycopg", marks=needs_module("psycopg"))])
def test_an_engine_survives_expiry_and_killed_sessions(server, rds, verdicts, driver):
    import pgiam.sqlalchemy
    import sqlalchemy

    engine = engine_of(sqlalchemy.create_engine, url_of(server, driver), pool_pre_ping=True)
    pgiam.sqlalchemy.install(engine, reuse_seconds=60)
    for _ in range(2):
        with engine.connect() as connection:
            assert tuple(connection.execute(sqlalchemy.text(SESSION)).fetchone()) == ("app_user", True)
        rds.expire_tokens()
        rds.kill_backends()
    assert verdicts()[0] == verdicts()[-1] == "accepted"
    engine.dispose()


@sqlalchemy
@psycopg2
def test_what_an_engine_is_refused_is_sqlalchemys_error_with_ours_in_it(server, no_connection):
    import pgiam.sqlalchemy
    import sqlalchemy

    engine = pgiam.sqlalchemy.install(sqlalchemy.create_engine(url_of(server, "psycopg2", sslmode="disable")))
    with pytest.raises(sqlalchemy.exc.OperationalError) as raised:
        engine.connect()
    assert isinstance(raised.value.orig, pgiam.Error) and raised.value.orig.status == "INSECURE"


@sqlalchemy
@psycopg2
def test_an_engine_to_what_is_not_ours_passes(server):
    import pgiam.sqlalchemy
    import sqlalchemy

    engine = sqlalchemy.create_engine(url_of(server, "psycopg2", user="plain").set(password="open sesame"))
    with pgiam.sqlalchemy.install(engine).connect() as connection:
        assert connection.execute(sqlalchemy.text(SESSION)).fetchone()[0] == "plain"
    engine.dispose()


@sqlalchemy
@pytest.mark.parametrize("driver", [pytest.param("asyncpg", marks=asyncpg), pytest.param("psycopg", marks=needs_module("psycopg"))])
def test_an_asynchronous_engine(server, dialled, rds, verdicts, driver):
    import pgiam.sqlalchemy
    import sqlalchemy
    from sqlalchemy.ext.asyncio import create_async_engine

    where, options = dialled
    url = url_of({**where, "dbname": "postgres"}, driver)
    key = next(iter(rds.keys.values()))

    async def credentials():
        await asyncio.sleep(0)
        return key.id, key.secret, key.session_token

    async def main():
        engine = engine_of(create_async_engine, url, pool_pre_ping=True)
        pgiam.sqlalchemy.install(engine, credentials=credentials, **options)
        for _ in range(2):
            async with engine.connect() as connection:
                assert tuple((await connection.execute(sqlalchemy.text(SESSION))).fetchone()) == ("app_user", True)
            rds.expire_tokens()
            rds.kill_backends()
        await engine.dispose()

    asyncio.run(main())
    assert verdicts()[0] == verdicts()[-1] == "accepted"


@sqlalchemy
def test_a_driver_that_is_not_known_is_named():
    import pgiam.sqlalchemy
    import sqlalchemy

    with pytest.raises(pgiam.Error, match="'pysqlite'"):
        pgiam.sqlalchemy.install(sqlalchemy.create_engine("sqlite://"))


# ---- Django ----

DJANGO = """
import django, json, os, sys
from django.conf import settings
server = json.loads(sys.argv[1])
options = {key: server.pop(key) for key in ("hostaddr", "sslmode", "sslrootcert", "pool") if key in server}
settings.configure(DATABASES={"default": {
    "ENGINE": "pgiam.django", "HOST": server["host"], "PORT": server["port"], "USER": server["user"], "NAME": server["dbname"],
    "OPTIONS": {**options, "reuse_seconds": 60}}})
django.setup()
from django.db import close_old_connections, connection
import pgiam
def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return cursor.fetchone()[0]
try:
    print(ask(), connection.vendor, flush=True)
except django.core.exceptions.ImproperlyConfigured as error:
    print("pool" if 'OPTIONS["pool"]' in str(error) else error)
    sys.exit()
except django.db.utils.OperationalError as error:
    print("refused", isinstance(error.__cause__, pgiam.Error) and error.__cause__.status)
    sys.exit()
sys.stdin.readline()
try:
    ask()
except django.db.utils.OperationalError:
    print("gone", flush=True)
connection.close_if_unusable_or_obsolete()
print(ask())
"""


def start_django(server):
    import json

    return subprocess.Popen(
        [sys.executable, "-c", DJANGO, json.dumps(server)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": PATH},
    )  # fmt: skip


@django
@psycopg2
def test_django_logs_in_and_again_when_its_session_is_gone(server, rds, verdicts):
    with start_django(server) as program:
        assert program.stdout.readline() == "app_user postgresql\n"
        rds.expire_tokens()
        rds.kill_backends()
        assert program.communicate("\n")[0].split() == ["gone", "app_user"]
    assert verdicts()[0] == verdicts()[-1] == "accepted"


@django
@psycopg2
def test_django_without_tls_gets_no_token(server, no_connection):
    with start_django({**server, "sslmode": "disable"}) as program:
        assert program.communicate("\n")[0].split() == ["refused", "INSECURE"]


@django
@psycopg2
def test_djangos_own_pool_is_refused_by_name(server):
    with start_django({**server, "pool": True}) as program:
        assert program.communicate("\n")[0].split() == ["pool"]


# ---- All of them ----


@pytest.mark.parametrize("name", [
    pytest.param("psycopg", marks=needs_module("psycopg")), pytest.param("psycopg2", marks=psycopg2),
])  # fmt: skip
def test_errors_that_are_a_drivers_too_go_to_other_processes(name):
    from pgiam._attempt import driver_error

    kind = __import__(name).OperationalError
    error = driver_error(kind, {"status": "DENIED", "message": "no", "sqlstate": "28000"})
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, (kind, pgiam.Error)) and (again.status, again.message) == ("DENIED", "no")
