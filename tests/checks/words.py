"""What every language has to say by itself, where there is no library to ask, it says by one table; a file that differs is named.
The words that switch PGIAM_DISABLE on are those of plugin/src/base/yes_or_no.h. Who translates a driver's own words for TLS knows
each sslmode of base/conninfo_keywords.h. Languages that have the options as members of a type have all of clouds/options.h."""
import pathlib
import re
import sys

VARIABLE = "PGIAM_DISABLE"
FOLDERS = ["hosts", "bindings", "plugin/src", "sdk"]
SOURCES = {".h", ".hpp", ".c", ".cc", ".java", ".js", ".cjs", ".mjs", ".ts", ".go", ".cs", ".py", ".php", ".rs", ".rb"}
NO_SOURCE = re.compile(r"(^|/)(tests?|examples?|node_modules|target|build)/|_test\.go$|\.test\.")
# In which a word that is read stands next to the variable: a string, an alternative of a pattern, one of %w[].
WORD = re.compile(r"[a-z0-9]+")
READS = re.compile(r"(?:getenv|env\b|ENV\b|environ|Getenv|GetEnvironmentVariable|variable|is_on)[^\n]*" + VARIABLE, re.I)
# Files with three sslmodes or more, and those that their driver has not.
TRANSLATORS = {
    "bindings/dotnet/src/Pgiam/AdoDialect.cs": set(),
    "bindings/go/pgiampgx/tls.go": set(),
    "bindings/python/src/pgiam/asyncpg.py": {"allow", "prefer"},  # as text it has libpq's words itself
    "bindings/rust/drivers/src/sqlx.rs": {"prefer"},  # what it is where nobody says anything
    "hosts/common/odbc_target.cc": set(),
    "hosts/common/resolved_conninfo.cc": {"verify-ca"},  # words of other keywords
    "plugin/src/base/conninfo_keywords.h": set(),
}
# Where an option is a member, and how its key is spelt there.
MEMBERS = {
    "bindings/node/index.d.ts": lambda key: re.sub(r"_(\w)", lambda found: found[1].upper(), key) + "?:",
    "bindings/dotnet/src/Pgiam/Options.cs": lambda key: f'Set("{key}"',
}
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


def sources():
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*")):
        where = str(path.relative_to(root))
        if path.suffix in SOURCES and path.is_file() and not NO_SOURCE.search(where):
            yield where, path.read_text(errors="replace")


def faults_of_switch():
    yes, readers = table(root), 0
    for where, text in sources():
        lines = text.splitlines() if VARIABLE in text else []
        for at, line in enumerate(lines):
            if not READS.search(line):
                continue
            readers += 1
            if where in BY_FUNCTION:
                yield from (f"{where} reads {VARIABLE} without {name}" for name in BY_FUNCTION[where] if name not in text)
            elif words_near(lines, at) != yes:
                yield f"{where}:{at + 1}: {VARIABLE} is switched on by {sorted(words_near(lines, at))}, not by {sorted(yes)}"
    if readers < 8:
        yield f"{VARIABLE} is read in {readers} files that this script understands: it has to know the others, too"


def faults_of_sslmodes():
    keywords = (root / "plugin/src/base/conninfo_keywords.h").read_text()
    modes = set(re.findall(r'"([a-z-]+)"', re.search(r"kSslModes\[\] = \{(.*?)\}", keywords, re.S)[1]))
    for where, text in sources():
        has = modes & set(re.findall(r'"([a-z-]+)"', text))
        if where in TRANSLATORS and has != modes - TRANSLATORS[where]:
            yield f"{where} has the sslmodes {sorted(has)}, which are not {sorted(modes - TRANSLATORS[where])}"
        elif where not in TRANSLATORS and len(has - {"disable", "prefer"}) > 2:
            yield f"{where} reads sslmodes by itself: ask base/conninfo_keywords.h, or name it in TRANSLATORS"


def faults_of_members():
    tables = "".join((root / "plugin/src/clouds" / name).read_text() for name in ("options.h", "aws/options.h"))
    keys = re.findall(r'^    \{"(\w+)", ', tables, re.M)
    for where, spelt in MEMBERS.items():
        text = (root / where).read_text()
        yield from (f"{where} has no member for the option {key}" for key in keys if spelt(key) not in text)


root = pathlib.Path(sys.argv[1]).resolve()
faults = [*faults_of_switch(), *faults_of_sslmodes(), *faults_of_members()]
print("\n".join(faults))
sys.exit(bool(faults))
