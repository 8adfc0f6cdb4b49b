"""Credentials that the services know, and the check of requests that are signed with them.

Written from "Create a signed AWS API request" (Signature Version 4), independent of every signer.
"""

from __future__ import annotations  # Python 3.9, of Debian 11

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import quote, unquote

MAX_SKEW = 300  # seconds

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<scope>\d{8}/[^/]+/[^/]+/aws4_request), "
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass
class Key:
    """Epoch seconds in `expires_at`; None: never. `origin`: by which way it was come by, "role R by AKID"."""

    id: str
    secret: str
    session_token: str | None = None
    expires_at: float | None = None
    arn: str = "arn:aws:iam::123456789012:user/ann"
    origin: str = ""

    def __post_init__(self):
        self.origin = self.origin or self.id


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def signer_of(request, keys, service, region, now):
    """The Key that signed the request. Refused with the code that AWS has for what is wrong. `region` None: any."""
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if not match:
        raise Refused("MissingAuthenticationToken", "no SigV4 Authorization header")
    key = keys.get(match["id"])
    if key is None:
        raise Refused("InvalidClientTokenId", "The security token included in the request is invalid.")
    date = request.headers.get("x-amz-date", "")
    day, *scope = match["scope"].split("/")
    if scope[1:] != [service, "aws4_request"] or not date.startswith(day) or region not in (None, scope[0]):
        raise Refused("SignatureDoesNotMatch", f"Credential should be scoped to {day}/{region}/{service}")
    names = match["headers"].split(";")
    if names != sorted(set(names)) or not {"host", "x-amz-date"} <= set(names):
        raise Refused("SignatureDoesNotMatch", "host and x-amz-date must be signed, headers sorted")
    if request.body and "content-type" not in names and "content-type" in request.headers:
        request.problem("the content type is not signed")
    if not hmac.compare_digest(_signature(request, key, names, date, [day, *scope]), match["signature"]):
        raise Refused("SignatureDoesNotMatch", "The request signature we calculated does not match")
    _check_date(date, now)
    if request.headers.get("x-amz-security-token") != key.session_token:
        raise Refused("InvalidClientTokenId", "The security token included in the request is invalid.")
    if key.expires_at is not None and key.expires_at <= now:
        raise Refused("ExpiredToken", "The security token included in the request is expired")
    return key


def _check_date(date, now):
    signed = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
    if abs(signed - now) > MAX_SKEW:
        late = "expired" if signed < now else "not yet current"
        raise Refused("SignatureDoesNotMatch", f"Signature {late}: {date} is not near the service's time")


def _signature(request, key, names, date, scope):
    # Names are encoded already; the encoding is made anew, so that only the right one passes.
    query = sorted(
        tuple(quote(unquote(part), safe="-._~") for part in pair.partition("=")[::2])
        for pair in request.query.split("&")
        if pair
    )
    lines = [
        request.method,
        quote(unquote(request.path), safe="/-._~"),
        "&".join(f"{name}={value}" for name, value in query),
        *(f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in names),
        "",
        ";".join(names),
        hashlib.sha256(request.body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{date}\n{'/'.join(scope)}\n{digest}"
    secret = b"AWS4" + key.secret.encode()
    for part in scope:
        secret = hmac.digest(secret, part.encode(), "sha256")
    return hmac.digest(secret, to_sign.encode(), "sha256").hex()
