"""A pool that outlives its server's sessions, its server, and many tokens."""

import time
from datetime import datetime

from conftest import PLUGIN

RATE = 300


def test_killed_connections_are_replaced_with_fresh_tokens(rds, bridge, url):
    bridge.do("pool", "p", url(plugin=False), PLUGIN, "user=app_user")
    assert bridge.do("ask", "p", "SELECT session_user") == "app_user"
    for _ in range(3):
        rds.kill_backends(user="app_user")
        assert bridge.do("ask", "p", "SELECT session_user") == "app_user"
    rds.restart()
    assert bridge.do("ask", "p", "SELECT session_user") == "app_user"
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}


def test_a_pool_outlives_many_tokens(rds, jvm, url):
    """Its clock, and the server's, run 300 times as fast: a token's 15 minutes are 3 seconds."""
    shown = datetime.fromtimestamp(int(time.time())).strftime("%Y-%m-%d %H:%M:%S")
    fast = jvm(
        wrapper=["faketime", "-f", f"@{shown} x{RATE}"],
        NO_FAKE_STAT="1",
        DONT_FAKE_MONOTONIC="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    rds.set_clock(start=int(fast.do("time")), rate=RATE)
    fast.do("pool", "p", url(plugin=False), PLUGIN, "user=app_user")
    signed = set()
    for _ in range(4):
        assert fast.do("ask", "p", "SELECT session_user") == "app_user"
        signed.add(rds.attempts()[-1]["signed_at"])
        end = int(fast.do("time")) + 16 * 60
        while int(fast.do("time")) < end:
            time.sleep(0.05)
        rds.kill_backends(user="app_user")
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}
    assert len(signed) == 4
