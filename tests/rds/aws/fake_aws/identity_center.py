"""IAM Identity Center: the portal that hands out role credentials, and OIDC, which hands out access tokens.

docs.aws.amazon.com/singlesignon/latest/PortalAPIReference and …/OIDCAPIReference
"""

from __future__ import annotations  # Python 3.9, of Debian 11

import secrets
from dataclasses import dataclass, field

from .http import json_answer
from .issue import temporary_key


@dataclass
class Session:
    """What a person's sign-in is worth. Epoch seconds in `expires_at`."""

    access_token: str
    expires_at: float
    refresh_token: str | None = None
    roles: dict = field(default_factory=dict)  # (account, role name): lifetime of its credentials


class IdentityCenter:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.roles = {("123456789012", "Developer"): 3600}
        self.sessions = {}  # by access token
        self.clients = {}  # id: secret
        self.start_url = "https://example.awsapps.com/start"
        self.devices = {}  # device code: how often to say "pending" before the person is done
        self.pending = 1
        self.slow_down = 0
        self.token_lifetime = 3600

    def add_session(self, access_token, lifetime=3600, refresh_token=None, client=None):
        """A sign-in that has been done before; `client` is (id, secret)."""
        self.sessions[access_token] = Session(access_token, self.now() + lifetime, refresh_token)
        if client:
            self.clients[client[0]] = client[1]

    def answer_portal(self, request):
        if request.method != "GET" or request.path != "/federation/credentials":
            request.problem(f"{request.method} {request.path} is unknown to the portal")
            return _refusal(404, "ResourceNotFoundException", "Not found")
        if "authorization" in request.headers:
            request.problem("GetRoleCredentials is not signed")
        session = self.sessions.get(request.headers.get("x-amz-sso_bearer_token"))
        if session is None or session.expires_at <= self.now():
            return _refusal(401, "UnauthorizedException", "Session token not found or invalid")
        wanted = (request.parameters.get("account_id"), request.parameters.get("role_name"))
        if wanted not in self.roles:
            return _refusal(403, "ForbiddenException", "No access")
        arn = f"arn:aws:sts::{wanted[0]}:assumed-role/AWSReservedSSO_{wanted[1]}/ann"
        origin = f"role {wanted[1]} in {wanted[0]} by sign-in"
        key = temporary_key(self.keys, arn, int(self.now()) + self.roles[wanted], origin)
        return json_answer(
            {
                "roleCredentials": {
                    "accessKeyId": key.id,
                    "secretAccessKey": key.secret,
                    "sessionToken": key.session_token,
                    "expiration": key.expires_at * 1000,
                }
            }
        )

    def answer_oidc(self, request):
        actions = {
            "/client/register": self._register,
            "/device_authorization": self._authorize_device,
            "/token": self._token,
        }
        if request.method != "POST" or request.path not in actions:
            request.problem(f"{request.method} {request.path} is unknown to OIDC")
            return _refusal(404, "ResourceNotFoundException", "Not found")
        if "authorization" in request.headers:
            request.problem("OIDC's operations are not signed")
        if not request.headers.get("content-type", "").startswith("application/json"):
            request.problem("the content type is not application/json")
        return actions[request.path](request, request.json)

    def _register(self, request, body):
        if body.get("clientType") != "public" or not body.get("clientName"):
            return _refusal(400, "InvalidClientMetadataException", "clientName and clientType are needed")
        client, secret = secrets.token_urlsafe(12), secrets.token_urlsafe(60)
        self.clients[client] = secret
        issued = int(self.now())
        return json_answer(
            {
                "clientId": client,
                "clientSecret": secret,
                "clientIdIssuedAt": issued,
                "clientSecretExpiresAt": issued + 90 * 86400,
            }
        )

    def _authorize_device(self, request, body):
        if not self._knows_client(body):
            return _refusal(401, "InvalidClientException", "unknown client", error="invalid_client")
        if body.get("startUrl") != self.start_url:
            return _refusal(400, "InvalidRequestException", "unknown start URL", error="invalid_request")
        device = secrets.token_urlsafe(20)
        self.devices[device] = self.pending
        page = "https://device.sso.us-east-1.amazonaws.com/"
        return json_answer(
            {
                "deviceCode": device,
                "userCode": "ABCD-EFGH",
                "verificationUri": page,
                "verificationUriComplete": page + "?user_code=ABCD-EFGH",
                "expiresIn": 600,
                "interval": 1,
            }
        )

    def _token(self, request, body):
        if not self._knows_client(body):
            return _refusal(401, "InvalidClientException", "unknown client", error="invalid_client")
        if body.get("grantType") == "refresh_token":
            return self._refresh(body)
        if body.get("grantType") == "urn:ietf:params:oauth:grant-type:device_code":
            return self._poll(body)
        return _refusal(400, "UnsupportedGrantTypeException", "unknown grant", error="unsupported_grant_type")

    def _refresh(self, body):
        for session in list(self.sessions.values()):
            if session.refresh_token and session.refresh_token == body.get("refreshToken"):
                del self.sessions[session.access_token]
                return self._sign_in()
        return _refusal(400, "InvalidGrantException", "the refresh token is not valid", error="invalid_grant")

    def _poll(self, body):
        device = body.get("deviceCode")
        if device not in self.devices:
            return _refusal(400, "InvalidGrantException", "unknown device code", error="invalid_grant")
        if self.slow_down > 0:
            self.slow_down -= 1
            return _refusal(400, "SlowDownException", "too fast", error="slow_down")
        if self.devices[device] > 0:
            self.devices[device] -= 1
            return _refusal(400, "AuthorizationPendingException", "not yet", error="authorization_pending")
        del self.devices[device]
        return self._sign_in()

    def _sign_in(self):
        token, refresh = "aoa" + secrets.token_urlsafe(100), "aor" + secrets.token_urlsafe(100)
        self.sessions[token] = Session(token, self.now() + self.token_lifetime, refresh)
        return json_answer(
            {
                "accessToken": token,
                "tokenType": "Bearer",
                "expiresIn": self.token_lifetime,
                "refreshToken": refresh,
            }
        )

    def _knows_client(self, body):
        client = body.get("clientId")
        return client in self.clients and self.clients[client] == body.get("clientSecret")


def _refusal(status, exception, message, error=None):
    body = {"message": message} if error is None else {"error": error, "error_description": message}
    return json_answer(body, status, **{"x-amzn-ErrorType": exception})
