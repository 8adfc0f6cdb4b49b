import pytest
from fake_aws import FakeAws


@pytest.fixture(scope="module")
def running():
    with FakeAws() as aws:
        yield aws


@pytest.fixture
def aws(running):
    """One for all tests of a module, with nothing sent and nothing scripted yet."""
    running.clear()
    running.set_clock(0)
    return running
