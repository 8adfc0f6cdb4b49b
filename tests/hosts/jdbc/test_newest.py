"""The newest JVM of this machine, which may forbid native code."""

import re
from pathlib import Path

import pytest
from conftest import COMMAND, COMMAND_ONLY, JAVA


def versions():
    """{major: java} of what is installed, where distributions put it."""
    found = {}
    for release in Path("/usr/lib/jvm").glob("*/release"):
        version = re.search(r'JAVA_VERSION="(?:1\.)?(\d+)', release.read_text())
        found[int(version[1])] = str(release.parent / "bin/java")
    return found or {0: JAVA}


MAJOR, NEWEST = max(versions().items())


@pytest.mark.parametrize("options", [(), COMMAND_ONLY], ids=["native", "command"])
def test_it_logs_in(jvm, url, options):
    one = jvm(*options, java=NEWEST)
    assert one.do("bridge").startswith("command" if options else "native")
    assert one.do("connect", "c", url(), "user=app_user") == "app_user"


if MAJOR >= 24:  # older ones do not know the option
    DENY = "--illegal-native-access=deny"

    def test_where_native_code_is_forbidden_the_command_is_run(jvm, url):
        one = jvm(DENY, f"-Dpgiam.command={COMMAND}", java=NEWEST)
        assert one.do("connect", "c", url(), "user=app_user") == "app_user"
        assert one.do("bridge") == f"command: {COMMAND}"
        assert "restricted method" not in one.log.read_text()

    def test_where_native_code_is_allowed_it_is_used_without_a_warning(jvm, url):
        one = jvm(DENY, "--enable-native-access=ALL-UNNAMED", java=NEWEST)
        assert one.do("connect", "c", url(), "user=app_user") == "app_user"
        assert one.do("bridge").startswith("native")
        assert "restricted method" not in one.log.read_text()
