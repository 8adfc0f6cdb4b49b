"""STS, IAM Identity Center (portal and OIDC) and AWS sign-in on one loopback port, told apart by
path. They check what they are sent: form, signature, bearer, proof. The access key id that they hand
out says how it was come by, so that two clients with the same id took the same way."""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils


def secret_of(access_key_id):
    return f"secret of {access_key_id}"


def expiration(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signer_of(request):
    """The access key id that signed the request; ValueError if the signature is not right."""
    algorithm, _, rest = request.headers["Authorization"].partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    access_key_id, day, region, service, last = fields["Credential"].split("/")
    names = fields["SignedHeaders"].split(";")
    if algorithm != "AWS4-HMAC-SHA256" or service != "sts" or last != "aws4_request":
        raise ValueError("not a signature for STS")
    if not {"host", "x-amz-date"} <= set(names):
        raise ValueError("host and x-amz-date are not signed")
    path, _, query = request.path.partition("?")
    canonical = "\n".join([request.command, path, query, *(
        f"{name}:{' '.join(request.headers[name].split())}" for name in names), "", fields["SignedHeaders"],
        hashlib.sha256(request.body).hexdigest()])
    scope = f"{day}/{region}/{service}/{last}"
    to_sign = "\n".join([algorithm, request.headers["X-Amz-Date"], scope,
                         hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret_of(access_key_id)).encode()
    for part in (day, region, service, last):
        key = _hmac(key, part)
    if not hmac.compare_digest(_hmac(key, to_sign).hex(), fields["Signature"]):
        raise ValueError("the signature is wrong")
    token = request.headers.get("X-Amz-Security-Token", "")
    if token != ("" if access_key_id.startswith("AKIA") else f"token of {access_key_id}"):
        raise ValueError("the session token is wrong")
    return access_key_id


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check_proof(proof, url, used):
    """RFC 9449, section 4.3; returns the public key's x. ValueError if it is not right."""
    head, body, signature = proof.split(".")
    header, payload = json.loads(_decode(head)), json.loads(_decode(body))
    if header["typ"] != "dpop+jwt" or header["alg"] != "ES256" or "d" in header["jwk"]:
        raise ValueError("not a DPoP proof")
    if payload["htm"] != "POST" or payload["htu"] != url or abs(payload["iat"] - time.time()) > 60:
        raise ValueError(f"a proof for something else: {payload}")
    if payload["jti"] in used:
        raise ValueError("the proof was used before")
    used.add(payload["jti"])
    x, y, raw = _decode(header["jwk"]["x"]), _decode(header["jwk"]["y"]), _decode(signature)
    if (len(x), len(y), len(raw)) != (32, 32, 64):
        raise ValueError("numbers of the wrong length")
    numbers = [int.from_bytes(part, "big") for part in (x, y, raw[:32], raw[32:])]
    key = ec.EllipticCurvePublicNumbers(numbers[0], numbers[1], ec.SECP256R1()).public_key()
    key.verify(utils.encode_dss_signature(numbers[2], numbers[3]), f"{head}.{body}".encode(),
               ec.ECDSA(hashes.SHA256()))
    return header["jwk"]["x"]


class FakeAws:
    """`fail[path or action]` is a list of (status, body) or callables(request) that are answered
    first; `delay[action]` is in seconds."""

    def __init__(self):
        self.requests = []          # (what, detail)
        self.fail, self.delay = {}, {}
        self.faults = []            # what was wrong with what was sent
        self.sso_tokens = {"sso-token"}
        self.refresh_tokens = {"sso-refresh"}
        self.login_refresh_tokens = {"login-refresh"}
        self.proofs = set()
        self.pending_polls = 0
        self.mfa_code = "123456"
        self.lock = threading.Lock()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body, **headers):
                body = body if isinstance(body, bytes) else body.encode()
                self.send_response(status)
                for name, value in {"Content-Type": "text/plain", "Content-Length": str(len(body)),
                                    **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fake.serve(self)

            do_GET = do_PUT = do_POST

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def count(self, what):
        return sum(1 for seen, _ in self.requests if seen == what)

    def serve(self, request):
        path = request.path.partition("?")[0]
        form = dict(urllib.parse.parse_qsl(request.body.decode("latin-1"), strict_parsing=False))
        what = form.get("Action", path) if path == "/" else path
        with self.lock:
            self.requests.append((what, form or request.path))
            planned = self.fail.get(what) or []
            failure = planned.pop(0) if planned else None
        time.sleep(self.delay.get(what, 0))
        try:
            if callable(failure):
                failure(request)
            elif failure:
                request.answer(*failure)
            else:
                serve = {"AssumeRole": self.assume_role, "AssumeRoleWithWebIdentity": self.web_identity,
                         "/federation/credentials": self.role_credentials, "/token": self.sso_token,
                         "/client/register": self.register, "/device_authorization": self.device,
                         "/v1/token": self.login_token}[what]
                serve(request, form)
        except (KeyError, ValueError, TypeError) as fault:
            self.faults.append(f"{what}: {fault!r}")
            request.answer(400, f"{fault!r}")

    # STS

    def _role(self, request, form, action, by):
        role = form["RoleArn"].rsplit("/", 1)[1]
        account = form["RoleArn"].split(":")[4]
        marks = "".join(f"+{form[key]}" for key in ("ExternalId", "SerialNumber") if key in form)
        access_key_id = f"ASIA.{role}{marks}.by.{by}"
        seconds = int(form.get("DurationSeconds", 3600))
        request.answer(200, f"""<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <{action}Result><AssumedRoleUser><AssumedRoleId>AROA:{form['RoleSessionName']}</AssumedRoleId>
      <Arn>arn:aws:sts::{account}:assumed-role/{role}/{form['RoleSessionName']}</Arn></AssumedRoleUser>
    <Credentials><AccessKeyId>{access_key_id}</AccessKeyId>
      <SecretAccessKey>{secret_of(access_key_id)}</SecretAccessKey>
      <SessionToken>token of {access_key_id}</SessionToken><Expiration>{expiration(seconds)}</Expiration>
    </Credentials></{action}Result>
  <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{action}Response>""",
                       Content_Type="text/xml")

    def _refuse(self, request, code, message):
        request.answer(403, f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}"
                            f"</Message></Error><RequestId>r-2</RequestId></ErrorResponse>", Content_Type="text/xml")

    def assume_role(self, request, form):
        by = signer_of(request)
        if form.get("TokenCode", self.mfa_code) != self.mfa_code:
            return self._refuse(request, "AccessDenied",
                                "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
        return self._role(request, form, "AssumeRole", by)

    def web_identity(self, request, form):
        if "Authorization" in request.headers:
            raise ValueError("a web identity is not signed for")
        return self._role(request, form, "AssumeRoleWithWebIdentity", form["WebIdentityToken"])

    # IAM Identity Center

    def role_credentials(self, request, _):
        query = dict(urllib.parse.parse_qsl(request.path.partition("?")[2]))
        token = request.headers["x-amz-sso_bearer_token"]
        if token not in self.sso_tokens:
            return request.answer(401, '{"message":"Session token not found or invalid"}',
                                  x_amzn_ErrorType="UnauthorizedException")
        access_key_id = f"ASIA.{query['account_id']}.{query['role_name']}.by.{token}"
        return request.answer(200, json.dumps({"roleCredentials": {
            "accessKeyId": access_key_id, "secretAccessKey": secret_of(access_key_id),
            "sessionToken": f"token of {access_key_id}", "expiration": int(time.time() + 3600) * 1000}}))

    def sso_token(self, request, _):
        asked = json.loads(request.body)
        if (asked["clientId"], asked["clientSecret"]) != ("client", "client secret"):
            raise ValueError("not the registered client")
        if asked["grantType"] == "refresh_token":
            if asked["refreshToken"] not in self.refresh_tokens:
                return request.answer(400, '{"error":"invalid_grant","error_description":"Invalid refresh token"}',
                                      x_amzn_ErrorType="InvalidGrantException")
            self.refresh_tokens.discard(asked["refreshToken"])  # good for one refresh
        elif asked["grantType"] != "urn:ietf:params:oauth:grant-type:device_code" or asked["deviceCode"] != "device":
            raise ValueError("not a grant that was given")
        elif self.pending_polls > 0:
            self.pending_polls -= 1
            return request.answer(400, '{"error":"authorization_pending"}',
                                  x_amzn_ErrorType="AuthorizationPendingException")
        with self.lock:
            number = len(self.sso_tokens)
            token, refresh = f"sso-token-{number}", f"sso-refresh-{number}"
            self.sso_tokens.add(token)
            self.refresh_tokens.add(refresh)
        return request.answer(200, json.dumps({"accessToken": token, "expiresIn": 28800, "tokenType": "Bearer",
                                               "refreshToken": refresh}))

    def register(self, request, _):
        asked = json.loads(request.body)
        if asked["clientType"] != "public" or not asked["clientName"]:
            raise ValueError("not a public client")
        request.answer(200, json.dumps({"clientId": "client", "clientSecret": "client secret",
                                        "clientSecretExpiresAt": int(time.time()) + 90 * 86400}))

    def device(self, request, _):
        asked = json.loads(request.body)
        if asked["clientId"] != "client" or not asked["startUrl"].startswith("https://"):
            raise ValueError("not the registered client")
        request.answer(200, json.dumps({"deviceCode": "device", "userCode": "ABCD-EFGH", "interval": 1,
                                        "verificationUri": "https://device.example",
                                        "verificationUriComplete": "https://device.example?user_code=ABCD-EFGH",
                                        "expiresIn": 600}))

    # aws login

    def login_token(self, request, _):
        asked = json.loads(request.body)
        check_proof(request.headers["DPoP"], self.url + "/v1/token", self.proofs)
        with self.lock:
            known = asked["refreshToken"] in self.login_refresh_tokens
            self.login_refresh_tokens.discard(asked["refreshToken"])
            refresh = f"login-refresh-{len(self.proofs)}"
            self.login_refresh_tokens.add(refresh)
        if asked["grantType"] != "refresh_token" or not asked["clientId"].startswith("arn:aws:signin:::devtools/"):
            raise ValueError("not a refresh")
        if not known:
            return request.answer(400, '{"error":"TOKEN_EXPIRED","message":"The refresh token has expired."}',
                                  x_amzn_ErrorType="AccessDeniedException")
        access_key_id = f"ASIA.login.{len(self.proofs)}"
        return request.answer(200, json.dumps({
            "accessToken": {"accessKeyId": access_key_id, "secretAccessKey": secret_of(access_key_id),
                            "sessionToken": f"token of {access_key_id}"},
            "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": refresh}))
