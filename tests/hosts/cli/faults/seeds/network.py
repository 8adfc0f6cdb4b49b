"""Names, ports, and what answers there."""

import socket
import threading

from world import HOST, Seed

NAME = ".c9akciq32xyz.eu-west-1.rds.amazonaws.com"


def name(title, expect, host, **more):
    return Seed("names and the network", title, expect, change={"host": host, "hostaddr": None}, needs_names=True, **more)


def seed(title, expect, change=(), **more):
    return Seed("names and the network", title, expect, change=dict(change), **more)


def raw(talk):
    return {"raw": talk}


def reads_line(connection):
    while (got := connection.recv(100)) and b"\n" not in got:
        pass


def full(world):
    """A port whose backlog is full: packets to it get no answer."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 5499))
    listener.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", 5499))
    return lambda: [each.close() for each in (*fillers, listener)]


SEEDS = [
    name("the name is not known", "name_unknown", "nix" + NAME, says="nix"),
    name("the name server fails", "name_server_failed", "broken" + NAME, says="SERVFAIL"),
    name("the name servers are silent", "name_timed_out", "silent" + NAME, words=("--timeout-ms", "4000"), says="do not answer"),
    name("the name has no address", "name_without_address name_unknown", "empty" + NAME),
    name("the alias leads to an instance that is gone", "name_dangling", "old.corp.example", says="gone"),
    name("the alias leads to a name that is gone", "name_dangling not_ours", "app.corp.example", says="nobody.corp.example"),
    name("an unknown name that is no endpoint's", "name_unknown", "nix.corp.example", says="nix.corp.example"),
    name("a name that is no endpoint's, and its server fails", "name_server_failed", "broken.corp.example", says="SERVFAIL"),
    name("IPv6 only, and no way there", "unreachable", "six" + NAME, says="IPv6"),
    name("a known host that is no endpoint", "not_ours", "other.corp.example", says="signing_host"),
    seed("hostaddr is a name", "name_unknown usage", {"hostaddr": "db.example"}, says="hostaddr"),
    seed("nothing listens", "connection_refused", {"port": 1}, says="port"),
    seed("packets vanish", "connection_timed_out", {"port": 5499}, words=("--timeout-ms", "1500"), alone=full, says="security group"),
    seed("no route to the network", "unreachable connection_timed_out", {"hostaddr": "192.0.2.1"}, words=("--timeout-ms", "1500")),
    seed("an IPv6 address without a way", "unreachable", {"hostaddr": "2001:db8::7"}, says="IPv6", needs_names=True),
    seed("a web server", "not_postgres", server=raw(lambda c: (reads_line(c), c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))), says="HTTP"),
    seed("MySQL", "not_postgres", server=raw(lambda c: (c.sendall(b"J\0\0\0\x0a8.0.36\0"), c.recv(9))), says="MySQL"),
    seed("SSH", "not_postgres", server=raw(lambda c: (c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), c.recv(9)))),
    seed("a balancer that wants TLS at once", "bare_tls", server=raw(lambda c: (c.recv(9), c.sendall(b"\x15\x03\x01\0\x02\x02\x16"))), says="TLS listener"),
    seed("a tunnel whose end is gone", "closed", server=raw(lambda c: c.recv(9)), says="tunnel"),
    seed("it accepts and says nothing", "no_answer", server=raw(lambda c: (c.recv(9), threading.Event().wait(20))), words=("--timeout-ms", "1500")),
    seed("it agrees to TLS and falls silent", "no_answer", server=raw(lambda c: (c.recv(8), c.sendall(b"S"), c.recv(9999), c.recv(9999), c.recv(9))), words=("--timeout-ms", "2000")),
]
