"""The ABI only grows: today's pgiam.h, made into a library of empty functions, against the dump of each minor in sdk/abi
(what is gone or has changed fails, what was appended passes), and its numbers against the frozen headers.
abi.py ROOT [CC]; abi.py --write MINOR: takes the dump of that minor, its frozen header's if it has one, else today's."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DUMP = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--no-architecture", "--exported-interfaces-only",
        "--type-id-style", "hash"]  # fmt: skip
FUNCTION = re.compile(r"PGIAM_EXPORT [^;{}]*?PGIAM_CALL pgiam_\w+\([^;]*\)(?=;)")
NUMBER = re.compile(r"^#\s*define (PGIAM_\w+) +\(?(-?(?:0x)?[0-9a-fA-F]+)[uU]?\)?(?:\s|$)", re.M)
COUNTED_UP = {"PGIAM_ABI_MINOR"}
# A struct says its size and a table of functions its minor, so that both may grow at their end
# (abidiff from 2.5 on wants to be told that they become larger, too).
GROWS = """
[suppress_type]
  type_kind = struct
  has_data_member_inserted_at = end
  has_size_change = yes
"""


def library_of(header, folder, cc):
    """The header's functions, without anything in them."""
    code = re.sub(r"/\*.*?\*/", " ", header.read_text(), flags=re.S)
    stubs = "".join(f"{' '.join(found.split())} {{ __builtin_trap(); }}\n" for found in FUNCTION.findall(code))
    (folder / "stubs.c").write_text(f"#define PGIAM_BUILDING\n#include <pgiam.h>\n{stubs}")
    subprocess.run([cc, "-g", "-O0", "-shared", "-fPIC", "-std=gnu99", "-Wl,-soname,libpgiam.so.1", f"-I{header.resolve().parent}",
                    "-o", "libpgiam.so", "stubs.c"], cwd=folder, check=True)  # fmt: skip
    return folder / "libpgiam.so"


def write(minor, cc):
    frozen = ROOT / f"sdk/abi/{minor}/pgiam.h"
    dump = frozen.parent / "libpgiam.abi"
    dump.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        library = library_of(frozen if frozen.exists() else ROOT / "sdk/include/pgiam.h", pathlib.Path(folder), cc)
        subprocess.run(["abidw", *DUMP, "--out-file", dump, library], check=True)


def faults_of_functions(root, dumps, cc):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "grows").write_text(GROWS)
        library = library_of(root / "sdk/include/pgiam.h", folder, cc)
        for dump in dumps:
            told = subprocess.run(["abidiff", "--no-added-syms", "--no-architecture", "--suppressions", folder / "grows", dump, library],
                                  text=True, capture_output=True)  # fmt: skip
            if told.returncode:
                yield f"pgiam.h breaks what {dump.relative_to(root)} has:\n{told.stdout}{told.stderr}"


def faults_of_numbers(root):
    today = dict(NUMBER.findall((root / "sdk/include/pgiam.h").read_text()))
    for frozen in sorted(root.glob("sdk/abi/*/pgiam.h")):
        for name, number in NUMBER.findall(frozen.read_text()):
            if name not in COUNTED_UP and today.get(name) != number:
                yield f"{name} was {number} in {frozen.relative_to(root)}, and is {today.get(name, 'gone')} in pgiam.h"


def check(root, cc="cc"):
    dumps = sorted(root.glob("sdk/abi/*/libpgiam.abi"))
    faults = list(faults_of_numbers(root))
    if shutil.which("abidiff"):
        faults += faults_of_functions(root, dumps, cc)
    if faults:
        print("\n".join(faults), "\nWhile the minor is open and this is meant: tests/checks/abi.py --write MINOR (sdk/ABI.md)", sep="\n")
        return 1
    if not shutil.which("abidiff"):
        print("skipped: no abidiff here (Debian: abigail-tools); the numbers are as they were")
        return 77
    print(f"{len(dumps)} minors are kept")
    return 0 if dumps else 1


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        sys.exit(write(sys.argv[2], "cc"))
    sys.exit(check(pathlib.Path(sys.argv[1]).resolve(), *sys.argv[2:]))
