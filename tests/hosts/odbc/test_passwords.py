"""A password that a person chose stays; an old token is none; the token itself goes nowhere but to the server."""

import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import OLD, SHIM, token_for


def test_a_password_is_used_as_it_is(string, log_in, rds):
    plain = string(UID="plain", SSLmode="require")
    for way in ("PWD=open sesame", "Password={open sesame}", "PWD=open%20sesame"):
        assert log_in(f"{plain};{way}") == "plain"
    assert log_in(plain, PGPASSWORD="open sesame") == "plain"
    assert rds.attempts() == []


def test_a_password_file_is_used_as_it_is(string, log_in, tmp_path):
    passwords = tmp_path / ".pgpass"
    passwords.write_text("*:*:*:plain:open sesame\n")
    passwords.chmod(0o600)
    assert log_in(string(UID="plain", SSLmode="require")) == "plain"


def test_a_password_of_the_data_source_is_used_as_it_is(configure, source, log_in):
    configure(orders=source | {"Username": "plain", "Password": "open sesame", "SSLmode": "require"})
    assert log_in("DSN=orders") == "plain"


def test_force_replaces_a_password_wherever_it_comes_from(configure, source, string, log_in):
    configure(orders=source | {"Password": "saved long ago", "PgiamForce": "yes"})
    assert log_in("DSN=orders") == "app_user"
    assert log_in(string(PWD="wrong", PgiamForce="yes")) == "app_user"
    assert log_in(string(PgiamForce="yes"), PGPASSWORD="wrong") == "app_user"
    assert "app_user" not in log_in(string(PWD="wrong"), PGIAM_FORCE="no").split()


@pytest.mark.parametrize("old", [OLD, "{" + OLD + "}", quote(OLD, safe="")])
def test_an_old_token_that_is_replayed_is_replaced(old, string, log_in, verdicts):
    assert log_in(string(PWD=old)) == "app_user"
    assert verdicts() == ["accepted"]


def test_an_old_token_in_the_environment_is_replaced(string, log_in):
    assert log_in(string(), PGPASSWORD=OLD) == "app_user"


def test_an_old_token_in_a_password_file_is_replaced(string, log_in, tmp_path):
    passwords = tmp_path / ".pgpass"
    passwords.write_text("*:*:*:*:" + OLD.replace(":", r"\:") + "\n")
    passwords.chmod(0o600)
    assert log_in(string()) == "app_user"


def test_sqlconnect_takes_a_password_as_it_is_and_replaces_a_token(run, configure, source):
    configure(orders=source | {"SSLmode": "require"})
    query = "SELECT session_user AS who;\n"
    assert "| plain" in run("isql", "orders", "plain", "open sesame", "-b", "-v", input=query).stdout
    assert "| app_user" in run("isql", "orders", "app_user", OLD, "-b", "-v", input=query).stdout


@pytest.mark.parametrize("variables", [{}, {"PGPASSWORD": OLD}])
def test_the_driver_writes_the_token_into_no_log(variables, string, python):
    code = "import os; print(os.getpid(), pyodbc.connect(given[0]).execute('SELECT session_user').fetchone()[0])"
    process, user = python(code, string(CommLog=1, Debug=1), **variables).split()
    assert user == "app_user"
    logs = {log: log.read_text(errors="replace") for log in Path("/tmp").glob(f"*{process}.log")}
    for log in logs:
        log.unlink()
    if not variables:
        assert any("PQconnectdbParams" in text for text in logs.values()), logs.keys()
    assert not any("X-Amz-Signature=" in text for text in logs.values())


def test_a_trace_of_the_driver_manager_never_sees_the_token(run, configure, source):
    with tempfile.TemporaryDirectory() as folder:  # long paths are cut by the driver manager
        trace = Path(folder) / "trace.log"
        configure(drivers={"pgiam": {"Driver": SHIM}, "ODBC": {"Trace": "Yes", "TraceFile": trace}}, orders=source)
        run("isql", "orders", "-b", "-v", input="SELECT 1;\n")
        text = trace.read_text(errors="replace")
    assert "SQLConnect" in text
    assert "X-Amz" not in text


def test_a_token_for_another_host_is_no_secret_of_ours(rds, string, log_in):
    assert log_in(string(PWD="{" + token_for(rds) + "}")) == "app_user"
