"""Without a token nothing is sent; a refused one is explained; only an old one is tried again."""

import re
import time

import pytest

CALLS = ["connectdb", "connectdbParams", "connectStart", "connectStartParams"]
RESETS = ["reset", "resetStart"]

HALF = {"AWS_SECRET_ACCESS_KEY": ""}
NONE = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
WRONG = {"AWS_SECRET_ACCESS_KEY": "not the secret"}


@pytest.fixture
def sent_nothing(rds):
    """Whether the server has seen no connection since the test began."""
    before = rds.connections()
    return lambda: rds.connections() == before and rds.attempts() == []


@pytest.mark.parametrize("call", CALLS)
def test_half_credentials_fail_before_any_packet_and_name_what_is_missing(call, rds, client, sent_nothing):
    program = client(**HALF)
    assert program.do(call, rds.conninfo()) == "bad"
    assert re.search("^pgiam: .*AWS_SECRET_ACCESS_KEY", program.message())
    assert sent_nothing()


def test_without_credentials_every_place_is_named_that_was_looked_at(rds, psql, sent_nothing):
    done = psql(rds.conninfo(), **NONE)
    assert done.returncode == 2
    assert done.stderr.startswith("psql: error: pgiam: ")
    assert "AWS_ACCESS_KEY_ID" in done.stderr
    assert ".aws/credentials" in done.stderr
    assert sent_nothing()


def test_a_region_that_cannot_be_known_is_asked_for(rds, client, sent_nothing):
    program = client(PGIAM_TARGET="rds")
    assert program.do("connectdb", rds.conninfo(host="db.example")) == "bad"
    assert "region" in program.message()
    assert sent_nothing()


@pytest.mark.parametrize("sslmode", ["disable", "allow", "prefer"])
def test_a_chosen_sslmode_that_allows_clear_text_is_refused(sslmode, rds, client, sent_nothing):
    for program, conninfo in [
        (client(), rds.conninfo(sslmode=sslmode, sslrootcert=None)),
        (client(PGSSLMODE=sslmode), rds.conninfo(sslmode=None, sslrootcert=None)),
    ]:
        assert program.do("connectdb", conninfo) == "bad"
        assert f"sslmode={sslmode}" in program.message()
    assert sent_nothing()


def test_the_word_sslmode_elsewhere_is_nobodys_choice(rds, client, verdicts):
    conninfo = rds.conninfo(sslmode=None, sslrootcert=None, application_name="sslmode=prefer")
    assert client().do("connectdb", conninfo).startswith("ok")
    assert verdicts() == ["accepted"]


@pytest.mark.parametrize("port", ["70000", "0", "5432x", "-1"])
def test_an_impossible_port_is_libpqs_to_refuse(port, rds, client):
    program = client()
    assert program.do("connectdb", rds.conninfo(port=port)) == "bad"
    assert f'"{port}"' in program.message() and "pgiam" not in program.message()


def service_file(folder, conninfo):
    file = folder / "services"
    file.write_text("[orders]\n" + conninfo.replace("'", "").replace(" ", "\n") + "\n")
    return str(file)


@pytest.mark.parametrize("how", ["conninfo", "environment"])
def test_an_sslmode_that_a_service_file_spells_out_is_refused_too(how, rds, client, sent_nothing, tmp_path):
    variables = {"PGSERVICEFILE": service_file(tmp_path, rds.conninfo(sslmode="prefer", sslrootcert=None))}
    if how == "environment":
        variables["PGSERVICE"] = "orders"
    program = client(**variables)
    assert program.do("connectdb", "" if how == "environment" else "service=orders") == "bad"
    assert "sslmode=prefer" in program.message()
    assert sent_nothing()


def test_a_service_file_that_says_nothing_of_tls_gets_it(rds, client, verdicts, tmp_path):
    program = client(PGSERVICEFILE=service_file(tmp_path, rds.conninfo(sslmode=None, sslrootcert=None)))
    assert program.do("connectdb", "service=orders").startswith("ok"), program.message()
    assert verdicts() == ["accepted"]


def test_a_broken_configuration_file_fails_what_is_ours_and_nothing_else(rds, client, sent_nothing, tmp_path, capfd):
    (tmp_path / "pgiam.conf").write_text("[defaults]\nprofil = dev\n")
    program = client(PGIAM_CONFIG=str(tmp_path / "pgiam.conf"))
    assert program.do("connectdb", rds.conninfo()) == "bad"
    assert "pgiam.conf:2" in program.message() and '"profile"' in program.message()
    assert sent_nothing()
    for _ in range(2):
        program.do("connectdb", rds.conninfo("plain", host="db.example", sslmode=None, sslrootcert=None))
        assert "pgiam" not in program.message()
        plain = rds.conninfo("plain", host="db.example", password="open sesame", sslmode="require", sslrootcert=None)
        assert program.do("connectdb", plain).startswith("ok")
    complaint = capfd.readouterr().err
    assert complaint.count("pgiam.conf:2") == 1 and 'did you mean "profile"?' in complaint


def test_the_error_of_a_connection_that_never_started_stays(rds, client, sent_nothing):
    program = client(**HALF)
    program.do("connectdb", rds.conninfo())
    message = program.message()
    for reset in RESETS:
        assert program.do(reset) == "bad"
        assert program.message() == message
    assert sent_nothing()


def write_credentials(folder, rds):
    file = folder / ".aws" / "credentials"
    file.parent.mkdir()
    key = next(iter(rds.keys.values()))
    file.write_text(f"[default]\naws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\n")
    return file


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("hosts", [1, 3])
@pytest.mark.parametrize("call", ["connectdb", "connectStart"])
def test_a_connection_that_got_no_token_can_be_reset_once_there_is_one(
    call, hosts, reset, rds, client, sent_nothing, tmp_path, verdicts
):
    program = client(**NONE)
    lists = {"host": ",".join([rds.host] * hosts), "hostaddr": ",".join(["127.0.0.1"] * hosts)}
    assert program.do(call, rds.conninfo(sslmode=None, sslrootcert=None, **lists)) == "bad"
    assert program.message().startswith("pgiam: ")
    assert program.do("conninfo", "port") == str(rds.port)
    assert program.do(reset) == "bad"
    assert program.message().startswith("pgiam: ")
    assert sent_nothing()

    write_credentials(tmp_path, rds)
    deadline = time.monotonic() + 30  # the plugin looks at its files once a second at most
    while not (answer := program.do(reset)).startswith("ok") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer == f"ok\t{rds.host}\t{rds.port}", program.message()
    assert program.do("query") == "app_user"
    assert program.do(reset).startswith("ok"), program.message()
    assert set(verdicts()) == {"accepted"}


def test_a_reset_does_not_get_round_what_the_rules_demand_by_now(rds, client, tmp_path, verdicts):
    config = tmp_path / "pgiam.conf"
    config.write_text("[defaults]\nreuse_seconds = 0\n")
    program = client(PGIAM_CONFIG=str(config))
    assert program.do("connectdb", rds.conninfo(sslmode=None, sslrootcert=None)).startswith("ok")
    config.write_text("[defaults]\ntls = verify-full\nreuse_seconds = 0\n")
    time.sleep(1.1)  # the plugin looks at its files once a second at most
    rds.clear_attempts()
    assert program.do("reset") == "bad"
    assert "verify-full" in program.message()
    assert verdicts() == []


@pytest.mark.parametrize("call", CALLS)
def test_a_refusal_is_explained(call, rds, client, verdicts):
    program = client(**WRONG)
    assert program.do(call, rds.conninfo()) == "bad"
    message = program.message()
    assert 'FATAL:  PAM authentication failed for user "app_user"\npgiam: ' in message
    assert f"{rds.host}:{rds.port} in eu-west-1" in message
    assert "arn:aws:rds-db:eu-west-1:*:dbuser:*/app_user" in message
    for secret in WRONG.values():
        assert secret not in message
    assert verdicts() == ["refused"]


@pytest.mark.parametrize("reset", RESETS)
def test_a_refusal_of_a_reset_is_explained(reset, rds, client):
    program = client(PGIAM_REUSE_SECONDS="0")
    program.do("connectdb", rds.conninfo())
    rds.refuse_next(2)  # credentials that were kept are looked for again, and tried once more
    assert program.do(reset) == "bad"
    assert "pgiam: the server refused a token" in program.message()
    assert program.do(reset).startswith("ok")
    assert program.message() == ""


def test_a_user_outside_rds_iam_is_told_the_grant(rds, client):
    program = client()
    assert program.do("connectdb", rds.conninfo("plain")) == "bad"
    assert 'GRANT rds_iam TO "plain"' in program.message()


@pytest.mark.parametrize("call", CALLS)
def test_a_cached_token_that_is_refused_is_replaced_once_and_nobody_notices(call, rds, client, verdicts):
    program = client()
    program.do("connectdb", rds.conninfo())
    rds.refuse_next()
    assert program.do(call, rds.conninfo()).startswith("ok"), program.message()
    assert program.message() == ""
    assert verdicts() == ["accepted", "refused", "accepted"]


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_with_a_cached_token_that_is_refused_is_tried_again(reset, rds, client, verdicts):
    program = client()
    program.do("connectdb", rds.conninfo())
    rds.refuse_next()
    assert program.do(reset).startswith("ok"), program.message()
    assert verdicts() == ["accepted", "refused", "accepted"]


@pytest.mark.parametrize("call", CALLS)
def test_there_is_no_third_attempt(call, rds, client, verdicts):
    program = client()
    program.do("connectdb", rds.conninfo())
    rds.refuse_next(5)
    assert program.do(call, rds.conninfo()) == "bad"
    assert verdicts() == ["accepted", "refused", "refused"]
    rds._refusals.clear()


def test_a_fresh_token_that_is_refused_is_not_tried_again(rds, client, verdicts):
    rds.refuse_next()
    assert client().do("connectdb", rds.conninfo()) == "bad"
    assert verdicts() == ["refused"]


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_that_gets_no_token_sends_nothing(reset, rds, client, tmp_path, verdicts):
    credentials = tmp_path / ".aws" / "credentials"
    credentials.parent.mkdir()
    key = next(iter(rds.keys.values()))
    credentials.write_text(f"[default]\naws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\n")
    program = client(**NONE, PGIAM_REUSE_SECONDS="0", PGIAM_CACHE="none")
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()

    credentials.unlink()
    deadline = time.monotonic() + 30  # the plugin looks at its files once a second at most
    before, answer = [], "ok"
    while answer != "bad" and time.monotonic() < deadline:
        before = [rds.connections(), verdicts()]
        answer = program.do(reset).split("\t")[0]
    assert answer == "bad"
    assert program.message().startswith("pgiam: ")
    assert program.do("query") == "failed"
    assert [rds.connections(), verdicts()] == before
