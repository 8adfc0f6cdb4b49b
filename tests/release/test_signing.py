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
def shell_of(tmp_path):
    """shell_of(VARIABLE=VALUE…): runs lines in one folder, with keys of its own."""
    homes = []

    def shell(**variables):
        homes.append(tempfile.mkdtemp(prefix="gpg-"))  # gpg's socket needs a short path
        environment = {"PATH": os.environ["PATH"], "GNUPGHOME": homes[-1], "LC_ALL": "C", **variables}
        return lambda line: subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment, text=True, capture_output=True)

    yield shell
    for home in homes:
        subprocess.run(["gpgconf", "--kill", "all"], env={**os.environ, "GNUPGHOME": home})
        until(lambda home=home: not list(Path(home).glob("S.*")))  # the agent takes its sockets along, when it gets to it
        shutil.rmtree(home)


@needs("gpg")
def test_a_release_is_signed_and_checked_as_documented(shell_of, tmp_path):
    releaser, user = shell_of(KEY="pgiam@example.org"), shell_of()
    for name in ("pgiam_0.1.0_amd64.deb", "pgiam-0.1.0-1.x86_64.rpm"):
        (tmp_path / name).write_text(name)
    assert releaser("gpg --batch --passphrase '' --quick-generate-key $KEY ed25519 sign never").returncode == 0
    assert releaser("sha256sum pgiam* >SHA256SUMS").returncode == 0
    for line in ("gpg --armor --local-user", "gpg --armor --export", "gpg --fingerprint"):
        told = releaser(command("sdk/release/README.md", line))
        assert told.returncode == 0, told.stderr
    fingerprint = re.search(r"(?:[0-9A-F]{4} +){9}[0-9A-F]{4}", told.stdout)[0]
    (tmp_path / "pgiam-0.1.0-1.x86_64.rpm").unlink()  # who takes one file, takes one file

    by_whom, whole = command("sdk/docs/installing.md", "gpg --verify"), command("sdk/docs/installing.md", "sha256sum")
    assert user(by_whom).returncode != 0
    assert user(command("sdk/docs/installing.md", "gpg --import")).returncode == 0
    verified = user(by_whom)
    assert verified.returncode == 0 and 'Good signature from "pgiam@example.org"' in verified.stderr and fingerprint in verified.stderr
    assert (user(whole).returncode, user(whole).stdout) == (0, "pgiam_0.1.0_amd64.deb: OK\n")

    (tmp_path / "pgiam_0.1.0_amd64.deb").write_text("another")
    assert user(whole).returncode != 0
    with open(tmp_path / "SHA256SUMS", "a") as sums:
        sums.write("0" * 64 + "  another\n")
    assert user(by_whom).returncode != 0
