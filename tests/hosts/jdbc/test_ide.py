"""One JVM, several class loaders: an IDE as DBeaver is one."""

import subprocess

import pytest
from conftest import CLASSES, COMMAND_ONLY, HOST, JAR, LIBRARIES, PLUGIN, java_command


@pytest.mark.parametrize("options", [("-Dpgiam.bridge=native",), COMMAND_ONLY], ids=["native", "command"])
@pytest.mark.parametrize("driver", ["org.postgresql.Driver", "org.pgiam.jdbc.PgiamDriver"])
def test_data_sources_with_class_loaders_of_their_own_open_invalidate_and_close(
    rds, environment, tmp_path, driver, options
):
    prefix = "jdbc:pgiam:postgresql:" if "pgiam" in driver else "jdbc:postgresql:"
    words = [f"{LIBRARIES}:{JAR}", driver, f"{prefix}//{HOST}:{rds.port}/postgres"]
    words += ["user=app_user", "sslmode=verify-full", f"sslrootcert={rds.ca_file}", PLUGIN]
    command = [*java_command(rds, tmp_path, *options), "-cp", CLASSES, "Ide", *words]
    ide = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ide.stdout.splitlines() == ["test PostgreSQL", "editor app_user"] * 3 + ["loaders 3"], ide.stderr
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"] * 12
    assert list(tmp_path.glob("pgiam-*")) == [], "what was extracted is gone"


def test_jars_in_different_class_loaders_are_told_to_move_together(environment, rds, tmp_path):
    words = [JAR, "org.pgiam.jdbc.PgiamDriver", f"jdbc:pgiam:postgresql://{HOST}:{rds.port}/postgres"]
    command = [*java_command(rds, tmp_path), "-cp", f"{CLASSES}:{LIBRARIES}", "Ide", *words, "user=app_user"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert "put both jars into the same folder, driver or class path" in ended.stderr


def test_class_loaders_that_go_take_their_native_code_with_them_and_share_one_plugin(environment, rds, tmp_path):
    command = [*java_command(rds, tmp_path), "-XX:+UseSerialGC", "-cp", CLASSES, "Unload", JAR]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert ended.stdout.splitlines() == ["used 3 plugins 1", "left 0 plugins 1"], ended.stderr
