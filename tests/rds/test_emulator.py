"""The emulator as a client and a test meet it: real logins over TLS."""

import hashlib
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from rds_clients import psql, token_for, until
from rds_emulator import DEFAULT_ENDPOINT, Emulator, Endpoint, Key, postgres

REFUSED = 'FATAL:  PAM authentication failed for user "app_user"'


def login(emulator, token=None, user="app_user", **conninfo):
    token = token_for(emulator, user) if token is None else token
    return psql(emulator.conninfo(user, **conninfo), token)


def last(emulator):
    return emulator.attempts()[-1]


def test_a_good_token_logs_in_over_verified_tls(emulator):
    sql = "SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    done = psql(emulator.conninfo(), token_for(emulator), sql)
    assert done.stdout == "app_user|t\n", done.stderr


def test_the_log_tells_all_about_an_attempt_but_the_token(emulator):
    token = token_for(emulator)
    login(emulator, token)
    attempt = last(emulator)
    assert attempt["verdict"] == "accepted"
    assert attempt["user"] == "app_user"
    assert attempt["endpoint"] == f"{DEFAULT_ENDPOINT}:{emulator.port}"
    assert attempt["key_id"] in emulator.keys
    assert attempt["peer"] == attempt["address"] == "127.0.0.1"
    assert attempt["token_length"] == len(token)
    assert attempt["token_sha256"] == hashlib.sha256(token.encode()).hexdigest()
    signature = token[-64:]
    written = [path for path in Path(emulator.log_file).parent.rglob("*") if path.is_file()]
    assert emulator.log_file in map(str, written)
    assert not [path for path in written if signature.encode() in path.read_bytes()]


def test_a_refusal_looks_like_rds_to_the_client_and_the_log_knows_why(emulator):
    token = token_for(emulator)
    done = login(emulator, token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert done.returncode == 2
    assert done.stderr.strip().endswith(REFUSED)
    attempt = last(emulator)
    assert (attempt["verdict"], attempt["reason"], attempt["check"]) == ("refused", "InvalidToken", "signature")
    assert "not the one" in attempt["detail"]


def test_a_password_that_is_no_token_is_refused_and_not_logged(emulator):
    assert REFUSED in login(emulator, "hunter2").stderr
    attempt = last(emulator)
    assert attempt["check"] == "shape"
    assert "hunter2" not in str(attempt)


@pytest.mark.parametrize(
    "user",
    ["o'brien & söhne +100%", 'say "hi"', "日本 语", "back\\slash", "a:b", "Mixed.Case", "$x;--", "*~?#"],
)
def test_users_of_any_name_log_in(emulator, user):
    emulator.add_user(user)
    done = login(emulator, user=user)
    assert done.stdout == user + "\n", done.stderr


def test_a_user_may_not_use_anothers_token(emulator):
    emulator.add_user("other")
    assert login(emulator, token_for(emulator, "app_user"), user="other").returncode == 2
    assert last(emulator)["check"] == "user"


@pytest.mark.parametrize("size", [4096, 8192, 16384, 40000])
def test_tokens_of_any_length_reach_the_verifier_whole(emulator, size):
    key = Key("ASIALONG", "secret", "x" * size)
    emulator.add_key(key.id, key.secret, key.session_token)
    done = login(emulator, token_for(emulator, key=key))
    assert done.returncode == 0, done.stderr
    assert last(emulator)["token_length"] > size


def test_a_token_without_tls_is_never_asked_for(emulator):
    done = login(emulator, sslmode="disable")
    assert "pg_hba.conf rejects connection" in done.stderr
    assert emulator.attempts() == []


def test_the_certificate_holds_for_the_endpoints_name_only(emulator):
    done = login(emulator, host="other.c9akciq32xyz.eu-west-1.rds.amazonaws.com")
    assert "does not match host name" in done.stderr
    assert emulator.attempts() == []


def test_connections_are_counted_even_when_no_password_was_sent(emulator):
    before = emulator.connections()
    psql(emulator.conninfo(sslmode="disable"), "x")
    psql(emulator.conninfo(), None)
    assert emulator.connections() == before + 2
    assert emulator.attempts() == []


def test_ordinary_roles_use_their_password_and_rds_iam_takes_precedence_over_it(emulator):
    emulator.add_user("legacy", "s3cret")
    assert login(emulator, "s3cret", "legacy").stdout == "legacy\n"
    emulator.admin_sql("GRANT rds_iam TO legacy")
    assert "PAM authentication failed" in login(emulator, "s3cret", "legacy").stderr
    assert login(emulator, user="legacy").returncode == 0


def test_an_expired_key_kills_its_tokens_and_a_revoked_one_is_unknown(emulator):
    key = Key("ASIASHORT", "secret", "session")
    emulator.add_key(key.id, key.secret, key.session_token, lifetime=300)
    token = token_for(emulator, key=key)
    assert login(emulator, token).returncode == 0
    emulator.expire_key(key.id)
    assert login(emulator, token).returncode == 2
    assert (last(emulator)["reason"], last(emulator)["check"]) == ("ExpiredToken", "key_expiry")
    emulator.revoke_key(key.id)
    assert login(emulator, token).returncode == 2
    assert last(emulator)["check"] == "key"


def test_a_key_without_permission_is_not_authorized(emulator):
    key = Key("AKIADENIED", "secret")
    emulator.add_key(key.id, key.secret, allow="arn:aws:rds-db:*:*:dbuser:*/someone_else")
    assert REFUSED in login(emulator, token_for(emulator, key=key)).stderr
    assert last(emulator)["reason"] == "NotAuthorized"


def test_the_next_attempts_are_refused_on_demand(emulator):
    emulator.refuse_next(2)
    assert [login(emulator, token).returncode for token in (None, "no token", None)] == [2, 2, 0]
    assert [attempt.get("reason") for attempt in emulator.attempts()] == ["ThrottlingException"] * 2 + [None]
    emulator.refuse_next(2)
    emulator.refuse_next(0)
    assert login(emulator).returncode == 0


@pytest.mark.skipif(not list(Path("/usr/share/locale/de/LC_MESSAGES").glob("postgres-*.mo")), reason="no translations are installed")
def test_the_server_speaks_another_language_on_demand(emulator):
    emulator.set_language("de")
    assert "PAM-Authentifizierung für Benutzer »app_user« fehlgeschlagen" in login(emulator, "no token").stderr
    emulator.set_language()
    assert REFUSED in login(emulator, "no token").stderr


def test_answers_are_delayed_on_demand(emulator):
    emulator.set_delay(0.5)
    try:
        started = time.monotonic()
        assert login(emulator).returncode == 0
        assert time.monotonic() - started >= 0.5
    finally:
        emulator.set_delay(0)


@pytest.fixture
def own_time(emulator):
    yield emulator
    emulator.set_clock()
    emulator.set_max_token_age()
    emulator.revive_tokens()


def test_a_shorter_token_life_can_be_asked_for(own_time):
    own_time.set_clock(start=2_000_000_000, rate=0)
    own_time.set_max_token_age(30)
    assert login(own_time, token_for(own_time, at=2_000_000_000 - 30)).returncode == 0
    assert login(own_time, token_for(own_time, at=2_000_000_000 - 31)).returncode == 2
    assert last(own_time)["reason"] == "ExpiredToken"


def test_what_was_signed_so_far_can_be_made_too_old(own_time):
    old = token_for(own_time)
    own_time.expire_tokens()
    new = token_for(own_time)
    assert [login(own_time, token).returncode for token in (old, new, old, new)] == [2, 0, 2, 0]
    assert {attempt.get("reason") for attempt in own_time.attempts()} == {None, "ExpiredToken"}
    own_time.revive_tokens()
    assert login(own_time, old).returncode == 0


def test_a_client_whose_clock_is_a_tick_behind_signs_anew_all_the_same(own_time):
    coarse = 5  # CLOCK_REALTIME_COARSE
    for _ in range(4):
        own_time.expire_tokens()
        assert login(own_time, token_for(own_time, at=time.clock_gettime(coarse))).returncode == 0


def test_a_fast_clock_ages_tokens_fast(own_time):
    own_time.set_clock(start=2_000_000_000, rate=60)
    token = token_for(own_time)
    assert login(own_time, token).returncode == 0
    own_time.set_clock(start=own_time.now(), rate=6000)
    until(lambda: own_time.now() > 2_000_000_000 + 2000)
    assert login(own_time, token).returncode == 2
    assert last(own_time)["reason"] == "ExpiredToken"
    assert last(own_time)["time"].startswith("2033-05-18T")


def test_sessions_can_be_killed(emulator):
    environment = {"PGPASSWORD": token_for(emulator), "PATH": "/usr/bin:/bin"}
    command = ["psql", "-X", "-c", "SELECT pg_sleep(600)", emulator.conninfo()]
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as session:
        until(lambda: emulator.admin_sql(sleeping) == "1")
        assert emulator.kill_backends("nobody") == 0
        assert emulator.kill_backends("app_user") == 1
        assert "terminating connection due to administrator command" in session.stderr.read()


def test_a_restart_keeps_port_users_and_tokens(emulator):
    port, token = emulator.port, token_for(emulator)
    emulator.restart()
    assert emulator.port == port
    assert login(emulator, token).returncode == 0


def test_many_clients_log_in_at_once(emulator):
    token = token_for(emulator)
    results = []
    threads = [threading.Thread(target=lambda: results.append(login(emulator, token))) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [done.stderr for done in results if done.returncode != 0] == []
    assert len(emulator.attempts()) == 64


def test_a_token_is_good_at_its_own_endpoints_address_only():
    writer = Endpoint("orders.cluster-c9akciq32xyz.eu-west-1.rds.amazonaws.com", "127.0.0.1")
    reader = Endpoint("orders.cluster-ro-c9akciq32xyz.us-east-2.rds.amazonaws.com", "127.0.0.2")
    with Emulator(endpoints=[writer, reader]) as emulator:
        for dialled in (writer, reader):
            for signed in (writer, reader):
                done = login(emulator, token_for(emulator, endpoint=signed), endpoint=dialled.name)
                assert (done.returncode == 0) == (dialled == signed), done.stderr
                assert last(emulator)["address"] == dialled.address


def test_endpoints_may_have_an_ipv6_address():
    if not Path("/proc/net/if_inet6").exists() or " lo" not in Path("/proc/net/if_inet6").read_text():
        pytest.skip("this machine has no IPv6 loopback")
    with Emulator(endpoints=[Endpoint(DEFAULT_ENDPOINT, "::1")]) as emulator:
        assert login(emulator).returncode == 0
        assert last(emulator)["address"] == "::1"


def test_dsql_tokens_log_in_as_admin_and_others():
    endpoint = Endpoint("abc123.dsql.us-east-1.on.aws")
    with Emulator(endpoints=[endpoint], users=["admin", "app_user"]) as emulator:
        assert login(emulator, user="admin").stdout == "admin\n"
        assert login(emulator, user="app_user").stdout == "app_user\n"
        assert login(emulator, token_for(emulator, "admin"), user="app_user").returncode == 2
        assert last(emulator)["check"] == "action"


def test_a_server_without_tls_takes_the_token_and_tells_that_it_came_in_clear_text():
    with Emulator(tls=False) as emulator:
        assert REFUSED in login(emulator).stderr
        assert (last(emulator)["check"], last(emulator)["tls"]) == ("tls", False)
        assert "server does not support SSL" in login(emulator, sslmode="require").stderr
        assert len(emulator.attempts()) == 1


def test_force_ssl_off_lets_ordinary_roles_in_without_tls_but_no_token():
    with Emulator(passwords={"legacy": "s3cret"}, force_ssl=False) as emulator:
        assert login(emulator, "s3cret", "legacy", sslmode="disable").returncode == 0
        assert "rejects connection" in login(emulator, sslmode="disable").stderr


def test_emulators_run_side_by_side():
    emulators = [Emulator() for _ in range(4)]
    threads = [threading.Thread(target=emulator.start) for emulator in emulators]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({emulator.port for emulator in emulators}) == 4
        for emulator in emulators:
            assert login(emulator).returncode == 0
            assert len(emulator.attempts()) == 1
    finally:
        for emulator in emulators:
            emulator.stop()


def test_a_port_in_use_is_an_error_that_names_it(running):
    with pytest.raises(RuntimeError, match=str(running.port)):
        Emulator(port=running.port).start()


def test_nothing_is_left_when_it_has_stopped():
    emulator = Emulator()
    emulator.start()
    directory = Path(emulator.ca_file).parent
    postmaster = (directory / "server/data/postmaster.pid").read_text().split()[0]
    emulator.set_delay(600)
    token = token_for(emulator)
    with subprocess.Popen(
        ["psql", "-X", emulator.conninfo()],
        env={"PGPASSWORD": token, "PATH": "/usr/bin:/bin"},
        stderr=subprocess.DEVNULL,
    ) as waiting:
        until(lambda: emulator.connections() == 1)
        emulator.stop()
        assert waiting.wait() == 2
    assert not directory.exists()
    assert not Path(f"/proc/{postmaster}").exists()
    segments = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()]
    assert postmaster not in [creator for _, _, _, _, creator, *_ in segments]


def test_a_strict_umask_and_a_private_tmpdir_do_not_matter(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "_PLENTY", 1 << 60)  # so that it does not use /dev/shm
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    previous = os.umask(0o077)
    try:
        with Emulator() as emulator:
            assert login(emulator).returncode == 0
    finally:
        os.umask(previous)


def test_the_newest_server_is_found():
    versions = [float(path.parts[-3]) for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    assert float(postgres.find_binaries().parts[-2]) == max(versions)
