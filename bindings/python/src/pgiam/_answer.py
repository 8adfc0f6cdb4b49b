"""What the library answers: a token, and what is known about it."""

from __future__ import annotations

import ctypes
import datetime
from collections.abc import Mapping
from typing import Any, Iterator, Optional, Tuple

from . import _abi
from ._errors import Error, members_of
from ._library import library


class Params(Mapping):  # type: ignore[type-arg]
    """libpq's keywords to set over one's own; shows no password."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr({key: "***" if key == "password" else value for key, value in self._values.items()})

    def __reduce__(self) -> Any:
        raise TypeError("these parameters hold a secret, and are not pickled")


class Answer:
    """A token and what is known about it. repr, str and facts() show no secret; it is neither pickled nor copied.

    token       what to send as the password
    expires_at  a connection must start before this (aware, UTC), None: unknown
    host, port  the endpoint that the token is for
    warnings    what a person should know although it worked: Errors
    params      libpq's keywords to set over one's own, the password among them
    """

    __slots__ = ("_facts", "_texts", "warnings")

    warnings: Tuple[Error, ...]

    def __init__(self, facts: _abi.Facts, texts: bytes, warnings: Tuple[Error, ...]) -> None:
        self._facts = facts
        self._texts = texts  # which pgiam_facts pointed at
        self.warnings = warnings

    @property
    def token(self) -> str:
        return self._pairs().get("password", "")

    @property
    def params(self) -> Params:
        return Params(self._pairs())

    @property
    def expires_at(self) -> Optional[datetime.datetime]:
        return _moment(self._facts.token_expires_at)

    @property
    def credentials_expire_at(self) -> Optional[datetime.datetime]:
        return _moment(self._facts.credentials_expires_at)

    @property
    def host(self) -> str:
        return self._text(0)

    @property
    def port(self) -> int:
        return int(self._facts.signing_port)

    @property
    def region(self) -> str:
        return self._text(1)

    @property
    def provider(self) -> str:
        return self._text(3)

    @property
    def principal(self) -> str:
        return self._text(4)

    @property
    def target(self) -> str:
        return self._text(2)

    @property
    def rule(self) -> str:
        return self._text(5)

    @property
    def from_cache(self) -> bool:
        return bool(self._facts.from_cache)

    def facts(self) -> dict[str, Any]:
        """All but the secrets, as what json.dumps takes."""

        def plain(value: Any) -> Any:
            if isinstance(value, datetime.datetime):
                return value.isoformat()
            return [warning.facts() for warning in value] if isinstance(value, tuple) else value

        return {name: plain(getattr(self, name)) for name in _FACTS}

    def _pairs(self) -> dict[str, str]:
        texts, end = self._all_texts(), 2 * self._facts.param_count
        return dict(zip(texts[0:end:2], texts[1:end:2]))

    def _text(self, place: int) -> str:
        texts, behind = self._all_texts(), 2 * int(self._facts.param_count)
        return texts[behind + place]

    def _all_texts(self) -> list[str]:
        return self._texts.decode(errors="replace").split("\0")

    def __repr__(self) -> str:
        return f"Answer(host={self.host!r}, port={self.port}, region={self.region!r}, provider={self.provider!r}, token=***)"

    def __reduce__(self) -> Any:
        raise TypeError("an answer holds a secret, and is not pickled")


_FACTS = (
    "expires_at", "credentials_expire_at", "host", "port", "region", "provider", "principal", "target", "rule", "from_cache",
    "warnings",
)  # fmt: skip


def _moment(milliseconds: int) -> Optional[datetime.datetime]:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc) if milliseconds else None


def warnings_of(reply: Any) -> Tuple[Error, ...]:
    lib, found, index = library(), [], 0
    while warning := lib.pgiam_reply_warning(reply, index):
        found.append(Error(**members_of(lib, warning, lib.pgiam_error_status(warning))))
        index += 1
    return tuple(found)


def password_of(reply: Any) -> str:
    """The token alone: the quick way for who wants no more."""
    at, index, param = library().pgiam_reply_param, 0, _abi.Param(_abi.PARAM_SIZE)
    while at(reply, index, param) == _abi.OK:
        if param.key == b"password":
            value: bytes = param.value
            return value.decode()
        index += 1
        param = _abi.Param(_abi.PARAM_SIZE)
    raise Error("INTERNAL", "the library's answer has no password")


def read_answer(reply: Any) -> Answer:
    """Copied as it is, and taken apart when somebody wants a part of it."""
    lib, facts = library(), _abi.Facts(_abi.FACTS_SIZE)
    status = lib.pgiam_reply_facts(reply, facts)
    if status != _abi.OK:
        raise Error(**members_of(lib, None, status))
    texts = ctypes.string_at(facts.texts, facts.texts_size)
    return Answer(facts, texts, warnings_of(reply) if facts.warning_count else ())
