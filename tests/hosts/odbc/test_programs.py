"""Programs as they are: each logs in with a token that it knows nothing of."""

import pytest
from conftest import ANSI_SHIM, STRANGE, Key
from needs import needs, needs_perl

QUERY = "SELECT session_user AS who, 1+1 AS two;\n"
PHP = """
$connection = new PDO("odbc:" . $argv[1]);
foreach ($connection->query("SELECT session_user, 'ü'") as $row) echo $row[0], " ", $row[1], "\n";
"""
PHP_ODBC = """
$connection = odbc_connect($argv[1], "", "") or exit(odbc_errormsg());
$rows = odbc_exec($connection, "SELECT session_user");
odbc_fetch_row($rows);
echo odbc_result($rows, 1), "\n";
"""
PERL = """
use DBI;
my $connection = DBI->connect("dbi:ODBC:$ARGV[0]", "", "", {RaiseError => 1, PrintError => 0});
print $connection->selectrow_array("SELECT session_user"), "\n";
print scalar(() = $connection->tables(undef, "public", "orders", "TABLE")), "\n";
"""


@pytest.mark.parametrize("program", ["isql", "iusql"])
def test_the_driver_managers_own_shells_log_in(program, run, verdicts):
    done = run(program, "orders", "-b", "-v", input=QUERY)
    assert "app_user" in done.stdout, done.stdout + done.stderr
    assert verdicts() == ["accepted"]


@pytest.mark.parametrize("program", ["isql", "iusql"])
def test_a_user_given_to_the_shells_wins_over_the_data_source(program, run):
    assert "user \"somebody\"" in run(program, "orders", "somebody", "-b", "-v").stdout


@needs("iodbctest")
def test_iodbc_uses_the_driver_without_wide_characters(rds, run, configure, source, tmp_path, verdicts):
    configure(drivers={"pgiam": {"Driver": ANSI_SHIM}}, orders=source | {"Driver": ANSI_SHIM})
    ini = {"ODBCINI": str(tmp_path / "odbc.ini"), "ODBCINSTINI": str(tmp_path / "odbcinst.ini")}
    done = run("iodbctest", "DSN=orders", input=QUERY.replace(";", "") + "\nexit\n", **ini)
    assert "app_user" in done.stdout, done.stdout + done.stderr
    assert verdicts() == ["accepted"]
    done = run("iodbctest", "DSN=orders", AWS_SECRET_ACCESS_KEY="", **ini)
    assert "[pgiam] AWS_ACCESS_KEY_ID is set, but" in done.stdout + done.stderr


@pytest.fixture(autouse=True)
def orders(rds):
    rds.admin_sql("CREATE TABLE IF NOT EXISTS public.orders (id int)")


def test_pyodbc_does_what_programs_do(string, python, verdicts):
    code = """
connection = pyodbc.connect(given[0])
cursor = connection.cursor()
cursor.execute("CREATE TEMPORARY TABLE t (a int, b text)")
cursor.fast_executemany = True
cursor.executemany("INSERT INTO t VALUES (?, ?)", [(i, "ü" * i) for i in range(50)])
print(cursor.execute("SELECT sum(a), max(b) FROM t").fetchone()[0])
print(cursor.execute("SELECT ?", "\\N{GRINNING FACE}").fetchone()[0])
print([row.table_name for row in cursor.tables(table="orders")])
connection.rollback()
print(connection.getinfo(pyodbc.SQL_USER_NAME))
"""
    assert python(code, string()) == "1225\n\N{GRINNING FACE}\n['orders']\napp_user\n"
    assert verdicts() == ["accepted"]


@pytest.mark.parametrize("code", [PHP, PHP_ODBC])
def test_php_logs_in(code, run, string):
    for target in ("orders", string()):
        done = run("php", "-r", code, target)
        assert done.stdout.startswith("app_user"), done.stdout + done.stderr


@needs_perl("DBD::ODBC")
def test_perl_logs_in(run, string):
    for target in ("orders", string()):
        done = run("perl", "-e", PERL, target)
        assert (done.stdout, done.stderr) == ("app_user\n1\n", "")


def test_tcl_logs_in(run, string):
    code = "package require tdbc::odbc; tdbc::odbc::connection create c {%s}; c foreach row {SELECT session_user AS u} {puts $row}"
    for target in ("DSN=orders", string()):
        done = run("tclsh8.6", input=code % target)
        assert (done.stdout, done.stderr) == ("u app_user\n", "")


def test_lua_logs_in(run):
    code = """
local environment = require("luasql.odbc").odbc()
local connection, why = environment:connect("orders")
print(connection and connection:execute("SELECT session_user"):fetch() or why)
"""
    assert run("lua5.3", "-e", code).stdout == "app_user\n"
    assert "[pgiam] AWS_ACCESS_KEY_ID is set, but" in run("lua5.3", "-e", code, AWS_SECRET_ACCESS_KEY="").stdout


@pytest.mark.parametrize("user", [STRANGE, "app_user"])
def test_any_users_name_and_any_length_of_token_reach_the_server(user, rds, string, run, log_in, configure, source):
    for length in (0, 700, 2500, 7600):
        rds.add_key(f"AKIDLONG{length}", "secret", session_token="t" * length if length else None)
        keys = {"AWS_ACCESS_KEY_ID": f"AKIDLONG{length}", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_SESSION_TOKEN": "t" * length or None}  # fmt: skip
        rds.clear_attempts()
        assert log_in(string(UID="{" + user.replace("}", "}}") + "}"), **keys) == user
        assert rds.attempts()[0]["token_length"] > length + 300
    configure(orders=source | {"Username": user})
    assert user in run("isql", "orders", "-b", "-v", input=QUERY, **keys).stdout
