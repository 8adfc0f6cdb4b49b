"""Fixtures of the emulator's own tests."""

import pytest
from rds_emulator import Emulator


@pytest.fixture(scope="module")
def running():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running):
    """One server for all tests of a module, with no attempts in its log yet."""
    running.clear_attempts()
    return running
