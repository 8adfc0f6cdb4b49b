"""Finds libpgiam and loads it, once: the variable PGIAM_LIBRARY, beside this package, the system's linker."""

import ctypes
import os
from pathlib import Path
from typing import Any, Optional

from . import _abi
from ._errors import Error

FILE = "libpgiam.so.1"
BESIDE = Path(__file__).resolve().parent / "_lib" / FILE
GET_IT = "install pgiam (its package, or `cmake --install`), or set PGIAM_LIBRARY to the full path of " + FILE

_loaded: Optional[Any] = None


def library() -> Any:
    """The library with its signatures declared; the same for the life of the process. That two threads load it at
    once does no harm, and takes no lock that a fork could leave behind."""
    global _loaded
    if _loaded is None:
        _loaded = _load()
    return _loaded


def _load() -> Any:
    named = os.environ.get("PGIAM_LIBRARY")
    candidates = [named] if named else [str(BESIDE), FILE]
    tried = []
    for candidate in candidates:
        try:
            # CDLL lets go of the GIL during a call, which PyDLL does not.
            found = ctypes.CDLL(candidate)
        except OSError as reason:
            tried.append(f"{_place(candidate, named)}: {reason}")
        else:
            return _declared(found, candidate)
    raise Error("UNSUPPORTED", f"{FILE} was not found; looked for as " + "; ".join(tried), hint=GET_IT, code="no_library")


def _place(candidate: str, named: Optional[str]) -> str:
    if named:
        return f"{candidate} (PGIAM_LIBRARY)"
    return f"{FILE} (the system's linker)" if candidate == FILE else candidate


def _declared(found: Any, name: str) -> Any:
    """Refuses a library of another ABI by name, before a function that it lacks is missed."""
    try:
        version = found.pgiam_abi_version
        get_api = found.pgiam_get_api
    except AttributeError:
        raise Error("UNSUPPORTED", f"{name} is not pgiam's library", hint=GET_IT, code="no_library") from None
    version.restype, version.argtypes = _abi.SIGNATURES["pgiam_abi_version"]
    get_api.restype, get_api.argtypes = ctypes.c_void_p, [ctypes.c_uint32]
    major, minor = divmod(version(), 1 << 16)
    if not get_api(_abi.ABI_MAJOR) or (major == _abi.ABI_MAJOR and minor < _abi.ABI_MINOR):
        wanted = f"{_abi.ABI_MAJOR}.{_abi.ABI_MINOR}"
        age = "newer" if major > _abi.ABI_MAJOR else "older"
        raise Error(
            "UNSUPPORTED",
            f"{name} speaks ABI {major}.{minor}, which is {age} than the {wanted} that this Python package is for",
            hint="install the package and the library of one version",
            code="library_version",
        )
    for function, (result, arguments) in _abi.SIGNATURES.items():
        pointer = getattr(found, function)
        pointer.restype, pointer.argtypes = result, arguments
    return found
