"""Profiles, processes, roles, web identities, containers, instances, sign-ins."""

import hashlib
import socket
import threading

from world import ACCOUNT, CLOSED_ROLE, KEY, OUTSIDE_ROLE, ROLE, SECRET, Seed

NO_ENV = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
BASE = f"[profile base]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
SSO = "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n"
SIGN_IN = "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\n"


def seed(kind, title, expect, config="", env=(), profile="dev", says="", **more):
    files = {".aws/config": config} | more.pop("files", {}) if config else more.pop("files", {})
    chosen = {"AWS_PROFILE": profile} if profile else {}
    return Seed(kind, title, expect, env=NO_ENV | chosen | dict(env), files=files, says=says, **more)


def profile(title, expect, config, **more):
    return seed("profiles", title, expect, config, **more)


def process(title, expect, command, **more):
    return seed("processes", title, expect, f"[profile dev]\ncredential_process = {command}\n", **more)


def role(title, expect, arn=ROLE, base=BASE, lines="", source="source_profile = base", **more):
    return seed("roles", title, expect, f"[profile dev]\nrole_arn = {arn}\n{source}\n{lines}{base}", **more)


def web(title, expect, files, env=(), **more):
    variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": ROLE} | dict(env)
    return seed("web identity, containers, instances", title, expect, env=variables, files=files, profile=None, **more)


def metadata(title, expect, alone=None, env=(), **more):
    variables = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{imds}", "AWS_EC2_METADATA_DISABLED": None} | dict(env)
    return seed("web identity, containers, instances", title, expect, env=variables, profile=None, alone=alone, **more)


def container(title, expect, alone=None, env=(), **more):
    variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{container}/v2/credentials/task"} | dict(env)
    return seed("web identity, containers, instances", title, expect, env=variables, profile=None, alone=alone, **more)


def imds(**changes):
    def script(world):
        before = {name: getattr(world.aws.imds, name) for name in changes}
        for name, value in changes.items():
            setattr(world.aws.imds, name, value)
        return lambda: [setattr(world.aws.imds, name, value) for name, value in before.items()]

    return script


def container_wants(world):
    world.aws.container.authorization = "Bearer canaryP"
    return lambda: setattr(world.aws.container, "authorization", None)


PROXY = {"AWS_ENDPOINT_URL_STS": "https://sts.example:443", "HTTPS_PROXY": "http://127.0.0.1:5498"}


def proxy(answer):
    """A proxy that answers everybody so."""

    def start(world):
        listener = socket.create_server(("127.0.0.1", 5498))

        def serve():
            try:
                while True:
                    client, _ = listener.accept()
                    with client:
                        client.recv(4096)
                        client.sendall(answer)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        return lambda: (listener.shutdown(socket.SHUT_RDWR), listener.close())

    return start


def fault(service, kind, **more):
    return lambda world: (world.aws.fault(service, kind, count=9, **more), world.aws.clear)[1]


def sso_file(access_token="canaryPsso", ends="2099-01-01T00:00:00Z"):
    name = hashlib.sha1(b"corp").hexdigest()
    body = f'{{"startUrl": "https://example.awsapps.com/start", "region": "eu-west-1", "accessToken": "{access_token}", "expiresAt": "{ends}"}}'
    return {f".aws/sso/cache/{name}.json": body}


NOT_FOUND = "no_credentials configuration"
SEEDS = [
    profile("the profile is misspelt", NOT_FOUND, "[profile dve]\n" + BASE[15:], says="dev"),
    profile("[dev] stands in config", NOT_FOUND, BASE.replace("profile base", "dev"), says="[profile NAME]"),
    profile("the profile is empty", NOT_FOUND, "[profile dev]\nregion = eu-west-1\n", says="dev"),
    profile("no file has the profile", NOT_FOUND, "[profile other]\nregion = x\n", says="dev"),
    profile("a line is not a setting", NOT_FOUND, "[profile dev]\nthis is no setting\n", says="config:2"),
    profile("a bracket is missing", NOT_FOUND, "[profile dev\naws_access_key_id = x\n"),
    profile("the profile of an option is unknown", NOT_FOUND, BASE, profile=None, words=("--profile", "nix"), says="nix"),
    profile("the profile of a rule is unknown", NOT_FOUND, BASE, profile=None, says="nix",
            files={".config/pgiam/pgiam.conf": "[connection orders]\nhost = orders.*\nprofile = nix\n"}),
    profile("AWS_CONFIG_FILE names nothing", NOT_FOUND, BASE, env={"AWS_CONFIG_FILE": "{home}/nix"}),
    profile("nothing is set up at all", NOT_FOUND, "", profile=None, says="AWS_ACCESS_KEY_ID"),
    process("the program is not there", "no_credentials credentials_denied configuration", "/nonexistent/tool", says="/nonexistent/tool"),
    process("it ends with an error", "no_credentials credentials_denied configuration", "sh -c 'echo not today >&2; exit 3'", says="3"),
    process("it prints no JSON", "no_credentials cloud_unreachable credentials_denied configuration", "echo hello", says="JSON"),
    process("it prints no version", "no_credentials cloud_unreachable credentials_denied configuration", "echo '{}'", says="version"),
    process("it prints nothing", "no_credentials cloud_unreachable credentials_denied configuration", "true"),
    process("it prints credentials that expired", "no_credentials cloud_unreachable credentials_denied configuration expired_credentials",
            "echo '{\"Version\": 1, \"AccessKeyId\": \"ASIAX\", \"SecretAccessKey\": \"canaryP\", \"SessionToken\": \"canaryP\", \"Expiration\": \"2020-01-01T00:00:00Z\"}'", says="expired"),
    role("nobody may assume it", "credentials_denied", CLOSED_ROLE, says="trust policy"),
    role("it wants an external id", "credentials_denied", OUTSIDE_ROLE, says="external_id"),
    role("the external id is wrong", "credentials_denied", OUTSIDE_ROLE, lines="external_id = wrong\n", says="external_id"),
    role("there is no such role", "credentials_denied", ROLE + "nix", says=ROLE + "nix"),
    role("the base key is dead", "credentials_denied", base=BASE.replace(KEY, "AKIAEXAMPLEEXAMPLE99"), says="base"),
    role("the base secret is wrong", "credentials_denied", base=BASE.replace(SECRET, SECRET[:-1] + "Q"), says="base"),
    role("the base profile is missing", NOT_FOUND, base="", says="base"),
    role("the profiles go in a circle", NOT_FOUND, base="[profile base]\nrole_arn = x\nsource_profile = dev\n"),
    role("there is no source", NOT_FOUND, source="", says="source_profile"),
    role("the ARN is malformed", "credentials_denied configuration no_credentials", "app"),
    role("the source is unknown", NOT_FOUND, source="credential_source = Nowhere", says="credential_source"),
    role("STS cannot be reached", "cloud_unreachable", env={"AWS_ENDPOINT_URL_STS": "https://127.0.0.1:1"}, says="127.0.0.1:1"),
    role("a stray endpoint of a local stack", "cloud_unreachable", env={"AWS_ENDPOINT_URL_STS": None, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, says="AWS_ENDPOINT_URL"),
    role("the proxy is not there", "cloud_unreachable", env={"AWS_ENDPOINT_URL_STS": "https://sts.example:443", "HTTPS_PROXY": "http://127.0.0.1:1"}, says="HTTPS_PROXY"),
    role("the proxy wants a login", "cloud_unreachable", env=PROXY, says="HTTPS_PROXY",
         alone=proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
    role("the proxy refuses", "cloud_unreachable", env=PROXY, says="HTTPS_PROXY",
         alone=proxy(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
    role("it is wanted for longer than anybody may have it", "credentials_denied configuration", lines="duration_seconds = 90000\n", says="duration"),
    role("its external id is the one of another", "credentials_denied", OUTSIDE_ROLE, lines="external_id = canaryPi\n", says="external_id"),
    role("the CA of AWS's is unknown", "cloud_unreachable", env={"AWS_CA_BUNDLE": None}, says="AWS_CA_BUNDLE"),
    role("AWS_CA_BUNDLE names nothing", "cloud_unreachable configuration", env={"AWS_CA_BUNDLE": "/nonexistent.pem"}, says="AWS_CA_BUNDLE"),
    role("STS is throttled", "cloud_unreachable", alone=lambda world: (world.aws.fault("sts", "throttle", count=9), world.aws.clear)[1]),
    role("STS fails", "cloud_unreachable", alone=lambda world: (world.aws.fault("sts", "status", count=9), world.aws.clear)[1]),
    web("the token's file is missing", NOT_FOUND + " credentials_denied", {}, says="token"),
    web("the token's file is empty", NOT_FOUND, {"token": ""}, says="empty"),
    web("the token is not accepted", "credentials_denied", {"token": "not.a.token"}, says="token"),
    web("the role's ARN is missing", NOT_FOUND, {"token": "x.y.z"}, env={"AWS_ROLE_ARN": None}, says="AWS_ROLE_ARN"),
    metadata("the instance has no role", NOT_FOUND, imds(role=None), says="role"),
    metadata("metadata is switched off", NOT_FOUND, imds(enabled=False), says="metadata"),
    metadata("its answers are lost, as behind a hop limit", NOT_FOUND, fault("imds", "hang"), says="hop limit"),
    metadata("the role may not be assumed", NOT_FOUND + " credentials_denied", imds(refuse_with="AssumeRoleUnauthorizedAccess"), says="instance-role"),
    metadata("nothing answers", NOT_FOUND, env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"}),
    metadata("it is disabled here", NOT_FOUND, env={"AWS_EC2_METADATA_DISABLED": "true"}),
    container("it is not there", "cloud_unreachable", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x"}, says="127.0.0.1:1"),
    container("the path is unknown", "credentials_denied", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{container}/nix"}),
    container("it fails", "cloud_unreachable credentials_denied", fault("container", "status")),
    container("it answers with a page", "cloud_unreachable credentials_denied", fault("container", "garbage")),
    container("it wants a token", "credentials_denied", container_wants, says="AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    container("its token's file is missing", NOT_FOUND, env={"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/nix"}, says="nix"),
    container("it is at a place that may not be asked", "configuration", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/x"}),
    seed("sign-ins", "nobody has signed in", "login_required", SIGN_IN + SSO, says="dev"),
    seed("sign-ins", "the sign-in is over", "login_required", SIGN_IN + SSO, files=sso_file(ends="2020-01-01T00:00:00Z"), says="dev"),
    seed("sign-ins", "the session is not defined", NOT_FOUND, SIGN_IN, says="corp"),
    seed("sign-ins", "the account is missing", NOT_FOUND, SIGN_IN.replace("sso_account_id = 123456789012\n", "") + SSO, says="sso_account_id"),
    seed("sign-ins", "the portal refuses the token", "login_required credentials_denied", SIGN_IN + SSO, files=sso_file("canaryPunknown")),
    seed("sign-ins", "the start URL is missing", NOT_FOUND, SIGN_IN + SSO.replace("sso_start_url = https://example.awsapps.com/start\n", ""), says="sso_start_url"),
    seed("sign-ins", "nobody has logged in", "login_required", f"[profile dev]\nlogin_session = arn:aws:iam::{ACCOUNT}:user/ann\nregion = eu-west-1\n", says="aws login"),
]
