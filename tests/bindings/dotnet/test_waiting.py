"""Threads, tasks, cancelling, and a program's own credentials: nobody else waits for a token that is slow to come."""

import json

import pytest
from conftest import check, mono, names_in, needs_mono, results_of

pytestmark = needs_mono
PROGRAM = """#!/bin/sh
echo run >>"$HOME/runs.$1"
n=0; until [ -e "$HOME/gate.$1" ] || [ $((n += 1)) -gt 1200 ]; do sleep 0.05; done
echo '{answer}'
"""


@pytest.fixture(scope="module")
def results(program, tmp_path_factory):
    """Of a home with profiles whose programs wait."""
    home = tmp_path_factory.mktemp("home")
    answer = json.dumps({"Version": 1, "AccessKeyId": "AKIASLOW", "SecretAccessKey": "secret of AKIASLOW"})
    (home / "program").write_text(PROGRAM.replace("{answer}", answer))
    (home / "program").chmod(0o700)
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        "".join(f"[profile slow{i}]\ncredential_process = {home}/program {i}\nregion = eu-west-1\n" for i in range(1, 21))
    )
    return results_of(mono(program("WaitingTests.cs", "Check.cs"), home=home))


@pytest.mark.parametrize("name", [*names_in("WaitingTests.cs"), "how it ended"])
def test_waiting(results, name):
    check(results, name)
