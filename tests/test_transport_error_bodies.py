"""Every shape in which errors were seen, read into one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadkit.calls import Call, Reply
from leadkit.error_bodies import named_error
from leadkit.redaction import Secrets
from leadkit.transport import read_error_body

EBAY = {
    "errorId": 352003,
    "domain": "API_LEADS",
    "category": "REQUEST",
    "message": "Invalid date.",
    "longMessage": "Invalid date format in startTime.",
    "parameters": [{"name": "startTime", "value": "yesterday"}],
}
READ = {
    "code": "352003",
    "message": "Invalid date.",
    "long_message": "Invalid date format in startTime.",
    "parameters": [{"name": "startTime", "value": "yesterday"}],
    "domain": "API_LEADS",
    "category": "REQUEST",
}


def plain(message, code=None, **more):
    return {"code": code, "message": message, "parameters": [], "domain": None, "category": None} | more


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"errors": [EBAY, {"errorId": 2}]}, [READ, plain("2", "2")]),
        ({"error": [EBAY]}, [READ]),
        ([EBAY], [READ]),
        ({"errorMessage": {"error": [EBAY]}}, [READ]),
        ({"errorMessage": {"error": EBAY}}, [READ]),
        (
            {"errors": [{"code": "A1", "message": "No.", "parameter": [{"name": "limit", "value": 51}]}]},
            [plain("No.", "A1", parameters=[{"name": "limit", "value": "51"}])],
        ),
        (
            {"errors": [{"code": "A1", "message": "No.", "parameter": {"name": "limit"}}]},
            [plain("No.", "A1", parameters=[{"name": "limit", "value": ""}])],
        ),
        (
            {"error": "invalid_grant", "error_description": "it has ended"},
            [plain("it has ended", "invalid_grant")],
        ),
        ({"error": "invalid_grant"}, [plain("invalid_grant", "invalid_grant")]),
        (
            {"Status": "Error", "ExceptionType": "MXBadException", "ExceptionMessage": "Bad column"},
            [plain("Bad column", "MXBadException")],
        ),
        ({"Status": "Failed", "Message": {"Message": "Bad column"}}, [plain("Bad column")]),
        ({"errorMessage": "Gateway says no"}, [plain("Gateway says no")]),
        ({"strange": [1]}, [plain('{"strange": [1]}')]),
        ({"errors": ["just words"]}, [plain("just words")]),
        ({"errors": [{"errorId": True, "message": ["x"]}]}, [plain('{"errorId": true, "message": ["x"]}')]),
        ("just words", [plain("just words")]),
        ({}, []),
        ([], []),
        ({"errors": []}, []),
        (None, []),
        (17, []),
    ],
    ids=str,
)
def test_a_json_body_is_read(body, errors):
    assert read_error_body(json.dumps(body).encode()) == errors


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b"", []),
        (b"  \n", []),
        (b"Service Unavailable\n", [plain("Service Unavailable")]),
        (
            b"<html><head><title> 502 Bad\n Gateway </title></head><body>x</body></html>",
            [plain("502 Bad Gateway")],
        ),
        (b"<h1>Bad &amp; broken</h1><p>Sorry</p>", [plain("Bad & broken Sorry")]),
        (b'{"errors": [{"err', [plain('{"errors": [{"err')]),
        (b"\xff\xfe\xff", [plain("\ufffd\ufffd\ufffd")]),
        (b"\xef\xbb\xbfwords", [plain("words")]),
        (b"word " * 100_000, [plain(" ".join(["word"] * 40_000))]),
    ],
    ids=["empty", "blank", "text", "title", "page", "cut", "no text", "mark", "long"],
)
def test_a_body_that_is_no_json_is_read(body, errors):
    assert read_error_body(body) == errors


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"errors": ' * 50_000, b"<title" * 30_000, b"<" * 100_000, b"x" * 300_000]
)
def test_a_hostile_body_is_read(body):
    assert isinstance(read_error_body(body), list)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["errors", "error", "errorMessage", "Message", "errorId", "message", "parameters", "x"]),
            inner,
        )
    ),
)


@given(json_values.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_any_body_gives_errors_of_one_shape(body):
    for error in read_error_body(body):
        assert error.keys() - {"long_message"} == {"code", "message", "parameters", "domain", "category"}
        assert isinstance(error["message"], str)
        assert error["code"] is None or isinstance(error["code"], str)
        assert all(pair.keys() == {"name", "value"} for pair in error["parameters"])


def the_error(status: int, body: bytes):
    call = Call("leads", "getAllClassifiedLeads", "https://apiz.ebay.com", "/leads")
    return named_error(call, Reply(status, {}, body, datetime(2026, 11, 2, tzinfo=UTC)), secrets=Secrets())


def test_the_message_says_what_happened_why_and_what_to_do():
    error = the_error(400, json.dumps({"errors": [EBAY, {"errorId": 2, "message": "Also this."}]}).encode())
    assert str(error) == (
        "leads: getAllClassifiedLeads answered 400: 352003 Invalid date format in startTime. "
        "(startTime = yesterday); 2 Also this. Correct what it names; the same request would be refused again."
    )
    assert (error.code, error.status, error.source) == ("352003", 400, "leads")
    assert [listed["code"] for listed in error.errors] == ["352003", "2"]


def test_a_silent_refusal_says_so():
    error = the_error(403, b"")
    assert "answered 403 and did not say why. " in str(error)
    assert "limited release" in str(error)
    assert (error.code, error.errors) == (None, [])


def test_a_long_text_is_cut_in_the_message():
    error = the_error(500, b"word " * 1000)
    assert len(str(error)) < 600
    assert len(error.errors[0]["message"]) > 4000
