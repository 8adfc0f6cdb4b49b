"""What the tests of the keeper share: the emulator, and the command in a user's empty home."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "rds")]

from command_fixtures import COMMAND, HOST, SECRET, environment, home, pgiam  # noqa: E402, F401
from rds_emulator import Emulator, Key  # noqa: E402
from rds_fixtures import rds  # noqa: E402, F401

CONNINFO = f"host={HOST} port=5432 user=app_user"


def end(process):
    """faketime has a child that it waits for, and cleans up after it."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        for child in children.read_text().split():
            os.kill(int(child), signal.SIGTERM)
            process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.fixture
def start(environment):
    """start(words…) leaves it running until the test is over."""
    running = []

    def start(*words, wrapper=(), **variables):
        command = [*wrapper, COMMAND, *map(str, words)]
        process = subprocess.Popen(
            command, env=environment | variables, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        end(process)


@pytest.fixture(scope="session")
def instance():
    with Emulator(keys=[Key("AKIDEXAMPLE", SECRET)]) as emulator:
        yield emulator
