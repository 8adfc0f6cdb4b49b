"""pgAdmin in desktop mode, and a person at its window."""

import json
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from window import Window

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "rds"))

from rds_emulator import Emulator  # noqa: E402
from rds_fixtures import rds  # noqa: E402, F401

PYTHON = os.environ["PGADMIN_PYTHON"]
COMMAND = Path(os.environ["PGIAM_TEST_COMMAND"])
SETTINGS = """
SERVER_MODE = False
DATA_DIR = {data!r}
UPGRADE_CHECK_ENABLED = MASTER_PASSWORD_REQUIRED = USE_OS_SECRET_STORAGE = False
"""
# As the guide has it.
PASSWORD_COMMAND = "pgiam token --host %HOSTNAME% --port %PORT% --user %USERNAME%"


@pytest.fixture(scope="session")
def instance():
    with Emulator(users=["app_user", "App-User"]) as emulator:
        yield emulator


def server(rds, user="app_user", command=PASSWORD_COMMAND, expiration=0):
    """A server as `setup.py load-servers` takes it."""
    parameters = {"sslmode": "verify-full", "sslrootcert": rds.ca_file, "hostaddr": rds.endpoints[0].address}
    return {
        "Group": "Servers", "Host": rds.host, "Port": rds.port, "MaintenanceDB": "postgres", "Username": user,
        "PasswordExecCommand": command, "PasswordExecExpiration": expiration, "ConnectionParameters": parameters,
    }  # fmt: skip


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def pgadmin(instance, home):
    """Its address, once it answers."""
    (home / "settings.py").write_text(SETTINGS.format(data=str(home / "data")))
    servers = {
        "orders": server(instance),
        "quoted": server(instance, user="App-User"),
        "without expiration": server(instance, expiration=None),
        "without credentials": server(instance, command=PASSWORD_COMMAND + " --profile nobody"),
    }
    listed = {str(number): {"Name": name, **each} for number, (name, each) in enumerate(servers.items())}
    (home / "servers.json").write_text(json.dumps({"Servers": listed}))

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key = secrets.token_hex(8)
    environment = {
        "HOME": str(home), "PATH": f"{COMMAND.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
        "CONFIG_DISTRO_FILE_PATH": str(home / "settings.py"), "PGADMIN_SERVER_MODE": "OFF",
        "PGADMIN_INT_PORT": str(port), "PGADMIN_INT_KEY": key,
        **instance.credentials(),
    }  # fmt: skip
    find = "import importlib.util; print(importlib.util.find_spec('pgadmin4').submodule_search_locations[0])"
    package = Path(subprocess.run([PYTHON, "-c", find], check=True, capture_output=True, text=True).stdout.strip())
    for step in (["setup-db"], ["load-servers", home / "servers.json"]):
        subprocess.run([PYTHON, package / "setup.py", *step], env=environment, check=True, capture_output=True)
    with open(home / "log", "w") as log:
        process = subprocess.Popen([PYTHON, package / "pgAdmin4.py"], env=environment, stdout=log, stderr=log)
    try:
        wait_for_answer(process, port)
        yield f"http://127.0.0.1:{port}/?key={key}"
    finally:
        process.terminate()
        process.wait(timeout=240)


def wait_for_answer(process, port):
    end = time.monotonic() + 240
    while True:
        assert process.poll() is None and time.monotonic() < end
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.2)


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory):
    return Path(os.environ.get("PGIAM_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))


def forget_earlier_windows(home):
    """pgAdmin would open their query tools again, each of which connects."""
    with sqlite3.connect(home / "data/pgadmin4.db", timeout=240) as settings:
        settings.execute("DELETE FROM application_state")
        settings.execute("DELETE FROM setting")
    settings.close()


@pytest.fixture
def window(pgadmin, home, screenshots, tmp_path):
    forget_earlier_windows(home)
    window = Window(tmp_path / "profile", screenshots)
    try:
        window.open(pgadmin)
        yield window
    finally:
        window.close()
