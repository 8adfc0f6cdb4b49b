"""IAM Identity Center: token files of the AWS CLI, refreshed and written as it does; the sign-in."""
import hashlib
import json

from fake_aws import expiration

SESSION = """
    [default]
    sso_session = corp
    sso_account_id = 123456789012
    sso_role_name = Dev
    [sso-session corp]
    sso_region = eu-west-1
    sso_start_url = https://corp.awsapps.com/start
    """
LEGACY = """
    [default]
    sso_account_id = 123456789012
    sso_role_name = Dev
    sso_region = eu-west-1
    sso_start_url = https://corp.awsapps.com/start
    """


def token_file(machine, name, **members):
    path = f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json"
    return machine.write(path, json.dumps({"accessToken": "sso-token", "expiresAt": expiration(7200), **members}))


def refreshable(machine, seconds):
    return token_file(machine, "corp", expiresAt=expiration(seconds), clientId="client", clientSecret="client secret",
                      refreshToken="sso-refresh", registrationExpiresAt=expiration(86400), other="kept")


def test_the_token_of_a_session(machine):
    machine.config(SESSION)
    token_file(machine, "corp")
    assert machine.both() == "ASIA.123456789012.Dev.by.sso-token"


def test_the_token_of_a_legacy_profile(machine):
    machine.config(LEGACY)
    token_file(machine, "https://corp.awsapps.com/start")
    assert machine.both() == "ASIA.123456789012.Dev.by.sso-token"


def test_no_token(machine):
    machine.config(SESSION)
    assert machine.both() is None
    assert "aws sso login --profile default" in machine.pgiam()["hint"]


def test_an_expired_token(machine, aws):
    machine.config(SESSION)
    token_file(machine, "corp", expiresAt=expiration(-1))
    assert machine.both() is None
    assert aws.requests == []


def test_a_token_that_botocore_refreshed_serves_us(machine, aws):
    machine.config(SESSION)
    refreshable(machine, 60)
    assert machine.botocore()["id"] == "ASIA.123456789012.Dev.by.sso-token-1"
    assert machine.pgiam()["id"] == "ASIA.123456789012.Dev.by.sso-token-1"
    assert aws.count("/token") == 1


def test_a_token_that_we_refreshed_serves_botocore(machine, aws):
    machine.config(SESSION)
    path = refreshable(machine, 60)
    assert machine.pgiam()["id"] == "ASIA.123456789012.Dev.by.sso-token-1"
    assert machine.botocore()["id"] == "ASIA.123456789012.Dev.by.sso-token-1"
    assert aws.count("/token") == 1
    assert json.loads(path.read_text())["refreshToken"] == "sso-refresh-1"
    assert json.loads(path.read_text())["other"] == "kept"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_refresh_that_is_refused(machine, aws):
    machine.config(SESSION)
    refreshable(machine, -60)
    aws.refresh_tokens.clear()
    ours = machine.pgiam()
    assert (ours["status"], ours["remote"]) == (201, "InvalidGrantException")


def test_a_sign_in(machine, aws):
    machine.config(SESSION)
    aws.pending_polls = 2
    ours = machine.pgiam("--login", PROBE_CODE="")
    assert ours["id"] == "ASIA.123456789012.Dev.by.sso-token-1"
    assert "prompt: 1 https://device.example ABCD-EFGH" in machine.log
    assert "prompt: 3" in machine.log
    assert machine.botocore()["id"] == "ASIA.123456789012.Dev.by.sso-token-1"


def test_a_sign_in_where_it_is_needed_on_the_way(machine, aws):
    machine.config(SESSION)
    ours = machine.pgiam(PROBE_CODE="")
    assert ours["id"] == "ASIA.123456789012.Dev.by.sso-token-1"
    assert aws.count("/device_authorization") == 1
