"""pgiam doctor: one verdict first, then what each step found. Every verdict is provoked for real; those that take a server to
tell are in test_doctor_server.py."""

import ctypes
import json
import os
import re
import shutil
import time

import pytest
from conftest import COMMAND, HOST, SECRET, SESSION_TOKEN, FakeAws, Key
from doctor_fixtures import Told, doctor, instance, rds, variables  # noqa: F401

STEPS = ["configuration", "target", "region", "credentials", "identity", "clock", "name", "port", "tls", "login", "hook"]
ROLE = "arn:aws:iam::123456789012:role/app"
PASSWORD = "canary-of-a-password"


# ---- It works


def test_it_works_and_every_step_tells_what_it_found(doctor, rds):
    told = doctor(rds.conninfo())
    assert (told.code, told.do, told.status) == ("works", [], 0)
    assert list(told.steps) == STEPS
    assert {step: told.outcome(step) for step in STEPS if told.outcome(step) != "ok"} == {}
    assert "arn:aws:iam::123456789012:user/ann, account 123456789012" in told.detail("identity")
    assert "eu-west-1" in told.detail("region")
    assert "aws.environment" in told.detail("credentials")
    assert told.detail("port") == f"127.0.0.1:{rds.port} accepts connections"
    assert "TLSv1.3" in told.detail("tls") and f"verified, with its name, by {rds.ca_file}" in told.detail("tls")
    assert '"app_user" is in' in told.detail("login")
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_the_life_that_credentials_have_left_is_told(doctor, rds):
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    told = doctor(rds.conninfo(), AWS_CREDENTIAL_EXPIRATION=end)
    assert told.code == "works" and re.search(rf"good until {end} \((59|60) min left\)", told.detail("credentials"))


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


def test_a_host_of_several_that_has_no_token_fails_them_all_as_in_the_hook(doctor, rds, rules):
    rules("[connection second]\nport = 1\nprofile = nix\n")
    told = doctor(rds.conninfo(host=f"{rds.host},{rds.host}", hostaddr="127.0.0.1,127.0.0.1", port=f"{rds.port},1"))
    assert (told.failed, told.status) == (["credentials"], 2) and '"nix"' in told.sentence


def test_a_file_that_gives_the_password_is_read(doctor, rds, home):
    (home / "word").write_text("open sesame")
    (home / "word").chmod(0o600)
    told = doctor(rds.conninfo("plain"), PGIAM_PASSWORD_FILE=str(home / "word"))
    assert told.code == "works" and "password_file = " in told.detail("target")
    (home / "word").write_text("wrong")
    told = doctor(rds.conninfo("plain"), PGIAM_PASSWORD_FILE=str(home / "word"))
    assert (told.code, told.status) == ("password_refused", 4)


LIBPQ_MAJOR = ctypes.CDLL("libpq.so.5").PQlibVersion() // 10000


@pytest.mark.skipif(LIBPQ_MAJOR >= 18, reason="this libpq knows all keywords that we know")
def test_keywords_that_this_libpq_is_too_old_for_are_set_aside_and_named(doctor, rds):
    told = doctor(rds.conninfo(min_protocol_version="3.0", oauth_scope="x"))
    assert (told.code, told.outcome("configuration")) == ("works", "warning")
    assert f"libpq {LIBPQ_MAJOR} does not know min_protocol_version, oauth_scope: set aside" in told.detail("configuration")
    assert told.sentence.endswith(f"(tested without min_protocol_version, oauth_scope, which libpq {LIBPQ_MAJOR} does not know)")
    assert doctor(rds.conninfo(min_protocol_vresion="3.0")).code == "usage"


@pytest.mark.skipif(LIBPQ_MAJOR >= 16, reason="this libpq knows require_auth")
def test_a_keyword_that_protects_is_never_set_aside(doctor, rds):
    told = doctor(rds.conninfo(require_auth="password"))
    assert (told.code, told.failed, told.status) == ("usage", ["configuration"], 2)
    assert f"libpq {LIBPQ_MAJOR} does not know require_auth" in told.sentence and "libpq 16" in told.do[0]
    assert rds.attempts() == []


@pytest.mark.skipif(LIBPQ_MAJOR >= 16, reason="this libpq reads PGREQUIREAUTH")
def test_a_variable_that_this_libpq_does_not_read_is_named(doctor, rds):
    told = doctor(rds.conninfo(), PGREQUIREAUTH="password", PGSSLSNI="1")
    assert (told.code, told.outcome("configuration")) == ("works", "warning")
    assert f"libpq {LIBPQ_MAJOR} does not read PGREQUIREAUTH: " in told.detail("configuration")


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


def test_a_connection_that_is_switched_off_is_told(doctor, rds):
    told = doctor(rds.conninfo(), "--target", "off")
    assert (told.code, told.status) == ("not_ours", 2) and "target = off" in told.do[0]


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


def test_a_signing_host_that_is_none_is_told(doctor, rds):
    told = doctor(rds.conninfo(), "--signing-host", "db.example")
    assert (told.code, told.failed, told.status) == ("configuration", ["target"], 2)
    assert "signing_host: db.example is not the name" in told.sentence


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
    aws.fault("sts", "hang", count=9)
    start = time.monotonic()
    told = doctor(rds.conninfo(), *role, "--timeout-ms", "700", **services("sts"))
    assert (told.code, told.failed, told.status) == ("cloud_unreachable", ["credentials"], 5)
    assert time.monotonic() - start < 9  # less than without --timeout-ms


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
    assert set(told["verdict"]) == {"code", "sentence", "certain", "evidence", "causes"}
    assert told["verdict"]["certain"] and told["verdict"]["evidence"] == "the server let the login in"
    for step in told["steps"]:
        assert set(step) == {"step", "host", "outcome", "detail", "ms"}
        assert step["outcome"] in ("ok", "warning", "failed", "skipped") and isinstance(step["ms"], int)
    explained = json.loads(pgiam("explain", "--json", rds.conninfo(), **variables).stdout)
    assert set(explained) <= set(told) and told["region"] == "eu-west-1"


def test_a_report_is_written_for_its_owner_without_account_numbers(pgiam, rds, variables, tmp_path):
    file = tmp_path / "report.json"
    assert pgiam("doctor", "--report", file, rds.conninfo(), **variables).returncode == 0
    text = file.read_text()
    told = json.loads(text)
    assert file.stat().st_mode & 0o777 == 0o600 and told["verdict"]["code"] == "works"
    assert "123456789012" not in text and "account ************" in text
    assert set(told["versions"]) == {"version", "library", "abi", "file", "libpq"} and "keys" in told["left_out"]
    again = file.stat().st_ino
    file.chmod(0o666)  # whoever had it open reads nothing new
    assert pgiam("doctor", "--report", file, rds.conninfo(), **variables).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600 and file.stat().st_ino != again and list(tmp_path.glob("report*")) == [file]
    nowhere = tmp_path / "none/report"
    ended = pgiam("doctor", "--report", nowhere, rds.conninfo(), **variables)
    assert ended.returncode == 2 and str(nowhere) in ended.stderr


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_no_report_is_written_through_a_link_nor_in_another_things_place(pgiam, rds, variables, tmp_path, kind):
    (tmp_path / "precious").write_text("kept")
    file = tmp_path / "report.json"
    {"link": lambda: file.symlink_to("precious"), "pipe": lambda: os.mkfifo(file), "folder": lambda: (tmp_path / "open").mkdir()}[kind]()
    if kind == "folder":
        (tmp_path / "open").chmod(0o777)
        file = tmp_path / "open/report.json"
    before = sorted(tmp_path.rglob("*"))
    ended = pgiam("doctor", "--report", file, rds.conninfo(), **variables)
    said = {"link": f"{file} is a symbolic link", "pipe": f"{file} is no regular file", "folder": f"anybody may write to {tmp_path}/open"}[kind]
    assert ended.returncode == 2 and said in ended.stderr
    assert (tmp_path / "precious").read_text() == "kept" and sorted(tmp_path.rglob("*")) == before


def test_people_read_the_verdict_first_and_what_to_do_in_80_columns(pgiam, variables, rds):
    ended = pgiam("doctor", rds.conninfo("plain"), **variables)
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("verdict: refused: the role is not a member of rds_iam")
    assert lines[2] == 'do: GRANT rds_iam TO "plain";' and lines[3].startswith("do: where another login works") and lines[5] == ""
    assert lines[6].split()[:2] == ["ok", "configuration"]
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
