"""A password file for one connect, in memory: how libpq is given another password for each host of a list."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Iterable, Iterator, Optional

from . import _abi


def are_to_be_had() -> bool:
    return hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd")


@contextlib.contextmanager
def file_in_memory(hosts: Iterable[_abi.Host], own_file: Optional[str]) -> Iterator[str]:
    """Its path. What is not ours is looked up in the user's own file, behind our lines."""
    lines = b"".join(_line(host) for host in hosts if not host.flags & _abi.HOST_NOT_OURS and host.password)
    descriptor = os.memfd_create("pgiam", os.MFD_CLOEXEC)
    try:
        os.fchmod(descriptor, 0o600)  # libpq passes over one that others may read
        os.write(descriptor, lines + _content(own_file))
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _line(host: _abi.Host) -> bytes:
    name = host.dial_host or host.host or host.dial_hostaddr or host.hostaddr or b""
    names = dict.fromkeys(name.split(b","))  # a name with several addresses comes as often
    return b"".join(b"%s:%d:*:*:%s\n" % (_escaped(part), host.port, _escaped(host.password)) for part in names)


def _escaped(text: bytes) -> bytes:
    return text.replace(b"\\", b"\\\\").replace(b":", b"\\:")


def _content(file: Optional[str]) -> bytes:
    """As libpq: nothing of one that is not a file, or that others may read."""
    try:
        path = Path(file or "")
        return path.read_bytes() if path.is_file() and not path.stat().st_mode & 0o077 else b""
    except OSError:
        return b""
