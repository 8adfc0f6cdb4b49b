"""psycopg 2: pgiam.psycopg2.connect in place of psycopg2.connect.

It takes what that takes (of async=True it does not hear how the connection went), and beside it pgiam's options (profile="prod"), `credentials` and `pgiam_context`."""

from __future__ import annotations

from typing import Any, Optional

import psycopg2
from psycopg2 import OperationalError
from psycopg2.extensions import make_dsn, parse_dsn

from . import _attempt
from ._libpq import resolved

_OWN = frozenset(("async", "async_"))


def connect(dsn: Optional[str] = None, connection_factory: Any = None, cursor_factory: Any = None, **kwargs: Any) -> Any:
    options, credentials, context = _attempt.taken(kwargs)
    libpq = {("dbname" if key == "database" else key): value for key, value in kwargs.items() if key not in _OWN}
    own = {key: value for key, value in kwargs.items() if key in _OWN}
    keywords = parse_dsn(make_dsn(dsn, **libpq))
    attempt = _attempt.start(context, resolved(keywords), options, "*", credentials)

    def dial(apply: _attempt.Apply) -> Any:
        return psycopg2.connect(dsn, connection_factory, cursor_factory, **_attempt.merged(libpq, apply), **own)

    return _attempt.connect(attempt, dial, OperationalError, is_known_at_once=not any(own.values()))
