"""An Amazon RDS for PostgreSQL with IAM authentication, on this machine: see ../README.md."""

from .emulator import DEFAULT_ENDPOINT, Emulator
from .verifier import Endpoint, Key

__all__ = ["DEFAULT_ENDPOINT", "Emulator", "Endpoint", "Key"]
