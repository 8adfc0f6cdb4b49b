"""The commands `run` and `ctl`."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone

from . import control
from .emulator import DEFAULT_ENDPOINT, Emulator
from .verifier import Endpoint, Key


def run(arguments):
    options = _parse(arguments)
    if options.command and options.command[0] == "--":
        options.command.pop(0)
    signal.signal(signal.SIGTERM, _end)
    passwords = dict(text.split(":", 1) for text in options.password_user)
    with Emulator(
        endpoints=[_endpoint(text) for text in options.endpoint or [DEFAULT_ENDPOINT]],
        users=options.user or ["app_user"],
        passwords=passwords,
        keys=[_key(text) for text in options.key] or None,
        tls=not options.no_tls,
        force_ssl=not options.no_force_ssl,
        log_file=options.log,
    ) as emulator:
        if options.max_token_age:
            emulator.set_max_token_age(options.max_token_age)
        start = int(options.start.timestamp() if options.start else time.time())
        if options.start or options.rate != 1:
            emulator.set_clock(start, options.rate)
        if options.command:
            return _run_command(emulator, options, start)
        print(json.dumps(emulator.environment()), flush=True)
        signal.pause()


def ctl(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(f"usage: ctl METHOD [NAME=VALUE …]\nmethods: {', '.join(control.METHODS)}", file=sys.stderr)
        return 2
    path = os.environ.get("RDS_CONTROL")
    if not path:
        print("ctl: RDS_CONTROL is not set; `run` sets it and prints it", file=sys.stderr)
        return 2
    method, *pairs = arguments
    try:
        result = control.call(path, method, dict(_argument(pair) for pair in pairs))
    except (RuntimeError, OSError) as error:
        print(f"ctl: {error}", file=sys.stderr)
        return 1
    if result is not None:
        print(result if isinstance(result, str) else json.dumps(result, ensure_ascii=False))
    return 0


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="run",
        description="Starts the RDS emulator and runs COMMAND with RDS_* and AWS_* variables that describe it; "
        "without COMMAND prints them as a line of JSON and stays until it is ended.",
    )
    add = parser.add_argument
    add("--endpoint", action="append", metavar="NAME[@ADDRESS][=REGION]", help=f"default {DEFAULT_ENDPOINT}")
    add("--user", action="append", metavar="NAME", help="role that logs in with tokens (default app_user)")
    add("--password-user", action="append", default=[], metavar="NAME:PASSWORD", help="an ordinary role")
    add("--key", action="append", default=[], metavar="ID:SECRET[:SESSION_TOKEN]", help="default: one made up")
    add("--no-tls", action="store_true", help="ask for tokens in clear text (and refuse them)")
    add("--no-force-ssl", action="store_true", help="ordinary roles may connect without TLS")
    add("--log", metavar="FILE", help="append the log of attempts here")
    add("--max-token-age", type=float, metavar="SECONDS", help="default 900")
    add("--start", type=_time, metavar="RFC3339", help="what the clock shows at the start (default: now)")
    add("--rate", type=float, default=1, metavar="N", help="the clock runs N times as fast")
    add("--faketime", action="store_true", help="COMMAND sees the same clock (faketime -f '@START xN')")
    add("--resolve", action="store_true", help="COMMAND resolves the endpoints' names (nss_wrapper)")
    add("--no-credentials", action="store_true", help="no AWS_* variables for COMMAND")
    add("command", nargs=argparse.REMAINDER, metavar="-- COMMAND …")
    return parser.parse_args(arguments)


def _run_command(emulator, options, start):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= emulator.environment()
    if options.no_credentials:
        environment = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    if options.resolve:
        preload = [environment.get("LD_PRELOAD"), "libnss_wrapper.so"]
        environment["LD_PRELOAD"] = " ".join(filter(None, preload))
        environment["NSS_WRAPPER_HOSTS"] = emulator.hosts_file
    command = options.command
    if options.faketime:
        environment["NO_FAKE_STAT"] = "1"
        shown = datetime.fromtimestamp(start).strftime("%Y-%m-%d %H:%M:%S")
        command = ["faketime", "-f", f"@{shown} x{options.rate:g}", *command]
        emulator.set_clock(start, options.rate)
    child = subprocess.Popen(command, env=environment)
    # The terminal sends Ctrl-C to the child as well: let it decide what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    status = child.wait()
    return status if status >= 0 else 128 - status


def _end(*_):
    raise SystemExit(0)


def _endpoint(text):
    text, _, region = text.partition("=")
    name, _, address = text.partition("@")
    return Endpoint(name, address or "127.0.0.1", region or None)


def _key(text):
    parts = text.split(":", 2)
    if len(parts) < 2:
        raise SystemExit("run: --key is ID:SECRET[:SESSION_TOKEN]")
    return Key(*parts)


def _time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=timezone.utc)


def _argument(pair):
    name, _, value = pair.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value

