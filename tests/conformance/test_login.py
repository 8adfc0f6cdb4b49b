"""Sessions of `aws login`: renewed with a proof that the service checks, and written back."""
import hashlib
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fake_aws import expiration

SESSION = "arn:aws:sts::123456789012:assumed-role/R/ann"
FORMS = {"PKCS#8": serialization.PrivateFormat.PKCS8, "SEC1": serialization.PrivateFormat.TraditionalOpenSSL}


def session_file(machine, seconds, form="PKCS#8"):
    machine.config(f"[default]\nregion = eu-west-1\nlogin_session = {SESSION}\n")
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, FORMS[form], serialization.NoEncryption()).decode()
    return machine.write(f".aws/login/cache/{hashlib.sha256(SESSION.encode()).hexdigest()}.json", json.dumps({
        "accessToken": {"accessKeyId": "ASIA.old", "secretAccessKey": "s", "sessionToken": "t",
                        "accountId": "123456789012", "expiresAt": expiration(seconds)},
        "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device",
        "refreshToken": "login-refresh", "idToken": "id", "dpopKey": key, "other": "kept"}))


def test_a_session_that_lives(machine, aws):
    session_file(machine, 600)
    assert machine.pgiam()["id"] == "ASIA.old"
    assert aws.requests == []


@pytest.mark.parametrize("form", FORMS)
def test_a_session_that_is_renewed(machine, form):
    path = session_file(machine, 60, form)
    ours = machine.pgiam()
    assert (ours["id"], ours["account"]) == ("ASIA.login.1", "123456789012")
    written = json.loads(path.read_text())
    assert written["accessToken"]["accessKeyId"] == "ASIA.login.1"
    assert written["refreshToken"] == "login-refresh-1"
    assert (written["idToken"], written["other"]) == ("id", "kept")
    assert path.stat().st_mode & 0o777 == 0o600
    assert machine.pgiam()["id"] == "ASIA.login.1"


def test_a_session_that_is_over(machine, aws):
    session_file(machine, -60)
    aws.login_refresh_tokens.clear()
    ours = machine.pgiam()
    assert (ours["status"], ours["hint"]) == (201, "run: aws login --profile default")


def test_many_processes_renew_a_session_once(machine, aws):
    session_file(machine, -60)
    aws.delay["/v1/token"] = 0.3
    running = [machine.start() for _ in range(16)]
    found = {json.loads(process.communicate(timeout=120)[0]).get("id") for process in running}
    assert found == {"ASIA.login.1"}
    assert aws.count("/v1/token") == 1
