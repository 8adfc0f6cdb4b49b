import json
import os
import pathlib
import subprocess
import sys
import textwrap

import pytest
from fake_aws import FakeAws

HERE = pathlib.Path(__file__).parent


@pytest.fixture
def aws():
    fake = FakeAws()
    yield fake
    fake.close()
    assert fake.faults == []


class Machine:
    """A home and variables of its own, and both clients on it."""

    def __init__(self, home, aws):
        self.home, self.aws = home, aws
        self.variables = {}

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(textwrap.dedent(text).removeprefix("\n"))
        path.chmod(0o600)
        return path

    def config(self, *texts):
        self.write(".aws/config", "\n".join(map(textwrap.dedent, texts)))

    def credentials(self, text):
        self.write(".aws/credentials", text)

    def environment(self):
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                "AWS_EC2_METADATA_DISABLED": "true", **self.variables}

    def _services(self):
        names = ("STS", "SSO", "SSO_OIDC", "SIGNIN")
        return {f"AWS_ENDPOINT_URL_{name}": self.aws.url for name in names}

    def start(self, *arguments, **variables):
        return subprocess.Popen([os.environ["PGIAM_CONFORMANCE"], *arguments], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self._services(), **self.environment(), **variables})

    def pgiam(self, *arguments, **variables):
        out, self.log = self.start(*arguments, **variables).communicate(timeout=60)
        for secret in ("secret of", "token of", "sso-token", "sso-refresh", "login-refresh", "client secret"):
            assert secret not in self.log, "a secret was logged"
        return json.loads(out)

    def botocore(self, *arguments):
        done = subprocess.run([sys.executable, HERE / "botocore_credentials.py", *arguments], text=True,
                              check=True, capture_output=True, timeout=60, cwd=self.home,
                              env={**self.environment(), "FAKE_AWS": self.aws.url,
                                   "AWS_DEFAULT_REGION": "eu-west-1"})
        return json.loads(done.stdout)

    def both(self, profile=None):
        """The access key id that both find; the test fails where they differ."""
        theirs = self.botocore(*([profile] if profile else []))
        ours = self.pgiam(*([f"profile={profile}"] if profile else []), "cache=memory")
        assert ours.get("id") == theirs.get("id"), (ours, theirs)
        return ours.get("id")


@pytest.fixture
def machine(tmp_path, aws):
    return Machine(tmp_path, aws)
