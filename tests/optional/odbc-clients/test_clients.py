"""R and Qt, unmodified, over the ODBC shim."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "rds"))

from rds_emulator import Emulator  # noqa: E402

R = """
library(RODBC)
connection <- odbcConnect("orders")
cat(as.character(sqlQuery(connection, "SELECT session_user AS u")$u), "\\n")
cat(nrow(sqlFetch(connection, "orders")), "\\n")
"""
QT = """
from PyQt5.QtCore import QCoreApplication
from PyQt5.QtSql import QSqlDatabase, QSqlQuery
application = QCoreApplication([])
base = QSqlDatabase.addDatabase("QODBC")
base.setDatabaseName("orders")
if not base.open(): print(base.lastError().text())
query = QSqlQuery("SELECT session_user, (SELECT count(*) FROM orders)", base)
while query.next(): print(query.value(0), query.value(1))
"""


@pytest.fixture
def run(tmp_path):
    with Emulator() as rds:
        rds.admin_sql("CREATE TABLE public.orders AS SELECT 1 AS id; GRANT ALL ON public.orders TO app_user;")
        (tmp_path / "odbcinst.ini").write_text(f"[pgiam]\nDriver={os.environ['PGIAM_TEST_SHIM']}\n")
        (tmp_path / "odbc.ini").write_text(
            f"[orders]\nDriver=pgiam\nServername={rds.host}\nPort={rds.port}\nDatabase=postgres\nUsername=app_user\n"
            f"pqopt=hostaddr=127.0.0.1 sslrootcert={rds.ca_file}\n")
        user = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "ODBCSYSINI": str(tmp_path)}
        aws = rds.credentials()

        def start(*command, **variables):
            return subprocess.run(command, env=user | aws | variables, capture_output=True, text=True, timeout=120)

        yield start


def test_r_logs_in(run):
    done = run("Rscript", "-e", R)
    assert done.stdout == "app_user \n1 \n", done.stderr
    assert "[pgiam] AWS_ACCESS_KEY_ID is set, but" in run("Rscript", "-e", R, AWS_SECRET_ACCESS_KEY="").stderr


def test_qt_logs_in(run):
    assert run("/usr/bin/python3", "-c", QT).stdout == "app_user 1\n"
    assert "[pgiam] AWS_ACCESS_KEY_ID is set, but" in run("/usr/bin/python3", "-c", QT, AWS_SECRET_ACCESS_KEY="").stdout
