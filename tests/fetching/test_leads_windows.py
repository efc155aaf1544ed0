"""Leads have no paging: one call, halved only where its answer fails by size; nothing lost, nothing doubled."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from apis import DATE, NOW, as_json, asked, asking, kinds, leads_api, leads_body, unheard
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Served

import leadkit as lk

START = datetime(2026, 8, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)
MOMENTS = st.one_of(
    st.integers(0, 12).map(lambda quarters: START + timedelta(days=46, milliseconds=250 * quarters)),
    st.integers(0, 92 * 86_400 * 4 - 1).map(lambda quarters: START + timedelta(milliseconds=250 * quarters)),
)
LEADS = st.lists(st.tuples(MOMENTS, st.sampled_from(["ann", "bo"])), max_size=25)


@settings(max_examples=12)
@given(LEADS, st.integers(13, 25), st.booleans(), st.booleans())
def test_halved_windows_give_what_one_answer_would_have_given(
    leads: list[tuple[datetime, str]], most: int, bounded_below: bool, bounded_above: bool
) -> None:
    span: dict[str, Any] = {"start": START if bounded_below else None, "end": END if bounded_above else None}
    with asking(leads_api(leads, 1000)) as (ebay, server):
        whole = ebay.leads(**span)
        assert len(server.arrived) == 1
    with asking(leads_api(leads, most)) as (ebay, server):
        halved = ebay.leads(**span)
        assert ebay.problems.is_empty() or set(ebay.problems["kind"]) == {"empty_listing"}
        assert (len(server.arrived) > 1) == (len(leads) > most)
    assert whole["lead_id"].n_unique() == len(whole) == len(leads)
    assert halved.sort("lead_id").equals(whole.sort("lead_id"))


def test_the_smallest_windows_still_share_their_boundary_seconds() -> None:
    """Sixteen leads around one second, exact repeats among them: every cut goes through it."""
    at = START + timedelta(days=46)
    leads = [(at + timedelta(milliseconds=500 * n), "ann") for n in range(-4, 8) for _ in range(2)]
    with asking(leads_api(leads, 6)) as (ebay, _):
        found = ebay.leads(start=START, end=END)
    assert Counter(found["submitted_at"]) == {moment: 2 for moment, _ in leads}
    assert found["lead_id"].n_unique() == len(leads)


def test_windows_meet_each_other_and_cover_the_whole_span() -> None:
    leads = [(START + timedelta(days=n), "ann") for n in range(90)]
    with asking(leads_api(leads, 12)) as (ebay, server):
        assert len(ebay.leads(start=START, end=END)) == 90
        answered = ebay.requests.with_row_index().filter(status=200)["index"]
    spans = [(query["startTime"], query["endTime"]) for query in map(asked, server.arrived)]
    distinct = list(dict.fromkeys(spans))  # each failing window is asked for more than once
    windows = sorted(distinct[index] for index in answered if index != 1)  # the probe
    assert (windows[0][0], windows[-1][1]) == ("2026-08-01T00:00:00Z", "2026-11-01T00:00:00Z")
    assert all(left[1] == right[0] for left, right in pairwise(windows))


def test_an_answer_above_the_cap_is_halved_and_one_below_is_not() -> None:
    bomb = Served(body=gzip.compress(bytes(65 * 2**20), 1), headers=DATE | {"Content-Encoding": "gzip"})
    leads = [(START + timedelta(days=3 * n), "ann") for n in range(30)]
    with asking(leads_api(leads, 20, bomb)) as (ebay, server):
        assert len(ebay.leads(start=START, end=END)) == 30
        assert len(server.arrived) == 4  # too much, the smallest window, the halves


@pytest.mark.parametrize("span", [{}, {"start": START}, {"end": END}, {"start": START, "end": END}], ids=str)
def test_a_server_that_always_fails_is_soon_given_up(span: dict[str, Any]) -> None:
    said = "leads: getAllClassifiedLeads answered 500 after 4 attempts"
    with asking(Served(status=500)) as (ebay, server), pytest.raises(lk.ServerError, match=said):
        ebay.leads(**span)
    assert len(server.arrived) == 6  # four attempts, and two at the smallest window


def test_leads_before_the_start_and_from_the_end_on_are_not_in_it() -> None:
    """The API takes whole seconds and includes both; what it sends beyond is left out here."""
    times = [START + timedelta(seconds=5, milliseconds=ms) for ms in (0, 250, 500, 750, 1000, 1500, 2000)]
    with asking(leads_api([(at, "ann") for at in times], 100)) as (ebay, server):
        found = ebay.leads(start=times[1], end=times[5])
    query = asked(server.arrived[0])
    assert (query["startTime"], query["endTime"]) == ("2026-08-01T00:00:05Z", "2026-08-01T00:00:07Z")
    assert found["submitted_at"].to_list() == times[1:5]


def test_leads_without_a_readable_time_are_kept() -> None:
    body = leads_body([(START, "ann")])
    body["classifiedLeads"][0]["responses"] += [{"userId": "bo"}, {"userId": "cy", "submittedTime": "soon"}]
    body["totalLeads"] = 3
    with asking(as_json(body)) as (ebay, _), pytest.warns(lk.LeadkitWarning, match="bad_value"):
        found = ebay.leads(start=START + timedelta(days=1), end=END)
    assert found["user_id"].to_list() == ["bo", "cy"]


def test_no_content_is_no_leads() -> None:
    with asking(Served(status=204, body=b"", headers=DATE)) as (ebay, _):
        found = ebay.leads()
        assert (found.height, found.width, ebay.problems.is_empty()) == (0, 25, True)
        assert ebay.requests["status"].to_list() == [204]


def test_a_listing_without_leads_is_told_and_one_that_has_some_elsewhere_is_not() -> None:
    leads = [(START + timedelta(days=1), "ann"), (START + timedelta(days=90), "bo")]
    with asking(leads_api(leads, 1)) as (ebay, _):
        assert len(ebay.leads(start=START, end=END)) == 2
        assert ebay.problems.is_empty()
    with asking(leads_api([], 1)) as (ebay, _):
        assert ebay.leads().is_empty()
        assert ebay.problems.select("kind", "row_key", "count").rows() == [("empty_listing", "110043671232", 1)]


def test_at_most_so_many_rows_come_and_that_there_are_more_is_told() -> None:
    leads = [(START + timedelta(days=n), "ann") for n in range(5)]
    with asking(leads_api(leads, 100)) as (ebay, _):
        assert len(ebay.leads(max_rows=5)) == 5
        assert ebay.problems.is_empty()
        with pytest.warns(lk.LeadkitWarning, match="more than max_rows=3 rows"):
            assert len(ebay.leads(max_rows=3)) == 3
        assert kinds(ebay) == {"cut": 1}


def test_strict_raises_where_a_value_does_not_fit() -> None:
    body = leads_body([(START, "ann")])
    body["classifiedLeads"][0]["responses"][0]["leadFee"] = {"amount": {"value": "much"}}
    with asking(as_json(body)) as (ebay, _):
        with pytest.raises(lk.BadResponse, match=r"1 value.s. do not fit, the first in fee of .*'much' is no amount"):
            ebay.leads(strict=True)
        with unheard():
            assert ebay.leads()["fee"].to_list() == [None]


@pytest.mark.parametrize(
    ("name", "off"), [("totalLeads", 1), ("totalLeads", -1), ("totalItems", 2), ("totalItems", -1)]
)
def test_a_total_that_does_not_fit_is_told_and_all_rows_are_there(name: str, off: int) -> None:
    body = leads_body([(START, "ann"), (NOW - timedelta(days=9), "bo")])
    body[name] += off
    with asking(as_json(body)) as (ebay, server):
        with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
            assert len(ebay.leads()) == 2
        assert ebay.problems.select("kind", "column", "example").rows() == [("total_mismatch", name, str(body[name]))]
    assert len(server.arrived) == 1
