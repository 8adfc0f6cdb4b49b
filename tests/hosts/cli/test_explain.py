"""pgiam explain: what would be done, and why."""

import json

import pytest
from conftest import CONNINFO, HOST, SECRET

MEMBERS = [
    "target",
    "host",
    "port",
    "user",
    "signing_host",
    "signing_port",
    "region",
    "region_from",
    "signing_host_from",
    "dial_host",
    "dial_hostaddr",
    "rule",
    "tls",
    "sslmode",
    "sslmode_from",
    "sslrootcert",
    "sslrootcert_from",
    "timeout_ms",
    "reason",
    "warnings",
    "permission",
    "ca_commands",
    "findings",
    "credentials",
]


@pytest.fixture
def explain(pgiam):
    """explain(words…) → the JSON object."""

    def ask(*words, **variables):
        ended = pgiam("explain", "--json", *words, **variables)
        assert (ended.returncode, ended.stderr) == (0, "")
        return json.loads(ended.stdout)

    return ask


def test_json_has_the_members_that_are_promised(explain):
    told = explain(CONNINFO)
    assert [name for name in MEMBERS if name not in told] == []
    assert list(told["credentials"])[:4] == ["provider", "access_key_id", "expires_at", "tried"]
    assert told | {"credentials": None} == {
        "target": "rds",
        "host": HOST,
        "port": 5432,
        "user": "app_user",
        "signing_host": HOST,
        "signing_port": 5432,
        "region": "eu-west-1",
        "region_from": "endpoint",
        "signing_host_from": "endpoint",
        "dial_host": HOST,
        "dial_hostaddr": None,
        "rule": None,
        "account": {},
        "tls": "require",
        "sslmode": "require",
        "sslmode_from": "tls",
        "sslrootcert": None,
        "sslrootcert_from": None,
        "timeout_ms": 10000,
        "reason": f"{HOST} is the name of an RDS instance endpoint",
        "warnings": [],
        "permission": {
            "action": "rds-db:connect",
            "resource": "arn:aws:rds-db:eu-west-1:*:dbuser:*/app_user",
        },
        "ca_commands": [
            "pgiam ca install",
            "sslrootcert=rds",
        ],
        "findings": [],
        "credentials": None,
    }


def test_credentials_are_masked_and_every_provider_that_was_asked_is_listed(explain):
    credentials = explain(CONNINFO)["credentials"]
    assert credentials["provider"] == "aws.environment"
    assert credentials["access_key_id"] not in ("", "AKIDEXAMPLE")
    assert [set(attempt) for attempt in credentials["tried"]] == [{"provider", "outcome", "detail", "ms"}]


def test_a_host_that_is_not_ours_has_no_target_and_a_reason(explain):
    told = explain("host=localhost user=app")
    assert (told["target"], told["signing_host"], told["region"]) == ("none", None, None)
    assert told["reason"] == "localhost is not the name of a known kind of endpoint"


def test_the_rule_that_applied_is_named(explain, rules):
    rules(f"[connection orders over the tunnel]\nhost = localhost\nsigning_host = {HOST}\nregion = us-east-1\n")
    told = explain("host=localhost user=app")
    assert told["rule"] == "orders over the tunnel"
    assert (told["signing_host"], told["region"], told["region_from"]) == (HOST, "us-east-1", "rule")
    assert len(told["warnings"]) == 1
    (finding,) = told["findings"]
    assert (finding["code"], finding["message"]) == ("region_option_differs", told["warnings"][0])


def test_rules_that_anybody_may_write_are_not_used(pgiam, rules):
    file = rules("[defaults]\nlog = error\n")
    file.chmod(0o666)
    ended = pgiam("explain", CONNINFO)
    assert ended.returncode == 2
    assert f"{file} is not used: anybody may write to it (owner " in ended.stderr and "mode 0666)" in ended.stderr
    assert f"run: chmod go-w {file}" in ended.stderr


@pytest.mark.parametrize("text", ["[defaults]\ntarget = rds\n", "[connection all]\nsigning_host = x.y.eu-west-1.rds.amazonaws.com\n"])
def test_no_rule_makes_an_endpoint_of_every_host(text, pgiam, rules):
    file = rules(text)
    ended = pgiam("explain", CONNINFO)
    assert ended.returncode == 2
    assert f"{file}:2: " in ended.stderr and "would hold for every host there is" in ended.stderr and "host = HOST" in ended.stderr


def test_a_password_of_the_users_means_that_we_stay_away(explain, home):
    assert explain(CONNINFO, PGPASSWORD="typed")["target"] == "none"
    assert explain(CONNINFO + " password=typed")["target"] == "none"
    assert explain(CONNINFO, "--force", PGPASSWORD="typed")["target"] == "rds"
    (home / ".pgpass").write_text(f"{HOST}:*:*:app_user:saved\n")
    (home / ".pgpass").chmod(0o600)
    told = explain(CONNINFO)
    assert told["target"] == "none" and "password" in told["reason"]
    assert explain(CONNINFO + "2")["target"] == "rds"


def test_an_old_token_is_no_password(explain, pgiam):
    token = pgiam("token", CONNINFO, wrapper=["faketime", "-f", "2020-01-01 00:00:00"]).stdout.strip()
    assert explain(CONNINFO, PGPASSWORD=token)["target"] == "rds"


@pytest.mark.parametrize(
    "words, variables, refused",
    [
        ([CONNINFO], {}, False),
        ([CONNINFO + " sslmode=require"], {}, False),
        ([CONNINFO + " sslmode=disable"], {}, True),
        ([CONNINFO + " sslmode=prefer"], {}, True),
        ([f"postgresql://app_user@{HOST}/?sslmode=prefer"], {}, True),
        ([CONNINFO], {"PGSSLMODE": "prefer"}, True),
        ([CONNINFO + " sslmode=prefer", "--tls", "off"], {}, False),
    ],
)
def test_only_a_weak_sslmode_that_somebody_chose_is_refused(explain, words, variables, refused):
    told = explain(*words, **variables)
    assert ("error" in told) == refused
    if refused:
        assert "could send the token without TLS" in told["error"]["message"]


def test_people_read_what_would_happen_and_why(pgiam):
    ended = pgiam("explain", CONNINFO)
    first, *rest = ended.stdout.splitlines()
    assert first == f"app_user at {HOST}:5432: gets a token"
    assert [line.split()[0] for line in rest] == ["because", "signed", "region", "TLS", "credentials", "tried"]


def test_people_read_that_a_connection_is_not_ours(pgiam):
    ended = pgiam("explain", "host=localhost user=app")
    assert ended.stdout.startswith("app at localhost:5432: not ours, connects as without pgiam\n  because ")


def test_people_read_why_a_connection_would_fail_and_what_to_do(pgiam):
    ended = pgiam("explain", CONNINFO, AWS_SECRET_ACCESS_KEY=None)
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"app_user at {HOST}:5432: the connection would fail\n")
    failure, hint = ended.stdout.splitlines()[-2:]
    assert failure.split()[0] == "fails" and "AWS_SECRET_ACCESS_KEY is not" in failure
    assert hint.strip().startswith("set AWS_SECRET_ACCESS_KEY")


@pytest.fixture
def profiles(home):
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        "[profile app]\nrole_arn = arn:aws:iam::123456789012:role/app\nsource_profile = base\nregion = eu-west-1\n"
        "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n"
    )
    return {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_EC2_METADATA_DISABLED": "true"}


def test_what_takes_the_network_is_not_known_and_the_word_to_type_is_told(pgiam, profiles):
    ended = pgiam("explain", CONNINFO, "--profile", "app", **profiles)
    assert ended.stdout.startswith(f"app_user at {HOST}:5432: not known without the network\n")
    unknown, to_ask = ended.stdout.splitlines()[-2:]
    assert "would ask https://sts." in unknown and to_ask.strip() == "to ask: pgiam explain --resolve"


def test_a_source_that_rests_on_its_own_kind_is_told_once(explain, profiles):
    told = explain(CONNINFO, "--profile", "base", **profiles)
    assert [tried["provider"] for tried in told["credentials"]["tried"]].count("aws.profile") == 1


def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(pgiam):
    ended = pgiam("explain", CONNINFO, PGIAM_REGIO="eu-west-1", PGIAM_SOMETHING_ELSE="x")
    assert ended.returncode == 0
    assert ended.stderr == "pgiam: warning: PGIAM_REGIO is no option; did you mean PGIAM_REGION?\n"


def test_a_hook_that_is_switched_off_is_told(pgiam):
    ended = pgiam("explain", CONNINFO, PGIAM_DISABLE="1")
    assert ended.returncode == 0
    assert ended.stderr == "pgiam: warning: PGIAM_DISABLE is set: programs connect as without pgiam\n"


def test_nothing_secret_is_shown(pgiam):
    for form in ([], ["--json"], ["--log", "debug"]):
        ended = pgiam("explain", CONNINFO, *form, AWS_SESSION_TOKEN="canary-session", PGPASSWORD="canary-password")
        said = ended.stdout + ended.stderr
        assert [word for word in (SECRET, "canary-session", "canary-password", "X-Amz-Signature") if word in said] == []
