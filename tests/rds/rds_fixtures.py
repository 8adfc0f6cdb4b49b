"""Fixtures for tests that need an instance. A conftest.py imports those that it wants:

    from rds_fixtures import instance, rds  # noqa: F401

or defines an `instance` of its own, with other endpoints and users."""

import pytest
from rds_emulator import Emulator


@pytest.fixture(scope="session")
def instance():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def rds(instance):
    """One server for all tests, with no attempts in its log yet, its clock showing the time, and tokens of the usual life."""
    instance.clear_attempts()
    instance.set_clock()
    instance.set_max_token_age()
    instance.revive_tokens()
    return instance


@pytest.fixture
def verdicts(rds):
    """The verdicts of the attempts so far."""
    return lambda: [attempt["verdict"] for attempt in rds.attempts()]
