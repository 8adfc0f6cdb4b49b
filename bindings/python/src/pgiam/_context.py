"""A context, and how a call of it waits."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import time
import weakref
from typing import Any, Callable, Mapping, Optional, Tuple, TypeVar

from . import _abi, _questions, _request
from ._answer import Answer, password_of, read_answer
from ._errors import Error, take_error
from ._handle import Cancellable
from ._library import library
from ._version import __version__

Value = TypeVar("Value")
logger = logging.getLogger("pgiam")
_LEVELS = {_abi.LOG_ERROR: logging.ERROR, _abi.LOG_WARN: logging.WARNING, _abi.LOG_INFO: logging.INFO, _abi.LOG_DEBUG: logging.DEBUG}
_SLICE_MS = 200  # so long may Ctrl-C take: Python runs its handlers between two calls
_CLOSING_SECONDS = 5.0
_KEPT_REQUESTS = 128
_living: "weakref.WeakSet[Context]" = weakref.WeakSet()


def _log(_: Any, level: int, component: bytes, message: bytes) -> None:
    logger.log(_LEVELS.get(level, logging.DEBUG), "%s: %s", component.decode(errors="replace"), message.decode(errors="replace"))


_log_function = _abi.LogFn(_log)


def _wanted_level() -> int:
    """What the logger "pgiam" takes now."""
    return next((ours for ours in (4, 3, 2, 1) if logger.isEnabledFor(_LEVELS[ours])), 0)


class Operation(Cancellable):
    """One answer that is fetched. Belongs to whoever started it; any thread may cancel it."""

    def __init__(self, context: "Context", request: _abi.Request) -> None:
        self._library, error = library(), ctypes.c_void_p()
        super().__init__(self._library.pgiam_operation_cancel, self._library.pgiam_operation_free)
        status = self._library.pgiam_operation_start(context._open(), request, self.handle, error)
        if status != _abi.OK:
            raise take_error(self._library, status, error)
        self._context = context
        context._operations[id(self)] = self

    def wait(self, milliseconds: int) -> Optional[ctypes.c_void_p]:
        """The reply, or None while it runs. Raises the error that it ended with."""
        out, error = ctypes.c_void_p(), ctypes.c_void_p()
        status = self._library.pgiam_operation_wait(self.handle, milliseconds, out, error)
        if status == _abi.OK:
            return out
        if status == _abi.E_TIMEOUT and self._library.pgiam_error_text(error, _abi.ERROR_CODE) == b"still_running":
            self._library.pgiam_error_free(error)
            return None
        raise take_error(self._library, status, error)

    def descriptor(self) -> int:
        descriptor, error = ctypes.c_int64(), ctypes.c_void_p()
        status = self._library.pgiam_operation_descriptor(self.handle, descriptor, error)
        if status != _abi.OK:
            raise take_error(self._library, status, error)
        return descriptor.value

    def free(self) -> None:
        self._context._operations.pop(id(self), None)
        super().free()


class _Call:
    """An entry in a context's list of calls, which needs no lock that a fork could leave behind."""

    __slots__ = ("_calls",)

    def __init__(self, calls: dict[object, None]) -> None:
        self._calls = calls

    def __enter__(self) -> None:
        self._calls[self] = None

    def __exit__(self, *_: Any) -> None:
        self._calls.pop(self, None)


class Context:
    """Where tokens come from, with what was cached. Make one, use it from every thread, event loop and forked child.

    options  the library's, as keyword arguments: profile, region, role_arn, tls, timeout_ms …
    prompt   called with a Prompt where a person must act; answers with the code, None (shown) or False (declined). It
             may be async. Without it nobody is asked: the error says what to type.

    Warnings and the log go to logging.getLogger("pgiam"), at the level it has when the context is made.
    """

    def __init__(self, *, prompt: Optional[Callable[[_questions.Prompt], Any]] = None, **options: Any) -> None:
        self._handle: Optional[ctypes.c_void_p] = None
        self._library = library()
        self._calls: dict[object, None] = {}
        self._operations: dict[int, Cancellable] = {}
        self._requests: dict[Any, Tuple[_abi.Request, _abi.Request]] = {}
        self._ask = _questions.person_asker(prompt) if prompt else _abi.AskFn()
        config = _abi.sized(_abi.Config, log_level=_wanted_level(), log=_log_function, ask=self._ask)
        config.host_name, config.host_version = b"pgiam-python", __version__.encode()
        config.options, config.option_count = _request.pairs(options)
        handle, error = ctypes.c_void_p(), ctypes.c_void_p()
        status = self._library.pgiam_context_new(config, handle, error)
        if status != _abi.OK:
            raise take_error(self._library, status, error)
        self._handle = handle
        _living.add(self)

    # ---- What it is for ----

    def token(
        self, conninfo: Optional[str] = None, *, host: Any = None, port: Any = None, user: Any = None, credentials: Any = None,
        **options: Any,
    ) -> str:  # fmt: skip
        """The password to connect with now. Ask again for every connection: it lives for 15 minutes.

        conninfo      what psql takes; host, port and user win over it
        credentials   a boto3 session, an object with get_frozen_credentials, or a function (plain or async) that returns
                      (access key, secret, session token, expiry); in place of all that would be looked for
        options       those of the context, for this call: profile="prod"
        """
        return self._ask_for(password_of, conninfo, host, port, user, credentials, options)

    def answer(
        self, conninfo: Optional[str] = None, *, host: Any = None, port: Any = None, user: Any = None, credentials: Any = None,
        can_apply: Optional[str] = None, **options: Any,
    ) -> Answer:  # fmt: skip
        """The same with all that is known about it. can_apply: which keywords the caller sets from `params`, "*" for all;
        as a rule "password,sslmode,sslrootcert"."""
        return self._ask_for(read_answer, conninfo, host, port, user, credentials, options, can_apply)

    def close(self) -> None:
        """Ends it. What other threads still wait for is cancelled. More calls are errors."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        _living.discard(self)
        end = time.monotonic() + _CLOSING_SECONDS
        while self._calls and time.monotonic() < end:
            for operation in list(self._operations.values()):
                operation.cancel()
            time.sleep(0.005)
        if not self._calls:  # else it is left to the end of the process, rather than freed under a thread
            self._library.pgiam_context_free(handle)

    def __enter__(self) -> "Context":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()

    def __repr__(self) -> str:
        return "Context()" if self._handle else "Context(closed)"

    def __reduce__(self) -> Any:
        raise TypeError("a context is not pickled: make one in the other process; a forked one goes on with this one")

    # ---- How ----

    def _explain(
        self, conninfo: Optional[str], host: Any, port: Any, user: Any, can_apply: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What would be done and why, without a token and without the network."""
        request, _ = self._made(conninfo, host, port, user, options, can_apply)
        request.flags = 0
        reply, error = ctypes.c_void_p(), ctypes.c_void_p()
        with self.calling():
            status = self._library.pgiam_explain(self._open(), request, reply, error)
            if status != _abi.OK:
                raise take_error(self._library, status, error)
            return self._finish(self._explanation_of, reply)

    def _explanation_of(self, reply: Any) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._library.pgiam_reply_text(reply, _abi.REPLY_EXPLANATION))
        return told

    def _open(self) -> ctypes.c_void_p:
        handle = self._handle
        if handle is None:
            raise Error("INVALID_STATE", "the context is closed")
        return handle

    def _ask_for(
        self, read: Callable[[Any], Value], conninfo: Any, host: Any, port: Any, user: Any, credentials: Any,
        options: Mapping[str, Any], can_apply: Optional[str] = None,
    ) -> Value:  # fmt: skip
        with self.calling():
            if credentials is None and conninfo is None:
                quick, slow = self._kept(host, port, user, options, can_apply)
            else:
                quick, slow = self._made(conninfo, host, port, user, options, can_apply)
            supplier = self._supplied(quick, slow, credentials, options)
            reply = self._from_memory(quick)
            return self._finish(read, reply if reply is not None else self._wait(slow, supplier))

    def calling(self) -> "_Call":
        """While it lasts, the library's context is not freed."""
        return _Call(self._calls)

    def _kept(self, host: Any, port: Any, user: Any, options: Mapping[str, Any], can_apply: Optional[str]) -> Any:
        """The requests of a call that may have been made before."""
        try:
            key = (host, port, user, can_apply, *options.items()) if options else (host, port, user, can_apply)
            known = self._requests.get(key)
        except TypeError:  # of a value that is no text: making it tells
            return self._made(None, host, port, user, options, can_apply)
        if known is None:
            known = self._made(None, host, port, user, options, can_apply)
            if len(self._requests) >= _KEPT_REQUESTS:
                self._requests.clear()
            self._requests[key] = known
        return known

    def _made(self, conninfo: Any, host: Any, port: Any, user: Any, options: Mapping[str, Any], can_apply: Optional[str]) -> Any:
        """The request that answers from memory, and the one that waits, which borrows from the first."""
        keywords = _request.parse_conninfo(conninfo) if conninfo is not None else {}
        ours = {key: value for key, value in options.items() if key != "credentials_identity"}
        given = {key: ours.pop(key) for key in list(ours) if key in _BARE_KEYWORDS}
        quick = _request.make(
            host=host, port=port, user=user, keywords={**keywords, **given}, options=ours, can_apply=can_apply,
            flags=_abi.REQUEST_NO_WAIT,
        )  # fmt: skip
        return quick, _request.copy_with_flags(quick, 0)

    @staticmethod
    def _supplied(quick: Any, slow: Any, credentials: Any, options: Mapping[str, Any]) -> Optional[_questions.Supplier]:
        if credentials is None:
            return None
        supplier = _questions.Supplier(credentials, options.get("credentials_identity"))
        supplier.join(quick)
        supplier.join(slow)
        return supplier

    def _from_memory(self, request: _abi.Request) -> Optional[ctypes.c_void_p]:
        """None: it has to be fetched, or there is none, which an operation tells with its reason."""
        out = ctypes.c_void_p()
        return out if self._library.pgiam_before_connect(self._open(), request, out, None) == _abi.OK else None

    def _wait(self, request: _abi.Request, supplier: Optional[_questions.Supplier]) -> ctypes.c_void_p:
        """In slices, between which a Ctrl-C interrupts; it cancels the operation."""
        operation = Operation(self, request)
        try:
            while True:
                reply = operation.wait(_SLICE_MS)
                interrupt = _questions.take_interrupt()
                if interrupt is not None:
                    raise interrupt
                if reply is not None:
                    return reply
        except Error as error:
            _raise_with_cause(error, supplier)
            raise
        finally:
            operation.free()

    def _finish(self, read: Callable[[Any], Value], reply: ctypes.c_void_p) -> Value:
        try:
            return read(reply)
        finally:
            self._library.pgiam_reply_free(reply)


# libpq's keywords that a bare token takes as arguments, beside host, port and user; sslrootcert is an option.
_BARE_KEYWORDS = _request.READ_KEYWORDS - {"host", "port", "user", "sslrootcert"}


def _raise_with_cause(error: Error, supplier: Optional[_questions.Supplier]) -> None:
    """What the program's own function raised comes along; an interrupt is not an error of the library's."""
    failure = supplier.failure if supplier else None
    interrupt = _questions.take_interrupt()
    if interrupt is not None:
        raise interrupt
    if failure is None:
        return
    if not isinstance(failure, Exception):
        raise failure
    raise error from failure


_default: dict[str, Context] = {}


def default_context() -> Context:
    """The one of the process, which the module's functions use."""
    try:
        return _default["context"]
    except KeyError:
        return _default.setdefault("context", Context())


def _after_fork() -> None:
    """The threads that called have not come along."""
    for context in list(_living):
        context._calls.clear()
        context._operations.clear()


def close_all() -> None:
    """At the end of the process: no thread of the library's may log into an interpreter that has gone."""
    for context in list(_living):
        context.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
