"""Totals are compared with what came, and pages are followed whatever hosts they name."""

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import polars as pl
import pytest
from contract_accounts import a_thread, an_account
from contract_bodies import Json, bare, full_body
from contract_rows import Row, each
from contract_server import Answer, Answering, Asked, answering, as_json

import leadkit as lk

PLANTED = 977
LISTS: dict[str, tuple[Callable[..., pl.DataFrame], str, str]] = {
    "conversations": (lambda ebay, **more: ebay.conversations(**more), "conversations", "conversationId"),
    "messages": (lambda ebay, **_: ebay.messages(a_thread()), "messages", "messageId"),
}


def is_total(row: Row) -> bool:
    return row.place == "requests.total, checked: total_mismatch"


def is_paging(row: Row) -> bool:
    return row.place.startswith("paging")


@each("field", lambda row: is_total(row) and row.source == "leads")
def test_a_wrong_total_of_leads_is_told(row: Row) -> None:
    body = full_body("leads") | {row.name: PLANTED}
    with answering(as_json(body)) as server, an_account(server.url) as ebay:
        with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
            leads = ebay.leads()
        (problem,) = ebay.problems.rows(named=True)
        assert ebay.requests["total"].to_list() == [body["totalLeads"]]
    assert (len(leads), problem["kind"], problem["column"], problem["example"]) == (
        1,
        "total_mismatch",
        row.name,
        str(PLANTED),
    )


@pytest.mark.parametrize("table", LISTS)
@each("field", lambda row: is_total(row) and row.source == "conversations")
def test_a_wrong_total_of_a_list_is_told(row: Row, table: str) -> None:
    body = full_body(table) | {row.name: PLANTED}
    fetch = LISTS[table][0]
    with answering(as_json(body)) as server, an_account(server.url) as ebay:
        with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
            found = fetch(ebay)
        (problem,) = ebay.problems.rows(named=True)
        assert set(ebay.requests["total"]) == {PLANTED}
    assert (len(found), problem["kind"], problem["example"]) == (1, "total_mismatch", str(PLANTED))


@each("field", is_total)
def test_a_right_total_is_no_problem_and_stands_in_the_requests(row: Row) -> None:
    table = row.source
    with answering(as_json(full_body(table))) as server, an_account(server.url) as ebay:
        found = ebay.leads() if table == "leads" else ebay.conversations()
        assert ebay.problems.is_empty()
        assert ebay.requests.select("rows", "total").rows() == [(1, 1)]
    assert len(found) == 1


def test_one_listing_alone_has_no_totals_and_is_not_held_against_any() -> None:
    with answering(as_json(bare(full_body("leads")))) as server, an_account(server.url) as ebay:
        assert len(ebay.leads(item_id="110043671232")) == 1
        assert ebay.problems.is_empty()


def pages(
    table: str, *, count: int = 120, size: int = 50, origins: dict[str, str] | None = None, wrong: Json | None = None
) -> Answering:
    """An API with so many rows and pages of that size at most; links lie at `origins`, `wrong` is what it misstates."""
    _, rows, key = LISTS[table]

    def answer(asked: Asked) -> Answer:
        limit, offset = min(size, int(asked.parameters["limit"])), int(asked.parameters["offset"])
        starts = {"href": offset, "next": offset + limit, "prev": offset - limit}
        links = {
            name: f"{(origins or {}).get(name, '')}{asked.path}?"
            + urlencode({**asked.parameters, "limit": limit, "offset": start})
            for name, start in starts.items()
            if 0 <= start < count
        }
        found = [{key: f"row-{number}"} for number in range(count)[offset : offset + limit]]
        return as_json({rows: found, **links, "limit": limit, "offset": offset, "total": count, **(wrong or {})})

    return answer


def swept(table: str, api: Answering) -> list[Asked]:
    """Fetch all 120 rows, each once, and return what was asked for; after a sweep the first page is looked at again."""
    fetch, _, _ = LISTS[table]
    with answering(api) as server, an_account(server.url) as ebay:
        found = fetch(ebay).get_column({"conversations": "conversation_id", "messages": "message_id"}[table])
    assert sorted(found) == sorted(f"row-{number}" for number in range(120))
    assert server.asked[-1].parameters["offset"] == "0"
    return server.asked[:-1]


def offsets(asked: list[Asked]) -> list[int]:
    return [int(one.parameters["offset"]) for one in asked]


@pytest.mark.parametrize("table", LISTS)
@each("field", lambda row: is_paging(row) and row.name in {"href", "next", "prev"})
def test_a_link_to_another_host_is_never_followed_there(row: Row, table: str) -> None:
    with answering(as_json({})) as elsewhere:
        asked = swept(table, pages(table, origins={row.name: elsewhere.url}))
        assert elsewhere.asked == []
    assert offsets(asked) == [0, 50, 100]


@pytest.mark.parametrize("table", LISTS)
@each("field", lambda row: is_paging(row) and row.name == "next")
def test_the_next_request_has_the_path_and_the_query_of_next(row: Row, table: str) -> None:
    told: list[str] = []
    api = pages(table, size=20, origins={"next": "https://api.ebay.com"})

    def noting(asked: Asked) -> Answer:
        answer = api(asked)
        told.append(json.loads(answer[2]).get(row.name, ""))
        return answer

    asked = swept(table, noting)
    links = [urlsplit(link) for link in told if link]
    assert [(link.path, dict(parse_qsl(link.query))) for link in links[: len(asked) - 1]] == [
        (one.path, one.parameters) for one in asked[1:]
    ]


@pytest.mark.parametrize("table", LISTS)
@each("field", lambda row: is_paging(row) and row.name == "next")
def test_a_next_page_is_fetched_even_where_the_total_denies_it(row: Row, table: str) -> None:
    with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        asked = swept(table, pages(table, wrong={"total": 60}))
    assert offsets(asked) == [0, 50, 100]


@pytest.mark.parametrize("table", LISTS)
@each("field", lambda row: is_paging(row) and row.name == "limit")
def test_a_smaller_limit_than_asked_for_is_the_step(row: Row, table: str) -> None:
    assert offsets(swept(table, pages(table, size=20))) == [0, 20, 40, 60, 80, 100]


@pytest.mark.parametrize("table", LISTS)
@each("field", lambda row: is_paging(row) and row.name == "offset")
def test_an_answer_that_tells_another_offset_leads_nowhere_else(row: Row, table: str) -> None:
    assert offsets(swept(table, pages(table, wrong={row.name: 7}))) == [0, 50, 100]


@pytest.mark.parametrize("table", LISTS)
@each("field", lambda row: is_paging(row) and row.name == "prev")
def test_a_page_before_is_not_gone_back_to(row: Row, table: str) -> None:
    before = f"/commerce/message/v1/conversation?{urlencode({'limit': 50, 'offset': 0})}"
    assert offsets(swept(table, pages(table, wrong={row.name: before}))) == [0, 50, 100]
