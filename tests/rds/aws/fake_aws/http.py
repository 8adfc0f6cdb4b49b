"""What a service is to this package: a function from request to answer, served over real sockets."""

from __future__ import annotations  # Python 3.9, of Debian 11

import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LONGEST_BODY = 1 << 20


@dataclass
class Request:
    """What a client sent. Header names are lower case; `connection` numbers the service's connections."""

    service: str
    method: str
    path: str
    query: str
    headers: dict
    body: bytes
    connection: int
    problems: list = field(default_factory=list)

    @property
    def parameters(self):
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    @property
    def form(self):
        values = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        return {name: given[-1] for name, given in values.items()}

    @property
    def json(self):
        return json.loads(self.body)

    def problem(self, text):
        """Notes that a real service would not accept this, or that a client should not have done it."""
        self.problems.append(text)

    def record(self):
        record = {name: getattr(self, name) for name in ("service", "method", "path", "query", "headers", "connection")}
        return record | {"body": self.body.decode(errors="replace"), "problems": self.problems}


@dataclass
class Answer:
    status: int = 200
    body: str | bytes = ""
    headers: dict = field(default_factory=dict)


def json_answer(value, status=200, **headers):
    return Answer(status, json.dumps(value), {"Content-Type": "application/json"} | headers)


class Server:
    """Serves one service. `answer` is called with a Request; `fault` takes the next Fault that is due, if any."""

    def __init__(self, service, answer, fault, record, now, tls=None, address="127.0.0.1", port=0):
        self.service = service
        self.tls = tls is not None
        self.stopping = threading.Event()
        self._connections = 0
        self._lock = threading.Lock()
        functions = {"answer": answer, "fault": fault, "record": record, "now": now}
        members = {name: staticmethod(function) for name, function in functions.items()}
        Handler = type("Handler", (_Handler,), members | {"server_of_service": self})
        self._http = _Listener(address, port, Handler, tls)
        self.port = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def url(self, host="localhost"):
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def next_connection(self):
        with self._lock:
            self._connections += 1
            return self._connections

    def stop(self):
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address, port, handler, tls):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._tls = tls
        super().__init__((address, port), handler)

    def finish_request(self, request, client_address):
        # The handshake belongs to the connection's own thread: a client that stalls must not stall the others.
        try:
            request.settimeout(30)
            if self._tls:
                request = self._tls.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
        except (OSError, ssl.SSLError):
            pass  # the client did not trust us, or went away


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.number = self.server_of_service.next_connection()

    def handle_any(self):
        target = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length", 0)), LONGEST_BODY)
        request = Request(
            service=self.server_of_service.service,
            method=self.command,
            path=target.path,
            query=target.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            connection=self.number,
        )
        self.record(request)
        fault = self.fault(request)
        if fault is not None:
            return fault.happen(self, request)
        self.send(self.answer(request))

    do_GET = do_PUT = do_POST = handle_any

    def send(self, answer, length=None, cut=None):
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response_only(answer.status)
        headers = {"Date": formatdate(self.now(), usegmt=True), "Content-Length": str(length or len(body))}
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if cut is None else body[:cut])
        self.wfile.flush()

    def reset(self):
        """Closes with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_):
        pass
