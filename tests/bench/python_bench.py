#!/usr/bin/python3
"""What the Python package adds to a token that is at hand: python_bench.py LIBRARY [CALLS]. In µs of the processor's time, the
best of five rounds, beside the same two calls of the C ABI through bare ctypes."""

import ctypes
import os
import sys
import time
from pathlib import Path

os.environ |= {"PGIAM_LIBRARY": os.path.abspath(sys.argv[1]), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings/python/src"))

import pgiam  # noqa: E402
from pgiam import _abi, _request  # noqa: E402

CALLS = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
WHERE = {"host": "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "user": "app"}


def cost(call):
    def once():
        start = time.process_time()
        for _ in range(CALLS):
            call()
        return (time.process_time() - start) / CALLS * 1e6

    return min(once() for _ in range(5))


def main():
    with pgiam.Context(reuse_seconds=900) as context:
        library, request = context._library, _request.make(**WHERE, flags=_abi.REQUEST_NO_WAIT)

        def bare():
            out = ctypes.c_void_p()
            library.pgiam_before_connect(context._handle, request, out, None)
            library.pgiam_reply_free(out)

        context.token(**WHERE)
        floor = cost(bare)
        for name, call in (("token", lambda: context.token(**WHERE)), ("answer", lambda: context.answer(**WHERE))):
            took = cost(call)
            print(f"{name:8} {took:6.2f} µs, {took - floor:6.2f} more than the calls themselves ({floor:.2f})")


main()
