"""How the command talks: help, mistakes on the command line, exit statuses."""

import ctypes
import http.server
import json
import os
import re
import socket
import threading

import pytest
from conftest import CONNINFO, HERE, HOST, LIBRARY


class OptionInfo(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32)] + [
        (name, ctypes.c_char_p) for name in ("key", "type", "default_value", "env", "label")
    ]


def option_keys():
    """As the library lists them."""
    library = ctypes.CDLL(LIBRARY)
    info = OptionInfo(ctypes.sizeof(OptionInfo))
    keys = []
    while library.pgiam_option_at(ctypes.c_size_t(len(keys)), ctypes.byref(info)) == 0:
        keys.append(info.key.decode())
    return keys


def test_help_lists_every_command(pgiam):
    overview = pgiam("help")
    assert overview.returncode == 0
    commands = re.findall(r"^  pgiam (\w+)", overview.stdout, re.M)
    assert {"token", "exec", "keep", "explain", "doctor", "credentials", "login", "version", "help"} <= set(commands)
    assert [pgiam("help", command).stderr for command in commands] == [""] * len(commands)


@pytest.mark.parametrize("words", [["--help"], ["-h"]])
def test_help_may_be_asked_for_with_a_flag(pgiam, words):
    assert pgiam(*words).stdout == pgiam("help").stdout


@pytest.mark.parametrize("command", ["token", "exec", "keep", "explain", "doctor", "credentials", "login"])
def test_help_of_a_command_names_every_option_of_the_library(pgiam, command):
    text = pgiam("help", command).stdout
    assert text == pgiam(command, "--help").stdout
    kept = {"password_file", "pgpass"} if command == "keep" else set()  # it writes them, and reads none
    keys = [key for key in option_keys() if key not in kept]
    missing = [key for key in keys if f"--{key.replace('_', '-')}" not in text or f"PGIAM_{key.upper()}" not in text]
    assert len(keys) >= 17 and missing == []


def test_the_manual_describes_every_option_of_the_library():
    manual = (HERE.parents[2] / "hosts/cli/pgiam.conf.5").read_text()
    described = re.findall(r"\w+", " ".join(re.findall(r"^\.It Cm (.*)$", manual, re.M)))
    assert described == option_keys()


def test_version_names_the_command_and_the_library_that_it_found(pgiam):
    version = json.loads(pgiam("version", "--json").stdout)
    assert list(version) == ["version", "library", "abi", "file", "features", "options"]
    assert os.path.samefile(version["file"], LIBRARY)
    assert "target:aws.rds" in version["features"]
    assert {"key": "tls", "type": "require|verify-full|off", "default": "require"}.items() <= {
        option["key"]: option for option in version["options"]
    }["tls"].items()
    assert pgiam("--version").stdout.startswith(f"pgiam {version['version']}\n")


@pytest.mark.parametrize(
    "words, message, hint",
    [
        ([], "no command is given", "pgiam help"),
        (["tokn"], 'there is no command "tokn"', "did you mean: pgiam token?"),
        (["help", "exce"], 'there is no command "exce"', "did you mean: pgiam exec?"),
        (["token", CONNINFO, "--regoin", "x"], "there is no option --regoin", "did you mean --region?"),
        (["token", CONNINFO, "--regoin=x"], "there is no option --regoin", "did you mean --region?"),
        (["explain", CONNINFO, "--hots", HOST], "there is no option --hots", "did you mean --host?"),
        (["exec", "--profle", "x", "--", "true"], "there is no option --profle", "did you mean --profile?"),
        (["token", CONNINFO, "--zzz"], "there is no option --zzz", "pgiam help token"),
        (["token", CONNINFO, "--=x"], "there is no option --", "pgiam help token"),
        (["token", CONNINFO, "more"], "one argument too many: more", "pgiam help token"),
        (["token", "--region=", CONNINFO], "--region= has no value", "pgiam help token"),
        (["token"], "no host is given", 'give one: "host=… user=…", --host, or PGHOST'),
        (["token", HOST], f'no host is given: "{HOST}" is taken for the name of a database, as psql does', f"if it is the host: --host {HOST}"),
        (["token", f"app:hunter2@{HOST}"], "no host is given", 'give one: "host=… user=…", --host, or PGHOST'),
        (["token", "host=x prot=1"], 'invalid connection option "prot" (position 8 of the connection string)', 'did you mean "port"?'),
        (["token", "host=x sslmode=on"], 'invalid sslmode value: "on"', "CONNINFO is what psql takes: pgiam help token"),
        (["token", "service=none"], 'definition of service "none" not found', "there is no service file: its section [none] belongs into ~/.pg_service.conf"),
        (["token", CONNINFO, "--port", "http"], '"http" is no port', "a port is a number from 1 to 65535"),
        (["token", CONNINFO, "--port", "65536"], '"65536" is no port', "a port is a number from 1 to 65535"),
        (["exec"], "no program to run is given", 'pgiam exec -- psql "host=… user=…"'),
    ],
)
def test_a_mistake_is_named_with_what_to_type_instead(pgiam, words, message, hint):
    ended = pgiam(*words, PGSYSCONFDIR="/nonexistent")
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"pgiam: {message}\n  {hint}\n")


def test_a_value_that_does_not_fit_its_option_is_a_usage_error(pgiam):
    ended = pgiam("token", CONNINFO, "--tls", "maybe")
    assert ended.returncode == 2 and 'tls = "maybe" is not require, verify-full or off' in ended.stderr


def test_an_unknown_key_of_the_configuration_file_is_named_with_file_line_and_nearest(pgiam, rules):
    rules("[defaults]\nprofil = dev\n")
    ended = pgiam("token", CONNINFO)
    assert ended.returncode == 2
    assert re.search(r'pgiam\.conf:2: there is no option "profil"\n  did you mean "profile"\?\n$', ended.stderr)


def test_no_credentials_exits_with_3_and_tells_what_was_tried(pgiam):
    ended = pgiam("token", CONNINFO, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_EC2_METADATA_DISABLED="true")
    message, *causes, hint = ended.stderr.splitlines()
    assert ended.returncode == 3
    assert message.startswith("pgiam: ") and hint.startswith("  ")
    assert "  aws.environment: AWS_ACCESS_KEY_ID is not set" in causes
    assert any(cause.startswith('  aws.profile: there is no profile "default"') for cause in causes)


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_of_the_credentials_is_an_error_that_names_the_other_half(pgiam, missing):
    ended = pgiam("token", CONNINFO, **{missing: None})
    assert ended.returncode == 2 and ended.stdout == ""
    assert f"but {missing} is not" in ended.stderr


ACCESS_DENIED = b"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error>
<RequestId>request-1</RequestId></ErrorResponse>"""


class Denying(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(403)
        self.send_header("Content-Length", str(len(ACCESS_DENIED)))
        self.end_headers()
        self.wfile.write(ACCESS_DENIED)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def web_identity(home):
    """web_identity(port) → variables for credentials of an STS on that port."""

    def variables(port):
        (home / "token").write_text("a token\n")
        return {
            "AWS_ACCESS_KEY_ID": None,
            "AWS_SECRET_ACCESS_KEY": None,
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "token"),
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/app",
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{port}",
        }

    return variables


def test_credentials_that_the_cloud_refuses_exit_with_4_and_its_answer(pgiam, web_identity):
    with http.server.HTTPServer(("127.0.0.1", 0), Denying) as sts:
        threading.Thread(target=sts.serve_forever, daemon=True).start()
        ended = pgiam("token", CONNINFO, **web_identity(sts.server_port))
        sts.shutdown()
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "Not authorized to perform sts:AssumeRoleWithWebIdentity\n" in ended.stderr
    assert "  the answer was: AccessDenied, HTTP status 403, request request-1\n" in ended.stderr


def test_a_service_that_cannot_be_reached_exits_with_5(pgiam, web_identity):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ended = pgiam("token", CONNINFO, **web_identity(closed.getsockname()[1]))
    assert (ended.returncode, ended.stdout) == (5, "") and "pgiam: cannot connect to 127.0.0.1" in ended.stderr


def test_output_that_cannot_be_written_is_an_error(pgiam):
    with open("/dev/full", "w") as full:
        ended = pgiam("token", CONNINFO, stdout=full)
    assert ended.returncode == 1 and "cannot write to standard output: No space left" in ended.stderr
