"""What a context cancels when it is closed, while its owner may just be done with it."""

from __future__ import annotations

import ctypes
import threading
from typing import Callable


class Cancellable:
    """A handle of the library's that its owner frees, and any thread may cancel until then."""

    def __init__(self, cancel: Callable[[ctypes.c_void_p], None], free: Callable[[ctypes.c_void_p], None]) -> None:
        self.handle = ctypes.c_void_p()
        self._cancel, self._free = cancel, free
        self._lock = threading.Lock()  # never held while something waits

    def cancel(self) -> None:
        with self._lock:
            if self.handle:
                self._cancel(self.handle)

    def free(self) -> None:
        with self._lock:
            handle, self.handle = self.handle, ctypes.c_void_p()
        self._free(handle)
