"""The only file that sends: budget, retry, status to named error, request log."""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import random
import time
from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Protocol

import httpx
import stamina

from leadkit.bodies import Body, Broken
from leadkit.calls import Answer, Call, Reply, Sender, Verdict, check_origin, is_loopback
from leadkit.error_bodies import named_error, quota_is_spent, read_error_body
from leadkit.errors import BadResponse, InvalidRequest, LeadkitError, NetworkError, RateLimited
from leadkit.pace import Budget, Pace
from leadkit.redaction import QuietLogs, Secret, Secrets
from leadkit.request_log import RequestEntry, RequestLog
from leadkit.retry_after import asked_to_wait, http_date, resets_at

if TYPE_CHECKING:
    from leadkit.recording import Recorder

__all__ = [
    "Answer",
    "Budget",
    "Call",
    "Credentials",
    "RequestEntry",
    "RequestLog",
    "Secret",
    "Secrets",
    "Sender",
    "Transport",
    "check_origin",
    "read_error_body",
]


logging.getLogger("stamina").addHandler(logging.NullHandler())  # a retry is in `.requests`, not a line on the screen


class Credentials(Protocol):
    """What signs a request: a token or keys."""

    def token(self) -> Secret:
        """The token to send now."""

    def header(self, token: Secret, name: str) -> dict[str, str]:
        """The headers that carry the token, revealed: asked for only where a request goes out.

        `name` is the header that the call wants it in; ``Authorization`` makes it a bearer.
        """

    def renew(self, stale: Secret) -> bool:
        """Get another token in the place of this one; False where there is no way to."""


class Transport:
    """Sends calls over HTTP: one for each account, used by many threads at once.

    Args:
        auth: signs each request; None sends it bare.
        origins: where calls may go; others are refused before sending.
        clock: the time where the server does not tell it.
        secrets: what must not leave in any message.
        max_parallel: how many connections there are at most.
        budget: how many calls may go out in how many seconds.
        recorder: keeps each final answer.
        log: where calls are noted; a new one if None.
        timeout: the seconds without a sign of life after which a call is given up; ten times as much in all.
        max_body: the most bytes of an unpacked body.
        network: httpx's transport, for tests.
    """

    def __init__(
        self,
        *,
        auth: Credentials | None,
        origins: Collection[str],
        clock: Callable[[], datetime],
        secrets: Secrets | None = None,
        max_parallel: int = 8,
        budget: Budget | None = None,
        recorder: Recorder | None = None,
        log: RequestLog | None = None,
        timeout: float = 60.0,
        max_body: int = 64 * 2**20,
        network: httpx.BaseTransport | None = None,
    ) -> None:
        self.log = RequestLog() if log is None else log
        self.recorder = recorder
        self._auth = auth
        self._origins = frozenset(origins)
        self._clock = clock
        self._secrets = Secrets() if secrets is None else secrets
        self._timeout = timeout
        self._max_body = max_body
        self._pace = None if budget is None else Pace(budget)
        self._client = _client(self._origins, max_parallel, timeout, network)
        self._quiet = QuietLogs(self._secrets)

    def __repr__(self) -> str:
        return f"Transport({', '.join(sorted(self._origins))})"

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; closing twice does no harm."""
        self._client.close()
        self._quiet.end()

    def send(self, call: Call) -> Answer:
        """The answer to a call, after as many attempts as the call allows.

        Raises:
            InvalidRequest: the call goes to an origin that is not ours; nothing was sent.
            LeadkitError: the named error for what came back, or for what did not.
        """
        self._check(call)
        entry = self.log.begin(call.source, call.operation, self._clock())
        try:
            outcome = self._persist(call, entry)
        except (KeyboardInterrupt, SystemExit) as stop:
            raise _without_frames(stop)  # noqa: B904  its frames hold headers, and it has no other cause
        if outcome.error is not None:
            raise outcome.error
        return Answer.of(call, outcome.reply, entry)

    def _check(self, call: Call) -> None:
        if call.origin not in self._origins:
            raise InvalidRequest(
                f"{call.source}: {call.operation} would go to an origin that this account has no token for; "
                f"it sends to {', '.join(sorted(self._origins))} only.",
                source=call.source,
            )
        segments = call.path.split("/")
        if segments[0] or not call.path or {".", ".."} & set(segments) or "?" in call.path or "#" in call.path:
            raise InvalidRequest(
                f"{call.source}: {call.operation} has an id that would change the address of the call; "
                "an id is one url-encoded part of the path.",
                source=call.source,
            )

    def _persist(self, call: Call, entry: RequestEntry) -> _Outcome:
        """The outcome of the last attempt, noted in the log and recorded."""
        started = time.perf_counter()
        try:
            outcome = self._attempts(call, entry)
        finally:
            entry.seconds = time.perf_counter() - started
        if outcome.reply is not _NO_REPLY and self.recorder is not None:
            self.recorder.record(call, outcome.reply)
        return outcome

    def _attempts(self, call: Call, entry: RequestEntry) -> _Outcome:
        outcome = _Outcome()
        with contextlib.suppress(_TryAgain):
            for attempt in stamina.retry_context(
                on=_pause,
                attempts=call.attempts if call.idempotent else 1,
                timeout=None,
                wait_initial=0.5,
                wait_max=_LONGEST_WAIT,
            ):
                with attempt:
                    outcome = self._attempt(call, entry)
                    if outcome.retry:
                        raise _TryAgain(str(outcome.error), outcome.wait)
        return outcome

    def _attempt(self, call: Call, entry: RequestEntry) -> _Outcome:
        try:
            exchanged = self._signed(call, entry)
        except LeadkitError as error:  # no token to sign with
            return _Outcome(error=error)
        if isinstance(exchanged, Broken):
            entry.status = None
            return self._broken(call, exchanged, entry)
        reply, damage, verdict = exchanged
        entry.status, entry.bytes = reply.status, len(reply.body)
        if verdict is not None:
            return self._judged(call, reply, verdict, entry)
        if not 200 <= reply.status < 300:  # noqa: PLR2004  HTTP's successes
            return self._refused(call, reply, entry)
        return _Outcome(reply) if damage is None else self._broken(call, damage, entry)

    def _signed(self, call: Call, entry: RequestEntry) -> _Exchanged:
        """One exchange, and another with a renewed token when the first was refused for its token."""
        if self._auth is None:
            return self._exchange(call, entry, None)
        token = self._auth.token()
        exchanged = self._exchange(call, entry, _Signed(self._auth, token, call.token_header))
        if not _refuses_token(exchanged) or not self._auth.renew(token):
            return exchanged
        return self._exchange(call, entry, _Signed(self._auth, self._auth.token(), call.token_header))

    def _exchange(self, call: Call, entry: RequestEntry, signed: _Signed | None) -> _Exchanged:
        """One request and what came of it; no frame that holds its headers outlives this."""
        try:
            return self._over_http(call, entry, signed)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return _describe(error, self._secrets)
        except BaseException as error:  # noqa: BLE001  whatever it is goes on, without httpx's frames
            raise _without_frames(error)  # noqa: B904  as in send

    def _over_http(self, call: Call, entry: RequestEntry, signed: _Signed | None) -> _Exchanged:
        stream = self._client.stream(
            call.method, call.url, headers=list(call.headers), content=call.content, auth=signed
        )
        with contextlib.ExitStack() as opened:
            with self._turn():
                entry.attempts += 1
                response = opened.enter_context(stream)
            deadline = time.monotonic() + 10 * self._timeout
            headers = {name.lower(): value for name, value in response.headers.items()}
            body = Body(headers.get("content-encoding", "").strip().lower(), self._max_body)
            broken = self._read(response, body, deadline)
        told_at = http_date(headers.get("date"))
        reply = Reply(response.status_code, headers, body.content(), told_at or self._clock())
        return reply, broken, call.judge(reply) if call.judge is not None and broken is None else None

    def _turn(self) -> AbstractContextManager[None]:
        """The budget's leave to send; it ends when the server answers, not with the body."""
        return contextlib.nullcontext() if self._pace is None else self._pace.turn()

    def _read(self, response: httpx.Response, body: Body, deadline: float) -> Broken | None:
        """Read until the end, the cap or the deadline; what came so far stays in the body."""
        try:
            for chunk in response.iter_raw():
                if not body.feed(chunk):
                    return body.broken
                if time.monotonic() > deadline:
                    return Broken("timeout", f"the body did not end in {10 * self._timeout:g} seconds", retry=True)
        except httpx.HTTPError as error:
            return _describe(error, self._secrets)
        body.end()
        return body.broken

    def _broken(self, call: Call, broken: Broken, entry: RequestEntry) -> _Outcome:
        kind = NetworkError if broken.code in _OF_THE_NETWORK else BadResponse
        times = f" in {entry.attempts} attempts" if entry.attempts > 1 else ""
        advice = _NETWORK_ADVICE if kind is NetworkError else "The answer is of no use as it is."
        message = f"{call.source}: {call.operation} got no whole answer{times}: {broken.text}. {advice}"
        error = kind(self._secrets.redact(message), source=call.source, status=entry.status, code=broken.code)
        return _Outcome(error=error, retry=broken.retry)

    def _judged(self, call: Call, reply: Reply, verdict: Verdict, entry: RequestEntry) -> _Outcome:
        """The outcome for what an API said in the body, whatever the status."""
        wait = self._window_of(verdict.kind) if verdict.wait is None else verdict.wait
        until = resets_at(wait, reply.fetched_at)
        error = named_error(
            call, reply, secrets=self._secrets, attempts=entry.attempts, resets_at=until, verdict=verdict
        )
        again = verdict.retry and entry.attempts < (verdict.attempts or call.attempts)
        return _Outcome(reply, error, retry=again, wait=wait)

    def _window_of(self, kind: type[LeadkitError]) -> float | None:
        """What is waited after too many calls where nobody says how long: one window of the budget."""
        return self._pace.window if self._pace is not None and issubclass(kind, RateLimited) else None

    def _refused(self, call: Call, reply: Reply, entry: RequestEntry) -> _Outcome:
        """The outcome for a status that is no success: asked again, or final."""
        told = asked_to_wait(reply.headers, reply.fetched_at) if reply.status in _RETRIED else None
        too_many = reply.status == 429  # noqa: PLR2004  Too Many Requests
        spent = too_many and ((told or 0) > call.attempts * _LONGEST_WAIT or quota_is_spent(reply.body))
        wait = self._window_of(RateLimited) if too_many and told is None and not spent else told
        until = resets_at(wait, reply.fetched_at)
        error = named_error(call, reply, secrets=self._secrets, attempts=entry.attempts, resets_at=until)
        return _Outcome(reply, error, retry=reply.status in _RETRIED and not spent, wait=wait)


_LONGEST_WAIT = 60.0
_LONGEST_IDLE = 4.0
"""The seconds after which an idle connection is not used again: many servers close theirs after 5, at any moment."""
_RETRIED = frozenset({429, 500, 502, 503, 504})
_OF_THE_NETWORK = frozenset({"timeout", "connection_failed", "connection_broken", "body_cut"})
_NETWORK_ADVICE = (
    "Check the connection and the proxy settings, then ask again; a shorter time span makes smaller answers."
)
_NO_REPLY = Reply(0, {}, b"", datetime.min.replace(tzinfo=UTC))
_Exchanged = tuple[Reply, Broken | None, Verdict | None] | Broken


@dataclass(slots=True)
class _Outcome:
    """What one attempt came to."""

    reply: Reply = _NO_REPLY
    error: LeadkitError | None = None
    retry: bool = False
    wait: float | None = None


class _TryAgain(Exception):  # noqa: N818  it asks for something and is no error
    """Tells stamina to go on; carries the seconds that the API asked for."""

    def __init__(self, message: str, wait: float | None) -> None:
        super().__init__(message)
        self.wait = wait


class _Signed(httpx.Auth):
    """Puts the token on a request inside httpx, so that no frame of ours holds it."""

    def __init__(self, auth: Credentials, token: Secret, name: str) -> None:
        self._auth = auth
        self._token = token
        self._name = name

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.update(self._auth.header(self._token, self._name))
        yield request


def _refuses_token(exchanged: _Exchanged) -> bool:
    """Whether an answer says that the token is no good, in its status or in its body."""
    if isinstance(exchanged, Broken):
        return False
    reply, _, verdict = exchanged
    return reply.status == 401 if verdict is None else verdict.renew  # noqa: PLR2004  Unauthorized


def _pause(error: Exception) -> bool | float:
    """Whether to ask again, and the seconds to wait before where the API named some."""
    if not isinstance(error, _TryAgain):
        return False
    if error.wait is None:
        return True
    return min(error.wait + random.uniform(0.0, 0.5), _LONGEST_WAIT)  # threads that were told the same time spread


def _client(
    origins: frozenset[str], max_parallel: int, timeout: float, network: httpx.BaseTransport | None
) -> httpx.Client:
    return httpx.Client(
        transport=network,
        limits=httpx.Limits(
            max_connections=max_parallel, max_keepalive_connections=max_parallel, keepalive_expiry=_LONGEST_IDLE
        ),
        timeout=httpx.Timeout(timeout, connect=min(timeout, 15.0)),
        headers={"Accept-Encoding": "gzip", "User-Agent": f"leadkit/{importlib.metadata.version('leadkit')}"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # no answer changes a later request
        follow_redirects=False,
        trust_env=not all(is_loopback(origin) for origin in origins),  # a proxy can't reach this machine's loopback
    )


def _describe(error: Exception, secrets: Secrets) -> Broken:
    """What broke, as text: the exception itself holds the request with its headers."""
    if not isinstance(error, httpx.TransportError) or isinstance(error, httpx.LocalProtocolError):
        return Broken("connection_failed", "the request can't be written as HTTP", retry=False)
    said = secrets.redact(str(error)).strip().rstrip(".") or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return Broken("timeout", f"the time was up ({said})", retry=True)
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return Broken("connection_failed", f"the connection could not be made ({said})", retry=True)
    return Broken("connection_broken", f"the connection broke ({said})", retry=True)


def _without_frames(error: BaseException) -> BaseException:
    """The same exception without the frames and exceptions that it passed through."""
    error.__cause__ = error.__context__ = None
    error.with_traceback(None)
    return error
