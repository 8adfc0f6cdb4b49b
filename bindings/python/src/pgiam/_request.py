"""What a caller says, in the library's form."""

from __future__ import annotations

import ctypes
import operator
import os
from typing import Any, Iterable, Mapping, Optional, Tuple

from . import _abi
from ._errors import Error, take_error
from ._library import library

# The keywords of libpq's that the library reads of a request; the others say nothing of the password.
READ_KEYWORDS = frozenset(
    "host hostaddr port user dbname password passfile sslmode sslrootcert gssencmode channel_binding require_auth".split()
)
_option_keys: dict[str, None] = {}


def encoded(name: str, value: Any) -> bytes:
    """The text as C has it. One with a NUL would be another's: a token for app\\0x is one for app."""
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if isinstance(text, bool):
        text = "yes" if text else "no"
    elif isinstance(text, int):
        text = str(text)
    if isinstance(text, str):
        try:
            text = text.encode()
        except UnicodeEncodeError:
            raise Error("INVALID_ARGUMENT", f"{name} is not text that UTF-8 can hold", code="not_utf8") from None
    if not isinstance(text, bytes):
        raise TypeError(f"{name} is text, a number, a path or a bool, not {type(value).__name__}")
    if b"\0" in text:
        raise Error("INVALID_ARGUMENT", f"{name} has a NUL in it", code="nul_in_text")
    return text


def pairs(values: Mapping[str, Any]) -> Tuple[Any, int]:
    """An array of options; those that are None are not given."""
    given = [(encoded("a key", key), encoded(key, value)) for key, value in values.items() if value is not None]
    array: Any = _abi.Option * len(given)
    return array(*given), len(given)


def port_number(port: Any) -> int:
    if port is None or port == "":
        return 0
    number = -1
    if isinstance(port, (str, bytes)):
        digits = port.strip()
        if digits.isdigit() and digits.isascii() and len(digits) <= 5:
            number = int(digits)
    elif hasattr(port, "__index__") and not isinstance(port, bool):  # int() would make 1 of 1.5 and of True
        number = operator.index(port)
    if not 0 <= number <= 65535:
        raise Error("INVALID_ARGUMENT", f"port is {port!r}, not a number up to 65535")
    return number


def make(
    *,
    host: Any = None,
    port: Any = None,
    user: Any = None,
    password: Any = None,
    keywords: Optional[Mapping[str, Any]] = None,
    options: Optional[Mapping[str, Any]] = None,
    can_apply: Optional[str] = None,
    flags: int = 0,
    timeout_ms: int = 0,
) -> _abi.Request:
    """A request; ctypes keeps alive what it points at."""
    request = _abi.sized(_abi.Request, flags=flags, port=port_number(port), timeout_ms=timeout_ms)
    if host is not None:
        request.host = encoded("host", host)
    if user is not None:
        request.user = encoded("user", user)
    if password is not None:
        request.password = encoded("password", password)
    if keywords:
        request.keywords, request.keyword_count = pairs(keywords)
    if options:
        request.options, request.option_count = pairs(options)
    if can_apply is not None:
        request.can_apply = encoded("can_apply", can_apply)
    return request


def copy_with_flags(request: _abi.Request, flags: int) -> _abi.Request:
    """The same for another call. It borrows: keep the first."""
    copied = _abi.Request.from_buffer_copy(request)
    copied.flags = flags
    return copied


def option_keys() -> dict[str, None]:
    """The library's options, in its order."""
    if not _option_keys:
        found: dict[str, None] = {}
        index, info = 0, _abi.sized(_abi.OptionInfo)
        while library().pgiam_option_at(index, info) == _abi.OK:
            found[info.key.decode()] = None
            index += 1
            info = _abi.sized(_abi.OptionInfo)
        _option_keys.update(found)
    return _option_keys


def split_options(given: Mapping[str, Any]) -> Tuple[dict[str, Any], dict[str, Any]]:
    """What is the library's, and what is the driver's; sslrootcert, which both know, is the driver's."""
    known = option_keys()
    ours = {key: value for key, value in given.items() if key in known and key not in READ_KEYWORDS}
    return ours, {key: value for key, value in given.items() if key not in ours}


def parse_conninfo(text: str) -> dict[str, str]:
    """What libpq's PQconninfoParse makes of it."""
    lib, out, error = library(), ctypes.c_void_p(), ctypes.c_void_p()
    status = lib.pgiam_conninfo_parse(encoded("conninfo", text), out, error)
    if status != _abi.OK:
        raise take_error(lib, status, error)
    try:
        return dict(_params(lib.pgiam_conninfo_at, out))
    finally:
        lib.pgiam_conninfo_free(out)


def _params(at: Any, handle: Any) -> Iterable[Tuple[str, str]]:
    index, param = 0, _abi.sized(_abi.Param)
    while at(handle, index, param) == _abi.OK:
        yield param.key.decode(), param.value.decode(errors="surrogateescape")
        index += 1
        param = _abi.sized(_abi.Param)


def attempt_params(attempt: Any) -> dict[str, str]:
    return dict(_params(library().pgiam_attempt_param, attempt))
