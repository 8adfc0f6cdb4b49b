"""One version: CMake's. Packages' own files cannot take it from there, so they are held against it here; so is what was
built. versions.py ROOT VERSION COMMAND [JAR]"""
import os
import pathlib
import re
import subprocess
import sys
import zipfile

RELEASE = r"(\d[\w.+-]*)"
# File or pattern, and where in it a version of ours stands. Each must be found at least once.
WRITTEN = [
    ("CMakeLists.txt", rf"project\(pgiam VERSION {RELEASE}"),
    ("bindings/python/src/pgiam/_version.py", rf'__version__ = "{RELEASE}"'),
    ("bindings/node/package.json", rf'"version": "{RELEASE}"'),
    ("bindings/ruby/lib/pgiam/version.rb", rf'VERSION = "{RELEASE}"'),
    ("bindings/php/composer.json", rf'"version": "{RELEASE}"'),
    ("bindings/php/src/Context.php", rf"const VERSION = '{RELEASE}'"),
    ("bindings/dotnet/Directory.Build.props", rf"<Version>{RELEASE}</Version>"),
    ("bindings/go/pgiam.go", rf'const Version = "{RELEASE}"'),
    ("bindings/go/**/go.mod", rf"pgiam\.org/pgiam(?:/\w+)? v{RELEASE}"),
    ("tests/bindings/go/**/go.mod", rf"pgiam\.org/pgiam(?:/\w+)? v{RELEASE}"),
    ("bindings/go/README.md", rf"pgiam\.org/pgiam(?:/\w+)?@v{RELEASE}"),
    ("bindings/rust/*/Cargo.toml", rf'(?:^version|^pgiam-sys = {{ version) = "{RELEASE}"'),
    ("bindings/rust/**/Cargo.lock", rf'name = "pgiam[\w-]*"\nversion = "{RELEASE}"'),
    ("tests/bindings/rust/Cargo.lock", rf'name = "pgiam[\w-]*"\nversion = "{RELEASE}"'),
    ("sdk/docs/installing.md", r"pgiam-(\d+\.\d+\.\d+)-linux"),
    ("sdk/CHANGELOG.md", rf"(?s)\A.*?^## {RELEASE}"),
]
# These take it from where it is written.
TAKEN = [
    ("bindings/python/pyproject.toml", 'attr = "pgiam._version.__version__"'),
    ("bindings/ruby/pgiam.gemspec", "gem.version = Pgiam::VERSION"),
    ("sdk/pgiam.pc.in", "Version: @PROJECT_VERSION@"),
    ("sdk/pgiam-libpq.pc.in", "Version: @PROJECT_VERSION@"),
    ("hosts/jdbc/CMakeLists.txt", "Implementation-Version: @PROJECT_VERSION@"),
]


BUILT = {"build", "target", "node_modules", ".git"}


def files(root, pattern):
    return [path for path in root.glob(pattern) if not BUILT & set(path.relative_to(root).parts)]


def pages(root):
    for folder, below, names in os.walk(root):
        below[:] = set(below) - BUILT  # which may hold whole systems
        yield from (pathlib.Path(folder, name) for name in names if name.endswith(".md"))


def written(root, pattern, where):
    found = [(path, version) for path in files(root, pattern) for version in re.findall(where, path.read_text(), re.M)]
    return found or [(root / pattern, "nowhere")]


def write(root, version):
    def changed(match):
        begin, end = (place - match.start() for place in match.span(1))
        return match[0][:begin] + version + match[0][end:]

    for pattern, where in WRITTEN[:-1]:  # what a new version brings, a person writes
        for path in files(root, pattern):
            path.write_text(re.sub(where, changed, path.read_text(), flags=re.M))


def faults_of_sources(root, version):
    for pattern, where in WRITTEN:
        for path, found in written(root, pattern, where):
            if found != version:
                yield f"{path.relative_to(root)} says {found}"
    for name, words in TAKEN:
        if words not in (root / name).read_text():
            yield f"{name} has no {words!r} any more"


def strays(root, version):
    """What a page says of this version, or of any pgiam-1.2.3, where `write` would not change it. The change log tells history."""
    ours = re.compile(rf"\bpgiam\w*[-_@ ]v?\d+\.\d+\.\d+|(?<![\w.]){re.escape(version)}(?![\w-]|\.\d)")
    for path in pages(root):
        if path != root / "sdk/CHANGELOG.md":
            text = path.read_text()
            known = [match.span() for pattern, where in WRITTEN if path in files(root, pattern) for match in re.finditer(where, text, re.M)]
            for match in ours.finditer(text):
                if not any(begin <= match.end() - 1 < end for begin, end in known):
                    yield f"{path.relative_to(root)} says {match[0]!r}: versions.py has to know of it, or it need not be said"


def faults_of_abi(root):
    """What of the ABI's number stands elsewhere than in pgiam.h."""
    header = (root / "sdk/include/pgiam.h").read_text()
    major, minor = (re.search(rf"#define PGIAM_ABI_{part} (\d+)", header)[1] for part in ("MAJOR", "MINOR"))
    if f"SOVERSION {major} " not in (root / "plugin/CMakeLists.txt").read_text():
        yield f"plugin/CMakeLists.txt has another SOVERSION than {major}"
    if f"\n| {major}.{minor}" not in (root / "sdk/ABI.md").read_text():
        yield f"sdk/ABI.md has no row for {major}.{minor}"
    functions = len(re.findall(r"^pgiam_", (root / "plugin/exports.txt").read_text(), re.M))
    told = [int(number) for number in re.findall(r"^\| 1\.\d[^|]* \| (\d+) \|", (root / "sdk/ABI.md").read_text(), re.M)]
    if told[-1:] != [functions]:
        yield f"sdk/ABI.md says that the newest minor has {told[-1:]} functions, and exports.txt has {functions}"


def faults_of_what_was_built(version, command, jar):
    told = subprocess.run([command, "--version"], check=True, text=True, capture_output=True).stdout
    if not told.startswith(f"pgiam {version}\nlibpgiam {version}, "):
        yield f"pgiam --version says {told!r}"
    if jar:
        manifest = zipfile.ZipFile(jar).read("META-INF/MANIFEST.MF").decode()
        if f"Implementation-Version: {version}\r\n" not in manifest:
            yield f"{jar} says {manifest!r}"


def main(root, version, command="", jar=""):
    root = pathlib.Path(root).resolve()
    faults = [*faults_of_sources(root, version), *strays(root, version), *faults_of_abi(root)]
    if command:
        faults += faults_of_what_was_built(version, command, jar)
    if faults:
        print(*faults, f"The version is {version}: CMakeLists.txt has it", sep="\n")
    return bool(faults)


if __name__ == "__main__":
    if sys.argv[1] == "--set":
        sys.exit(write(pathlib.Path(__file__).resolve().parents[2], sys.argv[2]))
    sys.exit(main(*sys.argv[1:]))
