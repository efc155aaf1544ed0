"""Pages and chunks: as few calls as can be, and no lead lost to a page that is short, repeated or moved."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from crm_api import Crm, as_json, asked, asking, kinds, lead, leads_of, unheard
from loopback import Arrived, Served

import leadkit as lk

TEN = [lead(number) for number in range(10)]
IDS = [f"id-{number:05d}" for number in range(10)]


def test_ten_thousand_ids_are_ten_calls_of_a_thousand_rows() -> None:
    many = [lead(number) for number in range(10_000)]
    with asking(crm_api := Crm(many)) as (crm, _):
        found = crm.leads([one["ProspectID"] for one in many])
        assert crm.problems.is_empty()
        assert crm.requests.select("source", "rows", "total").unique().rows() == [("crm_leads", 1000, 10_000)]
    assert found["prospect_id"].to_list() == [one["ProspectID"] for one in many]
    assert sorted(crm_api.calls) == [(10_000, page, 1000) for page in range(1, 11)]


def test_more_than_ten_thousand_ids_are_split() -> None:
    ids = [f"id-{number:05d}" for number in range(20_001)]
    with asking(crm_api := Crm([lead(0), lead(9_999), lead(10_000), lead(20_000)])) as (crm, _), unheard():
        found = crm.leads(ids)
        assert crm.problems.filter(pl.col("kind") != "missing_id").is_empty()
    assert found["prospect_id"].to_list() == ["id-00000", "id-09999", "id-10000", "id-20000"]
    assert sorted(crm_api.calls) == [(1, 1, 1000), (10_000, 1, 1000), (10_000, 1, 1000)]


@pytest.mark.parametrize(("size", "calls"), [(1, 10), (3, 4), (5, 2), (9, 2), (10, 1), (1000, 1)])
def test_the_page_size_is_sent_and_the_count_tells_how_many_pages_there_are(size: int, calls: int) -> None:
    with asking(crm_api := Crm(TEN)) as (crm, _):
        found = crm.leads(IDS, page_size=size)
        assert crm.problems.is_empty()
    assert found["prospect_id"].to_list() == IDS
    assert sorted(crm_api.calls) == [(10, page, size) for page in range(1, calls + 1)]


def test_a_server_that_cuts_its_pages_shorter_loses_nothing() -> None:
    with asking(crm_api := Crm(TEN, at_most=3)) as (crm, _), unheard():
        found, problems = crm.leads(IDS), crm.problems
    assert found["prospect_id"].to_list() == IDS
    assert kinds(problems) == ["moved_pages"]
    assert [ids for ids, *_ in crm_api.calls] == [10, 7, 4, 1]


def test_a_server_that_repeats_its_first_page_loses_nothing() -> None:
    crm_api = Crm(TEN)

    def first_page(arrived: Arrived) -> Served:
        body = json.loads(arrived.body)
        body["Paging"]["PageIndex"] = 1
        return crm_api(Arrived("POST", "", {}, json.dumps(body).encode(), 0.0))

    with asking(first_page) as (crm, _), unheard():
        found, problems = crm.leads(IDS, page_size=4), crm.problems
    assert found["prospect_id"].to_list() == IDS
    assert set(kinds(problems)) == {"moved_pages", "duplicate"}


def test_a_list_that_moves_between_the_pages_loses_nothing() -> None:
    def moving(arrived: Arrived) -> Served:
        ids, _, page, _ = asked(arrived)
        if len(ids) < 10:
            return Crm(TEN)(arrived)
        order = TEN if page == 1 else TEN[3:] + TEN[:3]  # the first ones were changed, and stand last now
        return Crm(order)(arrived)

    with asking(moving) as (crm, server), unheard():
        found, problems = crm.leads(IDS, page_size=4), crm.problems
    assert found["prospect_id"].to_list() == IDS
    assert set(kinds(problems)) == {"moved_pages", "duplicate"}
    assert len(server.arrived) == 4


def test_a_count_that_is_too_high_is_told_and_ends() -> None:
    with asking(crm_api := Crm(TEN[:3], more=2)) as (crm, _):
        with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
            found = crm.leads(IDS[:5])
        problems = crm.problems
        assert crm.requests["total"].to_list() == [5, 2]
    assert len(found) == 3
    assert problems.filter(kind="total_mismatch").select("column", "example", "detail").rows() == [
        ("RecordCount", "5", "the API's RecordCount says 5, 3 came")
    ]
    assert crm_api.calls == [(5, 1, 1000), (2, 1, 1000)]


def test_a_count_that_is_too_low_is_told() -> None:
    found, problems = leads_of({"RecordCount": 1, "Leads": TEN[:3]}, IDS[:3])
    assert len(found) == 3
    assert kinds(problems) == ["total_mismatch"]


def test_an_absurd_count_asks_for_no_more_pages_than_there_are_ids() -> None:
    with asking(as_json({"RecordCount": 10**12, "Leads": TEN[:2]})) as (crm, server), unheard():
        assert len(crm.leads(IDS[:2], page_size=1)) == 2
        assert len(server.arrived) == 2
        assert kinds(crm.problems) == ["duplicate", "total_mismatch"]


@pytest.mark.parametrize(
    "body", [{"RecordCount": 0}, {"RecordCount": 0, "Leads": []}, {"RecordCount": 0, "Leads": None}]
)
def test_an_empty_answer_is_no_rows(body: dict[str, Any]) -> None:
    found, problems = leads_of(body)
    assert found.is_empty()
    assert kinds(problems) == ["missing_id"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"RecordCount":5}', "'RecordCount' says 5, but 'Leads' is absent"),
        (b'{"RecordCount":5,"Leads":null}', "'Leads' is absent"),
        (b'{"RecordCount":"3","Leads":[]}', "'RecordCount' is not a count: '3'"),
        (b'{"RecordCount":null,"Leads":[]}', "'RecordCount' is not a count"),
        (b'{"RecordCount":-1,"Leads":[]}', "'RecordCount' is not a count"),
        (b'{"RecordCount":1.5,"Leads":[]}', "'RecordCount' is not a count"),
        (b"{}", "lacks 'RecordCount'"),
        (b"[]", "is a JSON list"),
        (b'{"recordcount":0}', "lacks 'RecordCount'"),
        (b'{"Leads":[]}', "lacks 'RecordCount'"),
        (b'{"RecordCount":1,"Leads":{"ProspectID":"id-1"}}', "a list of rows belongs there"),
        (b'{"RecordCount":1,"Leads":[{"ProspectID":"id-1"}', "is not JSON"),
        (b"", "is empty"),
        (b"<html><title>Maintenance</title></html>", "is an HTML page"),
    ],
    ids=str,
)
def test_a_body_that_is_not_what_the_api_promises_is_no_empty_answer(body: bytes, words: str) -> None:
    with asking(Served(body=body)) as (crm, server), pytest.raises(lk.BadResponse, match="crm_leads") as caught:
        crm.leads(["id-1"])
    assert words in str(caught.value)
    assert (caught.value.source, caught.value.status, len(server.arrived)) == ("crm_leads", 200, 1)


def test_max_rows_asks_for_no_more_pages_than_it_needs_and_says_that_there_are_more() -> None:
    with asking(crm_api := Crm(TEN)) as (crm, _):
        with pytest.warns(lk.LeadkitWarning, match="max_rows=3"):
            found = crm.leads(IDS, page_size=2, max_rows=3)
        assert kinds(crm.problems) == ["cut"]
    assert found["prospect_id"].to_list() == IDS[:3]
    assert len(crm_api.calls) == 2


def test_max_rows_ends_between_two_chunks_of_ids() -> None:
    ids = [f"id-{number:05d}" for number in range(20_001)]
    with asking(crm_api := Crm(TEN)) as (crm, _), unheard():
        assert len(crm.leads(ids, max_rows=9)) == 9
        assert len(crm_api.calls) == 1
        assert len(crm.leads(ids, max_rows=10)) == 10
    assert len(crm_api.calls) == 4


def test_max_rows_that_are_not_reached_change_nothing() -> None:
    with asking(Crm(TEN)) as (crm, _):
        assert len(crm.leads(IDS, max_rows=10, page_size=3)) == 10
        assert crm.problems.is_empty()


def test_the_request_is_the_one_of_the_page() -> None:
    with asking(Crm(TEN)) as (crm, server):
        crm.leads(IDS[:1], ["FirstName"], page_size=7)
    (arrived,) = server.arrived
    assert (arrived.method, arrived.target) == ("POST", "/v2/LeadManagement.svc/Leads/Retrieve/ByIds")
    assert arrived.headers["content-type"] == "application/json"
    assert json.loads(arrived.body) == {
        "SearchParameters": {"LeadIds": ["id-00000"]},
        "Columns": {"Include_CSV": "ProspectID,FirstName"},
        "Paging": {"PageIndex": 1, "PageSize": 7},
    }


def test_the_fetch_is_timed_by_the_server() -> None:
    found, _ = leads_of({"RecordCount": 1, "Leads": TEN[:1]}, IDS[:1])
    assert found["fetched_at"].dt.to_string("%Y-%m-%d %H:%M:%S").to_list() == ["2026-11-02 06:00:00"]
