"""What the tests of the jar share: an emulated instance, and JVMs in which pgjdbc meets pgiam."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "rds")]

from rds_emulator import Emulator, Endpoint  # noqa: E402
from rds_fixtures import rds, verdicts  # noqa: E402, F401

JAVA = os.environ["PGIAM_TEST_JAVA"]
JAR = os.environ["PGIAM_TEST_JAR"]
CLASSES = os.environ["PGIAM_TEST_CLASSES"]
COMMAND = os.environ["PGIAM_TEST_COMMAND"]
# pgjdbc, HikariCP and what they need, separated by colons.
LIBRARIES = os.environ["PGIAM_TEST_LIBRARIES"]
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
# Another instance: what answers here takes no token that was signed for the first.
REPLICA = "replica.c9akciq32xyz.us-east-2.rds.amazonaws.com"
DSQL = "abc123.dsql.us-east-1.on.aws"
PLUGIN = "authenticationPluginClassName=org.pgiam.jdbc.PgiamAuthenticationPlugin"
SOCKETS = "socketFactory=org.pgiam.jdbc.PgiamSocketFactory"
COMMAND_ONLY = ("-Dpgiam.bridge=command", f"-Dpgiam.command={COMMAND}")
# What a token has and nothing else that is printed.
TOKEN_MARK = "X-Amz-Signature"


@pytest.fixture(scope="session")
def instance():
    endpoints = [HOST, Endpoint(REPLICA, address="127.0.0.2"), Endpoint(DSQL, address="127.0.0.3")]
    with Emulator(endpoints=endpoints, passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def url(rds):
    """url(…properties): of the first endpoint, server verified, plugin set."""

    def build(*properties, host=HOST, prefix="jdbc:postgresql:", sslmode="verify-full", plugin=True, port=None):
        said = [f"sslrootcert={rds.ca_file}", *properties]
        said += [f"sslmode={sslmode}"] if sslmode else []
        said += [PLUGIN] if plugin else []
        hosts = ",".join(f"{name}:{port or rds.port}" for name in host.split(","))
        return f"{prefix}//{hosts}/postgres?" + "&".join(said)

    return build


def environment_in(home, rds):
    """A user's, with AWS credentials."""
    variables = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(home)}
    return variables | rds.credentials()


@pytest.fixture
def environment(rds, tmp_path):
    return environment_in(tmp_path, rds)


class Failure(Exception):
    """What the JVM threw: SQLSTATE, message, and the trace with all causes."""

    def __init__(self, state, message, trace):
        super().__init__(message)
        self.state, self.message, self.trace = state, message, trace


class Jvm:
    """A running Client.java: do(command, words…) returns its answer or raises Failure."""

    def __init__(self, command, environment, log):
        self.home, self.log = log.parent, log
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("w"),
            text=True,
            bufsize=1,
        )

    def do(self, *words):
        self.process.stdin.write("\t".join(words) + "\n")
        answer = self.process.stdout.readline()
        assert answer, f"the JVM died of {words[0]}: {self.process.wait()}\n{self.log.read_text()}"
        kind, *texts = [unescape(text) for text in answer.rstrip("\n").split("\t")]
        if kind == "error":
            raise Failure(*texts)
        return texts[0]

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=240) == 0
        assert TOKEN_MARK not in self.log.read_text()


def unescape(text):
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")


def java_command(rds, home, *options, java=JAVA, by_dns=False):
    """by_dns: names are resolved as the system does it, and not by the emulator's file."""
    return [
        java,
        *([] if by_dns else [f"-Djdk.net.hosts.file={rds.hosts_file}"]),
        f"-Djava.io.tmpdir={home}",
        f"-Duser.home={home}",
        "-Djava.util.logging.config.file=" + str(HERE / "logging.properties"),
        "-XX:TieredStopAtLevel=1",
        "-Dcom.zaxxer.hikari.aliveBypassWindowMs=0",
        *options,
    ]


@pytest.fixture
def jvm(rds, environment, tmp_path):
    """jvm(options…, java, libraries, by_dns, **variables) starts one; all end with the test, in good order."""
    started = []

    def start(*options, java=JAVA, libraries=f"{JAR}:{LIBRARIES}", by_dns=False, **variables):
        command = [*java_command(rds, tmp_path, *options, java=java, by_dns=by_dns), "-cp", f"{CLASSES}:{libraries}", "Client"]
        log = tmp_path / f"jvm{len(started)}.log"
        started.append(Jvm(command, environment | variables, log))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()


@pytest.fixture(scope="module", params=["native", "command"])
def either_bridge(request, instance, tmp_path_factory):
    home = tmp_path_factory.mktemp(request.param)
    options = COMMAND_ONLY if request.param == "command" else ["-Dpgiam.bridge=native"]
    command = [*java_command(instance, home, *options), "-cp", f"{CLASSES}:{JAR}:{LIBRARIES}", "Client"]
    one = Jvm(command, environment_in(home, instance), home / "jvm.log")
    yield one
    one.end()


@pytest.fixture
def bridge(either_bridge, rds):
    """A JVM that reaches the library in each of the two ways; one for all tests of a module."""
    return either_bridge


def refused(jvm, *words):
    """What the JVM says when it refuses; no token is in it."""
    with pytest.raises(Failure) as caught:
        jvm.do(*words)
    assert TOKEN_MARK not in caught.value.trace
    return caught.value
