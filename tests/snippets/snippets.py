"""The snippets of all READMEs and pages: what Markdown calls code blocks, indented by four columns or fenced."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import BILLING, HOST

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", "build", "node_modules", "target", "__pycache__", ".pytest_cache", ".cache"}


class Snippet(NamedTuple):
    readme: str
    line: int
    text: str

    def __str__(self):
        return f"{self.readme}:{self.line}: {self.text.splitlines()[0]}"


def readmes():
    if shutil.which("git"):
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "*.md"], capture_output=True, text=True)
        if listed.returncode == 0 and listed.stdout:
            return sorted(listed.stdout.split())
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))  # an archive of the sources
    return sorted(str(path) for path in found if not NOT_OURS & set(path.parts))


def snippets_in(readme):
    block, begun, fenced, blank_before = [], 0, False, True
    for number, line in enumerate([*(ROOT / readme).read_text().splitlines(), "."], 1):
        fence = line.lstrip().startswith("```")
        inside = (fenced and not fence) or (not fence and line.startswith("    ") and (block or blank_before))
        if inside:
            begun = begun or number
            block.append(line if fenced else line[4:])
        elif not line.strip() and block and not fenced:
            block.append("")  # a blank line may be part of it
        elif block:
            yield Snippet(readme, begun, "\n".join(block).rstrip("\n"))
            block, begun = [], 0
        fenced ^= fence
        blank_before = not line.strip()


def all_snippets():
    return [snippet for readme in readmes() for snippet in snippets_in(readme)]


RUN = []  # of each snippet that a test takes its README, and how it begins


def snippet(readme, begins):
    """Marks a test of this snippet, which gets it as `text`, with names that are shortened for people written out."""
    RUN.append((readme, begins))
    (found,) = [one for one in all_snippets() if one.readme == readme and one.text.startswith(begins)] or [None]
    text = found.text if found else ""
    for short, whole in {"orders.….rds.amazonaws.com": HOST, "orders.… ": f"{HOST} ", "billing.… ": f"{BILLING} "}.items():
        text = text.replace(short, whole)
    return pytest.mark.parametrize("text", [pytest.param(text, id=f"{readme}: {begins}")])


def lines_of(text, remark="#"):
    """Its lines, without the remarks beside them."""
    return [line.split(f"  {remark}")[0].strip() for line in text.splitlines() if line.strip()]
