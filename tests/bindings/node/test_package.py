"""What npm installs from a clone and from a packed tarball, and the examples as they stand."""

import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from conftest import HOST, NODE, NSS_WRAPPER, PACKAGE, ROOT, environment_of
from rds_emulator import Emulator
from rds_fixtures import rds, verdicts  # noqa: F401

NPM = shutil.which("npm")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
CALL = f"const pgiam = require('pgiam'); pgiam.token({{host: {HOST!r}, user: 'app'}}).then(console.log);"
IMPORT = f"import pgiam, {{ token }} from 'pgiam'; console.log(await token({{host: {HOST!r}, user: 'app'}}) !== '', pgiam.token === token);"
needs_npm = pytest.mark.skipif(not NPM, reason="npm is not installed")


@pytest.fixture(scope="module")
def instance():
    with Emulator(endpoints=[HOST], users=["app_user"]) as emulator:
        yield emulator


def run(*command, cwd, **variables):
    """Without a network, and without what the tests say of the addon and the library."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PGIAM_TEST_")}
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True, timeout=500,
                          env={**environment, "npm_config_offline": "true", "AWS_EC2_METADATA_DISABLED": "true", **variables})  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def calls(site, *, library=""):
    assert run(NODE, "-e", CALL, cwd=site, PGIAM_LIBRARY=library, **KEYS).startswith(HOST)
    assert run(NODE, "--input-type=module", "-e", IMPORT, cwd=site, PGIAM_LIBRARY=library, **KEYS) == "true true\n"


@pytest.fixture
def clone(tmp_path):
    """A clone whose library is built; nothing is written to our own."""
    clone = tmp_path / "clone"
    ignored = shutil.ignore_patterns("build", "node_modules", "include")
    shutil.copytree(PACKAGE, clone / "bindings/node", ignore=ignored)
    shutil.copytree(ROOT / "sdk/include", clone / "sdk/include")
    library = Path(os.environ["PGIAM_TEST_LIBRARY"])
    (clone / "build/dev/lib/pgiam").mkdir(parents=True)
    shutil.copy(library, clone / "build/dev/lib/libpgiam.so.1")
    shutil.copy(library.parent / "pgiam/libpgiam-http.so", clone / "build/dev/lib/pgiam")
    (tmp_path / "site").mkdir()
    return clone


@needs_npm
def test_the_readmes_line_builds_the_addon_and_brings_the_library(clone, tmp_path):
    """As it stands: npm takes a bare folder/name for an address at GitHub."""
    site = tmp_path / "site"
    line = re.search(r"^    (npm install \S+)", (PACKAGE / "README.md").read_text(), re.M)[1]
    assert f"`{line}`" in (ROOT / "README.md").read_text()
    run("sh", "-euc", line.replace("CLONE", str(clone)), cwd=site, npm_config_audit="false", npm_config_fund="false", npm_config_foreground_scripts="true")
    calls(site)


@needs_npm
def test_a_packed_package_has_its_header_and_an_addon_of_the_release_needs_no_compiler(clone, tmp_path):
    package = clone / "bindings/node"
    libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    shipped = tmp_path / f"linux-{run(NODE, '-p', 'process.arch', cwd=package).strip()}-{libc}"
    shipped.mkdir()
    (shipped / "package.json").write_text(json.dumps({"name": f"@pgiam/{shipped.name}", "version": "0.0.0"}))
    shutil.copy(os.environ["PGIAM_TEST_NODE_ADDON"], shipped / "pgiam.node")
    packed = json.loads(run(NPM, "pack", "--json", "--pack-destination", tmp_path, cwd=package))
    packed = packed if isinstance(packed, list) else list(packed.values())
    tarball = tmp_path / packed[0]["filename"]
    with tarfile.open(tarball) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
    assert {"include/pgiam.h", "binding.gyp", "index.d.ts", "index.mjs", "lib/index.js", "src/addon.cc", "README.md"} <= names
    assert not any(name.startswith(("build/", "examples/")) for name in names)
    shutil.rmtree(clone)  # the header travels with it
    site = tmp_path / "site"
    run(NPM, "install", "--no-audit", "--no-fund", "--foreground-scripts", str(shipped), str(tarball), cwd=site, PATH="/usr/bin/nowhere:/usr/bin:/bin")
    assert not (site / "node_modules/pgiam/build").exists()
    calls(site, library=os.environ["PGIAM_TEST_LIBRARY"])


# ---- Examples ----


@pytest.fixture
def example(rds, tmp_path):  # noqa: F811
    """An example's command and environment, where the package is installed as `pgiam`."""
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/pgiam").symlink_to(PACKAGE)
    for name in ("reconnect", "storm"):
        shutil.copy(PACKAGE / f"examples/{name}.js", tmp_path)
    environment = environment_of(rds, PGHOST=rds.host, PGPORT=str(rds.port), PGUSER="app_user", PGDATABASE="postgres", PGSSLROOTCERT=rds.ca_file)
    return lambda name, *arguments: ([NODE, tmp_path / f"{name}.js", *arguments], environment)


@pytest.mark.skipif(not NSS_WRAPPER, reason="libnss_wrapper is not installed")
def test_reconnect_logs_in_again(example, rds, verdicts):  # noqa: F811
    command, environment = example("reconnect")
    with subprocess.Popen(command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == "connected\n"
        rds.kill_backends()
        assert program.communicate("\n")[0] == "done\n" and program.returncode == 0
    assert verdicts() == ["accepted", "accepted"]


def test_storm_prints_a_token_for_each_and_its_errors(example, rds):  # noqa: F811
    command, environment = example("storm", "50")
    tokens = subprocess.check_output(command, env=environment, text=True).splitlines()
    assert len(tokens) == 50 and all(token.startswith(f"{rds.host}:{rds.port}/?Action=connect") for token in tokens)  # of one second, or of two
    done = subprocess.run(command, env={**environment, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, text=True, capture_output=True)
    assert done.returncode == 1 and done.stderr.startswith("storm: no AWS credentials")
