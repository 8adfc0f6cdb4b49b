"""psycopg 3. pgiam.psycopg.connect in place of psycopg.connect; Connection and AsyncConnection for psycopg_pool.

They take what psycopg takes, and beside it pgiam's options (profile="prod"), `credentials` and `pgiam_context`. The host's
name is changed where an alias asks for it, TLS is set, a token that is refused though it was kept is made anew, once."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import OperationalError
from psycopg.conninfo import conninfo_to_dict

from . import _attempt
from ._libpq import resolved

# What connect() takes for itself; all else are libpq's keywords.
_OWN = frozenset("autocommit prepare_threshold row_factory cursor_factory context".split())


def _prepared(conninfo: str, given: dict[str, Any]) -> Any:
    options, credentials, context = _attempt.taken(given)
    keywords = conninfo_to_dict(conninfo, **{key: value for key, value in given.items() if key not in _OWN})
    return _attempt.start(context, resolved(keywords), options, "*", credentials)


class Connection(psycopg.Connection[Any]):
    """psycopg.Connection, each of which logs in with a fresh token."""

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> Any:
        attempt, dial = _prepared(conninfo, kwargs), super().connect
        return _attempt.connect(attempt, lambda apply: dial(conninfo, **_attempt.merged(kwargs, apply)), OperationalError)


class AsyncConnection(psycopg.AsyncConnection[Any]):
    """psycopg.AsyncConnection, each of which logs in with a fresh token; the event loop never waits."""

    @classmethod
    async def connect(cls, conninfo: str = "", **kwargs: Any) -> Any:
        attempt, dial = _prepared(conninfo, kwargs), super().connect
        return await _attempt.connect_async(
            attempt, lambda apply: dial(conninfo, **_attempt.merged(kwargs, apply)), OperationalError
        )


connect = Connection.connect
