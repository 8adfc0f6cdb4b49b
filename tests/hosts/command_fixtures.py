"""The command in a user's empty home: what the tests of the command and of the keeper share."""

import os
import subprocess

import pytest

COMMAND = os.environ["PGIAM_TEST_COMMAND"]
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
SECRET = "canary-of-the-secret-key"


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def environment(home):
    """A user's, with AWS credentials."""
    return {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


@pytest.fixture
def pgiam(environment):
    """pgiam(words…, wrapper=[…], VARIABLE=value or None) runs it to its end."""

    def run(*words, wrapper=(), command=COMMAND, stdout=subprocess.PIPE, **variables):
        changed = {name: value for name, value in (environment | variables).items() if value is not None}
        return subprocess.run(
            [*wrapper, command, *map(str, words)],
            env=changed,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=240,
            start_new_session=True,  # away from the terminal of whoever runs the tests
        )

    return run
