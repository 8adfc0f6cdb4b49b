"""What is in the packages of each language, made from a source archive."""

import re
import shutil
import tarfile
import zipfile

import pytest
from entry import HERE, ROOT, build, checkout


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


def test_a_wheel(made):
    names = zipfile.ZipFile(made(r".*\.whl")).namelist()
    assert {"pgiam/__init__.py", "pgiam/_lib/libpgiam.so.1", "pgiam/_lib/pgiam/rds-roots.pem"} <= set(names)


def test_a_gem(made):
    with tarfile.open(made(r".*\.gem")) as gem:
        names = tarfile.open(fileobj=gem.extractfile("data.tar.gz")).getnames()
    assert {"lib/pgiam.rb", "lib/pgiam/lib/libpgiam.so.1", "lib/pgiam/lib/pgiam/rds-roots.pem"} <= set(names)


def test_the_package_for_npm(made):
    names = tarfile.open(made(r"pgiam-\d.*\.tgz")).getnames()
    assert {"package/lib/index.js", "package/include/pgiam.h", "package/package.json"} <= set(names)


def test_the_package_of_the_platform_for_npm(made):
    names = tarfile.open(made(r"pgiam-linux-.*\.tgz")).getnames()
    assert {"package/pgiam.node", "package/libpgiam.so.1", "package/pgiam/rds-roots.pem"} <= set(names)


def test_a_jar(made):
    names = zipfile.ZipFile(made(r".*\.jar")).namelist()
    assert names[0] == "META-INF/MANIFEST.MF" and f"org/pgiam/native/{HERE}/libpgiam.so.1" in names
