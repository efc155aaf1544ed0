"""What did not fit: one row of its source, kind and column, told once, masked where it is personal."""

from __future__ import annotations

import json
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leadkit as lk
from leadkit.problems import ONE_ROW_EACH, QUIET, SCHEMA, Problem, Problems, as_dicts, frame


def body(*responses: Any, item: str = "110043671232", **more: Any) -> bytes:
    listing = {"itemId": item, "itemTitle": "A car", "responses": list(responses)}
    envelope = {"totalItems": 1, "totalLeads": len(responses), "classifiedLeads": [listing], **more}
    return json.dumps(envelope).encode()


def read(*bodies: bytes, **options: Any) -> list[dict[str, Any]]:
    """The problem rows of these bodies; the warning is looked at elsewhere."""
    found: list[dict[str, Any]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        lk.read_leads(list(bodies), problems=found, **options)
    return found


def test_misfits_of_one_kind_and_column_are_one_row_with_their_count() -> None:
    leads = [{"submittedTime": "2026-08-01T10:00:00Z"}, {"submittedTime": "soon"}, {"submittedTime": "later"}]
    (row,) = read(body(*leads))
    assert row == {
        "source": "leads",
        "kind": "bad_value",
        "column": "submitted_at",
        "row_key": lead_ids(body(*leads))[1],
        "count": 2,
        "example": "soon",
        "detail": "no time in ISO 8601",
    }


def lead_ids(sent: bytes) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        return lk.read_leads(sent)["lead_id"].to_list()


def test_the_first_body_lends_the_example_and_all_bodies_count() -> None:
    (row,) = read(body({"submittedTime": "soon"}), body({"submittedTime": "later"}, {"submittedTime": "never"}))
    assert (row["example"], row["count"]) == ("soon", 3)


@given(
    st.lists(
        st.builds(
            Problem,
            st.sampled_from(["leads", "messages"]),
            st.sampled_from(["bad_value", "unknown_key", "missing_thread", "missing_id"]),
            st.sampled_from([None, "fee", "body"]),
            st.none() | st.text("ab", max_size=2),
            st.integers(1, 9),
        )
    )
)
def test_nothing_that_is_added_is_lost(problems: list[Problem]) -> None:
    found = Problems()
    found.take(problems)
    assert sum(row.count for row in found) == sum(problem.count for problem in problems)
    single = [row for row in found if row.kind in ONE_ROW_EACH]
    assert single == [problem for problem in problems if problem.kind in ONE_ROW_EACH]
    merged = [(row.source, row.kind, row.column) for row in found if row.kind not in ONE_ROW_EACH]
    assert len(merged) == len(set(merged)) == len(found) - len(single)


def test_problems_from_many_threads_are_all_counted() -> None:
    found = Problems()

    def add_many() -> None:
        for _ in range(500):
            found.add(Problem("messages", "bad_value", "body"))

    workers = [threading.Thread(target=add_many) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [row.count for row in found] == [2000]


@pytest.mark.parametrize(
    ("wire", "column", "example"),
    [
        ({"email": {"address": "ann@example.com"}}, "email", "[30 characters]"),
        ({"contactInformation": {"phone": ["555-0100"]}}, "phone", "[12 characters]"),
        ({"additionalInformation": {"text": "secret plans"}}, "message", "[24 characters]"),
        ({"submittedTime": "ann@example.com"}, "submitted_at", "[15 characters]"),
        ({"submittedTime": "call 555-0100"}, "submitted_at", "[13 characters]"),
        ({"tradeInMake": {"a": "Ford"}}, "trade_in_make", '{"a": "Ford"}'),
        ({"leadFee": {"amount": {"value": "five"}}}, "fee", "five"),
    ],
)
def test_an_example_masks_what_is_personal_or_looks_so(wire: dict[str, Any], column: str, example: str) -> None:
    (row,) = read(body(wire))
    assert (row["column"], row["example"]) == (column, example)


def test_a_long_example_is_cut() -> None:
    (row,) = read(body({"tradeInYear": {"year": "x" * 1000}}))
    assert len(row["example"]) == 120
    assert row["example"].endswith("…")


def test_an_unknown_key_is_told_by_its_wire_path() -> None:
    (row,) = read(body({"newKey": "ann@example.com"}))
    assert (row["kind"], row["column"], row["example"]) == ("unknown_key", "classifiedLeads[].responses[].newKey", None)


def test_a_value_inside_a_list_is_told_by_the_column_of_the_list() -> None:
    wire = {"memberMessage": {"memberMessageExchange": [{"creationDate": "soon"}, {"creationDate": "2026-08-01"}]}}
    (row,) = read(body(wire))
    assert (row["column"], row["count"]) == ("exchanges[].created_at", 2)


def test_one_warning_says_how_many_and_points_at_the_users_line() -> None:
    with pytest.warns(lk.LeadkitWarning) as caught:
        lk.read_leads(body({"submittedTime": "soon", "leadFee": {"amount": {"value": "x"}}}, {"submittedTime": "x"}))
    (warning,) = caught
    assert str(warning.message) == "leads: bad_value (3) in submitted_at, fee. See .problems for the rows."
    assert Path(warning.filename) == Path(__file__)


@pytest.mark.parametrize("sent", [body({"newKey": 1}), body(), body({}, newKey=[1])], ids=["key", "empty", "envelope"])
def test_what_needs_no_decision_is_kept_without_a_warning(sent: bytes) -> None:
    found: list[dict[str, Any]] = []
    lk.read_leads(sent, problems=found)
    assert {row["kind"] for row in found} <= QUIET


def test_strict_raises_with_the_place_and_without_what_is_personal() -> None:
    sent = body({"email": "a"}, {"email": {"address": "ann@example.com"}}, {"submittedTime": "soon"})
    with pytest.raises(lk.BadResponse) as caught:
        lk.read_leads(sent, strict=True)
    said = str(caught.value)
    assert "2 value(s) do not fit, the first in email of" in said
    assert "Without strict=True they become null" in said
    assert "ann@" not in said
    assert caught.value.source == "leads"


@pytest.mark.parametrize("wire", [{}, {"newKey": 1}, {"submittedTime": "2026-08-01T10:00:00"}])
def test_strict_lets_pass_what_lost_no_value(wire: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        assert len(lk.read_leads(body(wire), strict=True)) == 1


def test_the_frame_has_its_columns_with_and_without_rows() -> None:
    assert frame([]).schema == SCHEMA == frame([Problem("leads", "cut")]).schema
    assert as_dicts([Problem("leads", "cut")]) == frame([Problem("leads", "cut")]).rows(named=True)


def test_nothing_odd_is_no_row_and_no_warning() -> None:
    assert read(body({"submittedTime": "2026-08-01T10:00:00Z"})) == []


@pytest.mark.parametrize(
    ("wire", "column", "example"),
    [
        ({"\ud800": "x"}, "classifiedLeads[].responses[].\ufffd", None),
        ({"leadStatus": "\ud83d"}, "status", "?"),
        ({"leadFee": {"amount": {"value": "\ude00 5"}}}, "fee", "? 5"),
    ],
)
def test_half_a_surrogate_pair_is_told_in_a_frame_too(wire: dict[str, Any], column: str, example: str | None) -> None:
    rows = read(body({"userId": "amy", **wire}))
    assert (column, example) in [(row["column"], row["example"]) for row in rows]
    assert frame(Problem(**row) for row in rows).to_dicts() == rows
