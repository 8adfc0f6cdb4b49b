import sys
from pathlib import Path

import pytest

NODE_TESTS = Path(__file__).resolve().parents[2] / "bindings/node"
sys.path.insert(0, str(NODE_TESTS))
import importlib.util  # noqa: E402

# The conftest of those tests under a name of its own: this file has the other.
spec = importlib.util.spec_from_file_location("node_conftest", NODE_TESTS / "conftest.py")
node = sys.modules["node_conftest"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(node)
program = node.program
from rds_emulator import Emulator  # noqa: E402
from rds_fixtures import rds, verdicts  # noqa: E402, F401


@pytest.fixture(scope="session")
def instance():
    with Emulator(endpoints=[node.HOST], users=["app_user", "ann"], passwords={"plain": "open sesame"}) as emulator:
        yield emulator
