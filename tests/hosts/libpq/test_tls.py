"""A token never leaves without TLS, and a rule can ask for more."""

import os
import socket
import struct
import threading
import time

import pytest
from conftest import IS_ALONE
from rds_emulator import Emulator

CALLS = ["connectdb", "connectdbParams", "connectStart", "connectStartParams"]


@pytest.fixture(scope="module")
def plain_instance():
    """A server that has no TLS and would take a token in clear text."""
    with Emulator(tls=False) as emulator:
        yield emulator


@pytest.fixture
def plain_client(plain_instance, client):
    plain_instance.clear_attempts()
    return lambda **variables: client(**plain_instance.credentials(), **variables)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("sslmode", [None, "require", "verify-full"])
def test_a_server_without_tls_gets_no_token(call, sslmode, plain_instance, plain_client):
    program = plain_client()
    assert program.do(call, plain_instance.conninfo(sslmode=sslmode)) == "bad"
    assert "server does not support SSL" in program.message()
    assert plain_instance.attempts() == []


def test_the_user_may_take_the_risk(plain_instance, plain_client):
    program = plain_client(PGIAM_TLS="off")
    program.do("connectdb", plain_instance.conninfo(sslmode="disable"))
    assert [attempt["check"] for attempt in plain_instance.attempts()] == ["tls"]


def kerberos_ticket():
    """A credential cache (version 4 of the format) with a ticket for tickets that no server gave out."""

    def data(content):
        return struct.pack(">I", len(content)) + content

    def principal(*names):
        return struct.pack(">II", 1, len(names)) + b"".join(map(data, (b"EXAMPLE.COM", *names)))

    now, key = int(time.time()), struct.pack(">H", 18) + data(bytes(32))
    times = struct.pack(">IIII", now, now, now + 3600, now + 3600)
    flags_addresses_and_extras = struct.pack(">BIII", 0, 0x40E00000, 0, 0)
    user = principal(b"app_user")
    ticket = user + principal(b"krbtgt", b"EXAMPLE.COM") + key + times + flags_addresses_and_extras + data(b"ticket") + data(b"")
    return b"\x05\x04\x00\x00" + user + ticket


class FirstRequests:
    """A server that notes the first request of each connection and says no more."""

    def __init__(self):
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            if len(request := connection.recv(8)) == 8:
                self.seen.append(struct.unpack(">II", request)[1])
            connection.close()


GSS_ENCRYPTION, TLS = 80877104, 80877103  # as the protocol numbers its requests
with_kerberos = pytest.mark.skipif(IS_ALONE or "PGIAM_TEST_LIBPQ" in os.environ, reason="npm's and PyPI's libpq are built without GSSAPI")


@with_kerberos
@pytest.mark.parametrize("call", CALLS)
def test_a_token_goes_over_tls_even_where_kerberos_could_encrypt(call, rds, client, tmp_path):
    (tmp_path / "tickets").write_bytes(kerberos_ticket())
    (tmp_path / "krb5.conf").write_text("[libdefaults]\ndefault_realm = EXAMPLE.COM\ndns_lookup_kdc = false\n")
    kerberos = {"KRB5CCNAME": f"FILE:{tmp_path}/tickets", "KRB5_CONFIG": str(tmp_path / "krb5.conf")}
    server, program = FirstRequests(), client(**kerberos)
    program.do(call, rds.conninfo(port=server.port, sslmode="require", sslrootcert=None))
    assert program.do("conninfo", "gssencmode") == "prefer"
    program.do(call, rds.conninfo("plain", port=server.port, sslmode="require", sslrootcert=None, password="open sesame"))
    assert server.seen[0] == TLS
    assert GSS_ENCRYPTION in server.seen[1:], "the ticket is none"


@with_kerberos
def test_kerberos_in_place_of_tls_is_refused(rds, client):
    server, program = FirstRequests(), client()
    conninfo = rds.conninfo(port=server.port, gssencmode="require", sslrootcert=None)
    assert program.do("connectdb", conninfo) == "bad"
    assert program.message().startswith("pgiam: gssencmode=require")
    assert program.do("reset") == "bad"
    assert server.seen == []


def test_verify_full_can_be_asked_for_by_a_rule_and_needs_a_certificate_to_verify_with(rds, client):
    conninfo = rds.conninfo(sslmode="require", sslrootcert=None)
    assert client().do("connectdb", conninfo).startswith("ok")
    assert client(PGIAM_TLS="verify-full").do("connectdb", conninfo) == "bad"
    program = client(PGIAM_TLS="verify-full", PGIAM_SSLROOTCERT=rds.ca_file)
    assert program.do("connectdb", conninfo).startswith("ok"), program.message()
    assert program.do("conninfo", "sslmode") == "require"


STRANGER = "stranger.c9akciq32xyz.eu-west-1.rds.amazonaws.com"  # which no certificate names


@pytest.mark.parametrize("variable", [None, "PGSSLROOTCERT", "PGIAM_SSLROOTCERT"])
def test_a_ca_that_is_named_and_no_sslmode_verifies_the_name_too(variable, rds, client):
    variables, keywords = ({variable: rds.ca_file}, {"sslrootcert": None}) if variable else ({}, {})
    keywords |= {"sslmode": None}
    program = client(**variables)
    assert program.do("connectdb", rds.conninfo(**keywords)).startswith("ok"), program.message()
    assert program.do("connectdb", rds.conninfo(host=STRANGER, **keywords)) == "bad"
    assert "does not match host name" in program.message()
    assert [attempt["endpoint"] for attempt in rds.attempts()] == [f"{rds.host}:{rds.port}"]


def test_a_ca_that_lies_in_the_home_is_named_by_nobody(rds, client, tmp_path):
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql/root.crt").write_bytes(open(rds.ca_file, "rb").read())
    client(HOME=str(tmp_path)).do("connectdb", rds.conninfo(host=STRANGER, sslmode=None, sslrootcert=None))
    assert {attempt["endpoint"] for attempt in rds.attempts()} == {f"{STRANGER}:{rds.port}"}


@pytest.mark.parametrize("sslmode", [None, "require", "verify-full"])
def test_a_ca_file_of_ours_that_verifies_nothing_is_an_error(sslmode, rds, client, tmp_path):
    (tmp_path / "page.pem").write_text("<html>404 Not Found</html>")
    for file, why in (("/nonexistent.pem", "there is no such file"), (f"{tmp_path}/page.pem", "no certificate")):
        program = client(PGIAM_SSLROOTCERT=file)
        assert program.do("connectdb", rds.conninfo(sslmode=sslmode, sslrootcert=None)) == "bad"
        assert file in program.message() and why in program.message()
    assert rds.attempts() == []


def test_a_certificate_bundle_is_filled_in_only_where_the_user_has_none(rds, client):
    conninfo = rds.conninfo(sslrootcert=None)
    assert client(PGIAM_SSLROOTCERT=rds.ca_file).do("connectdb", conninfo).startswith("ok")
    program = client(PGIAM_SSLROOTCERT=rds.ca_file)
    assert program.do("connectdb", rds.conninfo(sslrootcert="/nonexistent")) == "bad"
    assert "/nonexistent" in program.message()


def test_a_tunnel_is_signed_for_what_is_behind_it(rds, client, tmp_path, verdicts):
    (tmp_path / "pgiam.conf").write_text(
        f"[connection tunnel]\nhost = localhost\nsigning_host = {rds.host}\nsigning_port = {rds.port}\n"
    )
    program = client(PGIAM_CONFIG=str(tmp_path / "pgiam.conf"))
    conninfo = rds.conninfo(host="localhost", hostaddr=None, sslmode=None, sslrootcert=None)
    assert program.do("connectdb", conninfo).startswith("ok\tlocalhost"), program.message()
    assert program.do("reset").startswith("ok\tlocalhost"), program.message()
    assert verdicts() == ["accepted"] * 2
