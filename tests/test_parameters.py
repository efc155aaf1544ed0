"""A wrong argument is found before anything is sent: the error names it, what is allowed, and the API's own code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Loopback, Served, serving

import leadkit as lk
from leadkit.errors import InvalidRequest, MissingColumns
from leadkit.parameters import CLOCK_SKEW, clamp_end, whole_seconds

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
LEADS = b'{"totalItems":0,"totalLeads":0,"classifiedLeads":[]}'
TALKS = b'{"total":0,"conversations":[]}'

A_TIME = "a date, a datetime or an ISO 8601 string"
WRONG: list[tuple[str, dict[str, Any], str, str, str | None]] = [
    # method, arguments, the parameter that is named, what is allowed, the API's code
    ("leads", {"start": "yesterday"}, "start", A_TIME, "352003"),
    ("leads", {"start": 20260801}, "start", A_TIME, "352003"),
    ("leads", {"start": True}, "start", A_TIME, "352003"),
    ("leads", {"end": "2026-02-30"}, "end", A_TIME, "352003"),
    ("leads", {"end": ""}, "end", A_TIME, "352003"),
    ("leads", {"end": ["2026-08-01"]}, "end", A_TIME, "352003"),
    ("leads", {"start": "0001-01-01", "zone": "Europe/Berlin"}, "start", A_TIME, "352003"),
    ("leads", {"end": "9999-12-31T23:00", "zone": "America/Chicago"}, "end", A_TIME, "352003"),
    ("leads", {"start": "0999-01-01"}, "start", A_TIME, "352003"),
    ("leads", {"start": "2026-11-02T06:00:01Z"}, "start", "a time in the past (it is 2026-11-02T06:00:00Z)", "352004"),
    ("leads", {"start": date(2030, 1, 1)}, "start", "a time in the past", "352004"),
    ("leads", {"start": "2026-11-02", "zone": "America/Los_Angeles"}, "start", "a time in the past", "352004"),
    ("leads", {"start": "2026-08-02", "end": "2026-08-01"}, "end", "a time after start=2026-08-02T00:00:00Z", "352005"),
    ("leads", {"start": "2026-08-01", "end": date(2026, 8, 1)}, "end", "a time after start", "352005"),
    ("leads", {"status": "NEW"}, "status", "'Answered', 'Unanswered' or None", "352006"),
    ("leads", {"status": "answered"}, "status", "'Answered', 'Unanswered' or None", "352006"),
    ("leads", {"status": ["Answered"]}, "status", "'Answered', 'Unanswered' or None", "352006"),
    ("leads", {"include_messages": "true"}, "include_messages", "True or False", "352007"),
    ("leads", {"include_messages": 1}, "include_messages", "True or False", "352007"),
    ("leads", {"include_messages": None}, "include_messages", "True or False", "352007"),
    ("leads", {"item_id": "abc"}, "item_id", "the number of a listing", "352002"),
    ("leads", {"item_id": "1/../2"}, "item_id", "the number of a listing", "352002"),
    ("leads", {"item_id": "000"}, "item_id", "the number of a listing", "352002"),
    ("leads", {"item_id": -5}, "item_id", "the number of a listing", "352002"),
    ("leads", {"item_id": "1" * 20}, "item_id", "the number of a listing", "352002"),
    ("leads", {"item_id": True}, "item_id", "the number of a listing", "352002"),
    ("leads", {"item_id": "１２"}, "item_id", "the number of a listing", "352002"),  # noqa: RUF001  digits, but not 0-9
    ("leads", {"item_id": ""}, "item_id", "the number of a listing", "352002"),
    ("leads", {"zone": "Mars/Olympus"}, "zone", "the name of a time zone such as 'UTC'", None),
    ("leads", {"zone": "../../etc/passwd"}, "zone", "the name of a time zone", None),
    ("leads", {"zone": "America"}, "zone", "the name of a time zone", None),
    ("leads", {"zone": None}, "zone", "the name of a time zone", None),
    ("leads", {"max_rows": 0}, "max_rows", "a whole number from 1, or None", None),
    ("leads", {"max_rows": -1}, "max_rows", "a whole number from 1, or None", None),
    ("leads", {"max_rows": 1.5}, "max_rows", "a whole number from 1, or None", None),
    ("leads", {"max_rows": "9"}, "max_rows", "a whole number from 1, or None", None),
    ("leads", {"max_rows": True}, "max_rows", "a whole number from 1, or None", None),
    ("conversations", {"conversation_type": "MEMBERS"}, "conversation_type", "'FROM_MEMBERS', 'FROM_EBAY'", "355002"),
    ("conversations", {"conversation_type": None}, "conversation_type", "it is required", "355017"),
    ("conversations", {"status": "OPEN"}, "status", "one of ACTIVE, ARCHIVED, DELETED, READ, UNREAD", "355001"),
    ("conversations", {"status": "active"}, "status", "one of ACTIVE", "355001"),
    ("conversations", {"start": "soon"}, "start", A_TIME, "355005"),
    ("conversations", {"end": 5}, "end", A_TIME, "355005"),
    ("conversations", {"start": "2026-12-01"}, "start", "a time in the past", None),
    ("conversations", {"start": "2026-08-02", "end": "2026-08-02"}, "end", "a time after start", "355004"),
    ("conversations", {"item_id": "x"}, "item_id", "the number of a listing", "355016"),
    ("conversations", {"reference": "LISTING"}, "reference", "a pair such as ('LISTING', '110043671232')", "355022"),
    ("conversations", {"reference": ("LISTING",)}, "reference", "a pair such as", "355022"),
    ("conversations", {"reference": ("", "5")}, "reference", "a pair that begins with its type", "355022"),
    ("conversations", {"reference": (None, "5")}, "reference", "a pair that begins with its type", "355022"),
    ("conversations", {"reference": ("ORDER", "5")}, "reference", "the type 'LISTING'", "355003"),
    ("conversations", {"reference": ("LISTING", "v1|5|0")}, "reference", "a positive whole number", "355016"),
    ("conversations", {"reference": ("LISTING", 0)}, "reference", "a positive whole number", "355016"),
    ("conversations", {"reference": ("LISTING", -1)}, "reference", "a positive whole number", "355016"),
    ("conversations", {"reference": ("LISTING", None)}, "reference", "a positive whole number", "355016"),
    (
        "conversations",
        {"reference": ("LISTING", "5"), "item_id": "5"},
        "reference",
        "either reference or item_id",
        "355016",
    ),
    ("conversations", {"other_party": ""}, "other_party", "the user name of the other one", "355006"),
    ("conversations", {"other_party": "  "}, "other_party", "the user name", "355006"),
    ("conversations", {"other_party": 5}, "other_party", "the user name", "355006"),
    ("conversations", {"page_size": 0}, "page_size", "a whole number from 1 to 50", "355009"),
    ("conversations", {"page_size": 51}, "page_size", "a whole number from 1 to 50", "355009"),
    ("conversations", {"page_size": "50"}, "page_size", "a whole number from 1 to 50", "355009"),
    ("conversations", {"page_size": None}, "page_size", "a whole number from 1 to 50", "355009"),
    ("conversations", {"max_rows": 0}, "max_rows", "a whole number from 1, or None", None),
    ("conversations", {"zone": ""}, "zone", "the name of a time zone", None),
    ("messages", {"max_rows": 0}, "max_rows", "a whole number from 1, or None", None),
    ("messages", {"max_rows": "1"}, "max_rows", "a whole number from 1, or None", None),
]


def an_id(case: object) -> str:
    return str(case)[:40]


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with serving(lambda arrived: Served(body=LEADS if "/sell/leads" in arrived.target else TALKS)) as running:
        yield running


@pytest.fixture
def ebay(server: Loopback) -> Iterator[lk.Ebay]:
    server.arrived.clear()
    with lk.Ebay("a-good-token", base_url=server.origin, clock=NOW, sellers="me") as account:
        yield account


def threads(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"conversation_id": list(ids), "conversation_type": ["FROM_MEMBERS"] * len(ids)})


@pytest.mark.parametrize(("method", "arguments", "parameter", "allowed", "code"), WRONG, ids=an_id)
def test_a_wrong_argument_is_refused_and_nothing_is_sent(  # noqa: PLR0917  pytest's parameters
    ebay: lk.Ebay,
    server: Loopback,
    method: str,
    arguments: dict[str, Any],
    parameter: str,
    allowed: str,
    code: str | None,
) -> None:
    first = (threads("1"),) if method == "messages" else ()
    with pytest.raises(InvalidRequest) as caught:
        getattr(ebay, method)(*first, **arguments)
    said = str(caught.value)
    assert said.startswith(f"{method}: {parameter}=")
    assert allowed in said
    assert "Nothing was sent." in said
    assert (caught.value.source, caught.value.code, caught.value.status) == (method, code, None)
    assert caught.value.errors[0]["parameters"][0]["name"] == parameter
    assert (code is None) == ("The API would answer with its error" not in said)
    assert code is None or f"its error {code}." in said
    assert isinstance(caught.value, ValueError)
    assert server.arrived == []
    assert ebay.requests.is_empty()


@pytest.mark.parametrize("wrong", [None, "3120000007", ["3120000007"], 5, {"conversation_id": ["1"]}])
def test_messages_of_something_else_than_a_frame_are_refused(ebay: lk.Ebay, server: Loopback, wrong: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"messages: conversations is a .*Nothing was sent"):
        ebay.messages(wrong)
    assert server.arrived == []


def test_messages_of_a_frame_without_its_columns_name_them_and_the_nearest(ebay: lk.Ebay, server: Loopback) -> None:
    with pytest.raises(MissingColumns, match=r"'conversation_id' \(did you mean 'conversationid'"):
        ebay.messages(pl.DataFrame({"conversationid": ["1"], "conversation_type": ["FROM_MEMBERS"]}))
    assert server.arrived == []


def test_a_long_argument_is_shown_in_short(ebay: lk.Ebay) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ebay.leads(status="x" * 10_000)
    assert len(str(caught.value)) < 400


RIGHT = [
    ("2026-08-01", "UTC", "2026-08-01T00:00:00Z"),
    (date(2026, 8, 1), "UTC", "2026-08-01T00:00:00Z"),
    ("2026-08-01", "America/Chicago", "2026-08-01T05:00:00Z"),
    (date(2026, 8, 1), "Europe/Berlin", "2026-07-31T22:00:00Z"),
    ("2026-08-01T09:00", "America/Chicago", "2026-08-01T14:00:00Z"),
    ("2026-08-01T09:00:00Z", "America/Chicago", "2026-08-01T09:00:00Z"),
    ("2026-08-01T09:00:00+02:00", "America/Chicago", "2026-08-01T07:00:00Z"),
    (datetime(2026, 8, 1, 9), "America/Chicago", "2026-08-01T14:00:00Z"),  # noqa: DTZ001  naive on purpose
    (datetime(2026, 8, 1, 9, tzinfo=timezone(timedelta(hours=-3))), "UTC", "2026-08-01T12:00:00Z"),
    ("2026-03-08T02:30", "America/Chicago", "2026-03-08T08:30:00Z"),  # an hour that the clocks leave out
]


@pytest.mark.parametrize(("given", "zone", "sent"), RIGHT, ids=an_id)
def test_a_time_is_sent_in_utc_and_read_in_its_zone(
    ebay: lk.Ebay, server: Loopback, given: Any, zone: str, sent: str
) -> None:
    ebay.leads(start=given, zone=zone)
    (arrived,) = server.arrived
    assert f"startTime={sent.replace(':', '%3A')}" in arrived.target


@pytest.mark.parametrize(
    ("method", "name", "clamped"), [("leads", "endTime", "05:59:00Z"), ("conversations", "end_time", "05:59:00.000Z")]
)
def test_an_end_in_the_future_is_clamped_and_told(
    ebay: lk.Ebay, server: Loopback, method: str, name: str, clamped: str
) -> None:
    with pytest.warns(lk.LeadkitWarning, match="clamped_end"):
        getattr(ebay, method)(start="2026-08-01", end="2027-01-01")
    assert f"{name}=2026-11-02T{clamped.replace(':', '%3A')}" in server.arrived[0].target
    (problem,) = ebay.problems.rows(named=True)
    assert (problem["kind"], problem["column"], problem["example"]) == ("clamped_end", "end", "2027-01-01T00:00:00Z")
    assert "2026-11-02T05:59:00Z is used" in problem["detail"]


def test_an_end_now_or_before_is_not_clamped(ebay: lk.Ebay, server: Loopback) -> None:
    ebay.leads(end=NOW)
    assert "endTime=2026-11-02T06%3A00%3A00Z" in server.arrived[0].target
    assert ebay.problems.is_empty()


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  timezones=


@given(MOMENTS, st.none() | MOMENTS)
def test_a_clamped_end_is_in_the_past_and_after_the_start(end: datetime, start: datetime | None) -> None:
    used = clamp_end(end, start, NOW)
    assert used is not None
    if end <= NOW:
        assert used == end
    elif start is None or start <= NOW - CLOCK_SKEW - timedelta(seconds=1):
        assert used == NOW - CLOCK_SKEW
    else:
        assert used == start + timedelta(seconds=1)


@given(st.none() | MOMENTS, st.none() | MOMENTS)
def test_whole_seconds_hold_all_of_the_span(start: datetime | None, end: datetime | None) -> None:
    low, high = whole_seconds(start, end)
    assert (low is None, high is None) == (start is None, end is None)
    if start and low:
        assert low.microsecond == 0
        assert timedelta(0) <= start - low < timedelta(seconds=1)
    if end and high:
        assert high.microsecond == 0
        assert high >= end
        assert high - end < timedelta(seconds=1) or (low is not None and high == low + timedelta(seconds=1))
        assert low is None or high > low
