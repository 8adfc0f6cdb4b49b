"""pgiam doctor: one verdict first, then what each step found. Every verdict is provoked for real."""

import contextlib
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from datetime import datetime, timezone

import pytest
from conftest import COMMAND, HOST, SECRET, SESSION_TOKEN, Emulator, FakeAws, Key

STEPS = ["configuration", "target", "region", "credentials", "clock", "name", "port", "tls", "login", "hook"]
NOWHERE = "nowhere.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
ROLE = "arn:aws:iam::123456789012:role/app"
PASSWORD = "canary-of-a-password"


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


@pytest.fixture
def variables(rds):
    """Those of a user who may log in; the port is known to be the endpoint's own."""
    aws = {name: value for name, value in rds.environment().items() if name.startswith("AWS_")}
    return aws | {"PGIAM_SIGNING_PORT": str(rds.port)}


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


# ---- It works


def test_it_works_and_every_step_tells_what_it_found(doctor, rds):
    told = doctor(rds.conninfo())
    assert (told.code, told.do, told.status) == ("works", [], 0)
    assert list(told.steps) == STEPS
    assert {step: told.outcome(step) for step in STEPS if told.outcome(step) != "ok"} == {"clock": "skipped"}
    assert "eu-west-1" in told.detail("region")
    assert "aws.environment" in told.detail("credentials")
    assert told.detail("port") == f"127.0.0.1:{rds.port} accepts connections"
    assert "TLSv1.3" in told.detail("tls") and f"verified, with its name, by {rds.ca_file}" in told.detail("tls")
    assert '"app_user" is in' in told.detail("login")
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_a_certificate_that_nobody_verified_is_told(doctor, rds):
    told = doctor(rds.conninfo(sslmode=None, sslrootcert=None))
    assert told.code == "works" and "not verified (sslmode=require)" in told.detail("tls")


def test_it_works_through_a_tunnel_with_a_rule(doctor, rds, rules):
    rules(f"[connection tunnel]\nhost = localhost\nsigning_host = {rds.host}\nsigning_port = {rds.port}\n")
    told = doctor(rds.conninfo(host="localhost", sslmode="require"), PGIAM_SIGNING_PORT=None)
    assert told.code == "works"
    assert 'rule "tunnel"' in told.detail("target") and f"signed for {rds.host}, port {rds.port}" in told.detail("target")
    assert told.detail("configuration").endswith("pgiam.conf")


def test_one_host_of_several_is_enough_and_the_others_are_told(doctor, rds):
    told = doctor(rds.conninfo(host=f"{rds.host},{rds.host}", hostaddr="127.0.0.1,127.0.0.1", port=f"1,{rds.port}"))
    assert (told.code, told.status) == ("works_partly", 0)
    assert f"not at {rds.host}:1" in told.sentence
    hosts = [step["host"] for step in told.json["steps"] if step["step"] == "port"]
    assert hosts == [f"{rds.host}:1", f"{rds.host}:{rds.port}"]


def test_a_file_that_gives_the_password_is_read(doctor, rds, home):
    (home / "word").write_text("open sesame")
    (home / "word").chmod(0o600)
    told = doctor(rds.conninfo("plain"), PGIAM_PASSWORD_FILE=str(home / "word"))
    assert told.code == "works" and "password_file = " in told.detail("target")
    (home / "word").write_text("wrong")
    told = doctor(rds.conninfo("plain"), PGIAM_PASSWORD_FILE=str(home / "word"))
    assert (told.code, told.status) == ("password_refused", 4)


# ---- What can be told without the server


@pytest.mark.parametrize(
    "text, complaint",
    [("[defaults]\nprofil = dev\n", 'pgiam.conf:2: .*did you mean.*profile'), ("[conection x]\n", "pgiam.conf:1"), ("x", "pgiam.conf:1")],
)
def test_a_mistake_in_the_configuration_file_is_told_with_its_line(text, complaint, doctor, rds, rules):
    rules(text)
    for conninfo in (rds.conninfo(), rds.conninfo(host="db.example")):
        told = doctor(conninfo)
        assert (told.code, told.failed, told.status) == ("configuration", ["configuration"], 2)
        assert re.search(complaint, " ".join([told.sentence, *told.do]))


@pytest.mark.parametrize(
    "conninfo, words, variables, code, said",
    [
        ("hots=x", [], {}, "usage", 'invalid connection option "hots"'),
        (f"host={HOST} port=99999", [], {}, "usage", '"99999" is no port'),
        (f"host={HOST}", ["--tls", "maybe"], {}, "configuration", "maybe"),
        (f"host={HOST}", [], {"PGIAM_TIMEOUT_MS": "soon"}, "configuration", "soon"),
        (f"host={HOST}", [], {"PGIAM_CONFIG": "/nix"}, "configuration", "PGIAM_CONFIG names /nix"),
    ],
)
def test_what_cannot_be_understood_is_a_verdict_too(conninfo, words, variables, code, said, doctor):
    told = doctor(conninfo, *words, **variables)
    assert (told.code, told.failed, told.status) == (code, ["configuration"], 2)
    assert said in told.sentence and told.do != []
    assert told.detail("login") == "not reached"


@pytest.mark.parametrize("conninfo", ["host=localhost user=app", "host=10.0.0.1 user=app", "user=app"])
def test_a_host_that_is_not_ours_is_told_with_the_reason(conninfo, doctor):
    told = doctor(conninfo, PGIAM_SIGNING_PORT=None)
    assert (told.code, told.failed, told.status) == ("not_ours", ["target"], 2)
    assert "signing_host" in told.do[0] and told.json["target"] == "none"


def test_a_stray_password_is_told_by_the_name_of_its_place(doctor, rds, home):
    def place_of(conninfo=rds.conninfo(), **variables):
        told = doctor(conninfo, **variables)
        assert (told.code, told.failed, told.status) == ("password_given", ["target"], 2)
        assert PASSWORD not in json.dumps(told.json)
        return told.sentence, told.do[0]

    assert place_of(PGPASSWORD=PASSWORD) == ("a password from PGPASSWORD is sent in place of a token", "unset PGPASSWORD")
    assert "the connection string" in place_of(rds.conninfo(password=PASSWORD))[0]
    uri = f"postgresql://app_user:{PASSWORD}@{rds.host}/postgres?sslmode=require"
    assert "the connection string" in place_of(uri)[0]
    (home / "services").write_text(f"[orders]\nhost={rds.host}\nuser=app_user\npassword={PASSWORD}\n")
    assert 'the service "orders"' in place_of("service=orders", PGSERVICEFILE=str(home / "services"))[0]
    for file, variables in ((home / ".pgpass", {}), (home / "other", {"PGPASSFILE": str(home / "other")})):
        file.write_text(f"{rds.host}:*:*:app_user:{PASSWORD}\n")
        file.chmod(0o600)
        sentence, remedy = place_of(**variables)
        assert str(file) in sentence and f"the line for {rds.host}:{rds.port}" in remedy
        file.unlink()


def test_a_stray_password_does_not_matter_where_the_token_is_to_win(doctor, rds):
    assert doctor(rds.conninfo(), "--force", PGPASSWORD=PASSWORD).code == "works"


@pytest.mark.parametrize("sslmode", ["disable", "allow", "prefer"])
def test_an_sslmode_that_is_too_weak_is_refused_before_any_packet(sslmode, doctor, rds):
    before = rds.connections()
    told = doctor(rds.conninfo(sslmode=sslmode, sslrootcert=None))
    assert (told.code, told.status) == ("insecure", 2) and f"sslmode={sslmode}" in told.sentence
    assert rds.connections() == before


def test_a_region_that_cannot_be_known_is_asked_for(doctor):
    told = doctor("host=db.example user=app", PGIAM_TARGET="rds", AWS_REGION=None, AWS_DEFAULT_REGION=None)
    assert (told.code, told.failed, told.status) == ("region_unknown", ["region"], 2)
    assert "PGIAM_REGION" in told.do[0]


def test_without_credentials_every_source_is_listed(doctor, rds):
    told = doctor(rds.conninfo(), AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_EC2_METADATA_DISABLED="true")
    assert (told.code, told.failed, told.status) == ("no_credentials", ["credentials"], 3)
    assert all(source in told.detail("credentials") for source in ("aws.environment", "aws.profile", "aws.imds"))
    assert [attempt["outcome"] for attempt in told.json["credentials"]["tried"]] == ["skipped"] * 5


def test_half_of_a_key_is_told(doctor, rds):
    told = doctor(rds.conninfo(), AWS_SECRET_ACCESS_KEY=None)
    assert told.failed == ["credentials"] and "AWS_SECRET_ACCESS_KEY" in told.do[0]


def test_a_login_that_is_over_is_told_with_the_command_to_type(doctor, rds, home, aws, services):
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\n"
        f"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = {aws.identity_center.start_url}\n"
    )
    told = doctor(rds.conninfo(), "--profile", "dev", **services("portal", "oidc"))
    assert (told.code, told.failed, told.status) == ("login_required", ["credentials"], 3)
    assert told.do == ["aws sso login --profile dev", "pgiam login --profile dev"]


@pytest.fixture
def role(home):
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        f"[profile app]\nrole_arn = {ROLE}\nsource_profile = base\nregion = eu-west-1\n"
        f"[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRET}\n"
    )
    return "--profile", "app"


def test_a_role_that_nobody_may_assume_is_told(doctor, rds, role, aws, services):
    told = doctor(rds.conninfo(), *role, **services("sts"))
    assert (told.code, told.failed, told.status) == ("credentials_denied", ["credentials"], 4)


def test_services_of_aws_that_do_not_answer_are_told_in_time(doctor, rds, role, aws, services):
    aws.trouble("sts", "hang", count=9)
    start = time.monotonic()
    told = doctor(rds.conninfo(), *role, "--timeout-ms", "700", **services("sts"))
    assert (told.code, told.failed, told.status) == ("cloud_unreachable", ["credentials"], 5)
    assert time.monotonic() - start < 5


def test_a_clock_that_differs_from_awss_is_told_and_signed_over(doctor, rds, role):
    base = Key("AKIDBASE", SECRET)
    learn = lambda new: rds.add_key(new.id, new.secret, new.session_token, new.expires_at)  # noqa: E731
    with FakeAws(keys=[base], issued=learn) as aws:
        aws.sts.add_role(ROLE)
        aws.set_clock(1200)
        rds.set_clock(start=time.time() + 1200)
        there = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", **aws.environment("sts")}
        told = doctor(rds.conninfo(), *role, **there)
    assert (told.code, told.outcome("clock")) == ("works", "warning")
    assert re.search("clock is 1[12][0-9]{2} seconds behind", told.detail("clock"))


# ---- The way to the server


def test_a_name_that_is_not_known_is_told(doctor, rds, tmp_path):
    (tmp_path / "hosts").write_text("127.0.0.1 somebody.else\n")
    wrapper = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(tmp_path / "hosts")}
    told = doctor(rds.conninfo(host=NOWHERE, hostaddr=None), **wrapper)
    assert (told.code, told.failed, told.status) == ("name_unknown", ["name"], 5)
    assert NOWHERE in told.sentence


def test_a_name_is_looked_up_and_dialled(doctor, rds):
    wrapper = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(rds.hosts_file)}
    told = doctor(rds.conninfo(hostaddr=None), **wrapper)
    assert (told.code, told.detail("name")) == ("works", "127.0.0.1")


def test_a_port_that_refuses_is_told(doctor, rds):
    told = doctor(rds.conninfo(port=1))
    assert (told.code, told.failed, told.status) == ("connection_refused", ["port"], 5)
    assert "port 1" in told.do[0] and "port=5432" in told.do[1]


def test_packets_that_vanish_are_told_in_time(doctor, rds):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        start = time.monotonic()
        told = doctor(rds.conninfo(port=full.getsockname()[1]), "--timeout-ms", "600")
        assert (told.code, told.failed, told.status) == ("connection_timed_out", ["port"], 5)
        assert "security group" in told.do[0] and time.monotonic() - start < 4
        for filler in fillers:
            filler.close()


# ---- TLS


def test_a_server_without_tls_gets_no_token(doctor, rds):
    with Emulator(tls=False) as plain:
        told = doctor(rds.conninfo(port=plain.port), PGIAM_SIGNING_PORT=None)
        assert (told.code, told.failed, told.status) == ("no_tls", ["tls"], 2)
        assert plain.attempts() == []


def read_lines(connection):
    """As HTTP servers do: until there is a line, or there will be none."""
    while (got := connection.recv(100)) and b"\n" not in got:
        pass


@pytest.mark.parametrize(
    "talk, code, said",
    [
        (lambda c: (read_lines(c), c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "not_postgres", "HTTP"),
        (lambda c: (c.sendall(b"J\0\0\0\x0a8.0.36\0"), c.recv(9)), "not_postgres", "MySQL"),
        (lambda c: (c.recv(9), c.sendall(b"\x15\x03\x01\0\x02\x02\x16")), "not_postgres", "HTTPS"),
        (lambda c: (c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), c.recv(9)), "not_postgres", "none of PostgreSQL's"),
        (lambda c: c.recv(9), "closed", "closes them at once"),
        (lambda c: (c.recv(9), c.recv(9), time.sleep(1)), "no_answer", "says nothing"),
        (lambda c: (c.recv(8), c.sendall(b"S"), c.recv(9999), c.sendall(b"hello")), "tls_failed", "SSL error"),
        (lambda c: (c.recv(8), c.sendall(b"S"), c.recv(9999), time.sleep(1)), "no_answer", "did not finish TLS"),
    ],
)
def test_what_is_no_postgresql_server_is_told(talk, code, said, doctor, rds, serve):
    told = doctor(rds.conninfo(port=serve(talk)), "--timeout-ms", "600")
    assert (told.code, told.failed, told.status) == (code, ["tls"], 5)
    assert said in told.sentence


def test_a_certificate_of_an_authority_that_is_not_trusted_is_told(doctor, rds, home):
    told = doctor(rds.conninfo(sslrootcert=None))
    assert (told.code, told.failed, told.status) == ("certificate", ["tls"], 2)
    assert "there is no CA bundle" in told.sentence and "global-bundle.pem" in told.do[0]
    make_certificate(home)
    told = doctor(rds.conninfo(sslrootcert=home / "cert"))
    assert (told.code, told.failed) == ("certificate", ["tls"]) and f"{home}/cert" in told.sentence
    assert rds.attempts() == []


def test_a_certificate_for_another_name_is_told(doctor, rds, rules):
    rules(f"[connection tunnel]\nhost = db.example\nsigning_host = {rds.host}\n")
    told = doctor(rds.conninfo(host="db.example"))
    assert (told.code, told.failed, told.status) == ("certificate_name", ["tls"], 2)
    assert told.do == [f"host={rds.host} hostaddr=127.0.0.1"]
    assert rds.attempts() == []


# ---- The server's answer


def test_credentials_that_are_gone_when_the_hook_asks_are_told(doctor, rds, home):
    key = json.dumps({"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": SECRET})
    (home / "once").write_text(f"#!/bin/sh\nmkdir {home}/was-here && echo '{key}'\n")
    (home / "once").chmod(0o700)
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(f"[profile once]\ncredential_process = {home}/once\n")
    told = doctor(rds.conninfo(), "--profile", "once", "--timeout-ms", "5000")
    assert (told.code, told.outcome("credentials"), told.status) == ("no_token", "ok", 3)
    assert "ended with status 1" in told.sentence


def test_a_user_outside_rds_iam_is_told_the_grant(doctor, rds):
    for user in ("plain", "nobody knows"):
        told = doctor(rds.conninfo(user))
        assert (told.code, told.failed, told.status) == ("no_rds_iam", ["login"], 4)
        assert told.do == [f'GRANT rds_iam TO "{user}";'] and "hook" not in told.steps


def test_a_policy_that_does_not_allow_it_is_told_with_the_arn(doctor, rds):
    rds.add_key("AKIDOTHER", SECRET, allow="arn:aws:rds-db:*:*:dbuser:*/somebody_else")
    told = doctor(rds.conninfo(), AWS_ACCESS_KEY_ID="AKIDOTHER", AWS_SECRET_ACCESS_KEY=SECRET, AWS_SESSION_TOKEN=None)
    assert rds.attempts()[-1]["reason"] == "NotAuthorized"
    assert (told.code, told.failed, told.status) == ("no_permission", ["login"], 4)
    assert "arn:aws:rds-db:eu-west-1:*:dbuser:*/app_user" in told.sentence and "(most likely)" in told.sentence
    assert told.do[0].startswith("pgiam setup policy --user app_user ")
    assert told.causes == ["no_permission", "wrong_credentials", "iam_not_enabled", "wrong_clock", "wrong_port"]
    assert "SQLSTATE 28000" in told.detail("login")


def test_a_port_of_a_tunnel_is_suspected_first(doctor, rds):
    assert doctor(rds.conninfo(), AWS_SECRET_ACCESS_KEY="wrong", PGIAM_SIGNING_PORT=None).code == "wrong_port"


def test_a_token_for_another_endpoint_is_suspected_first(doctor, rds):
    told = doctor(rds.conninfo(), "--signing-host", NOWHERE)
    assert (told.code, told.status) == ("wrong_endpoint", 4) and NOWHERE in told.sentence


def test_a_region_against_the_endpoints_name_is_suspected_first(doctor, rds):
    told = doctor(rds.conninfo(), "--region", "us-east-1")
    assert (told.code, told.outcome("region"), told.status) == ("wrong_region", "warning", 4)


def test_a_clock_that_is_wrong_is_among_the_causes(doctor, rds):
    rds.set_clock(start=time.time() + 1800)
    told = doctor(rds.conninfo())
    assert rds.attempts()[-1]["check"] == "age"
    assert "wrong_clock" in told.causes and f"{datetime.now(timezone.utc):%Y-%m-%d}" in told.detail("login")


@pytest.mark.parametrize(
    "user, database, code, sqlstate, remedy, status",
    [
        ("app_user", "nix", "no_database", "3D000", "dbname=", 2),
        ("app_user", "closed", "no_connect_privilege", "42501", 'GRANT CONNECT ON DATABASE "closed" TO "app_user";', 4),
        ("limited", "postgres", "too_many_connections", "53300", "max_connections", 5),
        ("locked", "postgres", "no_login", "28000", 'ALTER ROLE "locked" LOGIN;', 4),
    ],
)
def test_what_else_keeps_a_user_out_is_told(user, database, code, sqlstate, remedy, status, doctor, rds):
    told = doctor(rds.conninfo(user, dbname=database))
    assert (told.code, told.failed, told.status) == (code, ["login"], status)
    assert remedy in told.do[0] and f"SQLSTATE {sqlstate}" in told.detail("login")


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


def test_a_server_that_is_starting_up_is_told(doctor, rds, serve, home):
    words = ["SFATAL", "VFATAL", "C57P03", "Mthe database system is starting up"]
    port = serve(answering(home, *words))
    told = doctor(rds.conninfo(port=port, sslmode="require", sslrootcert=None))
    assert (told.code, told.failed, told.status) == ("starting_up", ["login"], 5)


def test_what_the_server_says_is_shown_without_its_control_characters(pgiam, variables, rds, serve, home):
    port = serve(answering(home, "SFATAL", "VFATAL", "CXX000", "Mred \x1b[31malert"))
    ended = pgiam("doctor", rds.conninfo(port=port, sslmode="require", sslrootcert=None), **variables)
    assert "red ?[31malert" in ended.stdout and "\x1b" not in ended.stdout and ended.returncode == 5


# ---- The hook in other programs


def test_a_hook_that_is_switched_off_is_told(doctor, rds):
    told = doctor(rds.conninfo(), PGIAM_DISABLE="1")
    assert (told.code, told.failed, told.do, told.status) == ("disabled", ["hook"], ["unset PGIAM_DISABLE"], 2)


def test_a_hook_that_is_not_installed_is_told(pgiam, variables, rds, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    shutil.copy(COMMAND, tmp_path / "bin/pgiam")
    library = os.path.realpath(os.environ["PGIAM_TEST_LIBRARY"])
    shutil.copy(library, tmp_path / "lib/libpgiam.so.1")
    there = variables | {"LD_LIBRARY_PATH": str(tmp_path / "lib")}
    told = Told(pgiam("doctor", "--json", rds.conninfo(), command=str(tmp_path / "bin/pgiam"), **there))
    assert (told.code, told.failed, told.status) == ("hook_missing", ["hook"], 2)


# ---- How it is told


def test_json_is_one_object_with_what_explain_tells_in_it(doctor, pgiam, rds, variables):
    told = doctor(rds.conninfo()).json
    assert list(told)[:3] == ["verdict", "do", "steps"]
    assert set(told["verdict"]) == {"code", "sentence", "causes"}
    for step in told["steps"]:
        assert set(step) == {"step", "host", "outcome", "detail", "ms"}
        assert step["outcome"] in ("ok", "warning", "failed", "skipped") and isinstance(step["ms"], int)
    explained = json.loads(pgiam("explain", "--json", rds.conninfo(), **variables).stdout)
    assert set(explained) <= set(told) and told["region"] == "eu-west-1"


def test_people_read_the_verdict_first_and_what_to_do_in_80_columns(pgiam, variables, rds):
    ended = pgiam("doctor", rds.conninfo("plain"), **variables)
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("verdict: refused: the role is not a member of rds_iam")
    assert lines[2:4] == ['do: GRANT rds_iam TO "plain";', ""]
    assert lines[4].split()[:2] == ["ok", "configuration"]
    assert [line for line in lines if len(line) > 80 and " " in line[25:].strip()] == []
    assert (ended.stderr, ended.returncode) == ("", 4)


def test_people_read_in_one_line_what_was_not_reached(pgiam, variables, rds):
    ended = pgiam("doctor", rds.conninfo(port=1), **variables)
    assert ended.stdout.splitlines()[-1] == "  skipped  tls, login: not reached"


@pytest.mark.parametrize("conninfo", [f"postgresql://app:{PASSWORD}@[::1", f"host={HOST} password=a {PASSWORD}"])
def test_a_string_that_cannot_be_read_is_not_repeated(conninfo, pgiam):
    for command in ("doctor", "explain", "token"):
        ended = pgiam(command, conninfo)
        assert ended.returncode == 2 and PASSWORD not in ended.stdout + ended.stderr


def test_nothing_secret_is_shown_whatever_becomes_of_it(pgiam, rds, variables):
    canaries = {"AWS_ACCESS_KEY_ID": "AKIDCANARY", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": SESSION_TOKEN}
    rds.add_key("AKIDCANARY", SECRET, SESSION_TOKEN)
    for conninfo in (rds.conninfo(), rds.conninfo("plain"), rds.conninfo(dbname="nix"), rds.conninfo(port=1)):
        for words in ([], ["--json"], ["--log", "debug"]):
            ended = pgiam("doctor", conninfo, *words, **(variables | canaries))
            said = ended.stdout + ended.stderr
            assert "CANARY" not in said.replace("AKID…NARY", "")
            assert [word for word in (SECRET, SESSION_TOKEN, "X-Amz-", "Signature") if word in said] == []
