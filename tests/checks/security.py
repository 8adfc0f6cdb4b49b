"""Each claim of sdk/SECURITY.md names tests, and each of them is there."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1]).resolve()
rows = [line for line in (root / "sdk/SECURITY.md").read_text().splitlines() if line.startswith("| ")]
claims = [row for row in rows if not row.startswith("| claim")]
files, faults = {}, []
for row in claims:
    file = None
    for word in re.findall(r"`([^`]+)`", row.rstrip("|").rsplit("|", 1)[-1]):
        if "/" in word:
            files[word.rsplit("/", 1)[-1]] = root / word
        if word in files or word.rsplit("/", 1)[-1] in files:
            file = files[word.rsplit("/", 1)[-1]]
            if not file.exists():
                faults.append(f"{word} is not there")
        elif file is None or not re.search(rf"\b{re.escape(word)}\b", file.read_text()):
            faults.append(f"{word} is no test of {file}")
    if file is None:
        faults.append(f"a claim without a test: {row}")

print("\n".join(faults))
sys.exit(bool(faults) or not claims)
