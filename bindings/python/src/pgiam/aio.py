"""The same for asyncio: the event loop watches the operation's descriptor. No thread and no executor waits."""

from __future__ import annotations

import asyncio
import copy
import weakref
from typing import Any, Callable, Optional

from . import _questions
from ._answer import Answer, password_of, read_answer
from ._context import Context, Operation, Value, _raise_with_cause, default_context
from ._errors import Error

# So many descriptors one loop watches for tokens at most; the others of the program are not to want for any.
_MOST_DESCRIPTORS = 256
_POLL_SECONDS = 0.05


async def token(
    conninfo: Optional[str] = None, *, host: Any = None, port: Any = None, user: Any = None, credentials: Any = None,
    context: Optional[Context] = None, **options: Any,
) -> str:  # fmt: skip
    """pgiam.token for an event loop. Cancelling the task cancels the fetch, unless others wait for it."""
    return await _ask_for(context, password_of, conninfo, host, port, user, credentials, options)


async def answer(
    conninfo: Optional[str] = None, *, host: Any = None, port: Any = None, user: Any = None, credentials: Any = None,
    can_apply: Optional[str] = None, context: Optional[Context] = None, **options: Any,
) -> Answer:  # fmt: skip
    """Context.answer for an event loop."""
    return await _ask_for(context, read_answer, conninfo, host, port, user, credentials, options, can_apply)


async def _ask_for(
    context: Optional[Context], read: Callable[[Any], Value], conninfo: Any, host: Any, port: Any, user: Any,
    credentials: Any, options: Any, can_apply: Optional[str] = None,
) -> Value:  # fmt: skip
    context = context or default_context()
    with context.calling():
        quick, slow = context._made(conninfo, host, port, user, options, can_apply)
        supplier = context._supplied(quick, slow, credentials, options)
        reply = context._from_memory(quick)
        if reply is not None:
            return context._finish(read, reply)

        async def fetch() -> Value:
            try:
                return context._finish(read, await _wait(context, slow, quick))
            except Error as error:
                _raise_with_cause(error, supplier)
                raise

        key = (id(context), read, conninfo, host, port, user, id(credentials), can_apply, *sorted(options.items()))
        value: Value = await _of_loop().share(key, fetch)
        return value


class _Flight:
    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self.task, self.waiting = task, 0


class _Loop:
    """What the tasks of one event loop share: tasks that ask the same wait for one operation."""

    def __init__(self) -> None:
        self.flights: dict[Any, _Flight] = {}
        self.slots = asyncio.Semaphore(_MOST_DESCRIPTORS)

    async def share(self, key: Any, fetch: Callable[[], Any]) -> Any:
        flight = self.flights.get(key)
        if flight is None:
            flight = self.flights[key] = _Flight(asyncio.ensure_future(fetch()))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        except Error as error:
            raise copy.copy(error) from error.__cause__  # each its own, with its own traceback
        finally:
            flight.waiting -= 1
            if flight.waiting == 0 or flight.task.done():
                if self.flights.get(key) is flight:
                    del self.flights[key]
                flight.task.cancel()


_loops: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Loop]" = weakref.WeakKeyDictionary()


def _of_loop() -> _Loop:
    loop = asyncio.get_running_loop()
    known = _loops.get(loop)
    if known is None:
        known = _loops[loop] = _Loop()
    return known


async def _wait(context: Context, request: Any, _borrowed_from: Any) -> Any:
    loop = asyncio.get_running_loop()
    async with _of_loop().slots:
        operation = Operation(context, request)
        try:
            with Readable(loop, operation.descriptor) as readable:
                while True:
                    with _questions.InLoop(loop):
                        reply = operation.wait(0)
                    if reply is not None:
                        return reply
                    await readable.wait()
        finally:
            operation.free()


class Readable:
    """A descriptor that the loop watches; by the clock, where none is to be had."""

    def __init__(self, loop: asyncio.AbstractEventLoop, descriptor: Callable[[], int]) -> None:
        self._loop, self._get, self._descriptor = loop, descriptor, -1
        self._event = asyncio.Event()

    def __enter__(self) -> "Readable":
        try:
            descriptor = self._get()
            self._loop.add_reader(descriptor, self._event.set)
        except (Error, NotImplementedError):  # there are no more of them; or it is Windows' usual loop
            return self
        self._descriptor = descriptor
        return self

    async def wait(self, seconds: Optional[float] = None) -> None:
        if self._descriptor < 0:
            await asyncio.sleep(_POLL_SECONDS if seconds is None else min(seconds, _POLL_SECONDS))
            return
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        self._event.clear()

    def __exit__(self, *_: Any) -> None:
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
