#!/usr/bin/env python3
"""What the preloaded hook costs: of the processor's time per connection, ours or not, and when a program starts; and what it
saves where a connection is ours and TLS is demanded: libpq's look for Kerberos credentials, which is switched off there.

    libpq_bench.py PROGRAM HOOK [COUNT]

The server lets anybody in, without TLS, so that the numbers are libpq's own work and the hook's. The least of several
alternating runs with and without the hook counts."""

import os
import subprocess
import sys
import time

PROGRAM, HOOK = sys.argv[1:3]
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
ROUNDS = 5 if COUNT >= 100 else 1
WHERE = "hostaddr=127.0.0.1 user=u dbname=d sslmode=disable"
REMOTE = f"host=db.example {WHERE}"
OURS = f"host=orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com {WHERE}"
SESSION = "s" * 1000
TOKEN = f"password={'t' * 355}"
# What the program says, and what it says beside that where there is no hook: a token that somebody else has made.
KINDS = {
    "a password in the call": (f"{REMOTE} password=p", ""),
    "a password in the environment": (REMOTE, ""),
    "a local name, no password": (f"host=localhost {WHERE}", ""),
    "a socket": ("host=/nonexistent user=u dbname=d", ""),
    "ours, the token at hand": (OURS, TOKEN),
    "ours, with a session": (OURS, f"password={'t' * (355 + 1000 + 22)}"),
}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true", "PGIAM_TLS": "off"}


def environment(hooked, kind=""):
    variables = {"HOME": "/nonexistent", "PATH": os.environ["PATH"]} | KEYS
    if hooked:
        variables["LD_PRELOAD"] = HOOK
    if "environment" in kind:
        variables["PGPASSWORD"] = "p"
    if "session" in kind:
        variables["AWS_SESSION_TOKEN"] = SESSION
    return variables


def connect_ns(kind, hooked):
    conninfo, beside = KINDS[kind]
    return connect_as_told_ns(conninfo if hooked else f"{conninfo} {beside}", environment(hooked, kind))


def connect_as_told_ns(conninfo, variables):
    command = [PROGRAM, str(COUNT), conninfo]
    return float(subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout)


def kerberos_ns(is_off):
    told = f"{OURS} {TOKEN} gssencmode={'disable' if is_off else 'prefer'}"
    return connect_as_told_ns(told, environment(hooked=False))


def start_ns(hooked):
    took = []
    for _ in range(20 if ROUNDS == 1 else 100):
        begun = time.perf_counter_ns()
        subprocess.run([PROGRAM], env=environment(hooked), check=True)
        took.append(time.perf_counter_ns() - begun)
    return min(took)


def least(measure):
    """Without and with the hook."""
    pairs = [(measure(False), measure(True)) for _ in range(ROUNDS)]
    return [min(column) for column in zip(*pairs)]


print(f"{'':32}{'without':>12}{'with':>12}{'added':>12}{'ratio':>8}")
MEASURES = {
    **{kind: lambda hooked, kind=kind: connect_ns(kind, hooked) for kind in KINDS},
    "no hook: without Kerberos": kerberos_ns,
    "start of a program": start_ns,
}
for name, measure in MEASURES.items():
    without, hooked = least(measure)
    print(f"{name:32}{without / 1e3:9.1f} µs{hooked / 1e3:9.1f} µs{(hooked - without) / 1e3:9.1f} µs{hooked / without:8.2f}")
