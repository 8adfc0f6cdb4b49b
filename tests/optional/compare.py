"""compare.py PLAIN OTHER DIFFERENCES COUNT: two runs of the same tests, folders of JUnit XML or TAP. What fails in the other run alone
and is not in DIFFERENCES (one a line, or CLASS::*; what is behind # is for people) is printed, and so is another number of tests; status 1.
COUNT ?: the number is not written down for this version."""

import re
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

# Surefire writes the names of tests as they are.
NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\U0010ffff]|&#[^;]*;")


def of_xml(file):
    """Pairs of test and whether it passed; a skipped one counts as passed."""
    seen = Counter()
    text = NOT_OF_XML.sub("?", file.read_text(errors="replace"))
    for case in ElementTree.fromstring(text).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        seen[name] += 1  # JUnit's parametrized tests may share one
        passed = not any(case.find(tag) is not None for tag in ("failure", "error"))
        yield name + (f" ({seen[name]})" if seen[name] > 1 else ""), passed


def of_tap(file):
    """As above; the last line is what the file of tests ended with, and no test."""
    for line in file.read_text(errors="replace").splitlines():
        test = re.match(r"(not )?ok (\d+)(?: - )?(.*)", line)
        if test:
            yield f"{file.stem}::{test[2]} {test[3]}".strip(), not test[1] or "# todo" in line.lower()
        elif line.startswith("status "):
            yield f"{file.stem}::status", line == "status 0"


def outcomes(folder):
    """{test: passed}; a second run counts more than the first."""
    found = {}
    for file in sorted(Path(folder).rglob("*.xml")):
        found.update(of_xml(file))
    for file in sorted(Path(folder).rglob("*.tap")):
        found.update(of_tap(file))
    return found


def number_of(tests):
    return len([test for test in tests if not test.endswith("::status")])


def main(plain_folder, other_folder, differences, count):
    plain, other = outcomes(plain_folder), outcomes(other_folder)
    name = Path(other_folder).name
    known = {line.split(" #")[0].strip() for line in Path(differences).read_text().splitlines()}
    is_known = lambda test: test in known or f"{test.partition('::')[0]}::*" in known  # noqa: E731
    fails = sorted(test for test, passed in other.items() if not passed and plain.get(test, True))
    print(f"{number_of(plain)} tests: {list(plain.values()).count(False)} fail plainly, {list(other.values()).count(False)} with {name}")
    for test in fails:
        print(f"only with {name}: {test}" + (" (known)" if is_known(test) else ""))
    for test in sorted(set(plain) ^ set(other)):
        print(f"{'only plainly' if test in plain else 'not plainly'}, else not run: {test}")
    if count == "?":
        print(f"how many tests this version has is not written down: {number_of(plain)} ran")
    elif set(plain) != set(other) or number_of(plain) != int(count):
        sys.exit(f"this version has {count} tests; {number_of(plain)} ran plainly, {number_of(other)} with {name}")
    sys.exit(1 if not all(map(is_known, fails)) or set(plain) != set(other) else 0)


main(*sys.argv[1:])
