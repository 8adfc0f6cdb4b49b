"""sdk/release/build, whose objects are those of the build that is tested: nothing is compiled."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD, VERSION, HAS_JAR = os.environ["PGIAM_TEST_BUILD"], os.environ["PGIAM_TEST_VERSION"], os.environ["PGIAM_TEST_HAS_JAR"]
MACHINE = os.uname().machine
HERE = f"linux-{MACHINE}"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PGIAM_RELEASE_")}
ENVIRONMENT |= {"SOURCE_DATE_EPOCH": "1700000000", "PGIAM_RELEASE_COMPILER": "native", "PGIAM_RELEASE_BUILD": BUILD}
ENVIRONMENT |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}  # whoever owns the clone


def build(folder, *parts, root=ROOT, **environment):
    """What folder/out holds then, by name, and how the run ended; what parts share is in folder/work."""
    command = [root / "sdk/release/build", folder / "out", *parts]
    done = subprocess.run(command, text=True, capture_output=True, env={**ENVIRONMENT, "PGIAM_RELEASE_WORK": str(folder / "work"), **environment})
    return {path.name: path for path in (folder / "out").glob("*")}, done


def checkout(folder):
    """What of a checkout the entry reads, to be changed."""
    for name in ("CMakeLists.txt", "LICENSE", "plugin/exports.txt", "hosts/common/libpq_functions.def"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "sdk", folder / "sdk", symlinks=True)
    return folder
