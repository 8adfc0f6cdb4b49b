"""What every language has to read by itself, before there is a library to ask, it reads by one table: the words that switch
PGIAM_DISABLE on are those of plugin/src/base/yes_or_no.h. A file that reads the variable in another way is named."""
import pathlib
import re
import sys

VARIABLE = "PGIAM_DISABLE"
FOLDERS = ["hosts", "bindings", "plugin/src", "sdk"]
SOURCES = {".h", ".hpp", ".c", ".cc", ".java", ".js", ".cjs", ".mjs", ".ts", ".go", ".cs", ".py", ".php", ".rs", ".rb"}
# In which a word that is read stands next to the variable: a string, an alternative of a pattern, one of %w[].
WORD = re.compile(r"[a-z0-9]+")
READS = re.compile(r"(?:getenv|env\b|ENV\b|environ|Getenv|GetEnvironmentVariable|variable|is_on)[^\n]*" + VARIABLE, re.I)
# These hand the variable to a function that is not of one variable alone.
BY_FUNCTION = {"hosts/common/plugin.cc": ("is_on", "kYes")}


def table(root):
    text = (root / "plugin/src/base/yes_or_no.h").read_text()
    return set(re.findall(r'"(\w+)"', re.search(r"kYes\[\] = \{(.*?)\}", text)[1]))


def words_near(lines, at):
    """Those of the few lines from the variable on, without what is code."""
    near = "\n".join(lines[at : at + 4])
    listed = {word for text in re.findall(r"[\"']([a-z0-9]+)[\"']", near) for word in WORD.findall(text)}
    for group in re.findall(r"%w\[([^\]]*)\]|\^\(([^)]*)\)\$/i", "\n".join(lines[max(0, at - 1) : at + 4])):
        listed |= set(WORD.findall(" ".join(group)))
    return listed


root = pathlib.Path(sys.argv[1]).resolve()
yes, faults, readers = table(root), [], 0
for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*")):
    if path.suffix not in SOURCES or not path.is_file() or re.search(r"(^|/)(tests?|examples?|node_modules|target|build)/|_test\.go$|\.test\.", str(path.relative_to(root))):
        continue
    text = path.read_text(errors="replace")
    if VARIABLE not in text:
        continue
    where, lines = str(path.relative_to(root)), text.splitlines()
    for at, line in enumerate(lines):
        if not READS.search(line):
            continue
        readers += 1
        if where in BY_FUNCTION:
            faults += [f"{where} reads {VARIABLE} without {name}" for name in BY_FUNCTION[where] if name not in text]
        elif words_near(lines, at) != yes:
            faults.append(f"{where}:{at + 1}: {VARIABLE} is switched on by {sorted(words_near(lines, at))}, not by {sorted(yes)}")
if readers < 8:
    faults.append(f"{VARIABLE} is read in {readers} files that this script understands: it has to know the others, too")

print("\n".join(faults))
sys.exit(bool(faults))
