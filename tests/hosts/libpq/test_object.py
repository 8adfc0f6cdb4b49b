"""The hook as the dynamic linker sees it, and what it leaves behind in memory."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HOOK = os.environ["PGIAM_TEST_HOOK"]


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_it_needs_libc_and_nothing_else():
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "--wide", "--dynamic", HOOK))
    assert [name for name in needed if not re.match(r"(libc|libm|libdl|libpthread|ld-linux[\w-]*)\.so", name)] == []


def test_it_exports_its_list_under_both_names_and_nothing_else():
    names = (ROOT / "hosts/libpq/exports.txt").read_text().split()
    exported = {line.split()[-1] for line in output_of("nm", "-D", "--defined-only", HOOK).splitlines()}
    assert exported == set(names) | {f"pgiam_{name}" for name in names}


def test_its_header_declares_what_it_exports():
    names = (ROOT / "hosts/libpq/exports.txt").read_text().split()
    header = (ROOT / "sdk/include/pgiam_libpq.h").read_text()
    assert set(re.findall(r"\bpgiam_(PQ\w+)\(", header)) == set(names)


def test_it_makes_nothing_of_its_own_at_first_use():
    """A child that was forked while another thread did would wait for that thread for ever."""
    guards = re.findall("guard variable for (pgiam::.*)", output_of("nm", "-C", HOOK))
    assert guards == []


def test_it_leaks_nothing_and_touches_nothing_that_is_not_its_own(rds, client):
    valgrind = ["valgrind", "-q", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
                "--error-exitcode=9"]  # fmt: skip
    program = client(valgrind, PGIAM_REUSE_SECONDS="0")
    for call in ("connectdb", "connectStartParams"):
        for reset in ("reset", "resetStart"):
            assert program.do(call, rds.conninfo()).startswith("ok"), program.message()
            assert program.do(reset).startswith("ok"), program.message()
            assert program.do("conninfo", "sslmode") == "verify-full"
            program.do("finish")
    rds.refuse_next()
    assert program.do("connectdb", rds.conninfo()) == "bad"
    assert "rds-db:connect" in program.message()
    program.do("finish")
    assert program.do("connectdb", rds.conninfo(sslmode="prefer", sslrootcert=None)) == "bad"
    assert program.do("reset") == "bad"
    assert program.end() == 0
