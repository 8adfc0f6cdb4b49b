"""LibreOffice Base, unmodified and without a screen, over the ODBC shim."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "rds"))

from rds_emulator import Emulator  # noqa: E402


class Office:
    def __init__(self, environment, folder, source):
        pipe = f"pgiam{os.getpid()}"
        self.office = subprocess.Popen(
            ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
             f"--accept=pipe,name={pipe};urp"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        self.script = subprocess.Popen(["/usr/bin/python3", str(HERE / "office.py"), pipe, source], env=environment, text=True,
                                       bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip

    def do(self, command):
        self.script.stdin.write(command + "\n")
        return self.script.stdout.readline().rstrip("\n")

    def end(self):
        if self.script.poll() is None:
            self.script.stdin.write("end\n")
            self.script.stdin.close()
            self.script.wait(timeout=240)
        try:
            self.office.wait(timeout=240)
        finally:
            self.office.kill()


@pytest.fixture(scope="module")
def rds():
    with Emulator() as emulator:
        emulator.admin_sql("CREATE TABLE public.orders (id int); GRANT ALL ON public.orders TO app_user;")
        yield emulator


@pytest.fixture
def office(rds, tmp_path):
    (tmp_path / "odbcinst.ini").write_text(f"[pgiam]\nDriver={os.environ['PGIAM_TEST_SHIM']}\n")
    (tmp_path / "odbc.ini").write_text(
        f"[orders]\nDriver=pgiam\nServername={rds.host}\nPort={rds.port}\nDatabase=postgres\nUsername=app_user\n"
        f"pqopt=hostaddr=127.0.0.1 sslrootcert={rds.ca_file}\n")
    aws = rds.credentials()
    started = []

    def start(**variables):
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "ODBCSYSINI": str(tmp_path)}
        started.append(Office(environment | aws | variables, tmp_path, "orders"))
        return started[-1]

    yield start
    for one in started:
        one.end()


def test_base_connects_without_a_password_and_again_after_a_kill(rds, office):
    base = office()
    assert base.do("connect") == "connected"
    assert base.do("query SELECT session_user") == "app_user"
    assert "public.orders" in base.do("tables")
    rds.kill_backends()
    assert base.do("query SELECT 1").startswith("error")
    assert base.do("connect") == "connected"
    assert base.do("query SELECT 'ü'") == "ü"
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}


def test_base_shows_why_there_is_no_token(office):
    base = office(AWS_SECRET_ACCESS_KEY="")
    assert "[pgiam] AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not" in base.do("connect")
