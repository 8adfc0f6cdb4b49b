"""QGIS gets a fresh token for each of its connections, and for their resets."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "rds"))

from rds_emulator import Emulator  # noqa: E402

COMMAND = os.environ["PGIAM_TEST_COMMAND"]
REUSE = 1  # seconds for which a token serves again


@pytest.fixture(scope="module")
def rds():
    with Emulator() as emulator:
        emulator.admin_sql(
            "CREATE TABLE orders (id int PRIMARY KEY, name text); GRANT ALL ON orders TO app_user;"
            "INSERT INTO orders VALUES (1, 'tea'), (2, 'salt')"
        )
        yield emulator


@pytest.fixture
def qgis(rds, tmp_path):
    environment = {
        "HOME": str(tmp_path), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen",
        "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(rds.hosts_file),
        # QGIS has no field for the CA.
        "PGIAM_SSLROOTCERT": rds.ca_file, "PGIAM_REUSE_SECONDS": str(REUSE),
        **rds.credentials(),
    }  # fmt: skip
    command = [COMMAND, "exec", "--", sys.executable, HERE / "layer.py", rds.host, str(rds.port)]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
    yield process
    process.stdin.close()
    process.wait(timeout=240)
    process.stdout.close()


def features(qgis):
    qgis.stdin.write("\n")
    qgis.stdin.flush()
    return qgis.stdout.readline().strip()


def test_a_layer_opens_and_lives_on_after_its_sessions_and_its_token_have_died(qgis, rds):
    assert qgis.stdout.readline().strip() == "valid"
    assert features(qgis) == "['salt', 'tea']"
    first = len(rds.attempts())
    rds.expire_tokens()
    time.sleep(REUSE + 0.1)
    rds.kill_backends()
    assert "['salt', 'tea']" in [features(qgis) for _ in range(3)]
    assert len(rds.attempts()) > first
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}
