"""pgx's pools, through pgiampgx, against the emulator: pgxpool's own, and database/sql's. They need a newer Go than Debian 12's:
tests/optional/go_drivers runs them."""

import pytest
from conftest import NEWER, needs_go
from driver_fixtures import built, install, instance, no_connection, rds, server, start, verdicts  # noqa: F401

pytestmark = [needs_go, pytest.mark.skipif(not NEWER, reason="pgx needs a newer Go: tests/optional/go_drivers")]


@pytest.fixture(params=[[], ["stdlib"]], ids=["pgxpool", "stdlib"])
def begin(request, start):
    return lambda **variables: start("pgx", *request.param, **variables)


@pytest.fixture
def where(server):
    """pgx knows no hostaddr: an address, and the endpoint that it stands for."""
    keywords = {**server, "host": server["hostaddr"]}
    del keywords["hostaddr"]
    return keywords, {"signing_host": server["host"]}


@pytest.fixture
def pool(begin, where):
    pool = begin()
    assert pool.open(where[0], Options=where[1]) is None
    return pool


def test_a_pool_logs_in_with_tokens_and_verifies_the_endpoints_name(pool, verdicts):
    assert pool.ask() == {"user": "app_user", "tls": True} and verdicts() == ["accepted"]


def test_a_pool_survives_expiry_and_killed_sessions(pool, rds, verdicts):
    assert pool.ask()["user"] == "app_user"
    rds.expire_tokens()
    rds.kill_backends()
    assert pool.ask(tries=20) == {"user": "app_user", "tls": True}
    assert verdicts()[0] == verdicts()[-1] == "accepted"


def test_a_kept_token_that_is_refused_is_made_anew_within_one_connect(pool, rds, verdicts, where):
    assert pool.ask()["user"] == "app_user"
    rds.expire_tokens()
    pool.open(where[0], Options=where[1])  # a new pool of the same client
    assert pool.ask() == {"user": "app_user", "tls": True}
    assert verdicts() == ["accepted", "refused", "accepted"]


def test_tls_that_nobody_asked_for_is_set(begin, where):
    keywords, options = where
    for said in ({}, {"sslrootcert": keywords["sslrootcert"]}):
        pool = begin()
        pool.open({**{key: value for key, value in keywords.items() if not key.startswith("ssl")}, **said}, Options=options)
        assert pool.ask() == {"user": "app_user", "tls": True}


def test_with_an_installed_bundle_the_server_is_verified(begin, where, install):
    silent = {key: value for key, value in where[0].items() if not key.startswith("ssl")}
    install("amazons")
    pool = begin()
    pool.open(silent, Options=where[1])
    assert "certificate" in pool.refused()["text"]
    install("instances")
    pool = begin()
    pool.open(silent, Options=where[1])
    assert pool.ask() == {"user": "app_user", "tls": True}


@pytest.mark.parametrize("said", [None, "require", "verify-full"])
def test_a_check_of_the_programs_own_stays(start, where, install, said):
    install("instances")
    keywords = {key: value for key, value in where[0].items() if not key.startswith("ssl")}
    pool = start("pgx", "pinned")
    pool.open(keywords if said is None else {**where[0], "sslmode": said}, Options=where[1])
    assert "not the pinned server" in pool.refused()["text"]


@pytest.mark.parametrize("mode", ["require", "verify-ca"])
def test_what_was_said_of_tls_stays(begin, where, mode):
    pool = begin()
    pool.open({**where[0], "sslmode": mode}, Options=where[1])
    assert pool.ask() == {"user": "app_user", "tls": True}


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_who_forgoes_tls_gets_no_token(begin, where, no_connection, mode):
    pool = begin()
    pool.open({**where[0], "sslmode": mode}, Options=where[1])
    error = pool.refused()
    assert error["status"] == "INSECURE" and f"sslmode={mode}" in error["text"]
    pool = begin(PGSSLMODE=mode)
    pool.open({key: value for key, value in where[0].items() if not key.startswith("ssl")}, Options=where[1])
    assert pool.refused()["status"] == "INSECURE"


def test_a_password_of_the_users_own_wins(begin, where, tmp_path):
    pool = begin()
    pool.open({**where[0], "user": "plain", "password": "open sesame", "sslmode": "require"}, Options=where[1])
    assert pool.ask()["user"] == "plain"


def test_a_given_password_that_is_refused_is_said_to_have_kept_the_token_away(begin, where):
    pool = begin()
    pool.open({**where[0], "user": "plain", "password": "close sesame", "sslmode": "require"}, Options=where[1])
    error = pool.refused()
    assert error["sqlstate"] == "28P01" and "kept pgiam from making a token" in error["text"] and "PGIAM_FORCE=yes" in error["text"]
    pool.open({**where[0], "user": "plain", "password": "open sesame", "dbname": "nowhere"}, Options=where[1])
    assert "nowhere" in (said := pool.refused()["text"]) and "pgiam" not in said.replace("nowhere", "")


def test_what_is_not_ours_and_what_is_switched_off_is_the_drivers_alone(begin, where):
    pool = begin()
    pool.open({"host": "127.0.0.1", "port": 1, "user": "app"})
    assert "status" not in pool.refused()
    pool = begin(PGIAM_DISABLE="1")
    pool.open({**where[0], "sslmode": "disable"}, Options=where[1])
    assert "status" not in pool.refused()


def test_a_refusal_is_explained_and_shows_no_token(pool, rds):
    rds.refuse_next(reason="AccessDenied")
    error = pool.refused()
    assert error["status"] == "DENIED" and error["causes"] and all(error["causes"]) and error["sqlstate"] == "28000"
    assert "X-Amz" not in error["shown"]


def test_what_has_nothing_to_do_with_the_token_is_told_in_the_drivers_words(begin, where):
    pool = begin()
    pool.open({**where[0], "dbname": "no_such_database"}, Options=where[1])
    assert "no_such_database" in pool.refused()["text"]


def test_a_list_of_endpoints_is_refused(begin, rds, no_connection):
    first, second = rds.endpoints[:2]
    pool = begin()
    pool.open({"host": f"{first.name},{second.name}", "port": f"{rds.port},{rds.port}", "user": "app_user", "sslmode": "require"})
    error = pool.refused()
    assert error["status"] == "UNSUPPORTED" and "list of hosts" in error["text"]


def test_a_programs_own_credentials_are_asked_for_once_by_a_hundred(begin, where, rds):
    key = next(iter(rds.keys.values()))
    pool = begin(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SESSION_TOKEN="")
    pool.open(where[0], Options=where[1])
    assert pool.refused()["status"] == "NO_CREDENTIALS"
    keys = {"AccessKeyID": key.id, "SecretAccessKey": key.secret, "SessionToken": key.session_token or ""}
    pool.open(where[0], Options=where[1], Keys=keys)
    assert pool.do("many", Count=100) is None and pool.do("credentials") == 1
