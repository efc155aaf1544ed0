"""The sample requests of the Leads and the Message page, rebuilt."""

import re
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from contract_accounts import TOKEN, an_account
from contract_rows import Row, each

import leadkit as lk
from leadkit.endpoint import Endpoint
from leadkit.sandbox import Sandbox
from leadkit.sources import ebay_conversations, ebay_leads

PAGE_1 = (
    "https://apiz.ebay.com/sell/leads/v1/classified_lead"
    "?startTime=2024-07-13T15:54:00Z&endTime=2025-01-17T06:41:06Z&includeMessages=true"
)
PAGE_2 = (
    "https://api.ebay.com/commerce/message/v1/conversation"
    "?conversationType=FROM_MEMBERS&offset=0&limit=3&conversationStatus=ACTIVE"
)


@each("sample", lambda row: row.place == "exactly one call, the same query")
def test_the_sample_of_page_1_goes_out_as_one_call_with_the_same_query(row: Row, sandbox: Sandbox) -> None:
    assert "(page 1)" in row.name
    with an_account(sandbox.url, clock=sandbox.dealership.now) as ebay:
        ebay.leads(start="2024-07-13T15:54:00Z", end="2025-01-17T06:41:06Z", include_messages=True)
        assert ebay.requests["attempts"].to_list() == [1]
    (arrived,) = sandbox.requests
    sample = urlsplit(PAGE_1)
    assert (arrived.method, arrived.path) == ("GET", sample.path)
    assert sorted(arrived.query) == sorted(parse_qsl(sample.query))


@each("sample", lambda row: row.place == "the same query in snake_case")
def test_the_sample_of_page_2_goes_out_with_the_same_values_in_snake_case(row: Row, sandbox: Sandbox) -> None:
    assert "(page 2;" in row.name
    with an_account(sandbox.url, clock=sandbox.dealership.now, sellers=sandbox.dealership.sellers) as ebay:
        talks = ebay.conversations("FROM_MEMBERS", status="ACTIVE", page_size=3)
    first = sandbox.requests[0]
    sample = urlsplit(PAGE_2)
    snake = [
        (re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name), value)
        for name, value in parse_qsl(sample.query)
    ]
    assert snake[0] == ("conversation_type", "FROM_MEMBERS")
    assert (first.method, first.path, sorted(first.query)) == ("GET", sample.path, sorted(snake))
    assert {one.parameters["conversation_status"] for one in sandbox.requests} == {"ACTIVE"}
    assert set(talks["status"]) == {"ACTIVE"}


@each("sample", lambda row: row.place == "the same query in snake_case")
def test_the_sample_of_page_2_as_it_is_printed_would_be_refused(row: Row, sandbox: Sandbox) -> None:
    assert "camelCase names are wrong" in row.name
    printed = urlsplit(PAGE_2)
    answer = httpx.get(
        f"{sandbox.url}{printed.path}?{printed.query}", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=10
    )
    assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (400, 355017)


@pytest.mark.parametrize(
    ("sample", "endpoints"),
    [
        (PAGE_1, [ebay_leads.ALL_LISTINGS, ebay_leads.ONE_LISTING]),
        (PAGE_2, [ebay_conversations.GET_CONVERSATIONS, ebay_conversations.GET_CONVERSATION]),
    ],
    ids=["page 1", "page 2"],
)
def test_the_sample_is_asked_of_its_own_host(sample: str, endpoints: list[Endpoint]) -> None:
    host = urlsplit(sample).netloc
    assert {f"{endpoint.host}.ebay.com" for endpoint in endpoints} == {host}
    with lk.Ebay(TOKEN) as production, lk.Ebay(TOKEN, sandbox=True) as of_ebay:
        assert host in re.findall(r"[\w.]+", repr(production))
        assert host.replace(".ebay", ".sandbox.ebay") in re.findall(r"[\w.]+", repr(of_ebay))
