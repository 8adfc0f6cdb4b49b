#!/usr/bin/python3
"""What the Go module adds to a token that is at hand, by cgo: go_bench.py LIBRARY [CALLS [GO]]. With GO, a newer Go, without cgo (its
modules have to be there). In µs of the processor's time, the best of five rounds."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODULE = Path(__file__).resolve().parents[2] / "bindings/go"


def main():
    calls = sys.argv[2] if len(sys.argv) > 2 else "50000"
    newer = sys.argv[3] if len(sys.argv) > 3 else None
    go = newer or shutil.which("go", path="/usr/bin")
    if not go:
        print("skipped: go is not installed")
        sys.exit(77)
    environment = {**os.environ, "PGIAM_LIBRARY": os.path.abspath(sys.argv[1]), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0" if newer else "1"}
    tags = [] if newer else ["-tags", "pgiam_cgo"]
    with tempfile.TemporaryDirectory() as folder:
        if not newer:
            cache = environment.pop("PGIAM_TEST_GO_CACHE", folder)
            environment |= {"GOCACHE": f"{cache}/cache", "GOPATH": f"{cache}/path", "GOPROXY": "off"}
        command = [go, "test", "-buildvcs=false", *tags, "-run", "^$", "-bench", ".", "-benchtime", f"{calls}x", "-count", "5", "."]
        done = subprocess.run(command, cwd=MODULE, env=environment, text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    best = {name: min(float(cost) for cost in re.findall(rf"^Benchmark{name}\S*\s.*?([\d.]+) cpu-ns/op", done.stdout, re.M)) / 1000
            for name in ("Token", "Calls", "NoCall")}  # fmt: skip
    print(f"Token {best['Token']:.2f} µs, {best['Token'] - best['Calls']:.2f} more than the calls themselves ({best['Calls']:.2f}); a call "
          f"that does nothing: {best['NoCall']:.2f}")


main()
