"""The id of a lead: ours, since the API has none."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadkit as lk

LEAD: dict[str, Any] = {
    "submittedTime": "2026-08-01T10:00:00.250Z",
    "leadStatus": "NEW",
    "userId": "ann_1",
    "email": "ann@example.com",
    "externalEmail": "ann@example.org",
    "contactInformation": {"firstName": "Ann", "lastName": "Ash", "phone": "555-0100", "postalCode": "60601"},
    "leadFee": {"amount": {"value": "12.50", "currency": "USD"}, "description": "Lead fee"},
}
PINNED = "1c01a396a0c815099bdd"
"""Kept literally: an id that changes with a release would part a user's archive from new fetches."""


def ids(*responses: dict[str, Any], item: str = "110043671232", account: str = "ebay") -> list[str]:
    listing = {"itemId": item, "itemTitle": "A car", "responses": list(responses)}
    body = {"totalItems": 1, "totalLeads": len(responses), "classifiedLeads": [listing]}
    return lk.read_leads(json.dumps(body).encode(), account=account)["lead_id"].to_list()


def test_the_id_of_a_known_lead_never_changes() -> None:
    assert ids(LEAD) == [PINNED]


@pytest.mark.parametrize(
    "change",
    [
        {"leadStatus": "RESPONDED"},
        {"leadStatus": None},
        {"leadFee": {"amount": {"value": "-1.00", "currency": "EUR"}}},
        {"leadFee": None},
        {"memberMessage": {"memberMessageExchange": [{"question": {"messageID": 1, "body": "?"}, "response": "!"}]}},
        {"additionalInformation": "Is it still there?"},
        {"financingAnswer": True, "tradeInMake": "Ford"},
        {"submittedTime": "2026-08-01T12:00:00.250000+02:00"},
        {"newKey": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_may_become_of_a_lead_does_not_change_its_id(change: dict[str, Any]) -> None:
    assert ids(LEAD | change) == [PINNED]


def contact(**change: Any) -> dict[str, Any]:
    return {"contactInformation": LEAD["contactInformation"] | change}


@pytest.mark.parametrize(
    "change",
    [
        {"submittedTime": "2026-08-01T10:00:00.251Z"},
        {"submittedTime": None},
        {"userId": "ann_2"},
        {"userId": None},
        {"email": "ann@example.net"},
        {"email": None},
        {"externalEmail": "ann@example.net"},
        contact(firstName="Anne"),
        contact(lastName="Ashe"),
        contact(phone="555-0101"),
        contact(postalCode=None),
        {"contactInformation": None},
        {"email": LEAD["externalEmail"], "externalEmail": LEAD["email"]},
    ],
    ids=str,
)
def test_another_buyer_or_moment_is_another_lead(change: dict[str, Any]) -> None:
    (other,) = ids(LEAD | change)
    assert other != PINNED
    assert ids(LEAD | change, LEAD) == [other, PINNED]


def test_another_listing_or_account_is_another_lead() -> None:
    assert len({PINNED, *ids(LEAD, item="110043671233"), *ids(LEAD, account="other")}) == 3


def test_exact_repeats_inside_one_body_are_told_apart_by_their_order() -> None:
    first, second, third = ids(LEAD, LEAD, LEAD | {"leadStatus": "RESPONDED"})
    assert first == PINNED
    assert len({first, second, third}) == 3
    assert ids(LEAD, LEAD) == [first, second]


def test_bodies_that_overlap_keep_each_lead_once_as_last_seen() -> None:
    def body(*responses: dict[str, Any]) -> dict[str, Any]:
        return {
            "totalItems": 1,
            "totalLeads": len(responses),
            "classifiedLeads": [{"itemId": "110043671232", "responses": list(responses)}],
        }

    found = lk.read_leads([body(LEAD, LEAD), body(LEAD | {"leadStatus": "RESPONDED"})])
    assert sorted(found["status"]) == ["NEW", "RESPONDED"]
    assert set(found["lead_id"]) == set(ids(LEAD, LEAD))


Names = tuple[str | None, str | None, str | None]
NAMES = st.tuples(*[st.none() | st.text("ab -|,", max_size=3)] * 3)


def named(names: Names) -> pl.DataFrame:
    wire = {"contactInformation": dict(zip(("firstName", "lastName", "phone"), names, strict=True))}
    body = {"totalItems": 1, "totalLeads": 1, "classifiedLeads": [{"itemId": "1", "responses": [LEAD | wire]}]}
    return lk.read_leads(body)


@settings(max_examples=40)
@given(NAMES, NAMES)
def test_two_leads_share_an_id_only_where_all_that_identifies_them_is_the_same(one: Names, other: Names) -> None:
    left, right = named(one), named(other)
    columns = ["first_name", "last_name", "phone"]
    same = left.select(columns).equals(right.select(columns))
    assert (left["lead_id"][0] == right["lead_id"][0]) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [((None, "b", "c"), ("\x00", "b", "c")), (("a\x1fb", "c", "d"), ("a", "b\x1fc", "d"))],
)
def test_control_characters_do_not_make_two_leads_one(one: Names, other: Names) -> None:
    assert named(one)["lead_id"][0] != named(other)["lead_id"][0]
