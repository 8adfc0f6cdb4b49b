"""Whatever the source and whatever goes wrong with it: at debug level nothing that is secret is on standard error, nor in
what `explain` prints."""

import hashlib
import json
import subprocess
import time

import pytest
from conftest import CONNINFO, SECRET

ROLE = "arn:aws:iam::123456789012:role/dba"
WEB_TOKEN = "eyJ.canary-of-the-web-identity.x"
AUTHORIZATION = "Bearer canary-of-the-container"
PROFILE = f"region = eu-west-1\n[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRET}\n"
# What each source asks, in the fake services' names; the last of them hands out the credentials.
SOURCES = {
    "assume_role": ["sts"],
    "web_identity": ["sts"],
    "sso": ["oidc", "portal"],
    "login": ["signin"],
    "container": ["container"],
    "imds": ["imds"],
    "process": [],
}
FAULTS = {
    "none": None,
    "half an answer": {"kind": "half"},
    "something else": {"kind": "garbage", "body": '{"SecretAccessKey": "canary-of-an-answer", "Token": '},
    "a refusal": {"kind": "status", "status": 403, "body": "<Error><Code>AccessDenied</Code></Error>"},
    "a reset": {"kind": "reset"},
}


def later(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


@pytest.fixture
def prepare(home, aws):
    """prepare(source) writes its files and returns its variables."""
    folder = home / ".aws"
    folder.mkdir()

    def config(text):
        (folder / "config").write_text(f"[default]\n{text}\n{PROFILE}")
        return {}

    def cache(name, content):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(json.dumps(content))

    def assume_role():
        aws.sts.add_role(ROLE)
        return config(f"role_arn = {ROLE}\nsource_profile = base")

    def web_identity():
        aws.sts.add_role(ROLE, web_token=WEB_TOKEN)
        (home / "token").write_text(WEB_TOKEN)
        return {"AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "token"), "AWS_ROLE_ARN": ROLE}

    def sso():
        aws.identity_center.add_session("canary-access", 60, "canary-refresh", ("client", "canary-client"))
        members = {"startUrl": aws.identity_center.start_url, "region": "eu-west-1", "accessToken": "canary-access",
                   "expiresAt": later(60), "refreshToken": "canary-refresh", "clientId": "client",
                   "clientSecret": "canary-client", "registrationExpiresAt": later(86400)}  # fmt: skip
        cache(f"sso/cache/{hashlib.sha1(b'corp').hexdigest()}.json", members)
        return config("sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\n[sso-session corp]\n"
                      f"sso_region = eu-west-1\nsso_start_url = {aws.identity_center.start_url}\n[default]")  # fmt: skip

    def login():
        aws.signin.add_session("canary-refresh")
        pem = subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], capture_output=True, text=True)
        token = {"accessKeyId": "ASIAOLD", "secretAccessKey": "canary-old", "sessionToken": "canary-old-session",
                 "accountId": "123456789012", "expiresAt": later(-60)}  # fmt: skip
        session = {"accessToken": token, "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device",
                   "refreshToken": "canary-refresh", "dpopKey": pem.stdout}  # fmt: skip
        cache(f"login/cache/{hashlib.sha256(b'arn:session').hexdigest()}.json", session)
        return config("login_session = arn:session")

    def container():
        aws.container.authorization = AUTHORIZATION
        return {"AWS_CONTAINER_AUTHORIZATION_TOKEN": AUTHORIZATION}

    def imds():
        return {}

    def process():
        answer = {"Version": 1, "AccessKeyId": "AKIDP", "SecretAccessKey": SECRET, "SessionToken": "canary-of-a-process"}
        (home / "program").write_text(f"#!/bin/sh\necho canary {SECRET} >&2\necho '{json.dumps(answer)}'\n")
        (home / "program").chmod(0o700)
        return config(f"credential_process = {home}/program --password {SECRET}")

    prepared = (assume_role, web_identity, sso, login, container, imds, process)
    by_name = {function.__name__: function for function in prepared}
    yield lambda source: by_name[source]()
    aws.container.authorization = None


def secrets_of(aws):
    yield from (SECRET, WEB_TOKEN, AUTHORIZATION, "canary")
    for key in aws.keys.values():
        yield from (key.secret, key.session_token or SECRET)
    for session in aws.identity_center.sessions.values():
        yield from (session.access_token, session.refresh_token or SECRET)
    yield from aws.signin.refresh_tokens
    yield from aws.imds.tokens


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", SOURCES)
def test_nothing_secret_is_told(pgiam, prepare, aws, services, source, fault):
    variables = {**services(*SOURCES[source] or ["sts"]), **prepare(source), "AWS_MAX_ATTEMPTS": "1"}
    if FAULTS[fault] and SOURCES[source]:
        aws.fault(SOURCES[source][-1], count=100, **FAULTS[fault])
    explained = pgiam("explain", CONNINFO, "--json", "--resolve", "--cache", "none", "--log", "debug", **variables)
    ended = pgiam("credentials", "--log", "debug", **variables)
    assert (ended.returncode == 0) == (fault == "none" or not SOURCES[source]), ended.stderr
    tried = json.loads(explained.stdout)["credentials"]["tried"]
    assert tried and all(set(attempt) == {"provider", "outcome", "detail", "ms"} for attempt in tried)
    told = explained.stdout + explained.stderr + ended.stderr
    assert [secret for secret in secrets_of(aws) if secret in told] == []
