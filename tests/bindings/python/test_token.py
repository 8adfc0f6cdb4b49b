"""Tokens, answers, errors, logs and the library's whereabouts, without a network."""

import copy
import datetime
import json
import logging
import os
import pickle
import shutil
import subprocess
import traceback

import pgiam
import pytest
from conftest import HOST, KEY, LIBRARY, PACKAGE, run_python
from fake_aws import FakeAws, Key
from rds_emulator.verifier import Token


def is_signed_with(token, secret):
    unsigned, _, signature = token.partition("&X-Amz-Signature=")
    return Token(unsigned).signature(secret) == signature


def test_a_token_is_signed_for_the_host_port_and_user(context, keys):
    token = context.token(host=HOST, port=5433, user="o'brien & söhne")
    assert token.startswith(f"{HOST}:5433/?Action=connect&DBUser=o%27brien%20%26%20s%C3%B6hne&")
    assert is_signed_with(token, KEY["AWS_SECRET_ACCESS_KEY"])


@pytest.mark.parametrize("conninfo", [f"host={HOST} user=app port=5433", f"postgresql://app@{HOST}:5433/shop"])
def test_a_connection_string_says_the_same(context, keys, conninfo):
    assert context.token(conninfo).split("&X-Amz")[0] == f"{HOST}:5433/?Action=connect&DBUser=app"


def test_arguments_win_over_the_connection_string(context, keys):
    assert context.token(f"host={HOST} user=app", user="ann", port="6000").startswith(f"{HOST}:6000/?Action=connect&DBUser=ann")


def test_the_module_function_uses_one_context_of_the_process(keys):
    assert pgiam.token(host=HOST, user="app").startswith(HOST)
    assert pgiam.default_context() is pgiam.default_context()


def test_an_answer_tells_what_is_known(context, keys):
    before = datetime.datetime.now(datetime.timezone.utc)
    answer = context.answer(host=HOST, user="app")
    assert (answer.host, answer.port, answer.region, answer.provider) == (HOST, 5432, "eu-west-1", "aws.environment")
    assert before + datetime.timedelta(minutes=14) < answer.expires_at <= before + datetime.timedelta(minutes=16)
    assert dict(answer.params) == {"password": answer.token, "sslmode": "require"}
    assert answer.warnings == () and context.answer(host=HOST, user="app").from_cache


def test_no_form_of_an_answer_shows_its_token(context, keys):
    answer = context.answer(host=HOST, user="app")
    for shown in (repr(answer), str(answer), f"{answer}", json.dumps(answer.facts()), repr(answer.params), repr([answer])):
        assert "X-Amz" not in shown and answer.token not in shown
    for refused in (lambda: pickle.dumps(answer), lambda: copy.copy(answer), lambda: pickle.dumps(answer.params)):
        with pytest.raises(TypeError, match="secret"):
            refused()
    with pytest.raises(TypeError):
        json.dumps(answer.params)


# ---- Errors ----


def test_an_error_tells_what_was_tried_and_what_to_do(context):
    with pytest.raises(pgiam.Error) as raised:
        context.token(host=HOST, user="app")
    error = raised.value
    assert error.status == "NO_CREDENTIALS" and error.hint and not error.retryable
    assert {cause.provider for cause in error.causes} >= {"aws.environment", "aws.profile"}
    assert "AWS_ACCESS_KEY_ID" in str(error)


def test_an_error_survives_pickling_whole(context):
    with pytest.raises(pgiam.Error) as raised:
        context.token(host=HOST, user="app", profile="nope")
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is pgiam.Error and again.facts() == raised.value.facts()
    assert copy.copy(raised.value).commands == ("aws configure --profile nope",)
    json.dumps(again.facts())


def test_a_host_that_is_not_ours_is_not_applicable(context, keys):
    with pytest.raises(pgiam.Error) as raised:
        context.token(host="localhost", user="app")
    assert raised.value.status == "NOT_APPLICABLE"


def test_an_option_that_nobody_knows_is_named_with_its_neighbour(context, keys):
    with pytest.raises(pgiam.Error, match="profil.*\n.*profile") as raised:
        context.token(host=HOST, user="app", profil="dev")
    assert raised.value.status == "UNSUPPORTED"


@pytest.mark.parametrize("arguments", [
    {"user": "app\0x"}, {"host": HOST + "\0.evil"}, {"profile": "dev\0"}, {"conninfo": f"host={HOST} user=app\0x"},
])  # fmt: skip
def test_text_with_a_nul_is_refused(context, keys, arguments):
    with pytest.raises(pgiam.Error) as raised:
        context.token(**{**({"host": HOST, "user": "app"} if "conninfo" not in arguments else {}), **arguments})
    assert (raised.value.status, raised.value.code) == ("INVALID_ARGUMENT", "nul_in_text")


@pytest.mark.parametrize("port", [1.5, True, "1.5", "5_0", "\u0663", -1, 65536, "9" * 5000, b"x", object()])
def test_a_port_that_is_none_is_refused_and_not_made_another(port, keys, context):
    with pytest.raises(pgiam.Error, match="^port is .*, not a number up to 65535") as raised:
        context.token(host=HOST, user="app", port=port)
    assert raised.value.status == "INVALID_ARGUMENT"


@pytest.mark.parametrize("port", [5433, "5433", " 5433 ", b"5433"])
def test_a_port_may_be_text(port, keys, context):
    assert context.token(host=HOST, user="app", port=port).startswith(f"{HOST}:5433/")


def test_text_that_is_no_utf8_and_ports_that_are_none_are_refused(context, keys):
    for arguments in ({"user": "\udcff"}, {"port": 70000}, {"port": "x"}, {"port": -1}):
        with pytest.raises(pgiam.Error) as raised:
            context.token(**{"host": HOST, "user": "app", **arguments})
        assert raised.value.status == "INVALID_ARGUMENT"
    with pytest.raises(TypeError, match="profile"):
        context.token(host=HOST, user="app", profile=["dev"])


def test_a_connection_that_forgoes_tls_gets_no_token(context, keys):
    with pytest.raises(pgiam.Error) as raised:
        context.token(f"host={HOST} user=app sslmode=disable")
    assert raised.value.status == "INSECURE" and "sslmode=require" in raised.value.hint


def test_a_closed_context_says_so_and_may_be_closed_again(keys):
    context = pgiam.Context()
    context.close()
    context.close()
    with pytest.raises(pgiam.Error, match="closed"):
        context.token(host=HOST, user="app")


# ---- Credentials of the program's own ----


class Frozen:
    access_key, secret_key, token = "ASIAFROZEN", "secret of ASIAFROZEN", "session token"


class Refreshable:
    """As botocore's."""

    _expiry_time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)

    def get_frozen_credentials(self):
        return Frozen()


class Session:
    def get_credentials(self):
        return Refreshable()


def later(hours=1):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)


async def gives():
    return "ASIAFROZEN", "secret of ASIAFROZEN", "session token", later()


@pytest.mark.parametrize("credentials", [
    Session(), Refreshable(), Refreshable, lambda: ("ASIAFROZEN", "secret of ASIAFROZEN", "session token", later()),
    lambda: {"AccessKeyId": "ASIAFROZEN", "SecretAccessKey": "secret of ASIAFROZEN", "SessionToken": "session token",
             "Expiration": later()},
    lambda: {"access_key_id": "ASIAFROZEN", "secret_access_key": "secret of ASIAFROZEN", "session_token": "session token"},
    gives,
], ids=["session", "holder", "class", "tuple", "AWS names", "our names", "async"])  # fmt: skip
def test_a_programs_own_credentials_sign(context, credentials):
    token = context.token(host=HOST, user="app", credentials=credentials)
    assert "Credential=ASIAFROZEN%2F" in token and "X-Amz-Security-Token=session%20token" in token
    assert is_signed_with(token, Frozen.secret_key)


def test_a_programs_own_credentials_are_asked_for_once_and_kept_apart(context):
    asked = []

    def source(name):
        return lambda: asked.append(name) or (name, f"secret of {name}")

    one, other = source("AKIAONE"), source("AKIAOTHER")
    for credentials, name in ((one, "AKIAONE"), (other, "AKIAOTHER"), (one, "AKIAONE")):
        assert f"Credential={name}%2F" in context.token(host=HOST, user="app", credentials=credentials)
    assert asked == ["AKIAONE", "AKIAOTHER"]


def test_what_a_programs_function_raises_is_the_cause(context):
    def broken():
        raise LookupError("the vault is closed")

    with pytest.raises(pgiam.Error, match="LookupError: the vault is closed") as raised:
        context.token(host=HOST, user="app", credentials=broken)
    assert raised.value.status == "NO_CREDENTIALS" and isinstance(raised.value.__cause__, LookupError)


@pytest.mark.parametrize("given", [None, "AKIA", ("AKIA",), ("AKIA", None)])
def test_what_is_no_credentials_is_an_error(context, given):
    with pytest.raises(pgiam.Error):
        context.token(host=HOST, user="app", credentials=lambda: given)


def test_no_secret_is_in_a_traceback_of_a_refusal(context):
    given = ("AKIA", "the secret " + "word", "tok\0en")
    with pytest.raises(pgiam.Error) as raised:
        context.token(host=HOST, user="app", credentials=lambda: given)
    assert "the secret word" not in "".join(traceback.format_exception(None, raised.value, None)) + repr(raised.value)


# ---- A person ----

ROLE, DEVICE = "arn:aws:iam::123456789012:role/dba", "arn:aws:iam::123456789012:mfa/ann"


@pytest.fixture
def sts(keys, monkeypatch):
    with FakeAws(keys=[Key(KEY["AWS_ACCESS_KEY_ID"], KEY["AWS_SECRET_ACCESS_KEY"])]) as aws:
        for name, value in aws.environment("sts").items():
            monkeypatch.setenv(name, value)
        yield aws


@pytest.fixture
def role(sts):
    """A role that wants the code 271828 of its person, as options."""
    sts.sts.add_role(ROLE, mfa_serial=DEVICE, mfa_code="271828")
    return {"role_arn": ROLE, "mfa_serial": DEVICE}


@pytest.mark.parametrize("is_async", [False, True])
def test_a_person_is_asked_for_the_code(role, is_async):
    asked = []

    def ask(prompt):
        asked.append((prompt.kind, prompt.subject))
        return "271828"

    async def ask_in_time(prompt):
        return ask(prompt)

    with pgiam.Context(prompt=ask_in_time if is_async else ask, cache="memory") as context:
        assert "ASIA" in context.token(host=HOST, user="app", **role)
    assert asked[0] == ("mfa_code", DEVICE)


def test_a_person_who_declines_is_an_error(role):
    with pgiam.Context(prompt=lambda prompt: False, cache="memory") as context:
        with pytest.raises(pgiam.Error) as raised:
            context.token(host=HOST, user="app", **role)
    assert raised.value.status == "LOGIN_DECLINED"


def test_an_interrupt_while_a_person_is_asked_goes_through(role):
    def interrupted(prompt):
        raise KeyboardInterrupt

    with pgiam.Context(prompt=interrupted, cache="memory") as context:
        with pytest.raises(KeyboardInterrupt):
            context.token(host=HOST, user="app", **role)


def test_without_a_prompt_nobody_is_asked(context, role):
    with pytest.raises(pgiam.Error) as raised:
        context.token(host=HOST, user="app", **role)
    assert raised.value.status == "LOGIN_REQUIRED"


# ---- Logs ----


def test_the_log_goes_to_logging_and_holds_no_secret(sts, role, caplog):
    sts.fault("sts", "status", count=1)
    with caplog.at_level(logging.DEBUG, logger="pgiam"):
        with pgiam.Context(prompt=lambda prompt: "271828", cache="memory") as context:
            token = context.token(host=HOST, user="app", **role)
    assert caplog.records and all(record.name == "pgiam" for record in caplog.records)
    assert token not in caplog.text and KEY["AWS_SECRET_ACCESS_KEY"] not in caplog.text and "271828" not in caplog.text


def test_a_warning_is_logged_once_and_is_in_each_answer(context, keys, caplog):
    for _ in range(3):
        answer = context.answer(host=HOST, user="app", region="us-east-2")
        assert len(answer.warnings) == 1 and "us-east-2" in answer.warnings[0].message
    warned = [record for record in caplog.records if record.levelno == logging.WARNING and "us-east-2" in record.getMessage()]
    assert len(warned) == 1


# ---- The library ----

ASK = "import pgiam\ntry: print(pgiam.library_version())\nexcept pgiam.Error as error: print(error.code, '|', error.message, '|', error.hint)"


def test_a_library_that_is_named_and_missing_is_told(tmp_path):
    done = run_python(ASK, PGIAM_LIBRARY=str(tmp_path / "nowhere.so"))
    assert done.stdout.startswith("no_library |") and "nowhere.so (PGIAM_LIBRARY)" in done.stdout and "install pgiam" in done.stdout


def test_a_missing_library_is_told_with_all_places(no_library):
    done = run_python(ASK, PGIAM_LIBRARY="", LD_LIBRARY_PATH=no_library)
    assert "_lib/libpgiam.so.1" in done.stdout and "the system's linker" in done.stdout


def test_the_library_beside_the_package_is_found(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "site")
    shutil.copytree(os.path.dirname(LIBRARY) + "/pgiam", tmp_path / "site/pgiam/_lib/pgiam", ignore=shutil.ignore_patterns("filter"))
    shutil.copy(LIBRARY, tmp_path / "site/pgiam/_lib/libpgiam.so.1")
    done = run_python(ASK, PGIAM_LIBRARY="", PYTHONPATH=str(tmp_path / "site"))
    assert done.stdout.strip() == pgiam.__version__, done.stderr


@pytest.mark.parametrize("version, takes, word", [(0x10001, 1, "older"), (0x20000, 2, "newer")])
def test_a_library_of_another_abi_is_refused_by_name(tmp_path, version, takes, word):
    source, library = tmp_path / "other.c", tmp_path / "libother.so"
    source.write_text(f"""
        unsigned pgiam_abi_version(void) {{ return {version}u; }}
        void *pgiam_get_api(unsigned major) {{ static int table; return major == {takes} ? &table : 0; }}""")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    done = run_python(ASK, PGIAM_LIBRARY=str(library))
    assert done.stdout.startswith("library_version |") and str(library) in done.stdout and word in done.stdout


def test_package_and_library_have_one_version():
    assert pgiam.library_version() == pgiam.__version__
