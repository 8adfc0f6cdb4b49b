"""STS: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity (query protocol, XML answers).

docs.aws.amazon.com/STS/latest/APIReference
"""

import re
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from .http import Answer
from .issue import temporary_key
from .keys import Refused, signer_of
from .times import rfc3339

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
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
        request_id = str(uuid.uuid4())
        try:
            return self._answer(request, request_id)
        except Refused as refused:
            status = 403 if refused.code in ("AccessDenied", "ExpiredToken", "SignatureDoesNotMatch") else 400
            body = (
                f'<ErrorResponse xmlns="{_NAMESPACE}">\n  <Error>\n    <Type>Sender</Type>\n'
                f"    <Code>{refused.code}</Code>\n    <Message>{escape(str(refused))}</Message>\n  </Error>\n"
                f"  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
            )
            return Answer(status, body, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id})

    def _answer(self, request, request_id):
        if request.method != "POST" or request.path != "/":
            request.problem(f"{request.method} {request.path} instead of POST /")
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            request.problem("the content type is not application/x-www-form-urlencoded")
        form = request.form
        action = form.pop("Action", "")
        if form.pop("Version", "") != "2011-06-15" or action not in _KNOWN:
            raise Refused("InvalidAction", f"Could not find operation {action} for version 2011-06-15")
        for name in form.keys() - _KNOWN[action]:
            request.problem(f"the parameter {name} was not asked for")
        result = getattr(self, f"_{action}")(request, form)
        body = (
            f'<{action}Response xmlns="{_NAMESPACE}">\n  <{action}Result>\n{result}  </{action}Result>\n'
            f"  <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n"
            f"</{action}Response>\n"
        )
        return Answer(200, body, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id})

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
        return f"    <Arn>{signer.arn}</Arn>\n    <Account>{signer.arn.split(':')[4]}</Account>\n"

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
        return (
            f"    <AssumedRoleUser>\n      <AssumedRoleId>AROAEXAMPLE:{form['RoleSessionName']}</AssumedRoleId>\n"
            f"      <Arn>{key.arn}</Arn>\n    </AssumedRoleUser>\n    <Credentials>\n"
            f"      <AccessKeyId>{key.id}</AccessKeyId>\n      <SecretAccessKey>{escape(key.secret)}</SecretAccessKey>\n"
            f"      <SessionToken>{escape(key.session_token)}</SessionToken>\n"
            f"      <Expiration>{rfc3339(key.expires_at)}</Expiration>\n    </Credentials>\n"
        )
