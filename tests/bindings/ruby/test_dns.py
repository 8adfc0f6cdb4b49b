"""Names that only DNS calls aliases of an endpoint: what makes the whole connection dials the endpoint's own name; where only a
password can be returned there is none, and the rule to write."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/rds"), str(ROOT / "tests/hosts")]
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: E402, F401
from rds_fixtures import rds, verdicts  # noqa: E402, F401

pytestmark = in_own_network

PROGRAM = """
require "json"
require "pgiam/pg"
given = JSON.parse(ARGV[1], symbolize_names: true)
begin
  case ARGV[0]
  when "connect" then Pgiam::PG.connect(**given) { |one| puts one.exec("SELECT session_user").getvalue(0, 0), one.host }
  when "token" then puts Pgiam.token(**given)
  else puts Pgiam.default_context.answer(**given, can_apply: "*").params[:host]
  end
rescue Pgiam::Error => e
  puts e.status, e
end
"""


@pytest.fixture
def ruby(rds, tmp_path):  # noqa: F811
    def run(what, host="sandbox.evil.test", **given):
        arguments = {"host": host, "port": rds.port, "user": "app_user", **given}
        environment = {**os.environ, **rds.credentials(), "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true",
                       "PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"], "PGIAM_TIMEOUT_MS": "300000", "LC_ALL": "C.UTF-8"}  # fmt: skip
        done = subprocess.run(["/usr/bin/ruby", "-I", ROOT / "bindings/ruby/lib", "-e", PROGRAM, what, json.dumps(arguments)],
                              env=environment, capture_output=True, text=True, timeout=300)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_a_whole_connection_goes_to_the_endpoint_and_not_to_the_stranger(ruby, rds, stranger, verdicts):  # noqa: F811
    assert ruby("connect", dbname="postgres").split() == ["app_user", RDS]
    assert (verdicts(), stranger.came) == (["accepted"], [])


def test_who_asks_for_verify_full_of_an_alias_is_told_the_rule(ruby, rds, stranger):  # noqa: F811
    strict = ruby("connect", dbname="postgres", sslmode="verify-full", sslrootcert=rds.ca_file)
    assert f"signing_host = {RDS}" in strict and stranger.came == []


def test_a_bare_token_for_an_alias_is_refused_with_the_rule(ruby, dns):  # noqa: F811
    for host in ("db.corp.example", "sandbox.evil.test"):
        said = ruby("token", host)
        assert f"signing_host = {RDS}" in said and host in said
    assert ruby("token", "db.corp.example", signing_host=RDS).startswith(RDS)


def test_who_applies_the_hosts_name_gets_it_with_the_token(ruby, dns):  # noqa: F811
    assert ruby("answer", "db.corp.example").strip() == RDS
