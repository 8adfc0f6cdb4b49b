#!/usr/bin/env python3
"""What pgiam costs a process: its start, its memory, the requests it makes, and what it must never do.

    process_bench.py LIBRARY TOKEN_EXAMPLE [ROUNDS]

Counts are exact and must hold; times and sizes are printed, to be compared in one run."""

import ctypes
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
THREADS = 64


class Option(ctypes.Structure):
    _fields_ = [("key", ctypes.c_char_p), ("value", ctypes.c_char_p)]


class Request(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("host", ctypes.c_char_p), ("user", ctypes.c_char_p),
        ("database", ctypes.c_char_p), ("password", ctypes.c_char_p), ("sslmode", ctypes.c_char_p), ("port", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32), ("timeout_ms", ctypes.c_int64), ("options", ctypes.POINTER(Option)),
        ("option_count", ctypes.c_size_t),
    ]  # fmt: skip


class Plugin:
    """The library in this process, with one context."""

    def __init__(self, file):
        self.library = ctypes.CDLL(file)
        self.context = ctypes.c_void_p()
        if self.library.pgiam_context_new(None, ctypes.byref(self.context), None) != 0:
            raise SystemExit("no context")

    def ask(self, user="app", reuse=True):
        """The status."""
        options = (Option * 1)(Option(b"reuse_seconds", b"60" if reuse else b"0"))
        request = Request(ctypes.sizeof(Request), 0, HOST.encode(), user.encode(), None, None, None, 5432, 0, 0, options, 1)
        reply = ctypes.c_void_p()
        status = self.library.pgiam_before_connect(self.context, ctypes.byref(request), ctypes.byref(reply), None)
        self.library.pgiam_reply_free(reply)
        return status


def timed(act):
    begun = time.perf_counter()
    result = act()
    return (time.perf_counter() - begun) * 1e3, result


def resident_kib():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])


def private_kib():
    lines = [line.split() for line in open("/proc/self/smaps_rollup") if line.startswith("Private_")]
    return sum(int(words[1]) for words in lines)


# ---- What runs in a process of its own, and prints JSON


def load(library):
    ctypes.CDLL("libpq.so.5")
    before = private_kib()
    took, _ = timed(lambda: ctypes.CDLL(library))
    return {"ms": took, "private_kib": private_kib() - before}


def first_token(library):
    took, status = timed(Plugin(library).ask)
    return {"ms": took, "status": status}


def storm(library):
    """64 threads at once, then one more call each."""
    plugin = Plugin(library)

    def all_ask():
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(plugin.ask())) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    took, first = timed(all_ask)
    again, second = timed(plugin.ask)
    return {"ms": took, "again_ms": again, "statuses": sorted({*first, second})}


def growth(library, tokens):
    plugin = Plugin(library)
    for _ in range(1000):
        plugin.ask(reuse=False)
    before = resident_kib()
    for _ in range(int(tokens)):
        plugin.ask(reuse=False)
    grown = resident_kib() - before
    before = resident_kib()
    for number in range(500):
        plugin.ask(user=f"user{number}")
    return {"grown_kib": grown, "kib_per_entry": (resident_kib() - before) / 500}


def fetch(library, mebibytes):
    held = bytearray(int(mebibytes) << 20)
    held[::4096] = b"x" * len(held[::4096])
    plugin = Plugin(library)
    return {"ms": min(timed(lambda: fetch_once(plugin))[0] for _ in range(10))}


def fetch_once(plugin):
    os.environ["AWS_ROLE_SESSION_NAME"] = str(time.perf_counter_ns())  # another identity
    if plugin.ask(reuse=False) != 0:
        raise SystemExit("no token")


# ---- The measurements


def main():
    library, example = map(os.path.abspath, sys.argv[1:3])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 31
    faults = []

    def say(goal, text):
        print(f"  {goal:>2}. {text}", flush=True)

    def must(goal, holds, text):
        say(goal, text)
        if not holds:
            faults.append(f"goal {goal}: {text}")

    def apart(function, *arguments, **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PGIAM_CONFIG": "/dev/null"} | variables
        command = [sys.executable, __file__, "--apart", function.__name__, library, *map(str, arguments)]
        return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)

    def process(*command):
        """Milliseconds until it has ended, KiB at most, milliseconds of the processor."""
        begun = time.perf_counter()
        environment = {"HOME": "/nonexistent", "PGIAM_CONFIG": "/dev/null"} | KEYS
        nowhere = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
        child = os.posix_spawn(command[0], command, environment, file_actions=nowhere)
        _, status, usage = os.wait4(child, 0)
        if status != 0:
            raise SystemExit(f"{command[0]} failed")
        return (time.perf_counter() - begun) * 1e3, usage.ru_maxrss, (usage.ru_utime + usage.ru_stime) * 1e3

    sys.path.insert(0, str(HERE.parent / "rds/aws"))
    from fake_aws import FakeAws

    processes = {"an empty one": ("/bin/true",), "to a token": (example, HOST, "app")}
    command = pathlib.Path(library).parent.parent / "bin/pgiam"
    if command.exists():
        processes["pgiam token"] = (str(command), "token", f"host={HOST} user=app")
    runs = [[process(*words) for words in processes.values()] for _ in range(rounds)]
    empty_kib, token_kib = (min(run[i][1] for run in runs) for i in (0, 1))
    for i, name in enumerate(processes):
        clock, processor = ([statistics.median(run[j][what] for run in runs) for j in (0, i)] for what in (0, 2))
        say(3, f"process, {name}: {clock[1]:.2f} ms, {clock[1] - clock[0]:+.2f}; of the processor's {processor[1]:.2f} ms, {processor[1] - processor[0]:+.2f}")
    loads = [apart(load) for _ in range(min(rounds, 9))]
    say(5, "loaded beside libpq in {ms:.2f} ms, {private_kib} KiB private".format(**min(loads, key=lambda one: one["ms"])))

    with FakeAws() as aws:
        def requests():
            made = aws.requests("imds")
            return len(made), len({request.connection for request in made})

        delay = 0.05
        aws.fault("imds", "slow", count=3, seconds=delay)
        cold = apart(first_token, **aws.environment("imds"))
        must(6, requests() == (3, 1) and cold["status"] == 0,
             "first token of an instance: %d requests on %d connection" % requests())  # fmt: skip
        say(6, f"it took {cold['ms']:.0f} ms, {cold['ms'] - 3e3 * delay:+.0f} ms to three times the service's {delay * 1e3:.0f} ms")
        aws.clear()
        cold = apart(storm, **aws.environment("imds"))
        must(7, requests() == (3, 1) and cold["statuses"] == [0],
             f"{THREADS} threads, cold: {requests()[0]} requests of one fetch, {cold['ms']:.0f} ms")  # fmt: skip
        aws.clear()
        aws.fault("imds", "hang", count=1000)
        hole = apart(storm, **aws.environment("imds"))
        must(9, len({request.path for request in aws.requests("imds")}) == 1 and 0 not in hole["statuses"],
             f"{THREADS} threads at a service that never answers: {requests()[0]} requests, no token")  # fmt: skip
        say(9, f"all had their error after {hole['ms']:.0f} ms, the next one {hole['again_ms']:.2f} ms later")

    say(11, f"most memory {token_kib - empty_kib:+d} KiB to an empty process")
    memory = apart(growth, 300_000 if rounds > 1 else 3_000, **KEYS)
    say(11, "{grown_kib} KiB more after the last of many tokens, {kib_per_entry:.1f} KiB for each further user".format(**memory))
    with tempfile.TemporaryDirectory() as folder:
        stripped = pathlib.Path(folder) / "stripped.so"
        if shutil.which("strip"):
            subprocess.run(["strip", "-o", stripped, library], check=True)
            size = stripped.stat().st_size / (1 << 20)
            must(12, size <= 1, f"the library is {size:.2f} MiB, stripped")
        pathlib.Path(folder, "answer").write_text('{"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "s"}')
        pathlib.Path(folder, "config").write_text(f"[default]\ncredential_process = /bin/cat {folder}/answer\n")
        variables = {"AWS_CONFIG_FILE": f"{folder}/config", "AWS_EC2_METADATA_DISABLED": "true"}
        sizes = (1, 1024 if rounds > 1 else 64)
        runs = [[apart(fetch, size, **variables)["ms"] for size in sizes] for _ in range(min(rounds, 5))]
        small, large = map(min, zip(*runs))
        say(15, f"credential_process from a small host {small:.2f} ms, from a large one {large:.2f} ms: {large / small:.2f} times")
    sys.exit("\n".join(faults) or 0)


if sys.argv[1:2] == ["--apart"]:
    print(json.dumps({function.__name__: function for function in (load, first_token, storm, growth, fetch)}[sys.argv[2]](*sys.argv[3:])))
else:
    main()
