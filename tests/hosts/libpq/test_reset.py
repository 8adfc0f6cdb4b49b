"""A connection that is made anew gets a new token, however long ago the first one died."""

import os
import socket
import threading
import time
from datetime import datetime

import pytest
from conftest import BY_FILE, REPLICA
from rds_clients import until

RESETS = ["reset", "resetStart"]
CALLS = ["connectdb", "connectdbParams", "connectStart", "connectStartParams"]


def ages(rds):
    """How old each token was when it arrived, in seconds."""
    shapes = {"time": "%Y-%m-%dT%H:%M:%S.%fZ", "signed_at": "%Y%m%dT%H%M%SZ"}
    moments = [{key: datetime.strptime(attempt[key], shape) for key, shape in shapes.items()} for attempt in rds.attempts()]
    return [(moment["time"] - moment["signed_at"]).total_seconds() for moment in moments]


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_after_the_token_died_gets_a_fresh_one(reset, rds, timed_client, clock, verdicts):
    program = timed_client()
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    for _ in range(2):
        clock.put_forward(minutes=17)
        rds.kill_backends()
        assert program.do("query") == "failed"
        assert program.do(reset).startswith("ok"), program.message()
        assert program.do("query") == "app_user"
    assert verdicts() == ["accepted"] * 3
    assert max(ages(rds)) < 300


def test_new_connections_after_the_token_died_get_fresh_ones(rds, timed_client, clock, verdicts):
    program = timed_client()
    for _ in range(2):
        for call in CALLS:
            assert program.do(call, rds.conninfo()).startswith("ok"), program.message()
            assert program.do("finish") == "finished"
        clock.put_forward(minutes=17)
    assert verdicts() == ["accepted"] * 8


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_of_a_living_connection_works(reset, rds, client, verdicts):
    program = client()
    program.do("connectdb", rds.conninfo())
    assert program.do(reset).startswith("ok")
    assert verdicts() == ["accepted"] * 2


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_in_a_child_works(reset, rds, client):
    program = client()
    program.do("connectdb", rds.conninfo())
    assert program.do("fork") == "child"
    assert program.do(reset).startswith("ok"), program.message()


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_of_a_connection_that_is_not_ours_is_libpqs(reset, rds, client, verdicts):
    program = client()
    assert program.do("connectdb", rds.conninfo("plain", password="open sesame")).startswith("ok")
    assert program.do(reset).startswith("ok")
    assert verdicts() == []


class Relay:
    """Takes connections at an address of its own on the server's port and passes them on, until it is closed."""

    def __init__(self, address, rds):
        self.target = ("127.0.0.1", rds.port)
        self.listener = socket.create_server((address, rds.port))
        self.sockets = [self.listener]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                client = self.listener.accept()[0]
                server = socket.create_connection(self.target)
                self.sockets += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self.copy, args=pair, daemon=True).start()
        except OSError:
            pass  # closed

    @staticmethod
    def copy(source, drain):
        try:
            while data := source.recv(65536):
                drain.sendall(data)
            drain.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # closed

    def close(self):
        for one in self.sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # never connected, or gone already
            one.close()


def in_the_end(verdicts):
    """Where no poll of a blocking call comes through the hook, a dead token is replaced once the server has refused it."""
    return [verdict for verdict in verdicts() if verdict == "accepted" or not BY_FILE]


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_that_lands_on_another_host_has_that_hosts_token(reset, rds, timed_client, clock, verdicts):
    relay = Relay("127.0.0.3", rds)
    hosts = {"host": f"{rds.host},{REPLICA}", "hostaddr": "127.0.0.3,127.0.0.2"}
    program = timed_client()
    assert program.do("connectdb", rds.conninfo(**hosts)).startswith(f"ok\t{rds.host}")
    clock.put_forward(minutes=17)
    relay.close()
    assert program.do("query") == "failed"
    assert program.do(reset).startswith(f"ok\t{REPLICA}"), program.message()

    # And back, as the first one has come back.
    clock.put_forward(minutes=17)
    relay = Relay("127.0.0.3", rds)
    rds.kill_backends()
    assert program.do(reset).startswith(f"ok\t{rds.host}"), program.message()
    relay.close()
    assert in_the_end(verdicts) == ["accepted"] * 3
    assert BY_FILE or max(ages(rds)) < 300


@pytest.fixture
def growing(rds, client, tmp_path):
    """growing(**variables): a program that has connected with a short token, and whose next one is long."""
    credentials = tmp_path / ".aws" / "credentials"
    credentials.parent.mkdir()

    def write(id, secret, session):
        lines = {"aws_access_key_id": id, "aws_secret_access_key": secret, "aws_session_token": session}
        credentials.write_text("[default]\n" + "".join(f"{k} = {v}\n" for k, v in lines.items() if v))
        rds.add_key(id, secret, session)

    def start(**variables):
        write("AKIASHORT", "secret", None)
        program = client(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", PGIAM_REUSE_SECONDS="0", **variables)
        assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
        write("ASIALONG", "other secret", "t/+=" * 800)
        return program

    return start


def reset_until(program, reset, is_enough):
    deadline = time.monotonic() + 30  # the plugin looks at its files once a second at most
    while (answer := program.do(reset)).startswith("ok") and not is_enough() and time.monotonic() < deadline:
        pass
    return answer


@pytest.mark.parametrize("reset", RESETS)
def test_a_longer_token_fits_into_the_connection(reset, rds, growing, verdicts):
    program = growing()
    short = rds.attempts()[-1]["token_length"]
    assert reset_until(program, reset, lambda: rds.attempts()[-1]["token_length"] > short).startswith("ok"), program.message()
    assert rds.attempts()[-1]["token_length"] > 8_000
    assert set(verdicts()) == {"accepted"}


@pytest.mark.skipif(not BY_FILE, reason="a filler is copied whole")
@pytest.mark.parametrize("reset", RESETS)
def test_a_libpq_that_keeps_no_room_is_not_written_over(reset, growing, environment, verdicts):
    program = growing(LD_PRELOAD=f"{environment['LD_PRELOAD']} {os.environ['PGIAM_TEST_TIGHT_LIBPQ']}")
    assert not reset_until(program, reset, lambda: False).startswith("ok")
    assert "a new token does not fit into this connection: make a new connection" in program.message()
    assert set(verdicts()) == {"accepted"}


@pytest.mark.parametrize("reset", RESETS)
def test_memory_whose_size_nobody_tells_is_not_written_over(reset, growing, environment, verdicts):
    program = growing(LD_PRELOAD=f"{environment['LD_PRELOAD']} {os.environ['PGIAM_TEST_LONE_MALLOC']}")
    assert not reset_until(program, reset, lambda: False).startswith("ok")
    assert "malloc and malloc_usable_size are of two libraries here: make a new connection" in program.message()
    assert set(verdicts()) == {"accepted"}


class BlackHole:
    """An address where a connect is never answered: its queue is full."""

    def __init__(self, address, port):
        self.listener = socket.create_server((address, port), backlog=0)
        self.queued = [socket.socket() for _ in range(4)]
        for one in self.queued:
            one.setblocking(False)
            one.connect_ex((address, port))

    def close(self):
        for one in [self.listener, *self.queued]:
            one.close()


def dials(program, address, port):
    """Whether the program has a connect there that nobody has answered yet."""
    folder = f"/proc/{program.process.pid}/fd"
    try:
        files = {os.readlink(f"{folder}/{number}") for number in os.listdir(folder)}
    except FileNotFoundError:
        return False  # it has closed one meanwhile: not what it does while it waits
    remote = f"{int.from_bytes(socket.inet_aton(address), 'little'):08X}:{port:04X}"
    lines = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    return any((remote, "02") == (line[2], line[3]) and f"socket:[{line[9]}]" in files for line in lines)


@pytest.mark.parametrize("call", CALLS[:2])
def test_a_token_that_dies_while_dead_hosts_are_tried_is_replaced_on_the_way(call, rds, timed_client, clock, verdicts):
    names = ",".join([f"dead{i}.c9akciq32xyz.eu-west-1.rds.amazonaws.com" for i in range(2)] + [rds.host])
    hosts = {"host": names, "hostaddr": "127.0.0.78,127.0.0.79,127.0.0.1"}
    hole, program = BlackHole("127.0.0.78", rds.port), timed_client()
    program.begin(call, rds.conninfo(**hosts))
    until(lambda: dials(program, "127.0.0.78", rds.port))
    clock.put_forward(minutes=17)
    hole.close()  # the next packet that knocks there is refused
    assert program.answer().startswith(f"ok\t{rds.host}"), program.message()
    assert in_the_end(verdicts) == ["accepted"]
    assert BY_FILE or max(ages(rds)) < 300


def test_a_reset_keeps_libpqs_time_limit_for_each_host(rds, client, verdicts):
    relay = Relay("127.0.0.3", rds)
    hosts = {"host": f"{rds.host},{REPLICA}", "hostaddr": "127.0.0.3,127.0.0.2", "connect_timeout": 2}
    program = client()
    assert program.do("connectdb", rds.conninfo(**hosts)).startswith(f"ok\t{rds.host}")
    relay.close()
    hole, begun = BlackHole("127.0.0.3", rds.port), time.monotonic()
    assert program.do("reset").startswith(f"ok\t{REPLICA}"), program.message()
    assert 1 < time.monotonic() - begun < 30
    hole.close()
    assert verdicts() == ["accepted"] * 2


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_ends_at_a_host_that_gets_no_token(reset, rds, client, tmp_path, verdicts):
    (tmp_path / "pgiam.conf").write_text(f"[connection replica]\nhost = {REPLICA}\nprofile = other\n")
    credentials = tmp_path / ".aws" / "credentials"
    credentials.parent.mkdir()
    key = next(iter(rds.keys.values()))
    both = [f"[{name}]\naws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\n" for name in ("default", "other")]
    credentials.write_text("".join(both))
    relay = Relay("127.0.0.3", rds)
    hosts = {"host": f"{rds.host},{REPLICA}", "hostaddr": "127.0.0.3,127.0.0.2"}
    program = client(
        AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", PGIAM_CACHE="none", PGIAM_REUSE_SECONDS="0",
        PGIAM_CONFIG=str(tmp_path / "pgiam.conf"),
    )  # fmt: skip
    assert program.do("connectdb", rds.conninfo(**hosts)).startswith(f"ok\t{rds.host}"), program.message()

    credentials.write_text(both[0])
    relay.close()
    time.sleep(1.1)  # the plugin looks at its files once a second at most
    if BY_FILE and reset == "reset":  # the token that it has is good still
        assert program.do(reset).startswith(f"ok\t{REPLICA}")
        return
    assert program.do(reset) == "bad"
    assert program.message().startswith("pgiam: ") and "other" in program.message()
    assert verdicts() == ["accepted"]
