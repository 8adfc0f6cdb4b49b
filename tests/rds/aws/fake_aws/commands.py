"""The command `run`: the services for clients in other languages, scripted through standard input."""

import json
import sys

from .fake import SERVICES, FakeAws

METHODS = ("clear", "environment", "fault", "problems", "requests", "set", "set_clock")


def run():
    """One line of JSON with ports and the CA's file; then each line of input is {"do": METHOD, "with": {…}}, and is
    answered by {"result": …} or {"error": …}. Ends with its input."""
    with FakeAws() as aws:
        _say({"ca": aws.ca, "ports": {service: server.port for service, server in aws.servers.items()}})
        for line in sys.stdin:
            _say(_do(aws, line))


def _do(aws, line):
    try:
        request = json.loads(line)
        method, arguments = request["do"], request.get("with", {})
        if method not in METHODS:
            return {"error": f"no method {method}; there are {', '.join(METHODS)}"}
        if method == "set":
            return {"result": _set(aws, **arguments)}
        if method == "environment":
            return {"result": aws.environment(*arguments.get("services", ()))}
        result = getattr(aws, method)(**arguments)
        return {"result": [request.record() for request in result] if method == "requests" else result}
    except Exception as error:  # whatever it is, the caller wants to read it
        return {"error": f"{type(error).__name__}: {error}"}


def _set(aws, service, name, value):
    """An attribute of a service: {"service": "imds", "name": "extended", "value": false}."""
    part = aws.identity_center if service in ("portal", "oidc") else getattr(aws, service)
    if service not in SERVICES or name.startswith("_") or not hasattr(part, name):
        raise ValueError(f"{service} has no {name}")
    setattr(part, name, value)


def _say(value):
    print(json.dumps(value), flush=True)
