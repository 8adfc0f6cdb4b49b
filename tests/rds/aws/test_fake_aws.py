"""The fake's own tests. botocore is the client that proves that it speaks like AWS."""

import http.client
import json
import ssl
import subprocess
import time
from pathlib import Path

import pytest

pytest.importorskip("botocore", reason="Debian's python3-botocore is not installed")
import botocore.session  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from fake_aws import Cluster, Instance, Key, Principal, Proxy  # noqa: E402

ROLE = "arn:aws:iam::123456789012:role/R"


@pytest.fixture
def client(aws):
    def make(service, name, key=None, **arguments):
        session = botocore.session.get_session()
        key = key or aws.keys["AKIDEXAMPLE"]
        return session.create_client(
            service,
            region_name="eu-west-1",
            endpoint_url=aws.url(name),
            verify=aws.ca,
            aws_access_key_id=key.id,
            aws_secret_access_key=key.secret,
            aws_session_token=key.session_token,
            config=Config(retries={"max_attempts": 0}, **arguments),
        )

    return make


def ask(aws, service, method, path, headers=None, body=None):
    """One request on a connection of its own."""
    server = aws.servers[service]
    if server.tls:
        context = ssl.create_default_context(cafile=aws.ca)
        connection = http.client.HTTPSConnection("localhost", server.port, timeout=60, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer, answer.read().decode()


def test_rds_describes_what_there_is(aws, client):
    aws.rds.add(Instance("orders", "orders.x.eu-west-1.rds.amazonaws.com", 5433, iam=False, pending_iam=True))
    aws.rds.add(Cluster("shop", "shop.cluster-x", custom=("a.cluster-custom-x",)))
    aws.rds.add(Proxy("pool", auth=[("app", "REQUIRED")]))
    rds = client("rds", "rds")
    (orders,) = rds.describe_db_instances(DBInstanceIdentifier="Orders")["DBInstances"]
    assert orders["Endpoint"]["Port"] == 5433 and orders["DBInstanceArn"].endswith(":123456789012:db:orders")
    assert (orders["IAMDatabaseAuthenticationEnabled"], orders["PendingModifiedValues"]) == (False, {"IAMDatabaseAuthenticationEnabled": True})
    (shop,) = rds.describe_db_clusters()["DBClusters"]
    assert shop["CustomEndpoints"] == ["a.cluster-custom-x"] and shop["DbClusterResourceId"].startswith("cluster-")
    (pool,) = rds.describe_db_proxies(DBProxyName="pool")["DBProxies"]
    assert pool["Auth"][0]["IAMAuth"] == "REQUIRED" and ":db-proxy:prx-" in pool["DBProxyArn"]
    for call, code in ((rds.describe_db_instances, "DBInstanceNotFound"), (rds.describe_db_clusters, "DBClusterNotFoundFault")):
        with pytest.raises(ClientError) as refused:
            call(**{f"{code.partition('Not')[0]}Identifier": "nix"})
        assert refused.value.response["Error"]["Code"] == code
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert aws.problems() == []


def test_iam_simulates_what_a_principal_may(aws, client):
    arn, role = "arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-{}/app", "arn:aws:iam::123456789012:role/R"
    aws.iam.principals[role] = Principal(allow=(arn.format("A"),), deny=(arn.format("C"),))
    aws.iam.region = None  # botocore signs for its own region where it is told the endpoint
    iam = client("iam", "iam")
    ask = {"ActionNames": ["rds-db:connect"], "ResourceArns": [arn.format(name) for name in "ABC"]}
    results = iam.simulate_principal_policy(PolicySourceArn=role, **ask)["EvaluationResults"]
    assert [result["EvalDecision"] for result in results] == ["allowed", "implicitDeny", "explicitDeny"]
    assert results[2]["MatchedStatements"][0]["SourcePolicyId"] == "connect"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.simulate_principal_policy(PolicySourceArn=role + "x", **ask)
    with pytest.raises(ClientError, match="InvalidInput"):
        iam.simulate_principal_policy(PolicySourceArn="arn:aws:sts::123456789012:assumed-role/R/x", **ask)
    aws.iam.forbidden.add("AKIDEXAMPLE")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.simulate_principal_policy(PolicySourceArn=role, **ask)
    assert aws.problems() == []
    aws.iam.region = "us-east-1"
    aws.iam.forbidden.clear()


def test_dsql_tells_a_clusters_status(aws, client):
    if "dsql" not in botocore.session.get_session().get_available_services():
        pytest.skip("this botocore does not know Aurora DSQL")
    aws.dsql.clusters["a" * 26] = "IDLE"
    dsql = client("dsql", "dsql")
    assert dsql.get_cluster(identifier="a" * 26)["status"] == "IDLE"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dsql.get_cluster(identifier="b" * 26)
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        client("dsql", "dsql", Key("AKIDEXAMPLE", "wrong")).get_cluster(identifier="a" * 26)


def test_sts_gives_a_role_whose_keys_it_then_knows(aws, client):
    aws.sts.add_role(ROLE)
    given = client("sts", "sts").assume_role(RoleArn=ROLE, RoleSessionName="one")["Credentials"]
    key = aws.keys[given["AccessKeyId"]]
    assert (key.secret, key.session_token) == (given["SecretAccessKey"], given["SessionToken"])
    assert client("sts", "sts", key).get_caller_identity()["Arn"].endswith(":assumed-role/R/one")
    assert aws.problems() == []


@pytest.mark.parametrize(
    "facts, arguments, code",
    [
        ({"trusts": []}, {}, "AccessDenied"),
        ({"external_id": "theirs"}, {"ExternalId": "ours"}, "AccessDenied"),
        ({"mfa_serial": "m", "mfa_code": "123456"}, {"SerialNumber": "m" * 9, "TokenCode": "123456"}, "AccessDenied"),
        ({}, {"DurationSeconds": 50000}, "ValidationError"),
        ({}, {"RoleSessionName": "with space"}, "ValidationError"),
    ],
)
def test_sts_refuses_what_the_role_does_not_allow(aws, client, facts, arguments, code):
    aws.sts.add_role(ROLE, **facts)
    with pytest.raises(ClientError) as refused:
        client("sts", "sts").assume_role(**{"RoleArn": ROLE, "RoleSessionName": "one"} | arguments)
    assert refused.value.response["Error"]["Code"] == code


def test_sts_refuses_a_wrong_secret_and_an_unknown_key(aws, client):
    key = type(aws.keys["AKIDEXAMPLE"])
    for wrong, code in ((key("AKIDEXAMPLE", "other"), "SignatureDoesNotMatch"), (key("X", "s"), "InvalidClientTokenId")):
        with pytest.raises(ClientError) as refused:
            client("sts", "sts", wrong).get_caller_identity()
        assert refused.value.response["Error"]["Code"] == code


def test_sts_refuses_signatures_of_another_time(aws, client):
    aws.set_clock(3600)
    with pytest.raises(ClientError, match="expired"):
        client("sts", "sts").get_caller_identity()


def test_sts_takes_the_web_identity_token_of_the_role_only(aws, client):
    aws.sts.add_role(ROLE, web_token="the.web.token")
    sts = client("sts", "sts")
    arguments = {"RoleArn": ROLE, "RoleSessionName": "one"}
    assert sts.assume_role_with_web_identity(WebIdentityToken="the.web.token", **arguments)["Credentials"]
    with pytest.raises(ClientError) as refused:
        sts.assume_role_with_web_identity(WebIdentityToken="another.web.token", **arguments)
    assert refused.value.response["Error"]["Code"] == "InvalidIdentityToken"


def test_a_device_signs_in_and_gets_role_credentials(aws, client):
    oidc = client("sso-oidc", "oidc")
    app = oidc.register_client(clientName="test", clientType="public")
    secrets = {"clientId": app["clientId"], "clientSecret": app["clientSecret"]}
    device = oidc.start_device_authorization(startUrl=aws.identity_center.start_url, **secrets)
    grant = {"grantType": "urn:ietf:params:oauth:grant-type:device_code", "deviceCode": device["deviceCode"]} | secrets
    with pytest.raises(oidc.exceptions.AuthorizationPendingException):
        oidc.create_token(**grant)
    token = oidc.create_token(**grant)
    portal = client("sso", "portal")
    role = {"roleName": "Developer", "accountId": "123456789012"}
    given = portal.get_role_credentials(accessToken=token["accessToken"], **role)["roleCredentials"]
    assert given["accessKeyId"] in aws.keys
    refreshed = oidc.create_token(grantType="refresh_token", refreshToken=token["refreshToken"], **secrets)
    assert portal.get_role_credentials(accessToken=refreshed["accessToken"], **role)
    with pytest.raises(portal.exceptions.UnauthorizedException):
        portal.get_role_credentials(accessToken=token["accessToken"], **role)
    assert aws.problems() == []


def test_imds_gives_the_role_to_who_has_a_token(aws):
    ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    token = {"X-aws-ec2-metadata-token": ask(aws, "imds", "PUT", "/latest/api/token", ttl)[1]}
    path = "/latest/meta-data/iam/security-credentials/"
    assert ask(aws, "imds", "GET", path, token)[1] == "instance-role"
    assert json.loads(ask(aws, "imds", "GET", path + "instance-role", token)[1])["AccessKeyId"] in aws.keys
    assert aws.problems() == []
    assert ask(aws, "imds", "GET", path)[0].status == 401
    assert aws.problems() == ["imds: version 1 of the service was asked"]


def test_a_container_gets_credentials_with_its_token(aws):
    aws.container.authorization = "the token"
    assert ask(aws, "container", "GET", aws.container.path)[0].status == 403
    assert ask(aws, "container", "GET", aws.container.path, {"Authorization": "the token"})[0].status == 200


def test_sign_in_takes_only_a_proof_of_its_own_key(aws):
    answer, body = ask(aws, "signin", "POST", "/v1/token", {"DPoP": "a.b.c"}, "{}")
    assert (answer.status, json.loads(body)["error"]) == (400, "INVALID_REQUEST")
    assert aws.problems()[0].startswith("signin: DPoP:")


@pytest.mark.parametrize("kind", ["reset", "close", "half"])
def test_faults_break_the_connection(aws, kind):
    aws.fault("container", kind)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        ask(aws, "container", "GET", "/")
    assert ask(aws, "container", "GET", "/")[0].status == 404


def test_faults_spoil_the_answer(aws):
    aws.fault("container", "status", status=503, headers={"Retry-After": "1"})
    aws.fault("container", "throttle", code="SlowDown")
    aws.fault("container", "garbage")
    aws.fault("container", "huge", size=100_000)
    aws.fault("container", "redirect", body="http://127.0.0.1:9/")
    answers = [ask(aws, "container", "GET", "/") for _ in range(5)]
    assert [answer.status for answer, _ in answers] == [503, 400, 200, 200, 302]
    assert len(answers[3][1]) == 100_000


def test_faults_take_their_time(aws):
    aws.fault("container", "slow", seconds=0.3)
    start = time.monotonic()
    ask(aws, "container", "GET", "/")
    assert time.monotonic() - start >= 0.3


def test_requests_are_recorded_with_their_connection(aws):
    connection = http.client.HTTPConnection("127.0.0.1", aws.servers["imds"].port)
    for path in ("/a?x=1", "/b"):
        connection.request("GET", path, headers={"X-Test": "yes"})
        connection.getresponse().read()
    ask(aws, "imds", "GET", "/c")
    first, second, third = aws.requests("imds")
    assert (first.path, first.query, first.headers["x-test"]) == ("/a", "x=1", "yes")
    assert first.connection == second.connection != third.connection


def test_the_command_is_scripted_through_its_input():
    lines = [
        {"do": "set", "with": {"service": "imds", "name": "extended", "value": False}},
        {"do": "fault", "with": {"service": "sts", "kind": "hang"}},
        {"do": "environment"},
        {"do": "requests"},
        {"do": "fault", "with": {"service": "sts", "kind": "plague"}},
    ]
    command = [Path(__file__).with_name("run")]
    text = "\n".join(json.dumps(line) for line in lines)
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    first, *answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(first) == {"ca", "ports"}
    assert answers[2]["result"]["AWS_ENDPOINT_URL_STS"] == f"https://localhost:{first['ports']['sts']}"
    assert answers[3] == {"result": []}
    assert "no fault plague" in answers[4]["error"]
