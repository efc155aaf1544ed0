"""Every fault that the sandbox's Leads and Message API have, met by the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from apis import an_account, kinds, settle, unheard

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox
from leadkit.sandbox.faults import OPTIONS, OWN_PATHS

MET: set[str] = set()
"""The kinds that a test here has ordered."""


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(dealership=Dealership(7, 100)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The sandbox as if nothing had arrived; conversations that came or went stay so."""
    running.requests.clear()
    yield running
    running.faults.clear()


@pytest.fixture
def ebay(sandbox: Sandbox) -> Iterator[lk.Ebay]:
    shop = sandbox.dealership
    with an_account(sandbox.url, token=sandbox.token, sellers=shop.sellers, clock=shop.now) as account:
        yield account
        settle()


@pytest.fixture
def order(sandbox: Sandbox) -> Callable[..., Any]:
    def ordered(kind: str, **options: Any) -> Any:
        MET.add(kind)
        return sandbox.faults.add(kind, **options)

    return ordered


Fetch = Callable[[lk.Ebay], pl.DataFrame]
LEADS: Fetch = lambda ebay: ebay.leads()  # noqa: E731  named for what it fetches
TALKS: Fetch = lambda ebay: ebay.conversations()  # noqa: E731  likewise
THREADS: Fetch = lambda ebay: ebay.messages(ebay.conversations().head(6))  # noqa: E731  likewise
FETCHES = {
    "leads": (LEADS, "classified_lead"),
    "conversations": (TALKS, "/conversation"),
    "messages": (THREADS, "/conversation/"),
}
each_table = pytest.mark.parametrize("table", FETCHES)


def whole(ebay: lk.Ebay, table: str) -> pl.DataFrame:
    found = FETCHES[table][0](ebay)
    assert len(found) > 0
    return found


@each_table
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status", {"status": 429, "headers": {"Retry-After": "1"}}),
        ("status", {"status": 429}),
        ("status", {"status": 500}),
        ("status", {"status": 500, "body": b""}),
        ("status", {"status": 502, "body": b"<html>", "content_type": "text/html"}),
        ("status", {"status": 503}),
        ("status", {"status": 504, "body": b""}),
        ("cut", {}),
        ("cut", {"at": 0.0}),
        ("latency", {"seconds": 0.05}),
    ],
    ids=str,
)
def test_a_passing_failure_leaves_no_trace(
    table: str, kind: str, options: dict[str, Any], ebay: lk.Ebay, order: Callable[..., Any]
) -> None:
    expected = whole(ebay, table)
    fault = order(kind, path=FETCHES[table][1], times=1, **options)
    assert whole(ebay, table).equals(expected)
    assert fault.hits == 1
    assert ebay.problems.filter(pl.col("kind") != "empty_listing").is_empty()


@each_table
@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("status", {"status": 401}, lk.Unauthorized),
        ("status", {"status": 403}, lk.Forbidden),
        ("status", {"status": 429}, lk.RateLimited),
        ("status", {"status": 500}, lk.ServerError),
        ("cut", {"at": 0.9}, lk.NetworkError),
        ("truncated", {}, lk.BadResponse),
        ("truncated", {"at": 0.0}, lk.BadResponse),
        ("truncated", {"at": 0.99}, lk.BadResponse),
        ("body", {"body": b"{}"}, lk.BadResponse),
        ("body", {"body": b"[]"}, lk.BadResponse),
        ("body", {"body": b""}, lk.BadResponse),
        ("body", {"body": b"<html><body>Maintenance</body></html>", "content_type": "text/html"}, lk.BadResponse),
        ("body", {"body": '{"total": 1, "ä": 2}'.encode("utf-16")}, lk.BadResponse),
        ("body", {"body": b'{"errors":[{"errorId":350000}]}'}, lk.BadResponse),
    ],
    ids=str,
)
def test_a_lasting_failure_is_the_named_error_and_no_frame(  # noqa: PLR0917  pytest's parameters
    table: str,
    kind: str,
    options: dict[str, Any],
    error: type[lk.LeadkitError],
    ebay: lk.Ebay,
    order: Callable[..., Any],
) -> None:
    order(kind, path=FETCHES[table][1], **options)
    with pytest.raises(error) as caught:
        whole(ebay, table)
    assert caught.value.source == table
    assert str(caught.value).startswith(f"{table}")
    if error is lk.BadResponse:
        assert caught.value.status == 200


@each_table
def test_no_content_is_no_rows(table: str, ebay: lk.Ebay, order: Callable[..., Any]) -> None:
    schema = whole(ebay, table).schema
    order("no_content", path=FETCHES[table][1])
    found = FETCHES[table][0](ebay)
    assert (len(found), found.schema) == (0, schema)


@each_table
def test_a_token_that_expires_in_the_middle_is_renewed_once(
    table: str, sandbox: Sandbox, order: Callable[..., Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    shop = sandbox.dealership
    given = {
        "token": None,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
    }
    with an_account(sandbox.url, sellers=shop.sellers, clock=shop.now, **given) as ebay:
        expected = whole(ebay, table)
        order("expire_token", path=FETCHES[table][1], times=1, after=0 if table == "leads" else 1)
        assert whole(ebay, table).equals(expected)
    assert len([call for call in sandbox.requests if "oauth2/token" in call.path]) == 2


@pytest.mark.parametrize("kind", ["insert_rows", "remove_rows"])
@pytest.mark.parametrize("at", [0, 15])
def test_rows_that_come_and_go_between_pages_cost_no_other_row(
    kind: str, at: int, ebay: lk.Ebay, order: Callable[..., Any]
) -> None:
    before = set(ebay.conversations(page_size=10)["conversation_id"])
    order(kind, rows=3, at=at, after=2)
    with unheard():
        found = ebay.conversations(page_size=10)["conversation_id"].to_list()
    assert kinds(ebay).get("moved_pages") == 1
    assert len(found) == len(set(found))
    assert len(before - set(found)) <= (3 if kind == "remove_rows" else 0)
    assert set(ebay.conversations(page_size=10)["conversation_id"]) <= set(found)


def test_a_repeated_page_ends_and_is_told(ebay: lk.Ebay, order: Callable[..., Any], sandbox: Sandbox) -> None:
    order("repeat_page")
    with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        found = ebay.conversations(page_size=10)
    assert len(found) == 10
    assert {"duplicate", "total_mismatch"} <= set(kinds(ebay))
    assert len(sandbox.requests) <= 12


def test_a_thread_that_is_gone_is_told(ebay: lk.Ebay, order: Callable[..., Any]) -> None:
    talks = ebay.conversations().head(5)
    gone = talks["conversation_id"][2]
    order("gone_thread", conversation_id=gone)
    with pytest.warns(lk.LeadkitWarning, match="missing_thread"):
        found = ebay.messages(talks)
    assert ebay.problems.filter(kind="missing_thread")["row_key"].to_list() == [gone]
    assert set(found["conversation_id"]) == set(talks["conversation_id"]) - {gone}


def test_a_thread_longer_than_a_page_is_whole(ebay: lk.Ebay, order: Callable[..., Any]) -> None:
    talks = ebay.conversations().head(3)
    long = talks["conversation_id"][1]
    order("long_thread", messages=137, conversation_id=long)
    found = ebay.messages(talks)
    assert found.filter(conversation_id=long)["message_id"].n_unique() == 137
    assert found.filter(conversation_id=long)["created_at"].is_sorted()
    assert ebay.problems.filter(pl.col("kind") != "empty_listing").is_empty()


@each_table
@pytest.mark.parametrize("delta", [1, -1])
def test_a_wrong_total_is_told_and_all_rows_are_there(
    table: str, delta: int, ebay: lk.Ebay, order: Callable[..., Any]
) -> None:
    expected = whole(ebay, table)
    order("wrong_total", path=FETCHES[table][1], delta=delta)
    with unheard():
        found = whole(ebay, table)
    assert found.equals(expected)
    assert "total_mismatch" in kinds(ebay)


PLACES = {
    "leads": ("classifiedLeads[].responses[]", "submittedTime", "submitted_at"),
    "conversations": ("conversations[]", "createdDate", "created_at"),
    "messages": ("messages[]", "createdDate", "created_at"),
}


@each_table
@pytest.mark.parametrize("level", ["", "row"])
def test_unknown_keys_are_told_by_their_path_and_change_nothing(
    table: str, level: str, ebay: lk.Ebay, order: Callable[..., Any]
) -> None:
    expected = whole(ebay, table)
    at = PLACES[table][0] if level else ""
    order("unknown_keys", path=FETCHES[table][1], at=at)
    assert whole(ebay, table).equals(expected)
    place = f"{at}.newKey".removeprefix(".")
    assert ebay.problems.filter(kind="unknown_key", source=table)["column"].to_list() == [place]


@each_table
@pytest.mark.parametrize(
    ("kind", "options", "problem"),
    [
        ("object_in_scalar", {}, "bad_value"),
        ("value", {"value": "soon"}, "bad_value"),
        ("missing_key", {"rows": 1}, None),
    ],
)
def test_a_value_that_does_not_fit_is_null_and_every_row_is_there(  # noqa: PLR0917  pytest's parameters
    table: str,
    kind: str,
    options: dict[str, Any],
    problem: str | None,
    ebay: lk.Ebay,
    order: Callable[..., Any],
) -> None:
    expected = whole(ebay, table)
    level, name, column = PLACES[table]
    order(kind, path=FETCHES[table][1], at=f"{level}.{name}", **options)
    with unheard():
        found = whole(ebay, table)
    assert len(found) == len(expected)
    lost = found[column].null_count() - expected[column].null_count()
    assert lost >= 1
    others = [name for name in expected.columns if name not in {column, "lead_id"}]
    by = (
        ["conversation_id", "message_id"]
        if table == "messages"
        else others[:1]
        if table == "leads"
        else ["conversation_id"]
    )
    if table != "leads":
        assert found.select(others).sort(by).equals(expected.select(others).sort(by))
    told = ebay.problems.filter(kind="bad_value", source=table)
    assert told["column"].to_list() == ([column] if problem else [])
    assert problem is None or told["count"][0] >= lost


def test_an_answer_that_is_too_large_comes_in_halves(ebay: lk.Ebay, order: Callable[..., Any]) -> None:
    span: dict[str, Any] = {"start": "2026-08-01", "end": "2026-11-01"}
    expected = ebay.leads(**span)
    order("too_large", hours=24 * 15)
    found = ebay.leads(**span)
    assert found.drop("fetched_at").sort("lead_id").equals(expected.drop("fetched_at").sort("lead_id"))
    assert 500 in ebay.requests["status"].to_list()


def test_every_kind_of_fault_was_met() -> None:
    """Runs last in this file; alone it has nothing to look at."""
    if MET:
        elsewhere = set(OWN_PATHS)  # kinds that GetMyMessages, LeadSquared or the consent page have for themselves
        assert set(OPTIONS) - elsewhere == MET
