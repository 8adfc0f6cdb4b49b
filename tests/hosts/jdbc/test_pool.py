"""A pool that outlives its server's sessions, its server, and many tokens."""

import time

from conftest import PLUGIN


def test_killed_connections_are_replaced_with_fresh_tokens(rds, bridge, url):
    bridge.do("pool", "p", url(plugin=False), PLUGIN, "user=app_user")
    assert bridge.do("ask", "p", "SELECT session_user") == "app_user"
    for _ in range(3):
        rds.kill_backends(user="app_user")
        assert bridge.do("ask", "p", "SELECT session_user") == "app_user"
    rds.restart()
    assert bridge.do("ask", "p", "SELECT session_user") == "app_user"
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}
    bridge.do("close", "p")


def test_a_pool_outlives_many_tokens(rds, jvm, url):
    """A JVM under libfaketime takes half a minute to start TLS, so here the server ends the tokens' lives."""
    one = jvm()
    one.do("pool", "p", url("pgiam.reuse_seconds=1", plugin=False), PLUGIN, "user=app_user")
    signed = set()
    for _ in range(3):
        assert one.do("ask", "p", "SELECT session_user") == "app_user"
        signed.add(rds.attempts()[-1]["signed_at"])
        rds.expire_tokens()
        time.sleep(1.1)  # so long the jar may use one again
        rds.kill_backends(user="app_user")
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}
    assert len(signed) == 3
