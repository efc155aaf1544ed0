"""A server on loopback whose answers are a function of the request."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

DATE = "Mon, 02 Nov 2026 06:00:00 GMT"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def parameters(self) -> dict[str, str]:
        """The query of a request that gives each parameter once."""
        assert all(len(values) == 1 for values in self.query.values()), self.query
        return {name: value for name, (value,) in self.query.items()}


Answer = tuple[int, dict[str, str], bytes]
Answering = Callable[[Asked], Answer]


def as_json(body: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


@dataclass
class Server:
    """A running server: where it is, and what arrived."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def answering(answer: Answering | Answer) -> Iterator[Server]:
    """Serve this answer, or what this function says, until the end of the block."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = _asked(self, body)
            server.asked.append(asked)
            status, headers, body = answer(asked) if callable(answer) else answer
            self.send_response_only(status)
            for name, value in {"Date": DATE, **headers}.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server looks for this name

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.block_on_close = False
        server = Server(f"http://127.0.0.1:{listening.server_port}")
        thread = threading.Thread(target=listening.serve_forever, args=(0.005,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def _asked(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> Asked:
    target = urlsplit(handler.path)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    return Asked(handler.command, target.path, parse_qs(target.query, keep_blank_values=True), headers, body)
