"""What the sandbox's Message API answers and refuses."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import polars as pl
import pytest

from leadkit.sandbox import Dealership, conversations_body, thread_body

Ask = Callable[..., httpx.Response]

MEMBERS = {"conversation_type": "FROM_MEMBERS"}


def sweep(ask: Ask, query: dict[str, str]) -> list[dict[str, Any]]:
    """Follow ``next`` by its query to the end."""
    page = ask("conversation", query).json()
    found: list[dict[str, Any]] = page["conversations"]
    while "next" in page:
        page = ask("conversation", dict(parse_qsl(urlsplit(page["next"]).query))).json()
        found += page["conversations"]
    return found


def test_pages_hold_every_conversation_once(ask: Ask, shop: Dealership) -> None:
    found = [row["conversationId"] for row in sweep(ask, {**MEMBERS, "limit": "50"})]
    assert sorted(found) == sorted(
        one.conversation_id for one in shop.threads if one.conversation_type == "FROM_MEMBERS"
    )


def test_pages_are_the_bodies_that_are_made_without_http(ask: Ask, shop: Dealership) -> None:
    query = {"conversation_type": "FROM_EBAY", "limit": "10", "offset": "10"}
    assert ask("conversation", query).content == conversations_body(shop, "FROM_EBAY", limit=10, offset=10)
    thread = shop.threads[3]
    query = {"conversation_type": thread.conversation_type, "limit": "50", "offset": "0"}
    assert ask(f"conversation/{thread.conversation_id}", query).content == thread_body(shop, thread.conversation_id)


def test_a_page_says_where_it_stands(ask: Ask) -> None:
    first = ask("conversation", MEMBERS).json()
    assert (first["limit"], first["offset"], len(first["conversations"])) == (25, 0, 25)
    assert "prev" not in first
    second = ask("conversation", dict(parse_qsl(urlsplit(first["next"]).query))).json()
    assert second["offset"] == 25
    assert dict(parse_qsl(urlsplit(second["prev"]).query)) == {**MEMBERS, "limit": "25", "offset": "0"}
    assert urlsplit(second["href"]).netloc == "api.ebay.com"
    last = ask("conversation", {**MEMBERS, "limit": "50", "offset": str(first["total"] // 50 * 50)}).json()
    assert "next" not in last
    assert len(last["conversations"]) == first["total"] % 50


def test_past_the_end_is_an_empty_page(ask: Ask) -> None:
    page = ask("conversation", {**MEMBERS, "offset": "25000"}).json()
    assert page["conversations"] == []
    assert page["total"] > 0


@pytest.mark.parametrize("spelling", ["ARCHIVED", "ARCHIVE"])
def test_both_spellings_of_a_status_are_taken(ask: Ask, spelling: str) -> None:
    assert {row["conversationStatus"] for row in sweep(ask, {**MEMBERS, "conversation_status": spelling})} == {
        "ARCHIVED"
    }


def test_read_and_unread_share_all_conversations(ask: Ask) -> None:
    totals = {
        one: ask("conversation", {**MEMBERS, "conversation_status": one}).json()["total"] for one in ("READ", "UNREAD")
    }
    assert all(totals.values())
    assert sum(totals.values()) == ask("conversation", MEMBERS).json()["total"]
    unread = sweep(ask, {**MEMBERS, "conversation_status": "UNREAD"})
    assert all(row.get("unreadCount", 1) > 0 for row in unread)


def test_a_reference_finds_the_conversations_of_its_listing(ask: Ask, shop: Dealership) -> None:
    item_id = shop.truth["item_id"].value_counts(sort=True)["item_id"][0]
    found = sweep(ask, {**MEMBERS, "reference_type": "LISTING", "reference_id": item_id})
    assert found
    assert {row["referenceId"] for row in found} == {item_id}
    every = sweep(ask, {**MEMBERS, "reference_type": "LISTING"})
    assert {row["referenceType"] for row in every} == {"LISTING"}
    assert len(found) < len(every) < ask("conversation", MEMBERS).json()["total"]


def test_the_other_party_is_found_by_name_in_any_case_and_by_immutable_id(ask: Ask, shop: Dealership) -> None:
    lead = shop.truth.filter(pl.col("conversation_id").is_not_null(), pl.col("buyer_user_name").is_not_null())
    row = lead.row(0, named=True)
    for name in (row["buyer_user_name"], row["buyer_user_name"].upper(), row["buyer_immutable_id"]):
        found = sweep(ask, {**MEMBERS, "other_party_username": name})
        assert row["conversation_id"] in {one["conversationId"] for one in found}


def test_time_bounds_keep_conversations_with_a_message_between_them(ask: Ask, shop: Dealership) -> None:
    bounds = {"start_time": "2026-09-01T00:00:00.000Z", "end_time": "2026-09-02T02:00:00+02:00"}
    start, end = 1788220800000, 1788307200000
    expected = {
        one.conversation_id
        for one in shop.threads
        if one.conversation_type == "FROM_MEMBERS" and any(start <= message.at < end for message in one.messages)
    }
    assert {row["conversationId"] for row in sweep(ask, {**MEMBERS, **bounds})} == expected
    assert expected


def test_time_bounds_do_nothing_for_conversations_from_ebay(ask: Ask) -> None:
    query = {"conversation_type": "FROM_EBAY"}
    late = {**query, "start_time": "2026-11-01T00:00:00.000Z"}
    assert ask("conversation", late).json()["total"] == ask("conversation", query).json()["total"] > 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 355017),
        ({"conversation_type": ""}, 355017),
        ({"conversationType": "FROM_MEMBERS", "conversationStatus": "ACTIVE"}, 355017),
        ({"conversation_type": "from_members"}, 355002),
        ({**MEMBERS, "conversation_status": "OPEN"}, 355001),
        ({**MEMBERS, "reference_type": "ITEM", "reference_id": "1"}, 355003),
        ({**MEMBERS, "start_time": "2026-09-02T00:00:00Z", "end_time": "2026-09-01T00:00:00Z"}, 355004),
        ({**MEMBERS, "start_time": "2026-09-01T00:00:00Z", "end_time": "2026-09-01T00:00:00Z"}, 355004),
        ({**MEMBERS, "start_time": "2026-09-01"}, 355005),
        ({**MEMBERS, "end_time": "2026-09-01T00:00:00"}, 355005),
        ({**MEMBERS, "end_time": "2026-09-31T00:00:00Z"}, 355005),
        ({**MEMBERS, "other_party_username": "nobody_at_all"}, 355006),
        ({**MEMBERS, "offset": "-25"}, 355008),
        ({**MEMBERS, "offset": "x"}, 355008),
        ({**MEMBERS, "offset": "30"}, 355008),
        ({**MEMBERS, "limit": "0"}, 355009),
        ({**MEMBERS, "limit": "51"}, 355009),
        ({**MEMBERS, "limit": "ten"}, 355009),
        ({**MEMBERS, "reference_type": "LISTING", "reference_id": "v1|1|0"}, 355016),
        ({**MEMBERS, "reference_type": "LISTING", "reference_id": "0"}, 355016),
        ({**MEMBERS, "reference_id": "1"}, 355022),
    ],
)
def test_each_wrong_parameter_gets_its_documented_code(ask: Ask, query: dict[str, str], code: int) -> None:
    answer = ask("conversation", query)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["errorId"], error["domain"], error["category"]) == (
        400,
        code,
        "API_MESSAGE",
        "REQUEST",
    )
    assert {one["name"] for one in error.get("parameters", [])} <= {*query, "limit"}


@pytest.mark.parametrize(
    ("conversation_id", "query", "status", "code"),
    [
        ("not-a-number", MEMBERS, 400, 355007),
        ("1", MEMBERS, 404, 2002),
        ("1", {}, 400, 355017),
        ("1", {"conversation_type": "X"}, 400, 355002),
        ("1", {**MEMBERS, "limit": "51"}, 400, 355009),
        ("1", {**MEMBERS, "offset": "1"}, 400, 355008),
    ],
)
def test_one_conversation_is_refused_with_its_codes(
    ask: Ask, conversation_id: str, query: dict[str, str], status: int, code: int
) -> None:
    answer = ask(f"conversation/{conversation_id}", query)
    assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (status, code)


def test_a_conversation_is_found_under_its_own_type_only(ask: Ask, shop: Dealership) -> None:
    notice = next(one for one in shop.threads if one.conversation_type == "FROM_EBAY")
    assert ask(f"conversation/{notice.conversation_id}", MEMBERS).status_code == 404
    assert ask(f"conversation/{notice.conversation_id}", {"conversation_type": "FROM_EBAY"}).status_code == 200


def test_messages_are_paged_too(ask: Ask, shop: Dealership) -> None:
    thread = max(shop.threads, key=lambda one: len(one.messages))
    path, total = f"conversation/{thread.conversation_id}", len(thread.messages)
    pages = [ask(path, {**MEMBERS, "limit": "2", "offset": str(start)}).json() for start in range(0, total, 2)]
    ids = [message["messageId"] for page in pages for message in page["messages"]]
    assert sorted(ids) == [message.message_id for message in thread.messages]
    assert ["next" in page for page in pages] == [True] * (len(pages) - 1) + [False]
    assert {page["total"] for page in pages} == {total}
