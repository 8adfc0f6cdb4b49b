"""What the tests of the Rust crates share: the programs that cargo has built, keys, and a source of credentials that waits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]
PROGRAMS = Path(os.environ["PGIAM_TEST_RUST"]) / "debug"
sys.path[:0] = [str(ROOT / "tests/rds"), str(ROOT / "tests/rds/aws"), str(ROOT / "tests/conformance"), str(ROOT / "tests/hosts")]

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
KEY = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret of AKIDEXAMPLE"}


def start(program, *arguments, home, **variables):
    """A program of ours, with nothing of the machine's user."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
                   "PGIAM_TIMEOUT_MS": "300000", "PGIAM_LIBRARY": LIBRARY, **variables}  # fmt: skip
    return subprocess.Popen([program, *arguments], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip


def run(program, *arguments, home, **variables):
    with start(program, *arguments, home=home, **variables) as started:
        out, err = started.communicate(timeout=300)
        return subprocess.CompletedProcess(program, started.returncode, out, err)


@pytest.fixture
def home(tmp_path):
    return tmp_path
