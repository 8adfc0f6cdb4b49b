"""The corpus: what it says itself, and what each language answers to it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import corpus
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/rds"))
from rds_emulator.verifier import Token  # noqa: E402

PYTHON = {"PYTHONPATH": str(ROOT / "bindings/python/src"), "PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"], "PYTHONDONTWRITEBYTECODE": "1"}
HERE = ROOT / "tests/conformance"
COMMAND = os.environ["PGIAM_COMMAND"]


def java(*options):
    """Where there is no JDK there is no jar either."""
    flags = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"]
    classes = os.environ.get("PGIAM_TEST_CLASSES")
    return classes and [os.environ["PGIAM_TEST_JAVA"], *flags, *options, "-cp", classes, "org.pgiam.CorpusRunner"]


def compiled_dotnet(folder):
    """The command of the runner in C#, by Mono's compiler."""
    if not shutil.which("mcs"):
        pytest.skip("mcs is not installed, or this distribution has no package of it")
    sources = [ROOT / "tests/conformance/corpus_runner.cs", ROOT / "tests/bindings/dotnet/Json.cs"]
    subprocess.run([ROOT / "bindings/dotnet/with-mono", folder], check=True)
    subprocess.run(["mcs", "-langversion:7", f"-r:{folder}/Pgiam.dll", f"-out:{folder}/corpus_runner.exe", *sources], check=True)
    return ["mono", str(folder / "corpus_runner.exe")]


def compiled_go(folder):
    """The command of the runner in Go, by the system's, without a network."""
    go = shutil.which("go", path="/usr/bin")
    if not go:
        pytest.skip("go is not installed, or this distribution has no package of it")
    cache = os.environ.get("PGIAM_TEST_GO_CACHE", str(folder))
    variables = {"GOCACHE": f"{cache}/cache", "GOPATH": f"{cache}/path", "GOPROXY": "off", "GOTOOLCHAIN": "local"}
    subprocess.run([go, "build", "-tags", "pgiam_cgo", "-buildvcs=false", "-o", folder / "corpus", "./corpus"], check=True,
                   cwd=ROOT / "tests/bindings/go/programs", env={**os.environ, **variables})  # fmt: skip
    return [str(folder / "corpus")]


# A command, and what it needs of the environment.
LANGUAGES = {
    "c": ([os.environ["PGIAM_TEST_CORPUS"]], {}),
    "python": ([sys.executable, str(HERE / "corpus_runner.py")], PYTHON),
    "java": (java("-Dpgiam.bridge=native", f"-Dpgiam.library.path={os.environ['PGIAM_TEST_LIBRARY']}"), {}),
    "java_command": (java("-Dpgiam.bridge=command", f"-Dpgiam.command={COMMAND}"), {}),
    "command": ([sys.executable, str(HERE / "corpus_command.py"), COMMAND], {}),
    "go": (compiled_go, {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]}),
    "dotnet": (compiled_dotnet, {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]}),
}
if os.environ.get("PGIAM_TEST_CORPUS_RUST"):
    LANGUAGES["rust"] = ([os.environ["PGIAM_TEST_CORPUS_RUST"]], {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]})
if shutil.which("php"):
    # PHP loads it so that it would not see the clock that stands still; one that is there already it takes as it is.
    PHP = {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"], "LD_PRELOAD": os.environ["PGIAM_TEST_LIBRARY"]}
    LANGUAGES["php"] = (["php", str(ROOT / "tests/conformance/corpus_runner.php")], PHP)
RUBY = {"RUBYLIB": str(ROOT / "bindings/ruby/lib"), "PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]}
if shutil.which("ruby", path="/usr/bin"):
    LANGUAGES["ruby"] = (["/usr/bin/ruby", str(ROOT / "tests/conformance/corpus_runner.rb")], RUBY)
if os.environ.get("PGIAM_TEST_NODE_ADDON"):
    NODE = {"PGIAM_NODE_ADDON": os.environ["PGIAM_TEST_NODE_ADDON"], "PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]}
    LANGUAGES["node"] = (["/usr/bin/node", str(HERE / "corpus_runner.js")], NODE)
CASES = {case["id"]: case for world in (None, "aws") for case in corpus.cases(world)}
# Of the keys that the cases give; those that are not named have the secret "s".
SECRETS = {
    "AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AKIAONE": "s1", "AKIATWO": "s2", "AKIATHREE": "s3",
    "AKIAOWN": "own secret", "ASIAOWN": "own secret",
}  # fmt: skip


def command_of(language, folder):
    """Of its runner, which may have to be built first, in that folder."""
    command = LANGUAGES[language][0]
    if not command:
        pytest.skip("pgiam-jdbc.jar is not built")
    return command(folder) if callable(command) else command


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """Each language's, asked for once."""
    known = {}

    def of(language):
        if language not in known:
            command = command_of(language, tmp_path_factory.mktemp(language))
            environment, known[language] = LANGUAGES[language][1], {}
            for world in (None, "aws"):
                folder = tmp_path_factory.mktemp("corpus")
                known[language].update(corpus.run(language, command, environment, folder, world))
        return known[language]

    return of


def faults_of(cases, results):
    """Each case that differs, with what does."""
    found = {name: corpus.differences(cases[name]["expect"], result) for name, result in results.items()}
    return ["\n  ".join([name, *differing]) for name, differing in found.items() if differing]


def in_the_librarys_spelling(text):
    """Node's callers write roleArn, and its errors do, too."""
    return re.sub(r"\b[a-z]+(?:[A-Z][a-z]+)+\b", lambda word: re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), word.group()), text)


def without_places(sentences):
    """Homes and ports are of one run."""
    sentences = in_the_librarys_spelling(sentences)
    return re.sub(r"localhost:\d+", "localhost:PORT", re.sub(r"/[^ ]*/[a-z_]+\d+/", "$HOME/", sentences))


def test_names_are_each_others_only():
    assert len(CASES) == sum(len(list(corpus.cases(world))) for world in (None, "aws")) > 250


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "token" in case["expect"].get("answer", {})])
def test_a_token_of_the_corpus_is_signed_right(name):
    token = CASES[name]["expect"]["answer"]["token"]
    unsigned, _, signature = token.partition("&X-Amz-Signature=")
    key = re.search(r"X-Amz-Credential=(\w+)%2F", token).group(1)
    assert Token(unsigned).signature(SECRETS.get(key, "s")) == signature and "X-Amz-Date=20260102T030405Z" in token


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_is_answered_as_the_corpus_has_it(results, language):
    faults = faults_of(CASES, results(language))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "c"])
def test_languages_say_the_same_sentences_as_c(results, language):
    """Where the words are the library's, and not those of the language itself, and the language has words for it."""
    differing = {}
    for name, result in results("c").items():
        theirs = results(language).get(name)
        if theirs is None or "own_words" in CASES[name]:
            continue
        mine, others = (without_places("\n".join(corpus.sentences(answer))) for answer in (result, theirs))
        if not mine or not others:
            continue
        if mine != others:
            differing[name] = (mine, others)
    assert not differing, "\n".join(f"{name}: {said}" for name, said in differing.items())
