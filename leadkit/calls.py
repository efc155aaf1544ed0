"""A request and its answer as values, and where a request may go."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from leadkit.errors import InvalidRequest, LeadkitError
from leadkit.redaction import Secret
from leadkit.request_log import RequestEntry, RequestLog


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        source: the table it is for, such as ``"leads"``.
        operation: the API's name for it, such as ``"getAllClassifiedLeads"``.
        origin: scheme, host and port, such as ``"https://apiz.ebay.com"``.
        path: begins with a slash; ids in it are already url-encoded.
        query: names and values, not yet encoded, in the order in which they are sent.
        idempotent: whether it may be sent again when nobody knows if it arrived.
        attempts: how often it is sent at most; 1 is never again.
        token_header: where the token travels: ``Authorization`` as a bearer, any other header bare.
        judge: reads in an answer what its status does not say; None trusts the status.
    """

    source: str
    operation: str
    origin: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may carry keys
    content: bytes | None = field(default=None, repr=False)  # may carry tokens
    idempotent: bool = True
    attempts: int = 4
    token_header: str = "Authorization"
    judge: Judge | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The whole address."""
        query = urlencode(self.query, quote_via=quote)
        return f"{self.origin}{self.path}" + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over the wire, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an API means by an answer whose status says something else, or nothing.

    Attributes:
        kind: the error that it is.
        errors: what the API listed, in the shape of `read_error_body`.
        advice: what to do; None for what is usually advised for this kind.
        retry: asking again may help.
        renew: the token is not accepted; a renewed one may be.
        wait: the seconds to wait before asking again, where they are known.
        attempts: how often to ask in all, where the API says so.
    """

    kind: type[LeadkitError]
    errors: Sequence[Mapping[str, Any]] = field(repr=False)
    advice: str | None = None
    retry: bool = False
    renew: bool = False
    wait: float | None = None
    attempts: int | None = None


Judge = Callable[[Reply], Verdict | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A success (2xx): the body as it came, and the server's word for when."""

    call: Call
    status: int
    body: bytes = field(repr=False)
    fetched_at: datetime
    headers: Mapping[str, str] = field(repr=False)
    entry: RequestEntry

    @classmethod
    def of(cls, call: Call, reply: Reply, entry: RequestEntry) -> Answer:
        """The answer that this reply is."""
        return cls(call, reply.status, reply.body, reply.fetched_at, reply.headers, entry)


class Sender(Protocol):
    """Whatever answers calls: the network, or a recording."""

    @property
    def log(self) -> RequestLog:
        """What was asked so far."""

    def send(self, call: Call) -> Answer:
        """The answer to a call, or the named error."""

    def close(self) -> None:
        """Let connections go."""


def check_origin(url: str | Secret, *, parameter: str = "base_url") -> str:
    """The bare origin of a URL that a token may go to: https, or http on this machine.

    Args:
        url: scheme, host and perhaps a port, such as ``"https://apiz.ebay.com"``; wrapped or not.
        parameter: the argument it came from, for the error.

    Raises:
        InvalidRequest: plain http to another machine, a user name, a path, a query, or no URL at all.
    """
    url = url if isinstance(url, Secret) else Secret(url)  # it may hold a password, and a traceback shows variables
    problem = _problem_of(url.reveal())
    if problem:
        raise InvalidRequest(
            f"{parameter} is refused: {problem}. Allowed is an https origin such as https://apiz.ebay.com, "
            "or http on this machine such as http://127.0.0.1:8000, without user name, path and query."
        )
    parts = urlsplit(url.reveal())
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def is_loopback(origin: str) -> bool:
    """Whether an origin is on this machine."""
    host = urlsplit(origin).hostname or ""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address in _LOOPBACK_4 if address.version == 4 else address == _LOOPBACK_6  # noqa: PLR2004  IPv4


_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOOPBACK_4 = ipaddress.ip_network("127.0.0.0/8")
_LOOPBACK_6 = ipaddress.ip_address("::1")


def _split(url: str) -> SplitResult | None:
    """The parts of a URL; None where it can't be taken apart without doubt."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and port != 0 else None


def _problem_of(url: str) -> str | None:
    """Why a token may not go there; it does not raise, for its frame has the URL."""
    parts = _split(url)
    return "it is not a URL" if parts is None else _origin_problem(parts)


def _origin_problem(parts: SplitResult) -> str | None:
    if parts.scheme not in _DEFAULT_PORTS:
        return "its scheme is neither https nor http"
    if "@" in parts.netloc:
        return "it carries a user name"
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return "it carries a path, a query or a fragment"
    if parts.scheme == "http" and not is_loopback(f"http://{parts.netloc}"):
        return "plain http would show the token to everyone on the way"
    return None
