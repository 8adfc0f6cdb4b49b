"""A token never leaves without TLS, and a rule can ask for more."""

import pytest
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
    aws = {name: value for name, value in plain_instance.environment().items() if name.startswith("AWS_")}
    return lambda **variables: client(**aws, **variables)


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


def test_verify_full_can_be_asked_for_by_a_rule_and_needs_a_certificate_to_verify_with(rds, client):
    conninfo = rds.conninfo(sslmode="require", sslrootcert=None)
    assert client().do("connectdb", conninfo).startswith("ok")
    assert client(PGIAM_TLS="verify-full").do("connectdb", conninfo) == "bad"
    program = client(PGIAM_TLS="verify-full", PGIAM_SSLROOTCERT=rds.ca_file)
    assert program.do("connectdb", conninfo).startswith("ok"), program.message()
    assert program.do("conninfo", "sslmode") == "require"


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
