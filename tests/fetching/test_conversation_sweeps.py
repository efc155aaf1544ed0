"""Conversations are swept page by page: each that was there throughout is in the frame once, whatever moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from apis import NOW, as_json, asked, asking, kinds, list_api, talk, unheard
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Arrived, Served
from moving_list import EVENTS, MovingList, lists

import leadkit as lk


def rows(count: int) -> list[str]:
    return [f"row-{number}" for number in range(count)]


def api(listed: MovingList, link: str = "") -> Any:
    return list_api(listed, "conversations", talk, link)


@settings(max_examples=15)
@given(lists(st.lists(EVENTS, max_size=20)), st.integers(1, 5))
def test_whatever_was_there_throughout_is_in_the_frame_once_or_the_unrest_is_told(
    listed: MovingList, page_size: int
) -> None:
    with asking(api(listed)) as (ebay, server), unheard():
        found = ebay.conversations(page_size=page_size)
        told = kinds(ebay)
        unrest = any("still changing" in detail for detail in ebay.problems["detail"])
    ids = found["conversation_id"].to_list()
    assert len(set(ids)) == len(ids)
    assert unrest or listed.throughout(len(listed.seen)) <= set(ids)
    assert len(server.arrived) <= 3 * (2 * 40 + 21)
    moved = any(seen != listed.seen[0] for seen in listed.seen)
    assert moved or "moved_pages" not in told
    assert set(ids) <= {row for seen in listed.seen for row in seen}


@settings(max_examples=12)
@given(lists(st.just([])), st.integers(1, 5))
def test_a_list_that_stands_still_is_whole_and_only_a_wrong_total_is_told(listed: MovingList, page_size: int) -> None:
    with asking(api(listed)) as (ebay, _), unheard():
        found = ebay.conversations(page_size=page_size)
        total = max(0, len(listed.rows) + listed.off)
        assert kinds(ebay) == ({} if total == len(listed.rows) else {"total_mismatch": 1})
    assert sorted(found["conversation_id"]) == sorted(listed.rows)


@pytest.mark.parametrize("event", ["arrive", "vanish", "rise"])
def test_a_list_that_moved_is_swept_again_and_told(event: Any) -> None:
    listed = MovingList(rows(12), [("nothing", 0), (event, 9)], at_most=5)
    with asking(api(listed)) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match="moved_pages"):
            found = ebay.conversations(page_size=5)
        (problem,) = ebay.problems.rows(named=True)
    assert problem["detail"] == "the list changed while it was read: swept 2 times, all that was seen is kept"
    assert set(listed.rows) <= set(found["conversation_id"])


def test_a_list_that_never_rests_is_swept_three_times_and_kept_as_far_as_seen() -> None:
    listed = MovingList(rows(12), [("arrive", 0)] * 99, at_most=5)
    with asking(api(listed)) as (ebay, _), unheard():
        found = ebay.conversations(page_size=5)
        details = ebay.problems.filter(kind="moved_pages")["detail"].to_list()
    assert [detail.endswith("swept 3 times, all that was seen is kept, still changing") for detail in details] == [True]
    assert set(rows(12)) <= set(found["conversation_id"])


def test_the_latest_form_of_a_row_is_kept() -> None:
    answers = iter(range(99))

    def script(arrived: Arrived) -> Served:
        row = talk("row-1") | {"unreadCount": next(answers)}
        return as_json({"conversations": [row], "total": 2, "limit": 1, "next": "/more"})

    with asking(script) as (ebay, server), unheard():
        found = ebay.conversations(page_size=1)
    assert found["unread_count"].to_list() == [len(server.arrived) - 1]


def test_a_page_that_is_repeated_is_told_as_duplicates() -> None:
    body = {"conversations": [talk("row-1"), talk("row-2")], "total": 40, "limit": 2, "next": "/more"}
    with asking(as_json(body)) as (ebay, server), unheard():
        found = ebay.conversations(page_size=2)
        told = kinds(ebay)
    assert sorted(found["conversation_id"]) == ["row-1", "row-2"]
    assert told["duplicate"] == 4
    assert told["total_mismatch"] == 1
    assert len(server.arrived) <= 12


def test_new_rows_without_an_end_come_to_an_end() -> None:
    def script(arrived: Arrived) -> Served:
        offset = int(asked(arrived)["offset"])
        body = {"conversations": [talk(f"row-{offset}"), talk(f"row-{offset + 1}")], "total": 5, "limit": 2}
        return as_json(body | {"next": "/more"})

    with asking(script) as (ebay, server), pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        assert len(ebay.conversations(page_size=2)) > 5
    assert len(server.arrived) < 40


def test_a_smaller_page_than_asked_for_is_told_where_the_answer_does_not_say_so() -> None:
    """Without its `limit` the offset can't be known; but that rows are missing is."""

    def script(arrived: Arrived) -> Served:
        return as_json({"conversations": [talk("row-1"), talk("row-2")], "total": 40})

    with asking(script) as (ebay, _), pytest.warns(lk.LeadkitWarning, match="says 40, 2 came"):
        assert len(ebay.conversations()) == 2


def test_a_next_page_on_another_host_is_fetched_from_our_own() -> None:
    listed = MovingList(rows(12), at_most=5)
    with asking(as_json({})) as (_, elsewhere):
        with asking(api(listed, link=elsewhere.origin)) as (ebay, server):
            assert len(ebay.conversations(page_size=5)) == 12
        assert elsewhere.arrived == []
    assert {arrived.headers["authorization"] for arrived in server.arrived} == {"Bearer a-good-token"}


def test_rows_without_an_id_are_all_kept_and_told() -> None:
    with_none = [talk("row-1"), {"conversationTitle": "a"}, {"conversationTitle": "a"}, talk("row-2")]
    with asking(as_json({"conversations": with_none, "total": 4})) as (ebay, _):
        found = ebay.conversations()
        assert kinds(ebay) == {"row_without_id": 2}
    assert found["title"].null_count() == 2
    assert len(found) == 4


def test_rows_without_an_id_are_not_there_twice_because_their_page_was_read_again(tmp_path: Path) -> None:
    one = {"conversationTitle": "a", "conversationType": "FROM_MEMBERS"}
    listed = [one, one, talk("row-1"), one | {"conversationTitle": "b"}]

    def script(arrived: Arrived) -> Served:
        offset, total = int(asked(arrived)["offset"]), len(listed)
        page = listed[offset : offset + 2]
        if offset:
            del listed[3:]  # it vanishes when it was seen
        return as_json({"conversations": page, "total": total})

    with asking(script) as (ebay, server), unheard():
        found = ebay.conversations(page_size=2)
        assert kinds(ebay)["moved_pages"] == 1
    assert len(server.arrived) > 5
    assert sorted(found["title"].drop_nulls()) == ["a", "a", "b"]
    with asking(script, record=tmp_path) as (ebay, server), unheard():
        found = ebay.conversations(page_size=2)
        assert lk.Saved(tmp_path).conversations(page_size=3).equals(found)
    assert found["title"].to_list() == [None, "a", "a"]


def test_all_types_are_two_sweeps() -> None:
    def script(arrived: Arrived) -> Served:
        kind = asked(arrived)["conversation_type"]
        return as_json({"conversations": [talk(kind) | {"conversationType": kind}], "total": 1})

    with asking(script) as (ebay, server):
        found = ebay.conversations("ALL", start="2026-08-01", end=NOW)
    queries = [asked(arrived) for arrived in server.arrived]
    assert [query["conversation_type"] for query in queries] == ["FROM_MEMBERS", "FROM_EBAY"]
    assert [sorted(query) for query in queries] == [
        ["conversation_type", "end_time", "limit", "offset", "start_time"],
        ["conversation_type", "limit", "offset"],
    ]
    assert sorted(found["conversation_type"]) == ["FROM_EBAY", "FROM_MEMBERS"]


def test_what_the_api_can_not_filter_is_filtered_here() -> None:
    def row(key: str, latest: str | None, created: str | None = None) -> dict[str, Any]:
        return {"conversationId": key, "latestMessage": {"createdDate": latest}, "createdDate": created}

    talks = [
        row("before", "2026-07-31T23:59:59.999Z"),
        row("at the start", "2026-08-01T00:00:00.000Z"),
        row("at the end", "2026-09-01T00:00:00.000Z"),
        row("begun within", None, "2026-08-05T00:00:00.000Z"),
        row("begun before", None, "2026-07-05T00:00:00.000Z"),
        row("spoken within", "2026-08-09T00:00:00.000Z", "2026-07-05T00:00:00.000Z"),
        row("no time", None),
    ]
    with asking(as_json({"conversations": talks, "total": 7})) as (ebay, _), unheard():
        found = ebay.conversations("FROM_EBAY", start="2026-08-01", end="2026-09-01")
    assert set(found["conversation_id"]) == {"at the start", "begun within", "spoken within", "no time"}


def test_the_newest_stands_first_and_what_has_no_time_last() -> None:
    talks = [{"conversationId": "none"}, talk("row-1"), talk("row-3"), talk("row-2")]
    with asking(as_json({"conversations": talks, "total": 4})) as (ebay, _):
        assert ebay.conversations()["conversation_id"].to_list() == ["row-3", "row-2", "row-1", "none"]


def test_no_more_rows_than_wanted_means_no_more_calls() -> None:
    listed = MovingList(rows(12), at_most=5)
    with asking(api(listed)) as (ebay, server):
        with pytest.warns(lk.LeadkitWarning, match="more than max_rows=4 rows"):
            assert len(ebay.conversations(page_size=5, max_rows=4)) == 4
        assert len(server.arrived) == 1
        assert kinds(ebay) == {"cut": 1}


def test_the_other_party_is_the_one_who_is_not_the_seller() -> None:
    sent = talk("row-1") | {"latestMessage": {"senderUsername": "ME", "recipientUsername": "bo"}}
    strange = talk("row-3") | {"latestMessage": {"senderUsername": "x", "recipientUsername": "y"}}
    body = {"conversations": [sent, talk("row-2"), strange], "total": 3}
    with asking(as_json(body)) as (ebay, _):
        found = dict(ebay.conversations().select("conversation_id", "other_party").iter_rows())
    assert found == {"row-1": "bo", "row-2": "row-2", "row-3": None}
    two = as_json({"conversations": [sent, talk("row-2")], "total": 2})
    with asking(two, sellers=()) as (ebay, _), pytest.warns(lk.LeadkitWarning, match="seller_inferred"):
        found = dict(ebay.conversations().select("conversation_id", "other_party").iter_rows())
    assert found == {"row-1": "bo", "row-2": "row-2"}
    one = as_json({"conversations": [talk("row-2")], "total": 1})
    with asking(one, sellers=()) as (ebay, _), pytest.warns(lk.LeadkitWarning, match="seller_unknown"):
        assert ebay.conversations()["other_party"].to_list() == [None]
