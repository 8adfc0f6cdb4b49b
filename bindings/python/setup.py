"""Packs the library into the wheel: PGIAM_WHEEL_LIBRARY, else the newest libpgiam.so.1 that a build of this clone left in
build/*/lib. With none of them the package is pure, and finds the one that is installed. A library of another machine, or of
other systems than this one, comes with PGIAM_WHEEL_PLATFORM ("manylinux_2_28_aarch64")."""

import os
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from wheel.bdist_wheel import bdist_wheel
except ImportError:  # setuptools has its own since 70
    from setuptools.command.bdist_wheel import bdist_wheel

HERE = Path(__file__).resolve().parent
LIBRARY, HTTP = "libpgiam.so.1", Path("pgiam/libpgiam-http.so")
# What the library looks for beside it, in the folder pgiam: modules, and RDS's certificate authorities.
BESIDE = ["pgiam/libpgiam-http.so", "pgiam/libpgiam-examine.so", "../share/pgiam/*-roots.pem"]


def library():
    named = os.environ.get("PGIAM_WHEEL_LIBRARY")
    if named:
        return Path(named)
    built = [file for file in HERE.parents[1].glob(f"build/*/lib/{LIBRARY}") if (file.parent / HTTP).exists()]
    return max(built, key=lambda file: file.stat().st_mtime, default=None)


FOUND = library()


class WithLibrary(build_py):
    def run(self):
        super().run()
        if FOUND:
            into = Path(self.build_lib) / "pgiam/_lib"
            (into / "pgiam").mkdir(parents=True, exist_ok=True)
            shutil.copyfile(FOUND, into / LIBRARY)
            for file in (file for pattern in BESIDE for file in FOUND.parent.glob(pattern)):
                shutil.copyfile(file, into / "pgiam" / file.name)


class OfPlatform(bdist_wheel):
    """For every Python 3, and for the machine that the library is for."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = not FOUND

    def write_wheelfile(self, folder, *arguments, **named):
        """What a release has put beside this file goes where PyPA wants it."""
        super().write_wheelfile(folder, *arguments, **named)
        for files, place in (("licences/*.txt", "licenses"), ("*.spdx.json", "sboms")):
            for file in HERE.glob(files):
                into = Path(folder, place)
                into.mkdir(exist_ok=True)
                shutil.copy(file, into)

    def get_tag(self):
        _, _, platform = super().get_tag()
        return "py3", "none", os.environ.get("PGIAM_WHEEL_PLATFORM", platform) if FOUND else "any"


class Platform(Distribution):
    def has_ext_modules(self):
        return bool(FOUND)


setup(distclass=Platform, cmdclass={"build_py": WithLibrary, "bdist_wheel": OfPlatform})
