"""A token is nowhere in the JVM's memory once it has been used."""

import pytest
from conftest import COMMAND_ONLY, HOST

MARK = "X-Amz-Credential="


def heap_holds_a_token(jvm, kind):
    file = jvm.home / f"{kind}.hprof"
    jvm.do("heap", str(file), kind)
    heap = file.read_bytes()
    file.unlink()
    return any(MARK.encode(encoding) in heap for encoding in ("ascii", "utf-16-le", "utf-16-be"))


@pytest.mark.parametrize("options, kind", [((), "all"), (COMMAND_ONLY, "live")], ids=["native", "command"])
def test_what_the_plugin_made_is_wiped(jvm, options, kind):
    """Of the command's output the JVM's own pipes keep garbage; of the native library not even that is left."""
    one = jvm(*options)
    ours = (f"PGHOST={HOST}", "PGPORT=5432", "user=app_user", "sslmode=require")
    assert one.do("plugin", "CLEARTEXT_PASSWORD", *ours) == "a token"
    assert not heap_holds_a_token(one, kind)


def test_the_search_would_find_a_token(jvm):
    one = jvm()
    one.do("token", HOST, "5432", "app_user")
    assert heap_holds_a_token(one, "all")
