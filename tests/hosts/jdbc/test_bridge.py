"""How the jar reaches the library: extracted, named, forbidden, absent."""

import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import COMMAND, HOST, JAR, LIBRARIES, TOKEN_MARK, refused
from rds_clients import until

LIBRARY = os.environ["PGIAM_TEST_LIBRARY"]


def test_native_code_comes_from_the_jar_and_is_gone_at_exit(jvm, tmp_path):
    one = jvm()
    assert one.do("bridge").startswith(f"native: {tmp_path}/pgiam-")
    (folder,) = tmp_path.glob("pgiam-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    one.end()
    assert list(tmp_path.glob("pgiam-*")) == []


@pytest.mark.parametrize("named", [LIBRARY, str(Path(LIBRARY).parent)], ids=["file", "folder"])
def test_a_library_can_be_named(jvm, named):
    one = jvm(f"-Dpgiam.library.path={named}")
    assert one.do("bridge").startswith(f"native: {Path(LIBRARY).parent}/libpgiam.so.1")
    assert TOKEN_MARK in one.do("token", HOST, "5432", "app")


def test_a_library_can_be_named_in_the_environment_as_for_every_host(jvm):
    assert jvm(PGIAM_LIBRARY=LIBRARY).do("bridge") == f"native: {LIBRARY}"


def test_a_named_library_that_is_not_there_is_an_error(jvm):
    wrong = refused(jvm("-Dpgiam.library.path=/nowhere"), "token", HOST, "5432", "app")
    assert "cannot be loaded" in wrong.message and "/nowhere" in wrong.trace


def test_a_named_library_that_is_older_than_the_jar_is_refused_by_name(jvm):
    old = os.environ["PGIAM_TEST_OLD_LIBRARY"]
    wrong = refused(jvm(f"-Dpgiam.library.path={old}"), "token", HOST, "5432", "app")
    assert f"{old} is pgiam 0.0.9, which is older than this jar: it needs ABI 1.2" in wrong.message


def test_a_command_that_is_older_than_the_jar_is_quoted(jvm, tmp_path):
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\necho 'pgiam: there is no command \"bridge\"' >&2\nexit 2\n")
    old.chmod(0o755)
    wrong = refused(jvm("-Dpgiam.bridge=command", f"-Dpgiam.command={old}"), "token", HOST, "5432", "app")
    assert 'there is no command "bridge"' in wrong.message and "pgiam of another version" in wrong.trace


def test_where_the_temporary_folder_forbids_programs_another_is_taken(jvm, tmp_path):
    """A file in the folder's place stands for a folder that cannot be used."""
    (tmp_path / "file").write_text("")
    one = jvm(f"-Djava.io.tmpdir={tmp_path}/file")
    assert one.do("bridge").startswith(f"native: {tmp_path}/.cache/pgiam/pgiam-")


@pytest.mark.parametrize("fault", ["mode", "owner", "group"])
def test_no_native_code_lies_in_a_folder_that_others_can_write_to_or_move(jvm, tmp_path, fault):
    """Such a folder above the one that is used, too: what is in it is loaded much later."""
    if fault != "mode" and os.geteuid() != 0:
        pytest.skip("gives folders away")
    (tmp_path / "shared/of_the_user").mkdir(parents=True)
    (tmp_path / "file").write_text("")
    (tmp_path / "shared").chmod({"mode": 0o777, "owner": 0o755, "group": 0o775}[fault])
    if fault != "mode":
        os.chown(tmp_path / "shared", 1 if fault == "owner" else -1, 1)  # daemon
    words = {"mode": "anybody may write to", "owner": "belongs to daemon", "group": "group daemon may write to"}[fault]
    no_home = f"-Duser.home={tmp_path}/file", "-Dpgiam.bridge=native"
    for options, variables in (
        ((f"-Djava.io.tmpdir={tmp_path}/shared/of_the_user",), {}),
        ((f"-Djava.io.tmpdir={tmp_path}/file",), {"XDG_CACHE_HOME": f"{tmp_path}/shared/of_the_user"}),
    ):
        wrong = refused(jvm(*options, *no_home, **variables), "token", HOST, "5432", "app")
        assert words in wrong.trace and "so no code is loaded from there" in wrong.trace
        assert list(tmp_path.glob("shared/**/pgiam-*")) == []


def test_a_sticky_folder_and_one_of_the_users_own_group_will_do(jvm, tmp_path):
    (tmp_path / "sticky/own").mkdir(parents=True)
    (tmp_path / "sticky").chmod(0o1777)
    (tmp_path / "sticky/own").chmod(0o775)
    assert jvm(f"-Djava.io.tmpdir={tmp_path}/sticky/own").do("bridge").startswith(f"native: {tmp_path}/sticky/own/pgiam-")


def test_where_no_folder_will_do_the_command_is_run(jvm, tmp_path):
    (tmp_path / "file").write_text("")
    one = jvm(f"-Djava.io.tmpdir={tmp_path}/file", f"-Duser.home={tmp_path}/file", f"-Dpgiam.command={COMMAND}")
    assert one.do("bridge") == f"command: {COMMAND}"
    assert TOKEN_MARK in one.do("token", HOST, "5432", "app")


def test_without_library_and_command_every_place_is_named(jvm, tmp_path):
    (tmp_path / "file").write_text("")
    one = jvm(f"-Djava.io.tmpdir={tmp_path}/file", f"-Duser.home={tmp_path}/file", "-Dpgiam.command=/nowhere")
    wrong = refused(one, "plugin", "CLEARTEXT_PASSWORD", f"PGHOST={HOST}", "user=app", "sslmode=require")
    assert wrong.state == "28000"
    for named in ("/file", "/nowhere", "-Dpgiam.command=FILE"):
        assert named in wrong.message


def test_the_command_beside_the_installed_jar_is_found(jvm, tmp_path):
    (tmp_path / "share/pgiam").mkdir(parents=True)
    shutil.copy(JAR, tmp_path / "share/pgiam")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pgiam").symlink_to(COMMAND)
    one = jvm("-Dpgiam.bridge=command", libraries=f"{tmp_path}/share/pgiam/pgiam-jdbc.jar:{LIBRARIES}")
    assert one.do("bridge") == f"command: {tmp_path}/bin/pgiam"


def test_the_command_gets_no_secret_in_its_arguments(jvm, tmp_path, rds):
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\nfor word in "$@"; do echo "$word"; done >>{tmp_path}/words\nenv >>{tmp_path}/env\nexec {COMMAND} "$@"\n')
    spy.chmod(0o755)
    one = jvm("-Dpgiam.bridge=command", f"-Dpgiam.command={spy}", PGPASSWORD="canary", PGHOST="elsewhere")
    old = one.do("token", HOST, "5432", "app")
    words = ["plugin", "CLEARTEXT_PASSWORD", f"PGHOST={HOST}", "user=app", "sslmode=require", f"password={old}"]
    assert one.do(*words) == "a token"
    assert TOKEN_MARK not in (tmp_path / "words").read_text()
    assert not re.search(r"^PG(?!IAM)", (tmp_path / "env").read_text(), re.M)


def test_a_command_that_answers_nonsense_is_named(jvm, tmp_path):
    strange = tmp_path / "strange"
    strange.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\n")
    strange.chmod(0o755)
    one = jvm("-Dpgiam.bridge=command", f"-Dpgiam.command={strange}")
    answers = ["", "{", "[]", "null", "{}", '{"token":5}', '{"token":"a', r'{"token":"\u00', '{"a":[{"b":1},"c"]}', "\0\1"]
    for answer in answers:
        (tmp_path / "answer").write_text(answer)
        wrong = refused(one, "token", HOST, "5432", "app")
        assert "the command's answer is" in wrong.message and "org.pgiam.PgiamException" in wrong.trace, answer
    (tmp_path / "answer").write_text(r'{"x":{"y":["}"]}, "token" : "\u00e9\n\"/", "n":-1.5e3}' + "\n")
    assert one.do("token", HOST, "5432", "app") == 'é\n"/'


def test_a_command_that_hangs_is_ended(jvm, tmp_path):
    hanging = tmp_path / "hanging"
    hanging.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\nexec sleep 600\n")
    hanging.chmod(0o755)
    one = jvm("-Dpgiam.bridge=command", f"-Dpgiam.command={hanging}")
    slow = refused(one, "token", HOST, "5432", "app", "timeout_ms=1")
    assert "did not end within" in slow.message
    started = (tmp_path / "pid").read_text().strip()
    until(lambda: not Path("/proc", started).exists())


def test_a_command_may_take_as_long_as_its_configuration_lets_it(jvm, tmp_path):
    slow = tmp_path / "slow"
    slow.write_text("""#!/bin/sh\nsleep 13\necho '{"token":"late"}'\n""")
    slow.chmod(0o755)
    one = jvm("-Dpgiam.bridge=command", f"-Dpgiam.command={slow}")
    assert one.do("token", HOST, "5432", "app") == "late"


@pytest.mark.parametrize("way", ["native", "command"])
def test_the_java_api_keeps_its_promises(jvm, way):
    one = jvm(f"-Dpgiam.bridge={way}", f"-Dpgiam.command={COMMAND}", AWS_EC2_METADATA_DISABLED="true")
    assert one.do("api") == "kept"


def test_nothing_is_lost_over_many_calls(jvm):
    """With PGIAM_TEST_LONG: 200,000 calls. The JVM has all of its own heap from the beginning."""
    one = jvm("-Dpgiam.bridge=native", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", AWS_EC2_METADATA_DISABLED="true", MALLOC_ARENA_MAX="2")
    calls = 200_000 if os.environ.get("PGIAM_TEST_LONG") else 5_000
    told = [int(number) for number in one.do("lasting", str(calls)).split()]
    before, after = told[:3], told[3:]
    assert after[0] <= before[0] + 64 and after[1] <= before[1] + 4, told  # a JVM's own threads and files come and go
    assert after[2] - before[2] < 16 << 20, told
    print("threads, descriptors, bytes:", before, after)


def test_the_native_code_keeps_the_rules_of_jni(jvm):
    """What the JVM finds wrong it prints before the answer."""
    one = jvm("-Dpgiam.bridge=native", "-Xcheck:jni", AWS_EC2_METADATA_DISABLED="true")
    assert one.do("api") == "kept"


def test_the_jar_holds_java_8_classes_of_ours_and_nothing_else():
    with zipfile.ZipFile(JAR) as jar:
        names = [name for name in jar.namelist() if not name.endswith("/")]
        for name in names:
            content = jar.read(name)
            assert re.match(r"org/pgiam/|META-INF/", name)
            if name.endswith(".class"):
                assert content[6:8] == b"\0\x34", f"{name} is not for Java 8"
                assert b"amazonaws" not in content and b"awssdk" not in content
        assert jar.read("META-INF/services/java.sql.Driver").decode().strip() == "org.pgiam.jdbc.PgiamDriver"
