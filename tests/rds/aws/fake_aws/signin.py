"""AWS sign-in: the refresh of sessions that `aws login` began, proven with DPoP (RFC 9449)."""

import base64
import json
import secrets
import subprocess
import tempfile
from pathlib import Path

from .http import json_answer
from .issue import temporary_key

_P256_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
_MAX_AGE = 300  # seconds


class Signin:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.refresh_tokens = {}  # the token: (x, y) of the key that it is bound to, or None until the first use
        self.refuse_with = None  # "TOKEN_EXPIRED", …
        self.lifetime = 900
        self._seen = set()  # of jti

    def add_session(self, refresh_token):
        self.refresh_tokens[refresh_token] = None

    def answer(self, request):
        if request.method != "POST" or request.path != "/v1/token":
            request.problem(f"{request.method} {request.path} instead of POST /v1/token")
            return _refusal(400, "ValidationException", "INVALID_REQUEST")
        if "authorization" in request.headers:
            request.problem("CreateOAuth2Token is not signed")
        body = request.json
        try:
            owner = self._check_proof(request)
        except Exception as error:  # whatever is wrong with it, it proves nothing
            request.problem(f"DPoP: {error}")
            return _refusal(400, "ValidationException", "INVALID_REQUEST")
        if self.refuse_with:
            return _refusal(403, "AccessDeniedException", self.refuse_with)
        token = body.get("refreshToken")
        if body.get("grantType") != "refresh_token" or not body.get("clientId"):
            return _refusal(400, "ValidationException", "INVALID_REQUEST")
        if token not in self.refresh_tokens or self.refresh_tokens[token] not in (None, owner):
            return _refusal(403, "AccessDeniedException", "TOKEN_EXPIRED")
        del self.refresh_tokens[token]  # good for one use
        following = secrets.token_urlsafe(60)
        self.refresh_tokens[following] = owner
        arn = "arn:aws:sts::123456789012:assumed-role/Console/ann"
        key = temporary_key(self.keys, arn, int(self.now()) + self.lifetime, "login session")
        return json_answer(
            {
                "accessToken": {
                    "accessKeyId": key.id,
                    "secretAccessKey": key.secret,
                    "sessionToken": key.session_token,
                },
                "tokenType": "aws_sigv4",
                "expiresIn": self.lifetime,
                "refreshToken": following,
                "idToken": "eyJhbGciOiJub25lIn0.e30.",
            }
        )

    def _check_proof(self, request):
        header, payload, signature = request.headers["dpop"].split(".")
        head, claims = (json.loads(_decode(part)) for part in (header, payload))
        if (head["typ"], head["alg"]) != ("dpop+jwt", "ES256"):
            raise ValueError("typ or alg is wrong")
        jwk = head["jwk"]
        if (jwk["kty"], jwk["crv"]) != ("EC", "P-256") or "d" in jwk:
            raise ValueError("the key is not a public one on P-256")
        if claims["htm"] != "POST" or not claims["htu"].endswith("/v1/token"):
            raise ValueError("htm or htu is wrong")
        if request.headers["host"] not in claims["htu"]:
            raise ValueError(f"htu is {claims['htu']}, which is not here")
        if abs(claims["iat"] - self.now()) > _MAX_AGE or claims["jti"] in self._seen:
            raise ValueError("the proof is old or was used before")
        self._seen.add(claims["jti"])
        _verify(_decode(jwk["x"]), _decode(jwk["y"]), f"{header}.{payload}".encode(), _decode(signature))
        return jwk["x"], jwk["y"]


def _decode(text):
    if "=" in text or "+" in text or "/" in text:
        raise ValueError("not base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verify(x, y, message, signature):
    """Raises unless `signature` (r||s, 64 bytes) is that of `message` by the key (x, y) on P-256."""
    if len(signature) != 64 or len(x) != 32 or len(y) != 32:
        raise ValueError("a number is not 32 bytes long")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "key.der").write_bytes(_P256_SPKI + b"\x04" + x + y)
        (work / "signature").write_bytes(_der(signature[:32], signature[32:]))
        command = ["openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", "key.der", "-signature", "signature"]
        done = subprocess.run(command, cwd=work, input=message, capture_output=True)
    if done.returncode != 0:
        raise ValueError("the signature is wrong")


def _der(r, s):
    def integer(number):
        number = number.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        return b"\x02" + bytes([len(number)]) + number

    body = integer(r) + integer(s)
    return b"\x30" + bytes([len(body)]) + body


def _refusal(status, exception, error):
    body = {"error": error, "message": f"refused: {error}"}
    return json_answer(body, status, **{"x-amzn-ErrorType": exception})
