"""Names that are aliases, on a DNS server of the tests' own that is slow, silent or lies, in a network namespace: what the
tests of hosts share that follow such names. They need to be root; run by ctest, or as  unshare --net --mount python3 -m pytest."""

import fcntl
import os
import socket
import struct
import subprocess
import threading
from pathlib import Path

import pytest
from rds_emulator import Emulator
from rogue_server import RogueServer

IS_OURS = os.readlink("/proc/self/ns/net") != os.readlink(f"/proc/{os.getppid()}/ns/net")
in_own_network = pytest.mark.skipif(not IS_OURS, reason="a network namespace of one's own takes root")

SERVER = ("127.0.0.1", 53)
SILENT = ("127.0.0.3", 53)  # asked where the first does not answer
RDS = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
REPLICA = "replica.c9akciq32xyz.us-east-2.rds.amazonaws.com"
EC2 = "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com"
ALIASES = {
    "db.corp.example": "db.internal.example", "db.internal.example": RDS, "db.team.corp.example": RDS, RDS: EC2,
    "round.corp.example": "and-round.corp.example", "and-round.corp.example": "round.corp.example",
    "replica.corp.example": REPLICA,
}  # fmt: skip
ADDRESSES = {
    EC2: "127.0.0.1", "other.corp.example": "127.0.0.1", REPLICA: "127.0.0.2", "tunnel.corp.example": "127.0.0.1",
    "sandbox.evil.test": "127.0.0.9",
}  # fmt: skip
# Zones of strangers: who asks when pgiam does is told of an endpoint, all others of their own server.
LIES = {"sandbox.evil.test": RDS}


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


class Dns:
    """Answers as ALIASES and ADDRESSES say (RFC 1035), or is silent. `is_lied_to`: whether the nth to ask for a name is told
    what LIES say; as a rule the first, which is pgiam."""

    def __init__(self):
        self.asked, self.heard = [], threading.Event()
        self.reset()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(SERVER)
        self.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.silent.bind(SILENT)
        threading.Thread(target=self.serve, daemon=True).start()

    def reset(self):
        self.is_silent, self.aliases, self.is_lied_to = False, dict(ALIASES), lambda nth: nth == 1
        self.asked.clear()
        self.heard.clear()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
            self.heard.set()
            if not self.is_silent:
                self.socket.sendto(self.answer(query), client)

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        name, question, wants_ipv4 = ".".join(labels), query[12 : at + 5], query[at + 1 : at + 3] == b"\0\1"
        self.asked.append(name)
        records, hops = b"", 0
        aliases = self.aliases | (LIES if self.is_lied_to(self.asked.count(name)) else {})
        while name in aliases and hops < 8:
            records += self.record(name, 5, encoded(aliases[name]))
            name, hops = aliases[name], hops + 1
        if wants_ipv4 and name in ADDRESSES:
            records, hops = records + self.record(name, 1, socket.inet_aton(ADDRESSES[name])), hops + 1
        is_known = name in ADDRESSES or hops > 0
        return query[:2] + struct.pack("!HHHHH", 0x8180 | (0 if is_known else 3), 1, hops, 0, 0) + question + records

    @staticmethod
    def record(owner, kind, data):
        return encoded(owner) + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def switch_loopback_on():
    SIOCSIFFLAGS, IFF_UP = 0x8914, 1
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH", b"lo", IFF_UP))


@pytest.fixture(scope="session")
def dns_server(tmp_path_factory):
    switch_loopback_on()
    settings = tmp_path_factory.mktemp("dns") / "resolv.conf"
    settings.write_text(f"nameserver {SERVER[0]}\nnameserver {SILENT[0]}\nsearch corp.example\n")
    Path("/etc/resolv.conf").touch()
    subprocess.run(["mount", "--bind", settings, "/etc/resolv.conf"], check=True)  # in our namespace only
    return Dns()


@pytest.fixture
def dns(dns_server):
    dns_server.reset()
    return dns_server


@pytest.fixture(scope="session")
def instance(dns_server):  # noqa: ARG001 (the loopback interface has to be up)
    with Emulator(endpoints=[RDS]) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def strangers_server(instance, tmp_path_factory):
    """Somebody's own, at the address to which a zone of theirs leads. All are welcome."""
    server = RogueServer(tmp_path_factory.mktemp("stranger"), {"127.0.0.9": "welcome"}, port=int(instance.port))
    yield server
    server.close()


@pytest.fixture
def stranger(strangers_server, dns):  # noqa: ARG001 (what is asked of it begins anew)
    strangers_server.came.clear()
    strangers_server.sent.clear()
    return strangers_server
