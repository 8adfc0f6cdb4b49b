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
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    emulator = Emulator(
        endpoints=options.endpoint or [DEFAULT_ENDPOINT],
        users=options.user or ["app_user"],
        passwords=dict(options.password_user),
        keys=options.key or None,
        tls=not options.no_tls,
        force_ssl=not options.no_force_ssl,
        log_file=options.log,
        port=options.port,
    )
    try:
        emulator.start()
    except RuntimeError as error:
        print(f"run: {error}", file=sys.stderr)
        return 1
    try:
        return _serve(emulator, options)
    finally:
        emulator.stop()


def _serve(emulator, options):
    if options.max_token_age:
        emulator.set_max_token_age(options.max_token_age)
    if options.command:
        return _run_command(emulator, options)
    emulator.set_clock(options.start, options.rate)
    print(json.dumps(emulator.environment()), flush=True)
    while True:
        signal.pause()


def ctl(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(f"usage: ctl METHOD [NAME=VALUE …]\nmethods: {', '.join(control.METHODS)}", file=sys.stderr)
        return 2
    path = os.environ.get("RDS_CONTROL")
    if not path:
        print("ctl: RDS_CONTROL is not set; `run` sets it, or prints it", file=sys.stderr)
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
        usage="%(prog)s [options] [-- COMMAND …]",
        description="Starts the RDS emulator and runs COMMAND with RDS_* and AWS_* variables that describe it; "
        "without COMMAND prints them as a line of JSON and stays until it is ended.",
    )
    add = parser.add_argument
    add("--endpoint", action="append", type=_endpoint, metavar="NAME[@ADDRESS][=REGION]",
        help=f"default {DEFAULT_ENDPOINT}")  # fmt: skip
    add("--port", type=int, help="default: a free one")
    add("--user", action="append", metavar="NAME", help="role that logs in with tokens (default app_user)")
    add("--password-user", action="append", type=_password_user, default=[], metavar="NAME:PASSWORD",
        help="an ordinary role")  # fmt: skip
    add("--key", action="append", type=_key, metavar="ID:SECRET[:SESSION_TOKEN]", help="default: one made up")
    add("--no-tls", action="store_true", help="ask for tokens in clear text (and refuse them)")
    add("--no-force-ssl", action="store_true", help="ordinary roles may connect without TLS")
    add("--log", metavar="FILE", help="append the log of attempts here")
    add("--max-token-age", type=float, metavar="SECONDS", help="default 900")
    add("--start", type=_time, metavar="RFC3339", help="what the verifier's clock shows at first (default: now)")
    add("--rate", type=float, default=1.0, metavar="N", help="the verifier's clock runs N times as fast")
    add("--faketime", action="store_true", help="COMMAND sees the same clock (faketime -f '@START xN')")
    add("--resolve", action="store_true", help="COMMAND resolves the endpoints' names (nss_wrapper)")
    add("--no-credentials", action="store_true", help="no AWS_* variables for COMMAND")
    add("command", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _run_command(emulator, options):
    command, environment = options.command, _command_environment(emulator, options)
    start = options.start
    if options.faketime:
        start = int(time.time() if start is None else start)  # faketime takes whole seconds
        shown = datetime.fromtimestamp(start).strftime("%Y-%m-%d %H:%M:%S")
        command = ["faketime", "-f", f"@{shown} x{options.rate:g}", *command]
        # One clock for all processes of COMMAND, and real file times.
        environment |= {"FAKETIME_DONT_RESET": "1", "NO_FAKE_STAT": "1"}
    emulator.set_clock(start, options.rate)
    # The terminal sends Ctrl-C to COMMAND as well: let it decide what to do. A signal may also come before the
    # child is known.
    early = []
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: early.append(True))
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as error:
        print(f"run: cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    if early:
        child.terminate()
    status = child.wait()
    return status if status >= 0 else 128 - status


def _command_environment(emulator, options):
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    for name, value in emulator.environment().items():
        if not (options.no_credentials and name.startswith("AWS_")):
            variables[name] = value
    if options.resolve:
        variables["LD_PRELOAD"] = " ".join(filter(None, [variables.get("LD_PRELOAD"), "libnss_wrapper.so"]))
        variables["NSS_WRAPPER_HOSTS"] = emulator.hosts_file
    return variables


def _end(*_):
    raise SystemExit(0)


def _endpoint(text):
    text, _, region = text.partition("=")
    name, _, address = text.partition("@")
    try:
        return Endpoint(name, address or "127.0.0.1", region or None)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _key(text):
    parts = text.split(":", 2)
    if len(parts) < 2 or not all(parts):
        raise argparse.ArgumentTypeError("a key is ID:SECRET[:SESSION_TOKEN]")
    return Key(*parts)


def _password_user(text):
    name, colon, password = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError("an ordinary role is NAME:PASSWORD")
    return name, password


def _time(text):
    """RFC 3339 → epoch seconds; UTC where no offset is given."""
    time_given = datetime.fromisoformat(text)
    return (time_given if time_given.tzinfo else time_given.replace(tzinfo=timezone.utc)).timestamp()


def _argument(pair):
    name, _, value = pair.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
