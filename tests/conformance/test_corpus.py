"""The corpus: what it says itself, and what each language answers to it."""

import itertools
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


LANGUAGES = {
    "c": ([os.environ["PGIAM_TEST_CORPUS"]], {}),
    "python": ([sys.executable, str(ROOT / "tests/conformance/corpus_runner.py")], PYTHON),
    "go": (compiled_go, {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]}),
    "dotnet": (compiled_dotnet, {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]}),
}
if os.environ.get("PGIAM_TEST_CORPUS_RUST"):
    LANGUAGES["rust"] = ([os.environ["PGIAM_TEST_CORPUS_RUST"]], {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]})
if shutil.which("php"):
    # PHP loads it so that it would not see faketime's clock; one that is there already it takes as it is.
    PHP = {"PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"], "LD_PRELOAD": os.environ["PGIAM_TEST_LIBRARY"]}
    LANGUAGES["php"] = (["php", str(ROOT / "tests/conformance/corpus_runner.php")], PHP)
RUBY = {"RUBYLIB": str(ROOT / "bindings/ruby/lib"), "PGIAM_LIBRARY": os.environ["PGIAM_TEST_LIBRARY"]}
if shutil.which("ruby", path="/usr/bin"):
    LANGUAGES["ruby"] = (["/usr/bin/ruby", str(ROOT / "tests/conformance/corpus_runner.rb")], RUBY)
CASES = {case["id"]: case for case in corpus.cases()}
# Of the keys that the cases give; those that are not named have the secret "s".
SECRETS = {
    "AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AKIAONE": "s1", "AKIATWO": "s2", "AKIATHREE": "s3",
    "AKIAOWN": "own secret", "ASIAOWN": "own secret",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """Each language's, asked for once."""
    known = {}

    def of(language):
        if language not in known:
            command, environment = LANGUAGES[language]
            if callable(command):  # has to be built first
                command = command(tmp_path_factory.mktemp(language))
            known[language] = corpus.run(language, command, environment, tmp_path_factory.mktemp("corpus"))
        return known[language]

    return of


def test_names_are_each_others_only():
    assert len(CASES) == len(list(corpus.cases())) > 250


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "token" in case["expect"].get("answer", {})])
def test_a_token_of_the_corpus_is_signed_right(name):
    token = CASES[name]["expect"]["answer"]["token"]
    unsigned, _, signature = token.partition("&X-Amz-Signature=")
    key = re.search(r"X-Amz-Credential=(\w+)%2F", token).group(1)
    assert Token(unsigned).signature(SECRETS.get(key, "s")) == signature and "X-Amz-Date=20260102T030405Z" in token


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_is_answered_as_the_corpus_has_it(results, language):
    faults = {}
    for name, result in results(language).items():
        found = corpus.differences(CASES[name]["expect"], result)
        if found:
            faults[name] = found
    assert not faults, "\n".join(f"{name}\n  " + "\n  ".join(found) for name, found in faults.items())


@pytest.mark.parametrize("one, other", list(itertools.combinations(LANGUAGES, 2)))
def test_languages_say_the_same_sentences(results, one, other):
    """Where the words are the library's, and not those of the language itself."""
    differing = {}
    for name, result in results(one).items():
        theirs = results(other).get(name)
        if theirs is None or "own_words" in CASES[name]:
            continue
        mine, others = (re.sub(r"/[^ ]*/[a-z]+\d+/", "$HOME/", "\n".join(corpus.sentences(answer))) for answer in (result, theirs))
        if mine != others:
            differing[name] = (mine, others)
    assert not differing, "\n".join(f"{name}: {said}" for name, said in differing.items())
