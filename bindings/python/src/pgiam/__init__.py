"""A fresh password for every Postgres connect: tokens of a cloud's IAM in place of passwords.

    pgiam.token(host="orders.….rds.amazonaws.com", user="app")
    await pgiam.aio.token(host=…, user=…)

With a driver: pgiam.psycopg, pgiam.psycopg2, pgiam.sqlalchemy, pgiam.asyncpg, pgiam.django.
"""

from __future__ import annotations

import atexit
import importlib
from typing import TYPE_CHECKING, Any, Optional

from . import aio
from ._answer import Answer, Params
from ._context import Context, close_all, default_context
from ._errors import Error
from ._library import library as _library
from ._questions import Prompt
from ._version import __version__

__all__ = ["Answer", "Context", "Error", "Params", "Prompt", "aio", "__version__", "default_context", "library_version", "token"]

if TYPE_CHECKING:
    from . import asyncpg as asyncpg, django as django, psycopg as psycopg, psycopg2 as psycopg2, sqlalchemy as sqlalchemy
else:

    def __getattr__(name: str) -> Any:
        """Those for a driver are imported when somebody names them: most programs have one driver, and some have none."""
        if name in ("asyncpg", "django", "psycopg", "psycopg2", "sqlalchemy"):
            return importlib.import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def token(
    conninfo: Optional[str] = None, *, host: Any = None, port: Any = None, user: Any = None, credentials: Any = None,
    **options: Any,
) -> str:  # fmt: skip
    """Context.token of the process's own context."""
    return default_context().token(conninfo, host=host, port=port, user=user, credentials=credentials, **options)


def library_version() -> str:
    """Of the library that was found: "0.1.0"."""
    version: bytes = _library().pgiam_version()
    return version.decode()


atexit.register(close_all)
