"""Names that only DNS calls aliases of an endpoint: what makes the whole connection dials the endpoint's own name; where only a
password can be returned there is none, and the rule to write."""

import conftest
import pytest
from conftest import Program
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401
from rds_fixtures import rds, verdicts  # noqa: F401

pytestmark = in_own_network


@pytest.fixture
def ask(rds):  # noqa: F811
    def ask(text, host="sandbox.evil.test"):
        where = {"host": host, "port": rds.port, "user": "app_user", "database": "postgres"}
        environment = {name: value for name, value in conftest.environment_of(rds).items() if name not in ("LD_PRELOAD", "NSS_WRAPPER_HOSTS")}
        with Program(f"const RDS = {RDS!r};" + text, where, environment) as running:
            return running.told()

    return ask


def test_a_whole_connection_goes_to_the_endpoint_and_not_to_the_stranger(ask, stranger, verdicts):  # noqa: F811
    text = "const client = await pgiam.pg.connect(require('pg').Client, where); tell((await client.query(SESSION)).rows[0]); await client.end();"
    assert ask(text) == {"session_user": "app_user", "ssl": True}
    assert (verdicts(), stranger.came) == (["accepted"], [])


@pytest.mark.parametrize("call", [
    "pgiam.token(where)", "pgiam.password({ host: where.host, port: where.port, user: where.user })()", "pgiam.password()({ ...where, ssl: true })",
])  # fmt: skip
@pytest.mark.parametrize("host", ["db.corp.example", "sandbox.evil.test"])
def test_a_password_alone_for_an_alias_is_refused_with_the_rule(ask, dns, call, host):  # noqa: F811
    said = ask(f"tell(await {call}.catch(told));", host)["message"]
    assert f"signing_host = {RDS}" in said and host in said


def test_who_says_the_endpoint_gets_its_token(ask, dns):  # noqa: F811
    assert ask("tell((await pgiam.token({ ...where, signingHost: RDS })).startsWith(RDS));", "db.corp.example")
    assert ask("tell((await pgiam.password({ signingHost: RDS })({ ...where, ssl: { rejectUnauthorized: false } })).startsWith(RDS));", "db.corp.example")


def test_who_applies_the_hosts_name_gets_it_with_the_token(ask, dns):  # noqa: F811
    assert ask("const answer = await pgiam.answer({ ...where, canApply: '*' }); tell([answer.params.host, answer.host]);", "db.corp.example") == [RDS, RDS]
