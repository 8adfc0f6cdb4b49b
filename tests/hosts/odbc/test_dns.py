"""Names that only DNS calls aliases of an endpoint: the shim dials the endpoint's own name, or nothing at all."""

import os
import re
import subprocess

import pytest
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401

pytestmark = in_own_network


@pytest.fixture
def alias(string):
    """alias(host, key=value, …, pqopt=text): a connection string that says nothing of TLS, addresses and CAs but what is given."""
    return lambda host, pqopt=None, **keys: string(Server=host, pqopt=pqopt and f"{{{pqopt}}}", **keys)


@pytest.mark.parametrize("tls", [{}, {"SSLmode": "require"}], ids=["silent", "require"])
def test_a_strangers_zone_leads_to_the_endpoint_or_nowhere(tls, alias, log_in, stranger, verdicts):
    assert log_in(alias("sandbox.evil.test", **tls)) == "app_user"
    assert (verdicts(), stranger.came) == (["accepted"], [])


ASKED = {
    "verify-full": {"SSLmode": "verify-full", "pqopt": "sslrootcert=CA"},
    "a CA": {"pqopt": "sslrootcert=CA"},
    "tls": {"PgiamTls": "verify-full"},
}


def with_ca(rds, keys):
    return {key: value.replace("sslrootcert=CA", f"sslrootcert={rds.ca_file}") for key, value in keys.items()}


@pytest.mark.parametrize("host", ["sandbox.evil.test", "db.corp.example"])
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_where_the_server_is_to_be_verified_dns_alone_gets_no_token(asked, host, rds, alias, client, stranger, verdicts):
    error = client(alias(host, **with_ca(rds, asked)))
    assert error.startswith("[28000]"), error
    assert f"'[connection {host}]' 'host = {host}' 'signing_host = {RDS}' >> ~/.config/pgiam/pgiam.conf" in error
    assert (verdicts(), stranger.came) == ([], [])


def test_an_address_that_the_user_wrote_gets_no_token_on_dns_alone(alias, log_in, stranger, verdicts):
    error = log_in(alias("sandbox.evil.test", pqopt="hostaddr=127.0.0.9"))
    assert "hostaddr=127.0.0.9 would take the token elsewhere" in error
    assert (verdicts(), stranger.came) == ([], [])


@pytest.mark.usefixtures("dns")
def test_the_rule_that_is_named_makes_verify_full_work(rds, alias, log_in, client, tmp_path, verdicts):
    checked = alias("db.corp.example", **with_ca(rds, ASKED["verify-full"]))
    rule = re.search(r"mkdir .*?/pgiam\.conf", client(checked))[0]
    subprocess.run(rule, shell=True, check=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    assert log_in(checked) == "app_user"
    assert verdicts() == ["accepted"]


@pytest.mark.parametrize("host", ["tunnel.corp.example", "127.0.0.1", "localhost"])
def test_verify_full_works_through_a_tunnel_at_its_own_address(host, rds, alias, log_in, dns, verdicts):  # noqa: F811
    del dns.aliases[RDS]  # so that nobody finds the endpoint by its name
    tunnel = alias(host, PgiamSigningHost=RDS, **with_ca(rds, ASKED["verify-full"]))
    assert log_in(tunnel) == "app_user"
    assert verdicts() == ["accepted"]
