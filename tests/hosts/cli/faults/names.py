"""A name server for the seeds that need one, in a network namespace of one's own: NXDOMAIN, SERVFAIL, silence, aliases."""

import socket
import struct
import subprocess
import tempfile
import threading
from pathlib import Path

import world  # noqa: F401 (says where the next one is)
from dns_fixtures import IS_OURS, SERVER, encoded, switch_loopback_on

NXDOMAIN, SERVFAIL = 3, 2
GONE = "gone.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
ALIASES = {"db.corp.example": "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "old.corp.example": GONE, "app.corp.example": "nobody.corp.example"}
ADDRESSES = {"orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com": "127.0.0.1", "other.corp.example": "127.0.0.1", "localhost": "127.0.0.1"}
IPV6_ONLY = {"six.c9akciq32xyz.eu-west-1.rds.amazonaws.com": "2001:db8::7"}
FAILS = ("broken.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "broken.corp.example")
SILENT = ("silent.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "silent.corp.example")
EMPTY = ("empty.c9akciq32xyz.eu-west-1.rds.amazonaws.com",)


def answer(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    asked, question, kind = ".".join(labels), query[12 : at + 5], struct.unpack("!H", query[at + 1 : at + 3])[0]
    if asked in SILENT:
        return None
    name, records, count = asked, b"", 0
    while name in ALIASES and count < 8:
        data = encoded(ALIASES[name])
        records += encoded(name) + struct.pack("!HHIH", 5, 1, 60, len(data)) + data
        name, count = ALIASES[name], count + 1
    for table, wanted, family in ((ADDRESSES, 1, socket.AF_INET), (IPV6_ONLY, 28, socket.AF_INET6)):
        if name in table and kind == wanted:
            data = socket.inet_pton(family, table[name])
            records, count = records + encoded(name) + struct.pack("!HHIH", wanted, 1, 60, len(data)) + data, count + 1
    known = name in ADDRESSES or name in IPV6_ONLY or name in EMPTY
    code = SERVFAIL if asked in FAILS else 0 if known else NXDOMAIN
    return query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, count, 0, 0) + question + records


def serve(server):
    while True:
        query, client = server.recvfrom(512)
        said = answer(query)
        if said:
            server.sendto(said, client)


def start():
    """False where this process has no network of its own."""
    if not IS_OURS:
        return False
    switch_loopback_on()
    settings = Path(tempfile.mkdtemp(prefix="faults-dns-")) / "resolv.conf"
    settings.write_text(f"nameserver {SERVER[0]}\noptions timeout:1 attempts:1\n")
    Path("/etc/resolv.conf").touch()
    subprocess.run(["mount", "--bind", settings, "/etc/resolv.conf"], check=True)  # in our namespace only
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(SERVER)
    threading.Thread(target=serve, args=(server,), daemon=True).start()
    return True
