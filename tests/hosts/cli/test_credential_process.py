"""A credential_process that asks somebody: on the terminal, or by what it says."""

import pytest
from conftest import CONNINFO, SECRET

ANSWER = f'{{"Version": 1, "AccessKeyId": "AKID$code", "SecretAccessKey": "{SECRET}"}}'
ON_THE_TERMINAL = "printf 'Code: ' >/dev/tty && read code </dev/tty"
ON_ITS_INPUT = "printf 'Code: ' >&2 && read code"
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "asks"}
TOKEN = ("token", CONNINFO)


@pytest.fixture
def asks(home):
    """asks(how) → the variables that lead to a program that asks so."""

    def write(how):
        program = home / "program"
        program.write_text(f"#!/bin/sh\n{how} || exit 7\necho '{ANSWER}' | sed \"s/.code/$code/\"\n")
        program.chmod(0o700)
        (home / ".aws").mkdir()
        (home / ".aws/config").write_text(f"[profile asks]\ncredential_process = {program}\n")
        return NO_KEYS

    return write


def test_it_may_ask_on_the_terminal(terminal, asks):
    with terminal(*TOKEN, **asks(ON_THE_TERMINAL)) as asking:
        asking.read_until("Code: ")
        asking.type("TYPED\n")
        out, status = asking.finish()
    assert status == 0 and "AKIDTYPED" in out


def test_it_has_the_terminal_as_its_input_a_persons_time_and_is_heard(terminal, asks):
    with terminal(*TOKEN, PGIAM_TIMEOUT_MS="100", **asks(ON_ITS_INPUT)) as asking:
        asking.wait_for_stderr("says: Code:")  # a second later
        asking.type("TYPED\n")
        out, status = asking.finish()
    assert status == 0 and "AKIDTYPED" in out


def test_in_the_background_of_a_shell_it_fails_at_once_instead_of_being_stopped(terminal, asks):
    job = ("bash", "-c", 'set -m; "$@" & wait $!', "bash")
    with terminal(*TOKEN, wrapper=job, PGIAM_TIMEOUT_MS="60000", **asks(ON_THE_TERMINAL)) as asking:
        out, status = asking.finish()
    assert (out, status) == ("", 3)
    assert "ended with status 7" in asking.stderr and "in time" not in asking.stderr


def test_without_a_terminal_it_fails_with_its_words(pgiam, asks):
    ended = pgiam(*TOKEN, **asks("echo no device to ask >&2; false"))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "ended with status 7: no device to ask" in ended.stderr
