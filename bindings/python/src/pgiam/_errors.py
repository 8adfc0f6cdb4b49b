"""The one type of error, and how it is read from the library's."""

from __future__ import annotations

from typing import Any, Tuple, Type

from . import _abi


class Error(Exception):
    """Why there is no token, or what a refused connection means. None of its texts holds a secret.

    status       the name: "NO_CREDENTIALS", "DENIED", "TIMEOUT", "NOT_APPLICABLE" …
    message      one sentence
    hint         what to do next, "" if nothing is known
    code         for programs, never renamed: "no_rds_iam"; "" where the status says it all
    commands     what to type, best first
    causes       each source that was tried, or what may be behind a refusal; Errors as well
    retryable    whether the same call may succeed later, and after how many milliseconds (`retry_after_ms`, 0: not known)
    explanation  all of it for a person, in lines
    """

    def __init__(
        self,
        status: str,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        evidence: str = "",
        provider: str = "",
        remote: str = "",
        sqlstate: str = "",
        retryable: bool = False,
        retry_after_ms: int = 0,
        commands: Tuple[str, ...] = (),
        causes: Tuple["Error", ...] = (),
        explanation: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint
        self.code = code
        self.evidence = evidence
        self.provider = provider
        self.remote = remote
        self.sqlstate = sqlstate
        self.retryable = retryable
        self.retry_after_ms = retry_after_ms
        self.commands = tuple(commands)
        self.causes = tuple(causes)
        self.explanation = explanation

    def facts(self) -> dict[str, Any]:
        """All of it as what json.dumps takes."""
        return {
            name: [cause.facts() for cause in value] if name == "causes" else list(value) if name == "commands" else value
            for name, value in self._members().items()
        }

    def __str__(self) -> str:
        if self.explanation:
            return self.explanation.rstrip("\n")
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.status!r}, {self.message!r})"

    def _members(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _MEMBERS}

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self._members())


_MEMBERS = (
    "status", "message", "hint", "code", "evidence", "provider", "remote", "sqlstate", "retryable", "retry_after_ms",
    "commands", "causes", "explanation",
)  # fmt: skip


def _rebuild(kind: Type[Error], members: dict[str, Any]) -> Error:
    error = kind.__new__(kind)
    Error.__init__(error, **members)
    return error


def status_name(library: Any, status: int) -> str:
    name: str = library.pgiam_status_name(status).decode()
    for prefix in ("PGIAM_E_", "PGIAM_"):
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


def members_of(library: Any, handle: Any, status: int) -> dict[str, Any]:
    """What the constructor takes, of an error of the library's; handle may be None."""
    name = status_name(library, status)
    if not handle:
        return {"status": name, "message": f"the library gave no reason ({name})"}

    def text(field: int) -> str:
        found: bytes = library.pgiam_error_text(handle, field)
        return found.decode(errors="replace")

    return {
        "status": name,
        "message": text(_abi.ERROR_MESSAGE),
        "hint": text(_abi.ERROR_HINT),
        "code": text(_abi.ERROR_CODE),
        "evidence": text(_abi.ERROR_EVIDENCE),
        "provider": text(_abi.ERROR_PROVIDER),
        "remote": text(_abi.ERROR_REMOTE),
        "sqlstate": text(_abi.ERROR_SQLSTATE),
        "retryable": bool(library.pgiam_error_number(handle, _abi.ERROR_RETRYABLE)),
        "retry_after_ms": library.pgiam_error_number(handle, _abi.ERROR_RETRY_AFTER_MS),
        "commands": tuple(command.decode(errors="replace") for command in _until_null(library.pgiam_error_command, handle)),
        "causes": tuple(
            Error(**members_of(library, cause, library.pgiam_error_status(cause)))
            for cause in _until_null(library.pgiam_error_cause, handle)
        ),
        "explanation": text(_abi.ERROR_EXPLANATION),
    }


def _until_null(at: Any, handle: Any) -> Any:
    index = 0
    while (value := at(handle, index)) is not None:
        yield value
        index += 1


def take_error(library: Any, status: int, handle: Any, kind: Type[Error] = Error) -> Error:
    """The error of a call that failed; frees the library's. handle is a c_void_p."""
    try:
        return kind(**members_of(library, handle.value, status))
    finally:
        library.pgiam_error_free(handle)
