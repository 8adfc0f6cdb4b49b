"""What the tests of the .NET binding share: the compiled binding, and how a program with tests in C# is run.

A test in C# is a public static method, void or Task, of a class in a .cs file here; its name is a sentence. A file's tests run in
one process, which tells a line each: names_in() makes a pytest test of each of them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BINDING = ROOT / "bindings/dotnet"
LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]
sys.path[:0] = [str(ROOT / "tests/rds"), str(ROOT / "tests/rds/aws"), str(ROOT / "tests/hosts")]

from needs import needs  # noqa: E402

HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
KEY = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret of AKIDEXAMPLE"}
OURS = {"PGIAM_LIBRARY": LIBRARY, "AWS_EC2_METADATA_DISABLED": "true", "PGIAM_TIMEOUT_MS": "300000"}  # of a machine that is slow
needs_mono = needs("mcs")
DOTNET = os.environ.get("PGIAM_TEST_DOTNET")  # a .NET Core that runs what mcs compiled, in place of mono: tests/optional/dotnet_core
CONFIG = {"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
                             "configProperties": {"System.Globalization.Invariant": True}}}  # fmt: skip


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder with Pgiam.dll and the examples, built as the README has it."""
    folder = tmp_path_factory.mktemp("dotnet")
    done = subprocess.run([BINDING / "with-mono", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def program(built):
    """Compiles a program of this folder against the binding, once."""

    def compiled(*sources, references=()):
        exe = built / Path(sources[0]).with_suffix(".exe").name
        if not exe.exists():
            named = [f"-r:{reference}" for reference in (built / "Pgiam.dll", "System.Core.dll", "System.Data.dll", *references)]
            command = ["mcs", "-langversion:7", "-debug", "-unsafe", "-warnaserror", "-out:" + str(exe), *named, *sources]
            done = subprocess.run(command, capture_output=True, text=True, cwd=HERE)
            assert done.returncode == 0, done.stdout + done.stderr
        return exe

    return compiled


def mono(exe, *arguments, home, input=None, timeout=300, **variables):
    """Runs it in an empty home, with nothing but what is named here in its environment."""
    environment = {**os.environ, "HOME": str(home), **OURS, **variables}
    runtime = ["mono", "--debug"]
    if DOTNET:
        config = exe.with_suffix(".json")
        config.write_text(json.dumps(CONFIG))
        runtime = [DOTNET, "exec", "--runtimeconfig", config]
    return subprocess.run([*runtime, exe, *arguments], env=environment, text=True, capture_output=True, timeout=timeout,
                          input=input)  # fmt: skip


def names_in(file):
    """The names of a C# file's tests."""
    return re.findall(r"^        public static (?:async Task|void) (\w+)\(\)", (HERE / file).read_text(), re.M)


def results_of(done):
    """What the process said of each test: "" or why it failed."""
    results = {}
    for line in done.stdout.splitlines():
        verdict, _, rest = line.partition(" ")
        if verdict in ("passed", "failed"):
            name, _, why = rest.partition(" ")
            results[name] = why.replace("\\n", "\n")
        else:
            print(line)
    results["how it ended"] = "" if done.returncode == 0 else f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return results


def check(results, name):
    assert name in results, f"{name} did not run; " + results["how it ended"]
    assert results[name] == "", results[name]
