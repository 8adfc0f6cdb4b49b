"""Servers that are not quite PostgreSQL: certificates with faults, odd questions, poolers' words. Each speaks as far as its
script goes; none checks a password. A tunnel is one, too."""

import contextlib
import socket
import ssl
import struct
import subprocess
import threading

ASKS = {"trust": 0, "kerberos": 2, "cleartext": 3, "gss": 7, "sspi": 9}
SUBJECT = "/CN=odd"


def certificate(folder, name, host, *, days=("20000101000000Z", "20991231235959Z"), signed_by="itself"):
    """A PEM file of key and certificate for `host`, valid within `days`; by a CA that is made once a folder, or by itself."""
    work = folder / name
    work.mkdir()
    (work / "index").touch()
    (work / "config").write_text(
        "[req]\ndistinguished_name = name\nprompt = no\n[name]\n[ca]\ndefault_ca = odd\n[odd]\ndatabase = index\nnew_certs_dir = .\n"
        "rand_serial = yes\ndefault_md = sha256\npolicy = anything\n[anything]\ncommonName = supplied\n"
        "[authority]\nbasicConstraints = critical, CA:true\nkeyUsage = critical, keyCertSign\n"
        f"[server]\nbasicConstraints = critical, CA:false\nsubjectAltName = DNS:{host}\n"
    )

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=work, check=True, capture_output=True)

    def request(file, common_name):
        openssl("req", "-config", "config", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", f"/CN={common_name}", "-keyout", f"{file}.key", "-out", f"{file}.csr")  # fmt: skip

    dates = ["-startdate", days[0], "-enddate", days[1]]
    sign = ["ca", "-config", "config", "-batch", "-notext", "-in"]
    request("server", name)
    if signed_by == "itself":
        openssl(*sign, "server.csr", "-extensions", "server", "-selfsign", "-keyfile", "server.key", "-out", "server.crt", *dates)
    else:
        request("authority", f"CA of {name}")
        ever = ["-startdate", "20000101000000Z", "-enddate", "20991231235959Z"]
        openssl(*sign, "authority.csr", "-extensions", "authority", "-selfsign", "-keyfile", "authority.key", "-out", "authority.crt", *ever)
        openssl(*sign, "server.csr", "-extensions", "server", "-keyfile", "authority.key", "-cert", "authority.crt", "-out", "server.crt", *dates)
        (work / "ca.pem").write_text((work / "authority.crt").read_text())
    (work / "server.pem").write_text((work / "server.crt").read_text() + (work / "server.key").read_text())
    return work / "server.pem"


def message(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


def error(sqlstate, text, *, of_postgres=True):
    fields = f"SFATAL\0{'VFATAL' if of_postgres else ''}{chr(0) if of_postgres else ''}C{sqlstate}\0M{text}\0"
    if of_postgres:
        fields += "Fauth.c\0L331\0Rauth_failed\0"
    return message(b"E", fields.encode() + b"\0")


def forward(client, port):
    """A tunnel: bytes go both ways until one end has had enough."""
    with socket.create_connection(("127.0.0.1", port)) as server:

        def pump(source, sink):
            with contextlib.suppress(OSError):
                while data := source.recv(9999):
                    sink.sendall(data)
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=pump, args=(server, client), daemon=True)
        back.start()
        pump(client, server)
        back.join()


class Gone(Exception):
    pass


class OddServer:
    """`script`: {"ask": a word of ASKS, "md5" or "scram"; "before": an error in place of the question; "after": what
    answers a password, b"" closes; "tls": "N" and what else answers the request for TLS; "tls_at_most": a version;
    "wants_certificate": of the client}."""

    def __init__(self, pem, script):
        self.script = script
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        if "tls_at_most" in script:
            self.context.maximum_version = ssl.TLSVersion[script["tls_at_most"]]
        if "wants_certificate" in script:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(pem)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError, ssl.SSLError, Gone), client:
            client.settimeout(60)
            if "raw" in self.script:
                return self.script["raw"](client)
            if "to" in self.script:
                return forward(client, self.script["to"])
            answer = self.script.get("tls", b"S")
            while struct.unpack("!II", self.exactly(client, 8))[1] == 80877104:
                client.sendall(b"N")
            client.sendall(answer)
            if answer == b"S":
                with self.context.wrap_socket(client, server_side=True) as tls:
                    self.talk(tls)

    @staticmethod
    def exactly(connection, size):
        got = b""
        while len(got) < size:
            more = connection.recv(size - len(got))
            if not more:
                raise Gone
            got += more
        return got

    def packet(self, connection):
        return self.exactly(connection, struct.unpack("!I", self.exactly(connection, 4))[0] - 4)

    def talk(self, tls):
        self.packet(tls)
        if "before" in self.script:
            return tls.sendall(self.script["before"])
        ask = self.script.get("ask", "cleartext")
        if ask == "md5":
            tls.sendall(message(b"R", struct.pack("!I", 5) + b"salt"))
        elif ask == "scram":
            tls.sendall(message(b"R", struct.pack("!I", 10) + b"SCRAM-SHA-256\0\0"))
        else:
            tls.sendall(message(b"R", struct.pack("!I", ASKS[ask])))
        self.exactly(tls, 1)
        self.packet(tls)
        if self.script.get("after"):
            tls.sendall(self.script["after"])
        return None
