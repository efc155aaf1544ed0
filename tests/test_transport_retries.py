"""What is asked again, how long is waited, and what error ends it."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
import stamina
from loopback import Served, serving

import leadkit.errors as lk
from leadkit.auth import GivenToken
from leadkit.redaction import Secret
from leadkit.retry_after import asked_to_wait
from leadkit.transport import Call, Transport

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DATE = {"Date": format_datetime(NOW, usegmt=True)}


@pytest.fixture
def no_pauses():
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that would have been made; nobody sleeps."""
    made: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=made.append))
    return made


def a_call(origin: str, **fields) -> Call:
    return Call(
        **{"source": "leads", "operation": "getAllClassifiedLeads", "origin": origin, "path": "/leads"} | fields
    )


def a_transport(origin: str, **options) -> Transport:
    return Transport(auth=GivenToken(Secret("a-good-token")), origins=[origin], clock=lambda: NOW, **options)


def ask(*served, timeout=60.0, **fields):
    """Send one call to a server that gives these answers; the answer or the error, and how often it arrived."""
    with serving(*served) as server, a_transport(server.origin, timeout=timeout) as transport:
        try:
            outcome = transport.send(a_call(server.origin, **fields))
        except lk.LeadkitError as error:
            outcome = error
        (entry,) = transport.log.entries
    assert entry.attempts == len(server.arrived)
    return outcome, len(server.arrived)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_asked_again(status, no_pauses):
    answer, arrived = ask(Served(status=status), Served(status=status, body=b""), Served(body=b"[1]"))
    assert (answer.body, arrived) == (b"[1]", 3)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, lk.LeadkitError),
        (401, lk.Unauthorized),
        (403, lk.Forbidden),
        (404, lk.NotFound),
        (409, lk.LeadkitError),
        (422, lk.LeadkitError),
        (501, lk.ServerError),
    ],
)
def test_a_refusal_is_final(status, kind, no_pauses):
    error, arrived = ask(Served(status=status, body=b'{"errors": [{"errorId": 1001, "message": "No."}]}'))
    assert type(error) is kind
    assert (error.status, error.code, error.source, arrived) == (status, "1001", "leads", 1)
    assert f"leads: getAllClassifiedLeads answered {status}: 1001 No." in str(error)


@pytest.mark.parametrize(("status", "kind"), [(429, lk.RateLimited), (500, lk.ServerError), (503, lk.ServerError)])
def test_a_lasting_failure_ends_as_its_named_error(status, kind, no_pauses):
    error, arrived = ask(Served(status=status, body=b'{"errors": [{"errorId": 350000, "message": "Oops"}]}'))
    assert type(error) is kind
    assert (error.status, error.code, arrived) == (status, "350000", 4)
    assert "after 4 attempts" in str(error)


@pytest.mark.parametrize("fields", [{"idempotent": False}, {"attempts": 1}])
def test_what_may_not_be_repeated_is_sent_once(fields, no_pauses):
    error, arrived = ask(Served(status=503), **fields)
    assert (type(error), arrived) == (lk.ServerError, 1)


def test_a_body_that_the_peer_cuts_is_asked_again(no_pauses):
    answer, arrived = ask(Served(body=b'{"a"', length=1000), Served(body=b'{"a": 1}'))
    assert (answer.body, arrived) == (b'{"a": 1}', 2)


def test_a_gzip_body_that_ends_too_early_is_asked_again(no_pauses):
    packed = gzip.compress(bytes(10_000))
    zipped = {"Content-Encoding": "gzip"}
    answer, arrived = ask(Served(body=[packed[:-9]], headers=zipped), Served(body=packed, headers=zipped))
    assert (answer.body, arrived) == (bytes(10_000), 2)


@pytest.mark.parametrize(
    ("served", "code"),
    [
        (Served(body=b'{"a"', length=1000), "connection_broken"),
        (Served(body=[gzip.compress(b"{}")[:-1]], headers={"Content-Encoding": "gzip"}), "body_cut"),
        (Served(silent=True), "connection_broken"),
    ],
    ids=["cut", "cut gzip", "no answer"],
)
def test_a_connection_that_keeps_breaking_is_a_network_error(served, code, no_pauses):
    error, arrived = ask(served)
    assert (type(error), error.code, error.source, arrived) == (lk.NetworkError, code, "leads", 4)
    assert "in 4 attempts" in str(error)


def test_a_server_that_stays_silent_is_a_network_error_after_the_attempts(no_pauses):
    over = threading.Event()

    def silent(_):
        over.wait(10)
        return Served(silent=True)

    with serving(silent) as server, a_transport(server.origin, timeout=0.25) as transport:
        with pytest.raises(lk.NetworkError, match="time was up") as caught:
            transport.send(a_call(server.origin, attempts=2))
        over.set()
    assert (caught.value.code, caught.value.status, len(server.arrived)) == ("timeout", None, 2)


def test_a_body_that_drips_forever_is_given_up(no_pauses):
    over = threading.Event()

    def dripping(_):
        def drops():
            while not over.wait(0.02):
                yield b" "

        return Served(body=drops())

    with serving(dripping) as server, a_transport(server.origin, timeout=0.25) as transport:
        with pytest.raises(lk.NetworkError, match="did not end"):
            transport.send(a_call(server.origin, attempts=1))
        over.set()


def test_nobody_listening_is_a_network_error():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with stamina.set_testing(True, attempts=10, cap=True), a_transport(origin) as transport:
            with pytest.raises(lk.NetworkError, match="could not be made") as caught:
                transport.send(a_call(origin))
            (entry,) = transport.log.entries
    assert (caught.value.code, entry.attempts, entry.status) == ("connection_failed", 4, None)


@pytest.mark.parametrize(
    "fields",
    [{"headers": (("X-Bad", "two\nlines"),)}, {"headers": (("X-Bad", "t\u00f6ken"),)}, {"path": "/" + "x" * 100_000}],
    ids=["lines", "letter", "length"],
)
def test_a_request_that_is_no_http_is_not_repeated(fields, no_pauses):
    with (
        serving(Served()) as server,
        a_transport(server.origin) as transport,
        pytest.raises(lk.NetworkError, match="can't be written") as caught,
    ):
        transport.send(a_call(server.origin, **fields))
    assert (caught.value.code, server.arrived) == ("connection_failed", [])
    assert "X-Bad" not in str(caught.value)


def test_the_pauses_grow_and_vary_and_none_follows_the_last_attempt(pauses):
    ask(Served(status=500), attempts=6)
    again = list(pauses)
    pauses.clear()
    ask(Served(status=500), attempts=6)
    assert len(again) == len(pauses) == 5
    assert again != pauses
    assert all(0.5 * 2**turn <= pause <= 0.5 * 2**turn + 1 for turn, pause in enumerate(again))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30), ("-5", 0)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(status, header, seconds, pauses):
    answer, arrived = ask(Served(status=status, headers=DATE | {"Retry-After": header}), Served())
    assert (answer.status, arrived) == (200, 2)
    assert seconds <= pauses[0] <= seconds + 0.5


@pytest.mark.parametrize(("status", "header"), [(503, "86400"), (429, "200")])
def test_no_pause_is_longer_than_a_minute(status, header, pauses):
    ask(Served(status=status, headers={"Retry-After": header}))
    assert pauses == [60.0, 60.0, 60.0]


@pytest.mark.parametrize("header", ["soon", "nan", "inf", ""])
def test_a_retry_after_that_says_nothing_is_ignored(header, pauses):
    ask(Served(status=503, headers={"Retry-After": header}), Served())
    assert 0.5 <= pauses[0] <= 1.5


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "3600"},
        {"Retry-After": format_datetime(NOW + timedelta(hours=1), usegmt=True)},
        {"x-ebay-c-ratelimit-reset": "3600"},
        {"X-RateLimit-Reset": str(int(NOW.timestamp()) + 3600)},
        {"X-RateLimit-Reset": str((int(NOW.timestamp()) + 3600) * 1000)},
        {"RateLimit-Reset": "2026-11-02T07:00:00Z"},
        {"RateLimit-Reset": "2026-11-02T07:00:00"},
    ],
    ids=str,
)
def test_a_limit_that_resets_too_late_fails_at_once_and_says_when(headers, pauses):
    error, arrived = ask(Served(status=429, headers=DATE | headers))
    assert (type(error), arrived, pauses) == (lk.RateLimited, 1, [])
    assert error.resets_at == NOW + timedelta(hours=1)
    assert "resets at 2026-11-02 07:00:00 UTC" in str(error)


def test_a_reset_beyond_all_calendars_fails_at_once():
    error, arrived = ask(Served(status=429, headers={"Retry-After": "9" * 30}))
    assert (type(error), arrived, error.resets_at) == (lk.RateLimited, 1, None)


@pytest.mark.parametrize(
    "message",
    [
        "The daily call limit has been reached.",
        "You have used all calls for the day",
        "Limit of 5000 calls per day",
        "Application quota exceeded",
    ],
)
def test_a_spent_daily_quota_fails_at_once(message, pauses):
    body = json.dumps({"errors": [{"errorId": 2001, "message": "Too many requests", "longMessage": message}]}).encode()
    error, arrived = ask(Served(status=429, body=body))
    assert (type(error), error.code, arrived, pauses) == (lk.RateLimited, "2001", 1, [])
    assert "ask again tomorrow" in str(error)
    assert message in str(error)


@pytest.mark.parametrize("message", ["Too many requests.", "Quota per minute exceeded", "Slow down"])
def test_other_limits_are_waited_out(message, no_pauses):
    body = json.dumps({"errors": [{"errorId": 2001, "message": message}]}).encode()
    answer, arrived = ask(Served(status=429, body=body), Served())
    assert (answer.status, arrived) == (200, 2)


def test_a_header_without_a_reset_tells_no_wait():
    assert asked_to_wait({"x-ratelimit-limit": "5", "x-ratelimit-remaining": "0"}, NOW) is None
