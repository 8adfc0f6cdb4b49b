"""A password that the user gave is the user's business; an old token that a program replays is none."""

import os
import subprocess
from urllib.parse import quote

import pytest
from conftest import BY_FILE


@pytest.fixture
def token_of(rds, environment):
    """token_of(key, *wrapper): a token that somebody else made."""

    def make(key, *wrapper, port=None):
        rds.add_key(key, "secret")
        variables = environment | {"LD_PRELOAD": "", "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "secret"}
        words = [os.environ["PGIAM_TEST_COMMAND"], "token", f"host={rds.host} port={port or rds.port} user=app_user"]
        return subprocess.run([*wrapper, *words], env=variables, check=True, capture_output=True, text=True).stdout.strip()

    return make


@pytest.fixture
def old_token(token_of):
    """A token that was good once, and never will be again."""
    return token_of("AKIAOLD", "faketime", "-f", "-1200s")


def test_a_living_token_of_somebody_elses_is_the_users_own_word(rds, client, token_of):
    program = client()
    assert program.do("connectdb", rds.conninfo(password=token_of("AKIAOTHER"))).startswith("ok"), program.message()
    assert rds.attempts()[-1]["key_id"] == "AKIAOTHER"


def test_a_token_of_somebody_elses_that_cannot_do_is_passed_on_with_a_warning(rds, psql, token_of):
    ran = psql(rds.conninfo(password=token_of("AKIAOTHER", port=6432)), PGIAM_LOG="warn")
    assert ran.returncode != 0
    assert f"a token which the server will refuse: it was made for {rds.host}:6432, not for {rds.host}:{rds.port}" in ran.stderr


def test_a_token_of_the_same_key_counts_as_none(rds, client, token_of):
    program = client(AWS_ACCESS_KEY_ID="AKIAOTHER", AWS_SECRET_ACCESS_KEY="secret")
    token = token_of("AKIAOTHER", "faketime", "-f", "-60s")
    assert program.do("connectdb", rds.conninfo(password=token)).startswith("ok"), program.message()
    assert program.do("pass") != token


def passwords(tmp_path, line, mode=0o600):
    file = tmp_path / "passwords"
    file.write_text(line)
    file.chmod(mode)
    return str(file)


def test_a_password_in_the_connection_string_is_kept(rds, client, verdicts):
    program = client()
    assert program.do("connectdb", rds.conninfo("plain", password="open sesame")).startswith("ok")
    assert program.do("conninfo", "password") == "open sesame"
    assert verdicts() == []


def test_a_password_in_the_environment_is_kept(rds, client):
    assert client(PGPASSWORD="open sesame").do("connectdb", rds.conninfo("plain")).startswith("ok")


def test_a_matching_line_of_the_password_file_is_kept(rds, client, tmp_path):
    file = passwords(tmp_path, f"{rds.host}:*:*:plain:open sesame\n")
    assert client(PGPASSFILE=file).do("connectdb", rds.conninfo("plain")).startswith("ok")
    assert client().do("connectdb", rds.conninfo("plain", passfile=file)).startswith("ok")


def test_a_password_file_without_a_matching_line_does_not_matter(rds, client, tmp_path, verdicts):
    file = passwords(tmp_path, "another.example:*:*:app_user:secret\n")
    assert client(PGPASSFILE=file).do("connectdb", rds.conninfo()).startswith("ok")
    assert verdicts() == ["accepted"]


def test_a_password_file_that_others_can_read_is_complained_of_once_where_it_matters(rds, psql, tmp_path):
    file = passwords(tmp_path, f"{rds.host}:*:*:app_user:secret\n", mode=0o644)

    def complaints(conninfo):
        return psql(conninfo, PGPASSFILE=file).stderr.count("has group or world access")

    assert complaints(rds.conninfo()) == (1 if BY_FILE else 0)
    assert complaints(rds.conninfo("plain", sslmode="disable", host="127.0.0.1")) == 1


@pytest.mark.parametrize("folder", ["", "/var/run/postgresql"])
def test_a_local_server_in_a_mixed_list_keeps_its_password(folder, rds, client, tmp_path):
    file = passwords(tmp_path, "localhost:1:*:*:secret\n/var/run/postgresql:1:*:*:secret\n")
    program = client(PGPASSFILE=file)
    hosts = rds.conninfo(host=f"{rds.host},{folder}", hostaddr="127.0.0.1,", port="1,1")
    assert program.do("connectdb", hosts) == "bad"
    assert program.do("pass") == "secret"


def test_local_servers_in_a_mixed_list_keep_their_own_passwords(rds, client, tmp_path):
    file = passwords(tmp_path, f"localhost:1:*:*:secret\n{tmp_path}:1:*:*:another\n")
    program = client(PGPASSFILE=file)
    hosts = rds.conninfo(host=f"{rds.host},,{tmp_path}", hostaddr="127.0.0.1,,", port="1,1,1")
    assert program.do("connectdb", hosts) == "bad"
    assert program.do("pass") == "another"


@pytest.mark.parametrize("call", ["connectdb", "connectdbParams", "connectStart", "connectStartParams"])
def test_an_old_token_in_the_connection_string_is_replaced(call, rds, client, old_token, verdicts):
    assert client().do(call, rds.conninfo(password=old_token)).startswith("ok")
    assert verdicts() == ["accepted"]


def test_an_old_token_in_a_uri_is_replaced(rds, client, old_token, verdicts):
    uri = f"postgresql://app_user:{quote(old_token, safe='')}@{rds.host}:{rds.port}/postgres"
    program = client(PGHOSTADDR="127.0.0.1", PGSSLROOTCERT=rds.ca_file)
    assert program.do("connectdb", uri).startswith("ok"), program.message()
    assert verdicts() == ["accepted"]


def test_an_old_token_in_the_environment_is_replaced(rds, client, old_token, verdicts):
    program = client(PGPASSWORD=old_token)
    assert program.do("connectdb", rds.conninfo()).startswith("ok")
    assert program.do("conninfo", "password") == "(none)"
    assert verdicts() == ["accepted"]


def test_an_old_token_in_the_password_file_is_replaced(rds, client, old_token, tmp_path, verdicts):
    file = passwords(tmp_path, f"*:*:*:*:{old_token.replace(':', chr(92) + ':')}\n")
    assert client(PGPASSFILE=file).do("connectdb", rds.conninfo()).startswith("ok")
    assert verdicts() == ["accepted"]


def test_setdblogin_replaces_an_old_token(rds, client, old_token):
    program = client(PGHOSTADDR="127.0.0.1", PGSSLROOTCERT=rds.ca_file)
    assert program.do("setdbLogin", rds.host, str(rds.port), "postgres", "app_user", old_token).startswith("ok")


def test_force_puts_a_token_in_the_place_of_a_stray_password(rds, client, verdicts):
    assert client(PGPASSWORD="stray", PGIAM_FORCE="yes").do("connectdb", rds.conninfo()).startswith("ok")
    assert verdicts() == ["accepted"]


def test_force_in_a_rule_does_so_too_for_the_connections_of_the_rule(rds, client, verdicts, tmp_path):
    (tmp_path / "pgiam.conf").write_text("[connection app]\nuser = app_*\nforce = yes\n")
    program = client(PGPASSWORD="open sesame", PGIAM_CONFIG=str(tmp_path / "pgiam.conf"))
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert program.do("reset").startswith("ok"), program.message()
    assert program.do("connectdb", rds.conninfo("plain")).startswith("ok"), program.message()
    assert verdicts() == ["accepted"] * 2


def test_a_host_that_is_not_ours_keeps_its_password_in_a_mixed_list(rds, client, tmp_path):
    file = passwords(tmp_path, "plain.example:*:*:*:open sesame\n")
    hosts = {"host": f"{rds.host},plain.example", "hostaddr": "127.0.0.77,127.0.0.1"}
    program = client(PGPASSFILE=file)
    assert program.do("connectdb", rds.conninfo("plain", **hosts, sslmode="require")).startswith("ok\tplain.example")


# ---- A password that was given, and that an endpoint refuses

KEPT_AWAY = "pgiam: the server refused a password that was given; that kept pgiam from making a token"


@pytest.mark.parametrize("how", ["connectdb", "connectdbParams", "connectStart"])
def test_where_an_endpoint_refuses_it_the_error_goes_on(how, rds, client, verdicts):
    program = client(PGPASSWORD="wrong")
    assert program.do(how, rds.conninfo("plain")) == "bad"
    message = program.message()
    assert 'password authentication failed for user "plain"' in message and KEPT_AWAY in message
    assert "PGIAM_FORCE=yes" in message and message.endswith("It came from PGPASSWORD.\n")
    assert program.message() == message, "however often it is asked"
    program.do("reset")
    assert program.message().count(KEPT_AWAY) == 1


def test_it_is_said_where_it_came_from(rds, client, tmp_path):
    program = client()
    assert program.do("connectdb", rds.conninfo("plain", password="wrong")) == "bad"
    assert program.message().endswith("It came from the program, its connection string or its service file.\n")
    file = passwords(tmp_path, f"{rds.host}:*:*:plain:wrong\n")
    program = client(PGPASSFILE=file)
    assert program.do("connectdb", rds.conninfo("plain")) == "bad"
    assert program.message().endswith(f"It came from {file}.\n")


@pytest.mark.parametrize(
    "password, changes",
    [
        ("wrong", {"host": "db.example.com", "sslmode": "require"}),
        ("wrong", {"host": "127.0.0.1", "sslmode": "require"}),
        ("open sesame", {"dbname": "none"}),
    ],
)
def test_of_another_server_and_of_other_failures_nothing_is_added(password, changes, rds, client):
    program = client(PGPASSWORD=password)
    assert program.do("connectdb", rds.conninfo("plain", **changes)) == "bad"
    assert "FATAL" in program.message() and "pgiam" not in program.message()


def test_nothing_is_added_where_the_hook_is_disabled(rds, client):
    program = client(PGPASSWORD="wrong", PGIAM_DISABLE="1")
    assert program.do("connectdb", rds.conninfo("plain")) == "bad" and "pgiam" not in program.message()


def test_at_level_info_it_is_said_at_the_connect(rds, psql):
    ran = psql(rds.conninfo("plain"), PGPASSWORD="open sesame", PGIAM_LOG="info")
    assert (ran.returncode, ran.stdout) == (0, "plain\n")
    assert f"pgiam: plan: {rds.host} gets no token: a password was given" in ran.stderr
    assert psql(rds.conninfo("plain"), PGPASSWORD="open sesame").stderr == ""
