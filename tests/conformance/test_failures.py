"""What goes wrong on the way to a service, on real sockets: what passes is tried again, what does not is said at once."""
import socket
import threading
import time

import pytest
from test_login import session_file
from test_roles import ROLE, actions, one_role
from test_sso import DEVELOPER, SESSION, refreshable, token_file


def role(machine):
    one_role(machine)
    return "role A by AKIABASE"


def web_identity(machine):
    machine.aws.sts.add_role(ROLE + "W", web_token="the-web-token")
    machine.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(machine.write("jwt", "the-web-token")),
                         "AWS_ROLE_ARN": ROLE + "W"}
    return "role W by web identity"


def sso_role(machine):
    machine.config(SESSION)
    machine.aws.identity_center.add_session("sso-token")
    token_file(machine, "corp")
    return DEVELOPER


def sso_refresh(machine):
    refreshable(machine, -60)
    return DEVELOPER


def login(machine):
    session_file(machine, -60)
    return "login session"


def container(machine):
    machine.services = ("container",)
    return "container"


def instance(machine):
    machine.services = ("imds",)
    machine.variables = {"AWS_METADATA_SERVICE_TIMEOUT": "20"}  # the usual second is little for a busy machine
    return "instance role instance-role"


# A source, and the service that it asks first.
SOURCES = {"role": (role, "sts"), "web identity": (web_identity, "sts"), "SSO role": (sso_role, "portal"),
           "SSO refresh": (sso_refresh, "oidc"), "login": (login, "signin"), "container": (container, "container"),
           "instance": (instance, "imds")}
OF_AWS = [name for name, (_, service) in SOURCES.items() if service not in ("container", "imds")]


@pytest.fixture
def source(request, machine):
    """(origin of what it gives, service that it asks first)"""
    set_up, service = SOURCES[request.param]
    return set_up(machine), service


@pytest.mark.parametrize("source", SOURCES, indirect=True)
@pytest.mark.parametrize("kind", ["status", "half", "reset", "close"])
def test_what_passes_is_tried_again(machine, aws, source, kind):
    origin, service = source
    aws.fault(service, kind)
    ours = machine.pgiam()
    if kind == "half" and service in ("oidc", "signin"):
        # The token is good for one use, and the answer to that was lost: only a person can help now.
        assert (ours["status"], "login" in ours["hint"]) == (201, True)
    else:
        assert machine.origin(ours) == origin


@pytest.mark.parametrize("source", OF_AWS, indirect=True)
def test_who_throttles_is_asked_again(machine, aws, source):
    origin, service = source
    aws.fault(service, "throttle", count=2, headers={"x-amz-retry-after": "50"})
    assert machine.origin(machine.pgiam()) == origin
    assert len(aws.requests(service)) == 3


@pytest.mark.parametrize("source", OF_AWS, indirect=True)
def test_three_attempts_are_all(machine, aws, source):
    aws.fault(source[1], "status", count=9, status=503)
    ours = machine.pgiam()
    assert (ours["status"], "503" in ours["remote"]) == (300, True)
    assert len(aws.requests(source[1])) == 3


@pytest.mark.parametrize(("variables", "attempts"), [({"AWS_MAX_ATTEMPTS": "1"}, 1), ({"AWS_MAX_ATTEMPTS": "5"}, 5),
                                                     ({"AWS_RETRY_MODE": "adaptive"}, 3)])
def test_attempts_are_as_many_as_aws_settings_say(machine, aws, variables, attempts):
    role(machine)
    aws.fault("sts", "status", count=9, status=502)
    assert machine.pgiam(**variables)["status"] == 300
    assert len(aws.requests("sts")) == attempts


@pytest.mark.parametrize("source", SOURCES, indirect=True)
@pytest.mark.parametrize("kind", ["huge", "garbage"])
def test_an_answer_that_is_none_is_refused(machine, aws, source, kind):
    aws.fault(source[1], kind, count=9)
    begin = time.monotonic()
    ours = machine.pgiam()
    assert ours["status"] in (200, 304), ours
    assert time.monotonic() - begin < 8


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "a header's line": (HEAD + b"X: ", b"x" * 65536),
    "headers": (HEAD, b"X: " + b"x" * 65000 + b"\r\n"),
    "trailers": (CHUNKED + b"1\r\nx\r\n0\r\n", b"X: " + b"x" * 65000 + b"\r\n"),
    "the extension of a chunk": (CHUNKED + b"1;", b"x" * 65536),
    "a body": (HEAD + b"\r\n", b"x" * 65536),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_an_answer_without_end_is_given_up_soon_and_its_endpoint_named(machine, what):
    sent = 0
    with socket.create_server(("127.0.0.1", 0)) as rogue:

        def pour():
            nonlocal sent
            while True:
                connection, _ = rogue.accept()
                with connection:
                    try:
                        connection.recv(65536)
                        connection.sendall(ENDLESS[what][0])
                        while True:
                            connection.sendall(ENDLESS[what][1])
                            sent += len(ENDLESS[what][1])
                    except OSError:
                        pass

        threading.Thread(target=pour, daemon=True).start()
        place = f"127.0.0.1:{rogue.getsockname()[1]}"
        machine.variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{place}/"}
        begin = time.monotonic()
        ours = machine.pgiam()
        assert place in str(ours) and ours["status"] == 304, ours
        assert sent < 40 << 20  # bytes; by as many as a socket's buffers hold, and some tries
        assert time.monotonic() - begin < 8


@pytest.mark.parametrize("source", OF_AWS, indirect=True)
def test_a_service_that_hangs_is_waited_for_as_long_as_the_caller_allows(machine, aws, source):
    aws.fault(source[1], "hang", count=9)
    begin = time.monotonic()
    ours = machine.pgiam("timeout_ms=1200")
    assert ours["status"] in (300, 301), ours
    assert 1 < time.monotonic() - begin < 9  # seconds; without a limit of its own it would be 10


def test_redirects_are_not_followed(machine, aws):
    role(machine)
    aws.fault("sts", "redirect", count=9, body="http://127.0.0.1:1/")
    assert machine.pgiam()["status"] == 304
    assert len(aws.requests("sts")) == 1


@pytest.mark.parametrize("offset", [4000, -8000], ids=["behind", "ahead"])
def test_a_wrong_clock_of_ours_is_learnt_from_the_refusal(machine, aws, offset):
    role(machine)
    aws.set_clock(offset)
    assert machine.origin(machine.pgiam("cache=memory")) == "role A by AKIABASE"
    assert len(aws.requests("sts")) == 2
    assert "this machine's clock is" in machine.log


def test_a_date_that_is_no_reason_for_a_refusal_changes_nothing(machine, aws):
    role(machine)
    aws.fault("sts", "date", seconds=-10**8)
    assert machine.origin(machine.pgiam()) == "role A by AKIABASE"
    assert len(aws.requests("sts")) == 1
    assert "this machine's clock" not in machine.log


def test_a_web_identity_file_is_read_at_each_attempt(machine, aws):
    web_identity(machine)
    jwt = machine.write("jwt", "the-web-token that is old")
    aws.fault("sts", "slow", seconds=2)
    process = machine.start()
    while not aws.requests("sts"):
        time.sleep(0.01)
    jwt.write_text("the-web-token")
    assert machine.origin(machine.finish(process)) == "role W by web identity"
    assert [request.form["WebIdentityToken"] for request in aws.requests("sts")] == [
        "the-web-token that is old", "the-web-token"]


def test_a_web_identity_that_is_refused_for_good_is_sent_once(machine, aws):
    web_identity(machine)
    machine.write("jwt", "the-web-token of somebody else")
    ours = machine.pgiam()
    assert ours["remote"].startswith("InvalidIdentityToken")
    assert actions(aws) == ["AssumeRoleWithWebIdentity"]


# Instances and containers


def test_an_instance_takes_three_requests_on_one_connection(machine, aws):
    instance(machine)
    assert machine.pgiam()["account"] == "123456789012"
    assert [request.method for request in aws.requests()] == ["PUT", "GET", "GET"]
    assert len({request.connection for request in aws.requests()}) == 1


def test_an_older_instance_takes_one_more(machine, aws):
    instance(machine)
    aws.imds.extended = False
    assert machine.origin(machine.pgiam()) == "instance role instance-role"
    assert len(aws.requests()) == 4


def test_an_instance_that_lost_our_token(machine, aws):
    instance(machine)
    aws.fault("imds", "status", status=401, path="/latest/meta-data")
    assert machine.origin(machine.pgiam()) == "instance role instance-role"
    assert [request.method for request in aws.requests()] == ["PUT", "GET", "PUT", "GET", "GET"]


def test_an_instance_whose_answer_is_lost_names_the_hop_limit(machine, aws):
    instance(machine)
    machine.variables = {}
    aws.fault("imds", "hang", count=9)
    begin = time.monotonic()
    ours = machine.pgiam()
    assert "hop" in str(ours["causes"]), ours
    assert time.monotonic() - begin < 9


def test_an_instance_with_expired_credentials(machine, aws):
    instance(machine)
    aws.imds.lifetime = -600
    ours = machine.pgiam()
    assert machine.origin(ours) == "instance role instance-role"
    assert ours["expires_at"] > time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_an_instance_that_may_not_take_its_role(machine, aws):
    instance(machine)
    aws.imds.refuse_with = "AssumeRoleUnauthorizedAccess"
    assert machine.pgiam()["remote"] == "AssumeRoleUnauthorizedAccess"


def test_an_instance_where_the_service_is_switched_off(machine, aws):
    instance(machine)
    aws.imds.enabled = False
    ours = machine.pgiam()
    assert (ours["status"], "403" in str(ours["causes"])) == (200, True)
    assert len(aws.requests()) == 1  # and never without a token


def test_a_container_takes_one_request(machine, aws):
    container(machine)
    aws.container.authorization = "Bearer the-web-token"
    machine.variables = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(machine.write("t", "Bearer the-web-token\n")),
                         "AWS_CONTAINER_AUTHORIZATION_TOKEN": "another"}
    assert machine.pgiam()["account"] == "123456789012"
    assert len(aws.requests()) == 1


def test_a_container_without_its_token_file_asks_nobody(machine, aws):
    container(machine)
    ours = machine.pgiam(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="/nowhere/token")
    assert "/nowhere/token" in ours["error"]
    assert aws.requests() == []


@pytest.mark.parametrize("source", ["container", "instance", "role"], indirect=True)
def test_proxies_are_not_asked_for_what_is_on_this_machine(machine, source):
    dead = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:1")
    assert machine.origin(machine.pgiam(**dead)) == source[0]


def test_proxies_are_asked_for_the_rest(machine):
    role(machine)
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        asked = []

        def refuse():
            connection, _ = proxy.accept()
            with connection:
                asked.append(connection.recv(4096).decode())
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        url = f"http://ann:secret%20of%20proxy@127.0.0.1:{proxy.getsockname()[1]}"
        ours = machine.pgiam(https_proxy=url, AWS_ENDPOINT_URL_STS="https://sts.example.com", AWS_MAX_ATTEMPTS="1")
        thread.join(10)
    assert asked[0].startswith("CONNECT sts.example.com:443 ")
    assert ours["status"] == 300 and "secret" not in str(ours)
    assert f"the proxy {url.rpartition('@')[2]} of https_proxy refuses" in str(ours) and "403" in str(ours)


# Trust


def test_a_server_that_is_not_trusted(machine, aws):
    role(machine)
    ours = machine.pgiam(AWS_CA_BUNDLE="")
    assert "AWS_CA_BUNDLE" in ours["hint"] and "not trusted" in ours["error"]
    assert aws.requests() == []


@pytest.mark.parametrize("source", OF_AWS, indirect=True)
def test_the_profile_may_name_the_certificates(machine, aws, source):
    config = machine.home / ".aws/config"
    if not config.exists():
        config.parent.mkdir()
        config.write_text("[default]\n")
    config.write_text(config.read_text().replace("[default]", f"[default]\nca_bundle = {aws.ca}"))
    assert machine.origin(machine.pgiam(AWS_CA_BUNDLE="")) == source[0]


def test_certificates_that_cannot_be_read(machine):
    role(machine)
    assert "/nowhere/ca.pem" in machine.pgiam(AWS_CA_BUNDLE="/nowhere/ca.pem")["error"]
