"""Names that only DNS calls aliases of an endpoint: PgiamDriver dials the endpoint's own name, or nothing at all; the plugin
alone, which is asked when pgjdbc has dialled what it was given, gives nothing away."""

import os
import re
import subprocess

import pytest
from conftest import COMMAND_ONLY, REPLICA, SOCKETS, refused
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401

pytestmark = in_own_network

DRIVER = {"prefix": "jdbc:pgiam:postgresql:", "plugin": False}
# For the plugin to know which host it is at, and for pgjdbc to try again those that failed.
LISTS = (SOCKETS, "hostRecheckSeconds=0")
WAYS = {"native": ["-Dpgiam.bridge=native"], "command": COMMAND_ONLY}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def java(request, jvm):
    """A JVM that asks the DNS server, with nothing kept of what that said before."""
    return jvm(*request.param, by_dns=True)


def rule_for(host):
    return f"'[connection {host}]' 'host = {host}' 'signing_host = {RDS}' >> ~/.config/pgiam/pgiam.conf"


def test_the_driver_follows_a_strangers_zone_to_the_endpoint_or_nowhere(java, rds, stranger, verdicts):
    silent = f"jdbc:pgiam:postgresql://sandbox.evil.test:{rds.port}/postgres"
    assert java.do("connect", "c", silent, "user=app_user") == "app_user"
    assert (verdicts(), stranger.came) == (["accepted"], [])


def test_the_plugin_alone_sends_a_strangers_server_no_token_and_names_the_rule(java, url, dns, stranger, verdicts):  # noqa: F811
    dns.is_lied_to = lambda nth: nth > 2  # pgjdbc asks first, for addresses of both kinds
    for hosts in ("sandbox.evil.test", f"{REPLICA},sandbox.evil.test"):
        alone = refused(java, "connect", "c", url(*LISTS, host=hosts, sslmode="require"), "user=app_user")
        assert alone.state == "28000" and rule_for("sandbox.evil.test") in alone.message, hosts
    assert (len(stranger.came), verdicts(), stranger.sent) == (2, [], [])


def test_where_the_server_is_to_be_verified_dns_alone_gets_no_token(java, url, dns, stranger, verdicts):  # noqa: F811
    dns.is_lied_to = lambda nth: True  # noqa: ARG005
    for host in ("sandbox.evil.test", "db.corp.example"):
        for asked in (url(host=host, **DRIVER), url(host=host, **DRIVER | {"sslmode": None}),
                      url("pgiam.tls=verify-full", host=host, **DRIVER | {"sslmode": "require"})):  # fmt: skip
            strict = refused(java, "connect", "c", asked, "user=app_user")
            assert strict.state == "28000" and rule_for(host) in strict.message, asked
    assert (verdicts(), stranger.came) == ([], [])


@pytest.mark.usefixtures("dns")
def test_the_rule_that_is_named_makes_verify_full_work(jvm, url, tmp_path, verdicts):
    java, checked = jvm(by_dns=True), url(host="db.corp.example", **DRIVER)
    command = re.search(r"mkdir .*?/pgiam\.conf", refused(java, "connect", "c", checked, "user=app_user").message)[0]
    subprocess.run(command, shell=True, check=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    again = jvm(by_dns=True)
    assert again.do("connect", "c", checked, "user=app_user") == "app_user"
    assert again.do("connect", "p", url(host="db.corp.example", sslmode="require"), "user=app_user") == "app_user"
    assert verdicts() == ["accepted"] * 2


def test_verify_full_works_through_a_tunnel_at_its_own_address(java, url, dns, verdicts):  # noqa: F811
    del dns.aliases[RDS]  # so that nobody finds the endpoint by its name
    for hosts in ("tunnel.corp.example", "localhost,tunnel.corp.example"):
        tunnel = url(f"pgiam.signing_host={RDS}", host=hosts, **DRIVER)
        assert java.do("connect", "c", tunnel, "user=app_user") == "app_user"
    assert verdicts() == ["accepted"] * 2
