"""The verifier against signers that we did not write."""

import time

import pytest
from rds_emulator.verifier import Endpoint, Key, Token, verify

try:
    import botocore.session
except ImportError:
    botocore = None

needs_botocore = pytest.mark.skipif(botocore is None, reason="python3-botocore is not installed")
AKID = Key("akid", "secret")


def literal(host, query, region, service, date, expires, signature):
    return (
        f"{host}/?{query}&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        f"&X-Amz-Credential=akid%2F{date[:8]}%2F{region}%2F{service}%2Faws4_request"
        f"&X-Amz-Date={date}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    )


def test_accepts_the_rds_token_that_aws_publishes():
    """smithy-rs, aws-inlineable/src/rds_auth_token.rs."""
    text = literal(
        "prod-instance.us-east-1.rds.amazonaws.com:3306",
        "Action=connect&DBUser=peccy",
        "us-east-1",
        "rds-db",
        "20240826T220000Z",
        900,
        "dd0cba843009474347af724090233265628ace491ea17ce3eb3da098b983ad89",
    )
    endpoint = Endpoint("prod-instance.us-east-1.rds.amazonaws.com")
    verify(Token(text), "peccy", [endpoint], 3306, {"akid": AKID}, now=1724709600)


@pytest.mark.parametrize(
    ("action", "user", "signature"),
    [
        ("DbConnect", "peccy", "f5f2ad764ca5df44045d4ab6ccecba0eef941b0007e5765885a0b6ed3702a3f8"),
        ("DbConnectAdmin", "admin", "267cf8d04d84444f7a62d5bdb40c44bfc6cb13dd6c64fa7f772df6bbaa90fff1"),
    ],
)
def test_accepts_the_dsql_tokens_that_aws_publishes(action, user, signature):
    """smithy-rs, aws-inlineable/src/dsql_auth_token.rs."""
    host = "peccy.dsql.us-east-1.on.aws"
    text = literal(host, f"Action={action}", "us-east-1", "dsql", "20240827T000000Z", 450, signature)
    verify(Token(text), user, [Endpoint(host)], 5432, {"akid": AKID}, now=1724716800)


@needs_botocore
@pytest.mark.parametrize("session_token", [None, "IQoJb3JpZ2luX2VjE/+=" * 20, "x/+=" * 4096])
@pytest.mark.parametrize("user", ["app_user", "o'brien & söhne +100%", "日本 语", "*()!'~", "a:b@c/d"])
def test_accepts_botocores_tokens(user, session_token):
    key = Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", session_token)
    endpoint = Endpoint("orders.c9akciq32xyz.ap-northeast-3.rds.amazonaws.com")
    session = botocore.session.Session()
    session.set_credentials(key.id, key.secret, key.session_token)
    client = session.create_client("rds", region_name=endpoint.region)
    text = client.generate_db_auth_token(endpoint.name, 6543, user)
    verify(Token(text), user, [endpoint], 6543, {key.id: key}, time.time())
