"""pgiam exec: programs that the hook does not reach are told of, each kind with what does work for it."""

import os
import re
import shlex
import shutil
import struct
import subprocess

import pytest
from conftest import COMMAND, HOOK, child_environment
from programs import BY_HANDLE, psql


@pytest.fixture
def environment(environment, rds):
    """Credentials that the emulated instance knows."""
    return environment | rds.credentials()


# The loader takes LD_PRELOAD away from programs that it does not preload into.
OUT_OF_REACH = "pgiam: warning: {} {}: nothing can be preloaded into it, so it runs without pgiam; what works: pgiam keep "


@pytest.fixture
def own_env(tmp_path):
    """A copy of env: it shows whether it was preloaded into."""
    return shutil.copy("/usr/bin/env", tmp_path / "env")


@pytest.fixture
def setuid_env(own_env):
    if os.getuid() != 0:
        pytest.skip("only root can make a program of somebody else's")
    os.chown(own_env, 65534, 65534)
    own_env.chmod(0o4755)
    return own_env


def test_a_setuid_program_runs_with_a_warning(pgiam, setuid_env):
    ended = pgiam("exec", "--", setuid_env)
    assert ended.stderr.startswith(OUT_OF_REACH.format(setuid_env, "is setuid or setgid"))
    assert ended.returncode == 0 and "LD_PRELOAD" not in child_environment(ended)


def test_where_the_system_ignores_setuid_there_is_nothing_to_warn_of(pgiam, setuid_env):
    ended = pgiam("exec", "--", setuid_env, wrapper=["setpriv", "--no-new-privs"])
    assert (ended.stderr, child_environment(ended)["LD_PRELOAD"]) == ("", HOOK)


# Not root, but it finds its way to all files.
NOBODY = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
NET_BIND_SERVICE = struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)  # what setcap cap_net_bind_service=ep writes


def test_a_program_with_capabilities_of_its_own_runs_with_a_warning_but_for_root(pgiam, own_env):
    try:
        os.setxattr(own_env, "security.capability", NET_BIND_SERVICE)
        subprocess.run([*NOBODY, own_env], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no capabilities can be given here: {error}")
    ended = pgiam("exec", "--", own_env, wrapper=NOBODY)
    assert ended.stderr.startswith(OUT_OF_REACH.format(own_env, "has capabilities of its own"))
    assert ended.returncode == 0 and "LD_PRELOAD" not in child_environment(ended)
    ended = pgiam("exec", "--", own_env)
    assert (ended.stderr, child_environment(ended)["LD_PRELOAD"]) == ("", HOOK)


def compile_program(program, *options):
    source = program.with_suffix(".c")
    source.write_text("int main(void) { return 0; }\n")
    subprocess.run(["cc", *options, "-o", program, source], check=True)
    return program


@pytest.fixture
def static_program(tmp_path):
    return compile_program(tmp_path / "static", "-static")


def test_a_static_program_runs_with_a_warning(pgiam, static_program):
    ended = pgiam("exec", "--", static_program)
    assert ended.returncode == 0 and ended.stderr.startswith(OUT_OF_REACH.format(static_program, "is statically linked"))
    assert ended.stderr.count("\n") == 1


def test_a_program_of_another_c_library_runs_with_a_warning(pgiam, tmp_path):
    program = compile_program(tmp_path / "musl", "-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1")
    ended = pgiam("exec", "--", program)  # musl itself need not be here
    assert ended.stderr.startswith(OUT_OF_REACH.format(program, "is built for another C library than pgiam"))


# A whole program for 32 bits: exit(42).
I386 = (
    struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 2, 3, 1, 0x8048054, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    + struct.pack("<8I", 1, 0, 0x8048000, 0x8048000, 96, 96, 5, 4096)
    + bytes.fromhex("b801000000 bb2a000000 cd80")
)  # fmt: skip


def test_a_program_for_another_machine_runs_with_a_warning(pgiam, tmp_path):
    program = tmp_path / "i386"
    program.write_bytes(I386)
    program.chmod(0o755)
    ended = pgiam("exec", "--", program)
    assert ended.stderr.startswith(OUT_OF_REACH.format(program, "is built for another kind of machine than pgiam"))
    assert ended.returncode in (42, 126)  # the kernel may run 64 bits only


def script_of(program, folder, name="script"):
    script = folder / name
    script.write_text(f"#! {program}\n")
    script.chmod(0o755)
    return script


def test_of_a_script_its_interpreter_counts(pgiam, static_program, tmp_path):
    script = script_of(static_program, tmp_path)
    script_of_script = script_of(script, tmp_path, "outer")
    for one in (script, script_of_script):
        assert pgiam("exec", "--", one).stderr.startswith(OUT_OF_REACH.format(one, "is statically linked"))
    assert pgiam("exec", "--", script_of("/bin/true", tmp_path)).stderr == ""


def test_of_a_script_nothing_but_its_interpreter_counts(pgiam, setuid_env, tmp_path):
    script = script_of("/bin/sh\nexec /usr/bin/env", tmp_path)
    os.chown(script, 65534, 65534)
    script.chmod(0o4755)  # ignored for scripts
    ended = pgiam("exec", "--", script)
    assert (ended.stderr, child_environment(ended)["LD_PRELOAD"]) == ("", HOOK)
    assert "is setuid or setgid" in pgiam("exec", "--", script_of(setuid_env, tmp_path)).stderr


# ---- Programs that can be preloaded into, and come to no libpq


@pytest.fixture
def named(tmp_path):
    """named(name): a program of that name, which prints its environment."""
    return lambda name: shutil.copy("/usr/bin/env", tmp_path / name)


@pytest.mark.parametrize(
    "name, way",
    [
        ("java", "jdbc:pgiam:"),
        ("node", "the package pgiam: password: pgiam.password({host, port, user})"),
        ("nodejs", "the package pgiam: password: pgiam.password({host, port, user})"),
        ("dotnet", "the package Pgiam.Npgsql: UsePgiam()"),
        ("beam.smp", "pgiam keep"),
        ("pgbouncer", "pgiam keep --userlist"),
    ],
)
def test_a_runtime_whose_drivers_use_no_libpq_is_told_of_with_what_works_for_it(name, way, pgiam, named):
    program = named(name)
    ended = pgiam("exec", "--", program)
    assert ended.returncode == 0 and child_environment(ended)["LD_PRELOAD"] == HOOK
    assert ended.stderr.startswith(f"pgiam: warning: {program} ") and way in ended.stderr
    assert "so it runs without pgiam; what works: " in ended.stderr and ended.stderr.count("\n") == 1


def test_of_a_script_its_interpreter_tells_the_kind_and_of_env_what_it_runs(pgiam, tmp_path):
    node = shutil.copy("/usr/bin/true", tmp_path / "node")
    script = script_of(f"/usr/bin/env -S {node}", tmp_path)
    assert f"warning: {script} is JavaScript" in pgiam("exec", "--", script).stderr
    assert f"{node} is JavaScript" in pgiam("exec", "--", "env", "A=b", node).stderr


def compiled(tmp_path, text, *options):
    source = tmp_path / "source.c"
    source.write_text(text)
    subprocess.run(["cc", "-o", tmp_path / "program", source, *options], check=True)
    return tmp_path / "program"


GO_NOTE = """
__attribute__((section(".note.go.buildid"), used, aligned(4)))
static const struct { int name_size, size, type; char name[4], id[4]; } note = {4, 4, 4, "Go", "id"};
int main(void) { return 0; }
"""


@pytest.mark.parametrize("options", [[], ["-static"]])
def test_a_go_program_is_told_of(options, pgiam, tmp_path):
    ended = pgiam("exec", "--", compiled(tmp_path, GO_NOTE, *options))
    assert ended.returncode == 0 and "pgiampgx.BeforeConnect for pgx, pgiampq.NewConnector for lib/pq" in ended.stderr


CONNECTS = """
#include <sys/socket.h>
{}
int main(void) {{ return connect(-1, 0, 0) == 0 {}; }}
"""


def test_a_program_that_connects_and_can_come_to_no_libpq_is_told_of(pgiam, tmp_path):
    ended = pgiam("exec", "--", compiled(tmp_path, CONNECTS.format("", "")))
    assert "uses no libpq, so it runs without pgiam; what works: pgiam keep" in ended.stderr


@pytest.mark.parametrize(
    "text",
    [
        CONNECTS.format("#include <dlfcn.h>", '|| dlopen("x", 0)'),
        CONNECTS.format("#include <stdlib.h>", '|| system("exit 1") == 0'),
        "int main(void) { return 0; }",
    ],
)
def test_of_a_program_that_may_come_to_one_or_needs_none_nothing_is_said(text, pgiam, tmp_path):
    assert pgiam("exec", "--", compiled(tmp_path, text)).stderr == ""


@pytest.mark.parametrize("program", [["sh", "-c", ":"], ["perl", "-e", "1"], ["/usr/bin/python3", "-c", ""], ["psql", "--version"], ["true"]])
def test_of_shells_and_of_what_loads_libpq_later_nothing_is_said(program, pgiam):
    assert pgiam("exec", "--", *program).stderr == ""


@pytest.mark.parametrize("quiet", [{"PGIAM_LOG": "off"}, {"PGIAM_DISABLE": "1"}])
def test_who_wants_to_hear_nothing_hears_nothing(quiet, pgiam, named):
    assert pgiam("exec", "--", named("java"), **quiet).stderr == ""


# ---- Programs that clear the environment


@pytest.mark.parametrize("name", ["sudo", "doas"])
def test_sudo_is_told_to_stand_before_pgiam(name, pgiam, named):
    ended = pgiam("exec", "--", named(name))
    assert ended.stderr.startswith(f"pgiam: warning: {name} clears LD_PRELOAD and the cloud's variables")
    assert ended.stderr.endswith(f": {name} pgiam exec -- PROGRAM\n")


@pytest.mark.parametrize("name", ["docker", "podman", "ssh", "systemd-run"])
def test_what_is_started_elsewhere_has_pgiam_behind_it(name, pgiam, named):
    ended = pgiam("exec", "--", named(name))
    assert ended.stderr.startswith(f"pgiam: warning: {name} has its program started elsewhere")
    assert ended.stderr.endswith(f", {name} … pgiam exec -- PROGRAM\n")


@pytest.mark.parametrize("words, is_told", [(["-i"], True), (["-", "A=b"], True), (["A=b"], False), ([], False)])
def test_env_is_told_of_where_it_clears_the_environment(words, is_told, pgiam):
    assert ("env -i clears" in pgiam("exec", "--", "env", *words).stderr) == is_told


# ---- libpq opened by hand


@pytest.fixture
def pgcli(tmp_path):
    """A script in an installation of Python of its own."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib/python3.11/site-packages").mkdir(parents=True)
    (tmp_path / "bin/python3").symlink_to("/usr/bin/python3")
    return script_of(tmp_path / "bin/python3", tmp_path / "bin", "pgcli")


def test_pgcli_is_told_of_the_filter_where_psycopg_has_no_part_in_c(pgiam, pgcli, tmp_path):
    hint = "pgiam exec --filter -- pgcli"
    assert hint in pgiam("exec", "--", pgcli).stderr
    assert hint not in pgiam("exec", "--filter", "--", pgcli).stderr
    (tmp_path / "lib/python3.11/site-packages/psycopg_c").mkdir()
    assert hint not in pgiam("exec", "--", pgcli).stderr


def test_at_level_info_a_program_tells_at_its_end_of_a_libpq_that_the_hook_did_not_reach(pgiam, rds):
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    said = pgiam("exec", "--log", "info", "--", *program).stderr.splitlines()
    assert len(said) == 1
    assert re.fullmatch(r"pgiam: libpq: libpq was loaded, but no call to it came through pgiam: /\S+/libpq\.so\.5\S*; .*--filter", said[0])
    for reached in (["--filter", "--", *program], ["--", *psql(rds.conninfo())], ["--filter", "--", "true"]):
        assert "came through pgiam" not in pgiam("exec", "--log", "info", *reached).stderr


FORKS = """
#include <sys/wait.h>
#include <unistd.h>
#include <libpq-fe.h>
int main(void) {{
  if (fork() == 0) {{ PQfinish({}); return 0; }}
  return wait(0) == -1;
}}
"""


def test_forked_children_do_not_repeat_it_and_their_calls_count(pgiam, tmp_path):
    def said(call):
        program = compiled(tmp_path, FORKS.format(call), "-I/usr/include/postgresql", "-lpq")
        return pgiam("exec", "--log", "info", "--", program).stderr.count("came through pgiam")

    assert said("NULL") == 1
    assert said('PQconnectdb("host=/nowhere")') == 0


def test_on_a_terminal_it_is_told_at_the_default_level(environment, rds, pgiam):
    """Where a person may have been asked for a password again and again."""
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    on_terminal = ["script", "-qec", " ".join(shlex.quote(str(word)) for word in [COMMAND, "exec", "--", *program]), "/dev/null"]
    shown = subprocess.run(on_terminal, env=environment, capture_output=True, text=True, timeout=240).stdout
    assert "came through pgiam" in shown and "--filter" in shown
    assert "came through pgiam" not in pgiam("exec", "--", *program).stderr
