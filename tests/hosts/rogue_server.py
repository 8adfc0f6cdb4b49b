"""A server that asks whoever comes for a password in clear text, with or without TLS, and keeps who came and what it was sent.
How it then goes on is scripted by address."""

import contextlib
import socket
import ssl
import struct
import subprocess
import threading

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
READY = b"R\0\0\0\x08\0\0\0\0" + b"K\0\0\0\x0c\0\0\0\x01\0\0\0\x01" + b"Z\0\0\0\x05I"


def error(sqlstate, text):
    fields = f"SFATAL\0VFATAL\0C{sqlstate}\0M{text}\0\0".encode()
    return b"E" + struct.pack("!I", len(fields) + 4) + fields


class RogueServer:
    """`manners`: address → "welcome", "refuse", "starting up" (an error before it asks), "hang up" (at once), "no TLS",
    "impatient" (hangs up when it has asked), "echo …{}…" (an error with the password in it); a list: one for each who comes, the last for all others. It listens on them, and where no port is given also on 127.0.0.1."""

    def __init__(self, folder, manners, port=0):
        self.manners, self.came, self.sent = manners, [], []
        key, certificate = folder / "rogue.key", folder / "rogue.crt"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=rogue",
             "-keyout", key, "-out", certificate], check=True, capture_output=True,
        )  # fmt: skip
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        first, *others = dict.fromkeys(manners if port else ["127.0.0.1", *manners])
        self.listeners = [socket.create_server((first, port))]
        self.port = self.listeners[0].getsockname()[1]
        self.listeners += [socket.create_server((address, self.port)) for address in others]
        for listener in self.listeners:
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def close(self):
        for listener in self.listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def accept(self, listener):
        with contextlib.suppress(OSError):  # closed
            while True:
                client, address = listener.accept()[0], listener.getsockname()[0]
                self.came.append(address)
                threading.Thread(target=self.serve, args=(client, address), daemon=True).start()

    def serve(self, client, address):
        with contextlib.suppress(OSError, EOFError):  # the client has gone
            with client:
                self.talk(client, address, self.manner_at(address))

    def manner_at(self, address):
        manner = self.manners.get(address, "refuse")
        if not isinstance(manner, list):
            return manner
        return manner.pop(0) if len(manner) > 1 else manner[0]

    def talk(self, client, address, manner):
        if manner == "hang up":
            return
        while (request := self.read_startup(client)) in (SSL_REQUEST, GSS_REQUEST):
            agrees = request == SSL_REQUEST and manner != "no TLS"
            client.sendall(b"S" if agrees else b"N")
            if agrees:
                client = self.tls.wrap_socket(client, server_side=True)
        if manner == "starting up":
            return client.sendall(error("57P03", "the database system is starting up"))
        client.sendall(b"R\0\0\0\x08\0\0\0\x03")
        if manner == "impatient":
            return
        self.sent.append((address, self.read_message(client)[:-1].decode()))
        if manner.startswith("echo "):
            return client.sendall(error("28000", manner[5:].format(self.sent[-1][1])))
        if manner != "welcome":
            return client.sendall(error("28000", 'PAM authentication failed for user "app_user"'))
        client.sendall(READY)
        while True:
            self.read_message(client)

    def read_startup(self, client):
        size, code = struct.unpack("!II", self.read(client, 8))
        self.read(client, size - 8)
        return code

    def read_message(self, client):
        _, size = struct.unpack("!cI", self.read(client, 5))
        return self.read(client, size - 4)

    @staticmethod
    def read(client, size):
        data = b""
        while len(data) < size:
            more = client.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data
