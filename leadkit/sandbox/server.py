"""The sandbox as a server on loopback."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn

from leadkit.sandbox.crm_api import Budget
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.faults import Faults
from leadkit.sandbox.received import Received
from leadkit.sandbox.service import Service

HOST = "127.0.0.1"
SILENT = logging.CRITICAL + 1  # a fault that hangs up is no news to the user


class Sandbox:
    """The APIs on a free port of this machine, in a thread of this process; a context manager.

    Args:
        seed: Which dealership; also seeds the credentials and the faults.
        leads: How many leads it has.
        port: 0 takes a free one.
        dealership: One that was made before, in place of seed and leads.
        calls: How many calls LeadSquared takes ...
        per_seconds: ... in any so many seconds.
        approved: Whether eBay has let the application use the Leads API; if not, a consent that asks for it is refused.
    """

    def __init__(
        self,
        seed: int = 7,
        leads: int = 800,
        *,
        port: int = 0,
        dealership: Dealership | None = None,
        calls: int = 25,
        per_seconds: float = 5,
        approved: bool = True,
    ) -> None:
        self.dealership = dealership or Dealership(seed, leads)
        self._service = Service(self.dealership, Budget(calls, per_seconds), approved=approved)
        self._port = port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"<Sandbox {self.url if self._socket else 'not started'}: {self.dealership!r}>"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Serve; returns as soon as requests are taken."""
        if self._thread:
            raise RuntimeError("this sandbox is already running")
        self._socket = _listening(self._port)
        self._service.stopping = False
        self._server = uvicorn.Server(_configuration(self._service))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="sandbox", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.001)
        return self

    def stop(self) -> None:
        """Stop serving; a failure of the sandbox itself while it answered is raised now."""
        if not (self._server and self._thread and self._socket):
            return
        self._service.stopping = self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._server = self._thread = self._socket = None
        if self._service.crashes:
            raise RuntimeError("the sandbox failed while it answered a request") from self._service.crashes.pop()

    @property
    def url(self) -> str:
        """The origin of all its APIs."""
        if self._socket is None:
            raise RuntimeError("this sandbox is not running; start it first")
        return f"http://{HOST}:{self._socket.getsockname()[1]}"

    @property
    def token(self) -> str:
        """An access token with all scopes (any other string is one, too, unless it starts with expired or invalid)."""
        return self._service.tokens.token

    @property
    def client_id(self) -> str:
        """The application's id."""
        return self._service.tokens.client_id

    @property
    def client_secret(self) -> str:
        """The application's secret."""
        return self._service.tokens.client_secret

    @property
    def refresh_token(self) -> str:
        """The seller's consent; its form needs quotes in a shell and in an .env file."""
        return self._service.tokens.refresh_token

    @property
    def code(self) -> str:
        """The authorization code that the next exchange takes; each is good once."""
        return self._service.tokens.code

    @property
    def runame(self) -> str:
        """The application's RuName: what eBay's OAuth takes in the place of a redirect address."""
        return self._service.tokens.runame

    @property
    def access_key(self) -> str:
        """LeadSquared's access key."""
        return self._service.keys[0]

    @property
    def secret_key(self) -> str:
        """LeadSquared's secret key."""
        return self._service.keys[1]

    @property
    def requests(self) -> list[Received]:
        """What arrived so far, in order."""
        return self._service.requests

    @property
    def faults(self) -> Faults:
        """What shall go wrong."""
        return self._service.faults

    def let_pass(self, seconds: float) -> None:
        """Let time pass for authorization codes, which are good for 299 s; everything else stays frozen."""
        self._service.tokens.let_pass(seconds)

    def expire_tokens(self) -> None:
        """End every access token that was given out or used so far."""
        self._service.tokens.end()


def serve(
    port: int = 0, seed: int = 7, leads: int = 800, *, announce: Callable[[Sandbox], None] = lambda _: None
) -> None:
    """Serve until Ctrl-C; ``announce`` is handed the running sandbox."""
    try:
        with Sandbox(seed, leads, port=port) as sandbox:
            announce(sandbox)
            while True:
                time.sleep(0.5)
    except KeyboardInterrupt:
        return


def environment(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment variables that give a client the sandbox's credentials."""
    return {
        "LEADKIT_EBAY_CLIENT_ID": sandbox.client_id,
        "LEADKIT_EBAY_CLIENT_SECRET": sandbox.client_secret,
        "LEADKIT_EBAY_REFRESH_TOKEN": sandbox.refresh_token,
        "LEADKIT_EBAY_SELLERS": ",".join(sandbox.dealership.sellers),
        "LEADKIT_EBAY_BASE_URL": sandbox.url,
        "LEADKIT_EBAY_RUNAME": sandbox.runame,
        "LEADKIT_LEADSQUARED_ACCESS_KEY": sandbox.access_key,
        "LEADKIT_LEADSQUARED_SECRET_KEY": sandbox.secret_key,
        "LEADKIT_LEADSQUARED_BASE_URL": sandbox.url,
    }


def _listening(port: int) -> socket.socket:
    """Open the port; asyncio sends without delay only if the socket says that it is TCP (else 40 ms an answer)."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
    try:
        opened.bind((HOST, port))
    except OSError:
        opened.close()
        raise
    return opened


def _configuration(service: Service) -> uvicorn.Config:
    return uvicorn.Config(
        service.app(),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=SILENT,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
