"""What the library asks a program: its own credentials, and what only a person knows.

The library asks inside a call of ours, on the thread that waits. A plain function is called there and then; in an event
loop it is given a thread of its own, so that the loop goes on, and a coroutine becomes a task. Never an executor: its
threads are few, and other people's."""

from __future__ import annotations

import asyncio
import datetime
import inspect
import threading
import weakref
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Mapping, Optional

from . import _abi
from ._errors import Error
from ._library import library
from ._request import pairs

Source = Any  # a boto3 session, an object with get_frozen_credentials, or a function, plain or async
_waiting = threading.local()  # .loop: the event loop whose operation asks on this thread


class InLoop:
    """While this thread lets an operation of this event loop ask."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __enter__(self) -> None:
        _waiting.loop = self._loop

    def __exit__(self, *_: Any) -> None:
        _waiting.loop = None


# ---- Credentials of the program's own ----

_NAMES = {
    "access_key_id": ("accesskeyid", "awsaccesskeyid", "accesskey", "keyid"),
    "secret_access_key": ("secretaccesskey", "awssecretaccesskey", "secretkey", "secret"),
    "session_token": ("sessiontoken", "awssessiontoken", "token"),
    "expires_at": ("expiresat", "expiration", "expiry", "expirytime"),
    "account_id": ("accountid",),
}


async def obtain(source: Source, call: "Caller") -> dict[str, Any]:
    """The values of pgiam_request's credentials, by whatever way the source gives them."""
    holder, expires = source, None
    if _offers(holder, "get_credentials"):
        holder = await call(holder.get_credentials)
        if holder is None:
            raise Error("NO_CREDENTIALS", "the session has no credentials")
    if _offers(holder, "get_frozen_credentials"):
        value = await call(holder.get_frozen_credentials)
        expires = getattr(holder, "_expiry_time", None)  # where botocore keeps it
    elif callable(holder):
        value = await call(holder)
        if _offers(value, "get_credentials") or _offers(value, "get_frozen_credentials"):
            return await obtain(value, call)
    else:
        raise TypeError("credentials are a boto3 session, an object with get_frozen_credentials, or a function")
    if value is None:
        raise Error("NO_CREDENTIALS", "the program's function gave no credentials")
    found = _named(value)
    if expires is not None:
        found.setdefault("expires_at", expires)
    return {name: _plain_time(part) if name == "expires_at" else part for name, part in found.items() if part is not None}


def _offers(holder: Any, method: str) -> bool:
    return hasattr(holder, method) and not isinstance(holder, type)


def _named(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        squeezed = {str(key).replace("_", "").lower(): part for key, part in value.items()}
    elif hasattr(value, "access_key") or hasattr(value, "access_key_id"):
        squeezed = {name: getattr(value, attribute, None) for name, attribute in (
            ("accesskeyid", "access_key_id" if hasattr(value, "access_key_id") else "access_key"),
            ("secretaccesskey", "secret_access_key" if hasattr(value, "secret_access_key") else "secret_key"),
            ("sessiontoken", "session_token" if hasattr(value, "session_token") else "token"),
            ("expiresat", "expires_at"), ("accountid", "account_id"),
        )}  # fmt: skip
    elif isinstance(value, (tuple, list)) and 2 <= len(value) <= 4:
        squeezed = dict(zip(("accesskeyid", "secretaccesskey", "sessiontoken", "expiresat"), value))
    else:
        raise TypeError(
            "credentials are (access key, secret, session token, expiry), a mapping with such names, or "
            f"an object that has them, not {type(value).__name__}"
        )
    return {name: squeezed[key] for name, keys in _NAMES.items() for key in keys if squeezed.get(key) is not None}


def _plain_time(when: Any) -> Any:
    if isinstance(when, (int, float)) and not isinstance(when, bool):
        when = datetime.datetime.fromtimestamp(when, datetime.timezone.utc)
    if not isinstance(when, datetime.datetime):
        return when
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.timezone.utc)
    return when.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Names:
    """A name for whoever a source's credentials belong to: one for each source, never used again for another."""

    def __init__(self) -> None:
        self._count = 0
        self._known: dict[Any, Any] = {}

    def of(self, source: Source) -> str:
        owner, function = getattr(source, "__self__", source), getattr(source, "__func__", None)
        key = (id(owner), function)
        name: str
        known = self._known.get(key)
        if known is not None and known[0]() is owner:
            _, name = known
            return name
        self._count += 1
        name = f"python:{type(owner).__name__}:{self._count}:{id(self)}"
        try:
            reference: Any = weakref.ref(owner, lambda _: self._known.pop(key, None))
        except TypeError:
            reference = lambda: owner  # noqa: E731  kept for ever: it cannot tell when it goes
        _, name = self._known.setdefault(key, (reference, name))
        return name


names = _Names()


class Supplier:
    """Answers one request's question for the program's credentials."""

    def __init__(self, source: Source, identity: Optional[str] = None) -> None:
        self.source = source
        self.identity = identity or names.of(source)
        self.failure: Optional[BaseException] = None
        self.function = _abi.AskFn(self._asked)

    def join(self, request: _abi.Request) -> None:
        request.credentials = self.function
        request.credentials_identity = self.identity.encode()

    def _asked(self, _: Any, __: Any, question: Any) -> None:
        _finish(question, lambda call: obtain(self.source, call), self._keep, _abi.E_NO_CREDENTIALS)

    def _keep(self, failure: BaseException) -> None:
        self.failure = failure


# ---- A person ----


@dataclass(frozen=True)
class Prompt:
    """What to show a person. kind: "device_login" (show url and code; no answer), "mfa_code" (answer with the code),
    "close" (the prompt with this id is over)."""

    kind: str
    id: int
    title: str
    subject: str = ""
    url: str = ""
    url_complete: str = ""
    user_code: str = ""
    expires_in: Optional[float] = None
    retry: bool = False
    final_try: bool = False


_KINDS = {_abi.PROMPT_DEVICE_LOGIN: "device_login", _abi.PROMPT_MFA_CODE: "mfa_code", _abi.PROMPT_CLOSE: "close"}


def person_asker(prompt: Callable[[Prompt], Any]) -> Any:
    """The library's callback for a program's own. It answers with a code; None is "shown", False "declined"."""

    def asked(_: Any, given: Any, question: Any) -> None:
        raw = given.contents
        if raw.kind not in _KINDS:
            library().pgiam_question_decline(question, _abi.E_UNSUPPORTED, None)
            return
        shown = _read_prompt(raw)

        async def answer(call: Caller) -> Mapping[str, Any]:
            said = await call(lambda: prompt(shown))
            if said is False:
                raise Error("LOGIN_DECLINED", "the question was declined: " + shown.title)
            return {} if said is None or said is True else {"answer": said}

        _finish(question, answer, _keep_interrupt, _abi.E_LOGIN_DECLINED)

    return _abi.AskFn(asked)


def _read_prompt(raw: _abi.Prompt) -> Prompt:
    def text(value: Optional[bytes]) -> str:
        return (value or b"").decode(errors="replace")

    return Prompt(
        kind=_KINDS[raw.kind],
        id=raw.id,
        title=text(raw.title),
        subject=text(raw.subject),
        url=text(raw.url),
        url_complete=text(raw.url_complete),
        user_code=text(raw.user_code),
        expires_in=raw.expires_in_ms / 1000 if raw.expires_in_ms else None,
        retry=bool(raw.flags & _abi.PROMPT_FLAG_RETRY),
        final_try=bool(raw.flags & _abi.PROMPT_FLAG_FINAL_TRY),
    )


def _keep_interrupt(failure: BaseException) -> None:
    if not isinstance(failure, Exception):
        _waiting.interrupt = failure


def take_interrupt() -> Optional[BaseException]:
    """A Ctrl-C or an exit that came while a person was asked on this thread."""
    interrupt = getattr(_waiting, "interrupt", None)
    _waiting.interrupt = None
    return interrupt


# ---- Finishing a question ----

Caller = Callable[[Callable[[], Any]], Awaitable[Any]]
_tasks: set[Any] = set()  # asyncio holds its own but weakly


async def _call_here(function: Callable[[], Any]) -> Any:
    """For a thread that waits: never suspends. What is async gets a loop of its own."""
    value = function()
    if not inspect.isawaitable(value):
        return value

    async def awaited() -> Any:
        return await value

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(awaited())
    raise TypeError("async credentials, asked for where a thread waits inside an event loop: await pgiam.aio's")


async def _call_in_loop(function: Callable[[], Any]) -> Any:
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None)):
        return await function()
    loop = asyncio.get_running_loop()
    told = loop.create_future()

    def tell(value: Any, failure: Optional[BaseException]) -> None:
        if told.done():
            return
        if failure is None:
            told.set_result(value)
        else:
            told.set_exception(failure)

    def run() -> None:
        value, failure = None, None
        try:
            value = function()
        except Exception as raised:
            failure = raised
        except BaseException as raised:
            failure = RuntimeError(f"{type(raised).__name__}: {raised}")
        try:
            loop.call_soon_threadsafe(tell, value, failure)
        except RuntimeError:  # the loop has ended, and nobody waits
            pass

    threading.Thread(target=run, name="pgiam-question", daemon=True).start()
    value = await told
    return await value if inspect.isawaitable(value) else value


def _finish(question: Any, answer: Callable[[Caller], Awaitable[Any]], keep: Callable[[BaseException], None], status: int) -> None:
    """Sees to it that the question is answered or declined, once. Lets no exception into C."""

    async def finish(call: Caller) -> None:
        try:
            values = pairs(await answer(call))
        except BaseException as failure:  # an interrupt and a cancel, too: the library has to hear of them
            keep(failure)
            if question:
                words = failure.message if isinstance(failure, Error) else f"{type(failure).__name__}: {failure}"
                library().pgiam_question_decline(question, status, words.replace("\0", " ").encode(errors="replace"))
        else:
            if question:
                library().pgiam_question_answer(question, *values)

    loop = getattr(_waiting, "loop", None)
    if loop is not None:
        task = loop.create_task(finish(_call_in_loop))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        return
    try:
        finish(_call_here).send(None)
    except StopIteration:
        pass
