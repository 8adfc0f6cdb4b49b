"""The real command against the services: what it prints of each source, and what it reports of the way there."""
import json
import os
import subprocess
import time

import pytest
from test_roles import ROLE, one_role
from test_failures import SOURCES

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"


def run(machine, *words):
    done = subprocess.run([os.environ["PGIAM_COMMAND"], *words], text=True, capture_output=True, timeout=240,
                          stdin=subprocess.DEVNULL, cwd=machine.home, env=machine.environment())
    for key in machine.aws.keys.values():
        assert key.secret not in done.stderr, "a secret was printed"
        assert not key.session_token or key.session_token not in done.stderr, "a session token was printed"
    return done


@pytest.mark.parametrize("source", SOURCES)
def test_credentials_of_each_source(machine, source):
    origin = SOURCES[source][0](machine)
    done = run(machine, "credentials", "--log", "debug")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    key = machine.aws.keys[answer["AccessKeyId"]]
    assert (answer["Version"], key.origin) == (1, origin)
    assert (answer["SecretAccessKey"], answer["SessionToken"]) == (key.secret, key.session_token)
    assert answer["Expiration"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(key.expires_at))
    assert answer["AccountId"] == "123456789012"


def explain(machine):
    done = run(machine, "explain", "--json", "--resolve", f"host={HOST} user=app")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_explain_tells_what_each_source_said(machine, aws):
    one_role(machine)
    aws.sts.roles[ROLE + "A"].trusts = []
    told = explain(machine)
    tried = {step["provider"]: step for step in told["credentials"]["tried"]}
    assert tried["aws.environment"]["outcome"] == "skipped"
    assert "AWS_ACCESS_KEY_ID" in tried["aws.environment"]["detail"]
    assert tried["aws.assume_role"]["outcome"] == "failed"
    assert "not authorized" in tried["aws.assume_role"]["detail"]
    assert "(AccessDenied, HTTP status 403, request " in tried["aws.assume_role"]["detail"]
    assert all(step["ms"] >= 0 for step in tried.values())


def test_explain_reports_a_wrong_clock(machine, aws):
    one_role(machine)
    aws.set_clock(4000)
    assert [warning for warning in explain(machine)["warnings"] if "behind AWS's" in warning]
