"""What the tests of the SDK's examples share: an emulated instance and AWS's services, and the example that runs against them."""

import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "rds"), str(HERE.parent / "rds/aws")]

from fake_aws import FakeAws, Key  # noqa: E402
from rds_emulator import Emulator  # noqa: E402
from rds_fixtures import rds  # noqa: E402, F401

PLUGIN_HOST = os.environ.get("PGIAM_TEST_PLUGIN_HOST")
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]


@pytest.fixture(scope="session")
def instance():
    with Emulator(passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def aws(rds):
    """AWS's services, which know the instance's key; the instance knows whatever they hand out."""
    (key,) = [Key(key.id, key.secret, key.session_token) for key in rds.keys.values() if key.id.startswith("AKI")]
    with FakeAws(keys=[key], issued=lambda new: rds.add_key(new.id, new.secret, new.session_token, new.expires_at)) as aws:
        yield aws


@pytest.fixture
def environment(rds, tmp_path):
    """A user's, in an empty home, with AWS credentials."""
    return {
        "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(tmp_path), "PGIAM_LIBRARY": LIBRARY,
        "AWS_EC2_METADATA_DISABLED": "true", **rds.credentials(),
    }  # fmt: skip


@pytest.fixture
def server(rds):
    """The words that fill in the connection dialog; a field's other value replaces it."""

    def words(**fields):
        known = {
            "host": rds.host, "hostaddr": rds.endpoints[0].address, "port": rds.port, "user": "app_user",
            "dbname": "postgres", "sslmode": "verify-full", "sslrootcert": rds.ca_file,
        }  # fmt: skip
        return [f"{keyword}={value}" for keyword, value in (known | fields).items() if value is not None]

    return words


class Running:
    """The example while it runs: what it says, line by line, and what a person does."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.said, self.lines = [], queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def expect(self, part, seconds=120):
        """The next line that has this part."""
        while (line := self.lines.get(timeout=seconds)) is not None:
            self.said.append(line)
            if part in line:
                return line
        raise AssertionError(f"ended without {part!r}: {self.said}")

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def cancel(self):
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """Its exit status; `said` then has all its lines."""
        while (line := self.lines.get(timeout=120)) is not None:
            self.said.append(line)
        return self.process.wait(timeout=120)


@pytest.fixture
def plugin_host(environment):
    """plugin_host(words…, VARIABLE=value or None) starts the example; it ends with the test."""
    started = []

    def start(*words, **variables):
        changed = {name: value for name, value in (environment | variables).items() if value is not None}
        started.append(Running([PLUGIN_HOST, *words], changed))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
        one.process.stdin.close()
