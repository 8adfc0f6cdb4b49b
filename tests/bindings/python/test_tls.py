"""Whom each driver connects to where nobody says anything of TLS: with a bundle that pgiam ca install has left, to a verified server alone."""

import asyncio
import json
import ssl

import pgiam
import pytest
from conftest import HOST, run_python
from driver_fixtures import credentials_of_the_instance, dialled, instance, needs_module, rds, server, verdicts  # noqa: F401
from installed_roots import AMAZONS, install_roots, of_the_instance

BEGIN = "import json, sys, pgiam; where, options = json.loads(sys.argv[1])\n"
RUN = "import asyncio; print(asyncio.run(main()))"
# Of each driver a program that prints who is logged in: by libpq's keywords, or by a tunnel's where it has no hostaddr.
LIBPQ = {
    "psycopg": "import pgiam.psycopg; print(pgiam.psycopg.connect(**where).execute('SELECT session_user').fetchone()[0])",
    "psycopg2": "import pgiam.psycopg2; cursor = pgiam.psycopg2.connect(**where).cursor(); cursor.execute('SELECT session_user'); print(cursor.fetchone()[0])",
    "psycopg_pool": """
import psycopg_pool, pgiam.psycopg
with psycopg_pool.ConnectionPool(kwargs=where, connection_class=pgiam.psycopg.Connection, min_size=1, reconnect_timeout=1) as pool:
    pgiam.psycopg.connect(**where).close()  # whose error is told: a pool logs its own
    print(pool.connection(timeout=60).__enter__().execute('SELECT session_user').fetchone()[0])""",
    "sqlalchemy": """
import sqlalchemy, pgiam.sqlalchemy
engine = sqlalchemy.create_engine("postgresql+psycopg2://", connect_args=where)
print(pgiam.sqlalchemy.install(engine).connect().execute(sqlalchemy.text('SELECT session_user')).scalar())""",
    "django": """
import django
from django.conf import settings
own = {"HOST": where["host"], "PORT": where["port"], "USER": where["user"], "NAME": where["dbname"], "OPTIONS": {"hostaddr": where["hostaddr"]}}
settings.configure(DATABASES={"default": {"ENGINE": "pgiam.django", **own}})
django.setup()
from django.db import connection
cursor = connection.cursor(); cursor.execute('SELECT session_user'); print(cursor.fetchone()[0])""",
}
TUNNEL = {
    "asyncpg": """
import pgiam.asyncpg
async def main():
    return await (await pgiam.asyncpg.connect(**where, database="postgres", **options)).fetchval('SELECT session_user')
""" + RUN,
    "asyncpg, a pool": """
import asyncpg, pgiam.asyncpg
async def main():
    password, ssl = pgiam.asyncpg.password(**where, **options), pgiam.asyncpg.ssl(**where, **options)
    async with asyncpg.create_pool(**where, database="postgres", ssl=ssl, password=password, min_size=1, max_size=1) as pool:
        return await pool.fetchval('SELECT session_user')
""" + RUN,
    "sqlalchemy, asyncpg": """
import sqlalchemy, pgiam.sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
async def main():
    engine = create_async_engine(sqlalchemy.engine.URL.create("postgresql+asyncpg", username=where["user"], host=where["host"], port=where["port"], database="postgres"))
    pgiam.sqlalchemy.install(engine, **options)
    async with engine.connect() as connection:
        return (await connection.execute(sqlalchemy.text('SELECT session_user'))).scalar()
""" + RUN,
}  # fmt: skip


@pytest.mark.parametrize("driver", [*LIBPQ, *TUNNEL])
def test_with_an_installed_bundle_the_server_is_verified(driver, server, dialled, rds, home, verdicts):  # noqa: F811
    for module in driver.replace(", a pool", "").split(", "):
        pytest.importorskip(module)
    silent = {key: value for key, value in server.items() if key not in ("sslmode", "sslrootcert")}
    told = json.dumps([silent, {}] if driver in LIBPQ else dialled)
    program = BEGIN + (LIBPQ | TUNNEL)[driver]
    assert run_python(program, told).stdout == "app_user\n", "before one is installed"
    install_roots(home, AMAZONS)
    refused = run_python(program, told)
    assert refused.returncode != 0 and "certificate verify failed" in refused.stderr.lower(), refused.stderr
    before = len(verdicts())
    install_roots(home, of_the_instance(rds))
    ended = run_python(program, told)
    assert ended.stdout == "app_user\n", ended.stderr
    assert set(verdicts()[before:]) == {"accepted"}


# ---- asyncpg's pool, whose password function sees nothing of TLS


def asyncpgs_ssl(**options):
    import pgiam.asyncpg

    with pgiam.Context(cache="memory") as context:
        return pgiam.asyncpg.ssl(**{"host": HOST, "user": "app", "context": context, **options})


def test_what_asyncpg_is_to_take_as_ssl(home, rds):  # noqa: F811
    assert asyncpgs_ssl() == "require"
    install_roots(home, of_the_instance(rds))
    made = asyncpgs_ssl()
    assert (made.verify_mode, made.check_hostname) == (ssl.CERT_REQUIRED, True)
    over_a_tunnel = asyncpgs_ssl(host="localhost", signing_host=HOST)  # whose name is another
    assert (over_a_tunnel.verify_mode, over_a_tunnel.check_hostname) == (ssl.CERT_REQUIRED, False)
    assert asyncpgs_ssl(tls="require") == "require" and asyncpgs_ssl(tls="off") is None and asyncpgs_ssl(host="localhost") is None


def test_a_ca_that_cannot_be_is_said():
    with pytest.raises(pgiam.Error) as raised:
        asyncpgs_ssl(sslrootcert="/nowhere.pem")
    assert (raised.value.status, raised.value.code) == ("BAD_CONFIG", "ca_file")
