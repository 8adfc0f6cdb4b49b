"""Logins to the RDS emulator with ADO.NET's own ODBC provider and psqlODBC, and the example."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import OURS, ROOT, check, names_in, needs_mono, results_of

DRIVERS = sorted(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"))
needs_driver = pytest.mark.skipif(not DRIVERS, reason="odbc-postgresql is not installed")
pytestmark = [needs_mono, needs_driver]


def at_the_emulator(home, *command, input=None, options=("--password-user", "plain:open sesame"), **variables):
    """Runs it with an instance and its variables, and nothing else."""
    environment = {**os.environ, "HOME": str(home), **OURS, "RDS_CTL": str(ROOT / "tests/rds/ctl"), **variables}
    environment["AMAZONS_ROOTS"] = str(ROOT / "plugin/src/clouds/aws/ca/rds-roots.pem")
    environment["PSQLODBC"] = str(DRIVERS[0]) if DRIVERS else ""
    return subprocess.run([ROOT / "tests/rds/run", *options, "--", *command], env=environment, text=True, capture_output=True,
                          timeout=500, input=input)  # fmt: skip


@pytest.fixture(scope="module")
def results(program, tmp_path_factory):
    exe = program("LoginTests.cs", "Check.cs", "Json.cs")
    return results_of(at_the_emulator(tmp_path_factory.mktemp("home"), "mono", "--debug", exe))


@pytest.mark.parametrize("name", [*names_in("LoginTests.cs"), "how it ended"])
def test_login(results, name):
    check(results, name)


RECONNECT = """export PGHOST=$RDS_HOST PGHOSTADDR=$RDS_HOSTADDR PGPORT=$RDS_PORT PGUSER=$RDS_USER PGDATABASE=$RDS_DATABASE PGSSLROOTCERT=$RDS_CA
mkfifo go
mono --debug "$EXE" <go >said & exec 3>go
until [ -s said ]; do sleep 0.05; kill -0 $! || exit 1; done
"$RDS_CTL" kill_backends >/dev/null; echo >&3
wait $!; status=$?; cat said; exit $status
"""


@pytest.mark.skipif(not shutil.which("mkfifo"), reason="mkfifo is not installed")
def test_the_example_logs_in_again(built, tmp_path):
    done = at_the_emulator(tmp_path, "sh", "-c", f"cd '{tmp_path}'; {RECONNECT}", EXE=str(built / "reconnect.exe"))
    assert (done.stdout, done.returncode) == ("connected\ndone\n", 0), done.stderr


def test_its_error_goes_to_stderr(built, tmp_path):
    command = ["sh", "-c", f"PGHOST=$RDS_HOST PGUSER=$RDS_USER exec mono --debug {built}/reconnect.exe"]
    done = at_the_emulator(tmp_path, *command, options=("--no-credentials",))
    assert done.returncode == 1 and done.stdout == "" and "AWS_ACCESS_KEY_ID" in done.stderr
