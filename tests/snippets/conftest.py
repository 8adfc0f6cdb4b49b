"""A machine as the READMEs suppose it: pgiam is installed, an RDS instance answers at the name and the port that they
have, the user has credentials and a service file."""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/rds"), str(Path(__file__).resolve().parent)]

from rds_emulator import Emulator, Endpoint  # noqa: E402

BUILD = Path(os.environ["PGIAM_TEST_BUILD"])
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
BILLING = "billing.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
CLONE_NEWNET, IFF_UP = 0x40000000, 1
SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914


def own_network():
    """A network namespace for this process and its children, in which port 5432 is free. False where that takes root."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0).ljust(40, b"\0")
        flags = struct.unpack_from("h", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request), 16)[0]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP).ljust(40, b"\0"))
    return True


@pytest.fixture(scope="session")
def instance():
    if not own_network():
        pytest.skip("the READMEs have port 5432, which takes a network namespace of one's own, and that root")
    endpoints = [HOST, Endpoint(BILLING, address="127.0.0.2")]
    with Emulator(endpoints=endpoints, users=["app_user", "app"], port=5432) as emulator:
        emulator.admin_sql("CREATE DATABASE orders")
        yield emulator


@pytest.fixture(scope="session")
def prefix(tmp_path_factory):
    """Where pgiam is installed. What ldconfig would do, LD_LIBRARY_PATH does here."""
    prefix = tmp_path_factory.mktemp("prefix")
    done = subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return prefix


@pytest.fixture
def home(tmp_path, instance):
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    key = next(iter(instance.keys.values()))
    keys = f"aws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\n"
    keys += f"aws_session_token = {key.session_token}\n" if key.session_token else ""
    (home / ".aws/credentials").write_text(f"[default]\n{keys}[dev]\n{keys}[prod]\n{keys}")
    (home / ".aws/credentials").chmod(0o600)
    (home / ".pg_service.conf").write_text(
        f"[orders]\nhost={HOST}\nuser=app\ndbname=orders\nsslmode=verify-full\nsslrootcert={instance.ca_file}\n")
    return home


@pytest.fixture
def shell(home, prefix, instance, tmp_path):
    """shell(script, input=…, VARIABLE=value): bash, in an empty folder; it must succeed. What it printed."""
    library = next(prefix.glob("lib/**/libpgiam.so.1")).parent
    stubs, folder = tmp_path / "stubs", tmp_path / "folder"
    for new in (stubs, folder):
        new.mkdir()

    def stub(name, script):
        (stubs / name).write_text(f"#!/bin/sh\n{script}\n")
        (stubs / name).chmod(0o755)

    stub("sudo", 'exec "$@"')
    stub("node", 'exec psql -XAtc "SELECT session_user" "$URL"')
    environment = os.environ | {
        "HOME": str(home), "PATH": f"{stubs}:{prefix}/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": str(library),
        "PKG_CONFIG_PATH": str(library / "pkgconfig"), "CMAKE_PREFIX_PATH": str(prefix), "ODBCSYSINI": str(home),
        # What unixODBC and pgjdbc look for in the home that the system knows, not in HOME.
        "ODBCINI": str(home / ".odbc.ini"), "PGPASSFILE": str(home / ".pgpass"),
        "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": instance.hosts_file, "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip

    def run(script, input="", fails=False, **variables):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=environment | variables, input=input, cwd=folder,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)  # fmt: skip
        assert (done.returncode != 0) == fails, f"{script}\nended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    run.folder = folder
    run.stub = stub
    run.environment = environment
    return run


@pytest.fixture
def java(shell):
    if not os.environ.get("PGIAM_TEST_JAR") or not shutil.which("javac"):
        pytest.skip("no JDK, so that the jar was not built")
