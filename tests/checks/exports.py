"""One set of names: exports.txt = linker map = symbols of the library = functions that pgiam.h
declares; slots of pgiam_api = the same, less those that lead to it; and a frozen minor is what was frozen."""
import pathlib
import re
import subprocess
import sys

NOT_IN_TABLE = {"pgiam_get_api", "pgiam_abi_version"}

root, map_file, library = map(pathlib.Path, sys.argv[1:])


def code_of(path):
    """The text of a C file without comments, blanks folded."""
    return " ".join(re.sub(r"/\*.*?\*/", " ", path.read_text(), flags=re.S).split())


def declared_in(code):
    return set(re.findall(r"PGIAM_EXPORT [^;]*?PGIAM_CALL (pgiam_\w+)\(", code))


header = code_of(root / "sdk/include/pgiam.h")
table = header[header.index("typedef struct pgiam_api {"):header.index("} pgiam_api;")]
minor_of = dict((line.split() + ["1.1"])[:2] for line in (root / "plugin/exports.txt").read_text().splitlines())
listed = list(minor_of)
symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True, capture_output=True).stdout
sets = {
    "plugin/exports.txt": set(listed),
    "the linker map": set(re.findall(r"pgiam_\w+", map_file.read_text())),
    library.name: {name.split("@")[0] for name in re.findall(r" [A-Z] (\S+)", symbols)} - {"PGIAM_1", "PGIAM_1.2"},
    "pgiam.h": declared_in(header),
    "pgiam_api": {f"pgiam_{slot}" for slot in re.findall(r"PGIAM_CALL \*(\w+)\)", table)} | NOT_IN_TABLE,
}

faults = [f"{name} is not in {where}" for where, names in sets.items()
          for name in sorted(set.union(*sets.values()) - names)]
if listed != sorted(listed):
    faults.append("plugin/exports.txt is not sorted")
in_1_1 = declared_in(code_of(root / "sdk/abi/1.1/pgiam.h"))
versions = dict(re.findall(r" T (\w+)@@(\S+)", symbols))
faults += [f"{name} has the version {versions.get(name)} in {library.name}" for name in listed
           if versions.get(name) != ("PGIAM_1" if name in in_1_1 else f"PGIAM_{minor_of[name]}")]
minor = re.search(r"#define PGIAM_ABI_MINOR (\d+) ", header)[1]
frozen = root / f"sdk/abi/1.{minor}/pgiam.h"
if frozen.exists() and code_of(frozen) != header:
    faults.append(f"sdk/include/pgiam.h says it is ABI 1.{minor} but differs from {frozen.relative_to(root)}, "
                  "which is frozen: count PGIAM_ABI_MINOR up")

print("\n".join(faults) or f"{len(listed)} functions")
sys.exit(bool(faults))
