"""Each snippet of each README, as its reader would use it. A new one in neither of the two lists fails the first test."""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest
import test_bindings  # noqa: F401 -- its snippets, too, are in RUN
from conftest import BUILD, HOST, ROOT
from snippets import RUN, all_snippets, lines_of, snippet

# Readme, how the snippet begins, and why it is not run.
NOT_RUN = [
    ("README.md", "hosts/demo ", "this suite is what tests/run runs; the demo and the suite run in bare Debians: .ci/bare-debian"),
    ("README.md", "config.BeforeConnect", "a line for each; tests/bindings/go/test_pgx.py makes the first, test_a_pool_takes_the_url in tests/hosts/jdbc the second"),
    ("README.md", ".ci/install build ", "installs packages and pgiam on this machine; .ci/bare-debian and checks.install do it elsewhere"),
    ("bindings/go/README.md", "connector, err :=", "a line for each driver; tests/bindings/go runs each with the driver itself"),
    ("bindings/java/README.md", "Pgiam, PgiamAttempt ──► Bridge", "a drawing"),
    ("hosts/libpq/README.md", "[Service]", "a unit of systemd, with the paths of an installed system; no service manager runs here"),
    ("sdk/README.md", "pgiam_option keywords[]", "a sketch with a driver of the reader's; sdk/examples/plugin_host.c is the whole of it, and run by tests/sdk"),
    ("sdk/README.md", "Cannot sign in: ", "what a program says; tests/sdk sees that it does"),
    ("bindings/node/README.md", "npm install CLONE/", "tests/bindings/node/test_package.py types it"),
    ("bindings/python/README.md", "python3 -m venv", "tests/bindings/python/test_package.py types both lines"),
    ("bindings/php/README.md", "composer config", "tests/bindings/php/test_package.py installs the clone elsewhere, without a network"),
    ("bindings/rust/README.md", "cargo run --bin", "tests/bindings/rust/test_examples.py runs both against an instance"),
    ("sdk/docs/installing.md", "gpg --import", "tests/release/test_signing.py types it"),
    ("sdk/docs/installing.md", "sudo apt install ./libpgiam1", "tests/optional/release_packages installs them in roots of Debian"),
    ("sdk/docs/installing.md", "sudo apk add", "no system that takes them is to be had here"),
    ("sdk/docs/installing.md", "sudo dnf install", "no system of Red Hat's is to be had; tests/optional/release_packages installs them by rpm"),
    ("sdk/docs/installing.md", "sudo tar -xzf", "tests/release/test_languages.py types it, with another folder for /opt"),
    ("sdk/docs/installing.md", "pip install", "tests/release/test_languages.py types it"),
    ("sdk/docs/installing.md", "npm install", "the same"),
    ("sdk/docs/installing.md", "gem install", "the same"),
    ("sdk/docs/installing.md", "java -cp", "the same"),
    ("sdk/docs/installing.md", "brew tap-new", "there is no Homebrew here; tests/optional/formula does the formula's steps"),
    ("sdk/docs/installing.md", "COPY libpgiam1", "for an image; tests/optional/release_packages does what it says in roots of Debian"),
    ("sdk/docs/installing.md", "ADD pgiam-", "the same"),
    ("sdk/release/README.md", ".ci/install build", "builds everything; tests/optional/release_packages does"),
    ("sdk/release/README.md", "gpg --armor", "tests/release/test_signing.py types it, with a key of its own"),
    ("sdk/docs/migration.md", "*/10 * * * *", "what is to go, with a script of the reader's"),
    ("tests/conformance/corpus/README.md", "ctest --preset dev", "a part of this suite"),
    ("tests/bench/README.md", "cmake --preset release", "measurements, by hand on a quiet machine; ctest -L bench sees that they run"),
    ("tests/conformance/README.md", "ctest --preset dev", "a part of this suite"),
    ("tests/rds/README.md", '{"time": ', "a line of a log, shortened; rds.emulator sees what is in it"),
    ("tests/rds/aws/README.md", "sys.path.insert", "a sketch with a program of the reader's; rds.aws holds whole ones"),
]
# These name files beside the README: they are looked for.
FILES = [("hosts/libpq/README.md", "exports.cc"), ("tests/rds/README.md", "run, ctl")]

def test_every_snippet_is_run_or_says_why_not():
    known = [*RUN, *FILES, *((readme, begins) for readme, begins, _ in NOT_RUN)]
    faults = []
    for one in all_snippets():
        takers = [begins for readme, begins in known if readme == one.readme and one.text.startswith(begins)]
        if len(takers) != 1:
            faults.append(f"{one}: {'is neither run nor listed with a reason' if not takers else 'is known twice'}")
    for readme, begins in known:
        if not any(one.readme == readme and one.text.startswith(begins) for one in all_snippets()):
            faults.append(f"{readme} has no snippet that begins with {begins!r} any more")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("readme, begins", FILES)
def test_files_that_are_named_are_there(readme, begins):
    (found,) = [one for one in all_snippets() if one.readme == readme and one.text.startswith(begins)]
    names = [word.strip(",") for line in found.text.splitlines() for word in line.split("   ")[0].split("  ") if word.strip()]
    for name in " ".join(names).replace(",", " ").split():
        if "." in name or name in ("run", "ctl"):
            assert (ROOT / readme).parent.joinpath(name).exists(), name


# ---- The command and programs over libpq


@snippet("README.md", "pgiam exec -- psql")
def test_a_shell_logs_in(text, shell):
    assert "\n app\n" in shell(text, input="SELECT session_user;\n")


@snippet("hosts/ide/README.md", "pgiam exec -- psql")
def test_the_guides_first_step_logs_in(text, shell):
    assert "app_user" in shell(text)


@snippet("hosts/cli/README.md", "[connection orders over the tunnel]")
def test_a_rule_of_the_configuration_applies(text, shell, home):
    (home / ".config/pgiam").mkdir(parents=True)
    (home / ".config/pgiam/pgiam.conf").write_text(text + "\n")
    told = shell("pgiam explain 'host=localhost port=5433 user=app'")
    assert "orders over the tunnel" in told and f"{HOST}:5432" in told, told


@snippet("hosts/cli/README.md", "pgiam doctor service=orders")
def test_the_doctor_finds_nothing(text, shell):
    assert "failed" not in shell(text)


@snippet("hosts/cli/README.md", "pgiam token --host")
def test_by_hand(text, shell):
    token, explain, login, sql = lines_of(text)
    assert shell(token).startswith(f"{HOST}:5432/?Action=connect&DBUser=app&")
    assert HOST in shell(explain)
    assert "dev" in shell(login, fails=True)  # it has keys: there is nobody to sign in
    assert "GRANT rds_iam" in shell(sql)


@snippet("README.md", "aws rds modify-db-instance")
def test_an_administrator_sets_a_user_up(text, shell, instance, home):
    switch_on, setup, policy, attach, doctor = lines_of(text.replace("user app", "user newcomer"))
    shell.stub("aws", 'echo "$@"')
    assert "--enable-iam-database-authentication" in shell(switch_on)
    sql, psql = setup.split(" | ")
    assert psql == "psql -v ON_ERROR_STOP=1 service=admin"  # the emulator's own administrator has no password
    instance.admin_sql(shell(sql), "orders")
    assert "--enable-iam-database-authentication" in shell(policy)
    assert json.loads((shell.folder / "app.json").read_text())["Statement"][0]["Resource"][0].endswith("/newcomer")
    assert "file://app.json" in shell(attach)
    services = home / ".pg_service.conf"
    services.write_text(services.read_text().replace("user=app", "user=newcomer"))
    assert shell(doctor).startswith("verdict: works")


@snippet("hosts/ide/README.md", "/usr/bin/pgiam token")
def test_a_password_command(text, shell):
    assert "DBUser=app_user&" in shell(text.replace("/usr/bin/", ""))


@snippet("hosts/ide/README.md", "PGPASSWORD=$(pgiam token")
def test_a_script_of_ones_own(text, shell, instance):
    url = f"postgresql://app@{HOST}/orders?sslmode=verify-full&sslrootcert={instance.ca_file}"
    for way in text.split("        # or: "):
        assert shell(way, URL=url) == "app\n"


@snippet("hosts/ide/README.md", "pgiam keep --password-file")
def test_the_guides_keeper_writes_a_file(text, shell, home):
    keeps(text, shell, home / ".orders-password")


@snippet("hosts/keeper/README.md", "pgiam keep --password-file")
def test_all_kinds_of_files_are_kept(text, shell, home):
    files = (".orders-password", ".pgpass", "pgbouncer/userlist.txt", ".orders-url", "shop/.env")
    for line, file in zip(lines_of(text), files, strict=True):
        (home / file).parent.mkdir(exist_ok=True)
        keeps(line, shell, home / file)


def keeps(command, shell, file):
    """It goes on until it is ended."""
    with subprocess.Popen(["bash", "-c", "exec " + command], env=shell.environment, stderr=subprocess.PIPE, text=True) as keeper:
        until = time.monotonic() + 60
        while not (file.exists() and "X-Amz-Signature" in file.read_text()):
            assert keeper.poll() is None and time.monotonic() < until, keeper.communicate()
            time.sleep(0.05)
        keeper.terminate()


# ---- Coming from something else


@snippet("sdk/docs/migration.md", "pgiam doctor")
def test_first_see_that_it_can_log_in(text, shell):
    assert shell(text).startswith("verdict: works")


@snippet("sdk/docs/migration.md", "TOKEN=$(aws rds")
def test_what_such_a_script_does(text, shell):
    shell.stub("aws", 'while [ $# -gt 0 ]; do case $1 in --hostname) host=$2;; --username) user=$2;; esac; shift; done\n'
               'exec pgiam token --host "$host" --user "$user"')  # fmt: skip
    assert "\n app\n" in shell(text, input="SELECT session_user;\n")


@snippet("sdk/docs/migration.md", "pgiam exec --")
def test_what_becomes_of_the_script(text, shell):
    dead = re.sub(r"X-Amz-Date=\w+", "X-Amz-Date=20200101T000000Z", shell(f"pgiam token --host {HOST} --user app").strip())
    assert "\n app\n" in shell(text, input="SELECT session_user;\n", PGPASSWORD=dead)


@snippet("sdk/docs/migration.md", "pgiam keep --pgpass")
def test_a_keeper_in_place_of_cron(text, shell, home):
    keeps(text, shell, home / ".pgpass")


@snippet("sdk/docs/migration.md", "pgiam keep --once")
def test_a_keeper_by_cron(text, shell, home):
    shell(text)
    assert "X-Amz-Signature" in (home / ".pgpass").read_text()


# ---- ODBC


@snippet("README.md", "sudo pgiam odbc install")
def test_odbc_without_a_data_source(text, shell):
    assert "| app " in shell(text, input="SELECT session_user;\n")


@snippet("hosts/odbc/README.md", "apt-get install odbc-postgresql")
def test_odbc_packages_are_there(text, shell):
    packages, install, connect = lines_of(text)
    shell(packages.replace("apt-get install", "dpkg-query --show"))
    assert "[orders]" in shell(install)
    assert connect == "isql -v orders"  # below, with the data source


@snippet("hosts/odbc/README.md", "[orders]")
def test_odbc_with_the_data_source_that_is_shown(text, shell, home, instance):
    (home / ".odbc.ini").write_text(text.replace("= rds\n", f"= {instance.ca_file}\n") + "\n")
    shell("pgiam odbc install")
    assert "| app_user" in shell("isql -v orders", input="SELECT session_user;\n")


# ---- Java

WHO = """
import java.sql.*;
public class Who {
  public static void main(String[] given) throws Exception {
    try (Connection connection = DriverManager.getConnection(given[0]);
         ResultSet row = connection.createStatement().executeQuery("SELECT session_user")) {
      row.next();
      System.out.println("logged in as " + row.getString(1));
    }
  }
}
"""


def classes():
    hikari = "/usr/share/java/HikariCP.jar"
    return f"{os.environ['PGIAM_TEST_JAR']}:{os.environ['PGIAM_TEST_PGJDBC']}:{hikari}"


@pytest.mark.usefixtures("java")
@snippet("README.md", "jdbc:pgiam:")
def test_the_url_of_its_own(text, shell, instance):
    assert logs_in(text, shell, instance)


@pytest.mark.usefixtures("java")
@snippet("sdk/docs/migration.md", "jdbc:pgiam:")
def test_the_url_in_place_of_the_wrappers(text, shell, instance):
    assert logs_in(text, shell, instance)


@pytest.mark.usefixtures("java")
@snippet("hosts/jdbc/README.md", "jdbc:pgiam:")
def test_the_hosts_url_of_its_own(text, shell, instance):
    assert logs_in(text, shell, instance)


@pytest.mark.usefixtures("java")
@snippet("hosts/jdbc/README.md", "jdbc:postgresql:")
def test_the_drivers_url(text, shell, instance):
    assert logs_in(text, shell, instance)


def logs_in(text, shell, instance):
    url = "".join(line.strip() for line in text.splitlines())
    for named in ("/usr/share/pgiam/rds-roots.pem", "=rds"):
        url = url.replace(named, named.startswith("=") * "=" + str(instance.ca_file))
    (shell.folder / "Who.java").write_text(WHO)
    return "logged in as app" in shell(f"java -Djdk.net.hosts.file={instance.hosts_file} -cp {classes()} Who.java '{url}'")


@pytest.mark.usefixtures("java")
@snippet("hosts/jdbc/README.md", "config.setJdbcUrl")
def test_a_pool_is_configured(text, shell):
    compiles_java(f"com.zaxxer.hikari.HikariConfig config = new com.zaxxer.hikari.HikariConfig();\n{text}", shell)


@pytest.mark.usefixtures("java")
@snippet("bindings/java/README.md", "try (Pgiam pgiam")
def test_the_java_api(text, shell):
    compiles_java(text, shell)


def compiles_java(text, shell):
    (shell.folder / "Snippet.java").write_text(f"""
import org.pgiam.*;
class Snippet {{
  static void connectWith(char[] password) {{}}
  static void run() throws Exception {{
{text}
  }}
}}
""")
    shell(f"javac -Xlint:all,-options,-processing,-classfile,-path -cp {classes()} Snippet.java")


# ---- Services


@snippet("README.md", "import pgiam.psycopg")
def test_a_service_in_python(text, shell):
    pytest.importorskip("psycopg")
    who = 'print(connection.execute("SELECT session_user").fetchone()[0])'
    (shell.folder / "service.py").write_text(f"{text}\n{who}\n")
    assert shell("/usr/bin/python3 service.py", PYTHONPATH=str(ROOT / "bindings/python/src")).splitlines()[-1] == "app"


@snippet("README.md", "const pg")
def test_a_service_in_node(text, shell):
    addon = BUILD / "lib/node/pgiam.node"
    unpacked = BUILD / "tests/bindings/node/debian"  # where another nodejs keeps Debian's node-pg from being installed
    modules = [folder for folder in (Path("/usr/share/nodejs"), unpacked / "usr/share/nodejs") if (folder / "pg").exists()]
    if not (addon.exists() and modules):
        pytest.skip("there is no node-pg, or the addon was not built")
    (shell.folder / "node_modules").mkdir()
    (shell.folder / "node_modules/pgiam").symlink_to(ROOT / "bindings/node")  # as npm leaves it
    after = "pool.query('SELECT session_user').then((got) => { console.log(got.rows[0].session_user); return pool.end(); });"
    (shell.folder / "service.js").write_text(f"{text}\n{after}\n")
    assert shell("/usr/bin/node service.js", NODE_PATH=str(modules[0]), PGIAM_NODE_ADDON=str(addon)) == "app\n"


# ---- C, C++, CMake

C_PROGRAM = """
#include <pgiam.h>
#include <stdio.h>
#include <string.h>
static void connect_with(const pgiam_reply *reply) {
  pgiam_param param;
  memset(&param, 0, sizeof param);
  param.struct_size = sizeof param;
  if (pgiam_reply_param(reply, 0, &param) == PGIAM_OK) puts(param.value);
}
int main(void) {
  pgiam_context *context = NULL;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
%s
  pgiam_context_free(context);
  return error != NULL;
}
"""
CXX_PROGRAM = """
#include <pgiam.hpp>
#include <cstdio>
static int fail(const char* why) { std::puts(why); return 1; }
static void set(const char*, const char* value) { std::puts(value); }
int main() {
  const std::string host = "%s", user = "app";
%s
}
"""


@snippet("README.md", "pgiam_context_new(")
def test_c(text, shell):
    (shell.folder / "app.c").write_text(C_PROGRAM % text)
    assert "DBUser=app&" in shell("cc -std=c99 -Wall -Wextra -Werror app.c $(pkg-config --cflags --libs pgiam) -o app && ./app")


@snippet("sdk/README.md", "pgiam::Context context")
def test_cxx(text, shell):
    (shell.folder / "app.cc").write_text(CXX_PROGRAM % (HOST, text))
    assert "DBUser=app&" in shell("c++ -std=c++11 -Wall -Wextra -Werror app.cc $(pkg-config --cflags --libs pgiam) -o app && ./app")


@snippet("sdk/README.md", "find_package(pgiam REQUIRED)")
def test_a_build(text, shell):
    find, link, compile_by_hand = lines_of(text)
    (shell.folder / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.16)\nproject(app C)\n{find}\nadd_executable(app app.c)\n{link}\n")
    (shell.folder / "app.c").write_text((ROOT / "sdk/examples/token.c").read_text())
    for way in ("cmake -S . -B build -G Ninja && cmake --build build && ./build/app", f"{compile_by_hand} -o app && ./app"):
        assert "DBUser=app&" in shell(f"{way} {HOST} app")


@snippet("sdk/README.md", "cc -o plugin_host")
def test_a_host_that_loads_pgiam(text, shell, prefix, instance):
    for file in (ROOT / "sdk/examples/plugin_host.c", prefix / "share/pgiam/pgiam_loader.c"):
        (shell.folder / file.name).write_text(file.read_text())
    build, dialog, connect = lines_of(text)
    shell(build)
    assert "pgiam.profile" in shell(dialog)
    assert "1" in shell(connect.replace("sslrootcert=…", f"sslrootcert={instance.ca_file}")).split()


# ---- The emulator


@snippet("tests/rds/README.md", "tests/rds/run -- sh -c")
def test_any_client_with_the_emulator(text, shell):
    token = "$(pgiam token --host $RDS_HOST --port $RDS_PORT --user $RDS_USER)"
    command = text.replace("…a token…", token).replace("tests/rds/run -- sh -c 'psql ", "tests/rds/run -- sh -c 'psql -XAtc \"SELECT session_user\" ")
    assert shell(f"cd {ROOT} && {command}") == "app_user\n"


@snippet("tests/rds/README.md", "sudo apt-get install")
def test_the_emulator_alone_in_somebodys_ci(text, shell):
    packages, run = lines_of(text)
    names = packages.split("--no-install-recommends ")[1]
    shell(f"dpkg-query --show {names.replace('gcc ', '')}")
    shell(f"mkdir -p pgiam/tests && cp -r {ROOT}/tests/rds pgiam/tests/rds")
    shell.stub("your-tests", f'exec psql -XAtc "SELECT session_user" "host=$RDS_HOST port=$RDS_PORT user=$RDS_USER dbname=$RDS_DATABASE '
               'sslmode=verify-full sslrootcert=$RDS_CA password=$(pgiam token --host $RDS_HOST --port $RDS_PORT --user $RDS_USER)"')
    assert shell(run) == "app\n"


@snippet("tests/rds/README.md", "tests/rds/ctl add_user")
def test_the_emulator_is_scripted(text, shell, instance):
    told = shell(f"cd {ROOT}\n{text}", RDS_CONTROL=instance.control_socket)
    json.loads(told.splitlines()[-1])
    instance.refuse_next(0)


@snippet("tests/rds/README.md", "sys.path.insert")
def test_the_emulator_in_pytest(text, shell, instance):
    code = text.replace(".../tests/rds", str(ROOT / "tests/rds"))
    code = code.replace('"PGPASSWORD": token, …', '"PGPASSWORD": token_for(rds), "PATH": "/usr/bin:/bin"').replace(
        "    subprocess.run(", "    from rds_clients import token_for\n    subprocess.run(", 1)
    (shell.folder / "snippet.py").write_text(f"import subprocess, sys\n{code}\n")
    shell("/usr/bin/python3 snippet.py")
