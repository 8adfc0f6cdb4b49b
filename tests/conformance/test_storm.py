"""Many processes at once: one of them asks the service, the others take what it left in the cache."""
import json

from test_roles import BASE, ROLE
from test_sso import SESSION, refreshable

PROCESSES = 64


def run_all(machine):
    running = [machine.start("timeout_ms=60000") for _ in range(PROCESSES)]
    return [json.loads(process.communicate(timeout=240)[0]).get("id") for process in running]


def test_one_call_of_sts_for_all(machine, aws):
    machine.config(f"[default]\nrole_arn = {ROLE}A\nsource_profile = base\n", BASE)
    aws.delay["AssumeRole"] = 0.5
    assert set(run_all(machine)) == {"ASIA.A.by.AKIABASE"}
    assert aws.count("AssumeRole") == 1


def test_one_refresh_of_a_sign_in_for_all(machine, aws):
    machine.config(SESSION)
    refreshable(machine, -60)
    aws.delay["/token"] = 0.5
    assert set(run_all(machine)) == {"ASIA.123456789012.Dev.by.sso-token-1"}
    assert (aws.count("/token"), aws.count("/federation/credentials")) == (1, 1)
