"""What the library answers: a token, and what is known about it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Iterator, Optional, Tuple

from . import _abi
from ._errors import Error, members_of
from ._library import library
from ._request import reply_params


class Params(Mapping):  # type: ignore[type-arg]
    """libpq's keywords to set over one's own; shows no password."""

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

    __slots__ = (
        "token", "expires_at", "credentials_expire_at", "host", "port", "region", "provider", "principal", "target", "rule",
        "from_cache", "warnings", "params",
    )  # fmt: skip

    token: str
    expires_at: Optional[datetime.datetime]
    credentials_expire_at: Optional[datetime.datetime]
    host: str
    port: int
    region: str
    provider: str
    principal: str
    target: str
    rule: str
    from_cache: bool
    warnings: Tuple[Error, ...]
    params: Params

    def facts(self) -> dict[str, Any]:
        """All but the secrets, as what json.dumps takes."""

        def plain(value: Any) -> Any:
            if isinstance(value, datetime.datetime):
                return value.isoformat()
            return [warning.facts() for warning in value] if isinstance(value, tuple) else value

        return {name: plain(getattr(self, name)) for name in self.__slots__ if name not in ("token", "params")}

    def __repr__(self) -> str:
        return f"Answer(host={self.host!r}, port={self.port}, region={self.region!r}, provider={self.provider!r}, token=***)"

    def __reduce__(self) -> Any:
        raise TypeError("an answer holds a secret, and is not pickled")


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
    lib = library()

    def text(field: int) -> str:
        found: bytes = lib.pgiam_reply_text(reply, field)
        return found.decode(errors="replace")

    def number(field: int) -> int:
        found: int = lib.pgiam_reply_number(reply, field)
        return found

    answer = Answer()
    params = reply_params(reply)
    answer.token = params.get("password", "")
    answer.params = Params(params)
    answer.expires_at = _moment(number(_abi.REPLY_TOKEN_EXPIRES_AT))
    answer.credentials_expire_at = _moment(number(_abi.REPLY_CREDENTIALS_EXPIRES_AT))
    answer.host = text(_abi.REPLY_SIGNING_HOST)
    answer.port = number(_abi.REPLY_SIGNING_PORT)
    answer.region = text(_abi.REPLY_REGION)
    answer.provider = text(_abi.REPLY_PROVIDER)
    answer.principal = text(_abi.REPLY_PRINCIPAL)
    answer.target = text(_abi.REPLY_TARGET)
    answer.rule = text(_abi.REPLY_RULE)
    answer.from_cache = bool(number(_abi.REPLY_FROM_CACHE))
    answer.warnings = warnings_of(reply)
    return answer
