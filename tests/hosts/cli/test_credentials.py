"""pgiam credentials: what AWS's other tools take from a credential_process, and how it fails."""

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from conftest import COMMAND, SECRET, SESSION_TOKEN

ROLE = "arn:aws:iam::123456789012:role/dba"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDBASE", "AWS_SECRET_ACCESS_KEY": SECRET}


@pytest.fixture
def config(home):
    def write(text, name="config"):
        (home / ".aws").mkdir(exist_ok=True)
        (home / ".aws" / name).write_text(text)

    return write


def test_keys_of_the_environment(pgiam):
    ended = pgiam("credentials", AWS_SESSION_TOKEN=SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION="2096-01-02T03:04:05Z")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == {
        "Version": 1,
        "AccessKeyId": "AKIDEXAMPLE",
        "SecretAccessKey": SECRET,
        "SessionToken": SESSION_TOKEN,
        "Expiration": "2096-01-02T03:04:05Z",
    }


def test_long_lived_keys_have_no_session_and_no_expiry(pgiam):
    assert set(json.loads(pgiam("credentials").stdout)) == {"Version", "AccessKeyId", "SecretAccessKey"}


def test_a_named_profile_beats_the_environment(pgiam, config):
    config('[dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = "s\\e\n', name="credentials")
    for told in ["credentials", "--profile", "dev"], ["credentials", "--profile=dev"]:
        answer = json.loads(pgiam(*told).stdout)
        assert (answer["AccessKeyId"], answer["SecretAccessKey"]) == ("AKIDDEV", '"s\\e')
    assert json.loads(pgiam("credentials", PGIAM_PROFILE="dev").stdout)["AccessKeyId"] == "AKIDDEV"


def test_botocore_takes_them_from_a_credential_process(environment, config):
    config(f"[profile via]\ncredential_process = {COMMAND} credentials\n")
    read = "import botocore.session as s; print(s.Session(profile='via').get_credentials().get_frozen_credentials())"
    printed = subprocess.run(
        [sys.executable, "-c", read], env=environment | {"AWS_SESSION_TOKEN": SESSION_TOKEN}, capture_output=True, text=True
    )
    assert SECRET in printed.stdout and SESSION_TOKEN in printed.stdout, printed.stderr


def test_a_role_is_assumed(pgiam, config, aws, services):
    config(f"[profile dba]\nrole_arn = {ROLE}\nsource_profile = base\nregion = eu-west-1\n[profile base]\n"
           f"aws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRET}\n")  # fmt: skip
    aws.sts.add_role(ROLE)
    ended = pgiam("credentials", "--profile", "dba", "--log", "debug", **services("sts"))
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert answer["AccessKeyId"].startswith("ASIA") and answer["AccountId"] == "123456789012"
    left = datetime.fromisoformat(answer["Expiration"]) - datetime.now(timezone.utc)
    assert timedelta(minutes=55) < left <= timedelta(minutes=61)
    assert [name for name in ("SecretAccessKey", "SessionToken") if answer[name] in ended.stderr] == []
    assert SECRET not in ended.stderr and aws.problems() == []


def test_no_home_is_made_to_keep_a_role_in(pgiam, aws, services, tmp_path):
    """A service's may be /nonexistent, and root could make it."""
    aws.sts.add_role(ROLE)
    ended = pgiam("credentials", "--role-arn", ROLE, HOME=str(tmp_path / "nobody"), **(services("sts") | KEYS))
    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "nobody").exists()


def test_a_role_that_is_denied_exits_with_4_and_the_answer(pgiam, config, aws, services):
    config(f"[profile dba]\nrole_arn = {ROLE}-other\nsource_profile = base\nregion = eu-west-1\n[profile base]\n"
           f"aws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRET}\n")  # fmt: skip
    ended = pgiam("credentials", "--profile", "dba", **services("sts"))
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "AccessDenied" in ended.stderr and SECRET not in ended.stderr


def test_a_broken_profile_is_an_error_and_nobody_else_is_asked(pgiam, config):
    config(f"[default]\nrole_arn = {ROLE}\n")
    ended = pgiam("credentials", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "source_profile" in ended.stderr and "aws.imds" not in ended.stderr


def test_none_exits_with_3_and_every_source_with_its_reason(pgiam):
    ended = pgiam("credentials", AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_EC2_METADATA_DISABLED="true")
    assert (ended.returncode, ended.stdout) == (3, "")
    causes = [line.split(":")[0].strip() for line in ended.stderr.splitlines()[1:-1]]
    assert causes == ["aws.environment", "aws.web_identity", "aws.profile", "aws.container", "aws.imds"]


def test_a_service_that_is_not_there_exits_with_5(pgiam, config):
    config(f"[profile dba]\nrole_arn = {ROLE}\nsource_profile = base\nregion = eu-west-1\n[profile base]\n"
           f"aws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRET}\n")  # fmt: skip
    ended = pgiam("credentials", "--profile", "dba", AWS_ENDPOINT_URL_STS="http://127.0.0.1:1")
    assert (ended.returncode, ended.stdout) == (5, "") and "127.0.0.1" in ended.stderr
