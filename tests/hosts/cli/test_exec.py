"""pgiam exec: programs under the hook, and with one token in PGPASSWORD."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND, CONNINFO, HOOK, HOST, LIBRARY, SECRET, child_environment
from programs import BY_HANDLE, psql


@pytest.fixture
def environment(environment, rds):
    """Credentials that the emulated instance knows."""
    return environment | rds.credentials()


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


FILTER = str(Path(HOOK).parent / "pgiam/filter/libpq.so.5")


@pytest.fixture(scope="module")
def libpq():
    """The system's own."""
    loaded = "import ctypes; ctypes.CDLL('libpq.so.5'); print(*{line.split()[-1] for line in open('/proc/self/maps') if '/libpq.so.5' in line})"
    return Path(subprocess.run(["/usr/bin/python3", "-c", loaded], check=True, text=True, capture_output=True, env={}).stdout.strip())


def test_the_filter_is_preloaded_behind_the_hook(pgiam):
    variables = child_environment(pgiam("exec", "--filter", "--", "env", LD_PRELOAD="libnss_wrapper.so"))
    assert variables["LD_PRELOAD"] == f"{HOOK}:{FILTER}:libnss_wrapper.so"


def test_the_filter_names_no_folder_of_the_machine_that_built_it(pgiam):
    for folder, path in (".", "/usr/$LIB/libpq.so.5"), ("elsewhere", "$ORIGIN/real/libpq.so.5"):
        for name in "libpq.so.5", "libpq.so":
            dynamic = subprocess.run(["readelf", "-Wd", Path(FILTER).parent / folder / name], check=True, text=True, capture_output=True).stdout
            assert [word for word in re.findall(r"NEEDED.*\[(.*)\]", dynamic) if "/" in word] == [path]


def test_the_filter_works_as_a_service_has_it(rds, environment):
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    ended = subprocess.run(program, text=True, capture_output=True, env=environment | {"LD_PRELOAD": f"{HOOK}:{FILTER}"})
    assert ended.stdout.startswith("0 app_user") and ended.stderr == "", ended.stderr


@pytest.mark.parametrize("name", ["libpq.so.5", "libpq.so"])
def test_the_filter_reaches_programs_that_the_hook_does_not(name, pgiam, rds):
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo(), name]
    assert pgiam("exec", "--", *program).stdout.startswith("1 ")
    ended = pgiam("exec", "--filter", "--", *program)
    assert ended.stdout.startswith("0 app_user"), ended.stderr
    assert ended.stderr == ""


def test_commands_may_be_nested_in_any_way(pgiam, rds):
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    for outer, inner in ([], ["--filter"]), (["--filter"], []), (["--filter"], ["--filter"]):
        rds.clear_attempts()
        ended = pgiam("exec", *outer, "--", COMMAND, "exec", *inner, "--", *program)
        assert ended.stdout.startswith("0 app_user"), ended.stderr
        assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_the_filter_stands_before_the_libpq_that_the_loader_finds(pgiam, rds, tmp_path, home, libpq):
    (tmp_path / "other").mkdir()
    shutil.copy(libpq, tmp_path / "other/libpq.so.5")
    program = ["/usr/bin/python3", "-c", BY_HANDLE, rds.conninfo()]
    for name in ("libpq.so.5", "libpq.so"):
        ended = pgiam("exec", "--filter", "--", *program, name, LD_LIBRARY_PATH=str(tmp_path / "other"))
        assert ended.stdout.startswith("0 app_user"), ended.stderr
        assert str(tmp_path / "other/libpq.so.5") in ended.stdout and str(libpq) not in ended.stdout
    assert len(list((home / ".cache/pgiam/filter").iterdir())) == 1


def test_the_filter_needs_a_place_for_its_links_where_libpq_is_another_one(pgiam, tmp_path, libpq):
    shutil.copy(libpq, tmp_path / "libpq.so.5")
    ended = pgiam("exec", "--filter", "--", "true", LD_LIBRARY_PATH=str(tmp_path), XDG_CACHE_HOME="/proc/nowhere")
    assert ended.returncode == 2
    assert f"cannot make a filter for {tmp_path}/libpq.so.5" in ended.stderr and "set XDG_CACHE_HOME" in ended.stderr


def test_no_home_is_made_for_the_filters_links(pgiam, tmp_path, libpq):
    shutil.copy(libpq, tmp_path / "libpq.so.5")
    ended = pgiam("exec", "--filter", "--", "true", LD_LIBRARY_PATH=str(tmp_path), HOME=str(tmp_path / "nobody"))
    assert ended.returncode == 2 and "no home" in ended.stderr and "set XDG_CACHE_HOME" in ended.stderr
    assert not (tmp_path / "nobody").exists()


@pytest.fixture
def filtered(pgiam, tmp_path, libpq):
    """filtered() preloads the filter from links in tmp_path/cache."""
    (tmp_path / "other").mkdir()
    shutil.copy(libpq, tmp_path / "other/libpq.so.5")
    (tmp_path / "cache/pgiam/filter").mkdir(parents=True)

    def run(cache=tmp_path / "cache"):
        return pgiam("exec", "--filter", "--", "env", LD_LIBRARY_PATH=str(tmp_path / "other"), XDG_CACHE_HOME=str(cache))

    return run


@pytest.mark.parametrize("folder", ["cache", "cache/pgiam", "cache/pgiam/filter"])
def test_the_filter_is_preloaded_from_no_folder_where_anybody_may_write(folder, filtered, tmp_path):
    (tmp_path / folder).chmod(0o777)
    ended = filtered()
    assert ended.returncode == 2 and ended.stderr == (
        f"pgiam: anybody may write to {tmp_path}/{folder}, so no code is loaded from there\n  chmod go-w {tmp_path}/{folder}\n"
    )


ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives folders away")
ANOTHER = 1  # daemon


@ONLY_ROOT
@pytest.mark.parametrize("folder", ["cache", "cache/pgiam", "cache/pgiam/filter"])
def test_nor_from_within_another_users_folder_be_it_by_root(folder, filtered, tmp_path):
    assert filtered().returncode == 0
    os.chown(tmp_path / folder, ANOTHER, ANOTHER)
    ended = filtered()
    assert ended.returncode == 2 and f"{tmp_path}/{folder} belongs to daemon, so no code is loaded from there" in ended.stderr
    assert "  export XDG_CACHE_HOME=" in ended.stderr


@ONLY_ROOT
def test_nor_where_a_group_of_others_may_write(filtered, tmp_path):
    (tmp_path / "cache").chmod(0o775)
    assert filtered().returncode == 0  # the group is the user's own
    os.chown(tmp_path / "cache", -1, ANOTHER)
    ended = filtered()
    assert ended.returncode == 2 and f"group daemon, in which is daemon may write to {tmp_path}/cache, " in ended.stderr
    assert f"\n  chmod go-w {tmp_path}/cache\n" in ended.stderr


@ONLY_ROOT
def test_in_a_sticky_folder_a_folder_of_ones_own_is_enough(filtered, tmp_path):
    (tmp_path / "cache").chmod(0o1777)
    assert filtered().returncode == 0
    os.chown(tmp_path / "cache/pgiam", ANOTHER, ANOTHER)
    assert f"{tmp_path}/cache/pgiam belongs to daemon" in filtered().stderr


@ONLY_ROOT
def test_what_is_preloaded_is_named_without_links_that_others_may_turn(filtered, tmp_path):
    (tmp_path / "link").symlink_to("cache")
    os.chown(tmp_path / "link", ANOTHER, ANOTHER, follow_symlinks=False)
    preloaded = child_environment(filtered(tmp_path / "link"))["LD_PRELOAD"]
    assert f"{tmp_path}/cache/pgiam/filter/" in preloaded and f"{tmp_path}/link" not in preloaded


def test_folders_for_the_links_are_the_users_alone_whatever_the_umask(filtered, tmp_path):
    before = os.umask(0)
    try:
        assert filtered(tmp_path / "new").returncode == 0
    finally:
        os.umask(before)
    assert (tmp_path / "new/pgiam").stat().st_mode & 0o777 == 0o700


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


@pytest.fixture
def other_pgiam(tmp_path):
    """Hook and filter of a second installation, as `exec --filter` would preload them."""
    shutil.copytree(Path(FILTER).parent, tmp_path / "lib/pgiam/filter", symlinks=True)
    shutil.copy(HOOK, tmp_path / "lib")
    return f"{tmp_path}/lib/{Path(HOOK).name}:{tmp_path}/lib/pgiam/filter/libpq.so.5"


def test_another_pgiam_that_is_preloaded_already_makes_way(pgiam, other_pgiam):
    preloaded = f"libnss_wrapper.so:{other_pgiam} libc.so.6"
    variables = child_environment(pgiam("exec", "--filter", "--", "env", LD_PRELOAD=preloaded))
    assert variables["LD_PRELOAD"] == f"{HOOK}:{FILTER}:libnss_wrapper.so:libc.so.6"
    variables = child_environment(pgiam("exec", "--", "env", LD_PRELOAD=preloaded))
    assert variables["LD_PRELOAD"] == f"{HOOK}:libnss_wrapper.so:{other_pgiam.split(':')[1]}:libc.so.6"


@pytest.mark.parametrize("options", [[], ["--filter"]])
def test_one_pgiam_runs_within_another(options, pgiam, other_pgiam, rds):
    ended = pgiam("exec", *options, "--", *psql(rds.conninfo()), LD_PRELOAD=other_pgiam)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "app_user\n", "")


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
