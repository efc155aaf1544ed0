"""A recorded account gives the same frames and the same problems offline; what was interrupted is left out."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from apis import (
    DATE,
    NOW,
    an_account,
    as_json,
    asked,
    asking,
    kinds,
    leads_api,
    leads_body,
    list_api,
    message,
    talk,
    threads,
    unheard,
)
from loopback import Arrived, Served
from moving_list import MovingList

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox

START = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "saved"


@pytest.fixture(scope="module")
def dealership() -> Dealership:
    return Dealership(7, 120)


@pytest.fixture
def sandbox(dealership: Dealership) -> Iterator[Sandbox]:
    with Sandbox(dealership=dealership) as running:
        yield running


def all_tables(ebay: Any) -> list[pl.DataFrame]:
    with unheard():
        talks = ebay.conversations("ALL", start="2026-08-01")
        leads = [ebay.leads(), ebay.leads(start="2026-09-01", end="2026-12-31", include_messages=True, max_rows=9)]
        return [*leads, talks, ebay.messages(talks)]


@pytest.mark.parametrize("faulty", [False, True], ids=["as it is", "with faults"])
def test_a_replay_gives_the_same_frames_and_the_same_problems(sandbox: Sandbox, folder: Path, faulty: bool) -> None:
    if faulty:
        sandbox.faults.add("unknown_keys", at="classifiedLeads[].responses[]")
        sandbox.faults.add("object_in_scalar", at="conversations[].latestMessage.createdDate", rows=2)
        sandbox.faults.add("value", at="messages[].createdDate", value="soon")
        sandbox.faults.add("insert_rows", after=2)
        sandbox.faults.add("gone_thread", conversation_id=None, times=2)
        sandbox.faults.add("wrong_total", delta=2, path="/conversation/", times=3)
        sandbox.faults.add("status", status=503, times=2, after=3)
    dealer = sandbox.dealership
    settings = {
        "token": sandbox.token,
        "sellers": dealer.sellers,
        "clock": dealer.now,
        "max_parallel": 1 if faulty else 8,
    }
    with an_account(sandbox.url, record=folder, account="mine", **settings) as ebay:
        fetched, problems = all_tables(ebay), ebay.problems
    with lk.Saved(folder) as again:
        replayed = all_tables(again)
        assert again.problems.equals(problems)
        assert again.account == "mine"
    assert all(len(table) for table in fetched)
    for before, after in zip(fetched, replayed, strict=True):
        assert after.equals(before)
    if faulty:
        assert {"unknown_key", "bad_value", "moved_pages", "missing_thread"} <= set(problems["kind"])


def test_a_fetch_that_was_halved_is_replayed_window_by_window(folder: Path) -> None:
    leads = [(START + timedelta(days=n), "ann") for n in range(40)]
    with asking(leads_api(leads, 15), record=folder) as (ebay, _):
        fetched = ebay.leads(start=START, end=NOW)
        problems = ebay.problems
    again = lk.Saved(folder)
    assert again.leads(start=START, end=NOW).equals(fetched)
    assert again.problems.equals(problems)


def test_a_fetch_that_was_halved_for_a_body_above_the_cap_is_replayed_too(folder: Path) -> None:
    bomb = Served(body=gzip.compress(bytes(65 * 2**20), 1), headers=DATE | {"Content-Encoding": "gzip"})
    leads = [(START + timedelta(days=n), "ann") for n in range(40)]
    with asking(leads_api(leads, 30, bomb), record=folder) as (ebay, _):
        fetched = ebay.leads(start=START, end=NOW)
    assert lk.Saved(folder).leads(start=START, end=NOW).equals(fetched)


def test_a_list_that_moved_is_replayed_as_it_moved(folder: Path) -> None:
    listed = MovingList([f"row-{n}" for n in range(12)], [("nothing", 0), ("arrive", 0), ("vanish", 7)], at_most=5)
    with asking(list_api(listed, "conversations", talk), record=folder) as (ebay, _), unheard():
        fetched, problems = ebay.conversations(page_size=5), ebay.problems
    with unheard():
        again = lk.Saved(folder)
        assert again.conversations(page_size=5).equals(fetched)
    assert again.problems.equals(problems)
    assert "moved_pages" in kinds(again)


REFUSED = Served(status=403, body=b'{"errors":[{"errorId":1100,"message":"Access denied"}]}')


def broken_after(calls: int, good: Any) -> Any:
    """An API that refuses after so many calls."""
    seen: list[Arrived] = []

    def script(arrived: Arrived) -> Served:
        seen.append(arrived)
        return good(arrived) if len(seen) <= calls else REFUSED

    return script


def twelve() -> Any:
    return list_api(MovingList([f"row-{n}" for n in range(12)], at_most=5), "conversations", talk)


def test_a_fetch_that_failed_gives_no_frame_and_is_recorded_as_incomplete(folder: Path) -> None:
    with asking(broken_after(2, twelve()), record=folder) as (ebay, _), pytest.raises(lk.Forbidden):
        ebay.conversations(page_size=5)
    assert json.loads((folder / "fetch-0001.open.json").read_text())["complete"] is False
    again = lk.Saved(folder)
    with pytest.raises(lk.NotFound, match=r"nothing whole is saved .* its recording was interrupted; record it again"):
        again.conversations(page_size=5)
    assert "conversations" not in repr(again)


def test_a_fetch_that_was_interrupted_is_recorded_as_incomplete(folder: Path) -> None:
    no_date = Served(body=json.dumps(leads_body([(START, "ann")])).encode())
    interrupted = threading.Event()

    def clock() -> datetime:  # asked where the server does not tell the time: here comes Ctrl-C
        if interrupted.is_set():
            raise KeyboardInterrupt
        return NOW

    with asking(no_date, record=folder, clock=clock) as (ebay, server):
        assert len(ebay.leads()) == 1

        def stopping(_: Arrived) -> Served:
            interrupted.set()
            return no_date

        server.script = stopping
        with pytest.raises(KeyboardInterrupt):
            ebay.leads(max_rows=5)
    assert [path.name for path in folder.glob("fetch-*")] == ["fetch-0001.json", "fetch-0002.open.json"]
    with pytest.warns(lk.LeadkitWarning, match="incomplete_recording"):
        assert len(lk.Saved(folder).leads(max_rows=5)) == 1


def test_an_incomplete_fetch_beside_a_whole_one_is_left_out_and_told(folder: Path) -> None:
    good = twelve()
    with asking(good, record=folder) as (ebay, _):
        fetched = ebay.conversations(page_size=5)
    with asking(broken_after(1, good), record=folder) as (ebay, _), pytest.raises(lk.Forbidden):
        ebay.conversations(page_size=4)
    again = lk.Saved(folder)
    assert again.conversations(page_size=5).equals(fetched)
    assert again.problems.is_empty()
    with pytest.warns(lk.LeadkitWarning, match="incomplete_recording"):
        found = again.conversations(page_size=4)
    assert found.drop("fetched_at").equals(fetched.drop("fetched_at"))
    assert set(kinds(again)) == {"incomplete_recording", "filtered_here"}


def test_other_arguments_filter_what_was_recorded_and_say_so(folder: Path) -> None:
    leads = [(START + timedelta(days=n), "ann") for n in range(10)]
    with asking(leads_api(leads, 99), record=folder) as (ebay, _):
        ebay.leads()
    again = lk.Saved(folder)
    with pytest.warns(lk.LeadkitWarning, match="filtered_here"):
        found = again.leads(start=START + timedelta(days=2), end=START + timedelta(days=5))
    assert found["submitted_at"].to_list() == [at for at, _ in leads[2:5]]


@pytest.fixture
def by_hand(folder: Path) -> Path:
    """Bodies as someone has saved them from a browser."""
    body = leads_body([(START, "ann"), (START + timedelta(days=1), "bo")])
    responses = body["classifiedLeads"][0]["responses"]
    responses[0] |= {"leadStatus": "RESPONDED", "memberMessage": {"memberMessageExchange": [{"response": "Yes."}]}}
    responses[1] |= {"leadStatus": "NEW"}
    talks = [
        talk("row-1")
        | {"conversationStatus": "ACTIVE", "unreadCount": 2, "referenceType": "LISTING", "referenceId": "11"},
        talk("row-2") | {"conversationStatus": "ARCHIVE", "unreadCount": 0},
        talk("row-3") | {"conversationStatus": "ACTIVE", "conversationType": "FROM_EBAY"},
    ]
    (folder / "messages").mkdir(parents=True)
    (folder / "leads-2026-08.json").write_text(json.dumps(body))
    (folder / "conversations.json").write_text(json.dumps({"conversations": talks, "total": 3}))
    for key in ("row-1", "row-2"):
        href = f"/commerce/message/v1/conversation/{key}"
        thread = {"href": href, "messages": [message(f"{key}-a"), message(f"{key}-b", 1, "me")], "total": 2}
        (folder / "messages" / f"{key}.json").write_text(json.dumps(thread))
    return folder


@pytest.mark.parametrize(
    ("options", "buyers"),
    [
        ({}, ["ann", "bo"]),
        ({"status": "Answered"}, ["ann"]),
        ({"status": "Unanswered"}, ["bo"]),
        ({"start": "2026-08-02"}, ["bo"]),
        ({"end": "2026-08-02"}, ["ann"]),
        ({"item_id": "110043671232"}, ["ann", "bo"]),
        ({"item_id": "5"}, []),
    ],
    ids=str,
)
def test_leads_that_were_saved_by_hand_are_filtered_here(
    by_hand: Path, options: dict[str, Any], buyers: list[str]
) -> None:
    assert lk.Saved(by_hand).leads(**options)["user_id"].to_list() == buyers


def test_messages_of_leads_are_there_only_where_they_are_asked_for(by_hand: Path) -> None:
    saved = lk.Saved(by_hand)
    assert saved.leads()["exchanges"].to_list() == [None, None]
    assert saved.leads(include_messages=True)["exchanges"][0][0]["response"] == "Yes."


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, ["row-1", "row-2"]),
        ({"conversation_type": "ALL"}, ["row-1", "row-2", "row-3"]),
        ({"conversation_type": "FROM_EBAY"}, ["row-3"]),
        ({"status": "ACTIVE"}, ["row-1"]),
        ({"status": "ARCHIVED"}, ["row-2"]),
        ({"status": "ARCHIVE"}, ["row-2"]),
        ({"status": "UNREAD"}, ["row-1"]),
        ({"status": "READ"}, ["row-2"]),
        ({"item_id": "11"}, ["row-1"]),
        ({"reference": ("LISTING", 11)}, ["row-1"]),
        ({"other_party": "ROW-2"}, ["row-2"]),
        ({"start": "2026-08-01T10:00:02Z"}, ["row-2"]),
        ({"end": "2026-08-01T10:00:02Z"}, ["row-1"]),
    ],
    ids=str,
)
def test_conversations_that_were_saved_by_hand_are_filtered_here(
    by_hand: Path, options: dict[str, Any], ids: list[str]
) -> None:
    found = lk.Saved(by_hand, sellers=["me"]).conversations(**options)
    assert sorted(found["conversation_id"]) == ids


def test_messages_that_were_saved_by_hand_are_found_by_their_conversations(by_hand: Path) -> None:
    saved = lk.Saved(by_hand, sellers=["me"])
    found = saved.messages(saved.conversations())
    assert found.select("conversation_id", "reference_id", "from_seller").rows() == [
        ("row-1", "11", False),
        ("row-1", "11", True),
        ("row-2", None, False),
        ("row-2", None, True),
    ]
    with pytest.warns(lk.LeadkitWarning, match="missing_thread"):
        assert len(saved.messages(threads("row-2", "row-9"))) == 2
    assert saved.problems.filter(kind="missing_thread")["row_key"].to_list() == ["row-9"]
    with pytest.warns(lk.LeadkitWarning, match="max_rows=1"):
        assert len(saved.messages(threads("row-1").drop("reference_id"), max_rows=1)) == 1


def test_a_thread_whose_body_does_not_say_which_is_known_by_its_file(folder: Path) -> None:
    (folder / "messages").mkdir(parents=True)
    (folder / "messages" / "3120000007.json").write_text(json.dumps({"messages": [message("a")], "total": 1}))
    found = lk.Saved(folder, sellers=["me"]).messages(threads("3120000007"))
    assert found["message_id"].to_list() == ["a"]


def test_a_recorded_thread_whose_body_does_not_say_which_is_known_by_its_address(folder: Path) -> None:
    with asking(as_json({"messages": [message("a")], "total": 1}), record=folder) as (ebay, _):
        ebay.messages(threads("1", "2"))
    with pytest.warns(lk.LeadkitWarning, match="filtered_here"):
        found = lk.Saved(folder).messages(threads("2"), max_rows=5)
    assert found.select("conversation_id", "message_id").rows() == [("2", "a")]


def test_a_first_page_that_a_sweep_read_again_is_there_once_also_where_messages_have_no_id(folder: Path) -> None:
    def script(arrived: Arrived) -> Served:
        offset = int(asked(arrived)["offset"])
        page = [{"messageBody": "a"}] * 50 if not offset else [message("b")]
        return as_json({"messages": page, "total": 51})

    with asking(script, record=folder, sellers=["me"]) as (ebay, server):
        fetched = ebay.messages(threads("1"))
        assert len(server.arrived) == 3
    assert len(fetched) == 51
    with pytest.warns(lk.LeadkitWarning, match="filtered_here"):
        assert lk.Saved(folder).messages(threads("1"), max_rows=99).equals(fetched)


def test_a_folder_without_a_table_says_what_there_is(by_hand: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    for call in (lk.Saved.leads, lk.Saved.conversations):
        with pytest.raises(lk.NotFound, match="nothing whole is saved in nothing"):
            call(lk.Saved(tmp_path / "nothing"))
    with pytest.raises(lk.InvalidRequest, match="no folder"):
        lk.Saved(tmp_path / "none")
    assert "hand-saved bodies" in repr(lk.Saved(by_hand))


def test_a_wrong_argument_is_refused_offline_too(by_hand: Path) -> None:
    with pytest.raises(lk.InvalidRequest, match="status="):
        lk.Saved(by_hand).leads(status="open")
    with pytest.raises(lk.InvalidRequest, match="give the frame"):
        lk.Saved(by_hand).messages(None)  # type: ignore[arg-type]  # wrong on purpose


def test_a_bad_body_that_was_saved_by_hand_is_named(by_hand: Path) -> None:
    (by_hand / "leads-2026-09.json").write_bytes(b'{"totalLeads": 1')
    with pytest.raises(lk.BadResponse, match=r"leads \(leads-2026-09.json\): the body is not JSON"):
        lk.Saved(by_hand).leads()


def test_the_shop_of_a_folder_is_a_saved_account(by_hand: Path) -> None:
    with lk.open(by_hand) as shop:
        assert isinstance(shop.ebay, lk.Saved)
        assert len(shop.ebay.leads()) == 2
