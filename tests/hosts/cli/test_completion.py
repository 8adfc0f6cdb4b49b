"""What bash offers after pgiam, on pressing Tab."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND

SCRIPT = Path(__file__).resolve().parents[3] / "hosts/cli/completion.bash"
TAB = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pgiam "$COMMAND" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(*words):
    """For the last of the words, which is still being typed."""
    done = subprocess.run(["bash", "-uc", TAB, "bash", SCRIPT, "pgiam", *words], capture_output=True, text=True,
                          env=os.environ | {"COMMAND": str(COMMAND)}, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    "words, expected",
    [
        (["to"], ["token"]),
        (["e"], ["exec", "explain"]),
        (["setup", ""], ["sql", "policy"]),
        (["odbc", "un"], ["uninstall"]),
        (["token", "--signing-"], ["--signing-host", "--signing-port"]),
        (["token", "--us"], ["--user", "--username"]),
        (["setup", "sql", "--gr"], ["--grant"]),
        (["exec", "--filter", "--pgpassw"], ["--pgpassword"]),
        (["token", "--tls", "ver"], ["verify-full"]),
        (["token", "--log", ""], ["off", "error", "warn", "info", "debug"]),
        (["token", "--region", ""], []),
        (["nonsense", "--x"], []),
    ],
)
def test_words_are_completed_as_the_command_knows_them(words, expected):
    assert offered(*words) == expected


def test_behind_two_dashes_stands_a_program():
    assert "bash" in offered("exec", "--", "bas")
    assert offered("exec", "--", "psql", "--us") == []
