"""Calls over real HTTP on loopback: what goes out, what comes back, what is refused."""

from __future__ import annotations

import gzip
import json
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import polars as pl
import pytest
import stamina
from loopback import Arrived, Served, serving

import leadkit.errors as lk
from leadkit.auth import GivenToken
from leadkit.bodies import Body
from leadkit.redaction import Secret
from leadkit.transport import Budget, Call, RequestLog, Transport, check_origin

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
PATH = "/sell/leads/v1/classified_lead"


@pytest.fixture
def no_pauses():
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


def a_transport(*origins: str, token: str | None = "v^1.1#i^1#a-good-token", **options) -> Transport:
    auth = GivenToken(Secret(token)) if token else None
    return Transport(auth=auth, origins=origins, clock=lambda: NOW, **options)


def a_call(origin: str, **fields) -> Call:
    return Call(**{"source": "leads", "operation": "getAllClassifiedLeads", "origin": origin, "path": PATH} | fields)


def send(served, **fields):
    with serving(served) as server, a_transport(server.origin) as transport:
        return transport.send(a_call(server.origin, **fields)), server


def test_a_call_arrives_as_it_was_declared():
    query = (("startTime", "2026-08-01T00:00:00Z"), ("filter", "a b&c=ä"))
    _, server = send(Served(), query=query, headers=(("X-Extra", "yes"),))
    (arrived,) = server.arrived
    assert arrived.method == "GET"
    assert arrived.target == PATH + "?startTime=2026-08-01T00%3A00%3A00Z&filter=a%20b%26c%3D%C3%A4"
    assert arrived.headers["authorization"] == "Bearer v^1.1#i^1#a-good-token"
    assert arrived.headers["accept-encoding"] == "gzip"
    assert arrived.headers["user-agent"].startswith("leadkit/")
    assert arrived.headers["x-extra"] == "yes"


def test_a_body_is_sent_with_its_method():
    _, server = send(Served(), method="POST", content=b'{"a": 1}')
    assert (server.arrived[0].method, server.arrived[0].body) == ("POST", b'{"a": 1}')


def test_credentials_of_a_netrc_file_never_replace_the_token(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password of-the-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    _, server = send(Served())
    assert server.arrived[0].headers["authorization"].startswith("Bearer ")


def test_no_credentials_of_a_netrc_file_are_sent_without_a_token(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password of-the-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(Served()) as server, a_transport(server.origin, token=None) as transport:
        transport.send(a_call(server.origin))
    assert "authorization" not in server.arrived[0].headers


def test_loopback_is_reached_past_a_proxy_of_the_environment(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer, _ = send(Served())
    assert answer.status == 200


def test_an_answer_has_its_body_its_headers_and_the_time_of_the_server():
    served = Served(body=b'{"a": "\xc3\xa4"}', headers={"Date": "Sun, 01 Nov 2026 07:30:00 GMT", "X-Some": "Thing"})
    answer, _ = send(served)
    assert answer.body == b'{"a": "\xc3\xa4"}'
    assert answer.headers["x-some"] == "Thing"
    assert answer.fetched_at == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}])
def test_the_clock_tells_the_time_where_the_server_does_not(date):
    answer, _ = send(Served(headers=date))
    assert answer.fetched_at == NOW


def test_a_204_is_an_answer_without_a_body():
    answer, _ = send(Served(status=204, body=b"", headers={"Content-Encoding": "gzip"}))
    assert (answer.status, answer.body) == (204, b"")


def test_a_gzip_body_is_unpacked():
    packed = gzip.compress(b'{"a": 1}') + gzip.compress(b" ")  # two members, as some proxies make
    answer, _ = send(Served(body=packed, headers={"Content-Encoding": "gzip"}))
    assert answer.body == b'{"a": 1} '


def test_cookies_are_not_given_back():
    with serving(Served(headers={"Set-Cookie": "seen=1; Path=/"})) as server, a_transport(server.origin) as transport:
        transport.send(a_call(server.origin))
        transport.send(a_call(server.origin))
    assert "cookie" not in server.arrived[1].headers


def test_a_gzip_bomb_is_not_read_to_its_end():
    piece = gzip.compress(bytes(2**24))  # 16 MB in 16 kB
    bomb = Served(body=(piece for _ in range(2000)), headers={"Content-Encoding": "gzip"})
    with (
        serving(bomb) as server,
        a_transport(server.origin, max_body=2**20) as transport,
        pytest.raises(lk.BadResponse, match="1,048,576 bytes") as caught,
    ):
        transport.send(a_call(server.origin))
    assert caught.value.code == "body_too_large"
    assert server.sent < 1000 * len(piece)
    assert len(server.arrived) == 1


def test_a_small_chunk_that_holds_gigabytes_is_unpacked_up_to_the_cap():
    bomb = gzip.compress(bytes(2**26))
    tracemalloc.start()
    try:
        body = Body("gzip", 2**16)
        assert body.feed(bomb) is False
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert body.broken.code == "body_too_large"
    assert len(body.content()) == 2**16
    assert peak < 2**20


@pytest.mark.parametrize("size", [1000, 1001])
def test_the_cap_is_exact(size):
    with serving(Served(body=b"x" * size)) as server, a_transport(server.origin, max_body=1000) as transport:
        if size == 1000:
            assert transport.send(a_call(server.origin)).body == b"x" * 1000
        else:
            with pytest.raises(lk.BadResponse, match="larger than 1,000 bytes"):
                transport.send(a_call(server.origin))


@pytest.mark.parametrize(
    ("encoding", "code"), [("br", "unknown_encoding"), ("gzip", "bad_encoding")], ids=["brotli", "no gzip"]
)
def test_a_body_that_can_not_be_unpacked_is_a_bad_response(encoding, code):
    with pytest.raises(lk.BadResponse) as caught:
        send(Served(body=b"not packed at all", headers={"Content-Encoding": encoding}))
    assert (caught.value.code, caught.value.status, caught.value.source) == (code, 200, "leads")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_only_its_host_is_told(status):
    with serving(Served()) as elsewhere:
        location = elsewhere.origin.replace("://", "://user:pass@") + "/steal?token=abc"
        with pytest.raises(lk.BadResponse, match=r"redirect to 127\.0\.0\.1 was refused") as caught:
            send(Served(status=status, headers={"Location": location}))
        assert elsewhere.arrived == []
    assert "steal" not in str(caught.value)
    assert "pass" not in str(caught.value)
    assert caught.value.code == "redirect_refused"


def test_a_call_to_another_origin_is_refused_before_sending():
    with serving(Served()) as ours, serving(Served()) as other, a_transport(ours.origin) as transport:
        with pytest.raises(lk.InvalidRequest, match="no token for"):
            transport.send(a_call(other.origin))
        assert other.arrived == []
        assert ours.arrived == []


@pytest.mark.parametrize("path", ["@evil.example/", "", "/a/../b", "/a/./b", "/a?b", "/a#b"])
def test_a_path_that_would_change_the_address_is_refused_before_sending(path):
    with serving(Served()) as server, a_transport(server.origin) as transport:
        with pytest.raises(lk.InvalidRequest, match="change the address"):
            transport.send(a_call(server.origin, path=path))
        assert server.arrived == []


def test_no_more_connections_are_open_than_allowed():
    lock, open_now, most = threading.Lock(), 0, 0

    def slow(_: Arrived) -> Served:
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        time.sleep(0.02)
        with lock:
            open_now -= 1
        return Served()

    with (
        serving(slow) as server,
        a_transport(server.origin, max_parallel=3) as transport,
        ThreadPoolExecutor(12) as pool,
    ):
        answers = list(pool.map(transport.send, [a_call(server.origin)] * 24))
    assert len(answers) == 24
    assert most == 3


def test_a_budget_spreads_the_calls_and_counts_the_attempts(no_pauses):
    with (
        serving(Served(status=503), Served()) as server,
        a_transport(server.origin, budget=Budget(calls=3, per_seconds=0.3)) as transport,
    ):
        for _ in range(6):
            transport.send(a_call(server.origin))
    moments = [arrived.at for arrived in server.arrived]
    assert len(moments) == 7
    assert all(later - earlier >= 0.3 for earlier, later in zip(moments, moments[3:], strict=False))


def test_the_log_has_one_row_for_each_call_in_the_order_of_start(no_pauses):
    body = json.dumps({"errors": [{"errorId": 352003, "message": "no date"}]}).encode()
    with (
        serving(Served(status=503), Served(), Served(status=400, body=body)) as server,
        a_transport(server.origin) as transport,
    ):
        answer = transport.send(a_call(server.origin))
        with pytest.raises(lk.LeadkitError):
            transport.send(a_call(server.origin, source="conversations", operation="getConversations"))
        answer.entry.rows, answer.entry.total = 7, 8
        frame = transport.log.frame()
    assert frame.select("at", "source", "operation", "status", "attempts", "rows", "total", "bytes").rows() == [
        (NOW, "leads", "getAllClassifiedLeads", 200, 2, 7, 8, 2),
        (NOW, "conversations", "getConversations", 400, 1, None, None, len(body)),
    ]
    assert (frame["seconds"] > 0).all()


def test_the_log_has_the_same_columns_when_it_is_empty():
    schema = {
        "at": pl.Datetime("us", "UTC"),
        "source": pl.String,
        "operation": pl.String,
        "status": pl.Int64,
        "ack": pl.String,
        "attempts": pl.Int64,
        "rows": pl.Int64,
        "total": pl.Int64,
        "bytes": pl.Int64,
        "seconds": pl.Float64,
        "correlation_id": pl.String,
        "version": pl.String,
        "build": pl.String,
    }
    log = RequestLog()
    assert dict(log.frame().schema) == schema
    log.begin("leads", "x", NOW)
    assert dict(log.frame().schema) == schema


def test_a_transport_can_be_closed_twice():
    transport = a_transport("https://apiz.ebay.com", budget=Budget(1, 1))
    transport.close()
    transport.close()
    assert repr(transport) == "Transport(https://apiz.ebay.com)"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://apiz.ebay.com", "https://apiz.ebay.com"),
        ("HTTPS://APIZ.ebay.com:443/", "https://apiz.ebay.com"),
        ("https://gate.example:8443", "https://gate.example:8443"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_https_or_on_this_machine(url, origin):
    assert check_origin(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://apiz.ebay.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "http://2130706433",
        "http://0.0.0.0",
        "http://[::ffff:10.0.0.1]",
        "https://user:hidden-word@apiz.ebay.com",
        "https://apiz.ebay.com/sell?token=hidden-word",
        "https://apiz.ebay.com/#hidden-word",
        "https://apiz.ebay.com/sell",
        "ftp://apiz.ebay.com",
        "apiz.ebay.com",
        "https://",
        "https://apiz.ebay.com:0",
        "https://apiz.ebay.com:port",
        "https://apiz.ebay.com\\@evil.example",
        "https://apiz.ebay.com\n",
        "https://ebäy.example",
        "https://[::1",
        "",
    ],
)
def test_any_other_origin_is_refused_without_being_repeated(url):
    with pytest.raises(lk.InvalidRequest, match="site is refused") as caught:
        check_origin(url, parameter="site")
    assert "hidden-word" not in str(caught.value)
    assert caught.value.__context__ is None
