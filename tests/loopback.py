"""A real HTTP server on loopback that answers as a test says."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Arrived:
    """One request as the server got it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Served:
    """One answer: chunks go out one by one; `cut` hangs up before the promised end."""

    status: int = 200
    body: bytes | Iterable[bytes] = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    silent: bool = False  # hang up without an answer


Script = Callable[[Arrived], Served]


class Loopback:
    """The running server: its origin and what arrived."""

    def __init__(self, script: Script) -> None:
        self.arrived: list[Arrived] = []
        self.sent = 0  # bytes of bodies that went out
        self.script = script
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        loopback = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                arrived = Arrived(
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length),
                    time.monotonic(),
                )
                with loopback._lock:
                    loopback.arrived.append(arrived)
                with contextlib.suppress(OSError):  # the client may hang up early: that is its right
                    self._answer(loopback.script(arrived))

            do_POST = do_GET  # noqa: N815  http.server's name

            def _answer(self, served: Served) -> None:
                whole = isinstance(served.body, bytes)
                self.close_connection = served.silent or not whole or served.length is not None
                if served.silent:
                    return
                self.send_response_only(served.status)
                headers = {"Content-Type": "application/json"} | served.headers
                if whole:
                    headers |= {"Content-Length": str(len(served.body) if served.length is None else served.length)}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for chunk in [served.body] if whole else served.body:
                    self.wfile.write(chunk)
                    loopback.sent += len(chunk)

        return Handler


@contextlib.contextmanager
def serving(*answers: Served | Script) -> Iterator[Loopback]:
    """A server that gives these answers in turn, and the last of them from then on."""
    left = list(answers)
    lock = threading.Lock()

    def script(arrived: Arrived) -> Served:
        with lock:
            answer = left.pop(0) if len(left) > 1 else left[0]
        return answer(arrived) if callable(answer) else answer

    loopback = Loopback(script)
    try:
        yield loopback
    finally:
        loopback.close()
