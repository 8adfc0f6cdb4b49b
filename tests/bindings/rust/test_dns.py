"""Names that only DNS calls aliases of an endpoint: what makes the whole connection dials the endpoint's own name; where only a
password can be returned there is none, and the rule to write. Of the drivers' examples those that were built."""

import pytest
from conftest import PROGRAMS, run, start
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401
from rds_fixtures import rds, verdicts  # noqa: F401

pytestmark = in_own_network
WAYS = ("reconnect", "examples/reconnect_deadpool", "examples/reconnect_diesel", "examples/reconnect_sqlx")


def variables(rds, host):  # noqa: F811
    return {**rds.credentials(), "PGHOST": host, "PGPORT": str(rds.port), "PGUSER": "app_user", "PGDATABASE": "postgres"}


@pytest.mark.parametrize("way", [way for way in WAYS if (PROGRAMS / way).exists()])
def test_a_whole_connection_goes_to_the_endpoint_and_not_to_the_stranger(way, home, rds, stranger, verdicts):  # noqa: F811
    # Those of libpq that verify a server by its name want more than DNS' word; these here verify whom they dial.
    ca = {"PGSSLROOTCERT": rds.ca_file} if way in WAYS[1:2] else {}
    with start(PROGRAMS / way, home=home, **variables(rds, "sandbox.evil.test"), **ca) as program:
        assert program.communicate("\n", timeout=300) == ("connected\ndone\n", "")
    assert set(verdicts()) == {"accepted"} and stranger.came == []


@pytest.mark.skipif(not (PROGRAMS / "storm").exists(), reason="the drivers' part has no such program")
def test_a_bare_token_for_an_alias_is_refused_with_the_rule(home, rds, dns):  # noqa: F811
    done = run(PROGRAMS / "storm", "1", home=home, **variables(rds, "db.corp.example"))
    assert done.returncode == 1 and "db.corp.example" in done.stderr and f"signing_host = {RDS}" in done.stderr
