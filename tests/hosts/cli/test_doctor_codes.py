"""The codes of pgiam doctor's verdicts: the manual lists all that the source can say, and no others."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCTOR = [file for file in sorted((ROOT / "hosts/cli/doctor").glob("*.*")) if file.name != "report.cc"]  # that names outcomes
LIBRARY = [*sorted((ROOT / "plugin/src/flow").glob("*.cc")), *sorted((ROOT / "plugin/src/clouds").rglob("*.cc"))]
# How a verdict or a cause gets its code.
SAID_BY_DOCTOR = [
    r'Verdict(?: \w+)?\{\s*"([a-z_]+)"',
    r'failed\(\s*\{"([a-z_]+)"',
    r'return \{"([a-z_]+)",',
    r'verdict = \{\s*"([a-z_]+)"',
    r'\b(?:make|out_of_time)\(\s*(?:host,\s*)?"([a-z_]+)",',
    r'\? "([a-z_]+)"\s*: "[a-z_]+",',
    r'\? "[a-z_]+"\s*: "([a-z_]+)",',
    r'\bcode = "([a-z_]+)"',
    r'^ +\{"[^"\n]+", "([a-z_]+)",',
    r'^      return "([a-z_]+)";',
]
SAID_BY_LIBRARY = [r'^    \{"([a-z_]+)",\s*"[0-9A-Z]{5}"']
CAUSES = [r'make_finding\(\s*"([a-z_]+)"']


def found(files, patterns):
    return {code for file in files for pattern in patterns for code in re.findall(pattern, file.read_text(), re.M)}


def of_source():
    causes = [*sorted((ROOT / "plugin/src/clouds/aws/targets").glob("*.cc")), ROOT / "plugin/src/clouds/aws/refusals.cc",
              ROOT / "plugin/src/clouds/aws/examine/keys.cc", ROOT / "plugin/src/clouds/aws/examine/advice.cc"]  # fmt: skip
    return found(DOCTOR, SAID_BY_DOCTOR) | found(LIBRARY, SAID_BY_LIBRARY) | found(causes, CAUSES)


def of_manual():
    text = (ROOT / "hosts/cli/pgiam.1").read_text()
    section = text[text.index("\nThe codes:\n") : text.index("\n.It Cm credentials\n")]
    return {code for line in re.findall(r"^\.Li (.*)$", section, re.M) for code in line.split() if code not in (",", ";", ".")}


def test_each_code_of_the_source_is_in_the_manual():
    assert len(of_source()) > 80 and of_source() - of_manual() == set()


def test_each_code_of_the_manual_is_in_the_source():
    literals = {word for file in [*DOCTOR, *LIBRARY] for word in re.findall(r'"([a-z_]+)"', file.read_text())}
    assert of_manual() - literals == set()
