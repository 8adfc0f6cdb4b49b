"""The verifier alone: what it accepts, and that each claim of a token is checked."""

import pytest
from rds_clients import make_token
from rds_emulator.verifier import Endpoint, Key, Refused, Token, claims, region_of, verify

NOW = 1_800_000_000
PORT = 5432
ENDPOINT = Endpoint("orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", resource="db-ORDERS")
KEY = Key("AKIDEXAMPLE", "secret/+=")
SESSION = Key("ASIAEXAMPLE", "secret", "FwoGZXIvYXdzE/+=" * 500)


def token(key=KEY, user="app_user", at=NOW, **changes):
    return make_token(key, ENDPOINT.name, PORT, user, at, **changes)


def check(text, user="app_user", now=NOW, keys=(KEY, SESSION), endpoints=(ENDPOINT,), **more):
    verify(Token(text), user, endpoints, PORT, {key.id: key for key in keys}, now, **more)


def refusal(text, **context):
    with pytest.raises(Refused) as refused:
        check(text, **context)
    return refused.value.reason, refused.value.check


def test_accepts_a_token_signed_with_a_known_key():
    check(token())


def test_accepts_a_session_token_of_8_kb_and_refuses_another_one():
    assert len(token(SESSION)) > 8192
    check(token(SESSION))
    other = Key(SESSION.id, SESSION.secret, SESSION.session_token[:-1])
    assert refusal(token(other)) == ("InvalidToken", "session_token")


def test_refuses_a_missing_or_superfluous_session_token():
    assert refusal(token(SESSION, X_Amz_Security_Token=None)) == ("InvalidToken", "session_token")
    assert refusal(token(KEY, X_Amz_Security_Token="x")) == ("InvalidToken", "session_token")


@pytest.mark.parametrize("user", ["o'brien & söhne +100%", "a b", "*~-_.", "日本", "a/b?c=d#e", '"', "A"])
def test_accepts_users_of_any_spelling(user):
    check(token(user=user), user=user)


def test_accepts_parameters_in_any_order():
    base, query = token().split("?")
    check(f"{base}?{'&'.join(reversed(query.split('&')))}")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (lambda text: text.replace("/?", "?"), "shape"),
        (lambda text: "https://" + text, "shape"),
        (lambda text: text.replace("X-Amz-Date=", "X-Amz-Dat="), "shape"),
        (lambda text: text + "&Action=connect", "shape"),
        (lambda text: text.replace("app_user", "app+user"), "shape"),
        (lambda text: text[:-300], "shape"),
        (lambda text: "hunter2", "shape"),
        (lambda text: "", "shape"),
        (lambda text: text.replace("app_user", "%ff"), "shape"),
        (lambda text: text.replace("orders.", "Orders."), "endpoint"),
        (lambda text: text.replace("orders.", "others."), "endpoint"),
        (lambda text: text.replace(":5432/", ":5433/"), "endpoint"),
        (lambda text: text.replace(":5432/", "/"), "endpoint"),
        (lambda text: text.replace("Action=connect", "Action=Connect"), "action"),
        (lambda text: text.replace("app_user", "app_User"), "user"),
        (lambda text: text.replace("SHA256", "SHA1"), "protocol"),
        (lambda text: text.replace("SignedHeaders=host", "SignedHeaders=host%3Bx"), "protocol"),
        (lambda text: text.replace("eu-west-1%2F", "eu-west-2%2F"), "scope"),
        (lambda text: text.replace("rds-db", "rds"), "scope"),
        (lambda text: text.replace("aws4_request", "aws4"), "scope"),
        (lambda text: text.replace("Expires=900", "Expires=901"), "expires"),
        (lambda text: text.replace("Expires=900", "Expires=0"), "expires"),
        (lambda text: text.replace("Expires=900", "Expires=-1"), "expires"),
        (lambda text: text.replace("AKIDEXAMPLE", "AKIDOTHER"), "key"),
        (lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"), "signature"),
        (lambda text: text.replace("Expires=900", "Expires=899"), "signature"),
    ],
)
def test_refuses_as_invalid_what_was_changed_after_signing(changed, expected):
    assert refusal(changed(token())) == ("InvalidToken", expected)


def test_refuses_another_secret():
    assert refusal(token(Key(KEY.id, "guess"))) == ("InvalidToken", "signature")


def test_refuses_a_scope_of_another_day_than_the_date():
    credential = f"{KEY.id}/20270116/eu-west-1/rds-db/aws4_request"
    assert refusal(token(X_Amz_Credential=credential)) == ("InvalidToken", "scope")


def test_refuses_a_date_that_is_none():
    assert refusal(token().replace("T0", "T9")) == ("InvalidToken", "shape")


def test_a_token_lives_exactly_as_long_as_it_says_and_never_longer_than_15_minutes():
    check(token(), now=NOW + 900)
    assert refusal(token(), now=NOW + 901) == ("ExpiredToken", "age")
    assert refusal(token(X_Amz_Expires="60"), now=NOW + 61) == ("ExpiredToken", "age")
    assert refusal(token(), now=NOW + 31, max_age=30) == ("ExpiredToken", "age")


def test_the_signers_clock_may_be_five_minutes_ahead():
    check(token(), now=NOW - 300)
    assert refusal(token(), now=NOW - 301) == ("InvalidToken", "age")


def test_a_token_dies_with_its_key():
    key = Key(KEY.id, KEY.secret, expires_at=NOW + 10)
    check(token(), now=NOW + 9, keys=[key])
    assert refusal(token(), now=NOW + 10, keys=[key]) == ("ExpiredToken", "key_expiry")


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ORDERS/app_user", True),
        ("arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ORDERS/*", True),
        ("arn:aws:rds-db:*:*:dbuser:*/app_use?", True),
        ("arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ORDERS/App_user", False),
        ("arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-OTHER/app_user", False),
        ("arn:aws:rds-db:eu-west-2:123456789012:dbuser:db-ORDERS/app_user", False),
        ("arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ORDERS/[a-z]*", False),
    ],
)
def test_the_keys_policy_decides_by_the_users_arn(pattern, allowed):
    key = Key(KEY.id, KEY.secret, allow=("arn:aws:s3:::*", pattern))
    if allowed:
        check(token(), keys=[key])
    else:
        assert refusal(token(), keys=[key]) == ("NotAuthorized", "policy")


@pytest.mark.parametrize(
    ("name", "region", "partition"),
    [
        ("a.cluster-ro-c9.us-east-1.rds.amazonaws.com", "us-east-1", "aws"),
        ("a.proxy-c9.ap-southeast-2.rds.amazonaws.com", "ap-southeast-2", "aws"),
        ("a.c9.rds.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn"),
        ("a.c9.cn-northwest-1.rds.amazonaws.com.cn", "cn-northwest-1", "aws-cn"),
        ("a.c9.us-gov-west-1.rds.amazonaws.com", "us-gov-west-1", "aws-us-gov"),
        ("a.c9.rds.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "aws-iso"),
        ("a.c9.eusc-de-east-1.rds.amazonaws.eu", "eusc-de-east-1", "aws-eusc"),
        ("us-east-9.c9.eu-west-1.rds.amazonaws.com", "eu-west-1", "aws"),
    ],
)
def test_region_and_partition_come_from_the_endpoints_name(name, region, partition):
    assert region_of(name) == region
    assert Endpoint(name).arn("u").startswith(f"arn:{partition}:rds-db:{region}:")


def test_an_endpoint_without_region_must_be_given_one():
    name = "a.global-c9.global.rds.amazonaws.com"
    with pytest.raises(ValueError, match="names no region"):
        Endpoint(name)
    assert Endpoint(name, region="eu-west-1").region == "eu-west-1"


class TestDsql:
    ENDPOINT = Endpoint("abc123.dsql.us-east-1.on.aws")

    def token(self, action, **changes):
        changes = {"service": "dsql", "Action": action, "DBUser": None} | changes
        return make_token(KEY, self.ENDPOINT.name, None, None, NOW, "us-east-1", **changes)

    def check(self, text, user, now=NOW, key=KEY):
        check(text, user=user, now=now, keys=[key], endpoints=[self.ENDPOINT])

    def refusal(self, *arguments, **named):
        with pytest.raises(Refused) as refused:
            self.check(*arguments, **named)
        return refused.value.check

    def test_admin_needs_the_admins_action_and_others_must_not_use_it(self):
        self.check(self.token("DbConnect"), "app_user")
        self.check(self.token("DbConnectAdmin"), "admin")
        assert self.refusal(self.token("DbConnect"), "admin") == "action"
        assert self.refusal(self.token("DbConnectAdmin"), "app_user") == "action"

    def test_a_token_may_live_up_to_a_week(self):
        self.check(self.token("DbConnect", X_Amz_Expires="604800"), "u", now=NOW + 604800)
        assert self.refusal(self.token("DbConnect", X_Amz_Expires="604801"), "u") == "expires"
        assert self.refusal(self.token("DbConnect"), "u", now=NOW + 901) == "age"

    def test_the_policy_names_the_cluster(self):
        arn = "arn:aws:dsql:us-east-1:123456789012:cluster/abc123"
        self.check(self.token("DbConnect"), "u", key=Key(KEY.id, KEY.secret, allow=(arn,)))
        other = Key(KEY.id, KEY.secret, allow=(arn + "4",))
        assert self.refusal(self.token("DbConnect"), "u", key=other) == "policy"


def test_the_log_may_quote_a_broken_token_but_never_a_password():
    assert claims(token().replace("/?", "?"))["endpoint"] == f"{ENDPOINT.name}:{PORT}"
    assert claims(token())["key_id"] == KEY.id
    assert claims("hunter2") == {}
    assert claims("hunter?2&X-Amz-Credential=3") == {}
