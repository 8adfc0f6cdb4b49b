"""What pgiam doctor asks the cloud about a connection that fails, and what it says of that. The verdicts are faults' business."""

import pytest
from doctor_fixtures import doctor, instance, rds, variables  # noqa: F401
from fake_aws import Instance, Principal

ARN = "arn:aws:iam::123456789012:user/ann"


@pytest.fixture
def account(rds, aws, variables):
    """Its instance is there, and the user may log in; who the user is, RDS and IAM know as STS does."""
    aws.clear()
    before = [(service, service.keys) for service in (aws.rds, aws.iam)]
    aws.rds.keys = aws.iam.keys = aws.sts.keys
    endpoint = rds.endpoints[0]
    aws.rds.region = endpoint.region
    aws.rds.add(Instance(endpoint.name.split(".")[0], endpoint.name, rds.port))
    aws.iam.principals[ARN] = Principal()
    yield aws
    for service, keys in before:
        service.keys = keys
        service.forbidden.clear()
    aws.rds.instances.clear()


def steps(told):
    return {step["step"]: step for step in told.json["steps"]}


def asked(aws):
    return [request.service for request in aws.requests()]


def test_a_connection_that_works_asks_no_more_than_who_it_is(doctor, rds, account):
    assert doctor(rds.conninfo()).json["verdict"]["code"] in ("works", "hook_missing", "disabled")
    assert asked(account) == ["sts"]


def test_whom_it_asked_is_said(doctor, rds, account):
    told = steps(doctor(rds.conninfo(user="nobody")))
    assert asked(account) == ["sts", "rds", "iam"]
    assert account.url("rds") + " (DescribeDBInstances)" in told["resource"]["detail"]
    assert account.url("iam") + " (SimulatePrincipalPolicy)" in told["permission"]["detail"]
    assert account.problems() == []


def test_offline_asks_nobody(doctor, rds, account):
    told = steps(doctor(rds.conninfo(user="nobody"), "--offline"))
    assert asked(account) == [] and "resource" not in told


def test_who_may_not_ask_gets_the_command_for_somebody_who_may(doctor, rds, account):
    account.rds.forbidden.add(next(iter(rds.keys)))
    told = steps(doctor(rds.conninfo(user="nobody")))
    assert told["resource"]["outcome"] == "skipped"
    assert "may not call rds:DescribeDBInstances" in told["resource"]["detail"]
    assert "aws rds describe-db-instances --db-instance-identifier" in told["resource"]["detail"]
    assert asked(account) == ["sts", "rds"]


def test_several_hosts_that_fail_make_no_more_than_six_calls(doctor, rds, account):
    endpoint = rds.endpoints[0]
    three = {"host": ",".join([endpoint.name] * 3), "hostaddr": ",".join([endpoint.address] * 3), "port": ",".join([str(rds.port)] * 3)}
    doctor(rds.conninfo(user="nobody", **three))
    assert len(asked(account)) <= 6
