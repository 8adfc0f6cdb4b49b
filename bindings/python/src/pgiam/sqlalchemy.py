"""SQLAlchemy: pgiam.sqlalchemy.install(engine) lets each of an engine's connections log in with a fresh token.

For psycopg2, psycopg and asyncpg; an AsyncEngine as well. Connections to what is not ours pass untouched."""

from __future__ import annotations

import asyncio
from typing import Any, Mapping, Optional

from sqlalchemy import event

from . import _abi, _attempt, _questions
from . import asyncpg as _asyncpg
from ._context import Context
from ._errors import Error
from ._libpq import resolved
from ._request import parse_conninfo

_LIBPQ = ("psycopg2", "psycopg", "psycopg_async")
_DRIVERS = (*_LIBPQ, "asyncpg")


def install(engine: Any, *, credentials: Any = None, context: Optional[Context] = None, **options: Any) -> Any:
    """Returns the engine. options: pgiam's (profile="prod"); credentials: as pgiam.token takes them."""
    engine = getattr(engine, "sync_engine", engine)
    if engine.dialect.driver not in _DRIVERS:
        raise Error(
            "UNSUPPORTED", f"pgiam.sqlalchemy does not know the driver {engine.dialect.driver!r}",
            hint="it knows " + ", ".join(_DRIVERS), code="unknown_driver",
        )  # fmt: skip

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Any:
        is_libpq = dialect.driver in _LIBPQ
        keywords = _libpq_keywords(cargs, cparams) if is_libpq else _asyncpg.keywords_of(cparams)
        can_apply = "*" if is_libpq else _asyncpg.can_apply(cparams)

        def dial(apply: _attempt.Apply) -> Any:
            return dialect.connect(*cargs, **(_attempt.merged(cparams, apply) if is_libpq else _asyncpg.applied(cparams, apply)))

        module: Any = getattr(dialect, "dbapi", None)
        if not hasattr(module, "OperationalError"):
            module = dialect.loaded_dbapi
        attempt = _attempt.start(context, keywords, options, can_apply, credentials)
        return _attempt.connect(_InGreenlet.of(dialect, attempt), dial, module.OperationalError, _wait_in(dialect))

    return engine


def _libpq_keywords(cargs: Any, cparams: Mapping[str, Any]) -> dict[str, str]:
    given = parse_conninfo(cargs[0]) if cargs and isinstance(cargs[0], str) and cargs[0] else {}
    renamed = {("dbname" if key == "database" else key): value for key, value in cparams.items()}
    return resolved({**given, **renamed})


def _wait_in(dialect: Any) -> Any:
    return _await if getattr(dialect, "is_async", False) else None


def _await(_: Any, step: _abi.Step) -> None:
    from sqlalchemy.util import await_only

    await_only(_attempt.wait_in_loop(step))


class _InGreenlet:
    """An attempt whose questions are asked of the event loop around SQLAlchemy's greenlet."""

    @staticmethod
    def of(dialect: Any, attempt: Optional[_attempt.Attempt]) -> Any:
        if attempt is None or not getattr(dialect, "is_async", False):
            return attempt
        plain = attempt.next

        def next_in_loop() -> _abi.Step:
            with _questions.InLoop(asyncio.get_running_loop()):
                return plain()

        attempt.next = next_in_loop  # type: ignore[method-assign]
        return attempt
