"""Each error code: the client names it before it sends, the sandbox answers it, and the error carries it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from contract_accounts import NOW, an_account
from contract_rows import ROWS, Row, each
from contract_server import answering, as_json

import leadkit as lk
from leadkit.sandbox import Sandbox

LEADS, TALKS = "/sell/leads/v1/classified_lead", "/commerce/message/v1/conversation"
MEMBERS = {"conversation_type": "FROM_MEMBERS"}
LATER = "2026-11-03T00:00:00Z"
EARLY, LATE = "2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z"


@dataclass(frozen=True)
class Provoked:
    """How a code is provoked: by a raw request, and by arguments that the client must refuse."""

    query: dict[str, str] = field(default_factory=dict)
    path: str = ""
    arguments: tuple[dict[str, Any], ...] = ()
    named: str = ""


PROVOKED = {
    ("leads", "350000"): Provoked(),
    ("leads", "352002"): Provoked(
        {}, "/nonsense", ({"item_id": "nonsense"}, {"item_id": 0}, {"item_id": ""}), "item_id"
    ),
    ("leads", "352003"): Provoked({"startTime": "2026-08-01"}, "", ({"start": "yesterday"}, {"start": 7}), "start"),
    ("leads", "352004"): Provoked(
        {"startTime": LATER}, "", ({"start": LATER}, {"start": LATER, "end": LATER}), "start"
    ),
    ("leads", "352005"): Provoked(
        {"startTime": LATE, "endTime": EARLY}, "", ({"start": LATE, "end": EARLY}, {"start": LATE, "end": LATE}), "end"
    ),
    ("leads", "352006"): Provoked({"status": "NEW"}, "", ({"status": "NEW"}, {"status": "answered"}), "status"),
    ("leads", "352007"): Provoked(
        {"includeMessages": "maybe"}, "", ({"include_messages": "maybe"}, {"include_messages": 1}), "include_messages"
    ),
    ("conversations", "335000"): Provoked(MEMBERS),
    ("conversations", "355001"): Provoked({"conversation_status": "NEW"}, "", ({"status": "NEW"},), "status"),
    ("conversations", "355002"): Provoked(
        {"conversation_type": "FROM_AFAR"}, "", ({"conversation_type": "FROM_AFAR"},), "conversation_type"
    ),
    ("conversations", "355003"): Provoked(
        {"reference_type": "ITEM", "reference_id": "7"}, "", ({"reference": ("ITEM", "7")},), "reference"
    ),
    ("conversations", "355004"): Provoked(
        {"start_time": "2026-09-01T00:00:00.000Z", "end_time": "2026-08-01T00:00:00.000Z"},
        "",
        ({"start": LATE, "end": EARLY}, {"start": LATE, "end": LATE}),
        "end",
    ),
    ("conversations", "355005"): Provoked({"start_time": "2026-09-01"}, "", ({"start": "yesterday"},), "start"),
    ("conversations", "355006"): Provoked({"other_party_username": "nobody-is-called-so"}),
    ("conversations", "355008"): Provoked({"limit": "5", "offset": "7"}),
    ("conversations", "355009"): Provoked(
        {"limit": "51"}, "", ({"page_size": 51}, {"page_size": 0}, {"page_size": -5}, {"page_size": "5"}), "page_size"
    ),
    ("conversations", "355016"): Provoked(
        {"reference_type": "LISTING", "reference_id": "-7"},
        "",
        ({"reference": ("LISTING", "-7")}, {"reference": ("LISTING", "x")}, {"item_id": "x"}, {"item_id": "0"}),
        "",
    ),
    ("conversations", "355017"): Provoked(
        {"conversation_type": ""}, "", ({"conversation_type": None},), "conversation_type"
    ),
    ("conversations", "355022"): Provoked(
        {"reference_id": "7"},
        "",
        ({"reference": (None, "7")}, {"reference": ("", "7")}, {"reference": "7"}),
        "reference",
    ),
}


def provoked(row: Row) -> Provoked:
    return PROVOKED[row.source, row.name]


def is_server_error(row: Row) -> bool:
    return row.place == "ServerError.code"


def is_refused_here(row: Row) -> bool:
    return row.place.startswith("InvalidRequest") or row.place.endswith("(the client can't send it)")


def answered(sandbox: Sandbox, row: Row) -> httpx.Response:
    """The sandbox's own answer to a request that has this fault."""
    how = provoked(row)
    if is_server_error(row):
        sandbox.faults.add("status", status=500)
    query = how.query if row.source == "leads" else MEMBERS | how.query
    path = f"{LEADS if row.source == 'leads' else TALKS}{how.path}"
    return httpx.get(
        f"{sandbox.url}{path}", params=query, headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=10
    )


def fetch(ebay: lk.Ebay, source: str, **arguments: Any) -> object:
    return ebay.leads(**arguments) if source == "leads" else ebay.conversations(**arguments)


@each("code", is_refused_here)
def test_the_client_names_the_code_and_sends_nothing(row: Row) -> None:
    how = provoked(row)
    assert how.arguments
    for arguments in how.arguments:
        with answering(as_json({})) as server, an_account(server.url, clock=NOW) as ebay:
            with pytest.raises(lk.InvalidRequest) as caught:
                fetch(ebay, row.source, **arguments)
            assert ebay.requests.is_empty()
        error = caught.value
        assert server.asked == []
        assert (error.code, error.source, error.status, row.name in str(error)) == (row.name, row.source, None, True)
        assert f"{how.named or next(iter(arguments))}=" in str(error)
        assert isinstance(error, ValueError)


@each("code")
def test_the_sandbox_answers_the_code(row: Row, sandbox: Sandbox) -> None:
    answer = answered(sandbox, row)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["errorId"]) == (500 if is_server_error(row) else 400, int(row.name))


@each("code")
def test_the_error_carries_the_code_that_was_answered(row: Row, sandbox: Sandbox, no_pauses: None) -> None:
    answer = answered(sandbox, row)
    with answering((answer.status_code, {"Content-Type": "application/json"}, answer.content)) as server:
        with an_account(server.url) as ebay, pytest.raises(lk.LeadkitError) as caught:
            fetch(ebay, row.source)
        assert server.asked
    error = caught.value
    assert isinstance(error, lk.ServerError) is is_server_error(row)
    assert not isinstance(error, lk.InvalidRequest)
    assert (error.code, error.status, error.source) == (row.name, answer.status_code, row.source)
    assert [one["code"] for one in error.errors] == [row.name]
    assert row.name in str(error)


SENDABLE: dict[tuple[str, str], Callable[[lk.Ebay], object]] = {
    ("leads", "352002"): lambda ebay: ebay.leads(item_id="111111111111"),
    ("conversations", "355006"): lambda ebay: ebay.conversations(other_party="nobody-is-called-so"),
}


@each("code", lambda row: (row.source, row.name) in SENDABLE)
def test_what_only_the_server_can_know_comes_back_as_its_code(row: Row, sandbox: Sandbox, no_pauses: None) -> None:
    with an_account(sandbox.url, clock=sandbox.dealership.now) as ebay, pytest.raises(lk.LeadkitError) as caught:
        SENDABLE[row.source, row.name](ebay)
    assert (caught.value.code, caught.value.status, len(sandbox.requests)) == (row.name, 400, 1)


@each("code", lambda row: row.place == "sandbox answers it (the client keeps offset a multiple)")
def test_the_client_keeps_the_offset_a_multiple_of_the_limit(row: Row, sandbox: Sandbox) -> None:
    with an_account(sandbox.url, sellers=sandbox.dealership.sellers, clock=sandbox.dealership.now) as ebay:
        for page_size in (7, 50):
            ebay.conversations(page_size=page_size)
    sent = [(int(one.parameters["offset"]), int(one.parameters["limit"])) for one in sandbox.requests]
    assert {limit for _, limit in sent} == {7, 50}
    assert max(offset for offset, _ in sent) >= 7
    assert all(offset % limit == 0 for offset, limit in sent)


def test_every_way_to_provoke_a_code_belongs_to_a_row() -> None:
    assert {(row.source, row.name) for row in ROWS if row.is_due and row.kind == "code"} == set(PROVOKED)
