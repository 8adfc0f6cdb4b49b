"""psycopg 3, psycopg_pool and psycopg 2 against the emulator."""

import asyncio
import os
import pickle
import threading

import pgiam
import pytest
from conftest import SlowProgram, threads, until
from driver_fixtures import credentials_of_the_instance, instance, needs_module, no_connection, rds, server, verdicts  # noqa: F401

psycopg, psycopg2 = needs_module("psycopg"), needs_module("psycopg2")
DRIVERS = [pytest.param("psycopg", marks=psycopg), pytest.param("psycopg2", marks=psycopg2)]


@pytest.fixture(params=DRIVERS)
def driver(request):
    """The driver's module, and ours for it."""
    ours = __import__(f"pgiam.{request.param}", fromlist=["connect"])
    return __import__(request.param), ours


def user_of(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        return cursor.fetchone()


def test_a_connection_logs_in_with_a_token(driver, server, verdicts):
    connection = driver[1].connect(**server)
    assert user_of(connection) == ("app_user", True) and verdicts() == ["accepted"]
    connection.close()


def test_a_connection_string_and_options_of_ours(driver, server, rds, verdicts, monkeypatch):
    for name in rds.credentials():
        monkeypatch.delenv(name)
    conninfo = " ".join(f"{key}={value}" for key, value in server.items())
    key = next(iter(rds.keys.values()))
    with pytest.raises(driver[0].OperationalError) as raised:
        driver[1].connect(conninfo)
    assert isinstance(raised.value, pgiam.Error) and raised.value.status == "NO_CREDENTIALS" and verdicts() == []
    given = lambda: (key.id, key.secret, key.session_token)  # noqa: E731
    with driver[1].connect(conninfo, credentials=given, reuse_seconds=0) as connection:
        assert user_of(connection)[0] == "app_user"
    assert verdicts() == ["accepted"]


def test_a_given_password_that_is_refused_is_said_to_have_kept_the_token_away(driver, server):
    with pytest.raises(driver[0].OperationalError) as raised:
        driver[1].connect(**{**server, "user": "plain", "password": "close sesame"})
    assert isinstance(raised.value, pgiam.Error) and raised.value.code == "password_given"
    with pytest.raises(driver[0].OperationalError) as raised:
        driver[1].connect(**{**server, "user": "plain", "password": "open sesame", "dbname": "nowhere"})
    assert not isinstance(raised.value, pgiam.Error) and "nowhere" in str(raised.value)


def test_variables_and_service_files_are_libpqs(driver, server, rds, home, verdicts, monkeypatch):
    (home / ".pg_service.conf").write_text("[orders]\n" + "\n".join(f"{key}={value}" for key, value in server.items() if key != "user"))
    monkeypatch.setenv("PGUSER", "app_user")
    with driver[1].connect("service=orders") as connection:
        assert user_of(connection)[0] == "app_user"
    for keyword, variable in (("host", "PGHOST"), ("hostaddr", "PGHOSTADDR"), ("port", "PGPORT"), ("dbname", "PGDATABASE")):
        monkeypatch.setenv(variable, str(server[keyword]))
    with driver[1].connect() as connection:
        assert user_of(connection) == ("app_user", True)
    assert verdicts() == ["accepted", "accepted"]


def test_tls_that_nobody_asked_for_is_set(driver, server, verdicts):
    del server["sslmode"], server["sslrootcert"]
    with driver[1].connect(**server) as connection:
        assert user_of(connection) == ("app_user", True)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_who_forgoes_tls_gets_no_token(driver, server, no_connection, mode):
    with pytest.raises(driver[0].OperationalError, match=f"sslmode={mode}") as raised:
        driver[1].connect(**{**server, "sslmode": mode})
    assert raised.value.status == "INSECURE" and "sslmode=verify-full, since a CA is named" in str(raised.value)


def test_a_password_of_the_users_own_wins(driver, server, home):
    with driver[1].connect(**{**server, "user": "plain"}, password="open sesame") as connection:
        assert user_of(connection)[0] == "plain"
    (home / ".pgpass").write_text("*:*:*:plain:open sesame\n")
    (home / ".pgpass").chmod(0o600)
    with driver[1].connect(**{**server, "user": "plain"}) as connection:
        assert user_of(connection)[0] == "plain"


def test_what_is_not_ours_is_the_drivers_alone(driver):
    with pytest.raises(driver[0].OperationalError) as raised:
        driver[1].connect(host="127.0.0.1", port=1, user="app")
    assert not isinstance(raised.value, pgiam.Error)


def test_switched_off_it_is_as_if_absent(driver, server, monkeypatch, rds):
    monkeypatch.setenv("PGIAM_DISABLE", "1")
    with pytest.raises(driver[0].OperationalError) as raised:
        driver[1].connect(**server)
    assert not isinstance(raised.value, pgiam.Error)


def test_a_kept_token_that_is_refused_is_made_anew_once(driver, server, rds, verdicts):
    driver[1].connect(**server).close()
    rds.expire_tokens()
    driver[1].connect(**server).close()
    assert verdicts()[0] == verdicts()[-1] == "accepted" and len(verdicts()) == 3


def test_a_refusal_is_explained_and_pickles(driver, server, rds):
    rds.refuse_next(reason="AccessDenied")
    with pytest.raises(driver[0].OperationalError) as raised:
        driver[1].connect(**server)
    error = raised.value
    assert isinstance(error, pgiam.Error) and error.status == "DENIED"
    assert error.causes and all(cause.code for cause in error.causes)
    assert isinstance(error.__cause__, driver[0].OperationalError) and "X-Amz" not in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, driver[0].OperationalError) and again.facts() == error.facts()


def test_what_has_nothing_to_do_with_the_token_is_told_in_the_drivers_words(driver, server):
    with pytest.raises(driver[0].OperationalError, match="no_such_database"):
        driver[1].connect(**{**server, "dbname": "no_such_database"})


def test_each_host_of_a_list_has_its_own_token(driver, server, rds, verdicts):
    first, second = rds.endpoints[:2]
    hosts = {"host": f"{first.name},{second.name}", "hostaddr": f"{first.address},{second.address}"}
    for port, endpoint in ((f"1,{rds.port}", second), (f"{rds.port},{rds.port}", first)):
        with driver[1].connect(**{**server, **hosts, "port": port, "target_session_attrs": "read-write"}) as connection:
            assert user_of(connection) == ("app_user", True)
        assert rds.attempts()[-1]["endpoint"] == f"{endpoint.name}:{rds.port}"
    assert verdicts() == ["accepted", "accepted"]


def test_what_is_not_ours_in_a_list_has_the_users_own_password(driver, server, rds, home):
    (home / ".pgpass").write_text(f"db.corp.example:{rds.port}:*:plain:open sesame\n")
    (home / ".pgpass").chmod(0o600)
    hosts = {"host": f"{rds.host},db.corp.example", "hostaddr": f"{server['hostaddr']},{server['hostaddr']}"}
    with driver[1].connect(**{**server, **hosts, "port": f"1,{rds.port}", "user": "plain", "sslmode": "require"}) as connection:
        assert user_of(connection)[0] == "plain"


def test_a_list_whose_kept_token_is_refused_is_gone_through_again(driver, server, rds, verdicts):
    first, second = rds.endpoints[:2]
    hosts = {"host": f"{first.name},{second.name}", "hostaddr": f"{first.address},{second.address}"}
    driver[1].connect(**{**server, **hosts}).close()
    rds.expire_tokens()
    driver[1].connect(**{**server, **hosts}).close()
    assert verdicts()[0] == verdicts()[-1] == "accepted" and "refused" in verdicts()  # psycopg 3.2 asks the other host, too


# ---- Pools ----


def until_it_works(work):
    """As an application does that got a connection whose server is gone."""
    import psycopg

    for _ in range(20):
        try:
            return work()
        except psycopg.OperationalError:
            pass
    return work()


@psycopg
@needs_module("psycopg_pool")
def test_a_pool_survives_expiry_and_killed_sessions(server, rds, verdicts):
    import psycopg_pool

    def ask():
        with pool.connection() as connection:
            return user_of(connection)[0]

    with psycopg_pool.ConnectionPool(kwargs=server, connection_class=pgiam_psycopg().Connection, min_size=2, timeout=120) as pool:
        assert ask() == "app_user"
        rds.expire_tokens()
        rds.kill_backends()
        assert until_it_works(ask) == "app_user"


def pgiam_psycopg():
    import pgiam.psycopg

    return pgiam.psycopg


@psycopg
@needs_module("psycopg_pool")
def test_an_async_pool_and_a_thousand_who_wait_for_it(server, rds, home, monkeypatch):
    import psycopg_pool

    key = next(iter(rds.keys.values()))
    for name in rds.credentials():
        monkeypatch.delenv(name)
    asked = []

    async def credentials():
        asked.append(1)
        await asyncio.sleep(0.01)
        return key.id, key.secret, key.session_token

    async def main():
        async with psycopg_pool.AsyncConnectionPool(
            kwargs={**server, "credentials": credentials}, connection_class=pgiam_psycopg().AsyncConnection,
            min_size=8, timeout=120,
        ) as pool:  # fmt: skip
            async def ask():
                async with pool.connection() as connection:
                    return (await (await connection.execute("SELECT session_user")).fetchone())[0]

            before = threads()
            users = await asyncio.gather(*(ask() for _ in range(1000)))
            assert set(users) == {"app_user"} and threads() - before <= 4 and len(asked) == 1
            rds.expire_tokens()
            rds.kill_backends()
            for _ in range(20):
                try:
                    assert await ask() == "app_user"
                    break
                except psycopg_operational_error():
                    pass

    asyncio.run(main())


def psycopg_operational_error():
    import psycopg

    return psycopg.OperationalError


def test_many_threads_at_once_fetch_once(driver, server, rds, home, monkeypatch):
    for name in rds.credentials():
        monkeypatch.delenv(name)
    slow = SlowProgram(home, next(iter(rds.keys.values())))
    users = []

    def log_in():
        with driver[1].connect(**server) as connection:
            users.append(user_of(connection)[0])

    workers = [threading.Thread(target=log_in) for _ in range(12)]
    for worker in workers:
        worker.start()
    until(lambda: slow.runs() == 1)
    slow.open()
    for worker in workers:
        worker.join()
    assert users == ["app_user"] * 12 and slow.runs() == 1


def test_a_forked_child_logs_in(driver, server):
    driver[1].connect(**server).close()
    pid = os.fork()
    if pid == 0:
        try:
            with driver[1].connect(**{**server, "user": "ann"}) as connection:
                os._exit(0 if user_of(connection)[0] == "ann" else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
