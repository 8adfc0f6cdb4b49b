"""A release is signed as sdk/release/README.md says and checked as sdk/docs/installing.md says, with a key that lives as long as the test."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/rds")]
from needs import needs  # noqa: E402
from rds_clients import until  # noqa: E402


def command(document, start):
    """The line of a document that starts so, as it is typed."""
    return re.search(rf"^    ({re.escape(start)}.*)$", (ROOT / document).read_text(), re.M)[1]


@pytest.fixture
def sh(tmp_path):
    home = tempfile.mkdtemp(prefix="gpg-")  # gpg's socket needs a short path
    environment = {"PATH": os.environ["PATH"], "GNUPGHOME": home, "LC_ALL": "C"}

    def run(line):
        return subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment, text=True, capture_output=True)

    assert run("gpg --batch --passphrase '' --quick-generate-key pgiam@example.org ed25519 sign never").returncode == 0
    yield run
    run("gpgconf --kill all")
    until(lambda: not list(Path(home).glob("S.*")))  # the agent takes its sockets along, when it gets to it
    shutil.rmtree(home)


@needs("gpg")
def test_a_release_is_signed_and_checked_as_documented(sh, tmp_path):
    for name in ("pgiam_0.1.0_amd64.deb", "pgiam-0.1.0-1.x86_64.rpm"):
        (tmp_path / name).write_text(name)
    assert sh("sha256sum pgiam* >SHA256SUMS").returncode == 0
    signed = sh(command("sdk/release/README.md", "gpg --armor"))
    assert signed.returncode == 0, signed.stderr
    (tmp_path / "pgiam-0.1.0-1.x86_64.rpm").unlink()  # who takes one file, takes one file

    by_whom, whole = command("sdk/docs/installing.md", "gpg --verify"), command("sdk/docs/installing.md", "sha256sum")
    verified = sh(by_whom)
    assert verified.returncode == 0 and 'Good signature from "pgiam@example.org"' in verified.stderr
    assert (sh(whole).returncode, sh(whole).stdout) == (0, "pgiam_0.1.0_amd64.deb: OK\n")

    (tmp_path / "pgiam_0.1.0_amd64.deb").write_text("another")
    assert sh(whole).returncode != 0
    with open(tmp_path / "SHA256SUMS", "a") as sums:
        sums.write("0" * 64 + "  another\n")
    assert sh(by_whom).returncode != 0
