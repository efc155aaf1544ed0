"""Each parameter of the APIs arrives as the argument that the contract names was given."""

import re
from collections.abc import Callable
from operator import methodcaller
from typing import Any

import polars as pl
import pytest
from contract_accounts import an_account
from contract_rows import Row, each

from leadkit.sandbox import Received, Sandbox


def an_item(sandbox: Sandbox) -> str:
    """A listing that has a conversation."""
    with_both = sandbox.dealership.truth.filter("in_leads_api", pl.col("conversation_id").is_not_null())
    return str(with_both["item_id"][0])


def a_buyer(sandbox: Sandbox) -> str:
    return str(sandbox.dealership.truth["buyer_user_name"].drop_nulls()[0])


Given = Callable[[Sandbox], tuple[Any, str]]
GIVEN: dict[tuple[str, str], Given] = {
    ("leads", "startTime"): lambda _: ("2026-08-03T04:05:06Z", "2026-08-03T04:05:06Z"),
    ("leads", "endTime"): lambda _: ("2026-09-07T08:09:10Z", "2026-09-07T08:09:10Z"),
    ("leads", "includeMessages"): lambda _: (True, "true"),
    ("leads", "status"): lambda _: ("Unanswered", "Unanswered"),
    ("leads", "itemId (path of /classified_lead/{itemId})"): lambda sandbox: (an_item(sandbox), an_item(sandbox)),
    ("conversations", "limit"): lambda _: (17, "17"),
    ("conversations", "conversation_status"): lambda _: ("UNREAD", "UNREAD"),
    ("conversations", "conversation_type"): lambda _: ("FROM_EBAY", "FROM_EBAY"),
    ("conversations", "reference_id"): lambda sandbox: (("LISTING", an_item(sandbox)), an_item(sandbox)),
    ("conversations", "reference_type"): lambda sandbox: (("LISTING", an_item(sandbox)), "LISTING"),
    ("conversations", "start_time"): lambda _: ("2026-08-03T04:05:06.789Z", "2026-08-03T04:05:06.789Z"),
    ("conversations", "end_time"): lambda _: ("2026-09-07T08:09:10.234Z", "2026-09-07T08:09:10.234Z"),
    ("conversations", "other_party_username"): lambda sandbox: (a_buyer(sandbox), a_buyer(sandbox)),
}
"""What the argument is given, and how it stands in the request."""


def arrived(sandbox: Sandbox, fetch: Callable[[Any], object]) -> list[Received]:
    """What a fetch sends; the sandbox, which checks it by the vendors' pages, has no objection."""
    dealership = sandbox.dealership
    with an_account(sandbox.url, sellers=dealership.sellers, clock=dealership.now) as ebay:
        fetch(ebay)
        assert set(ebay.requests["status"]) == {200}
    return list(sandbox.requests)


def is_argument(row: Row) -> bool:
    return bool(_arguments(row))


def _arguments(row: Row) -> list[tuple[str, str]]:
    """The method and the arguments that a place names, as in ``leads(start=)`` or ``… or item_id=``."""
    named = re.match(r"(\w+)\((\w+)=\)(?: or (\w+)=)?", row.place)
    return [(named[1], argument) for argument in named.groups()[1:] if argument] if named else []


@each("parameter", lambda row: is_argument(row) and "path" not in row.name)
def test_an_argument_arrives_as_its_parameter(row: Row, sandbox: Sandbox) -> None:
    for method, argument in _arguments(row):
        given, wire = GIVEN[row.source, row.name](sandbox)
        if argument == "item_id" and isinstance(given, tuple):
            given = given[1]
        sandbox.requests.clear()
        found = arrived(sandbox, methodcaller(method, **{argument: given}))
        assert found
        assert all(one.parameters[row.name] == wire for one in found)
        assert [name for name, value in found[0].query if value == wire] == [row.name]


@each("parameter", lambda row: is_argument(row) and "path" in row.name)
def test_an_item_id_arrives_in_the_path(row: Row, sandbox: Sandbox) -> None:
    ((method, argument),) = _arguments(row)
    given, wire = GIVEN[row.source, row.name](sandbox)
    (found,) = arrived(sandbox, methodcaller(method, **{argument: given}))
    assert found.path == f"/sell/leads/v1/classified_lead/{wire}"
    assert wire not in dict(found.query).values()


@each("parameter", lambda row: row.name == "conversation_id (path)" and row.place == "messages()")
def test_a_conversation_is_asked_for_by_its_id(row: Row, sandbox: Sandbox) -> None:
    threads = [thread for thread in sandbox.dealership.threads if thread.item_id][:3]
    frame = pl.DataFrame(
        {
            "conversation_id": [thread.conversation_id for thread in threads],
            "conversation_type": [thread.conversation_type for thread in threads],
            "reference_id": [thread.item_id for thread in threads],
        }
    )
    messages: list[pl.DataFrame] = []
    found = arrived(sandbox, lambda ebay: messages.append(ebay.messages(frame)))
    assert {one.path for one in found} == {
        f"/commerce/message/v1/conversation/{key}" for key in frame["conversation_id"]
    }
    assert all(one.parameters["conversation_type"] == "FROM_MEMBERS" for one in found)
    kept = messages[0].select("conversation_id", "reference_id").unique().sort("conversation_id")
    assert kept.equals(frame.select("conversation_id", "reference_id").sort("conversation_id"))


@each("parameter", lambda row: row.place == "paging")
def test_the_offset_goes_on_by_the_limit(row: Row, sandbox: Sandbox) -> None:
    found = arrived(sandbox, lambda ebay: ebay.conversations(page_size=17))
    sent = [int(one.parameters[row.name]) for one in found]
    last = len([thread for thread in sandbox.dealership.threads if thread.conversation_type == "FROM_MEMBERS"])
    assert last > 34
    assert sent == [*range(0, last, 17), 0]  # the first page once more: it tells whether rows have moved


@pytest.mark.parametrize(
    ("fetch", "query"),
    [
        (lambda ebay: ebay.leads(), {"includeMessages": "false"}),
        (lambda ebay: ebay.conversations(), {"conversation_type": "FROM_MEMBERS", "limit": "50", "offset": "0"}),
    ],
    ids=["leads", "conversations"],
)
def test_what_was_not_given_is_not_sent(
    fetch: Callable[[Any], object], query: dict[str, str], sandbox: Sandbox
) -> None:
    assert arrived(sandbox, fetch)[0].parameters == query


def test_both_types_are_two_sweeps(sandbox: Sandbox) -> None:
    found = arrived(sandbox, lambda ebay: ebay.conversations("ALL"))
    assert list(dict.fromkeys(one.parameters["conversation_type"] for one in found)) == ["FROM_MEMBERS", "FROM_EBAY"]
