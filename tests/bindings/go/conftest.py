"""What the tests of the Go module share: how Go is called, and the module's folder. As a rule by cgo and with Debian's Go; the
optional part go_drivers sets PGIAM_TEST_GO to a newer one that loads the library without cgo, and fetches modules beforehand."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MODULE = ROOT / "bindings/go"
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]
NEWER = os.environ.get("PGIAM_TEST_GO")
GO = NEWER or shutil.which("go", path="/usr/bin")
sys.path[:0] = [str(ROOT / "tests/rds"), str(ROOT / "tests/rds/aws"), str(ROOT / "tests/hosts")]
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
KEY = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret of AKIDEXAMPLE"}
os.environ |= {"PGIAM_LIBRARY": LIBRARY, "AWS_EC2_METADATA_DISABLED": "true", "PGIAM_TIMEOUT_MS": "300000"}  # of a machine that is slow

needs_go = pytest.mark.skipif(GO is None, reason="go is not installed")


def environment(**more):
    """Go's variables. Without a network: what is not there is not fetched."""
    cache = os.environ.get("PGIAM_TEST_GO_CACHE", str(ROOT / "build/go"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO"))}
    ours = {"GOCACHE": cache + "/cache", "GOFLAGS": "-buildvcs=false", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0" if NEWER else "1"}
    if not NEWER:
        ours |= {"GOPATH": cache + "/path", "GOPROXY": "off"}
    else:
        ours |= {"GOMODCACHE": os.environ["PGIAM_TEST_GO_MODULES"], "GOPROXY": "off"}
    return {**kept, **ours, **more}


def go(command, *arguments, folder=MODULE, **variables):
    tags = [] if NEWER else ["-tags", "pgiam_cgo"]
    done = subprocess.run([GO, command, *tags, *arguments], cwd=folder, env=environment(**variables), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
