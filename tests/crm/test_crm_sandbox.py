"""The whole way against the sandbox, whose leads are known."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from crm_api import kinds, unheard

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox


@pytest.fixture(scope="module")
def dealership() -> Dealership:
    return Dealership(7, 120)


@pytest.fixture
def sandbox(dealership: Dealership) -> Any:
    with Sandbox(dealership=dealership) as running:
        yield running


def account(sandbox: Sandbox, **settings: Any) -> lk.LeadSquared:
    given = {"base_url": sandbox.url, "clock": sandbox.dealership.now}
    return lk.LeadSquared(sandbox.access_key, sandbox.secret_key, **(given | settings))


def test_each_id_is_a_lead_or_a_missing_id(sandbox: Sandbox) -> None:
    ids = sandbox.dealership.crm_ids
    with account(sandbox) as crm, pytest.warns(lk.LeadkitWarning, match="missing_id"):
        found, problems = crm.leads(ids, ["mx_Store", "mx_Notes", "OwnerIdName"], page_size=50), crm.problems
    there = {key for key in dict.fromkeys(one.lower() for one in ids) if key in sandbox.dealership.crm.leads}
    assert set(found["prospect_id"]) == there
    assert set(problems["row_key"]) == {one for one in ids if one.lower() not in there}
    for row in found.iter_rows(named=True):
        known = sandbox.dealership.crm.leads[row["prospect_id"]].columns
        notes = known["mx_Notes"] and known["mx_Notes"].replace("{mxnewline}", "\n")
        assert (row["mx_Store"], row["mx_Notes"]) == (known["mx_Store"] or None, notes)
        assert row["OwnerIdName"] == (known["OwnerIdName"] or None)


def test_known_columns_are_typed_as_the_dealership_has_them(sandbox: Sandbox) -> None:
    with account(sandbox) as crm, unheard():
        found = crm.leads(sandbox.dealership.crm_ids)
        assert kinds(crm.problems.filter(kind="bad_value")) == []
    for row in found.iter_rows(named=True):
        known = sandbox.dealership.crm.leads[row["prospect_id"]].columns
        for name, api in (("created_at", "CreatedOn"), ("modified_at", "ModifiedOn")):
            assert f"{row[name]:%Y-%m-%d %H:%M:%S}" == (known[api] or "")[:19]
        for name, api in (
            ("stage", "ProspectStage"),
            ("email", "EmailAddress"),
            ("prospect_auto_id", "ProspectAutoId"),
        ):
            assert row[name] == (known[api] or None)


@pytest.mark.parametrize("status", [200, 403, 429])
def test_throttling_by_the_sandbox_is_waited_out(sandbox: Sandbox, status: int, no_pauses: None) -> None:
    sandbox.faults.add("throttled", status=status, times=2)
    with account(sandbox) as crm, unheard():
        assert len(crm.leads(sandbox.dealership.crm_ids)) > 50
        assert crm.requests["attempts"].to_list() == [3]


@pytest.mark.parametrize("status", [200, 500])
def test_a_verdict_of_the_sandbox_ends_at_once(sandbox: Sandbox, status: int) -> None:
    sandbox.faults.add("mx_error", type="MXDuplicateEntryException", message="No.", status=status)
    with account(sandbox) as crm, pytest.raises(lk.LeadkitError) as caught:
        crm.leads(sandbox.dealership.crm_ids)
    assert (caught.value.code, caught.value.status, len(sandbox.requests)) == ("MXDuplicateEntryException", status, 1)


LIMITS = [
    ("MXInvalidInputException", "PageSize of the request exceeds the limit of 1000"),
    ("MXInvalidOperationException", "Too many columns: calls for leads exceed 200"),
    ("MXException", "Lead limit of your plan is reached"),
    ("MXException", "The column mx_Rate_Limit holds no rate limit"),
]


@pytest.mark.parametrize(
    ("status", "kind"), [(200, lk.LeadkitError), (400, lk.LeadkitError), (403, lk.Forbidden), (500, lk.LeadkitError)]
)
@pytest.mark.parametrize(("exception", "message"), LIMITS)
def test_a_verdict_that_speaks_of_limits_is_no_throttling(
    sandbox: Sandbox, exception: str, message: str, status: int, kind: type[lk.LeadkitError]
) -> None:
    sandbox.faults.add("mx_error", type=exception, message=message, status=status)
    with account(sandbox) as crm, pytest.raises(lk.LeadkitError) as caught:
        crm.leads(["id-00001"])
    assert (type(caught.value), caught.value.code, len(sandbox.requests)) == (kind, exception, 1)
    assert message in str(caught.value)


def test_wrong_keys_are_unauthorized_and_the_right_host_is_told(sandbox: Sandbox) -> None:
    crm = lk.LeadSquared("another-key", sandbox.secret_key, base_url=sandbox.url)
    with crm, pytest.raises(lk.Unauthorized, match=r"give host='api-us11.leadsquared.com'"):
        crm.leads(["id-1"])


@pytest.mark.parametrize(
    ("fault", "options", "told"),
    [
        ("repeat_page", {}, {"moved_pages", "duplicate", "missing_id"}),
        ("wrong_total", {"delta": 3}, {"total_mismatch", "missing_id"}),
        ("unknown_keys", {"at": "Leads[]"}, {"unknown_key", "missing_id"}),
        ("object_in_scalar", {"at": "Leads[].CreatedOn", "rows": 1, "times": 1}, {"bad_value", "missing_id"}),
        ("missing_key", {"at": "Leads[].ProspectID", "rows": 1, "times": 1}, {"row_without_id", "missing_id"}),
    ],
)
def test_what_goes_wrong_is_told_and_loses_nothing_else(
    sandbox: Sandbox, fault: str, options: dict[str, Any], told: set[str]
) -> None:
    ids = sandbox.dealership.crm_ids
    with account(sandbox) as crm, unheard():
        good = crm.leads(ids, page_size=40)
    sandbox.faults.add(fault, **options)
    with account(sandbox) as crm, unheard():
        found = crm.leads(ids, page_size=40)
        assert set(kinds(crm.problems)) == told
    assert (
        found.drop("created_at", "prospect_id")
        .sort("prospect_auto_id")
        .equals(good.drop("created_at", "prospect_id").sort("prospect_auto_id"))
    )


def test_the_demo_has_a_crm_that_outlives_its_shop() -> None:
    crm = lk.demo(leads=60).crm
    gc.collect()
    with unheard():
        assert crm.leads([]).is_empty()
        assert crm.leads(["nobody"]).is_empty()
    crm.close()
