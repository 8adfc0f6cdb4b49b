import datetime
import json
import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "rds/aws"))
from fake_aws import FakeAws, Key  # noqa: E402

SERVICES = ("sts", "portal", "oidc", "signin")
# Long-lived keys that STS knows; each has its name for a secret.
KEYS = [Key(name, f"secret of {name}") for name in ("AKIABASE", "AKIASELF", "AKIAENV", "AKIAB", "AKIAPROGRAM")]
# What tests write into files: no log may hold it.
SECRETS = ("secret of", "sso-token", "sso-refresh", "login-refresh", "client secret", "PRIVATE KEY", "the-web-token")


def moment(seconds):
    """So many seconds from now, as files have it."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="session")
def running():
    with FakeAws(KEYS) as aws:
        yield aws


@pytest.fixture
def aws(running):
    """AWS's services, as just started. The test fails if a client sent them what they would not take."""
    running.reset()
    yield running
    assert running.problems() == []


class Machine:
    """A home and variables of its own, and both clients on it."""

    def __init__(self, home, aws):
        self.home, self.aws = home, aws
        self.variables = {}
        self.services = SERVICES

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

    def program(self, access_key_id="AKIAPROGRAM"):
        """A credential_process that gives this key."""
        answer = json.dumps({"Version": 1, "AccessKeyId": access_key_id, "SecretAccessKey": f"secret of {access_key_id}"})
        path = self.write("program", f"#!/bin/sh\necho '{answer}'\n")
        path.chmod(0o700)
        return path

    def environment(self):
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                **self.aws.environment(*self.services), "AWS_DEFAULT_REGION": "eu-west-1", **self.variables}

    def start(self, *arguments, **variables):
        return subprocess.Popen([os.environ["PGIAM_CONFORMANCE"], *arguments], text=True, cwd=self.home,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self.environment(), **variables})

    def finish(self, process):
        """The answer of a started one; its log, at debug level, must hold no secret."""
        out, self.log = process.communicate(timeout=240)
        answer = json.loads(out)
        for key in self.aws.keys.values():
            assert key.secret not in self.log, "a secret was logged"
            assert not key.session_token or key.session_token not in self.log, "a session token was logged"
        for token, session in self.aws.identity_center.sessions.items():
            assert token not in self.log and (session.refresh_token or token) not in self.log, "a token was logged"
        told = self.log + json.dumps({name: value for name, value in answer.items() if name not in ("secret", "token")})
        for secret in SECRETS:
            assert secret not in told, f"{secret} was logged"
        return answer

    def pgiam(self, *arguments, **variables):
        return self.finish(self.start(*arguments, **variables))

    def botocore(self, *arguments):
        done = subprocess.run([sys.executable, HERE / "botocore_credentials.py", *arguments], text=True,
                              check=True, capture_output=True, timeout=240, cwd=self.home, env=self.environment())
        return json.loads(done.stdout)

    def origin(self, answer):
        """How the identity that was found is come by, in the words of the fake services; None where none was."""
        name = answer.get("id")
        key = self.aws.keys.get(name)
        return key.origin if key else name

    def both(self, profile=None):
        """The origin of what both find; the test fails where they differ."""
        theirs = self.botocore(*([profile] if profile else []))
        ours = self.pgiam(*([f"profile={profile}"] if profile else []), "cache=memory")
        assert self.origin(ours) == self.origin(theirs), (ours, theirs)
        return self.origin(ours)


@pytest.fixture
def machine(tmp_path, aws):
    return Machine(tmp_path, aws)
