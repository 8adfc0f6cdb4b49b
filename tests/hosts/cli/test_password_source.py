"""pgiam token as the password command of a program that a desktop started: TablePlus, DBCode, pgAdmin, a script."""

import json
import os
import pwd
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND, HOST, SECRET

NO_METADATA = {"AWS_EC2_METADATA_DISABLED": "true"}
# Without HOME the home that the system knows is looked into: that of whoever runs the tests, and what is in it.
NOT_THE_TESTERS = {"PGIAM_CONFIG": "/dev/null", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, **NO_METADATA, **NOT_THE_TESTERS}
TOKEN = ("token", "--host", HOST, "--port", "5432", "--user", "app_user")
ROLE = ("--role-arn", "arn:aws:iam::123456789012:role/dba", "--mfa-serial", "arn:aws:iam::123456789012:mfa/ann")


def run(*words, **options):
    """With nothing but the keys in its environment, and no terminal."""
    settings = {"env": KEYS, "stdin": subprocess.DEVNULL, "start_new_session": True} | options
    return subprocess.run(words, capture_output=True, text=True, timeout=240, **settings)


def assert_one_token(ended):
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"{HOST}:5432/?Action=connect&DBUser=app_user&")
    assert ended.stdout.count("\n") == 1 and ended.stdout.endswith("\n")


def test_an_environment_without_path_and_home_is_enough():
    assert_one_token(run(COMMAND, *TOKEN))


def test_standard_input_may_be_closed():
    assert_one_token(run("/bin/sh", "-c", 'exec "$0" "$@" <&-', COMMAND, *TOKEN))


def test_the_folder_it_starts_in_may_be_gone(tmp_path):
    gone = tmp_path / "gone"
    script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    gone.mkdir()
    assert_one_token(run("/bin/sh", "-c", script, "sh", str(gone), COMMAND, *TOKEN))


def test_without_home_the_users_own_is_looked_into(tmp_path):
    """The user database's, which a library stands in for here."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(f"[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = {SECRET}\n")
    (tmp_path / ".aws/credentials").chmod(0o600)
    me = pwd.getpwuid(os.getuid())
    (tmp_path / "passwd").write_text(f"{me.pw_name}:x:{me.pw_uid}:{me.pw_gid}::{tmp_path}:/bin/sh\n")
    (tmp_path / "group").write_text(f"{me.pw_name}:x:{me.pw_gid}:\n")
    users = {"NSS_WRAPPER_PASSWD": str(tmp_path / "passwd"), "NSS_WRAPPER_GROUP": str(tmp_path / "group")}
    ended = run(COMMAND, *TOKEN, env={"LD_PRELOAD": "libnss_wrapper.so"} | users | NO_METADATA)
    assert_one_token(ended)
    assert "AKIDFILE" in ended.stdout


def test_without_credentials_the_exit_status_is_3_and_the_output_empty():
    ended = run(COMMAND, *TOKEN, env={"HOME": "/nonexistent"} | NO_METADATA)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith("pgiam: no AWS credentials were found\n")


def test_a_question_that_nobody_would_see_is_an_error_at_once():
    ended = run(COMMAND, *TOKEN, *ROLE)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "MFA" in ended.stderr


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
def test_a_token_that_cannot_be_written_is_an_error(redirection):
    ended = run("/bin/sh", "-c", f'exec "$0" "$@" {redirection}', COMMAND, *TOKEN)
    assert ended.returncode == 1
    assert ended.stderr.startswith("pgiam: cannot write to standard output")


def test_errors_that_cannot_be_written_change_nothing():
    ended = run("/bin/sh", "-c", 'exec "$0" "$@" 2>&-', COMMAND, *TOKEN, "--region", "us-east-1")
    assert ended.returncode == 0 and ended.stdout.count("\n") == 1


def test_pgadmins_command_is_right_for_the_names_that_pgadmin_quotes():
    """It replaces %USERNAME% by the name as an SQL identifier, and gives the line to a shell."""
    for identifier, name in {"app_user": "app_user", '"App-User"': "App-User", '"o\'brien & co"': "o%27brien%20%26%20co"}.items():
        line = f"{COMMAND} token --host {HOST} --port 5432 --user {identifier}"
        ended = run("/bin/sh", "-c", line)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert f"&DBUser={name}&" in ended.stdout


def test_dbcodes_command_gives_json_with_the_expiry():
    line = f'{COMMAND} token --json --host "$host" --port "$port" --user app_user'
    ended = run("/bin/sh", "-c", line, env=KEYS | {"host": HOST, "port": "5432"})
    told = json.loads(ended.stdout)
    assert told["token"].startswith(f"{HOST}:5432/?") and told["expires_at"].endswith("Z")


def test_a_scripts_command_substitution_gives_the_bare_token():
    script = 'token=$("$0" "$@") && printf %s "$token"'
    ended = run("/bin/sh", "-c", script, COMMAND, *TOKEN)
    assert ended.returncode == 0 and "\n" not in ended.stdout and "X-Amz-Signature=" in ended.stdout


def test_a_link_in_another_folder_works_as_the_command_itself(tmp_path):
    (tmp_path / "pgiam").symlink_to(COMMAND)
    assert_one_token(run(str(tmp_path / "pgiam"), *TOKEN))
    assert_one_token(run("pgiam", *TOKEN, cwd="/", env=KEYS | {"PATH": str(Path(COMMAND).parent)}))
