"""The files of other tools that `pgiam keep` writes, and the URL of `pgiam token`, read by those who read such files."""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from conftest import CONNINFO, HOST
from rds_clients import psql, until

TOKEN = f"{HOST}:5432/?Action=connect&DBUser=app_user&"
URL = f"postgresql://app_user:{HOST}%3A5432%2F%3FAction%3Dconnect%26DBUser%3Dapp_user%26"
KINDS = {
    "password": ["--password-file"],
    "pgpass": ["--pgpass"],
    "userlist": ["--userlist"],
    "uri": ["--uri-file"],
    "env": ["--env-name", "PW", "--env-file"],
}
# Content of somebody else's that stays, and what a token looks like in the file.
OTHERS = {"pgpass": "# mine\nh:1:2:3:4\n", "userlist": '; mine\n"other" "x""y"\n', "env": "# mine\nOTHER='a\nPW=b'\n"}
SYSTEMD = "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator"


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def file(home):
    """One that holds nothing yet."""
    file = home / "kept"
    file.touch(0o600)
    return file


@pytest.fixture
def keep(pgiam, file):
    """keep(kind, words…) puts a token into the file, once."""

    def run(kind, *words, **variables):
        return pgiam("keep", "--once", *KINDS[kind], file, *words, **variables)

    return run


# ---- What holds for every kind


def test_what_is_there_already_stays_beside_the_token(kind, keep, file):
    file.write_text(OTHERS.get(kind, ""))
    done = keep(kind, CONNINFO)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert file.read_text().startswith(OTHERS.get(kind, "")) and "X-Amz-Signature" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and os.listdir(file.parent) == ["kept"]


def test_a_link_an_open_file_and_an_open_folder_are_refused(kind, keep, file):
    for mode in (0o640, 0o604):
        file.chmod(mode)
        done = keep(kind, CONNINFO)
        assert done.returncode == 2 and f"chmod 600 {file}" in done.stderr and file.read_text() == ""
    file.rename(file.with_name("real"))
    file.symlink_to("real")
    assert "symbolic link" in keep(kind, CONNINFO).stderr and file.is_symlink()
    file.unlink()
    file.parent.chmod(0o777)
    assert "chmod o-w" in keep(kind, CONNINFO).stderr and not file.exists()


def test_without_credentials_the_file_stays_and_the_exit_status_is_3(kind, keep, file):
    file.write_text(OTHERS.get(kind, "as it was"))
    nothing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
    assert keep(kind, CONNINFO, **nothing).returncode == 3
    assert file.read_text() == OTHERS.get(kind, "as it was")


def test_on_its_way_out_it_takes_its_token_away(kind, start, file):
    file.write_text(OTHERS.get(kind, ""))
    process = start("keep", "--remove-on-exit", *KINDS[kind], file, CONNINFO)
    until(lambda: "X-Amz-Signature" in file.read_text())
    process.terminate()
    assert process.wait(60) == 0
    assert file.read_text() == OTHERS[kind] if kind in OTHERS else not file.exists()


def test_who_asks_for_the_log_sees_no_token_in_it(kind, keep, file):
    done = keep(kind, "--log", "debug", CONNINFO)
    signature = re.search(r"X-Amz-Signature(?:=|%3D)([0-9a-f]{64})", file.read_text()).group(1)
    assert done.returncode == 0 and signature not in done.stderr


def test_a_token_is_replaced_before_it_dies_and_put_back_where_an_editor_took_it_away(kind, start, file):
    start("keep", *KINDS[kind], file, CONNINFO, wrapper=["faketime", "-f", "+0 x50"], NO_FAKE_STAT="1")
    seen = set()

    def another():
        seen.update(re.findall(r"X-Amz-Signature(?:=|%3D)([0-9a-f]{64})", file.read_text()))
        return len(seen) > 1

    until(another)
    copy = file.with_name("copy")
    copy.write_text(OTHERS.get(kind, ""))
    copy.chmod(0o600)
    copy.rename(file)
    until(lambda: "X-Amz-Signature" in file.read_text())
    assert file.read_text().startswith(OTHERS.get(kind, ""))


@pytest.mark.parametrize(
    "words, message",
    [
        (["--userlist", "f", "--uri-file", "g", CONNINFO], "--userlist and --uri-file are two kinds of file"),
        (["--uri-file", "f", CONNINFO, CONNINFO], "one password is for one CONNINFO"),
        (["--env-file", "f", "--env-name", "A", CONNINFO, CONNINFO], "one password is for one CONNINFO"),
        (["--env-file", "f", CONNINFO], "which variable"),
        (["--env-name", "A", CONNINFO], "--env-name and --env-value are for a file"),
        (["--env-file", "f", "--env-name", "a b", CONNINFO], '"a b" is no name of a variable'),
        (["--env-file", "f", "--env-name", "A", "--env-value", "x", CONNINFO], "neither token nor uri"),
        (["--userlist", "f", CONNINFO, CONNINFO], "app_user comes twice"),
        (["--pidfile", "f", CONNINFO], "--pidfile is of the PgBouncer"),
    ],
)
def test_mistakes_are_told(words, message, pgiam, home):
    done = pgiam("keep", "--once", *words, wrapper=["env", "-C", home])
    assert done.returncode == 2 and message in done.stderr and os.listdir(home) == []


# ---- Lists of hosts


def test_each_host_of_a_list_has_its_own_line_of_a_pgpass(keep, file):
    other = HOST.replace("orders", "billing")
    assert keep("pgpass", f"host={HOST},{other} port=5432,6432 user=app_user").stderr == ""
    first, second = file.read_text().splitlines()
    assert first.startswith(f"{HOST}:5432:*:app_user:{HOST}\\:5432/?")
    assert second.startswith(f"{other}:6432:*:app_user:{other}\\:6432/?")


def test_hosts_of_a_list_that_are_not_ours_keep_what_is_theirs(keep, file):
    done = keep("pgpass", f"host=localhost,{HOST} user=app_user")
    assert (done.returncode, done.stderr) == (
        0, "pgiam: no endpoint of ours, and nothing is kept for it: app_user@localhost:5432\n")
    assert [line.split(":")[0] for line in file.read_text().splitlines()] == [HOST]
    assert keep("pgpass", "host=localhost,127.0.0.1 user=app_user").returncode == 2


@pytest.mark.parametrize("kind", ["password", "userlist", "uri", "env"], indirect=True)
def test_where_there_is_room_for_one_password_it_is_the_first_hosts_and_said_so(kind, keep, file):
    done = keep(kind, f"host={HOST},other.invalid user=app_user")
    assert (done.returncode, done.stderr) == (0, f"pgiam: of several hosts, this is about the first: {HOST}\n")
    assert "other.invalid" not in file.read_text()


@pytest.mark.parametrize("attrs", ["any", "read-write"])
def test_psql_goes_on_to_the_second_host_with_the_second_hosts_line(attrs, keep, file, environment, rds):
    twice = rds.conninfo(host=f"{rds.host},{rds.host}", hostaddr=f"127.0.0.1,{rds.endpoints[0].address}", port=f"1,{rds.port}")
    assert keep("pgpass", twice).returncode == 0
    command = ["psql", "-XAtwc", "SELECT 1", twice + f" target_session_attrs={attrs}"]
    done = subprocess.run(command, env={"PATH": environment["PATH"], "PGPASSFILE": str(file)}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


# ---- URLs


def test_psql_logs_in_with_the_url_alone(pgiam, keep, file, rds):
    assert keep("uri", rds.conninfo()).returncode == 0
    for url in (file.read_text(), pgiam("token", "--uri", rds.conninfo()).stdout.rstrip("\n")):
        assert "\n" not in url
        done = psql(url)
        assert (done.stdout, done.stderr) == ("app_user\n", "")


def test_the_url_is_the_whole_connection_percent_encoded(pgiam):
    user, database = "a b/c:d@e%2F?&é", "x/y?#"
    words = ["token", "--uri", f"host={HOST} port=6432 user='{user}' dbname='{database}' sslrootcert='/a b/c.pem' sslmode=verify-ca"]
    printed = pgiam(*words, PGAPPNAME="me&you", PGPASSFILE="/secret", PGCONNECT_TIMEOUT="5").stdout
    url = urlsplit(printed.rstrip("\n"))
    assert re.fullmatch(r"[\w.~:/@?=&%-]+\n", printed, re.ASCII) and printed.count("@") == 1
    assert (url.scheme, unquote(url.username), url.hostname, url.port) == ("postgresql", user, HOST, 6432)
    assert unquote(url.path) == "/" + database
    assert unquote(url.password).startswith(f"{HOST}:6432/?Action=connect&DBUser=a%20b%2Fc%3Ad%40e%252F%3F%26%C3%A9&X-Amz-")
    assert parse_qs(url.query, strict_parsing=True) == {
        "connect_timeout": ["5"], "application_name": ["me&you"], "sslmode": ["verify-ca"], "sslrootcert": ["/a b/c.pem"]}


def test_the_url_asks_for_the_tls_that_a_token_must_have(pgiam, rds):
    assert "?sslmode=require\n" in pgiam("token", "--uri", CONNINFO).stdout
    assert pgiam("token", "--uri", CONNINFO + " sslmode=disable").returncode == 2
    rooted = pgiam("token", "--uri", CONNINFO, "--sslrootcert", rds.ca_file).stdout
    assert f"sslrootcert={rds.ca_file}" in rooted


def test_an_address_of_ipv6_stands_in_brackets(pgiam):
    done = pgiam("token", "--uri", "host=::1 user=app_user", "--signing-host", HOST)
    assert "@[::1]:5432/app_user?" in done.stdout, done.stderr


def test_of_two_forms_of_the_answer_one_is_to_be_chosen(pgiam):
    assert pgiam("token", "--uri", "--json", CONNINFO).returncode == 2


# ---- Dotenv files


def docker(file):
    """`docker run --env-file`, docker/cli's opts/file.go: no quotes, no comments behind values."""
    lines = [line.lstrip() for line in file.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def node_dotenv(file):
    """The expression of npm's dotenv, lib/main.js."""
    line = (r"^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*\"(?:\\\"|[^\"])*\"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?"
            r"\s*(?:#.*)?$")
    found = re.findall(line, re.sub("\r\n?", "\n", file.read_text()), re.M)
    return {name: re.sub(r"^(['\"`])([\s\S]*)\1$", r"\2", value.strip()) for name, value in found}


def python_dotenv(file):
    return pytest.importorskip("dotenv").dotenv_values(file)


def systemd(file):
    """systemd's own reader of such files, as it reads them in ~/.config/environment.d."""
    if not Path(SYSTEMD).exists():
        pytest.skip("systemd is not installed")
    folder = file.parent / "config/environment.d"
    folder.mkdir(parents=True)
    shutil.copy(file, folder / "a.conf")
    variables = {"XDG_CONFIG_HOME": str(folder.parent), "HOME": str(file.parent)}
    done = subprocess.run([SYSTEMD], env=variables, capture_output=True, text=True, check=True)
    return dict(word.split("=", 1) for word in shlex.split(done.stdout))


def shell(file):
    done = subprocess.run(["sh", "-ac", '. "$0"; env', file], env={}, capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def node(file):
    program = shutil.which("node")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout if program else "v0.0"
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < (20, 6):
        pytest.skip("there is no node that reads such files (20.6 does)")
    command = [program, f"--env-file={file}", "-p", "JSON.stringify(process.env)"]
    return json.loads(subprocess.run(command, env={}, capture_output=True, text=True, check=True).stdout)


READERS = [docker, node_dotenv, python_dotenv, systemd, node]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name, start", [("PGPASSWORD", TOKEN), ("DATABASE_URL", URL), ("db_uri", URL), ("DSN", URL)])
def test_who_reads_dotenv_files_reads_the_same_of_them(read, name, start, pgiam, file):
    file.write_text("# mine\nOTHER=1")
    assert pgiam("keep", "--once", "--env-file", file, "--env-name", name, CONNINFO).stderr == ""
    values = read(file)
    assert values["OTHER"] == "1" and values[name].startswith(start)
    assert f"{name}={values[name]}\n" in file.read_text()


@pytest.mark.parametrize("read", [*READERS[1:], shell])
@pytest.mark.parametrize("quote", "'\"")
def test_quotes_that_are_there_are_kept_for_those_who_read_them(read, quote, keep, file):
    file.write_text(f"OTHER=1\nPW={quote}old{quote}\nLAST=2\n")
    assert keep("env", CONNINFO).stderr == ""
    values = read(file)
    assert values["PW"].startswith(TOKEN) and len(values["PW"].split("X-Amz-Signature=")[-1]) == 64
    assert file.read_text() == f"OTHER=1\nPW={quote}{values['PW']}{quote}\nLAST=2\n"


def test_the_value_may_be_said_to_be_a_token_or_a_url(pgiam, file):
    for word, start in (("uri", URL), ("token", TOKEN)):
        assert pgiam("keep", "--once", "--env-file", file, "--env-name", "PW", "--env-value", word, CONNINFO).stderr == ""
        assert file.read_text().startswith(f"PW={start}")
    assert pgiam("keep", "--once", "--env-file", file, "--env-name", "DATABASE_URL", "--env-value", "token", CONNINFO).stderr == ""
    assert f"\nDATABASE_URL={TOKEN}" in file.read_text()
