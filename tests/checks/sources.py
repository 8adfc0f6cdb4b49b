"""No path of one machine, no name that a newer library takes, nothing left open, no test that never runs, no file too long to be read."""
import os
import pathlib
import re
import sys

RULES = [
    (re.compile(r"(?<![\w.$}])/(work|farm|root)/"), "holds a path of one machine"),
    (re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b"), "leaves something open"),
    (re.compile(r"(?<![\w:.])quote[d]\("), "calls something like std::quoted, which g++ 14 then finds for a std::string"),
    (re.compile(r"\b(GTEST_SKI[P]|DISABLE[D]_|xfai[l])\b"), "holds a test that may never run"),
]
LONGEST = 500
# One contract, one file: the C ABI only grows, and its wrapper with it.
LONGER = {"sdk/include/pgiam.h": 800, "sdk/include/pgiam.hpp": 800}
ONE_FILE_BY_NATURE = {"sdk/include/pgiam.h", "sdk/include/pgiam.hpp"}  # programs copy them
CODE = {".h", ".hpp", ".c", ".cc", ".py", ".cmake", ".java", ".go", ".rs", ".js", ".ts", ".cs", ".php"}
NOT_OURS = {".git", "build", "__pycache__", ".pytest_cache", "node_modules", "target"}

root = pathlib.Path(sys.argv[1]).resolve()
faults = []
for folder, subfolders, names in os.walk(root):
    subfolders[:] = [name for name in subfolders if name not in NOT_OURS]
    for path in (pathlib.Path(folder) / name for name in names if name not in NOT_OURS):
        try:
            lines = path.read_text().splitlines()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        where = path.relative_to(root)
        for number, line in enumerate(lines, 1):
            faults += [f"{where}:{number} {fault}: {line.strip()}" for rule, fault in RULES if rule.search(line)]
        if path.suffix in CODE and len(lines) > LONGEST and str(where) not in ONE_FILE_BY_NATURE:
            faults.append(f"{where} has {len(lines)} lines: more than {LONGEST} are not read")

print("\n".join(faults))
sys.exit(bool(faults))
