"""The hook as the dynamic linker sees it, and what it leaves behind in memory."""

import os
import re
import subprocess
from pathlib import Path

from conftest import LIBPQ_FILE
from hide_symbols import hide

ROOT = Path(__file__).resolve().parents[3]
HOOK = os.environ["PGIAM_TEST_HOOK"]


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_it_needs_libc_and_nothing_else():
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "--wide", "--dynamic", HOOK))
    assert [name for name in needed if not re.match(r"(libc|libm|libdl|libpthread|ld-linux[\w-]*)\.so", name)] == []


def functions(role):
    """Those of libpq's that have this role in the one list of them."""
    text = (ROOT / "hosts/common/libpq_functions.def").read_text()
    return set(re.findall(rf"^PGIAM_LIBPQ_{role}\((PQ\w+)", text, re.M))


def test_it_exports_what_it_stands_before_under_both_names_and_nothing_else():
    exported = {line.split()[-1] for line in output_of("nm", "-D", "--defined-only", HOOK).splitlines()}
    names = functions("INTERPOSED")
    assert exported == names | {f"pgiam_{name}" for name in names} | {"pgiam_behind_hook"}


def test_its_header_declares_what_it_exports():
    header = (ROOT / "sdk/include/pgiam_libpq.h").read_text()
    assert set(re.findall(r"\bpgiam_(PQ\w+)\(", header)) == functions("INTERPOSED")


def test_it_knows_every_function_of_libpq_that_could_connect():
    """By the names of the libpq at hand, and by what its header's functions return."""
    symbols = output_of("nm", "-D", "--defined-only", LIBPQ_FILE).splitlines()
    exported = {line.split()[-1].split("@")[0] for line in symbols}
    header = Path(output_of("pg_config", "--includedir").strip(), "libpq-fe.h").read_text()
    connecting = {name for name in exported if re.match("PQ(conn|reset|setdb|ping|cancel)", name)}
    kinds = "PGconn|PGcancelConn|PostgresPollingStatusType|PGPing"
    connecting |= set(re.findall(rf"^extern (?:{kinds})\s*\*?(PQ\w+)", header, re.M))
    assert {"PQconnectdbParams", "PQconnectPoll", "PQping"} <= connecting
    assert connecting - functions("INTERPOSED") - functions("CALLED") - functions("LEFT_ALONE") == set()


def libpq_without(folder, *names):
    """What a program needs to run on a libpq that lacks these functions."""
    hide(LIBPQ_FILE, folder / "libpq.so.5", names)
    return {"LD_LIBRARY_PATH": str(folder)}


def test_a_libpq_without_what_is_optional_gets_tokens(rds, client, tmp_path):
    libpq = libpq_without(tmp_path, "PQconnectionUsedPassword", "PQconnectionNeedsPassword", "PQsetdbLogin")
    program = client(PGIAM_REUSE_SECONDS="0", **libpq)
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert program.do("reset").startswith("ok"), program.message()
    program.do("finish")
    rds.refuse_next(2)  # credentials that were kept are looked for again, and tried once more
    assert program.do("connectdb", rds.conninfo()) == "bad"
    assert "rds-db:connect" in program.message()
    program.do("finish")
    assert program.do("setdbLogin", "localhost", "1", "d", "u", "p") == "bad"


def test_a_libpq_without_more_connects_as_if_the_hook_were_absent_and_it_says_why(rds, psql, tmp_path):
    libpq = libpq_without(tmp_path, "PQinstanceData")
    done = psql(rds.conninfo(user="plain"), PGPASSWORD="open sesame", **libpq)
    assert (done.returncode, done.stdout, done.stderr) == (0, "plain\n", "")
    done = psql(rds.conninfo(), **libpq)
    assert done.returncode != 0
    assert "lacks PQinstanceData" in done.stderr and "no password supplied" in done.stderr


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
    rds.refuse_next(2)  # credentials that were kept are looked for again, and tried once more
    assert program.do("connectdb", rds.conninfo()) == "bad"
    assert "rds-db:connect" in program.message()
    program.do("finish")
    assert program.do("connectdb", rds.conninfo(sslmode="prefer", sslrootcert=None)) == "bad"
    assert program.do("reset") == "bad"
    assert program.end() == 0
