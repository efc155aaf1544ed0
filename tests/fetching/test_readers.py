"""Saved bodies become the frames that the API would have given."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from apis import NOW, as_json, asking, leads_body, message, talk, threads, unheard
from loopback import Served

import leadkit as lk

AT = datetime(2026, 8, 1, 10, tzinfo=UTC)
LEADS = leads_body([(AT, "ann"), (AT, "bo")])
BARE = LEADS["classifiedLeads"][0]
TALKS = {"href": "/commerce/message/v1/conversation?limit=50&offset=0", "conversations": [talk("row-1")], "total": 1}
THREAD = {
    "href": "https://api.ebay.com/commerce/message/v1/conversation/3120000007?limit=50",
    "messages": [message("b", 1, "me"), message("a", 0)],
    "total": 2,
}

READERS = [
    (lk.read_leads, ".json"),
    (lk.read_conversations, ".json"),
    (lk.read_messages, ".json"),
    (lk.read_crm_leads, ".json"),
    (lk.read_mail, ".xml"),
    (lk.read_folders, ".xml"),
]


def saved(body: Any) -> bytes:
    return json.dumps(body, indent=1).encode()


@pytest.mark.parametrize(
    "given",
    [
        lambda file: file,
        str,
        lambda file: file.parent,
        lambda file: file.read_bytes(),
        lambda file: json.loads(file.read_bytes()),
        lambda file: [file],
        lambda file: (one for one in [file.read_bytes()]),
        lambda file: [[json.loads(file.read_bytes())]],
    ],
    ids=["path", "text", "folder", "bytes", "dict", "list", "generator", "nested"],
)
def test_bodies_come_in_any_form(given: Any, tmp_path: Path) -> None:
    file = tmp_path / "leads.json"
    file.write_bytes(saved(LEADS))
    (tmp_path / "leads.meta.json").write_text(json.dumps({"at": AT.isoformat(), "date": None}))
    found = lk.read_leads(given(file), account="mine")
    assert found.select("account", "user_id").rows() == [("mine", "ann"), ("mine", "bo")]


def test_a_reader_gives_what_the_api_gives() -> None:
    with asking(as_json(LEADS)) as (ebay, _):
        assert ebay.leads().equals(lk.read_leads(LEADS, fetched_at=NOW))
    with asking(as_json(TALKS)) as (ebay, _):
        assert ebay.conversations().equals(lk.read_conversations(TALKS, fetched_at=NOW, sellers="me"))
    with asking(as_json(THREAD)) as (ebay, _):
        fetched = ebay.messages(threads("3120000007"))
    read = lk.read_messages(THREAD, fetched_at=NOW, sellers=["me"], reference_id="11003120000007")
    assert fetched.equals(read)


def test_no_bodies_are_no_rows_with_every_column() -> None:
    for read, one in ((lk.read_leads, LEADS), (lk.read_conversations, TALKS), (lk.read_messages, THREAD)):
        with unheard():
            assert read([]).schema == read(one).schema
            assert read([]).is_empty()


def test_a_listing_alone_is_read_as_what_it_is() -> None:
    assert lk.read_leads(BARE).equals(lk.read_leads(LEADS))
    assert len(lk.read_leads([BARE, leads_body([(AT, "cy")])])) == 3


def test_each_conversation_is_there_once_as_last_seen() -> None:
    pages = [
        {"conversations": [talk("row-1"), talk("row-2")], "total": 3},
        {"conversations": [talk("row-2") | {"unreadCount": 5}, talk("row-3")], "total": 3},
    ]
    found = lk.read_conversations(pages, sellers="me")
    assert found.select("conversation_id", "unread_count").rows() == [("row-3", None), ("row-2", 5), ("row-1", None)]


def test_a_page_that_is_missing_is_told() -> None:
    problems: list[dict[str, Any]] = []
    with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        lk.read_conversations(TALKS | {"total": 5}, sellers="me", problems=problems)
    assert [(row["kind"], row["example"]) for row in problems] == [("total_mismatch", "5")]
    with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        lk.read_messages(THREAD | {"total": 5}, sellers="me")


def test_two_sweeps_have_two_totals() -> None:
    pages = [
        {
            "href": f"/commerce/message/v1/conversation?conversation_type={kind}&limit=1&offset={offset}",
            "conversations": [talk(f"{kind}-{offset}")],
            "total": 2,
        }
        for kind in ("FROM_MEMBERS", "FROM_EBAY")
        for offset in (0, 1)
    ]
    assert len(lk.read_conversations(pages, sellers="me")) == 4


def test_an_address_that_is_none_is_passed_over() -> None:
    page = {"href": "http://[::1", "conversations": [talk("1")], "total": 1}
    assert len(lk.read_conversations(page, sellers="me")) == 1


@pytest.mark.parametrize(
    ("href", "key"),
    [
        ("https://api.ebay.com/commerce/message/v1/conversation/31?limit=5", "31"),
        ("/commerce/message/v1/conversation/a%2Fb/", "a/b"),
        ("/commerce/message/v1/conversation", None),
        ("/elsewhere/31", None),
        ("http://[::1/conversation/31", None),
        (None, None),
        (5, None),
    ],
)
def test_a_thread_says_in_its_address_which_one_it_is(href: Any, key: str | None) -> None:
    found = lk.read_messages(THREAD | {"href": href}, sellers="me")
    assert found["conversation_id"].to_list() == [key, key]


def test_ids_are_given_for_all_bodies_or_one_each() -> None:
    alone = {"messages": [message("a")], "total": 1}
    found = lk.read_messages([alone, alone], sellers="me", conversation_id=["1", "2"], reference_id=["11", None])
    assert found.select("conversation_id", "reference_id").rows() == [("1", "11"), ("2", None)]
    assert lk.read_messages([alone], sellers="me", conversation_id="7")["conversation_id"].to_list() == ["7"]
    with pytest.raises(lk.InvalidRequest, match="conversation_id has 1 ids for 2 bodies"):
        lk.read_messages([alone, alone], conversation_id=["1"])


def test_pages_of_one_thread_are_one_thread() -> None:
    first = THREAD | {"messages": [message("a", 0), message("b", 1)], "total": 3}
    second = THREAD | {"messages": [message("b", 1), message("c", 2)], "total": 3}
    assert lk.read_messages([second, first], sellers="me")["message_id"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize("wrong", [5, None, 1.5, object()])
def test_what_is_no_body_is_refused(wrong: Any) -> None:
    for given in (wrong, [wrong]):
        with pytest.raises(lk.InvalidRequest, match="bodies is a"):
            lk.read_leads(given)


def test_a_path_where_nothing_lies_is_refused(tmp_path: Path) -> None:
    for read, ending in READERS:
        with pytest.raises(lk.InvalidRequest, match=rf"there is nothing at .*a folder of {ending} files"):
            read(tmp_path / "none")


def test_an_empty_path_is_not_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for read, ending in READERS:
        with pytest.raises(lk.InvalidRequest, match=rf"bodies='' is refused: .* {ending} files; .* is '\.'"):
            read("")
    for takes_a_path in (lk.open, lk.Saved, lambda path: lk.Ebay("a-token", record=path)):
        with pytest.raises(lk.InvalidRequest, match=r"='' is refused: allowed is the path of a folder; .* is '\.'"):
            takes_a_path("")
    assert not list(tmp_path.iterdir())
    (tmp_path / "leads.json").write_bytes(saved(LEADS))
    assert len(lk.read_leads(".")) == 2


def test_a_folder_without_a_body_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    for read, ending in READERS:
        table = read.__name__.removeprefix("read_")
        with pytest.raises(lk.NotFound, match=rf"{table}: there is no {ending} file in ") as caught:
            read(tmp_path)
        assert (caught.value.source, str(tmp_path) in str(caught.value)) == (table, True)


def test_a_recording_is_read_whole_by_each_reader(tmp_path: Path) -> None:
    with lk.demo(leads=30, record=tmp_path) as shop, unheard():
        talks, people = shop.ebay.conversations("ALL"), shop.crm.leads(shop.ids)
        fetched = [shop.ebay.leads(), talks, shop.ebay.messages(talks).drop("reference_id"), people]
    mine = {"sellers": shop.ebay._sellers, "account": "demo"}
    (tmp_path / "leads-by-hand.json").write_bytes(saved(leads_body([(AT, "zoe")])))
    with unheard():
        assert lk.read_leads(tmp_path, account="demo")["user_id"].to_list()[-1] == "zoe"
        (tmp_path / "leads-by-hand.json").unlink()
        read = [
            lk.read_leads(tmp_path, account="demo"),
            lk.read_conversations(tmp_path, **mine),
            lk.read_messages(tmp_path, **mine).drop("reference_id"),
            lk.read_crm_leads(tmp_path, account="demo", columns=[]),
        ]
    for before, after in zip(fetched, read, strict=True):
        assert after.sort(after.columns[1:3]).equals(before.sort(before.columns[1:3]))


def test_what_is_no_data_of_a_table_in_a_recording_is_passed_over(tmp_path: Path) -> None:
    answers = iter([as_json(LEADS)])
    with asking(lambda _: next(answers, Served(403, b'{"errors":[]}')), record=tmp_path) as (ebay, _):
        ebay.leads()
        with pytest.raises(lk.Forbidden):
            ebay.leads()
        with pytest.raises(lk.Forbidden):
            ebay.conversations()
    assert len(lk.read_leads(tmp_path)) == 2
    (tmp_path / "0002-leads.meta.json").write_text("{")  # whose it is, its name tells
    with pytest.raises(
        lk.NotFound, match=r"conversations: there is no recorded answer .* and no file of conversations"
    ):
        lk.read_conversations(tmp_path)
    with pytest.raises(lk.BadResponse, match=r"0002-leads\.meta\.json in the recording is damaged"):
        lk.read_leads(tmp_path)


@pytest.mark.parametrize("read", [lk.read_leads, lk.read_conversations, lk.read_messages])
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b"<html>", b'{"total":1', b'{"errors":[{"errorId":1001}]}', {}, b"null"]
)
def test_a_bad_body_is_named_with_its_file(read: Any, body: Any, tmp_path: Path) -> None:
    with pytest.raises(lk.BadResponse) as caught:
        read(body)
    table = read.__name__.removeprefix("read_")
    assert str(caught.value).startswith(f"{table} ({'dict' if body == {} else 'bytes'}): ")
    assert caught.value.source == table
    (tmp_path / "mine.json").write_bytes(body or b"")
    with pytest.raises(lk.BadResponse, match=rf"{table} \(mine.json\): "):
        read(tmp_path)


def test_what_the_api_said_instead_is_part_of_the_error() -> None:
    with pytest.raises(lk.BadResponse, match="The API said: 1001 Invalid token") as caught:
        lk.read_leads({"errors": [{"errorId": 1001, "message": "Invalid token"}]})
    assert (caught.value.code, caught.value.errors[0]["message"]) == ("1001", "Invalid token")


def test_a_given_time_is_the_time_of_all_bodies() -> None:
    assert lk.read_leads(LEADS)["fetched_at"].to_list() == [None, None]
    assert lk.read_leads(LEADS, fetched_at=AT)["fetched_at"].to_list() == [AT, AT]
    assert lk.read_leads(LEADS, fetched_at=AT).schema["fetched_at"] == pl.Datetime("us", "UTC")


def test_strict_raises_for_each_table() -> None:
    bad = {"createdDate": "soon"}
    for read, body in (
        (
            lk.read_leads,
            leads_body([])
            | {"totalLeads": 1, "classifiedLeads": [{"itemId": "1", "responses": [{"submittedTime": "soon"}]}]},
        ),
        (lk.read_conversations, {"conversations": [talk("1") | bad], "total": 1}),
        (lk.read_messages, {"messages": [message("1") | bad], "total": 1}),
    ):
        with pytest.raises(lk.BadResponse, match=r"1 value.s. do not fit"), unheard():
            read(body, strict=True)
