"""IAM Identity Center: token files of the AWS CLI, refreshed and written as it does; the sign-in."""
import hashlib
import json

import pytest
from conftest import moment

START = "https://example.awsapps.com/start"
SESSION = f"""
    [default]
    sso_session = corp
    sso_account_id = 123456789012
    sso_role_name = Developer
    [sso-session corp]
    sso_region = eu-west-1
    sso_start_url = {START}
    """
LEGACY = f"""
    [default]
    sso_account_id = 123456789012
    sso_role_name = Developer
    sso_region = eu-west-1
    sso_start_url = {START}
    """
DEVELOPER = "role Developer in 123456789012 by sign-in"


def token_file(machine, name, seconds=7200, **members):
    path = f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json"
    return machine.write(path, json.dumps({"accessToken": "sso-token", "expiresAt": moment(seconds), **members}))


def refreshable(machine, seconds):
    """A sign-in whose token has so many seconds to live, and can be refreshed."""
    machine.config(SESSION)
    machine.aws.identity_center.add_session("sso-token", refresh_token="sso-refresh", client=("client", "client secret"))
    return token_file(machine, "corp", seconds, clientId="client", clientSecret="client secret",
                      refreshToken="sso-refresh", registrationExpiresAt=moment(86400), other="kept")


@pytest.mark.parametrize(("config", "name"), [(SESSION, "corp"), (LEGACY, START)], ids=["session", "legacy"])
def test_a_token_that_lives_takes_one_request(machine, aws, config, name):
    machine.config(config)
    aws.identity_center.add_session("sso-token")
    token_file(machine, name)
    assert machine.both() == DEVELOPER
    aws.clear()
    machine.pgiam("cache=memory")
    assert [request.path for request in aws.requests()] == ["/federation/credentials"]


@pytest.mark.parametrize("members", [{"startUrl": "https://elsewhere"}, {"AccessToken": "sso-token", "accessToken": "sso-token"}])
def test_a_token_file_of_another_make(machine, aws, members):
    machine.config(LEGACY)
    aws.identity_center.add_session("sso-token")
    token_file(machine, START, **members)
    assert machine.origin(machine.pgiam()) == DEVELOPER


def test_no_token(machine):
    machine.config(SESSION)
    assert machine.both() is None
    assert "aws sso login --profile default" in machine.pgiam()["hint"]


def test_an_expired_token(machine, aws):
    machine.config(SESSION)
    token_file(machine, "corp", -1)
    assert machine.both() is None
    assert aws.requests() == []


def test_a_token_that_was_revoked(machine, aws):
    machine.config(SESSION)
    token_file(machine, "corp")
    ours = machine.pgiam()
    assert (ours["status"], "aws sso login --profile default" in ours["hint"]) == (201, True)


def test_a_role_that_is_not_assigned(machine, aws):
    machine.config(SESSION)
    aws.identity_center.add_session("sso-token")
    aws.identity_center.roles.clear()
    token_file(machine, "corp")
    ours = machine.pgiam()
    assert (ours["status"], ours["remote"].split(",")[0]) == (203, "ForbiddenException")


def test_a_token_that_botocore_refreshed_serves_us(machine, aws):
    refreshable(machine, 60)
    assert machine.origin(machine.botocore()) == DEVELOPER
    assert machine.origin(machine.pgiam()) == DEVELOPER
    assert len(aws.requests("oidc")) == 1


def test_a_token_that_we_refreshed_serves_botocore(machine, aws):
    path = refreshable(machine, 60)
    assert machine.origin(machine.pgiam()) == DEVELOPER
    assert machine.origin(machine.botocore()) == DEVELOPER
    assert len(aws.requests("oidc")) == 1
    written = json.loads(path.read_text())
    assert written["refreshToken"] == aws.identity_center.sessions[written["accessToken"]].refresh_token
    assert written["other"] == "kept"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob("*.json.*[!k]"))  # nothing half written is left


def test_a_token_that_lives_on_when_its_refresh_fails(machine, aws):
    refreshable(machine, 60)
    aws.fault("oidc", "status", count=9)
    assert machine.origin(machine.pgiam()) == DEVELOPER


def test_a_refresh_that_is_refused(machine, aws):
    refreshable(machine, -60)
    aws.identity_center.sessions.clear()
    ours = machine.pgiam()
    assert (ours["status"], ours["remote"]) == (201, "InvalidGrantException, HTTP status 400")


def test_a_sign_in(machine, aws):
    machine.config(SESSION)
    aws.identity_center.pending = 2
    aws.identity_center.slow_down = 1
    ours = machine.pgiam("--login", PROBE_CODE="")
    assert machine.origin(ours) == DEVELOPER
    assert "prompt: 1 https://device.sso.us-east-1.amazonaws.com/ ABCD-EFGH" in machine.log
    assert "prompt: 3" in machine.log
    assert machine.origin(machine.botocore()) == DEVELOPER


def test_a_sign_in_where_it_is_needed_on_the_way(machine, aws):
    machine.config(SESSION)
    assert machine.origin(machine.pgiam(PROBE_CODE="")) == DEVELOPER
    assert [request.path for request in aws.requests("oidc")].count("/device_authorization") == 1
