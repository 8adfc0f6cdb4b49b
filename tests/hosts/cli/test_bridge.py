"""pgiam bridge: the library in lines of JSON, for programs that may not load it."""

import json
import subprocess

import pytest
from conftest import COMMAND, CONNINFO, HOST, SECRET

OURS = {"host": HOST, "user": "app_user"}
REPLICA = "replica.c9akciq32xyz.us-east-2.rds.amazonaws.com"
WALKS_LIST = 0x10
AUTH_FAILED = 2
NOT_APPLICABLE, INVALID_ARGUMENT, INSECURE, DENIED, BAD_CONFIG, CONNECT = 1, 100, 104, 203, 204, 306


@pytest.fixture
def bridge(environment):
    """bridge(lines…, VARIABLE=value) → the answers; a line is an object or a text."""

    def say(*lines, **variables):
        told = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        ended = subprocess.run(
            [COMMAND, "bridge"], env=environment | variables, input=told, capture_output=True, text=True, timeout=120
        )
        assert ended.returncode == 0, ended.stderr
        answers = [json.loads(line) for line in ended.stdout.splitlines()]
        assert len(answers) == len(lines)
        return answers

    return say


def ask(keywords, call="before_connect", **request):
    return {"call": call, "request": {"keywords": keywords, **request}}


def test_a_token_comes_with_all_that_is_to_be_set_and_the_warnings(bridge, pgiam):
    (answer,) = bridge(ask(OURS, options={"region": "us-east-1"}, can_apply="*"))
    assert answer["token"].startswith(f"{HOST}:5432/?") and "%2Fus-east-1%2F" in answer["token"]
    assert answer["params"] == {"sslmode": "require", "gssencmode": "disable"}
    (warning,) = answer["warnings"]
    assert warning["code"] and warning["message"] == answer["warning"] and "eu-west-1" in warning["message"]
    assert answer.keys() > json.loads(pgiam("token", CONNINFO, "--json").stdout).keys()


def test_the_library_decides_and_not_the_caller(bridge):
    saved, forced, old, elsewhere, weak = bridge(
        ask(OURS, password="saved"),
        ask(OURS, password="saved", options={"force": "yes"}),
        ask(OURS, password=f"{HOST}:5432/?Action=connect&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Date=20200101T000000Z&X-Amz-Expires=900&X-Amz-Signature=0"),
        ask({"host": "localhost", "user": "app"}),
        ask(OURS | {"sslmode": "prefer"}),
    )
    assert saved["error"]["status"] == elsewhere["error"]["status"] == NOT_APPLICABLE
    assert forced["token"] and old["token"]
    assert weak["error"]["status"] == INSECURE and "sslmode=require" in weak["error"]["hint"]


def test_what_cannot_be_set_is_refused_with_what_to_set(bridge):
    (answer,) = bridge(ask(OURS | {"sslmode": "require"}, options={"tls": "verify-full"}, can_apply="password"))
    assert answer["error"]["code"] == "keyword_not_applied"
    assert answer["error"]["commands"] == ["sslmode=verify-full"]


def test_an_error_tells_what_was_tried(bridge):
    (answer,) = bridge(ask(OURS, options={"profile": "nowhere"}))
    error = answer["error"]
    assert error["status"] // 100 == 2 and error["name"].startswith("PGIAM_E_")
    assert "nowhere" in error["explanation"] and not error["retryable"]


def test_explain_answers_as_explain_does(bridge, pgiam):
    (answer,) = bridge(ask(OURS, call="explain"))
    there = json.loads(pgiam("explain", CONNINFO, "--json").stdout)
    here = json.loads(answer["explanation"])
    assert {key: here[key] for key in ("target", "signing_host", "region", "tls")} == {
        key: there[key] for key in ("target", "signing_host", "region", "tls")
    }


def test_an_attempt_goes_from_the_first_host_to_the_end(bridge):
    both = {"host": f"{HOST},{REPLICA},localhost", "port": "5432,5433,5432", "user": "app_user"}
    refused = {"message": 'FATAL:  PAM authentication failed for user "app_user"', "sqlstate": "28000", "host": 1}
    began, step, token, other, reported, again, _, end = bridge(
        ask(both, call="attempt", can_apply="*", flags=WALKS_LIST),
        {"call": "next"},
        {"call": "refresh", "host": 1},
        {"call": "refresh", "host": 2},
        {"call": "report", **refused},
        {"call": "next"},  # once more, since the credentials were kept from the first host on
        {"call": "report", **refused},
        {"call": "next"},
    )
    assert again["step"] == "connect"
    assert reported == {}
    assert (step["step"], step["host"], step["params"]["sslmode"]) == ("connect", -1, "require")
    for hosts in began["hosts"], step["hosts"]:
        assert [(host["host"], host["port"]) for host in hosts] == [(HOST, 5432), (REPLICA, 5433), ("localhost", 5432)]
    assert token["signing_host"] == REPLICA and token["token"].startswith(f"{REPLICA}:5433/?")
    assert other["error"]["status"] == NOT_APPLICABLE
    assert end["error"]["status"] == DENIED and REPLICA in end["error"]["message"]
    assert any(cause["commands"] for cause in end["error"]["causes"])


def test_hosts_tell_what_is_dialled_in_their_place(bridge):
    tunnel = {"host": "127.0.0.1", "user": "app_user", "sslmode": "verify-full"}
    before, after = bridge(
        ask(tunnel, call="attempt", can_apply="*", flags=WALKS_LIST, options={"signing_host": HOST}),
        {"call": "next"},
    )
    written = {"host": "127.0.0.1", "hostaddr": "", "port": 5432}
    assert before["hosts"] == [written | {"dial_host": "127.0.0.1", "dial_hostaddr": ""}]
    assert after["hosts"] == [written | {"dial_host": HOST, "dial_hostaddr": "127.0.0.1"}]


def test_a_refusal_is_explained_without_a_report(bridge):
    _, _, wrong, lost = bridge(
        ask(OURS, call="attempt", flags=WALKS_LIST),
        {"call": "next"},
        {"call": "explain_refusal", "host": 0, "outcome": AUTH_FAILED, "sqlstate": "28P01"},
        {"call": "explain_refusal", "host": 0, "sqlstate": "3D000", "message": 'database "x" does not exist'},
    )
    assert wrong["refusal"]["causes"][0]["code"] == "no_rds_iam"
    assert lost["refusal"] is None


def test_what_failed_otherwise_ends_with_the_clients_own_words(bridge):
    *_, end = bridge(
        ask(OURS, call="attempt", flags=WALKS_LIST),
        {"call": "next"},
        {"call": "report", "message": "connection refused"},
        {"call": "next"},
    )
    assert end["error"]["status"] == CONNECT and end["error"]["message"] == "connection refused"


def test_the_callers_own_credentials_are_asked_for(environment):
    call = ask(OURS, credentials_identity="someone")
    own = {"access_key_id": "AKIDOFTHECALLER", "secret_access_key": "canary"}
    said = [
        (call, {"values": own}, lambda answer: "AKIDOFTHECALLER%2F" in answer["token"]),
        (call, None, lambda answer: "AKIDOFTHECALLER%2F" in answer["token"]),  # kept
        (ask(OURS, credentials_identity="other"), {"declined": "the vault is sealed"}, lambda answer: "the vault is sealed" in str(answer["error"])),
        (ask(OURS, credentials_identity="third"), {"values": {"access_key_id": 5}}, lambda answer: "is not a text" in str(answer["error"])),
        (ask(OURS, credentials_identity="fourth"), "nonsense", lambda answer: "no JSON object" in str(answer["error"])),
    ]
    with subprocess.Popen([COMMAND, "bridge"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as command:

        def exchange(line):
            command.stdin.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
            command.stdin.flush()
            return json.loads(command.stdout.readline())

        for asked, given, holds in said:
            answer = exchange(asked)
            if given is not None:
                assert answer == {"ask": "credentials", "retry": False}
                answer = exchange(given)
            assert holds(answer) and "canary" not in json.dumps(answer)
        command.stdin.close()


@pytest.mark.parametrize(
    "line, words",
    [
        ("nonsense", "no JSON object"),
        ("[]", "no JSON object"),
        ('{"call":"next"', "no JSON object"),
        ({"call": "nix"}, 'no call "nix"'),
        ({}, 'no call ""'),
        ({"call": "next"}, "no attempt"),
        ({"call": "before_connect", "request": "canary"}, '"request" is not an object'),
        ({"call": "before_connect", "request": {"keywords": {"host": 5}}}, '"host" is not a text'),
        ({"call": "before_connect", "request": {"password": "ca\0nary"}}, '"password" is not a text'),
        ({"call": "before_connect", "request": {"flags": "canary"}}, '"flags" is not a whole number'),
    ],
)
def test_a_line_that_cannot_be_used_is_answered_and_the_next_one_works(bridge, line, words):
    wrong, good = bridge(line, ask(OURS))
    assert wrong["error"]["status"] == INVALID_ARGUMENT and words in wrong["error"]["message"]
    assert "canary" not in json.dumps(wrong) and good["token"]


def test_no_variable_of_libpq_is_read(bridge):
    (answer,) = bridge(ask({"user": "app"}), PGHOST=HOST, PGPASSWORD="typed")
    assert "error" in answer
    (answer,) = bridge(ask(OURS), PGPASSWORD="typed", PGSSLMODE="disable")
    assert answer["token"]


def test_about_tells_of_command_and_library(bridge, pgiam):
    (answer,) = bridge({"call": "about"})
    assert answer == json.loads(pgiam("version", "--json").stdout)


def test_nothing_secret_is_in_an_error(bridge):
    answers = bridge(
        ask(OURS, password="canary-of-the-password", call="attempt", flags=WALKS_LIST),
        {"call": "next"},
        ask(OURS, options={"region": "nix", "canary": "x"}),
    )
    assert all("error" in answer for answer in answers[1:])
    assert SECRET not in json.dumps(answers) and "canary-of-the-password" not in json.dumps(answers)
