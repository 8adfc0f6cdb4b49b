"""Programs that pgiam exec runs in more than one file of tests."""


def psql(conninfo, sql="SELECT session_user"):
    return ["psql", "-XAtw", "-c", sql, conninfo]


# Takes libpq's functions from the library itself, where no preloaded function is found before them.
BY_HANDLE = """
import ctypes, sys
libpq = ctypes.CDLL((sys.argv + ["libpq.so.5"])[2])
for name in ("PQconnectdb", "PQuser", "PQhost"):
    getattr(libpq, name).restype = ctypes.c_void_p if name == "PQconnectdb" else ctypes.c_char_p
connection = ctypes.c_void_p(libpq.PQconnectdb(sys.argv[1].encode()))
print(libpq.PQstatus(connection), libpq.PQuser(connection).decode(), libpq.PQlibVersion())
maps = {line.split()[-1] for line in open("/proc/self/maps") if "/libpq.so" in line}
print("\\n".join(sorted(maps)))
"""
