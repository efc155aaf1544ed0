"""What the sandbox's LeadSquared answers and refuses, and what its leads look like."""

import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from leadkit.sandbox import Dealership, Sandbox, crm_body
from leadkit.sandbox.crm_api import Budget
from leadkit.sandbox.refusals import Refusal

Ask = Callable[..., httpx.Response]

URL = "/v2/LeadManagement.svc/Leads/Retrieve/ByIds"
COLUMNS = "ProspectID, ProspectAutoId, CreatedOn, ModifiedOn, FirstName, EmailAddress, Phone, mx_Store, mx_Notes"


def asked(ids: object, columns: str = COLUMNS, **paging: object) -> dict[str, Any]:
    body = {"SearchParameters": {"LeadIds": ids}, "Columns": {"Include_CSV": columns}}
    return {**body, "Paging": paging} if paging else body


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    assert set(body) == {"Status", "ExceptionType", "ExceptionMessage"}
    return answer.status_code, body["Status"], body["ExceptionType"]


def rows_of(dealership: Dealership) -> list[dict[str, str | None]]:
    return [dict(lead.columns) for lead in dealership.crm.leads.values()]


def test_pages_hold_every_lead_once_in_an_order_of_their_own(ask_crm: Ask, shop: Dealership) -> None:
    ids = list(shop.crm_ids)
    pages = [ask_crm(asked(ids, PageIndex=page, PageSize=100)).json() for page in range(1, 10)]
    found = [row["ProspectID"] for page in pages for row in page["Leads"]]
    assert {page["RecordCount"] for page in pages} == {len(found)}
    assert sorted(found) == sorted({one.lower() for one in ids} & set(shop.crm.leads))
    assert len(set(found)) == len(found) > 500
    assert found != sorted(found)
    assert found[:50] != [one.lower() for one in ids][:50]
    assert pages[-1]["Leads"] == []


def test_a_page_is_the_body_that_is_made_without_http(ask_crm: Ask, shop: Dealership) -> None:
    answer = ask_crm(asked(list(shop.crm_ids), PageIndex=2, PageSize=300))
    assert answer.content == crm_body(shop, shop.crm_ids, COLUMNS.split(","), page=2, size=300)
    assert ask_crm(asked(list(shop.crm_ids))).content == crm_body(shop, shop.crm_ids, COLUMNS.split(","))


def test_only_known_columns_come_back_under_their_own_names(ask_crm: Ask, shop: Dealership) -> None:
    ids = [shop.crm_ids[1]]
    (row,) = ask_crm(asked(ids, "prospectid,PROSPECTAUTOID , mx_store,Shoe_Size,,firstname")).json()["Leads"]
    assert list(row) == ["ProspectID", "ProspectAutoId", "FirstName", "mx_Store"]
    (bare,) = ask_crm(asked(ids, "LastName")).json()["Leads"]
    assert list(bare) == ["LastName"]
    (none,) = ask_crm(asked(ids, "Shoe_Size")).json()["Leads"]
    assert none == {}


def test_ids_are_found_in_any_case_once_and_unknown_ones_not_at_all(ask_crm: Ask, shop: Dealership) -> None:
    known = next(iter(shop.crm.leads))
    answer = ask_crm(asked([known.upper(), known, f" {known} ", "nobody", ""])).json()
    assert (answer["RecordCount"], [row["ProspectID"] for row in answer["Leads"]]) == (1, [known])


def test_no_match_at_all_leaves_the_list_out(ask_crm: Ask) -> None:
    assert ask_crm(asked(["nobody"])).json() == {"RecordCount": 0}
    assert ask_crm(asked([])).json() == {"RecordCount": 0}


def test_a_dealership_without_leads_has_an_empty_crm() -> None:
    assert Dealership(3, 0).crm_ids == ()
    assert crm_body(Dealership(3, 0), ["a"], ["FirstName"]) == b'{"RecordCount":0}'


def test_the_ids_of_a_dealer_are_found_deleted_shouted_and_repeated(shop: Dealership) -> None:
    ids = shop.crm_ids
    low = [one.lower() for one in ids]
    assert any(one != one.lower() for one in ids)
    assert max(Counter(low).values()) == 2
    assert max(Counter(ids).values()) == 1
    assert 3 < len(set(low) - set(shop.crm.leads)) < 40
    assert set(shop.crm.leads) <= set(low)
    assert set(shop.truth["crm_id"].drop_nulls()) < set(shop.crm.leads)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ([], "MXInvalidInputException"),
        ({}, "MXInvalidInputException"),
        (asked(None), "MXInvalidInputException"),
        (asked("abc"), "MXInvalidInputException"),
        (asked([1]), "MXInvalidInputException"),
        (asked(["a"], " "), "MXInvalidInputException"),
        ({"SearchParameters": {"LeadIds": ["a"]}}, "MXInvalidInputException"),
        ({"SearchParameters": ["a"], "Columns": {"Include_CSV": "FirstName"}}, "MXInvalidInputException"),
        (asked(["a"], PageIndex=0), "MXInvalidInputException"),
        (asked(["a"], PageIndex="1"), "MXInvalidInputException"),
        (asked(["a"], PageSize=True), "MXInvalidInputException"),
        ({**asked(["a"]), "Paging": [1]}, "MXInvalidInputException"),
    ],
)
def test_a_body_that_is_not_as_documented_is_refused(ask_crm: Ask, body: object, kind: str) -> None:
    assert refused(ask_crm(body)) == (400, "Error", kind)


def test_what_is_not_json_is_refused(ask_crm: Ask, standing: Sandbox) -> None:
    assert refused(ask_crm(asked(["a"]), Content_Type="text/plain")) == (400, "Error", "MXInvalidInputException")
    keys = {"accessKey": standing.access_key, "secretKey": standing.secret_key}
    headers = {"Content-Type": "application/json"}
    broken = httpx.post(standing.url + URL, params=keys, content=b"{", headers=headers)
    assert refused(broken) == (400, "Error", "MXInvalidInputException")


@pytest.mark.parametrize("body", [asked(["a"] * 10_001), asked(["a"], PageSize=1001)])
def test_too_much_at_once_is_a_verdict_with_500(ask_crm: Ask, body: object) -> None:
    assert refused(ask_crm(body)) == (500, "Error", "MXInvalidOperationException")


def test_ten_thousand_ids_are_not_too_many(ask_crm: Ask) -> None:
    assert ask_crm(asked([str(one) for one in range(10_000)])).json() == {"RecordCount": 0}


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_wrong_keys_are_told_which_host_is_right(ask_crm: Ask, secret: str) -> None:
    answer = ask_crm(asked(["a"]), x_LSQ_SecretKey=secret)
    assert refused(answer) == (401, "Error", "MXUnauthorizedException")
    assert "https://api-us11.leadsquared.com" in answer.json()["ExceptionMessage"]


def test_keys_may_come_in_the_query(standing: Sandbox) -> None:
    keys = {"accessKey": standing.access_key, "secretKey": standing.secret_key}
    assert httpx.post(standing.url + URL, params=keys, json=asked(["a"])).json() == {"RecordCount": 0}
    assert httpx.post(standing.url + URL, params={**keys, "secretKey": "x"}, json=asked(["a"])).status_code == 401
    assert httpx.post(standing.url + URL, json=asked(["a"])).status_code == 401


def test_more_calls_than_the_budget_are_refused(shop: Dealership) -> None:
    with Sandbox(dealership=shop, calls=3, per_seconds=60) as sandbox:
        keys = {"accessKey": sandbox.access_key, "secretKey": sandbox.secret_key}
        answers = [httpx.post(sandbox.url + URL, params=keys, json=asked(["a"])) for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert answers[-1].json()["ExceptionMessage"] == "API calls exceeded the limit of 3 in 60 second(s)"
        arrivals = [one.at for one in sandbox.requests]
    assert arrivals == sorted(arrivals)
    assert arrivals[-1] <= time.monotonic()


def test_a_budget_frees_itself_as_time_goes_by() -> None:
    budget = Budget(2, 5)
    budget.take(0.0)
    budget.take(4.0)
    with pytest.raises(Refusal):
        budget.take(4.9)
    budget.take(5.0)
    with pytest.raises(Refusal):
        budget.take(8.9)
    budget.take(9.0)


def test_every_value_is_text_or_null(shop: Dealership) -> None:
    rows = rows_of(shop)
    values = [value for row in rows for value in row.values()]
    assert {type(value) for value in values} == {str, type(None)}
    assert "" in values
    assert all(len(row) == len(rows[0]) for row in rows)
    assert {"0", "1"} == {row["DoNotCall"] for row in rows}


def test_times_are_in_utc_with_and_without_thousandths(shop: Dealership) -> None:
    times = [row[name] or "" for row in rows_of(shop) for name in ("CreatedOn", "ModifiedOn")]
    assert {len(one) for one in times} == {len("2026-08-01 00:00:00"), len("2026-08-01 00:00:00.000")}
    assert all(datetime.fromisoformat(one).replace(tzinfo=UTC) < shop.now for one in times)
    pairs = [(row["CreatedOn"] or "", row["ModifiedOn"] or "") for row in rows_of(shop)]
    assert all(created[:19] <= modified[:19] for created, modified in pairs)


def test_a_crm_lead_comes_a_while_after_its_ebay_lead(shop: Dealership) -> None:
    by_id = {row["ProspectID"]: row for row in rows_of(shop)}
    known = shop.truth.filter(pl.col("crm_id").is_not_null())
    assert 0.8 < known.height / shop.truth.height < 0.95
    assert known["crm_id"].is_unique().all()
    lags = []
    for lead in known.iter_rows(named=True):
        row = by_id[lead["crm_id"]]
        lags.append(datetime.fromisoformat(row["CreatedOn"] or "").replace(tzinfo=UTC) - lead["submitted_at"])
        assert row["mx_eBay_User"] == lead["buyer"]
        assert row["mx_Item_ID"] in {None, lead["item_id"]}
        usable = {one for one in (lead["email"], lead["external_email"]) if one and "ebay" not in one and one != "--"}
        assert (row["EmailAddress"] in usable) == bool(usable)
    assert min(lags) > timedelta()
    assert max(lags) > timedelta(hours=1)
    others = set(by_id) - set(known["crm_id"])
    assert {by_id[one]["Source"] for one in others} == {"Walk-in", "Phone", "Website"}


def test_phones_newlines_and_custom_columns(shop: Dealership) -> None:
    rows = rows_of(shop)
    assert all(re.fullmatch(r"\+1-312-555-01\d\d", row["Phone"]) for row in rows if row["Phone"])
    notes = [row["mx_Notes"] or "" for row in rows]
    assert any("{mxnewline}" in one for one in notes)
    assert not any("\n" in one for one in notes)
    assert len({row["mx_Store"] for row in rows}) == 4
    assert sum(bool(row["mx_Trade_In"]) for row in rows) > 50
    assert all((row["OwnerIdEmailAddress"] or "").endswith(".example") for row in rows)


def test_throttling_comes_in_three_ways(sandbox: Sandbox, post_crm: Ask) -> None:
    for status in (429, 403, 200):
        sandbox.faults.add("throttled", status=status, times=1)
    answers = [post_crm(asked(["a"])) for _ in range(4)]
    assert [one.status_code for one in answers] == [429, 403, 200, 200]
    assert [one.json().get("Status") for one in answers] == ["Error"] * 3 + [None]
    assert "exceeded the limit of 25 in 5 second(s)" in answers[2].json()["ExceptionMessage"]


def test_a_verdict_and_a_status_on_demand(sandbox: Sandbox, post_crm: Ask) -> None:
    sandbox.faults.add("mx_error", type="MXInvalidOperationException", message="No.", times=1)
    sandbox.faults.add("mx_error", status=200, times=1)
    sandbox.faults.add("status", status=500, body=b"", times=1)
    sandbox.faults.add("status", status=503, times=1)
    verdict, inside, empty, busy = (post_crm(asked(["a"])) for _ in range(4))
    assert (verdict.status_code, verdict.json()["ExceptionMessage"]) == (500, "No.")
    assert refused(inside) == (200, "Error", "MXInvalidOperationException")
    assert (empty.status_code, empty.content) == (500, b"")
    assert refused(busy) == (503, "Error", "MXException")


def test_counts_lists_and_ids_can_be_damaged(sandbox: Sandbox, post_crm: Ask) -> None:
    ids = list(sandbox.dealership.crm_ids)
    count = post_crm(asked(ids)).json()["RecordCount"]
    damage: list[tuple[str, dict[str, Any]]] = [
        ("wrong_total", {"delta": 3}),
        ("value", {"at": "RecordCount", "value": "12"}),
        ("missing_key", {"at": "Leads"}),
        ("missing_key", {"at": "Leads[].ProspectID", "rows": 2}),
        ("unknown_keys", {"at": "Leads[]", "rows": 1}),
    ]
    answers = []
    for kind, options in damage:
        sandbox.faults.add(kind, path="LeadManagement", times=1, **options)
        answers.append(post_crm(asked(ids)).json())
        sandbox.faults.clear()
    assert [one["RecordCount"] for one in answers] == [count + 3, "12", count, count, count]
    assert answers[2] == {"RecordCount": count}
    assert ["ProspectID" in row for row in answers[3]["Leads"][:3]] == [False, False, True]
    assert answers[4]["Leads"][0]["newKey"] == "new"
    assert "newKey" not in answers[4]["Leads"][1]


def test_a_page_can_be_repeated_and_found_by_its_number(sandbox: Sandbox, post_crm: Ask) -> None:
    ids = list(sandbox.dealership.crm_ids)
    sandbox.faults.add("repeat_page", path="LeadManagement", where={"PageIndex": "2"})
    first, second, third = (post_crm(asked(ids, PageIndex=page, PageSize=10)).json()["Leads"] for page in (1, 2, 3))
    assert first == second
    assert first != third


def test_faults_of_one_api_leave_the_others_alone(sandbox: Sandbox, get: Ask, post_crm: Ask) -> None:
    fault = sandbox.faults.add("throttled", times=1)
    assert get("classified_lead").status_code == 200
    assert (fault.seen, post_crm(asked(["a"])).status_code, fault.hits) == (0, 429, 1)
