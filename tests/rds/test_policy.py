"""IAM policies, judged as the IAM user guide says."""

import json

import pytest
from rds_emulator.policy import Policy, PolicyError
from rds_emulator.verifier import Endpoint, Key, Refused, Token, verify
from rds_clients import make_token

CONNECT = "rds-db:connect"
APP = "arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ABC/app"


def policy(*statements, version="2012-10-17"):
    return Policy(json.dumps({"Version": version, "Statement": list(statements)}))


def allow(resource, action=CONNECT, **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def deny(resource, action=CONNECT):
    return {"Effect": "Deny", "Action": action, "Resource": resource}


@pytest.mark.parametrize(
    "resource, allowed",
    [
        (APP, True),
        ("*", True),
        ([APP.replace("app", "other"), APP], True),
        ("arn:aws:rds-db:*:*:dbuser:*/app", True),
        ("arn:aws:rds-db:*:*:dbuser:db-AB?/ap*", True),
        (APP.replace("app", "APP"), False),
        (APP.replace("app", "ap"), False),
        (APP.replace("eu-west-1", "us-east-1"), False),
        ("arn:aws-cn:rds-db:*:*:dbuser:*", False),
        ("arn:aws:*:x:123456789012:dbuser:db-ABC/app", False),
    ],
)
def test_a_resource_is_matched_part_by_part(resource, allowed):
    assert policy(allow(resource)).allows(CONNECT, APP) is allowed


@pytest.mark.parametrize(
    "action, allowed",
    [
        ("RDS-DB:Connect", True),
        ("rds-db:*", True),
        (["s3:Get*", "rds-db:con?ect"], True),
        ("*", True),
        ("rds:*", False),
    ],
)
def test_actions_are_matched_whatever_their_case(action, allowed):
    assert policy(allow("*", action)).allows(CONNECT, APP) is allowed


def test_a_deny_wins():
    assert not policy(allow("*"), deny(APP)).allows(CONNECT, APP)
    assert policy(allow("*"), deny(APP + "2")).allows(CONNECT, APP)
    assert not policy(deny("*")).allows(CONNECT, APP)


def test_not_means_all_others():
    assert policy({"Effect": "Allow", "NotAction": "s3:*", "NotResource": APP + "2"}).allows(CONNECT, APP)
    assert not policy({"Effect": "Allow", "NotAction": "rds-db:*", "Resource": "*"}).allows(CONNECT, APP)


def test_special_characters_have_a_spelling():
    odd = APP.replace("app", "a*b?c$d")
    spelt = APP.replace("app", "a${*}b${?}c${$}d")
    assert policy(allow(spelt)).allows(CONNECT, odd)
    assert not policy(allow(spelt)).allows(CONNECT, odd.replace("*", "x"))
    assert not policy(allow(spelt), version="2008-10-17").allows(CONNECT, odd)


@pytest.mark.parametrize(
    "document",
    [
        "[]",
        "no json",
        '{"Statement": []}',
        '{"Version": "2024-01-01", "Statement": []}',
        '{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}]}',
        json.dumps({"Statement": allow("*", Condition={})}),
        json.dumps({"Statement": allow("*", Principal="*")}),
        json.dumps({"Statement": allow("*") | {"Effect": "allow"}}),
        json.dumps({"Statement": allow("*", NotAction="*")}),
        json.dumps({"Statement": allow("db-ABC/app")}),
        json.dumps({"Statement": allow("*", "connect")}),
        json.dumps({"Version": "2012-10-17", "Statement": allow(APP.replace("app", "${aws:username}"))}),
    ],
)
def test_what_is_not_understood_is_refused(document):
    with pytest.raises(PolicyError):
        Policy(document)


def test_a_token_needs_the_action_that_it_asks_for():
    endpoint = Endpoint("abc.dsql.us-east-1.on.aws")
    cluster = "arn:aws:dsql:us-east-1:123456789012:cluster/abc"
    key = Key("AKIA1", "s", policy=policy(allow(cluster, "dsql:DbConnect")))

    def log_in(user, action):
        token = make_token(key, endpoint.name, None, user, 1e9, "us-east-1", "dsql", Action=action, DBUser=None)
        verify(Token(token), user, [endpoint], 5432, {key.id: key}, 1e9)

    log_in("app", "DbConnect")
    with pytest.raises(Refused) as refused:
        log_in("admin", "DbConnectAdmin")
    assert refused.value.check == "policy"
