"""The manual against what it is about: pgiam(1) has each command and option that the command's own help has, and no other;
libpgiam(3) each function. mandoc finds nothing to warn of, where it is installed. manual.py ROOT COMMAND
(pgiam.conf(5) against the library's options: tests/hosts/cli/test_usage.py)"""
import pathlib
import re
import shutil
import subprocess
import sys

root, command = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
PAGES = [root / "hosts/cli/pgiam.1", root / "hosts/cli/pgiam.conf.5", root / "sdk/libpgiam.3"]
GENERAL = {"help", "host", "port", "user", "username", "dbname", "version", "log"}  # of all, or of pgiam.conf(5)


def help_of(*words):
    return subprocess.run([command, "help", *words], check=True, text=True, capture_output=True).stdout


def own_options(text):
    """Those of one command alone: what stands before the connection's and pgiam.conf's."""
    return set(re.findall(r"--([a-z-]+)", re.split(r"^(?:Connection|Options, and)", text, flags=re.M)[0]))


def synopses(page):
    """By command, "setup sql": the options in its lines of the SYNOPSIS."""
    synopsis = page[page.index(".Sh SYNOPSIS"):page.index(".Sh DESCRIPTION")]
    found = {}
    for lines in synopsis.split("\n.Nm\n")[1:]:
        words = re.match(r"\.Cm (\w+)(?: Cm (\w+)$)?", lines, re.M)
        found[" ".join(filter(None, words.groups()))] = set(re.findall(r"Fl -([a-z][a-z-]*)", lines))
    return found


def faults_of_commands(page):
    told = synopses(page)
    names = [" ".join(name.split()) for name in re.findall(r"^  pgiam (\w+(?: \w+)?)(?=  )", help_of(), re.M)]
    yield from (f"pgiam(1) has no synopsis of {name}" for name in names if name not in told)
    yield from (f"pgiam(1) has {name}, and the command has not" for name in told if name not in names)
    for name in set(names) & set(told):
        has = own_options(help_of(*name.split()))
        yield from (f"pgiam(1): {name} lacks --{option}" for option in sorted(has - told[name] - GENERAL))
        yield from (f"pgiam(1): {name} has no --{option}" for option in sorted(told[name] - has - GENERAL))
    described = page[page.index(".Sh DESCRIPTION"):]
    yield from (f"pgiam(1) does not tell what {name} does" for name in names if f".It Cm {name.replace(' ', ' Cm ')}" not in described)


def faults_of_functions(page):
    exported = {line.split()[0] for line in (root / "plugin/exports.txt").read_text().splitlines() if line.startswith("pgiam_")}
    described = set(re.findall(r"Fn (pgiam_\w+)", page))
    yield from (f"libpgiam(3) lacks {name}" for name in sorted(exported - described))
    yield from (f"libpgiam(3) has {name}, which is no function of the library" for name in sorted(described - exported))


def faults_of_form():
    if not shutil.which("mandoc"):
        print("skipped: the form of the pages, as there is no mandoc here")
        return
    told = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *PAGES], text=True, capture_output=True)
    yield from (told.stdout + told.stderr).splitlines()


faults = [*faults_of_commands(PAGES[0].read_text()), *faults_of_functions(PAGES[2].read_text()), *faults_of_form()]
print("\n".join(faults))
sys.exit(bool(faults))
