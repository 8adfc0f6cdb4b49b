"""Names that only DNS calls aliases of an endpoint: what makes the whole connection dials the endpoint's own name; where only a
password can be returned there is none, and the rule to write."""

import json

import pytest
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401
from driver_fixtures import WAYS, rds, verdicts  # noqa: F401

pytestmark = in_own_network


@pytest.fixture
def where(rds, environment):  # noqa: F811
    environment |= {**rds.credentials(), "SERVER": json.dumps({"port": str(rds.port), "user": "app_user", "dbname": "postgres"})}


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_connection_goes_to_the_endpoint_and_not_to_the_stranger(php, way, where, rds, stranger, verdicts):  # noqa: F811
    code = WAYS[way] + "$server = ['host' => 'sandbox.evil.test'] + json_decode(getenv('SERVER'), true);"
    row, strict = php(code + f"""
        tell(row(login($server), 'SELECT session_user'));
        tell(refusal(fn () => login(['sslmode' => 'verify-full', 'sslrootcert' => '{rds.ca_file}'] + $server)));""")
    assert row == ["app_user"] and (verdicts(), stranger.came) == (["accepted"], [])
    assert f"signing_host = {RDS}" in strict["text"]


def test_a_bare_token_for_an_alias_is_refused_with_the_rule(php, where, rds, dns):  # noqa: F811
    told = php(f"""
        $context = new Pgiam\\Context();
        tell(refusal(fn () => $context->token(host: 'db.corp.example', user: 'app', port: {rds.port})));
        tell($context->token(host: 'db.corp.example', user: 'app', port: {rds.port}, signingHost: '{RDS}'));
        tell($context->answer(host: 'db.corp.example', user: 'app', port: {rds.port}, canApply: '*')->params['host']);""")
    assert f"signing_host = {RDS}" in told[0]["text"] and "db.corp.example" in told[0]["text"]
    assert told[1].startswith(RDS) and told[2] == RDS
