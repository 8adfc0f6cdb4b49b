"""AWS's credential services, faked over real sockets. See README.md."""

from .fake import FakeAws
from .keys import Key
from .troubles import Trouble

__all__ = ["FakeAws", "Key", "Trouble"]
