"""What the tests of the command share: a user's empty home, and the command in it."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "rds"), str(HERE.parents[1] / "rds/aws")]

from command_fixtures import COMMAND, HOST, SECRET, environment, home, pgiam  # noqa: E402, F401
from fake_aws import FakeAws, Key  # noqa: E402
from rds_emulator import Emulator  # noqa: E402, F401
from rds_fixtures import instance, rds  # noqa: E402, F401

HOOK = os.environ["PGIAM_TEST_HOOK"]
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]
CONNINFO = f"host={HOST} user=app_user"
SESSION_TOKEN = "canary-of-the-session-token"


class OnTerminal:
    """The command on a terminal of its own; standard output and error go elsewhere."""

    def __init__(self, words, variables, folder, wrapper=()):
        self._screen, self._screen_of_child = pty.openpty()
        self._out, self._err = open(folder / "out", "w+"), open(folder / "err", "w")

        def take_terminal():
            os.setsid()
            fcntl.ioctl(self._screen_of_child, termios.TIOCSCTTY, 0)

        self._process = subprocess.Popen(
            [*wrapper, COMMAND, *words], env=variables, stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._err, preexec_fn=take_terminal
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._screen)
        os.close(self._screen_of_child)  # until now, so that the terminal stays while nobody looks at it
        self._out.close()
        self._err.close()

    def read_until(self, text):
        """What the terminal shows from now on, up to `text`."""
        shown, deadline = b"", time.monotonic() + 120
        while text.encode() not in shown:
            gone = self._process.poll() is not None
            if select.select([self._screen], [], [], 0 if gone else 0.2)[0]:
                shown += os.read(self._screen, 4096)
            elif gone or time.monotonic() > deadline:
                raise AssertionError(f"{text!r} was not shown: {shown.decode()}\n{self.stderr}")
        return shown.decode()

    def shows_what_is_typed(self):
        return bool(termios.tcgetattr(self._screen_of_child)[3] & termios.ECHO)

    def type(self, text):
        os.write(self._screen, text.encode())

    def wait_for_stderr(self, text):
        deadline = time.monotonic() + 120
        while text not in self.stderr:
            assert self._process.poll() is None and time.monotonic() < deadline, (text, self.stderr)
            time.sleep(0.05)

    def finish(self):
        """Standard output and exit status."""
        status = self._process.wait(timeout=120)
        self._out.seek(0)
        return self._out.read(), status

    @property
    def stderr(self):
        return Path(self._err.name).read_text()


@pytest.fixture
def terminal(environment, tmp_path):
    """terminal(words…, wrapper=[…], VARIABLE=value) starts the command on one."""

    def start(*words, wrapper=(), **variables):
        return OnTerminal(words, environment | variables, tmp_path, wrapper)

    return start


@pytest.fixture(scope="session")
def fake_aws():
    with FakeAws(keys=[Key("AKIDBASE", SECRET)]) as aws:
        yield aws


@pytest.fixture
def aws(fake_aws):
    fake_aws.clear()
    return fake_aws


@pytest.fixture
def services(aws):
    """services("sts") → the variables that lead to them, and to no keys of the environment."""

    def variables(*names):
        return {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", **aws.environment(*names)}

    return variables


@pytest.fixture
def rules(home):
    """Writes the configuration file, and says which it is."""

    def write(text):
        file = home / ".config/pgiam/pgiam.conf"
        file.parent.mkdir(parents=True)
        file.write_text(text)
        return file

    return write


def child_environment(ended):
    """What a program that prints its environment had."""
    return dict(line.split("=", 1) for line in ended.stdout.splitlines())
