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


header = code_of(root / "sdk/include/pgiam.h")
table = header[header.index("typedef struct pgiam_api {"):header.index("} pgiam_api;")]
listed = (root / "plugin/exports.txt").read_text().split()
symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True, capture_output=True).stdout
sets = {
    "plugin/exports.txt": set(listed),
    "the linker map": set(re.findall(r"pgiam_\w+", map_file.read_text().split("global:")[1])),
    library.name: {name.split("@")[0] for name in re.findall(r" [A-Z] (\S+)", symbols)} - {"PGIAM_1"},
    "pgiam.h": set(re.findall(r"PGIAM_EXPORT [^;]*?PGIAM_CALL (pgiam_\w+)\(", header)),
    "pgiam_api": {f"pgiam_{slot}" for slot in re.findall(r"PGIAM_CALL \*(\w+)\)", table)} | NOT_IN_TABLE,
}

faults = [f"{name} is not in {where}" for where, names in sets.items()
          for name in sorted(set.union(*sets.values()) - names)]
if listed != sorted(listed):
    faults.append("plugin/exports.txt is not sorted")
minor = re.search(r"#define PGIAM_ABI_MINOR (\d+) ", header)[1]
frozen = root / f"sdk/abi/1.{minor}/pgiam.h"
if frozen.exists() and code_of(frozen) != header:
    faults.append(f"sdk/include/pgiam.h says it is ABI 1.{minor} but differs from {frozen.relative_to(root)}, "
                  "which is frozen: count PGIAM_ABI_MINOR up")

print("\n".join(faults) or f"{len(listed)} functions")
sys.exit(bool(faults))
