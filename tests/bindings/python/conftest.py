"""What the tests of the Python package share: the package from its source, keys, and a source of credentials that waits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PACKAGE = ROOT / "bindings/python/src"
PATH = os.pathsep.join(filter(None, [os.environ.get("PGIAM_TEST_SITE"), str(PACKAGE)]))  # of programs
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]
sys.path[:0] = [str(PACKAGE), str(ROOT / "tests/rds"), str(ROOT / "tests/rds/aws"), str(ROOT / "tests/hosts")]
if NEWER := os.environ.get("PGIAM_TEST_SITE"):  # drivers of PyPI's, in place of the system's
    sys.path.insert(0, NEWER)
os.environ |= {"PGIAM_LIBRARY": LIBRARY, "AWS_EC2_METADATA_DISABLED": "true", "PGIAM_TIMEOUT_MS": "300000"}  # of a machine that is slow

import pgiam  # noqa: E402

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
KEY = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret of AKIDEXAMPLE"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty one, and no keys but what a test gives."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def keys(monkeypatch):
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def context(home):
    with pgiam.Context(cache="memory") as context:
        yield context


class SlowProgram:
    """A credential_process that tells when it runs and answers when the gate opens."""

    def __init__(self, folder, key=None):
        self.folder, self.runs_file, self.gate = folder, folder / "runs", folder / "gate"
        program = f"{HERE.parent}/slow_program {folder}"
        given = f"{key.id} {key.secret} {key.session_token or ''}" if key else ""
        self.runs_file.touch()
        (folder / ".aws").mkdir()
        profiles = ["[default]", *(f"[profile slow{i}]" for i in range(100))]
        # Each profile has its own program, as far as the library can tell.
        lines = [f"{name}\ncredential_process = {program} {i} {given}\nregion = eu-west-1\n" for i, name in enumerate(profiles)]
        (folder / ".aws/config").write_text("\n".join(lines))

    def runs(self):
        return len(self.runs_file.read_text().split())

    def open(self):
        """Those that wait answer, and so do all that come."""
        self.gate.touch()


@pytest.fixture
def slow(home):
    return SlowProgram(home)


def until(condition, seconds=120):
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.01)


def threads():
    return len(os.listdir("/proc/self/task"))


def run_python(program, *arguments, **variables):
    """A program of its own, with the package."""
    environment = {**os.environ, "PYTHONPATH": PATH, **variables}
    return subprocess.run([sys.executable, "-c", program, *arguments], text=True, capture_output=True, env=environment, timeout=300)
