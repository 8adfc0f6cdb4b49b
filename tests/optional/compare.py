"""compare.py PLAIN FILTERED DIFFERENCES COUNT: two runs of the same tests, folders of JUnit XML. What fails through the filter alone
and is not in DIFFERENCES (one a line; what is behind # is for people) is printed, and so is another number of tests; status 1."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def outcomes(folder):
    """{test: passed}; skipped ones count as passed, and a second run counts more than the first."""
    found = {}
    for file in sorted(Path(folder).glob("*.xml")):
        for case in ElementTree.parse(file).iter("testcase"):
            failed = any(case.find(tag) is not None for tag in ("failure", "error"))
            found[f"{case.get('classname')}::{case.get('name')}"] = not failed
    return found


def main(plain_folder, filtered_folder, differences, count):
    plain, filtered = outcomes(plain_folder), outcomes(filtered_folder)
    known = {line.split(" #")[0].strip() for line in Path(differences).read_text().splitlines()}
    fails = sorted(name for name, passed in filtered.items() if not passed and plain.get(name, True))
    print(f"{len(plain)} tests: {list(plain.values()).count(False)} fail without the filter, {list(filtered.values()).count(False)} with it")
    for name in fails:
        print(f"only with the filter: {name}" + (" (known)" if name in known else ""))
    if set(plain) != set(filtered) or len(plain) != int(count):
        sys.exit(f"this version has {count} tests; {len(plain)} ran without the filter, {len(filtered)} with it")
    sys.exit(1 if set(fails) - known else 0)


main(*sys.argv[1:])
