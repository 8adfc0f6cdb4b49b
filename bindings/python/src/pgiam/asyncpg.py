"""asyncpg: a password to connect with, for each of a pool's connections.

    where = {"host": host, "user": user}
    asyncpg.create_pool(**where, ssl=pgiam.asyncpg.ssl(**where), password=pgiam.asyncpg.password(**where))

asyncpg tells a password function nothing of the connection, and by itself goes on without TLS where a server has none:
always set `ssl`. connect() below builds the whole connection, and sets it."""

from __future__ import annotations

import ssl as tls
from typing import Any, Awaitable, Callable, Mapping, Optional, Tuple

from . import _attempt, aio
from ._context import Context, default_context
from ._errors import Error, status_name
from ._libpq import is_disabled, resolved
from ._library import library


def password(
    conninfo: Optional[str] = None, *, host: Any = None, port: Any = None, user: Any = None, credentials: Any = None,
    context: Optional[Context] = None, **options: Any,
) -> Callable[[], Awaitable[str]]:  # fmt: skip
    """What asyncpg takes as `password`: called for every connection."""

    async def ask() -> str:
        return await aio.token(
            conninfo, host=host, port=port, user=user, credentials=credentials, context=context, **options
        )  # fmt: skip

    return ask


def ssl(
    conninfo: Optional[str] = None, *, host: Any = None, port: Any = None, user: Any = None,
    context: Optional[Context] = None, **options: Any,
) -> Any:  # fmt: skip
    """What asyncpg takes as `ssl`, as the library has it where nobody says anything of TLS: the server is verified once
    `pgiam ca install` was run, or where options (tls, sslrootcert) ask for it. None where the host is not ours. Reads the
    certificates now: a pool that lives goes on with them."""
    if is_disabled():
        return None
    context = context or default_context()
    told = context._explain(conninfo, host, port, user, "password,sslmode,sslrootcert", options)
    if told["sslmode"]:
        return _ssl(told["sslmode"], told["sslrootcert"])
    if told["target"] == "none" or told["tls"] == "off":
        return None
    why = told["error"]
    status = status_name(library(), why["status"])
    raise Error(status, why["message"], hint=why["hint"], code=why["code"], commands=tuple(why["commands"]))


async def connect(*, host: Any = None, **kwargs: Any) -> Any:
    """asyncpg.connect with a fresh token; beside its arguments pgiam's options, `credentials` and `pgiam_context`. Without
    `dsn`: say host, port, user and database."""
    import asyncpg

    if kwargs.get("dsn"):
        raise Error("UNSUPPORTED", "pgiam.asyncpg.connect takes no dsn", hint="say host, port, user and database")
    options, credentials, context = _attempt.taken(kwargs)
    kwargs["host"] = host
    attempt = _attempt.start(context, keywords_of(kwargs), options, can_apply(kwargs), credentials)
    return await _attempt.connect_async(
        attempt, lambda apply: asyncpg.connect(**applied(kwargs, apply)), asyncpg.InvalidAuthorizationSpecificationError
    )


# ---- What asyncpg's arguments are in libpq's words, and back ----


def _joined(value: Any) -> Any:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def keywords_of(given: Mapping[str, Any]) -> dict[str, str]:
    """For the library. A password that is a function is none of the user's."""
    own = {key: _joined(given.get(key)) for key in ("host", "port", "user", "passfile")}
    secret = given.get("password")
    keywords = {
        **own, "dbname": given.get("database"), "password": secret if isinstance(secret, str) else None,
        "sslmode": _sslmode(given.get("ssl")), "gssencmode": "disable",
    }  # fmt: skip
    return resolved(keywords)


def _sslmode(ssl: Any) -> Optional[str]:
    if isinstance(ssl, tls.SSLContext):
        if ssl.verify_mode != tls.CERT_REQUIRED:
            return "require"
        return "verify-full" if ssl.check_hostname else "verify-ca"
    if ssl is None or isinstance(ssl, str):
        return ssl
    return "verify-full" if ssl is True else "disable"


def can_apply(given: Mapping[str, Any]) -> str:
    """A context of the user's own stays as it is."""
    return "password,host" if isinstance(given.get("ssl"), tls.SSLContext) else "password,host,sslmode,sslrootcert"


def applied(given: Mapping[str, Any], apply: Mapping[str, str]) -> dict[str, Any]:
    """asyncpg's arguments with the library's over them."""
    result = dict(given)
    for key in ("password", "host", "user"):
        if apply.get(key):
            result[key] = apply[key]
    if apply.get("port"):
        result["port"] = int(apply["port"])
    mode, root = apply.get("sslmode"), apply.get("sslrootcert")
    if mode or root:
        result["ssl"] = _ssl(mode or _sslmode(given.get("ssl")) or "require", root)
    return result


def _ssl(mode: str, root: Optional[str]) -> Any:
    if not root or mode not in ("verify-ca", "verify-full"):
        return mode
    context = tls.create_default_context(cafile=None if root == "system" else root)
    context.check_hostname = mode == "verify-full"
    return context


__all__: Tuple[str, ...] = ("connect", "password", "ssl")
