"""Decides about a token as RDS does: recomputes its SigV4 signature and checks everything it claims.

Pure: no clock, no files, no network. Written from the AWS documents and independent of every signer, so that
it can serve as the other side of a test.

Sources: "Create a signed AWS API request" (Signature Version 4, query parameters), the RDS user guide's pages
UsingWithRDS.IAMDBAuth.* and, for Aurora DSQL, "Generating authentication tokens".
"""

from __future__ import annotations  # Python 3.9, of Debian 11

import hashlib
import hmac
import re
from calendar import timegm
from dataclasses import dataclass
from time import strptime
from urllib.parse import quote, unquote_to_bytes

from .policy import Policy

MAX_AGE = 900  # seconds; RDS user guide: "Each token has a lifetime of 15 minutes"
MAX_SKEW = 300  # seconds that a signer's clock may be ahead; usual for SigV4, not documented for rds-db
MAX_DSQL_EXPIRES = 604800

# The error codes of RDS's log group iam-db-auth-error.
INVALID = "InvalidToken"
EXPIRED = "ExpiredToken"
DENIED = "NotAuthorized"

_EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")
_ENCODED = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*")
_SHAPE = re.compile(r"(?P<host>[^/?#@:\s]+)(?::(?P<port>\d+))?(?P<slash>/?)\?(?P<query>\S*)", re.DOTALL)
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)


class Refused(Exception):
    """A token that does not log in: RDS's code, the check that failed, and a sentence for people."""

    def __init__(self, reason, check, detail):
        super().__init__(detail)
        self.reason = reason
        self.check = check
        self.detail = detail


@dataclass(frozen=True)
class Key:
    """Credentials the verifier knows. `expires_at`: epoch seconds, None = never. `policy`: what they are allowed;
    None: to connect to the resource ARNs of `allow`, with the wildcards `*` and `?`."""

    id: str
    secret: str
    session_token: str | None = None
    expires_at: float | None = None
    allow: tuple = ("*",)
    policy: Policy | None = None


@dataclass(frozen=True)
class Endpoint:
    """A name of the database, the address it stands for, and what IAM knows about it. Endpoints that share an
    address are names of one instance; `region` is read from the name where that tells it."""

    name: str
    address: str = "127.0.0.1"
    region: str | None = None
    resource: str = "db-EMULATOR"
    account: str = "123456789012"

    def __post_init__(self):
        if self.region is None:
            object.__setattr__(self, "region", region_of(self.name))

    @property
    def is_dsql(self):
        return ".dsql" in self.name and self.name.endswith(".on.aws")

    def arn(self, user):
        partition = next((name for prefix, name in _PARTITIONS if self.region.startswith(prefix)), "aws")
        if self.is_dsql:
            return f"arn:{partition}:dsql:{self.region}:{self.account}:cluster/{self.name.split('.')[0]}"
        return f"arn:{partition}:rds-db:{self.region}:{self.account}:dbuser:{self.resource}/{user}"


def region_of(name):
    """The region that an endpoint's name tells."""
    for label in reversed(name.split(".")):
        if _REGION.fullmatch(label):
            return label
    raise ValueError(f"the endpoint {name} names no region: give it one")


class Token:
    """A token taken apart; every claim is still unproven."""

    def __init__(self, text):
        match = _SHAPE.fullmatch(text)
        if not match:
            raise Refused(INVALID, "shape", "not of the form HOST:PORT/?Action=…")
        self.host = match["host"]
        self.port = int(match["port"]) if match["port"] else None
        self.slash = match["slash"]
        self.parameters = _parse_query(match["query"])
        self.key_id, *self.scope = self.get("X-Amz-Credential").split("/")
        self.signed_at = _parse_date(self.get("X-Amz-Date"))

    def get(self, name):
        if name not in self.parameters:
            raise Refused(INVALID, "shape", f"the parameter {name} is missing")
        return self.parameters[name]

    @property
    def netloc(self):
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def signature(self, secret):
        """What X-Amz-Signature must be, if it was made with this secret."""
        query = "&".join(
            f"{name}={value}"
            for name, value in sorted(
                (_encode(name), _encode(value))
                for name, value in self.parameters.items()
                if name != "X-Amz-Signature"
            )
        )
        request = f"GET\n/\n{query}\nhost:{self.netloc.lower()}\n\nhost\n{_EMPTY_SHA256}"
        digest = hashlib.sha256(request.encode()).hexdigest()
        date = self.get("X-Amz-Date")
        to_sign = f"AWS4-HMAC-SHA256\n{date}\n{'/'.join(self.scope)}\n{digest}"
        key = b"AWS4" + secret.encode()
        for part in self.scope:
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, to_sign.encode(), "sha256").hex()


def claims(text):
    """What a token says of itself, however wrong it may be otherwise; nothing of a text that is no token."""
    endpoint = re.match(r"(?:https?://)?([^/?#\s]+)/?\?(?=.*Action=)", text)
    if not endpoint:
        return {}
    key_id = re.search(r"[?&]X-Amz-Credential=(\w+)", text)
    date = re.search(r"[?&]X-Amz-Date=(\d{8}T\d{6}Z)", text)
    return {
        "endpoint": endpoint[1],
        "key_id": key_id and key_id[1],
        "signed_at": date and date[1],
    }


def verify(token, user, endpoints, port, keys, now, max_age=MAX_AGE):
    """Raises Refused unless `token` (a Token) logs `user` in at one of `endpoints` (those of the address that was
    dialled) and `port`, at the time `now`. `keys`: the known keys by their id."""
    endpoint = _find_endpoint(token, endpoints, port)
    service = "dsql" if endpoint.is_dsql else "rds-db"
    _check_action(token, user, endpoint)
    _check_protocol(token, endpoint.region, service)
    expires = _check_expires(token, MAX_DSQL_EXPIRES if endpoint.is_dsql else MAX_AGE)
    key = _check_key(token, keys)
    _check_age(token, now, expires if endpoint.is_dsql else min(expires, max_age))
    _check_key_expiry(key, now)
    _check_policy(key, f"{service}:{token.get('Action')}", endpoint.arn(user))


def _find_endpoint(token, endpoints, port):
    if not token.slash:
        raise Refused(INVALID, "shape", "no / before the ?: Aurora express clusters refuse that")
    names = {endpoint.name: endpoint for endpoint in endpoints}
    if token.host not in names:
        known = ", ".join(sorted(names)) or "none"
        raise Refused(INVALID, "endpoint", f"signed for {token.host}, the endpoints of this address are: {known}")
    endpoint = names[token.host]
    signed_port = None if endpoint.is_dsql else port
    if token.port != signed_port:
        raise Refused(INVALID, "endpoint", f"signed for port {token.port}, should be {signed_port}")
    return endpoint


def _check_action(token, user, endpoint):
    action = "connect"
    if endpoint.is_dsql:
        action = "DbConnectAdmin" if user == "admin" else "DbConnect"
    if token.get("Action") != action:
        raise Refused(INVALID, "action", f"the action is {token.get('Action')}, should be {action}")
    if not endpoint.is_dsql and token.get("DBUser") != user:
        raise Refused(INVALID, "user", f"signed for the user {token.get('DBUser')!r}, who connects is {user!r}")


def _check_protocol(token, region, service):
    expected = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-SignedHeaders": "host"}
    for name, value in expected.items():
        if token.get(name) != value:
            raise Refused(INVALID, "protocol", f"{name} is {token.get(name)}, should be {value}")
    scope = [token.get("X-Amz-Date")[:8], region, service, "aws4_request"]
    if token.scope != scope:
        raise Refused(INVALID, "scope", f"the scope is {'/'.join(token.scope)}, should be {'/'.join(scope)}")


def _check_expires(token, longest):
    text = token.get("X-Amz-Expires")
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= longest:
        raise Refused(INVALID, "expires", f"X-Amz-Expires is {text}, should be 1 to {longest}")
    return int(text)


def _check_key(token, keys):
    key = keys.get(token.key_id)
    if key is None:
        raise Refused(INVALID, "key", f"the access key {token.key_id} is not known")
    if token.get("X-Amz-Signature") != token.signature(key.secret):
        raise Refused(INVALID, "signature", "the signature is not the one of this request and key")
    if token.parameters.get("X-Amz-Security-Token") != key.session_token:
        raise Refused(INVALID, "session_token", "the session token is not the key's")
    return key


def _check_age(token, now, lifetime):
    age = now - token.signed_at
    if age > lifetime:
        raise Refused(EXPIRED, "age", f"signed {age:.0f} s ago, longer than {lifetime:.0f} s")
    if age < -MAX_SKEW:
        raise Refused(INVALID, "age", f"signed {-age:.0f} s in the future")


def _check_key_expiry(key, now):
    if key.expires_at is not None and now >= key.expires_at:
        raise Refused(EXPIRED, "key_expiry", f"the key {key.id} expired {now - key.expires_at:.0f} s ago")


def _check_policy(key, action, arn):
    if key.policy is None:
        allowed = any(_matches(pattern, arn) for pattern in key.allow)
    else:
        allowed = key.policy.allows(action, arn)
    if not allowed:
        raise Refused(DENIED, "policy", f"the key's policy does not allow {action} on {arn}")


def _matches(pattern, text):
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _parse_query(query):
    parameters = {}
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if not (name and equals and _ENCODED.fullmatch(name) and _ENCODED.fullmatch(value)):
            raise Refused(INVALID, "shape", "the query is not NAME=VALUE&… with RFC 3986 encoding")
        name = _decode(name)
        if name in parameters:
            raise Refused(INVALID, "shape", "a parameter is given twice")
        parameters[name] = _decode(value)
    return parameters


def _parse_date(text):
    if not re.fullmatch(r"\d{8}T\d{6}Z", text):
        raise Refused(INVALID, "shape", "X-Amz-Date is not of the form YYYYMMDDTHHMMSSZ")
    try:
        return timegm(strptime(text, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Refused(INVALID, "shape", "X-Amz-Date is no date") from None


def _decode(text):
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise Refused(INVALID, "shape", "a value is not UTF-8") from None


def _encode(text):
    return quote(text, safe="-._~")
