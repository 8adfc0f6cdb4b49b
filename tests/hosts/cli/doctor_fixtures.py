"""What the tests of pgiam doctor share: an instance with users of many kinds, and servers that are none."""

import contextlib
import json
import socket
import ssl
import struct
import subprocess
import threading

import pytest
from conftest import Emulator, Key


@pytest.fixture(scope="session")
def instance():
    with Emulator(passwords={"plain": "open sesame"}) as emulator:
        for name in ("locked", "limited"):
            emulator.add_user(name)
        emulator.admin_sql("ALTER ROLE locked NOLOGIN; ALTER ROLE limited CONNECTION LIMIT 0")
        emulator.admin_sql("CREATE DATABASE closed")
        emulator.admin_sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
        yield emulator


@pytest.fixture
def rds(instance):
    instance.clear_attempts()
    instance.set_clock()
    return instance


class KeysOf:
    """STS knows whom the instance knows."""

    def __init__(self, rds):
        self.rds = rds

    def get(self, id):
        key = self.rds.keys.get(id)
        return key and Key(key.id, key.secret, key.session_token, key.expires_at)


@pytest.fixture
def variables(rds, aws):
    """Those of a user who may log in; the port is known to be the endpoint's own."""
    before, aws.sts.keys = aws.sts.keys, KeysOf(rds)
    keys = {name: value for name, value in rds.environment().items() if name.startswith("AWS_")}
    to_sts = {name: value for name, value in aws.environment("sts", "rds", "iam", "dsql").items() if name != "AWS_EC2_METADATA_DISABLED"}
    yield {"AWS_EC2_METADATA_DISABLED": "true"} | to_sts | keys | {"PGIAM_SIGNING_PORT": str(rds.port)}
    aws.sts.keys = before


class Told:
    """What doctor --json said."""

    def __init__(self, ended):
        assert ended.stderr == ""
        self.json = json.loads(ended.stdout)
        self.status = ended.returncode
        self.code, self.sentence = self.json["verdict"]["code"], self.json["verdict"]["sentence"]
        self.do = self.json["do"]
        self.causes = [cause["code"] for cause in self.json["verdict"]["causes"]]
        self.steps = {step["step"]: step for step in self.json["steps"]}
        self.failed = [step["step"] for step in self.json["steps"] if step["outcome"] == "failed"]

    def detail(self, step):
        return self.steps[step]["detail"]

    def outcome(self, step):
        return self.steps[step]["outcome"]


@pytest.fixture
def doctor(pgiam, variables):
    """doctor(conninfo, words…, VARIABLE=value or None) → Told"""
    return lambda *words, **changes: Told(pgiam("doctor", "--json", *words, **(variables | changes)))


@pytest.fixture
def serve():
    """serve(talk) → the port of a server that calls talk(socket) for each connection."""
    listeners = []

    def start(talk):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        talk(connection)

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def make_certificate(folder):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    files = ["-keyout", folder / "key", "-out", folder / "cert", "-subj", "/CN=db"]
    subprocess.run([*command, *files], check=True, capture_output=True)


def answering(folder, *fields):
    """Speaks PostgreSQL as far as an error in place of the question for a password."""
    make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    body = b"".join(field.encode() + b"\0" for field in fields) + b"\0"

    def talk(connection):
        connection.recv(8)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(4096)
            tls.sendall(b"E" + struct.pack("!I", 4 + len(body)) + body)

    return talk
