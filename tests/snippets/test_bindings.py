"""The snippets of the bindings' READMEs: run with Debian's drivers where it has them, else compiled."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BUILD, HOST, ROOT
from snippets import lines_of, snippet

CONNINFO = f"host={HOST} user=app dbname=orders"
ORDERS = {"PGDATABASE": "orders"}
ASK = "SELECT session_user"


def run(shell, command, name, program, **variables):
    (shell.folder / name).write_text(program)
    return shell(f"{command} {name}", **variables).splitlines()


# ---- Python


def python(shell, program, **variables):
    return run(shell, "/usr/bin/python3", "snippet.py", program, PYTHONPATH=str(ROOT / "bindings/python/src"), **variables)


@snippet("bindings/python/README.md", "import pgiam")
def test_python(text, shell):
    first, call, awaited = lines_of(text)
    awaited = awaited.replace("host=…, user=…", f'host="{HOST}", user="app"')
    said = python(shell, f"import asyncio\n{first}\nprint({call})\nasync def main():\n    print({awaited})\nasyncio.run(main())\n")
    assert len(said) == 2 and all(line.startswith(f"{HOST}:5432/?Action=connect&DBUser=app&") for line in said), said


# Of each line what it needs, what stands before it, and what asks over what it gives.
PYTHON_DRIVERS = [
    ("psycopg", "", f'made.execute("{ASK}").fetchone()[0]'),
    ("psycopg_pool", f'import psycopg_pool\nconninfo = "{CONNINFO}"', f'[made.connection().__enter__().execute("{ASK}").fetchone()[0], made.close()][0]'),
    ("sqlalchemy", f'import sqlalchemy\nengine = sqlalchemy.create_engine("postgresql+psycopg2://app@{HOST}/orders")',
     f'engine.connect().execute(sqlalchemy.text("{ASK}")).scalar()'),
    ("asyncpg", f'import asyncio, asyncpg, pgiam.asyncpg\nwhere = {{"host": "{HOST}", "user": "app"}}', ""),
    ("django", "", ""),
]  # fmt: skip
ASYNCPG = "async def main():\n    async with {} as pool:\n        print(await pool.fetchval({!r}))\nasyncio.run(main())\n"
DJANGO = """
import django
from django.conf import settings
settings.configure(DATABASES=DATABASES)
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute({!r})
    print(cursor.fetchone()[0])
"""


@snippet("bindings/python/README.md", "pgiam.psycopg.connect(")
@pytest.mark.parametrize("place", range(len(PYTHON_DRIVERS)), ids=[driver for driver, _, _ in PYTHON_DRIVERS])
def test_pythons_drivers(text, place, shell):
    driver, before, ask = PYTHON_DRIVERS[place]
    pytest.importorskip(driver)
    line = lines_of(text)[place].replace("host=… user=app dbname=shop", CONNINFO)
    program = f"import pgiam\n{before}\n"
    if driver == "asyncpg":
        program += ASYNCPG.format(line, ASK)
    elif driver == "django":
        program += line.replace("…", f'"HOST": "{HOST}", "USER": "app", "NAME": "orders"') + DJANGO.format(ASK)
    else:
        program += f"made = {line}\nprint({ask})\n"
    assert "app" in python(shell, program, **ORDERS)


# ---- Ruby


def ruby(shell, needs, program):
    if subprocess.run(["/usr/bin/ruby", "-e", f'require "{needs}"'], capture_output=True).returncode != 0:
        pytest.skip(f"Ruby has no {needs}")
    return run(shell, f"/usr/bin/ruby -I {ROOT}/bindings/ruby/lib", "snippet.rb", program)


@snippet("bindings/ruby/README.md", 'require "pgiam"')
def test_ruby(text, shell):
    first, call = lines_of(text)
    assert ruby(shell, "fiddle", f"{first}\nputs {call}\n")[-1].startswith(f"{HOST}:5432/?")


@snippet("bindings/ruby/README.md", 'require "pgiam/pg"')
@pytest.mark.parametrize("driver", ["pg", "active_record", "sequel"])
def test_rubys_drivers(text, driver, shell):
    text = text.replace("host: …", f'host: "{HOST}"').replace("orders.…/", f"{HOST}/").replace("shop", "orders")
    first, connect, record, install, sequel = lines_of(text)
    programs = {
        "pg": f'{first}\nputs {connect}.exec("{ASK}").getvalue(0, 0)\n',
        "active_record": f'{record}\n{install}\nActiveRecord::Base.establish_connection(adapter: "postgresql", host: "{HOST}", '
                         f'username: "app", database: "orders")\nputs ActiveRecord::Base.connection.select_value("{ASK}")\n',
        "sequel": f'require "sequel"\n{sequel}\nputs DB.get(Sequel.lit("session_user"))\n',
    }  # fmt: skip
    assert ruby(shell, driver, programs[driver])[-1] == "app"


# ---- PHP, whose modules do not heed the preload that resolves names here: they are given the address


def php(shell, module, program):
    loaded = subprocess.run(["php", "-m"], capture_output=True, text=True).stdout.split() if shutil.which("php") else []
    if not {"FFI", module} <= set(loaded):
        pytest.skip(f"there is no PHP with FFI and {module}")
    return run(shell, "php", "snippet.php", f"<?php\nrequire '{ROOT}/bindings/php/autoload.php';\n{program}\n")


@snippet("bindings/php/README.md", "$context = new Pgiam")
def test_php(text, shell):
    context, call = lines_of(text, "//")
    assert php(shell, "FFI", f"{context}\necho {call}")[-1].startswith(f"{HOST}:5432/?")


@snippet("bindings/php/README.md", "$pdo = Pgiam")
def test_phps_drivers(text, shell):
    pdo, pgsql, doctrine, laravel = lines_of(text.replace("dbname=shop", "dbname=orders"), "//")
    pdo = pdo.replace("host=…", f"host={HOST};hostaddr=127.0.0.1")
    assert php(shell, "pdo_pgsql", f"{pdo}\necho $pdo->query('{ASK}')->fetchColumn();") == ["app"]
    pgsql = pgsql.replace("host=…", f"host={HOST} hostaddr=127.0.0.1")
    assert php(shell, "pgsql", f"{pgsql}\necho pg_fetch_result(pg_query($connection, '{ASK}'), 0, 0);") == ["app"]
    if Path("/usr/share/php/Doctrine/DBAL/autoload.php").exists():
        before = "require 'Doctrine/DBAL/autoload.php';\n$configuration = new Doctrine\\DBAL\\Configuration();"
        assert php(shell, "FFI", f"{before}\n{doctrine}\necho count($configuration->getMiddlewares());") == ["1"]
    read = laravel.replace("…", "'host' => 'x'")
    assert php(shell, "FFI", f"$read = [{read}];\necho $read['pgsql']['pgiam']['profile'];") == ["prod"]


# ---- Node


def node(shell, program):
    addon = BUILD / "lib/node/pgiam.node"
    unpacked = BUILD / "tests/bindings/node/debian"  # where another nodejs keeps Debian's node-pg from being installed
    modules = [folder for folder in (Path("/usr/share/nodejs"), unpacked / "usr/share/nodejs") if (folder / "pg").exists()]
    if not (addon.exists() and modules):
        pytest.skip("there is no node-pg, or the addon was not built")
    shell_node = shutil.which("node", path="/usr/bin:/usr/local/bin")
    return run(shell, shell_node, "snippet.js", f"(async () => {{\n{program}\n}})();\n", NODE_PATH=str(modules[0]), PGIAM_NODE_ADDON=str(addon))


@snippet("bindings/node/README.md", "const pgiam = require")
def test_node(text, shell):
    first, call = lines_of(text, "//")
    first = first.replace("'pgiam'", f"'{ROOT}/bindings/node'")
    said = node(shell, f"{first}\nconsole.log({call});")
    assert said[-1].startswith(f"{HOST}:5432/?"), said


@snippet("bindings/node/README.md", "const where")
def test_nodes_drivers(text, shell):
    where, pool, postgres, client = lines_of(text, "//")
    said = node(shell, f"""
const pg = require('pg'), pgiam = require('{ROOT}/bindings/node'), postgres = (options) => options;  // Debian has no postgres.js
{where}
console.log(typeof ({pool.rstrip(';')}).options.password);
console.log(await ({postgres.rstrip(';')}).password());
{client}
console.log((await client.query('{ASK}')).rows[0].session_user);
await client.end();""")  # fmt: skip
    assert said[0] == "function" and said[1].startswith(f"{HOST}:5432/?") and said[2] == "app", said


# ---- .NET


@pytest.fixture(scope="session")
def assembly(tmp_path_factory):
    if not shutil.which("mcs"):
        pytest.skip("mcs is not installed")
    folder = tmp_path_factory.mktemp("dotnet")
    subprocess.run([ROOT / "bindings/dotnet/with-mono", folder], check=True)
    return folder / "Pgiam.dll"


def csharp(shell, assembly, body, kind, *sources):
    usings = "using System.Data.Odbc; using System.Threading; using System.Threading.Tasks;"
    usings += " using Npgsql; using Pgiam;" if sources else ""
    (shell.folder / "Snippet.cs").write_text(f"""{usings}
static class Snippet {{
  static async Task Run(CancellationToken stop) {{
{body}
    await Task.Yield();
  }}
  static void Main() {{ Run(CancellationToken.None).Wait(); }}
}}
""")
    named = " ".join(map(str, sources))
    shell(f"cp {assembly} . && mcs -langversion:7 -unsafe -r:Pgiam.dll -r:System.Data.dll -target:{kind} -out:snippet.{kind} Snippet.cs {named}")


@snippet("bindings/dotnet/README.md", "var pgiam = new Pgiam.Context()")
def test_dotnet(text, shell, assembly):
    csharp(shell, assembly, text.replace("host=…", f"host={HOST}"), "exe")
    shell("mono snippet.exe")


@snippet("bindings/dotnet/README.md", "new NpgsqlDataSourceBuilder")
def test_dotnets_drivers_are_compiled(text, shell, assembly):
    shape, ours = ROOT / "tests/bindings/dotnet/NpgsqlShape.cs", ROOT / "bindings/dotnet/src/Pgiam.Npgsql/NpgsqlExtensions.cs"
    csharp(shell, assembly, text, "library", shape, ours)


# ---- Go: read by the compiler as a package of the module, without a file in its folder

AWS = """package aws

import (
	"context"
	"time"
)

type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken, Source, AccountID string
	CanExpire                                                     bool
	Expires                                                       time.Time
}
type CredentialsProvider interface{ Retrieve(context.Context) (Credentials, error) }
type CredentialsCache struct{ CredentialsProvider }

func NewCredentialsCache(provider CredentialsProvider) *CredentialsCache { return &CredentialsCache{provider} }
"""


def go(shell, program):
    go = shutil.which("go", path="/usr/bin")
    if go is None:
        pytest.skip("Debian's go is not installed")
    module = ROOT / "bindings/go"
    files = {"snippet/snippet.go": program, "snippet/aws/aws.go": AWS}
    replaced = {}
    for name, content in files.items():
        written = shell.folder / name.replace("/", "_")
        written.write_text(content)
        replaced[str(module / "internal" / name)] = str(written)
    (shell.folder / "overlay.json").write_text(json.dumps({"Replace": replaced}))
    cache = ROOT / "build/go"
    shell(f"cd {module} && go build -tags pgiam_cgo -overlay {shell.folder}/overlay.json -o /dev/null ./internal/snippet", GOPROXY="off", GOCACHE=f"{cache}/cache",
          GOPATH=f"{cache}/path", GOFLAGS="-buildvcs=false", GOTOOLCHAIN="local", CGO_ENABLED="1")  # fmt: skip


@snippet("bindings/go/README.md", 'import "pgiam.org/pgiam"')
def test_go_is_compiled(text, shell):
    first, call, token = lines_of(text, "//")
    go(shell, f'package snippet\n\nimport "context"\n\n{first}\n\nfunc Token(ctx context.Context) (string, error) {{\n\t{call}\n'
       f"\tif err != nil {{\n\t\treturn \"\", err\n\t}}\n\treturn {token}, nil\n}}\n")  # fmt: skip


@snippet("bindings/go/README.md", "pgiam.Request{")
def test_gos_credentials_are_compiled(text, shell):
    request, provider = lines_of(text, "//")
    packages = ["pgiam.org/pgiam", "pgiam.org/pgiam/pgiamaws", "pgiam.org/pgiam/internal/snippet/aws"]
    imports = "".join(f'import "{package}"\n' for package in packages)
    go(shell, f"package snippet\n\n{imports}\ntype Config struct{{ Credentials aws.CredentialsProvider }}\n\n"
       f"func Both(config *Config, host string) pgiam.Request {{\n\trequest := {request}\n\t{provider}\n\treturn request\n}}\n")  # fmt: skip


# ---- Rust


def rust(shell, dependencies, body):
    if not shutil.which("cargo", path="/usr/bin"):
        pytest.skip("Debian's cargo is not installed")
    dependencies = dependencies.replace("…/bindings", f"{ROOT}/bindings")
    (shell.folder / "Cargo.toml").write_text(f'[package]\nname = "snippet"\nversion = "0.0.0"\nedition = "2021"\n{dependencies}\n')
    (shell.folder / "src").mkdir()
    (shell.folder / "src/lib.rs").write_text(f"""use std::fmt;
#[derive(Debug)]
pub struct MyError;
impl std::error::Error for MyError {{}}
impl fmt::Display for MyError {{
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {{ to.write_str("mine") }}
}}
{body}
""")
    shell("cargo check --quiet --offline", CARGO_TARGET_DIR=str(BUILD / "tests/snippets/rust"), CARGO_HOME=str(shell.folder / "cargo"))


@snippet("bindings/rust/README.md", "[dependencies]")
def test_rust_is_compiled(text, shell):
    dependencies, code = text.split("\n\n")
    rust(shell, dependencies, "pub async fn run() -> Result<pgiam::Secret, pgiam::Error> {\n" + code + "\nOk(token)\n}")


@snippet("bindings/rust/README.md", "let provider = pgiam::Provider")
def test_rusts_credentials_are_compiled(text, shell):
    made, awaited, call = lines_of(text, "//")
    awaited = awaited.replace("…", 'Ok::<_, MyError>(pgiam::Keys::new("id", "secret"))')
    rust(shell, '[dependencies]\npgiam = { path = "…/bindings/rust/pgiam" }', f"""
pub fn blocking(id: String, secret: String, token: String) -> pgiam::Provider {{ {made} provider }}
pub async fn run(context: pgiam::Context, request: pgiam::Request) -> Result<(), pgiam::Error> {{ {awaited} {call} Ok(()) }}""")
