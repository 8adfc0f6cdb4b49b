"""What the shim itself answers when it is asked why: driver managers differ in what they ask, and when."""

import pytest
from conftest import ANSI_SHIM, SHIM

# Calls the shim as a driver manager does. given: the shim, a connection string, "W" or "".
CALLS = """
from ctypes import *
driver, wide = CDLL(given[0]), given[2]
size = 2 if wide else 1
def text(value): return value.encode("utf-16-le") + b"\\0\\0" if wide else value.encode() + b"\\0"
def read(buffer, length): return buffer.raw[:length * size].decode("utf-16-le" if wide else "utf-8")
environment, connection = c_void_p(), c_void_p()
assert driver.SQLAllocHandle(c_short(1), None, byref(environment)) == 0
assert driver.SQLSetEnvAttr(environment, 200, c_void_p(3), 0) == 0
assert driver.SQLAllocHandle(c_short(2), environment, byref(connection)) == 0
def connect():
    function = getattr(driver, "SQLDriverConnect" + wide)
    return c_short(function(connection, None, text(given[1]), c_short(-3), None, c_short(0), None, c_ushort(0))).value
def record(number, room, kind=2):
    state, native, length = create_string_buffer(16), c_int(-1), c_short(-1)
    message = create_string_buffer(b"\\xee" * 4096, 4096)
    result = c_short(getattr(driver, "SQLGetDiagRec" + wide)(c_short(kind), connection, c_short(number), state, byref(native),
                                                             message, c_short(room), byref(length))).value
    assert message.raw[max(room, 0) * size:].strip(b"\\xee") == b""
    return result, read(state, 5), native.value, length.value, message
def field(number, which, room=4096):
    value, length = create_string_buffer(4096), c_short(-1)
    result = c_short(getattr(driver, "SQLGetDiagField" + wide)(c_short(2), connection, c_short(number), c_short(which), value,
                                                               c_short(room), byref(length))).value
    return result, value, length.value
"""

BUILDS = [(SHIM, ""), (SHIM, "W"), (ANSI_SHIM, "")]


@pytest.mark.parametrize("shim, kind", BUILDS)
def test_records_are_ours_until_the_next_call(shim, kind, python, string):
    code = CALLS + """
assert record(1, 100)[0] == 100
assert connect() == -1
result, state, native, length, message = record(1, 2000)
print(result, state, native, read(message, length).startswith("[pgiam] AWS_ACCESS_KEY_ID is set"))
assert record(1, 2000)[:4] == (0, state, native, length)  # it may be read again
assert record(1, length + 1)[0] == 0
result, _, _, whole, message = record(1, 10)
print(result, whole == length, repr(read(message, 9)), message.raw[9 * size:10 * size] == bytes(size))
print(record(1, 0)[0], record(2, 100)[0], record(0, 100)[0], record(1, -1)[0], record(1, 100, kind=3)[0] in (100, -1, -2))
driver.SQLSetConnectAttr(connection, 103, c_void_p(5), 0)
print(record(1, 100)[0])
"""
    printed = python(code, shim, string(), kind, AWS_SECRET_ACCESS_KEY="").splitlines()
    assert printed == ["0 28000 204 True", "1 True '[pgiam] A' True", "1 100 -1 -1 True", "100"]


@pytest.mark.parametrize("shim, kind", BUILDS)
def test_fields_say_the_same_as_records(shim, kind, python, string):
    code = CALLS + """
assert connect() == -1
number = field(0, 2)[1]
print(c_int.from_buffer(number).value, c_short.from_buffer(field(0, 1)[1]).value, c_int.from_buffer(field(1, 5)[1]).value)
result, value, length = field(1, 4)
print(result, read(value, 5), length == 5 * size)
result, value, length = field(1, 6)
print(result, read(value, length // size)[:9], length == record(1, 2000)[3] * size)
result, value, length = field(1, 6, 4 * size)
print(result, read(value, 3), value.raw[3 * size:5 * size] == bytes(2 * size))
print([field(1, which)[0] for which in (8, 9, 10, 11)], field(2, 4)[0], field(1, 999)[0])
"""
    printed = python(code, shim, string(), kind, AWS_SECRET_ACCESS_KEY="").splitlines()
    assert printed == ["1 -1 204", "0 28000 True", "0 [pgiam] A True", "1 [pg True", "[0, 0, 0, 0] 100 -1"]


@pytest.mark.parametrize("shim, kind", BUILDS)
def test_the_drivers_own_records_are_served_where_there_are_none_of_ours(shim, kind, python, string):
    code = CALLS + """
assert connect() == -1
result, state, native, length, message = record(1, 2000)
print(result, state, "does not exist" in read(message, length), "pgiam" in read(message, length))
"""
    assert python(code, shim, string(Database="nowhere"), kind) == "0 08001 True False\n"


def test_a_freed_handle_leaves_no_record_behind(python, string):
    code = CALLS + """
for _ in range(50):
    assert connect() == -1
    driver.SQLFreeHandle(c_short(2), connection)
    assert driver.SQLAllocHandle(c_short(2), environment, byref(connection)) == 0
    assert record(1, 100)[0] == 100
"""
    python(code, SHIM, string(), "W", AWS_SECRET_ACCESS_KEY="")
