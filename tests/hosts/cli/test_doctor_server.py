"""pgiam doctor: what only the server's side tells, its name, its port, its certificate, its answer."""

import json
import signal
import socket
import subprocess
import threading
import time
from datetime import datetime, timezone

import pytest
from conftest import COMMAND, SECRET, Emulator
from doctor_fixtures import answering, doctor, instance, make_certificate, rds, serve, variables  # noqa: F401

IN_TIME = 9  # seconds: less than without --timeout-ms, and enough for a busy machine
NOWHERE = "nowhere.c9akciq32xyz.eu-west-1.rds.amazonaws.com"


# ---- The way to the server


def test_a_name_that_is_not_known_is_told(doctor, rds, tmp_path):
    (tmp_path / "hosts").write_text("127.0.0.1 somebody.else\n")
    wrapper = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(tmp_path / "hosts")}
    told = doctor(rds.conninfo(host=NOWHERE, hostaddr=None), **wrapper)
    assert (told.code, told.failed, told.status) == ("name_unknown", ["name"], 5)
    assert NOWHERE in told.sentence


def test_a_name_is_looked_up_and_dialled(doctor, rds):
    wrapper = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(rds.hosts_file)}
    told = doctor(rds.conninfo(hostaddr=None), **wrapper)
    assert (told.code, told.detail("name")) == ("works", "127.0.0.1")


def test_name_servers_that_do_not_answer_are_told_in_time(doctor, rds, tmp_path):
    (tmp_path / "silent.c").write_text("#include <unistd.h>\nint getaddrinfo(void) { for (;;) pause(); }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "silent.so", "silent.c"], cwd=tmp_path, check=True)
    start = time.monotonic()
    told = doctor(rds.conninfo(hostaddr=None), "--timeout-ms", "500", LD_PRELOAD=str(tmp_path / "silent.so"))
    assert (told.code, told.failed, told.status) == ("name_timed_out", ["name"], 5)
    assert time.monotonic() - start < IN_TIME


def test_an_address_of_a_name_that_refuses_is_told_and_the_next_one_dialled(doctor, rds, tmp_path):
    (tmp_path / "hosts").write_text(f"127.0.0.9 {rds.host}\n127.0.0.1 {rds.host}\n")
    wrapper = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(tmp_path / "hosts")}
    told = doctor(rds.conninfo(hostaddr=None), **wrapper)
    assert (told.code, told.outcome("port")) == ("works", "warning")
    assert "127.0.0.9" in told.detail("port") and "127.0.0.1" in told.detail("port")


def test_a_port_that_refuses_is_told(doctor, rds):
    told = doctor(rds.conninfo(port=1))
    assert (told.code, told.failed, told.status) == ("connection_refused", ["port"], 5)
    assert "port 1" in told.do[0] and "port=5432" in told.do[1]


def test_packets_that_vanish_are_told_in_time(doctor, rds):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        start = time.monotonic()
        told = doctor(rds.conninfo(port=full.getsockname()[1]), "--timeout-ms", "600")
        assert (told.code, told.failed, told.status) == ("connection_timed_out", ["port"], 5)
        assert "security group" in told.do[0] and time.monotonic() - start < IN_TIME
        for filler in fillers:
            filler.close()


# ---- TLS


def test_a_server_without_tls_gets_no_token(doctor, rds):
    with Emulator(tls=False) as plain:
        told = doctor(rds.conninfo(port=plain.port), PGIAM_SIGNING_PORT=None)
        assert (told.code, told.failed, told.status) == ("no_tls", ["tls"], 2)
        assert plain.attempts() == []


def test_a_keyword_that_rules_the_token_out_is_told_with_what_to_do(doctor, rds):
    told = doctor(rds.conninfo(channel_binding="require"))
    assert (told.code, told.failed) == ("no_token", ["tls"])
    assert "channel_binding=require rules the token out" in told.sentence
    assert told.do == ["leave channel_binding out; sslmode=verify-full makes sure of the server"]


def read_lines(connection):
    """As HTTP servers do: until there is a line, or there will be none."""
    while (got := connection.recv(100)) and b"\n" not in got:
        pass


@pytest.mark.parametrize(
    "talk, code, said",
    [
        (lambda c: (read_lines(c), c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "not_postgres", "HTTP"),
        (lambda c: (c.sendall(b"J\0\0\0\x0a8.0.36\0"), c.recv(9)), "not_postgres", "MySQL"),
        (lambda c: (c.recv(9), c.sendall(b"\x15\x03\x01\0\x02\x02\x16")), "bare_tls", "HTTPS"),
        (lambda c: (c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), c.recv(9)), "not_postgres", "none of PostgreSQL's"),
        (lambda c: c.recv(9), "closed", "closes them at once"),
        (lambda c: (c.recv(8), c.sendall(b"S"), c.recv(9999), c.sendall(b"hello")), "tls_failed", "SSL error"),
    ],
)
def test_what_is_no_postgresql_server_is_told(talk, code, said, doctor, rds, serve):
    told = doctor(rds.conninfo(port=serve(talk)))
    assert (told.code, told.failed, told.status) == (code, ["tls"], 5)
    assert said in told.sentence


def test_an_interrupt_ends_it_at_once(variables, environment, rds, serve):
    came, over = threading.Event(), threading.Event()
    port = serve(lambda connection: (came.set(), over.wait()))
    command = [COMMAND, "doctor", "--timeout-ms", "600000", rds.conninfo(port=port)]
    with subprocess.Popen(command, env=environment | variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert came.wait(60)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == -signal.SIGINT
    over.set()


@pytest.mark.parametrize("answer, said", [(b"", "says nothing"), (b"S", "did not finish TLS")])
def test_a_server_that_falls_silent_is_told(answer, said, doctor, rds, serve):
    over = threading.Event()
    port = serve(lambda connection: (connection.recv(8), connection.sendall(answer), over.wait()))
    told = doctor(rds.conninfo(port=port), "--timeout-ms", "1500")
    over.set()
    assert (told.code, told.failed, told.status) == ("no_answer", ["tls"], 5)
    assert said in told.sentence


def test_a_certificate_of_an_authority_that_is_not_trusted_is_told(doctor, rds, home):
    told = doctor(rds.conninfo(sslrootcert=None))
    assert (told.code, told.failed, told.status) == ("certificate", ["tls"], 2)
    assert "there is no CA bundle" in told.sentence and told.do[0] == "pgiam ca install"
    make_certificate(home)
    told = doctor(rds.conninfo(sslrootcert=home / "cert"))
    assert (told.code, told.failed) == ("certificate", ["tls"]) and f"{home}/cert" in told.sentence
    assert rds.attempts() == []


@pytest.mark.parametrize("file", ["/nonexistent.pem", "system"])
def test_no_check_is_claimed_that_was_not_made(file, doctor, rds):
    """Under require a CA file that is not there verifies nothing, and no libpq before 16 knows a system."""
    told = doctor(rds.conninfo(sslmode="require", sslrootcert=file))
    if file == "system":  # means verify-full, which the emulator's certificate does not stand; libpq from 17 on wants it said
        assert (told.code, told.failed) in [("certificate", ["tls"]), ("libpq_too_old", ["tls"]), ("usage", ["configuration"])]
    else:
        assert told.code == "works" and "not verified" in told.detail("tls") and file in told.detail("tls")
        assert told.outcome("tls") == "warning"


def test_a_ca_file_of_ours_that_verifies_nothing_is_told(doctor, rds, home, pgiam):
    (home / "page.pem").write_text("<html>404 Not Found</html>")
    for file in ("/nonexistent.pem", home / "page.pem"):
        told = doctor(rds.conninfo(sslmode="require", sslrootcert=None), "--sslrootcert", str(file))
        assert (told.code, told.status) == ("configuration", 2) and str(file) in told.sentence
        explained = pgiam("explain", rds.conninfo(sslmode="require", sslrootcert=None), "--sslrootcert", str(file))
        assert f"sslrootcert = {file} verifies no server" in explained.stdout
    assert rds.attempts() == []


def test_a_certificate_for_another_name_is_told(doctor, rds, rules):
    rules(f"[connection tunnel]\nhost = db.example\nsigning_host = {NOWHERE}\n")
    told = doctor(rds.conninfo(host="db.example"))
    assert (told.code, told.failed, told.status) == ("certificate_name", ["tls"], 2)
    assert told.do == [f"see where the name db.example leads, or correct signing_host: the server there is not {NOWHERE}"]
    assert rds.attempts() == []


def test_through_a_tunnel_the_endpoints_own_name_is_verified(doctor, rds, rules):
    rules(f"[connection tunnel]\nhost = db.example\nsigning_host = {rds.host}\n")
    told = doctor(rds.conninfo(host="db.example"))
    assert (told.code, told.failed, told.status) == ("works", [], 0)


# ---- The server's answer


def test_the_hook_uses_the_credentials_that_were_examined(doctor, rds, home):
    key = json.dumps({"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": SECRET})
    (home / "once").write_text(f"#!/bin/sh\nmkdir {home}/was-here && echo '{key}'\n")
    (home / "once").chmod(0o700)
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(f"[profile once]\ncredential_process = {home}/once\n")
    rds.add_key("AKIDEXAMPLE", SECRET, allow="arn:aws:rds-db:*:*:dbuser:*/somebody_else")
    told = doctor(rds.conninfo(), "--profile", "once", "--timeout-ms", "5000")
    assert (told.code, told.outcome("credentials"), told.status) == ("no_permission", "ok", 4)
    assert "ended with status 1" not in told.sentence


def test_a_user_outside_rds_iam_is_told_the_grant(doctor, rds):
    for user in ("plain", "nobody knows"):
        told = doctor(rds.conninfo(user))
        assert (told.code, told.failed, told.status) == ("no_rds_iam", ["login"], 4)
        assert told.do[0] == f'GRANT rds_iam TO "{user}";' and "hook" not in told.steps


def test_a_policy_that_does_not_allow_it_is_told_with_the_arn(doctor, rds):
    rds.add_key("AKIDOTHER", SECRET, allow="arn:aws:rds-db:*:*:dbuser:*/somebody_else")
    told = doctor(rds.conninfo(), AWS_ACCESS_KEY_ID="AKIDOTHER", AWS_SECRET_ACCESS_KEY=SECRET, AWS_SESSION_TOKEN=None)
    assert rds.attempts()[-1]["reason"] == "NotAuthorized"
    assert (told.code, told.failed, told.status) == ("no_permission", ["login"], 4)
    assert "arn:aws:rds-db:eu-west-1:*:dbuser:*/app_user" in told.sentence and "(most likely)" in told.sentence
    assert told.do[0].startswith("pgiam setup policy --user app_user ")
    assert told.causes == ["no_permission", "wrong_credentials", "iam_not_enabled", "wrong_clock", "wrong_port"]
    assert "SQLSTATE 28000" in told.detail("login")


def test_a_port_of_a_tunnel_is_suspected_first(doctor, rds):
    rds.add_key("AKIDOTHER", SECRET, allow="arn:aws:rds-db:*:*:dbuser:*/somebody_else")
    there = {"AWS_ACCESS_KEY_ID": "AKIDOTHER", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": None}
    assert doctor(rds.conninfo(), PGIAM_SIGNING_PORT=None, **there).code == "wrong_port"


def test_a_token_for_another_endpoint_is_suspected_first(doctor, rds):
    told = doctor(rds.conninfo(sslmode="require"), "--signing-host", NOWHERE)
    assert (told.code, told.status) == ("wrong_endpoint", 4) and NOWHERE in told.sentence


def test_a_region_against_the_endpoints_name_is_suspected_first(doctor, rds):
    told = doctor(rds.conninfo(), "--region", "us-east-1")
    assert (told.code, told.outcome("region"), told.status) == ("wrong_region", "warning", 4)


def test_a_clock_that_is_wrong_is_among_the_causes(doctor, rds):
    rds.set_clock(start=time.time() + 1800)
    days = {f"{datetime.now(timezone.utc):%Y-%m-%d}"}
    told = doctor(rds.conninfo())
    days.add(f"{datetime.now(timezone.utc):%Y-%m-%d}")
    assert rds.attempts()[-1]["check"] == "age"
    assert "wrong_clock" in told.causes and any(day in told.detail("login") for day in days)


@pytest.mark.parametrize(
    "user, database, code, sqlstate, remedy, status",
    [
        ("app_user", "nix", "no_database", "3D000", "dbname=", 2),
        ("app_user", "closed", "no_connect_privilege", "42501", 'GRANT CONNECT ON DATABASE "closed" TO "app_user";', 4),
        ("limited", "postgres", "too_many_connections", "53300", "max_connections", 5),
        ("locked", "postgres", "no_login", "28000", 'ALTER ROLE "locked" LOGIN;', 4),
    ],
)
def test_what_else_keeps_a_user_out_is_told(user, database, code, sqlstate, remedy, status, doctor, rds):
    told = doctor(rds.conninfo(user, dbname=database))
    assert (told.code, told.failed, told.status) == (code, ["login"], status)
    assert remedy in told.do[0] and f"SQLSTATE {sqlstate}" in told.detail("login")


def test_a_server_that_is_starting_up_is_told(doctor, rds, serve, home):
    words = ["SFATAL", "VFATAL", "C57P03", "Mthe database system is starting up"]
    port = serve(answering(home, *words))
    told = doctor(rds.conninfo(port=port, sslmode="require", sslrootcert=None))
    assert (told.code, told.failed, told.status) == ("starting_up", ["login"], 5)


def test_what_the_server_says_is_shown_without_its_control_characters(pgiam, variables, rds, serve, home):
    port = serve(answering(home, "SFATAL", "VFATAL", "CXX000", "Mred \x1b[31malert"))
    ended = pgiam("doctor", rds.conninfo(port=port, sslmode="require", sslrootcert=None), **variables)
    assert "red ?[31malert" in ended.stdout and "\x1b" not in ended.stdout and ended.returncode == 5
