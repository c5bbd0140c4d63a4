"""A chat service of the test's own: a web server on a free port that keeps what is posted to it."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Takes JSON posts and hands them out in order; `refusals` of them are answered with 503 first."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.refused = threading.Event()  # one was
        self.posts: queue.Queue[dict[str, Any]] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def next(self, seconds: float = 30.0) -> str:
        """Return the text of the next message.

        Raises:
            queue.Empty: none came in time.
        """
        return str(self.posts.get(timeout=seconds)["text"])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                refused = receiver.refusals > 0
                receiver.refusals -= refused
                if not refused:
                    receiver.posts.put(json.loads(body))
                else:
                    receiver.refused.set()
                self.send_response(503 if refused else 200)
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        return Handler
