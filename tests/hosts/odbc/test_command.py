"""pgiam odbc: the driver is registered where the driver manager looks, and taken out again."""

import os

import pytest
from conftest import SHIM

COMMAND = os.environ["PGIAM_TEST_COMMAND"]


@pytest.fixture
def pgiam(run, tmp_path, configure):
    def start(*words, **variables):
        return run(COMMAND, "odbc", *words, **variables)

    for name in ("odbcinst.ini", "odbc.ini"):
        (tmp_path / name).unlink(missing_ok=True)
    return start


def test_a_driver_that_was_installed_connects_with_the_data_source_that_was_shown(pgiam, rds, options, run, tmp_path):
    shown = pgiam("install").stdout
    keys = {"Servername": rds.host, "Port": rds.port, "Database": "postgres", "Username": "app_user", "PgiamSslrootcert": rds.ca_file}
    lines = []
    for line in shown[shown.index("[orders]"):shown.index("\nTry it: isql -v orders")].splitlines():
        key = line.split("=")[0].strip()
        lines.append(f"{key} = {keys.pop(key)}" if key in keys else line)
    assert not keys
    lines.append(f"pqopt = {options}")
    (tmp_path / "odbc.ini").write_text("\n".join(lines) + "\n")
    assert "app_user" in run("isql", "-v", "-b", "orders", input="SELECT session_user;\n").stdout


def test_it_is_listed_by_us_and_by_the_driver_manager(pgiam, run, tmp_path):
    assert "not registered" in pgiam("list").stderr
    for _ in range(2):
        assert pgiam("install", "--name", "RDS", "--driver", "/opt/psqlodbcw.so").returncode == 0
    (tmp_path / "odbc.ini").write_text("[orders]\nDriver = RDS\n[direct]\nDriver = " + SHIM + "\n[other]\nDriver = PostgreSQL\n")
    assert pgiam("list").stdout == (
        f"driver RDS: {os.path.realpath(SHIM)}, over /opt/psqlodbcw.so\ndata source orders: RDS\ndata source direct: {SHIM}\n")
    assert run("odbcinst", "-q", "-d").stdout == "[RDS]\n"
    assert pgiam("uninstall", "--name", "RDS").returncode == 0
    assert pgiam("list").stdout.startswith("data source direct")
    assert "RDS" not in run("odbcinst", "-q", "-d").stdout


def test_other_drivers_are_left_alone(pgiam, tmp_path):
    file = tmp_path / "odbcinst.ini"
    file.write_text("[PostgreSQL]\nDriver = psqlodbcw.so\nUsageCount = 1\n")
    pgiam("install")
    assert pgiam("uninstall").returncode == 0
    assert "psqlodbcw.so" in file.read_text()
    done = pgiam("uninstall", "--name", "PostgreSQL")
    assert (done.returncode, "is not pgiam's" in done.stderr) == (2, True)


@pytest.mark.parametrize("words", [[], ["improve"], ["uninstall"], ["install", "--name"]])
def test_what_cannot_be_done_says_what_can(words, pgiam):
    done = pgiam(*words)
    assert done.returncode == 2
    assert "pgiam: " in done.stderr and "\n  " in done.stderr


def test_a_file_that_cannot_be_written_is_an_error_with_advice(pgiam):
    done = pgiam("install", ODBCSYSINI="/proc/nowhere")
    assert done.returncode == 2
    assert "cannot register pgiam" in done.stderr and "ODBCSYSINI" in done.stderr
