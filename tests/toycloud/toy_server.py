"""The toy's token server: each GET hands out a new token, which the database then takes as the password of its user."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ToyServer:
    def __init__(self, accept, life=600):
        """`accept(token)` makes the database take it, and no other from then on."""
        self.accept, self.life, self.issued, self.may_answer = accept, life, [], threading.Event()
        self.may_answer.set()
        self.is_honest = True
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                token = outer.issue()
                outer.may_answer.wait(60)
                self.send_response(200)
                self.send_header("Content-Length", str(len(token)))
                self.end_headers()
                self.wfile.write(token.encode())

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def issue(self):
        """A new token. One that is not honest, the database never hears of."""
        with self._lock:
            token = f"toy.{len(self.issued) + 1}.{int(time.time() + self.life)}"
            self.issued.append(token)
            if self.is_honest:
                self.accept(token)
        return token

    def close(self):
        self._server.shutdown()
        self._server.server_close()
