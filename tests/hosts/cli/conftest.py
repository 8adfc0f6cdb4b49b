"""What the tests of the command share: a user's empty home, and the command in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "rds"))

from rds_emulator import Emulator  # noqa: E402

COMMAND = os.environ["PGIAM_TEST_COMMAND"]
HOOK = os.environ["PGIAM_TEST_HOOK"]
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
CONNINFO = f"host={HOST} user=app_user"
SECRET = "canary-of-the-secret-key"
SESSION_TOKEN = "canary-of-the-session-token"


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
            [*wrapper, command, *words],
            env=changed,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def rules(home):
    """Writes the configuration file."""

    def write(text):
        file = home / ".config/pgiam/pgiam.conf"
        file.parent.mkdir(parents=True)
        file.write_text(text)

    return write


@pytest.fixture(scope="session")
def instance():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def rds(instance):
    """One server for all tests of a module, with no attempts in its log yet."""
    instance.clear_attempts()
    return instance
