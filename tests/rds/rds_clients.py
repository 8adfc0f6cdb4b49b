"""What the emulator's own tests need of clients: tokens, right and wrong, and psql."""

import os
import subprocess
import time
from datetime import datetime, timezone
from urllib.parse import quote

from rds_emulator.verifier import Token


def make_token(key, host, port, user, at, region="eu-west-1", service="rds-db", **changes):
    """A token of `key` signed at the epoch second `at`; `changes` replace parameters (None removes one) before
    it is signed. That right ones are right, test_oracles.py shows with signers that are not ours."""
    date = datetime.fromtimestamp(at, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    parameters = {
        "Action": "connect",
        "DBUser": user,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{key.id}/{date[:8]}/{region}/{service}/aws4_request",
        "X-Amz-Date": date,
        "X-Amz-Expires": "900",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Security-Token": key.session_token,
    }
    parameters.update({name.replace("_", "-"): value for name, value in changes.items()})
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items() if value is not None)
    netloc = host if port is None else f"{host}:{port}"
    unsigned = f"{netloc}/?{query}"
    return f"{unsigned}&X-Amz-Signature={Token(unsigned).signature(key.secret)}"


def token_for(emulator, user="app_user", endpoint=None, key=None, **changes):
    """A token that is right at the emulator's own time."""
    endpoint = endpoint or emulator.endpoints[0]
    key = key or next(iter(emulator.keys.values()))
    at = changes.pop("at", emulator.now())
    port = emulator.port
    if endpoint.is_dsql:
        action = "DbConnectAdmin" if user == "admin" else "DbConnect"
        port, changes = None, {"service": "dsql", "Action": action, "DBUser": None} | changes
    return make_token(key, endpoint.name, port, user, at, endpoint.region, **changes)


def psql(conninfo, password=None, sql="SELECT session_user"):
    """Runs psql as a user would; the caller looks at returncode, stdout and stderr."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    if password is not None:
        environment["PGPASSWORD"] = password
    command = ["psql", "-XAtw", "-c", sql, conninfo]
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def until(condition, timeout=120):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)
