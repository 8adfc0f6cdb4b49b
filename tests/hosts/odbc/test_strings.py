"""Connection strings and data sources, as ODBC defines them; what goes down, and what comes back."""

from pathlib import Path

import pytest
from conftest import COMMAND, HOST, OLD, SHIM

DRIVER_CONNECT = """
# Calls the driver manager itself: given = string, room for the returned one, "W" or "".
from ctypes import *
manager = CDLL("libodbc.so.2")
wide = given[2] == "W"
def text(value): return value.encode("utf-16-le") + b"\\0\\0" if wide else value.encode() + b"\\0"
environment, connection, length = c_void_p(), c_void_p(), c_short(-7)
manager.SQLAllocHandle(c_short(1), None, byref(environment))
manager.SQLSetEnvAttr(environment, 200, c_void_p(3), 0)
manager.SQLAllocHandle(c_short(2), environment, byref(connection))
room = int(given[1])
out = create_string_buffer(b"\\xee" * 4096, 8192) if room >= 0 else None
connect = manager.SQLDriverConnectW if wide else manager.SQLDriverConnect
result = c_short(connect(connection, None, text(given[0]), c_short(-3), out, c_short(max(room, 0)), byref(length), c_ushort(0))).value
state, message = create_string_buffer(6), create_string_buffer(600)
manager.SQLGetDiagRec(c_short(2), connection, c_short(1), state, None, message, c_short(600), None)
raw = out.raw[:4096] if out else b""
whole = raw.decode("utf-16-le", "replace") if wide else raw.decode("utf-8", "replace")
returned = whole[:whole.find("\\0")] if "\\0" in whole else ""
untouched = not out or raw[room * (2 if wide else 1):].strip(b"\\xee") == b""
print(result, length.value, state.value.decode() if result else "", untouched, returned, sep="|")
"""


@pytest.fixture
def driver_connect(python):
    """driver_connect(string, room, kind): (result, length, SQLSTATE, whether what lies behind is untouched, string)."""

    def call(string, room, kind):
        result, length, state, untouched, returned = python(DRIVER_CONNECT, string, str(room), kind).rstrip("\n").split("|")
        return int(result), int(length), state, untouched == "True", returned

    return call


@pytest.mark.parametrize("change", [
    {"DRIVER": "{pgiam}"},
    {"DRIVER": None, "driver": SHIM},
    {"Database": "{postgres}"},
    {"Server": None, "SERVERNAME": "{" + HOST + "}"},
    {"Server": None, " servername ": f" {HOST} "},
    {"UID": None, "Username": "app_user"},
    {"UID": None, "uid": "{app_user}"},
    {"ApplicationName": "{a;b}}c}", "UID": "app_user"},
    {"zzz": "{;UID=nobody;}"},
    {"SSLmode": "require"},
    {"sslmode": "verify-full"},
    {"CA": "vf"},
    {"PWD": ""},
    {"Password": "{}"},
])  # fmt: skip
def test_every_spelling_of_a_string_is_understood(change, string, log_in, verdicts):
    assert log_in(string(**change)) == "app_user"
    assert verdicts() == ["accepted"]


def test_of_a_key_that_comes_twice_the_first_counts(string, log_in):
    assert log_in(string() + ";UID=nobody;Username=nobody;SERVER=nowhere.invalid") == "app_user"


def test_the_string_wins_over_the_data_source(configure, source, log_in):
    configure(orders=source | {"Username": "nobody", "SSLmode": "disable", "PgiamRegion": "us-east-1"})
    assert log_in("DSN=orders;UID=app_user;SSLmode=require;PgiamRegion=eu-west-1") == "app_user"


def test_what_is_empty_in_the_string_is_taken_from_the_data_source(log_in):
    assert log_in("DSN=orders;UID=;PWD=;Server={};SSLmode=") == "app_user"


def test_the_drivers_abbreviations_are_understood(string, options, log_in):
    assert log_in(string(pqopt=None, D5="{" + options + "}", CA="r")) == "app_user"


def test_of_dsn_and_driver_the_first_counts(configure, source, string, log_in):
    configure(orders=source | {"Username": "nobody"})
    assert log_in(string() + ";DSN=orders") == "app_user"


def test_all_else_in_the_data_source_reaches_the_driver(configure, source, run, python):
    configure(orders=source | {"ConnSettings": "SET%20application_name%20TO%20'from%20the%20source'"})
    assert "from the source" in run("isql", "orders", "-b", "-v", input="SHOW application_name;\n").stdout
    for given in ("DSN=orders", "DSN={orders}", "dsn=orders;UID=app_user"):
        code = "print(pyodbc.connect(given[0]).execute('SHOW application_name').fetchone()[0])"
        assert python(code, given) == "from the source\n"


def test_a_file_data_source_is_one(string, log_in, configure, tmp_path):
    configure(drivers={"pgiam": {"Driver": SHIM}, "real": {"Driver": next(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"))}})
    file = tmp_path / "orders.dsn"

    def through(driver):
        file.write_text("[ODBC]\n" + string(DRIVER=driver).replace(";", "\n") + "\n")
        return log_in(f"FILEDSN={file}")

    if through("real").startswith("IM002"):
        pytest.skip("this driver manager takes no file data source, with psqlODBC alone neither (unixODBC 2.3.12)")
    assert through("pgiam") == "app_user"


def test_other_spellings_of_the_data_sources_keys_are_taken(configure, source, log_in):
    source["Server"], source["UID"] = source.pop("Servername"), source.pop("Username")
    configure(orders=source)
    assert log_in("DSN=orders") == "app_user"


def test_libpqs_own_options_count_too(rds, string, log_in, options):
    moved = f"{options} host={rds.host} user=app_user dbname=template1 sslmode=verify-full application_name='x y'"
    plain = string(Server=None, UID=None, Database=None, pqopt="{" + moved + "}")
    assert log_in(plain) == "app_user"
    assert log_in(string(Server=None, pqopt=f"{{postgresql://{rds.host}/?hostaddr=127.0.0.1&sslrootcert={rds.ca_file}}}")) == "app_user"


def test_several_hosts_get_a_token_each(rds, string, log_in, verdicts):
    hosts = f"host={rds.endpoints[1].name},{rds.host} hostaddr=127.0.0.2,127.0.0.1 port=1,{rds.port} sslrootcert={rds.ca_file}"
    assert log_in(string(Server=None, Port=None, pqopt="{" + hosts + "}")) == "app_user"
    assert verdicts() == ["accepted"]


def test_our_keys_reach_the_plugin_and_not_the_driver(rds, string, log_in):
    tunnel = string(Server="localhost", SSLmode="require", PgiamSigningHost=rds.host, PgiamSigningPort=rds.port)
    assert log_in(tunnel) == "app_user"
    assert 'no option "rolearm"' in log_in(string(PgiamRoleArm="x"))
    assert 'did you mean "role_arn"' in log_in(string(pgiamrolearm="x"))


@pytest.mark.parametrize("server", ["localhost", "127.0.0.1", "127.0.0.8,127.0.0.9,127.0.0.1"])
def test_verify_full_through_a_tunnel_verifies_the_endpoints_name(server, rds, string, log_in, verdicts):
    """Whose certificate is for no other name."""
    options = "{" + f"sslrootcert={rds.ca_file}" + "}"
    port = ",".join([str(rds.port)] * len(server.split(",")))
    tunnel = string(Server=server, Port=port, SSLmode="verify-full", PgiamSigningHost=rds.host, PgiamSigningPort=rds.port, pqopt=options)
    assert log_in(tunnel) == "app_user"
    assert verdicts() == ["accepted"]


def test_more_ports_than_psqlodbc_has_room_for_reach_libpq(rds, log_in, configure, source):
    """It cuts them after nine characters, and their list is longer where a name has several addresses."""
    configure(orders=source | {"Servername": "127.0.0.1", "Port": "1", "pqopt": f"sslrootcert={rds.ca_file}"})
    lists = f"Server=127.0.0.8,127.0.0.9,127.0.0.1;Port=11111,22222,{rds.port}"
    assert log_in(f"DSN=orders;{lists};SSLmode=require;PgiamSigningHost={rds.host};PgiamSigningPort={rds.port}") == "app_user"


def test_a_rule_of_the_configuration_file_applies(rds, string, log_in, tmp_path):
    rules = tmp_path / "pgiam.conf"
    rules.write_text(f"[connection tunnel]\nhost = localhost\nsigning_host = {rds.host}\n")
    assert log_in(string(Server="localhost", SSLmode="require"), PGIAM_CONFIG=str(rules)) == "app_user"


def test_attributes_set_before_the_connection_reach_the_driver(string, python):
    code = """
connection = pyodbc.connect(given[0], timeout=7, autocommit=True, readonly=False)
print(connection.autocommit, connection.getinfo(pyodbc.SQL_DRIVER_NAME))
"""
    assert python(code, string()) == "True psqlodbcw.so\n"


def test_our_keys_may_stand_in_the_data_source(rds, configure, source, log_in):
    configure(orders=source | {"Servername": "localhost", "SSLmode": "require", "PgiamSigningHost": rds.host})
    assert log_in("DSN=orders") == "app_user"
    assert "nobody" in log_in("DSN=orders;PgiamProfile=nobody", AWS_ACCESS_KEY_ID=None)


@pytest.mark.parametrize("kind", ["", "W"])
def test_the_callers_own_string_is_returned(kind, string, driver_connect):
    given = string(APP="ü\N{GRINNING FACE}" if kind else "x")
    length = len(given.encode("utf-16-le")) // 2
    assert driver_connect(given, 1024, kind) == (0, length, "", True, given)


@pytest.mark.parametrize("kind", ["", "W"])
def test_a_string_that_does_not_fit_is_cut_and_said_to_be(kind, string, driver_connect):
    given = string()
    assert driver_connect(given, 10, kind) == (1, len(given), "01004", True, given[:9])
    assert driver_connect(given, 1, kind) == (1, len(given), "01004", True, "")
    assert driver_connect(given, len(given) + 1, kind) == (0, len(given), "", True, given)
    assert driver_connect(given, -1, kind)[:2] == (0, len(given))


def test_a_password_that_was_replaced_is_not_returned(rds, string, driver_connect):
    given = string()
    for old in (f"PWD={OLD}", f"Password={{{OLD}}}"):
        result, _, _, _, returned = driver_connect(f"{given};{old}", 1024, "W")
        assert result == 0
        assert "X-Amz" not in returned
        assert "UID=app_user" in returned


@pytest.mark.parametrize("faulty", ["UID={app_user", "UID={app_user}x"])
def test_a_string_that_is_none_is_left_to_the_driver(faulty, string, log_in):
    assert log_in(string(UID=None) + ";" + faulty).startswith("08001 [08001] connection to server")


@pytest.mark.parametrize("changes", [
    {"PgiamSslrootcert": "rds"},
    {"PgiamSslrootcert": "rds", "SSLmode": "verify-full"},
    {"pqopt": "{hostaddr=127.0.0.1 sslrootcert=rds}"},
    {},
])  # fmt: skip
def test_the_installed_bundle_of_rds_verifies_the_server(changes, string, log_in, run, rds, verdicts):
    unverified = {"pqopt": "hostaddr=127.0.0.1"} | changes
    assert run(COMMAND, "ca", "install").returncode == 0
    assert "certificate verify failed" in log_in(string(**unverified)), "Amazon's do not sign here"
    assert run(COMMAND, "ca", "install", "--from", rds.ca_file).returncode == 0
    assert log_in(string(**unverified)) == "app_user"
