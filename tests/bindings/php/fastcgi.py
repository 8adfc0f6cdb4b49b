"""A page of PHP-FPM's: what a web server asks it for, in FastCGI 1.0."""

import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7


def record(kind, content=b""):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def pair(name, value):
    name, value = name.encode(), value.encode()
    sizes = b"".join(bytes([len(text)]) if len(text) < 128 else struct.pack("!I", len(text) | 1 << 31) for text in (name, value))
    return sizes + name + value


def listens(address):
    """Its socket is there a moment earlier."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(address)) == 0


def ask(address, script, query=""):
    """What the script prints, without its headers; what it complains of is an error."""
    params = {"SCRIPT_FILENAME": str(script), "REQUEST_METHOD": "GET", "QUERY_STRING": query, "SERVER_PROTOCOL": "HTTP/1.1"}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(address))
        connection.sendall(record(BEGIN, struct.pack("!HB5x", 1, 0))
                           + record(PARAMS, b"".join(pair(*one) for one in params.items())) + record(PARAMS) + record(STDIN))  # fmt: skip
        said, complained = b"", b""
        with connection.makefile("rb") as stream:
            while header := stream.read(8):
                _, kind, _, length, padding = struct.unpack("!BBHHBx", header)
                content = stream.read(length + padding)[:length]
                if kind == STDOUT:
                    said += content
                elif kind == STDERR:
                    complained += content
                elif kind == END:
                    break
    assert not complained, complained.decode()
    return said.partition(b"\r\n\r\n")[2].decode()
