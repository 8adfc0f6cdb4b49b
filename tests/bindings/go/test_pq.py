"""lib/pq's pool, through pgiampq, against the emulator."""

import pytest
from conftest import needs_go
from driver_fixtures import built, install, instance, needs_pq, no_connection, rds, server, start, verdicts  # noqa: F401

pytestmark = [needs_go, needs_pq]


@pytest.fixture
def pool(start, server):
    pool = start("pq")
    assert pool.open(server) is None
    return pool


def test_a_pool_logs_in_with_tokens_and_tls(pool, verdicts):
    assert pool.ask() == {"user": "app_user", "tls": True} and verdicts() == ["accepted"]


def test_a_pool_survives_expiry_and_killed_sessions(pool, rds, verdicts):
    assert pool.ask()["user"] == "app_user"
    rds.expire_tokens()
    rds.kill_backends()
    assert pool.ask(tries=20) == {"user": "app_user", "tls": True}
    assert verdicts()[0] == verdicts()[-1] == "accepted" and "refused" in verdicts()  # the kept token was made anew, once


def test_tls_that_nobody_asked_for_is_set(start, server):
    pool = start("pq")
    del server["sslmode"], server["sslrootcert"]
    pool.open(server)
    assert pool.ask() == {"user": "app_user", "tls": True}


def test_with_an_installed_bundle_the_server_is_verified(start, server, install):
    del server["sslmode"], server["sslrootcert"]
    install("amazons")
    pool = start("pq")
    pool.open(server)
    assert "certificate" in pool.refused()["text"]
    install("instances")
    pool = start("pq")
    pool.open(server)
    assert pool.ask() == {"user": "app_user", "tls": True}


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_who_forgoes_tls_gets_no_token(start, server, no_connection, mode):
    pool = start("pq")
    pool.open({**server, "sslmode": mode})
    error = pool.refused()
    assert error["status"] == "INSECURE" and f"sslmode={mode}" in error["text"]


def test_variables_are_lib_pqs(start, server):
    pool = start("pq", PGUSER="app_user", PGPORT=str(server["port"]), PGSSLROOTCERT=server["sslrootcert"], PGDATABASE="postgres")
    pool.open({"host": server["host"], "hostaddr": server["hostaddr"]})
    assert pool.ask() == {"user": "app_user", "tls": True}
    pool = start("pq", PGSSLMODE="disable")
    pool.open({key: value for key, value in server.items() if not key.startswith("ssl")})
    assert pool.refused()["status"] == "INSECURE"


def test_a_password_of_the_users_own_wins(start, server, tmp_path):
    pool = start("pq")
    pool.open({**server, "user": "plain", "password": "open sesame"})
    assert pool.ask()["user"] == "plain"


def test_a_given_password_that_is_refused_is_said_to_have_kept_the_token_away(start, server):
    pool = start("pq")
    pool.open({**server, "user": "plain", "password": "close sesame"})
    error = pool.refused()
    assert (error["status"], error["code"], error["sqlstate"]) == ("DENIED", "password_given", "28P01")
    pool.open({**server, "user": "plain", "password": "open sesame", "dbname": "nowhere"})
    error = pool.refused()
    assert "status" not in error and "nowhere" in error["text"]


def test_an_address_is_dialled_and_the_endpoints_name_verified(start, server):
    pool = start("pq")
    options = {"signing_host": server["host"]}
    server["host"] = server.pop("hostaddr")
    pool.open(server, Options=options)
    assert pool.ask() == {"user": "app_user", "tls": True}


def test_what_is_not_ours_and_what_is_switched_off_is_the_drivers_alone(start, server):
    pool = start("pq")
    pool.open({"host": "127.0.0.1", "port": 1, "user": "app"})
    assert "status" not in pool.refused()
    pool = start("pq", PGIAM_DISABLE="1")
    pool.open({**server, "sslmode": "disable"})
    assert "status" not in pool.refused()


def test_a_refusal_is_explained_and_shows_no_token(pool, rds):
    rds.refuse_next(reason="AccessDenied")
    error = pool.refused()
    assert error["status"] == "DENIED" and error["causes"] and all(error["causes"]) and error["sqlstate"] == "28000"
    assert "X-Amz" not in error["shown"]


def test_what_has_nothing_to_do_with_the_token_is_told_in_the_drivers_words(start, server):
    pool = start("pq")
    pool.open({**server, "dbname": "no_such_database"})
    assert "no_such_database" in pool.refused()["text"]


def test_each_host_of_a_list_has_its_own_token(start, server, rds):
    first, second = rds.endpoints[:2]
    pool = start("pq")
    hosts = {"host": f"{first.name},{second.name}", "hostaddr": f"{first.address},{second.address}", "port": f"1,{rds.port}"}
    pool.open({**server, **hosts})
    assert pool.ask()["user"] == "app_user" and rds.attempts()[-1]["endpoint"] == f"{second.name}:{rds.port}"


def test_a_programs_own_credentials_are_asked_for_once_by_a_hundred(start, server, rds):
    key = next(iter(rds.keys.values()))
    pool = start("pq", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SESSION_TOKEN="")
    pool.open(server)
    assert pool.refused()["status"] == "NO_CREDENTIALS"
    pool.open(server, Keys={"AccessKeyID": key.id, "SecretAccessKey": key.secret, "SessionToken": key.session_token or ""})
    assert pool.do("many", Count=100) is None and pool.do("credentials") == 1
