"""What bash, zsh and fish offer after pgiam, on pressing Tab: the command's own words, whatever they are."""

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND

HOSTS = Path(__file__).resolve().parents[3] / "hosts/cli"
TAB = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pgiam "$COMMAND" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
# What zsh would offer goes to a pipe; Ctrl-G, which it reads after Tab, says that this was all.
ZSHRC = """
fpath=($ZDOTDIR $fpath)
autoload -Uz compinit && compinit -u -D
LISTMAX=100000
compadd() { local -a got; builtin compadd -O got "$@"; print -l -- $got >$ZDOTDIR/offered; builtin compadd "$@" }
finish() { print . >$ZDOTDIR/offered }
zle -N finish && bindkey '^G' finish
print . >$ZDOTDIR/offered
"""


class Bash:
    def offers(self, *words):
        """For the last of the words, which is still being typed."""
        done = subprocess.run(["bash", "-uc", TAB, "bash", HOSTS / "completion.bash", "pgiam", *words], capture_output=True, text=True,
                              env=os.environ | {"COMMAND": str(COMMAND)}, check=True)  # fmt: skip
        assert done.stderr == ""
        return done.stdout.split()


class Fish:
    def __init__(self, folder):
        self.folder = folder

    def offers(self, *words):
        script = f"source {HOSTS}/completion.fish; complete -C (string join ' ' -- $argv)"
        done = subprocess.run(["fish", "--no-config", "-c", script, "pgiam", *words], capture_output=True, text=True, cwd=self.folder, check=True,
                              env=os.environ | {"HOME": str(self.folder), "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}"})  # fmt: skip
        assert done.stderr == ""
        return [line.split("\t")[0] for line in done.stdout.splitlines()]


class Zsh:
    """One that is typed to."""

    def __init__(self, folder):
        (folder / ".zshrc").write_text(ZSHRC)
        (folder / "_pgiam").write_bytes((HOSTS / "completion.zsh").read_bytes())
        (folder / "empty").mkdir()
        os.mkfifo(folder / "offered")
        self.pipe = os.fdopen(os.open(folder / "offered", os.O_RDWR))  # never at its end, whoever writes
        here, there = pty.openpty()
        self.terminal = here
        self.shell = subprocess.Popen(["zsh", "-i"], stdin=there, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder / "empty", start_new_session=True,
                                      env=os.environ | {"ZDOTDIR": str(folder), "HOME": str(folder), "TERM": "dumb",
                                                        "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}"})  # fmt: skip
        os.close(there)
        self.told()

    def offers(self, *words):
        os.write(self.terminal, f"\x15pgiam {' '.join(words)}\t\x07".encode())
        return self.told()

    def told(self):
        return [line.strip() for line in iter(self.pipe.readline, ".\n") if line.strip()]

    def end(self):
        self.shell.kill()
        self.shell.wait()


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def shell(request, tmp_path_factory):
    if not shutil.which(request.param):
        pytest.skip(f"no {request.param} here")
    if request.param == "bash":
        yield Bash()
    elif request.param == "fish":
        yield Fish(tmp_path_factory.mktemp("fish"))
    else:
        zsh = Zsh(tmp_path_factory.mktemp("zsh"))
        yield zsh
        zsh.end()


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
def test_words_are_completed_as_the_command_knows_them(shell, words, expected):
    assert set(shell.offers(*words)) == set(expected)


@pytest.mark.parametrize("command", ["token", "exec", "keep", "setup sql", "setup policy", "odbc"])
def test_all_options_of_a_command_are_offered(shell, command):
    help_text = subprocess.run([COMMAND, "help", *command.split()], check=True, capture_output=True, text=True).stdout
    options = {word for line in help_text.splitlines() if line.startswith("  -") for word in line.split("  ")[1].split()[0].split(",") if word[:2] == "--"}
    assert options and set(shell.offers(*command.split(), "--")) == options


def test_behind_two_dashes_stands_a_program(shell):
    assert "bash" in shell.offers("exec", "--", "bas")
    assert "--signing-host" not in shell.offers("exec", "--", "true", "--sign")
