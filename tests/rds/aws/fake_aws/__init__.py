"""AWS's credential services, faked over real sockets. See README.md."""

from .fake import FakeAws
from .keys import Key
from .faults import Fault

__all__ = ["FakeAws", "Key", "Fault"]
