"""The shim as the dynamic linker and the driver manager see it."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import ANSI_SHIM, SHIM

REAL = {SHIM: "psqlodbcw.so", ANSI_SHIM: "psqlodbca.so"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exports(library):
    return {line.split()[-1] for line in output_of("nm", "-D", "--defined-only", library).splitlines()}


@pytest.mark.parametrize("shim", REAL)
def test_it_exports_exactly_what_the_real_driver_exports(shim):
    real = next(Path("/usr/lib").glob(f"*/odbc/{REAL[shim]}"))
    assert exports(shim) == exports(str(real))


@pytest.mark.parametrize("shim", REAL)
def test_it_needs_libc_and_nothing_else(shim):
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "--wide", "--dynamic", shim))
    assert [name for name in needed if not re.match(r"(libc|libm|libdl|libpthread|ld-linux[\w-]*)\.so", name)] == []


@pytest.mark.parametrize("function", ["SQLExecDirect", "SQLFetch", "SQLGetData", "SQLBindParameter", "SQLFreeStmt"])
def test_a_call_about_a_statement_is_one_jump(function):
    code = re.findall(r"^\s+[0-9a-f]+:\t[0-9a-f ]+\t(\w+)", output_of("objdump", "-d", f"--disassemble={function}", "-j", ".text", SHIM), re.M)
    assert [word for word in code if word not in ("endbr64", "hint", "bti")] in (["jmp"], ["adrp", "ldr", "br"])
