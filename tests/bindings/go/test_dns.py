"""Names that only DNS calls aliases of an endpoint: a pool's connections dial the endpoint's own name; where only a password can be
returned there is none, and the rule to write."""

import subprocess

import pytest
from conftest import NEWER, ROOT, go, needs_go  # noqa: F401  which finds the fixtures
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401
from driver_fixtures import built, clean, needs_pq, rds, start, verdicts  # noqa: F401

pytestmark = [in_own_network, needs_go, needs_pq]


def where(rds, host="sandbox.evil.test", **more):  # noqa: F811
    return {"host": host, "port": rds.port, "user": "app_user", "dbname": "postgres", **more}


@pytest.mark.parametrize("driver", ["pq", pytest.param("pgx", marks=pytest.mark.skipif(not NEWER, reason="pgx needs a newer Go"))])
def test_a_pool_goes_to_the_endpoint_and_not_to_the_stranger(driver, start, rds, stranger, verdicts):  # noqa: F811
    pool = start(driver)
    pool.open(where(rds))
    assert pool.ask() == {"user": "app_user", "tls": True}
    assert (verdicts(), stranger.came) == (["accepted"], [])
    pool.open(where(rds, sslmode="verify-full", sslrootcert=rds.ca_file))
    assert f"signing_host = {RDS}" in pool.refused()["text"]


def test_a_bare_token_for_an_alias_is_refused_with_the_rule(rds, dns, tmp_path):  # noqa: F811
    program = tmp_path / "storm"
    go("build", "-o", str(program), "./examples/storm")
    for host in ("db.corp.example", "sandbox.evil.test"):
        variables = {**clean(), **rds.credentials(), "HOME": str(tmp_path), "PGHOST": host, "PGPORT": str(rds.port), "PGUSER": "app_user"}
        said = subprocess.run([program, "1"], env=variables, text=True, capture_output=True).stderr
        assert f"signing_host = {RDS}" in said and host in said
