"""What the tests of the PHP package share: programs of PHP's, keys, and a source of credentials that waits."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PACKAGE = ROOT / "bindings/php"
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/rds"), str(ROOT / "tests/rds/aws"), str(ROOT / "tests/hosts")]

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
KEY = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret of AKIDEXAMPLE"}
PHP = shutil.which("php")

if not PHP:
    collect_ignore_glob = ["test_*.py"]
    print("skipped: php is not installed")


@pytest.fixture
def environment(tmp_path):
    """Of the programs: an empty home, and no keys but what a test gives."""
    kept = {name: os.environ[name] for name in ("PATH", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "PGIAM_LIBRARY": LIBRARY, "AWS_EC2_METADATA_DISABLED": "true",
            "PGIAM_TIMEOUT_MS": "300000", "PGIAM_CACHE": "memory"}  # fmt: skip


@pytest.fixture
def keys(environment):
    environment |= KEY


@pytest.fixture
def start(environment, tmp_path):
    """Starts a program, given as its text."""
    count = iter(range(1000))

    def start(code, *settings, **variables):
        file = tmp_path / f"program{next(count)}.php"
        file.write_text(f"<?php require {json.dumps(str(HERE / 'prelude.php'))};\n{code}")
        command = [PHP, "-d", "display_errors=stderr", *(part for setting in settings for part in ("-d", setting)), file]
        return subprocess.Popen(command, text=True, env={**environment, **variables}, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    return start


@pytest.fixture
def php(start):
    """What a program tells: of several lines a list."""

    def run(code, *settings, **variables):
        return finished(start(code, *settings, **variables))

    return run


def finished(program):
    said, complained = program.communicate(timeout=7200 if os.environ.get("PGIAM_TEST_LONG") else 300)
    assert program.returncode == 0, said + complained
    assert not complained, complained
    told = [json.loads(line) for line in said.splitlines()]
    return told[0] if len(told) == 1 else told


class SlowProgram:
    """A credential_process that tells when it runs and answers when the gate opens."""

    def __init__(self, folder, key=None):
        self.runs_file, self.gate = folder / "runs", folder / "gate"
        given = f"{key.id} {key.secret} {key.session_token or ''}" if key else ""
        self.runs_file.touch()
        (folder / ".aws").mkdir()
        (folder / ".aws/config").write_text(f"[default]\ncredential_process = {HERE.parent}/slow_program {folder} default {given}\nregion = eu-west-1\n")

    def runs(self):
        return len(self.runs_file.read_text().split())

    def open(self):
        """Those that wait answer, and so do all that come."""
        self.gate.touch()


@pytest.fixture
def slow(tmp_path):
    return SlowProgram(tmp_path)


def until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.01)
