"""A connection from the first host to the end: decided by the library, made by a driver."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import select
import time
from typing import Any, Awaitable, Callable, ContextManager, Iterator, Mapping, NoReturn, Optional, Tuple, Type, TypeVar

from . import _abi, _questions, _request
from . import _passwords as passwords
from ._context import Context, _raise_with_cause, default_context
from ._errors import Error, _rebuild, take_error
from ._handle import Cancellable
from ._libpq import is_disabled
from ._library import library
from .aio import Readable

Connection = TypeVar("Connection")
Apply = Mapping[str, str]  # libpq's keywords to set over the user's own


class Attempt(Cancellable):
    """Belongs to one thread at a time; any may cancel it."""

    def __init__(
        self, context: Context, keywords: Mapping[str, Any], options: Mapping[str, Any], can_apply: str, credentials: Any,
        walks_list: bool = False,
    ) -> None:  # fmt: skip
        self._library, self._context, self._walks_list = library(), context, walks_list
        self._passfile = keywords.get("passfile")
        ours = {key: value for key, value in options.items() if key != "credentials_identity"}
        request = _request.make(keywords=keywords, options=ours, can_apply=can_apply, flags=_abi.REQUEST_NO_WAIT)
        if walks_list:
            request.flags |= _abi.REQUEST_WALKS_LIST
        self.supplier = context._supplied(request, request, credentials, options)
        super().__init__(self._library.pgiam_attempt_cancel, self._library.pgiam_attempt_free)
        error = ctypes.c_void_p()
        with context.calling():
            status = self._library.pgiam_attempt_new(context._open(), request, self.handle, error)
        if status != _abi.OK:
            raise take_error(self._library, status, error)

    def next(self) -> _abi.Step:
        step, error = _abi.sized(_abi.Step), ctypes.c_void_p()
        with self._context.calling():
            self._context._open()
            status = self._library.pgiam_attempt_next(self.handle, step, error)
        interrupt = _questions.take_interrupt()
        if status != _abi.OK:
            refused = take_error(self._library, status, error)
            if interrupt is None:
                _raise_with_cause(refused, self.supplier)
                raise refused
        if interrupt is not None:
            raise interrupt
        return step

    def params(self) -> dict[str, str]:
        return _request.attempt_params(self.handle)

    @contextlib.contextmanager
    def applied(self) -> Iterator[Apply]:
        """What to set for one connect. A client that walks a list is given a password for each host, by a file in memory."""
        params = self.params()
        if not self._walks_list or "password" in params:
            yield params
            return
        with passwords.file_in_memory(self._hosts(), self._passfile) as path:
            yield {**params, "passfile": path, "password": ""}

    def _hosts(self) -> Iterator[_abi.Host]:
        index, host = 0, _abi.sized(_abi.Host)
        while self._library.pgiam_attempt_host(self.handle, index, host) == _abi.OK:
            yield host
            index += 1
            host = _abi.sized(_abi.Host)

    def report(self, failure: Optional[BaseException]) -> None:
        outcome = _abi.sized(_abi.Outcome, outcome=_abi.OUTCOME_CONNECTED if failure is None else _abi.OUTCOME_OTHER)
        if failure is not None:
            sqlstate = getattr(failure, "sqlstate", None) or getattr(failure, "pgcode", None)
            outcome.sqlstate = sqlstate.encode() if isinstance(sqlstate, str) else None
            outcome.message = str(failure).replace("\0", " ").encode(errors="replace")
        with self._context.calling():
            if self._context._handle is not None:  # it may have been closed while the driver connected: next() tells
                self._library.pgiam_attempt_report(self.handle, outcome)

    def __enter__(self) -> "Attempt":
        self._context._operations[id(self)] = self
        return self

    def __exit__(self, *_: Any) -> None:
        self._context._operations.pop(id(self), None)
        self.free()


def start(
    context: Optional[Context], keywords: Mapping[str, Any], options: Mapping[str, Any], can_apply: str, credentials: Any,
) -> Optional[Attempt]:  # fmt: skip
    """None: pgiam is switched off. can_apply "*" is for libpq, which goes through a list of hosts by itself."""
    if is_disabled():
        return None
    is_list = "," in keywords.get("host", "") or "," in keywords.get("hostaddr", "")
    walks_list = can_apply == "*" and is_list and passwords.are_to_be_had()
    return Attempt(context or default_context(), keywords, options, can_apply, credentials, walks_list)


def connect(
    attempt: Optional[Attempt], dial: Callable[[Apply], Connection], kind: type,
    wait: Optional[Callable[[Attempt, _abi.Step], None]] = None, is_known_at_once: bool = True,
) -> Connection:  # fmt: skip
    """What the driver makes of it. kind: the driver's error that ours is to be one of, too."""
    if attempt is None:
        return dial({})
    failure: Optional[Exception] = None
    with attempt:
        while True:
            step = _next_step(attempt, failure, kind)
            if step is not None and step.kind == _abi.STEP_WAIT:
                (wait or wait_for)(attempt, step)
                continue
            try:
                with _apply(attempt, step) as apply:
                    connection = dial(apply)
            except Exception as raised:
                failure = raised
                attempt.report(failure)
            else:
                if is_known_at_once and step is not None:
                    attempt.report(None)
                return connection


async def connect_async(attempt: Optional[Attempt], dial: Callable[[Apply], Awaitable[Connection]], kind: type) -> Connection:
    """The same in an event loop."""
    if attempt is None:
        return await dial({})
    failure: Optional[Exception] = None
    with attempt:
        while True:
            with _questions.InLoop(asyncio.get_running_loop()):
                step = _next_step(attempt, failure, kind)
            if step is not None and step.kind == _abi.STEP_WAIT:
                await wait_in_loop(step)
                continue
            try:
                with _apply(attempt, step) as apply:
                    connection = await dial(apply)
            except Exception as raised:
                failure = raised
                attempt.report(failure)
            else:
                if step is not None:
                    attempt.report(None)
                return connection


def _apply(attempt: Attempt, step: Optional[_abi.Step]) -> ContextManager[Apply]:
    return attempt.applied() if step is not None else contextlib.nullcontext({})


def wait_for(_: Attempt, step: _abi.Step) -> None:
    """poll() lets other threads run, and a signal ends it."""
    seconds = None if step.wait_ms < 0 else step.wait_ms / 1000
    if step.descriptor < 0:
        time.sleep(seconds if seconds is not None else 0.05)
        return
    poll = select.poll()
    poll.register(step.descriptor, select.POLLIN)
    poll.poll(None if seconds is None else step.wait_ms)


async def wait_in_loop(step: _abi.Step) -> None:
    seconds = None if step.wait_ms < 0 else step.wait_ms / 1000
    if step.descriptor < 0:
        await asyncio.sleep(seconds if seconds is not None else 0.05)
        return
    with Readable(asyncio.get_running_loop(), lambda: int(step.descriptor)) as readable:
        await readable.wait(seconds)


def _next_step(attempt: Attempt, failure: Optional[Exception], kind: type) -> Optional[_abi.Step]:
    """None: it is not ours, and the driver connects as if pgiam were absent. Where it then failed, there is nothing to add,
    unless a password that was given kept the token away and was refused."""
    try:
        return attempt.next()
    except Error as error:
        end = error
    if end.status != "NOT_APPLICABLE":
        _give_up(end, failure, kind)
    if failure is not None:
        raise failure
    return None


def _give_up(error: Error, failure: Optional[Exception], kind: type) -> NoReturn:
    """The driver's own exception where its words say it all; else ours, which is one of the driver's as well."""
    if failure is not None and error.status == "CONNECT":
        raise failure
    raised = driver_error(kind, error._members())
    raise raised from (failure or error.__cause__)


_kinds: dict[type, Type[Error]] = {}


def driver_error(kind: type, members: dict[str, Any]) -> Error:
    """An Error that is the driver's as well, so that pools and frameworks take it for what it is."""
    known = _kinds.get(kind)
    if known is None:

        class OperationalError(Error, kind):  # type: ignore[misc]
            __module__ = __name__
            # Of no class that could be found by name in another process.
            __reduce__ = lambda self: (_rebuild_of, (kind, self._members()))  # noqa: E731

        known = _kinds.setdefault(kind, OperationalError)
    error = _rebuild(known, members)
    for name in ("sqlstate", "pgcode"):
        if hasattr(kind, name):
            try:
                setattr(error, name, members.get("sqlstate") or None)
            except AttributeError:  # psycopg2's pgcode is read only
                pass
    return error


def _rebuild_of(kind: type, members: dict[str, Any]) -> Error:
    return driver_error(kind, members)


def merged(given: Mapping[str, Any], apply: Apply) -> dict[str, Any]:
    """The driver's keywords with the library's over them; what it unsets and nobody gave stays away."""
    result = dict(given)
    for key, value in apply.items():
        if value != "" or key in result:
            result[key] = value
    return result


def taken(keywords: dict[str, Any]) -> Tuple[dict[str, Any], Any, Optional[Context]]:
    """Takes what is ours out of a driver's arguments: options, credentials, context."""
    credentials, context = keywords.pop("credentials", None), keywords.pop("pgiam_context", None)
    identity = keywords.pop("credentials_identity", None)
    options, rest = _request.split_options(keywords)
    keywords.clear()
    keywords.update(rest)
    return ({**options, "credentials_identity": identity} if identity else options), credentials, context
