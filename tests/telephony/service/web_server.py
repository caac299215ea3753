"""A web service of the business's: takes what is posted, and answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALENDAR_PATH, MESSAGES_PATH = "/appointments", "/messages"
REPLIES = {CALENDAR_PATH: {"time": "ten thirty"}}


@dataclass(slots=True)
class WebServer:
    """What came in, by path."""

    port: int
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def posted_to(self, path: str) -> list[dict[str, Any]]:
        return [content for where, content in self.posted if where == path]


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Open inside the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            opened.posted.append((self.path, json.loads(self.rfile.read(length))))
            reply = json.dumps(REPLIES.get(self.path, {})).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *told: object) -> None:
            """Silent: what came in is looked at by the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        opened = WebServer(server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield opened
        finally:
            server.shutdown()
            thread.join()
