"""What every test in Python rests on: nothing of the user's shell, home or installation reaches it. tests/hermetic
does the same for other programs, tests/hermetic_main.cc for those of GoogleTest."""

import atexit
import os
import re
import shutil
import tempfile

import pytest

# What building, debugging and the tests' own callers say; all else goes.
KEPT = re.compile(r"TMPDIR|TERM|CC|CXX|\w+SAN_OPTIONS|PYTHON(DONTWRITEBYTECODE|UNBUFFERED)|PYTEST_\w+|PGIAM_(TEST_\w+|KEEPER_\w+|COMMAND|CONFORMANCE|SCREENSHOTS)"
                  r"|PGADMIN_PYTHON|RDS_EMULATOR_PG_BIN")  # fmt: skip


def forget_the_user():
    for name in [name for name in os.environ if not KEPT.fullmatch(name)]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="pgiam_home_")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ |= {
        "HOME": home,
        "LC_ALL": "C.UTF-8",
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",  # a ruby of the user's has not the modules that were installed
    }


forget_the_user()


@pytest.fixture
def no_library(tmp_path):
    """For LD_LIBRARY_PATH: an installed libpgiam.so.1 is not found, as the loader ends its search at what is none."""
    folder = tmp_path / "no_library"
    folder.mkdir()
    (folder / "libpgiam.so.1").touch()
    return str(folder)
