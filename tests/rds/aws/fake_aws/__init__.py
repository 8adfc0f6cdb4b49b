"""AWS's services, faked over real sockets. See README.md."""

from .fake import FakeAws
from .keys import Key
from .faults import Fault
from .iam import Principal
from .rds import Cluster, Instance, Proxy

__all__ = ["Cluster", "FakeAws", "Fault", "Instance", "Key", "Principal", "Proxy"]
