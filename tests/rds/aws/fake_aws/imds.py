"""The instance metadata service of Amazon EC2.

docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""

import secrets

from .http import Answer, json_answer
from .issue import temporary_key
from .times import rfc3339

_PLAIN = {"Content-Type": "text/plain", "Server": "EC2ws"}
_LEGACY = "/latest/meta-data/iam/security-credentials"
_EXTENDED = "/latest/meta-data/iam/security-credentials-extended"


class Imds:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.enabled = True
        self.extended = True  # the newer paths are there
        self.role = "instance-role"  # None: the instance has none
        self.region = "eu-west-1"
        self.lifetime = 6 * 3600
        self.refuse_with = None  # "AssumeRoleUnauthorizedAccess", …
        self.tokens = {}  # token: when it expires

    def answer(self, request):
        if not self.enabled:
            return Answer(403, "", _PLAIN)
        if request.path == "/latest/api/token":
            return self._token(request)
        if request.method != "GET":
            return Answer(405, "", _PLAIN)
        if "x-forwarded-for" in request.headers:
            return Answer(403, "", _PLAIN)
        token = request.headers.get("x-aws-ec2-metadata-token")
        if token is None:
            request.problem("version 1 of the service was asked")
        if self.tokens.get(token, 0) <= self.now():
            return Answer(401, "", _PLAIN)
        return self._document(request.path.rstrip("/"))

    def expire_tokens(self):
        self.tokens.clear()

    def _token(self, request):
        ttl = request.headers.get("x-aws-ec2-metadata-token-ttl-seconds", "")
        if request.method != "PUT" or not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return Answer(400, "", _PLAIN)
        token = secrets.token_urlsafe(41) + "=="
        self.tokens[token] = self.now() + int(ttl)
        return Answer(200, token, _PLAIN | {"X-aws-ec2-metadata-token-ttl-seconds": ttl})

    def _document(self, path):
        if path == "/latest/meta-data/placement/region":
            return Answer(200, self.region, _PLAIN)
        extended = path.startswith(_EXTENDED)
        if self.role is None or (extended and not self.extended):
            return Answer(404, "<html><h1>404 - Not Found</h1></html>", {"Content-Type": "text/html"})
        base = _EXTENDED if extended else _LEGACY
        if path == base:
            return Answer(200, self.role, _PLAIN)
        if path != f"{base}/{self.role}":
            return Answer(404, "<html><h1>404 - Not Found</h1></html>", {"Content-Type": "text/html"})
        if self.refuse_with:
            refusal = {"Code": self.refuse_with, "Message": "EC2 cannot assume the role instance-role."}
            return json_answer(refusal | {"LastUpdated": rfc3339(self.now())})
        arn = f"arn:aws:sts::123456789012:assumed-role/{self.role}/i-0123456789abcdef0"
        key = temporary_key(self.keys, arn, int(self.now()) + self.lifetime, f"instance role {self.role}")
        answer = {
            "Code": "Success",
            "LastUpdated": rfc3339(self.now()),
            "Type": "AWS-HMAC",
            "AccessKeyId": key.id,
            "SecretAccessKey": key.secret,
            "Token": key.session_token,
            "Expiration": rfc3339(key.expires_at),
        }
        if extended:
            answer["AccountId"] = "123456789012"
        return json_answer(answer, **{"Content-Type": "text/plain"})
