"""pgiam login, and what other commands ask on the terminal."""

import json

import pytest
from conftest import CONNINFO, HOST, SECRET

ROLE = "arn:aws:iam::123456789012:role/dba"
DEVICE = "arn:aws:iam::123456789012:mfa/ann"


@pytest.fixture
def sso(home, aws, services):
    """A profile of IAM Identity Center to which nobody is signed in; returns the variables."""
    center = aws.identity_center
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\nregion = eu-west-1\n"
        f"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = {center.start_url}\n"
        "sso_registration_scopes = sso:account:access\n"
    )
    return services("portal", "oidc")


@pytest.fixture
def mfa(home, aws, services):
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        f"[profile dba]\nrole_arn = {ROLE}\nsource_profile = base\nmfa_serial = {DEVICE}\nregion = eu-west-1\n"
        f"[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRET}\n"
    )
    aws.sts.add_role(ROLE, mfa_serial=DEVICE, mfa_code="271828")
    return services("sts")


def test_a_login_shows_page_and_code_waits_and_serves_the_aws_cli(terminal, pgiam, aws, sso, home):
    aws.identity_center.pending = 1
    with terminal("login", "--profile", "dev", **sso) as login:
        shown = login.read_until("minutes …")
        assert "Sign in to AWS (profile dev)" in shown and "https://" in shown
        out, status = login.finish()
    assert status == 0 and "from aws.sso, good until 20" in out
    files = list((home / ".aws/sso/cache").glob("*.json"))
    assert len(files) == 1 and files[0].stat().st_mode & 0o777 == 0o600
    kept = json.loads(files[0].read_text())
    assert {"accessToken", "expiresAt", "startUrl", "region", "clientId", "clientSecret"} <= set(kept)
    assert kept["accessToken"] not in shown + out

    ended = pgiam("credentials", "--profile", "dev", **sso)
    assert ended.returncode == 0 and json.loads(ended.stdout)["AccountId"] == "123456789012"
    assert aws.problems() == []


def test_without_a_terminal_a_login_is_refused_with_the_command_to_type(pgiam, sso):
    for command in (["login"], ["credentials"], ["token", CONNINFO]):
        ended = pgiam(*command, "--profile", "dev", **sso)
        assert (ended.returncode, ended.stdout) == (3, "")
        assert "login --profile dev" in ended.stderr


def test_a_code_is_asked_for_on_the_terminal_and_asked_again_when_it_is_wrong(terminal, mfa):
    with terminal("credentials", "--profile", "dba", "--log", "debug", **mfa) as asking:
        asking.read_until(f"device {DEVICE}: ")
        asking.type("000000\n")
        assert "not accepted" in asking.read_until(f"device {DEVICE}: ")
        asking.type("271828\n")
        out, status = asking.finish()
    assert status == 0 and '"AccessKeyId": "ASIA' in out
    assert SECRET not in asking.stderr and "271828" not in asking.stderr


def test_no_answer_declines(terminal, mfa):
    with terminal("token", f"host={HOST} user=app", "--profile", "dba", **mfa) as asking:
        asking.read_until(f"device {DEVICE}: ")
        asking.type("\n")
        out, status = asking.finish()
    assert (out, status) == ("", 3) and "the question was declined" in asking.stderr


def test_without_a_terminal_the_code_is_refused_with_the_command_to_type(pgiam, mfa):
    ended = pgiam("token", CONNINFO, "--profile", "dba", **mfa)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "run in a terminal: pgiam login --profile dba" in ended.stderr


def test_a_login_with_a_code_serves_those_who_cannot_ask(terminal, pgiam, mfa):
    with terminal("login", "--profile", "dba", **mfa) as login:
        login.read_until(f"device {DEVICE}: ")
        login.type("271828\n")
        assert login.finish()[1] == 0
    assert pgiam("token", CONNINFO, "--profile", "dba", **mfa).returncode == 0


def test_a_login_where_there_is_nothing_to_sign_in_to_says_so(terminal):
    with terminal("login") as login:
        out, status = login.finish()
    assert status == 0 and "aws.environment" in out
