"""What the tests of the libpq hook share: an emulated instance, and programs that run with the hook."""

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "rds")]

from rds_emulator import Emulator, Endpoint  # noqa: E402
from rds_fixtures import rds, verdicts  # noqa: E402, F401

HOOK = os.environ["PGIAM_TEST_HOOK"]
CLIENT = os.environ["PGIAM_TEST_CLIENT"]
# The folder of another libpq than the system's, and what programs need to run on it (tests/optional/libpq_versions).
LIBPQ_FOLDER = os.environ.get("PGIAM_TEST_LIBPQ", "")
LIBPQ_PRELOAD = os.environ.get("PGIAM_TEST_LIBPQ_PRELOAD", "")
# Whether that libpq calls its own functions past the hook, which then hands tokens over by file.
BY_FILE = "PGIAM_TEST_BY_FILE" in os.environ
# Whether the client is of another C library than all other programs, which cannot have its hook (tests/optional/release_musl).
IS_ALONE = "PGIAM_TEST_CLIENT_IS_ALONE" in os.environ
LIBPQ_MAJOR = ctypes.CDLL(os.path.join(LIBPQ_FOLDER, "libpq.so.5")).PQlibVersion() // 10000
LIBPQ_FILE = next(line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libpq.so.5" in line)
# Another instance: what answers here takes no token that was signed for the first.
REPLICA = "replica.c9akciq32xyz.us-east-2.rds.amazonaws.com"


def pytest_collection_modifyitems(items):
    for item in items:
        if IS_ALONE and {"psql", "token_of", "source", "clock"} & set(item.fixturenames):
            item.add_marker(pytest.mark.skip(reason="its programs are of another C library than the client"))


@pytest.fixture(scope="session")
def instance():
    endpoints = ["orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", Endpoint(REPLICA, address="127.0.0.2")]
    with Emulator(endpoints=endpoints, passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def environment(rds, tmp_path):
    """A user's, in an empty home, with AWS credentials; the hook is preloaded."""
    variables = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "HOME": str(tmp_path),
        "LD_PRELOAD": ":".join(filter(None, [HOOK, LIBPQ_PRELOAD])),
    }
    if LIBPQ_FOLDER:
        variables["LD_LIBRARY_PATH"] = LIBPQ_FOLDER
    return variables | rds.credentials()


class SlowSource:
    """A credential_process that gives what the environment has, once its gate is open."""

    def __init__(self, environment, folder):
        self.folder, self.keys = folder, {name: environment.pop(name) for name in list(environment) if name in KEYS}
        self.give(self.keys)
        program = folder / "slow"
        program.write_text(PROGRAM.format(folder=folder))
        program.chmod(0o755)
        (folder / ".aws").mkdir()
        (folder / ".aws/config").write_text(f"[default]\ncredential_process = {program}\n[profile other]\ncredential_process = {program} other\n")

    def give(self, variables):
        answer = {KEYS[name]: value for name, value in variables.items() if name in KEYS}
        (self.folder / "answer").write_text(json.dumps({"Version": 1} | answer))

    def open(self):
        (self.folder / "gate").touch()

    def close(self):
        (self.folder / "gate").unlink()

    def runs(self):
        runs = self.folder / "runs"
        return runs.read_text().count("\n") if runs.exists() else 0


KEYS = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey", "AWS_SESSION_TOKEN": "SessionToken"}
# Goes with the test's folder at the latest.
PROGRAM = """#!/bin/sh
echo run >>{folder}/runs
until [ -e {folder}/gate ] || [ ! -e {folder}/runs ]; do sleep 0.05; done
cat {folder}/answer
"""


@pytest.fixture
def source(environment, tmp_path):
    return SlowSource(environment, tmp_path)


@pytest.fixture
def psql(environment):
    """psql(conninfo, sql, **variables): runs it to its end."""

    def run(conninfo, sql="SELECT session_user", **variables):
        command = ["psql", "-XAtw", "-c", sql, conninfo]
        return subprocess.run(
            command, env=environment | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240
        )

    return run


class Clock:
    """What the server's verifier and all programs take for the time; it can be put forward at once."""

    def __init__(self, rds, file):
        self.rds, self.file, self.ahead = rds, file, 0
        self.put_forward(0)

    def put_forward(self, minutes):
        self.ahead += 60 * minutes
        self.file.with_suffix(".new").write_text(f"+{self.ahead}")
        self.file.with_suffix(".new").rename(self.file)
        self.rds.set_clock(start=time.time() + self.ahead)

    def environment(self):
        return {
            "LD_PRELOAD": "/usr/$LIB/faketime/libfaketimeMT.so.1",
            "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "NO_FAKE_STAT": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip


class Client:
    """A running client.c: do(command, words…) returns its answer, begin(…) does not wait for that."""

    def __init__(self, environment, wrapper, program):
        self.process = subprocess.Popen(
            [*wrapper, program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def do(self, *words):
        self.begin(*words)
        return self.answer()

    def begin(self, *words):
        self.doing = words[0]
        self.process.stdin.write("\t".join(words) + "\n")

    def answer(self):
        answer = self.process.stdout.readline()
        assert answer, f"the client died of {self.doing}: {self.process.wait()}"
        return answer.rstrip("\n")

    def message(self):
        return self.do("message").replace("\\n", "\n")

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=240)


@pytest.fixture
def client(environment):
    """client(wrapper, **variables) starts one; all end with the test."""
    started = []

    def start(wrapper=(), program=CLIENT, **variables):
        started.append(Client(environment | variables, wrapper, program))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            assert one.end() == 0


def clear_up_after_faketime():
    """What libfaketime leaves of a process that became another program, or was killed, keeps a later one with the same
    number from starting."""
    for file in Path("/dev/shm").glob("*faketime_s*_*"):
        if not Path("/proc", file.name.rsplit("_", 1)[-1]).exists():
            file.unlink(missing_ok=True)


@pytest.fixture
def clock(rds, tmp_path):
    clear_up_after_faketime()
    yield Clock(rds, tmp_path / "clock")
    clear_up_after_faketime()


@pytest.fixture
def timed(environment, clock):
    """What a program with the hook needs for its time to be the clock's."""
    faked = clock.environment()
    return faked | {"LD_PRELOAD": f"{environment['LD_PRELOAD']}:{faked['LD_PRELOAD']}"}


@pytest.fixture
def timed_client(client, timed):
    return lambda **variables: client(**timed | variables)


