"""The control socket: one JSON object per line, {"do": METHOD, "with": {…}} → {"result": …} or {"error": …}."""

import json
import socket

METHODS = (
    "add_key",
    "add_user",
    "admin_sql",
    "attempts",
    "clear_attempts",
    "connections",
    "environment",
    "expire_key",
    "expire_tokens",
    "kill_backends",
    "now",
    "refuse_next",
    "restart",
    "revive_tokens",
    "revoke_key",
    "set_clock",
    "set_delay",
    "set_language",
    "set_max_token_age",
)


def serve(emulator, stream):
    for line in stream.rfile:
        stream.wfile.write(json.dumps(_do(emulator, line)).encode() + b"\n")


def call(path, method, arguments):
    """Calls a method through the control socket; raises RuntimeError with what the emulator says."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(json.dumps({"do": method, "with": arguments}).encode() + b"\n")
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


def _do(emulator, line):
    try:
        request = json.loads(line)
        method = request["do"]
        if method not in METHODS:
            return {"error": f"no method {method}; there are {', '.join(METHODS)}"}
        return {"result": getattr(emulator, method)(**request.get("with", {}))}
    except Exception as error:  # whatever it is, the caller wants to read it
        return {"error": f"{type(error).__name__}: {error}"}
