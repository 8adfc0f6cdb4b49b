"""One refusal, four ways to hear of it: libpq's PQerrorMessage, ODBC's diagnostics, JDBC's exception and the C ABI name the same
causes, in the same order and the same words."""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import COMMAND, HOST, Failure, refused

HOOK, SHIM = os.environ["PGIAM_TEST_HOOK"], os.environ.get("PGIAM_TEST_SHIM", "")
OTHER = "other.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
AUTH_FAILED, WALKS_LIST = 2, 0x10
PAM = {"sqlstate": "28000", "message": 'FATAL:  PAM authentication failed for user "app_user"'}
PASSWORD = {"sqlstate": "28P01", "message": 'FATAL:  password authentication failed for user "plain"'}
# (what is wrong, the user, variables, what the server says, the first code)
TABLE = [
    ("a role outside rds_iam", "plain", {}, PASSWORD, "no_rds_iam"),
    ("a policy that does not allow it", "app_user", {}, PAM, "no_permission"),
    ("another region", "app_user", {"PGIAM_REGION": "us-east-1"}, PAM, "wrong_region"),
    ("another endpoint", "app_user", {"PGIAM_SIGNING_HOST": OTHER}, PAM, "wrong_endpoint"),
]  # fmt: skip


def causes_in(text):
    """Those that a person reads: the lines of the list, without what differs by the minute."""
    return [without_minute(cause) for cause in re.findall(r"^ *- (.*)$", text, re.M)]


def without_minute(sentence):
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "NOW", sentence)


class Ways:
    def __init__(self, rds, environment, home, jvm, url, user, variables):
        self.rds, self.home, self.jvm, self.url, self.user = rds, home, jvm, url, user
        self.environment = environment | {"PGIAM_SIGNING_PORT": str(rds.port)} | variables

    def run(self, *command, **more):
        return subprocess.run(command, env=self.environment | more.pop("env", {}), capture_output=True, text=True, timeout=240, **more)

    def libpq(self):
        conninfo = self.rds.conninfo(self.user, sslmode="require", sslrootcert=None)
        return causes_in(self.run("psql", "-X", conninfo, "-c", "SELECT 1", env={"LD_PRELOAD": HOOK}).stderr)

    def odbc(self):
        (self.home / "odbcinst.ini").write_text(f"[pgiam]\nDriver={SHIM}\n")
        (self.home / "odbc.ini").write_text("")
        string = (f"DRIVER=pgiam;Server={HOST};Port={self.rds.port};Database=postgres;UID={self.user};SSLmode=require;"
                  "pqopt={hostaddr=127.0.0.1}")  # fmt: skip
        told = self.run("isql", "-k", string, "-b", "-v", env={"ODBCSYSINI": str(self.home)}).stdout
        return causes_in(re.sub(r"^\[28000\]\[pgiam\] ", "", told, flags=re.M))  # a record's beginning

    def jdbc(self):
        place = self.url(prefix="jdbc:pgiam:postgresql:", sslmode="require", plugin=False)
        return causes_in(refused(self.jvm(**self.environment), "connect", "c", place, f"user={self.user}").message)

    def c_abi(self, outcome):
        keywords = {"host": HOST, "port": str(self.rds.port), "user": self.user}
        calls = [
            {"call": "attempt", "flags": WALKS_LIST, "request": {"keywords": keywords}},
            {"call": "next"},
            {"call": "explain_refusal", "host": 0, "outcome": AUTH_FAILED, **outcome},
        ]
        ended = self.run(COMMAND, "bridge", input="".join(json.dumps(call) + "\n" for call in calls))
        causes = json.loads(ended.stdout.splitlines()[-1])["refusal"]["causes"]
        return [cause["code"] for cause in causes], [without_minute(cause["message"]) for cause in causes]


@pytest.mark.parametrize("title, user, variables, outcome, first", TABLE, ids=[row[0] for row in TABLE])
def test_the_causes_of_a_refusal_are_the_same_everywhere(title, user, variables, outcome, first, rds, environment, tmp_path, jvm, url):
    ways = Ways(rds, environment, tmp_path, jvm, url, user, variables)
    codes, sentences = ways.c_abi(outcome)
    assert codes[0] == first and len(set(codes)) == len(codes) >= 3
    rds.refuse_next(count=0 if user == "plain" else 9, reason="AccessDenied")
    try:
        assert ways.libpq() == sentences
        assert ways.jdbc() == sentences
        if SHIM and shutil.which("isql"):
            assert ways.odbc() == sentences
    finally:
        rds._refusals.clear()


def test_the_exception_of_jdbc_holds_the_causes_for_programs_too(rds, jvm, url):
    with pytest.raises(Failure) as caught:
        jvm().do("connect", "c", url(sslmode="require"), "user=plain")
    assert "itself, not for a token" in caught.value.message and len(causes_in(caught.value.message)) >= 3
    assert "org.pgiam.PgiamException" in caught.value.trace
