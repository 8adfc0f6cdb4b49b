"""pgiam exec: programs under the hook, and with one token in PGPASSWORD."""

import os
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND, CONNINFO, HOOK, HOST, LIBRARY, SECRET


@pytest.fixture
def environment(environment, rds):
    """Credentials that the emulated instance knows."""
    return environment | rds.credentials()


def psql(conninfo, sql="SELECT session_user"):
    return ["psql", "-XAtw", "-c", sql, conninfo]


def child_environment(ended):
    return dict(line.split("=", 1) for line in ended.stdout.splitlines())


def test_an_unmodified_psql_logs_in(pgiam, rds):
    ended = pgiam("exec", "--", *psql(rds.conninfo()))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "app_user\n", "")
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_children_of_the_program_log_in_too(pgiam, rds):
    ended = pgiam("exec", "sh", "-c", 'psql -XAtwc "SELECT 1" "$0" && psql -XAtwc "SELECT 2" "$0"', rds.conninfo())
    assert (ended.returncode, ended.stdout) == (0, "1\n2\n")


def test_options_reach_the_hook(pgiam, rds):
    tunnel = rds.conninfo(host="127.0.0.1", sslmode="require")
    ended = pgiam("exec", "--signing-host", rds.host, "--signing-port", str(rds.port), "--", *psql(tunnel))
    assert (ended.returncode, ended.stdout) == (0, "app_user\n")


def test_options_become_variables_of_the_program(pgiam):
    ended = pgiam("exec", "--profile", "dev", "--reuse-seconds=5", "--force", "--", "env")
    variables = child_environment(ended)
    assert (variables["PGIAM_PROFILE"], variables["PGIAM_REUSE_SECONDS"]) == ("dev", "5")
    assert variables["PGIAM_FORCE"] == "true"


def test_the_hook_is_put_before_what_is_preloaded_already(pgiam):
    variables = child_environment(pgiam("exec", "--", "env", LD_PRELOAD="libnss_wrapper.so"))
    assert variables["LD_PRELOAD"] == f"{HOOK}:libnss_wrapper.so"


def test_the_environment_is_otherwise_left_alone(pgiam, environment):
    variables = child_environment(pgiam("exec", "--", "env"))
    assert variables.pop("LD_PRELOAD") == HOOK
    assert variables == environment


@pytest.mark.parametrize("words", [["--"], []])
def test_the_programs_own_options_are_its_own(pgiam, words):
    ended = pgiam("exec", *words, "echo", "--json", "--profile", "x", "--", "--help")
    assert (ended.returncode, ended.stdout) == (0, "--json --profile x -- --help\n")


def test_the_program_takes_the_place_of_the_command(environment):
    with subprocess.Popen(
        [COMMAND, "exec", "--", "sh", "-c", "echo $$; exit 42"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert int(process.stdout.read()) == process.pid
    assert process.returncode == 42


def test_no_secret_is_in_the_programs_arguments_or_environment(pgiam, home, rds):
    credentials = home / ".aws/credentials"
    credentials.parent.mkdir()
    credentials.write_text(f"[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = {SECRET}\n")
    ended = pgiam(
        "exec", "--log", "debug", "--", "cat", "/proc/self/environ", "/proc/self/cmdline",
        AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None,
    )  # fmt: skip
    assert ended.returncode == 0 and "PGIAM_LOG=debug" in ended.stdout
    assert [word for word in (SECRET, "X-Amz-Signature") if word in ended.stdout + ended.stderr] == []


@pytest.mark.parametrize(
    "program, status, reason",
    [
        ("no-such-program", 127, "No such file or directory"),
        ("/no/such/program", 127, "No such file or directory"),
        ("/etc/passwd", 126, "Permission denied"),
        ("/", 126, "Permission denied"),
    ],
)
def test_a_program_that_cannot_be_run_ends_it_as_it_ends_a_shell(pgiam, program, status, reason):
    ended = pgiam("exec", "--", program)
    assert (ended.returncode, ended.stderr) == (status, f"pgiam: cannot run {program}: {reason}\n")


def test_wrong_options_are_told_before_the_program_runs(pgiam):
    ended = pgiam("exec", "--tls", "maybe", "--", "echo", "ran")
    assert (ended.returncode, ended.stdout) == (2, "") and 'tls = "maybe"' in ended.stderr


# The loader takes LD_PRELOAD away from programs that it does not preload into.
OUT_OF_REACH = "pgiam: warning: {} {}: nothing can be preloaded into it, so it runs without pgiam\n"


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
    assert ended.stderr == OUT_OF_REACH.format(setuid_env, "is setuid or setgid")
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
    assert ended.stderr == OUT_OF_REACH.format(own_env, "has capabilities of its own")
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
    assert (ended.returncode, ended.stderr) == (0, OUT_OF_REACH.format(static_program, "is statically linked"))


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
        assert pgiam("exec", "--", one).stderr == OUT_OF_REACH.format(one, "is statically linked")
    assert pgiam("exec", "--", script_of("/bin/true", tmp_path)).stderr == ""


def test_of_a_script_nothing_but_its_interpreter_counts(pgiam, setuid_env, tmp_path):
    script = script_of("/bin/sh\nexec /usr/bin/env", tmp_path)
    os.chown(script, 65534, 65534)
    script.chmod(0o4755)  # ignored for scripts
    ended = pgiam("exec", "--", script)
    assert (ended.stderr, child_environment(ended)["LD_PRELOAD"]) == ("", HOOK)
    assert "is setuid or setgid" in pgiam("exec", "--", script_of(setuid_env, tmp_path)).stderr


FILTER = str(Path(HOOK).parent / "pgiam/filter/libpq.so.5")


def test_the_filter_is_preloaded_behind_the_hook(pgiam):
    variables = child_environment(pgiam("exec", "--filter", "--", "env", LD_PRELOAD="libnss_wrapper.so"))
    assert variables["LD_PRELOAD"] == f"{HOOK}:{FILTER}:libnss_wrapper.so"


# Takes libpq's functions from the library itself, where no preloaded function is found before them.
BY_HANDLE = """
import ctypes, sys
libpq = ctypes.CDLL((sys.argv + ["libpq.so.5"])[2])
for name in ("PQconnectdb", "PQuser", "PQhost"):
    getattr(libpq, name).restype = ctypes.c_void_p if name == "PQconnectdb" else ctypes.c_char_p
connection = ctypes.c_void_p(libpq.PQconnectdb(sys.argv[1].encode()))
print(libpq.PQstatus(connection), libpq.PQuser(connection).decode(), libpq.PQlibVersion())
maps = {line.split()[-1] for line in open("/proc/self/maps") if "/libpq.so" in line}
print("\\n".join(sorted(maps)))
"""


@pytest.mark.parametrize("name", ["libpq.so.5", "libpq.so"])
def test_the_filter_reaches_programs_that_the_hook_does_not(name, pgiam, rds):
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo(), name]
    assert pgiam("exec", "--", *program).stdout.startswith("1 ")
    ended = pgiam("exec", "--filter", "--", *program)
    assert ended.stdout.startswith("0 app_user"), ended.stderr
    assert ended.stderr == ""


def test_at_level_info_a_program_tells_at_its_end_of_a_libpq_that_the_hook_did_not_reach(pgiam, rds):
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    said = pgiam("exec", "--log", "info", "--", *program).stderr.splitlines()
    assert len(said) == 1
    assert re.fullmatch(r"pgiam: libpq: libpq was loaded, but no call to it came through pgiam: /\S+/libpq\.so\.5\S*; .*--filter", said[0])
    for reached in (["--filter", "--", *program], ["--", *psql(rds.conninfo())], ["--filter", "--", "true"]):
        assert "came through pgiam" not in pgiam("exec", "--log", "info", *reached).stderr


def test_commands_may_be_nested_in_any_way(pgiam, rds):
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    for outer, inner in ([], ["--filter"]), (["--filter"], []), (["--filter"], ["--filter"]):
        rds.clear_attempts()
        ended = pgiam("exec", *outer, "--", COMMAND, "exec", *inner, "--", *program)
        assert ended.stdout.startswith("0 app_user"), ended.stderr
        assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_the_filter_stands_before_the_libpq_that_the_loader_finds(pgiam, rds, tmp_path, home):
    real = Path(FILTER).parent / "real/libpq.so.5"
    (tmp_path / "other").mkdir()
    shutil.copy(real.resolve(), tmp_path / "other/libpq.so.5")
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    for name in ("libpq.so.5", "libpq.so"):
        ended = pgiam("exec", "--filter", "--", *program, name, LD_LIBRARY_PATH=str(tmp_path / "other"))
        assert ended.stdout.startswith("0 app_user"), ended.stderr
        assert str(tmp_path / "other/libpq.so.5") in ended.stdout and str(real.resolve()) not in ended.stdout
    assert len(list((home / ".cache/pgiam/filter").iterdir())) == 1


def test_the_filter_needs_a_place_for_its_links_where_libpq_is_another_one(pgiam, tmp_path):
    shutil.copy((Path(FILTER).parent / "real/libpq.so.5").resolve(), tmp_path / "libpq.so.5")
    ended = pgiam("exec", "--filter", "--", "true", LD_LIBRARY_PATH=str(tmp_path), XDG_CACHE_HOME="/proc/nowhere")
    assert ended.returncode == 2
    assert f"cannot make a filter for {tmp_path}/libpq.so.5" in ended.stderr and "set XDG_CACHE_HOME" in ended.stderr


def test_the_filter_is_preloaded_from_no_folder_where_anybody_may_write(pgiam, tmp_path):
    shutil.copy((Path(FILTER).parent / "real/libpq.so.5").resolve(), tmp_path / "libpq.so.5")
    (tmp_path / "cache/pgiam/filter").mkdir(parents=True)
    (tmp_path / "cache/pgiam/filter").chmod(0o777)
    ended = pgiam("exec", "--filter", "--", "true", LD_LIBRARY_PATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert ended.returncode == 2 and f"chmod o-w {tmp_path}/cache/pgiam/filter" in ended.stderr


def test_the_filter_and_one_token_exclude_each_other(pgiam):
    ended = pgiam("exec", "--filter", "--pgpassword", CONNINFO, "--", "true")
    assert ended.returncode == 2 and "exclude each other" in ended.stderr


@pytest.fixture
def moved(tmp_path):
    """moved(folder) installs the command there, as it stands in the build."""

    def install(folder):
        (tmp_path / folder / "bin").mkdir(parents=True)
        (tmp_path / folder / "lib").mkdir()
        shutil.copy(COMMAND, tmp_path / folder / "bin/pgiam")
        shutil.copy(LIBRARY, tmp_path / folder / "lib/libpgiam.so.1")
        shutil.copy(HOOK, tmp_path / folder / "lib")
        return tmp_path / folder

    return install


def test_the_hook_is_found_beside_the_library_wherever_that_is(pgiam, moved):
    folder = moved("elsewhere")
    variables = child_environment(pgiam("exec", "--", "env", command=folder / "bin/pgiam"))
    assert variables["LD_PRELOAD"] == str(folder / "lib" / Path(HOOK).name)


@pytest.mark.parametrize("folder", ["with blank", "with:colon"])
def test_a_folder_that_cannot_be_preloaded_from_is_an_error(pgiam, moved, folder):
    ended = pgiam("exec", "--", "echo", "ran", command=moved(folder) / "bin/pgiam")
    assert (ended.returncode, ended.stdout) == (2, "") and "LD_PRELOAD cannot hold the path" in ended.stderr


def test_a_missing_hook_is_an_error(pgiam, moved):
    folder = moved("half")
    (folder / "lib" / Path(HOOK).name).unlink()
    ended = pgiam("exec", "--", "echo", "ran", command=folder / "bin/pgiam")
    assert (ended.returncode, ended.stdout) == (2, "") and "cannot be read: No such file" in ended.stderr


def test_pgpassword_gives_a_program_one_token_without_the_hook(pgiam, rds):
    conninfo = rds.conninfo(sslmode=None)
    ended = pgiam("exec", "--pgpassword", conninfo, "--", *psql(conninfo))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "app_user\n", "")
    variables = child_environment(pgiam("exec", "--pgpassword", CONNINFO, "--", "env"))
    assert variables["PGPASSWORD"].startswith(f"{HOST}:5432/?Action=connect&DBUser=app_user&")
    assert variables["PGSSLMODE"] == "require" and "LD_PRELOAD" not in variables


@pytest.mark.parametrize("how", [[], ["--pgpassword", CONNINFO]])
def test_a_misspelt_variable_is_named_once(pgiam, how):
    ended = pgiam("exec", *how, "--", "true", PGIAM_REGIO="eu-west-1")
    assert ended.returncode == 0
    assert ended.stderr == "pgiam: warning: PGIAM_REGIO is no option; did you mean PGIAM_REGION?\n"


def test_pgpassword_is_refused_where_the_token_could_travel_without_tls(pgiam):
    ended = pgiam("exec", "--pgpassword", CONNINFO + " sslmode=disable", "--", "echo", "ran")
    assert (ended.returncode, ended.stdout) == (2, "") and "without TLS" in ended.stderr


def test_without_credentials_nothing_is_sent_to_the_server(pgiam, rds):
    before = rds.connections()
    ended = pgiam("exec", "--", *psql(rds.conninfo()), AWS_SECRET_ACCESS_KEY=None)
    assert ended.returncode == 2 and "AWS_SECRET_ACCESS_KEY is not" in ended.stderr
    assert rds.connections() == before
