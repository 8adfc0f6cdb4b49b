"""Names that are aliases, on a DNS server of the tests' own that is slow, silent or lies, in a network namespace. Needs to
be root; run by ctest, or as  unshare --net --mount python3 -m pytest test_dns.py."""

import os
import re
import subprocess
import time

import pytest
from dns_fixtures import RDS, REPLICA, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401

pytestmark = in_own_network


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
        assert program.do("connectdb", conninfo(rds, "db.corp.example")).startswith("ok"), program.message()
        assert program.do("finish") == "finished"
    assert dns.asked.count("db.corp.example") == 1


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
    alias = conninfo(rds, "db.corp.example")
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


def test_a_strangers_zone_leads_to_the_endpoint_or_nowhere(rds, client, stranger, verdicts):
    program = client()
    assert program.do("connectdb", conninfo(rds, "sandbox.evil.test")).startswith(f"ok\t{RDS}"), program.message()
    assert (verdicts(), stranger.came) == (["accepted"], [])


ASKED = [{"sslmode": "verify-full", "sslrootcert": "CA"}, {"sslrootcert": "CA"}, {"sslmode": "verify-full"}]


def with_ca(rds, keywords):
    return {key: rds.ca_file if value == "CA" else value for key, value in keywords.items()}


@pytest.mark.parametrize("host", ["sandbox.evil.test", "db.corp.example"])
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.usefixtures("dns")
def test_where_the_server_is_to_be_verified_dns_alone_gets_no_token(asked, host, rds, client, stranger, verdicts):
    program = client()
    assert program.do("connectdb", conninfo(rds, host, **with_ca(rds, asked))) == "bad"
    rule = f"printf '%s\n' '[connection {host}]' 'host = {host}' 'signing_host = {RDS}' >> ~/.config/pgiam/pgiam.conf"
    assert rule in program.message()  # whose \n has become one
    assert (verdicts(), stranger.came) == ([], [])


@pytest.mark.usefixtures("dns")
def test_tls_of_ours_asks_for_it_too(rds, client, verdicts):
    program = client(PGIAM_TLS="verify-full")
    assert program.do("connectdb", conninfo(rds, "db.corp.example")) == "bad"
    assert "by the word of DNS alone" in program.message() and verdicts() == []


@pytest.mark.usefixtures("dns")
def test_the_rule_that_is_named_makes_verify_full_work(rds, client, tmp_path, verdicts):
    program = client()
    checked = conninfo(rds, "db.corp.example", sslmode="verify-full", sslrootcert=rds.ca_file)
    assert program.do("connectdb", checked) == "bad"
    command = re.search(r"mkdir .*?/pgiam\.conf", program.do("message"))[0]
    subprocess.run(command, shell=True, check=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    program = client()
    assert program.do("connectdb", checked).startswith(f"ok\t{RDS}"), program.message()
    assert program.do("reset").startswith(f"ok\t{RDS}"), program.message()
    assert verdicts() == ["accepted"] * 2


@pytest.mark.usefixtures("dns")
@pytest.mark.parametrize("host", ["tunnel.corp.example", "127.0.0.1", "localhost"])
def test_verify_full_works_through_a_tunnel(host, rds, client, verdicts):
    program = client(PGIAM_SIGNING_HOST=RDS)
    checked = conninfo(rds, host, sslmode="verify-full", sslrootcert=rds.ca_file)
    assert program.do("connectdb", checked).startswith(f"ok\t{RDS}"), program.message()
    assert program.do("conninfo", "host") == host  # as the program gave it
    assert program.do("reset").startswith(f"ok\t{RDS}"), program.message()
    assert verdicts() == ["accepted"] * 2


@pytest.mark.usefixtures("dns")
def test_an_address_that_the_user_wrote_gets_no_token_on_dns_alone(rds, client, verdicts):
    program = client()
    assert program.do("connectdb", conninfo(rds, "db.corp.example", hostaddr="127.0.0.1")) == "bad"
    assert "hostaddr=127.0.0.1 would take the token elsewhere" in program.message()
    assert verdicts() == []


@pytest.mark.parametrize("reset", ["reset", "resetStart"])
def test_a_reset_keeps_to_the_endpoint_that_it_went_to(reset, rds, client, dns, verdicts):
    program = client(PGIAM_REUSE_SECONDS="0")
    assert program.do("connectdb", conninfo(rds, "db.corp.example")).startswith(f"ok\t{RDS}"), program.message()
    dns.aliases["db.internal.example"] = REPLICA
    time.sleep(1.1)  # plans live for a second
    assert program.do(reset).startswith(f"ok\t{RDS}"), program.message()
    assert verdicts() == ["accepted"] * 2


def test_a_connection_that_had_no_token_gets_none_by_another_name(rds, client, stranger, tmp_path, verdicts):
    program = client(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_EC2_METADATA_DISABLED="true")
    assert program.do("connectdb", conninfo(rds, "sandbox.evil.test")) == "bad"
    credentials = tmp_path / ".aws/credentials"
    credentials.parent.mkdir()
    keys = rds.credentials()
    credentials.write_text(f"[default]\naws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
                           f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n")  # fmt: skip
    deadline = time.monotonic() + 30
    while "make a new connection" not in program.message() and time.monotonic() < deadline:
        assert not program.do("reset").startswith("ok")
    assert "make a new connection" in program.message()
    assert verdicts() == []


@pytest.mark.usefixtures("dns")
def test_each_host_of_a_list_goes_to_its_own_endpoint(rds, client, verdicts):
    program = client()
    hosts = conninfo(rds, "nobody.corp.example,db.corp.example")
    assert program.do("connectdb", hosts).startswith(f"ok\t{RDS}"), program.message()
    assert program.do("reset").startswith(f"ok\t{RDS}"), program.message()
    assert verdicts() == ["accepted"] * 2


@pytest.mark.usefixtures("dns")
def test_a_password_file_goes_by_the_name_that_was_written(rds, client, tmp_path):
    (tmp_path / ".pgpass").write_text("db.corp.example:*:*:*:the user's own\n")
    (tmp_path / ".pgpass").chmod(0o600)
    assert client().do("connectdb", conninfo(rds, "db.corp.example")) == "bad"
    assert all("endpoint" not in attempt for attempt in rds.attempts())  # it is no token that was sent


def command(environment, *words):
    """pgiam, in the same network."""
    variables = environment | {"LD_PRELOAD": ""}
    return subprocess.run([os.environ["PGIAM_TEST_COMMAND"], *words], env=variables, capture_output=True, text=True, timeout=60)


@pytest.mark.usefixtures("dns")
@pytest.mark.parametrize(
    "words", [["token"], ["keep", "--once", "--password-file", "password"], ["exec", "--pgpassword"]], ids=lambda words: words[0]
)
def test_a_token_that_somebody_else_will_send_is_refused(words, rds, environment, tmp_path):
    alias = f"host=db.corp.example port={rds.port} user=app_user"
    where = [str(tmp_path / word) if word == "password" else word for word in words]
    tail = ["--", "env"] if words[0] == "exec" else []
    ran = command(environment, *where, alias, *tail)
    assert ran.returncode == 2, ran.stderr
    assert f"'signing_host = {RDS}'" in ran.stderr and "X-Amz-Signature" not in ran.stdout
    chosen = command(environment, *where, alias, "--signing-host", RDS, *tail)
    assert chosen.returncode == 0, chosen.stderr


@pytest.mark.usefixtures("dns")
def test_explain_shows_where_it_would_go_and_who_said_so(rds, environment):
    told = command(environment, "explain", "--resolve", f"host=db.corp.example port={rds.port} user=app_user").stdout
    assert f"signed for   {RDS}:{rds.port}, by the word of DNS alone" in told
    assert f"dials        {RDS}" in told
    refused = command(environment, "explain", "--resolve", "host=db.corp.example user=app_user sslmode=verify-full").stdout
    assert "would fail" in refused and "signing_host = " in refused
