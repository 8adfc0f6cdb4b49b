"""What a test wants that not every distribution has: where it is missing, the test is skipped and says why."""

import shutil
import subprocess

import pytest


def _unless(holds, reason):
    return pytest.mark.skipif(not holds, reason=reason)


def needs(program):
    return _unless(shutil.which(program), f"{program} is not installed, or this distribution has no package of it")


def needs_perl(module):
    found = subprocess.run(["perl", f"-M{module}", "-e1"], capture_output=True)
    return _unless(found.returncode == 0, f"Perl's {module} is not installed, or this distribution has no package of it")
