"""Sessions of `aws login`: renewed with a proof that the service checks, and written back."""
import hashlib
import json

import pytest
from conftest import moment
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

SESSION = "arn:aws:sts::123456789012:assumed-role/R/ann"
FORMS = {"PKCS#8": serialization.PrivateFormat.PKCS8, "SEC1": serialization.PrivateFormat.TraditionalOpenSSL}


def session_file(machine, seconds, form="PKCS#8", **members):
    machine.config(f"[default]\nregion = eu-west-1\nlogin_session = {SESSION}\n")
    machine.aws.signin.add_session("login-refresh")
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, FORMS[form], serialization.NoEncryption()).decode()
    content = {"accessToken": {"accessKeyId": "ASIA.old", "secretAccessKey": "secret of old", "sessionToken": "t",
                               "accountId": "123456789012", "expiresAt": moment(seconds)},
               "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device",
               "refreshToken": "login-refresh", "idToken": "id", "dpopKey": key, "other": "kept", **members}
    content = {name: value for name, value in content.items() if value is not None}
    return machine.write(f".aws/login/cache/{hashlib.sha256(SESSION.encode()).hexdigest()}.json", json.dumps(content))


def test_a_session_that_lives(machine, aws):
    session_file(machine, 600)
    assert machine.pgiam()["id"] == "ASIA.old"
    assert aws.requests() == []


@pytest.mark.parametrize("form", FORMS)
def test_a_session_that_is_renewed(machine, aws, form):
    path = session_file(machine, 60, form)
    ours = machine.pgiam()
    assert (machine.origin(ours), ours["account"]) == ("login session", "123456789012")
    written = json.loads(path.read_text())
    assert written["accessToken"]["accessKeyId"] == ours["id"]
    assert written["refreshToken"] in aws.signin.refresh_tokens
    assert (written["idToken"], written["other"]) == ("id", "kept")
    assert path.stat().st_mode & 0o777 == 0o600
    assert machine.pgiam()["id"] == ours["id"]
    assert len(aws.requests("signin")) == 1


def test_a_session_that_lives_on_when_its_renewal_fails(machine, aws):
    session_file(machine, 60)
    aws.fault("signin", "status", count=9)
    assert machine.pgiam()["id"] == "ASIA.old"


@pytest.mark.parametrize("reason", ["TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED"])
def test_a_session_that_is_over(machine, aws, reason):
    session_file(machine, -60)
    aws.signin.refuse_with = reason
    ours = machine.pgiam()
    assert (ours["status"], ours["hint"]) == (201, "run: aws login --profile default")
    assert len(aws.requests("signin")) == 1


@pytest.mark.parametrize("member", ["accessToken", "refreshToken", "clientId", "dpopKey"])
def test_a_session_file_that_is_not_whole(machine, aws, member):
    session_file(machine, 600, **{member: None})
    ours = machine.pgiam()
    assert (ours["status"], member in ours["error"]) == (201, True)
    assert aws.requests() == []


def test_a_key_is_looked_at_only_where_it_is_needed(machine, aws):
    session_file(machine, 600, dpopKey="no key")
    assert machine.pgiam()["id"] == "ASIA.old"
    session_file(machine, 60, dpopKey="no key")
    assert machine.pgiam()["id"] == "ASIA.old"  # it lives on
    session_file(machine, -60, dpopKey="no key")
    assert machine.pgiam()["status"] == 201
    assert aws.requests() == []


def test_many_processes_renew_a_session_once(machine, aws):
    session_file(machine, -60)
    aws.fault("signin", "slow", seconds=0.3)
    running = [machine.start() for _ in range(16)]
    found = {machine.origin(machine.finish(process)) for process in running}
    assert found == {"login session"}
    assert len(aws.requests("signin")) == 1
