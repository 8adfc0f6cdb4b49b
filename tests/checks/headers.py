"""Every public header compiles alone: strict C99 and C11, C++11 to C++20, g++ and clang++, also as
the library itself sees it (PGIAM_BUILDING). headers.py ROOT -Werror|-Wall INCLUDE_FOLDER_OF_LIBPQ…"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-pedantic-errors", "-Wshadow", "-Wconversion", sys.argv[2]]
C = [(compiler, "c", standard) for compiler in ("gcc", "clang") for standard in ("c99", "c11")]
CXX = [(compiler, "c++", standard) for compiler in ("g++", "clang++")
       for standard in ("c++11", "c++14", "c++17", "c++20")]

root = pathlib.Path(sys.argv[1]).resolve()
headers = sorted((root / "sdk/include").iterdir())
search = [f"-I{root / 'sdk/include'}"] + [f"-isystem{folder}" for folder in sys.argv[3:]]


def compile_alone(header, compiler, language, standard, define):
    """What the compiler complains of, "" if nothing. The header stands in a file of its own, twice."""
    command = [compiler, "-x", language, f"-std={standard}", *WARNINGS, *search, *define, "-fsyntax-only", "-"]
    source = f'#include "{header.name}"\n' * 2 + "typedef int a_file_may_not_be_empty;\n"
    done = subprocess.run(command, input=source, text=True, capture_output=True)
    return done.returncode and f"{header.relative_to(root)} alone: {' '.join(command)}\n{done.stderr}"


jobs = [(header, *how, define) for header in headers for how in (CXX if header.suffix == ".hpp" else C + CXX)
        for define in ([], ["-DPGIAM_BUILDING"])]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    faults = [fault for fault in pool.map(lambda job: compile_alone(*job), jobs) if fault]

print("\n".join(faults) or f"{len(headers)} headers, {len(jobs)} ways")
sys.exit(bool(faults))
