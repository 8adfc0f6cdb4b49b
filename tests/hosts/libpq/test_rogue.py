"""Servers that ask for everything: each is sent what is its own, and never what is another's or only takes up room."""

import random
import re
import time
from pathlib import Path

import pytest
from conftest import BY_FILE
from rogue_server import RogueServer

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true",
    "PGIAM_TLS": "off",
}  # fmt: skip
# libpq 14 and later go on to the next host after such an error before the password, and not after any other.
MANNERS = [*["starting up"] * 6, "welcome", "refuse", "hang up", "no TLS"]
ADDRESSES = [f"127.0.7.{i}" for i in range(1, 11)]


def name_of(address, is_ours):
    number = address.rsplit(".", 1)[-1]
    return f"db-{number}.c9akciq32xyz.eu-west-1.rds.amazonaws.com" if is_ours else f"other-{number}.example"


@pytest.fixture
def rogue(tmp_path):
    server = RogueServer(tmp_path, dict.fromkeys(ADDRESSES, "refuse"))
    yield server
    server.close()


@pytest.fixture
def program(client, tmp_path):
    file = tmp_path / "passwords"
    file.write_text("".join(f"{name_of(address, False)}:*:*:*:{address}\n" for address in ADDRESSES))
    file.chmod(0o600)
    return client(**SETTINGS, PGPASSFILE=str(file))


def conninfo(rogue, *hosts, **more):
    """`hosts`: (address, whether it goes by a name of AWS's)."""
    words = {
        "host": ",".join(name_of(*host) for host in hosts), "hostaddr": ",".join(address for address, _ in hosts),
        "port": rogue.port, "user": "app_user", "dbname": "postgres",
    } | more  # fmt: skip
    return " ".join(f"{keyword}={value}" for keyword, value in words.items())


def is_right(rogue, address, is_ours, password):
    if is_ours:
        return password.startswith(f"{name_of(address, True)}:{rogue.port}/?Action=connect&") and "X-Amz-Signature" in password
    return password == address


@pytest.mark.parametrize("attempt", range(8))
def test_each_host_of_a_list_is_sent_its_own_password(attempt, rogue, program):
    chance = random.Random(attempt)
    hosts = {address: chance.random() < 0.6 for address in chance.sample(ADDRESSES, 8)}
    sslmode = {"sslmode": chance.choice(["require", "prefer", "allow", "disable"])}
    for call in ("connectdb", "reset", "finish", "connectStart", "resetStart", "reset", "resetStart"):
        for address in ADDRESSES:
            rogue.manners[address] = chance.choice(MANNERS)
        program.do(call, *([conninfo(rogue, *hosts.items(), **sslmode)] if call.startswith("connect") else []))
    assert rogue.sent
    for address, password in rogue.sent:
        assert is_right(rogue, address, hosts[address], password)


@pytest.mark.parametrize("first_is_ours", [True, False])
@pytest.mark.parametrize("call", ["connectdb", "connectStart", "resetStart"])
def test_a_program_that_asks_for_the_password_is_told_that_of_the_last_host(call, first_is_ours, rogue, program):
    first, second = (ADDRESSES[0], first_is_ours), (ADDRESSES[1], not first_is_ours)
    hosts = conninfo(rogue, first, second, port="1,77777")  # nobody is at the first; libpq refuses the second on its way
    if call == "resetStart":
        program.do("connectStart", hosts)
    assert program.do(call, *([] if call == "resetStart" else [hosts])) == "bad"
    assert program.do("pass") == ("" if second[1] else second[0])


@pytest.mark.parametrize("call", ["connectdb", "connectStart"])
@pytest.mark.parametrize("words", ["{} is wrong, \x1b[2J", "the database system is {}", "no: {:.1000}"])
def test_a_token_that_the_server_echoes_is_in_no_message(words, call, rogue, program):
    rogue.manners[ADDRESSES[0]] = "echo " + words
    assert program.do(call, conninfo(rogue, (ADDRESSES[0], True), sslmode="require")) == "bad"
    signature = rogue.sent[-1][1].split("X-Amz-Signature=")[1]
    assert signature not in program.message() and "\x1b" not in program.message()
    assert words.partition("{")[0] in program.message()


BUSY = "echo This proxy gets too many competing requests"


@pytest.mark.parametrize("call", ["connectdb", "reset"])
def test_where_the_service_has_too_much_to_do_a_program_that_waits_comes_again_after_a_pause(call, rogue, program):
    address = ADDRESSES[0]
    if call == "reset":
        rogue.manners[address] = "welcome"
        program.do("connectdb", conninfo(rogue, (address, True), sslmode="require"))
    rogue.sent.clear()
    rogue.manners[address] = [BUSY, "welcome"]
    start = time.monotonic()
    assert program.do(call, *([conninfo(rogue, (address, True), sslmode="require")] if call == "connectdb" else [])).startswith("ok")
    assert time.monotonic() - start >= 0.9
    assert len(rogue.sent) == 2


@pytest.mark.parametrize("call", ["connectStart", "resetStart"])
def test_a_program_that_polls_is_not_held_up_by_a_pause(call, rogue, program):
    address = ADDRESSES[0]
    if call == "resetStart":
        rogue.manners[address] = "welcome"
        program.do("connectdb", conninfo(rogue, (address, True), sslmode="require"))
    rogue.sent.clear()
    rogue.manners[address] = [BUSY, "welcome"]
    assert program.do(call, *([conninfo(rogue, (address, True), sslmode="require")] if call == "connectStart" else [])) == "bad"
    assert len(rogue.sent) == 1
    assert "too many competing requests" in program.message()


def test_a_server_that_did_not_wait_for_the_token_is_called_again(source, rogue, client):
    program = client(**{name: value for name, value in SETTINGS.items() if not name.startswith("AWS_")})
    rogue.manners[ADDRESSES[0]] = ["impatient", "welcome"]
    assert program.do("start", conninfo(rogue, (ADDRESSES[0], True), sslmode="require")) == "started"
    assert program.do("pollToTheWait") == "waiting"
    source.open()
    assert program.do("pollToTheEnd").startswith("ok"), program.message()
    assert [is_right(rogue, address, True, password) for address, password in rogue.sent] == [True]


def test_after_a_connection_its_token_is_only_in_what_libpq_had_sent(rogue, program):
    rogue.manners[ADDRESSES[0]] = "welcome"
    program.do("setenv", "PGIAM_REUSE_SECONDS", "0")
    assert program.do("connectdb", conninfo(rogue, (ADDRESSES[0], True), sslmode="require")).startswith("ok"), program.message()
    assert program.do("reset").startswith("ok"), program.message()
    program.do("conninfo", "password")  # a copy is made, and taken back before the program sees it
    program.do("finish")
    # With its time: what stands before that is no secret, and kept to make the day's next one.
    token = name_of(ADDRESSES[0], True).encode() + rb"\\?:\d+/\?Action=connect[-\w&=%.~]*X-Amz-Date=\d{8}T\d"
    memory = memory_of(program.process.pid)
    before_it = set(re.findall(rb"(?s)(.{5})" + token, memory))
    # Its last packet, and its line of a password file.
    assert before_it <= {b"X\0\0\0\x04"} | ({b":*:*:"} if BY_FILE else set())
    # Nor elsewhere without its beginning, which is written over in memory that was given back.
    assert len(re.findall(rb"X-Amz-Signature=[0-9a-f]{64}", memory)) == len(re.findall(token, memory))


def memory_of(pid):
    """All that the process may write to."""
    content = b""
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, mode = line.split()[:2]
            if mode.startswith("rw") and "[v" not in line:
                begin, end = (int(address, 16) for address in span.split("-"))
                memory.seek(begin)
                content += memory.read(end - begin)
    return content
