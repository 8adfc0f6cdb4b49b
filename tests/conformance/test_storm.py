"""Many processes at once: one of them asks the service, the others take what it left in the cache."""
from test_roles import actions, one_role
from test_sso import DEVELOPER, refreshable

PROCESSES = 64


def run_all(machine):
    running = [machine.start("timeout_ms=60000") for _ in range(PROCESSES)]
    return {machine.origin(machine.finish(process)) for process in running}


def test_one_call_of_sts_for_all(machine, aws):
    one_role(machine)
    aws.fault("sts", "slow", seconds=0.5)
    assert run_all(machine) == {"role A by AKIABASE"}
    assert actions(aws) == ["AssumeRole"]


def test_one_refresh_of_a_sign_in_for_all(machine, aws):
    refreshable(machine, -60)
    aws.fault("oidc", "slow", seconds=0.5)
    assert run_all(machine) == {DEVELOPER}
    assert (len(aws.requests("oidc")), len(aws.requests("portal"))) == (1, 1)
