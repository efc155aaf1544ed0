"""What the sandbox's Leads API answers and refuses."""

from collections.abc import Callable
from typing import Any

import httpx
import polars as pl
import pytest

from leadkit.sandbox import Dealership, Sandbox, leads_body

Ask = Callable[..., httpx.Response]


def rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [lead for listing in body.get("classifiedLeads", []) for lead in listing.get("responses", [])]


def test_a_list_without_bounds_is_the_body_that_is_made_without_http(ask: Ask, shop: Dealership) -> None:
    assert ask("classified_lead", {"includeMessages": "true"}).content == leads_body(shop)
    assert ask("classified_lead").content == leads_body(shop, messages=False)


def test_the_totals_count_listings_and_leads(ask: Ask, shop: Dealership) -> None:
    body = ask("classified_lead").json()
    assert body["totalItems"] == len(body["classifiedLeads"])
    assert body["totalLeads"] == len(rows(body)) == shop.truth["in_leads_api"].sum()


def test_messages_come_only_when_asked_for(ask: Ask, shop: Dealership) -> None:
    item_id = shop.truth.filter("in_leads_api")["item_id"][0]
    assert not any("memberMessage" in lead for lead in rows(ask("classified_lead").json()))
    assert not any(
        "memberMessage" in lead for lead in rows(ask("classified_lead", {"includeMessages": "false"}).json())
    )
    assert all("memberMessage" in lead for lead in rows(ask("classified_lead", {"includeMessages": "true"}).json()))
    assert all("memberMessage" in lead for lead in ask(f"classified_lead/{item_id}").json()["responses"])
    without = ask(f"classified_lead/{item_id}", {"includeMessages": "false"}).json()
    assert not any("memberMessage" in lead for lead in without["responses"])


def test_both_bounds_are_included(ask: Ask, shop: Dealership) -> None:
    second = pl.col("submitted_at").dt.truncate("1s")
    lead = shop.truth.filter("in_leads_api", second == pl.col("submitted_at")).row(5, named=True)
    at = lead["submitted_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
    after = f"{at[:-2]}{(int(at[-2]) + 1) % 10}Z" if at[-2] != "9" else f"{at[:-3]}{(int(at[-3]) + 1) % 6}0Z"
    texts = [
        lead["submittedTime"].replace(".000Z", "Z") for lead in rows(ask("classified_lead", {"startTime": at}).json())
    ]
    assert min(texts) == at
    until = rows(ask("classified_lead", {"endTime": at}).json())
    assert max(lead["submittedTime"].replace(".000Z", "Z") for lead in until) == at
    only = rows(ask("classified_lead", {"startTime": at, "endTime": max(at, after)}).json())
    assert at in {lead["submittedTime"].replace(".000Z", "Z") for lead in only}


def test_windows_that_share_their_boundary_hold_every_lead_once(ask: Ask, shop: Dealership) -> None:
    middle = {"before": {"endTime": "2026-09-15T12:00:00Z"}, "after": {"startTime": "2026-09-15T12:00:00Z"}}
    halves = [ask("classified_lead", query).json() for query in middle.values()]
    whole = ask("classified_lead").json()
    assert sum(half["totalLeads"] for half in halves) == whole["totalLeads"]
    listings = [{row["itemId"] for row in body["classifiedLeads"]} for body in (*halves, whole)]
    assert listings[0] | listings[1] == listings[2]


@pytest.mark.parametrize(("status", "kept"), [("Answered", "RESPONDED"), ("Unanswered", "NEW")])
def test_the_status_filter_speaks_of_answers(ask: Ask, shop: Dealership, status: str, kept: str) -> None:
    found = rows(ask("classified_lead", {"status": status}).json())
    assert {lead["leadStatus"] for lead in found} == {kept}
    assert len(found) == shop.truth.filter("in_leads_api", pl.col("status") == kept).height


def test_nothing_found_is_a_200_with_totals_of_zero(ask: Ask) -> None:
    answer = ask("classified_lead", {"endTime": "2020-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()) == (200, {"totalItems": 0, "totalLeads": 0})


def test_one_listing_comes_alone_and_without_totals(ask: Ask, shop: Dealership) -> None:
    item_id, count = shop.truth.filter("in_leads_api")["item_id"].value_counts(sort=True).row(0)
    body = ask(f"classified_lead/{item_id}").json()
    assert set(body) == {"itemId", "itemTitle", "responses"}
    assert (body["itemId"], len(body["responses"])) == (item_id, count)


def test_an_ended_listing_has_no_leads_any_more(ask: Ask, shop: Dealership) -> None:
    item_id = shop.truth.filter("listing_ended")["item_id"][0]
    assert not ask(f"classified_lead/{item_id}").json().get("responses")
    assert item_id not in {row["itemId"] for row in ask("classified_lead").json()["classifiedLeads"]}


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("classified_lead/nonsense", {}, 352002),
        ("classified_lead/111111111111", {}, 352002),
        ("classified_lead", {"startTime": "2026-08-01"}, 352003),
        ("classified_lead", {"startTime": "2026-08-01T00:00:00.000Z"}, 352003),
        ("classified_lead", {"startTime": "2026-08-01T00:00:00+00:00"}, 352003),
        ("classified_lead", {"endTime": "2026-02-30T00:00:00Z"}, 352003),
        ("classified_lead", {"endTime": ""}, 352003),
        ("classified_lead", {"startTime": "2026-11-03T00:00:00Z"}, 352004),
        ("classified_lead", {"endTime": "2026-11-03T00:00:00Z"}, 352004),
        ("classified_lead", {"startTime": "2026-09-01T00:00:00Z", "endTime": "2026-09-01T00:00:00Z"}, 352005),
        ("classified_lead", {"startTime": "2026-09-02T00:00:00Z", "endTime": "2026-09-01T00:00:00Z"}, 352005),
        ("classified_lead", {"status": "answered"}, 352006),
        ("classified_lead", {"status": "NEW"}, 352006),
        ("classified_lead", {"includeMessages": "True"}, 352007),
        ("classified_lead", {"includeMessages": "1"}, 352007),
    ],
)
def test_each_wrong_parameter_gets_its_documented_code(ask: Ask, path: str, query: dict[str, str], code: int) -> None:
    answer = ask(path, query)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["errorId"], error["domain"], error["category"]) == (
        400,
        code,
        "API_LEADS",
        "REQUEST",
    )
    assert error["message"]
    assert {one["name"] for one in error["parameters"]} <= {*query, "itemId"}


def test_a_date_is_in_the_past_by_the_frozen_clock(ask: Ask, shop: Dealership) -> None:
    now = shop.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ask("classified_lead", {"endTime": now}).json()["errors"][0]["errorId"] == 352004
    assert ask("classified_lead", {"endTime": "2026-11-02T06:00:30Z"}).status_code == 200


def test_every_answer_carries_the_frozen_date_and_no_other(ask: Ask, shop: Dealership) -> None:
    for answer in (ask("classified_lead"), ask("classified_lead", {"status": "x"})):
        assert answer.headers.get_list("date") == [shop.now.strftime("%a, %d %b %Y %H:%M:%S GMT")]


def test_gzip_comes_when_it_is_asked_for(ask: Ask) -> None:
    packed = ask("classified_lead", **{"Accept-Encoding": "gzip"})
    plain = ask("classified_lead", **{"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 3


@pytest.mark.parametrize("path", ["classified_lead", "classified_lead/1", "conversation", "conversation/1"])
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic abc", "Bearer expired-yesterday", "Bearer invalid", "nonsense"]
)
def test_a_missing_or_bad_token_is_refused(ask: Ask, path: str, header: str) -> None:
    answer = ask(path, Authorization=header)
    assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (401, 1001)


def test_any_other_token_is_a_way_in(ask: Ask) -> None:
    assert ask("classified_lead", Authorization="Bearer whatever").status_code == 200


def test_an_unknown_path_is_not_found(standing: Sandbox, ask: Ask) -> None:
    answer = ask("classified_lead/1/2")
    assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (404, 2002)
