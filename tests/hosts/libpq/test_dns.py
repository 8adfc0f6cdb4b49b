"""Names that are aliases, on a DNS server of the tests' own that is slow, silent or lies, in a network namespace. Needs to
be root; run by ctest, or as  unshare --net --mount python3 -m pytest test_dns.py."""

import fcntl
import os
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import REPLICA, Emulator

IS_OURS = os.readlink("/proc/self/ns/net") != os.readlink(f"/proc/{os.getppid()}/ns/net")
pytestmark = pytest.mark.skipif(not IS_OURS, reason="a network namespace of one's own takes root")

SERVER = ("127.0.0.1", 53)
SILENT = ("127.0.0.3", 53)  # asked where the first does not answer
RDS = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
EC2 = "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com"
ALIASES = {
    "db.corp.example": "db.internal.example", "db.internal.example": RDS, "db.team.corp.example": RDS, RDS: EC2,
    "round.corp.example": "and-round.corp.example", "and-round.corp.example": "round.corp.example",
}  # fmt: skip
ADDRESSES = {EC2: "127.0.0.1", "other.corp.example": "127.0.0.1", REPLICA: "127.0.0.2"}


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


class Dns:
    """Answers as ALIASES and ADDRESSES say (RFC 1035), or is silent."""

    def __init__(self):
        self.is_silent, self.asked = False, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(SERVER)
        self.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.silent.bind(SILENT)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
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
        while name in ALIASES and hops < 8:
            records += self.record(name, 5, encoded(ALIASES[name]))
            name, hops = ALIASES[name], hops + 1
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
    dns_server.is_silent = False
    dns_server.asked.clear()
    return dns_server


@pytest.fixture(scope="session")
def instance(dns_server):  # noqa: ARG001 (the loopback interface has to be up)
    with Emulator(endpoints=[RDS]) as emulator:
        yield emulator


def conninfo(rds, host, **keywords):
    return rds.conninfo(host=host, **{"hostaddr": None, "sslmode": None, "sslrootcert": None} | keywords)


@pytest.mark.parametrize("name", ["db.corp.example", "DB.Corp.Example", "db.corp.example.", "db.team", f"{RDS}."])
@pytest.mark.usefixtures("dns")
def test_a_name_is_followed_to_the_endpoint_and_no_further(name, rds, client, verdicts):
    program = client()
    assert program.do("connectdb", conninfo(rds, name)).startswith("ok"), program.message()
    assert verdicts() == ["accepted"]
    assert rds.attempts()[-1]["endpoint"] == f"{RDS}:{rds.port}"


def test_a_name_is_asked_for_once(rds, client, dns):
    program = client()
    for _ in range(3):
        assert program.do("connectdb", conninfo(rds, "db.corp.example", hostaddr="127.0.0.1")).startswith("ok")
        assert program.do("finish") == "finished"
    assert dns.asked == ["db.corp.example"]


@pytest.mark.parametrize("keywords", [{"password": "wrong"}, {"host": "localhost"}, {"host": "127.0.0.1"}])
def test_what_is_not_ours_for_sure_costs_no_look_up(keywords, rds, client, dns):
    program = client()
    program.do("connectdb", conninfo(rds, **{"host": "other.corp.example", "hostaddr": "127.0.0.1"} | keywords))
    assert dns.asked == []


@pytest.mark.usefixtures("dns")
def test_an_alias_that_leads_round_in_circles_is_libpqs_to_refuse(rds, client):
    program, begun = client(), time.monotonic()
    assert program.do("connectdb", conninfo(rds, "round.corp.example")) == "bad"
    assert "could not translate host name" in program.message()
    assert time.monotonic() - begun < 10


def test_a_silent_server_holds_up_no_connection_and_is_asked_again_soon(rds, client, dns, verdicts):
    program, begun = client(), time.monotonic()
    dns.is_silent = True
    alias = conninfo(rds, "db.corp.example", hostaddr="127.0.0.1")
    assert program.do("connectdb", alias) == "bad"
    assert time.monotonic() - begun < 9  # seconds; libc's own resolver would take 10
    dns.is_silent = False
    while not (answer := program.do("connectdb", alias)).startswith("ok") and time.monotonic() - begun < 20:
        time.sleep(0.2)
    assert answer.startswith("ok"), program.message()
    assert verdicts() == ["accepted"]


def test_silent_servers_cost_no_more_than_the_time_that_is_given(rds, client, dns):
    program = client(PGIAM_TIMEOUT_MS="100")
    assert program.do("connectdb", conninfo(rds, "localhost")) == "bad"  # all is loaded
    dns.is_silent, begun = True, time.monotonic()
    assert program.do("connectdb", conninfo(rds, "db.corp.example", hostaddr="127.0.0.1")) == "bad"
    assert time.monotonic() - begun < 1.5  # seconds; two servers are otherwise waited for one second each


def test_an_endpoint_whose_name_nobody_resolves_costs_no_more_than_the_time_that_is_given(rds, psql, dns):
    dns.is_silent, begun = True, time.monotonic()
    ran = psql(
        conninfo(rds, RDS, hostaddr="127.0.0.1"), PGIAM_TIMEOUT_MS="300", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="",
        AWS_CONTAINER_CREDENTIALS_FULL_URI="https://credentials.corp.example/",
    )  # fmt: skip
    assert ran.returncode != 0
    assert "credentials.corp.example" in ran.stderr, ran.stderr
    assert time.monotonic() - begun < 5  # seconds; libc's own resolver would take 10


def test_a_name_in_the_hosts_file_is_not_asked_for(rds, client, dns, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost db.corp.example\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    try:
        program = client()
        assert program.do("connectdb", conninfo(rds, "db.corp.example")) == "bad"
        assert dns.asked == []
    finally:
        subprocess.run(["umount", "/etc/hosts"], check=True)
