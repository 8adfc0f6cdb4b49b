"""What the tests of drivers share: an instance, a user's environment, and what a driver is told of it."""

import importlib.util
import os

import pytest
from conftest import HOST
from pgiam._context import _default
from rds_emulator import Emulator, Endpoint
from rds_fixtures import rds, verdicts  # noqa: F401


def needs_module(name):
    reason = f"Python's {name} is not installed, or this distribution has no package of it"
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=reason)


@pytest.fixture(scope="session")
def instance():
    second = Endpoint("replica.c9akciq32xyz.eu-central-1.rds.amazonaws.com", "127.0.0.2")
    with Emulator(endpoints=[HOST, second], users=["app_user", "ann"], passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def credentials_of_the_instance(rds, monkeypatch):  # noqa: F811
    """In the environment, and nothing kept of what a test before this one did."""
    for name, value in rds.credentials().items():
        monkeypatch.setenv(name, value)
    yield
    context = _default.pop("context", None)
    if context:
        context.close()


@pytest.fixture
def no_connection(rds):  # noqa: F811
    """The test may not reach the server."""
    before = rds.connections()
    yield
    assert rds.connections() == before


@pytest.fixture
def server(rds):  # noqa: F811
    """libpq's keywords for the instance."""
    return {"host": rds.host, "hostaddr": rds.endpoints[0].address, "port": rds.port, "user": "app_user", "dbname": "postgres",
            "sslmode": "verify-full", "sslrootcert": rds.ca_file}  # fmt: skip


@pytest.fixture
def dialled(rds):  # noqa: F811
    """For drivers that know no hostaddr: an address, and the endpoint that it stands for."""
    return {"host": rds.endpoints[0].address, "port": rds.port, "user": "app_user"}, {"signing_host": rds.host}


def environment_of(rds):  # noqa: F811
    return {**os.environ, **rds.credentials()}
