"""STS: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity (query protocol, XML answers).

docs.aws.amazon.com/STS/latest/APIReference
"""

from __future__ import annotations  # Python 3.9, of Debian 11

import re
from dataclasses import dataclass

from . import query
from .issue import temporary_key
from .keys import Refused, signer_of
from .times import rfc3339

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
_KNOWN = {
    "AssumeRole": {"RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "SerialNumber", "TokenCode"},
    "AssumeRoleWithWebIdentity": {"RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds"},
    "GetCallerIdentity": set(),
}


@dataclass
class Role:
    """`trusts`: ARNs that may assume it (None: all); `web_token`: the only web identity token that may."""

    arn: str
    trusts: list | None = None
    external_id: str | None = None
    mfa_serial: str | None = None
    mfa_code: str | None = None
    web_token: str | None = None
    lifetime: int = 3600


class Sts:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.roles = {}
        self.region = None  # the only one that signatures may be for; None: any

    def add_role(self, arn, **facts):
        self.roles[arn] = Role(arn, **facts)

    def answer(self, request):
        actions = {action: (known, getattr(self, f"_{action}")) for action, known in _KNOWN.items()}
        return query.answer(request, "https://sts.amazonaws.com/doc/2011-06-15/", "2011-06-15", actions)

    def _AssumeRole(self, request, form):
        signer = signer_of(request, self.keys, "sts", self.region, self.now())
        role = self._role(form)
        denied = Refused("AccessDenied", f"User: {signer.arn} is not authorized to perform: sts:AssumeRole")
        if role.trusts is not None and signer.arn not in role.trusts:
            raise denied
        if role.web_token is not None or form.get("ExternalId") != role.external_id:
            raise denied
        if role.mfa_serial is not None and form.get("SerialNumber") != role.mfa_serial:
            raise denied
        if role.mfa_code is not None and form.get("TokenCode") != role.mfa_code:
            raise Refused("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
        return self._issue(role, form, signer.origin)

    def _AssumeRoleWithWebIdentity(self, request, form):
        if "authorization" in request.headers:
            request.problem("AssumeRoleWithWebIdentity is not signed")
        role = self._role(form)
        if not 4 <= len(form.get("WebIdentityToken", "")) <= 20000:
            raise Refused("ValidationError", "WebIdentityToken has an impossible length")
        if form["WebIdentityToken"] != role.web_token:
            raise Refused("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider")
        return self._issue(role, form, "web identity")

    def _GetCallerIdentity(self, request, form):
        signer = signer_of(request, self.keys, "sts", self.region, self.now())
        return {"Arn": signer.arn, "Account": signer.arn.split(":")[4]}

    def _role(self, form):
        if not _SESSION_NAME.fullmatch(form.get("RoleSessionName", "")):
            raise Refused("ValidationError", "RoleSessionName does not satisfy the pattern")
        duration = form.get("DurationSeconds", "3600")
        if not duration.isdigit() or not 900 <= int(duration) <= 43200:
            raise Refused("ValidationError", "DurationSeconds is out of range")
        if form.get("RoleArn") not in self.roles:
            raise Refused("AccessDenied", f"nobody may assume {form.get('RoleArn')}")
        return self.roles[form["RoleArn"]]

    def _issue(self, role, form, by):
        lifetime = int(form.get("DurationSeconds", role.lifetime))
        account, name = role.arn.split(":")[4], role.arn.split("/")[-1]
        arn = f"arn:aws:sts::{account}:assumed-role/{name}/{form['RoleSessionName']}"
        key = temporary_key(self.keys, arn, int(self.now()) + lifetime, f"role {name} by {by}")
        return {
            "AssumedRoleUser": {"AssumedRoleId": f"AROAEXAMPLE:{form['RoleSessionName']}", "Arn": key.arn},
            "Credentials": {
                "AccessKeyId": key.id,
                "SecretAccessKey": key.secret,
                "SessionToken": key.session_token,
                "Expiration": rfc3339(key.expires_at),
            },
        }
