"""Threads are read in parallel, all their pages; what is gone is told, and an error ends it all."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from apis import DATE, as_json, asked, asking, list_api, message, path, settle, threads, unheard
from loopback import Arrived, Served
from moving_list import MovingList

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox

GONE = as_json({"errors": [{"errorId": 2002, "message": "Resource not found"}]}, 404)


def of(arrived: Arrived) -> str:
    return path(arrived).rsplit("/", 1)[1]


def short(arrived: Arrived) -> Served:
    """Two messages in each thread, the later one first."""
    key = of(arrived)
    return as_json({"messages": [message(f"{key}-1", 1, "me"), message(f"{key}-0", 0)], "total": 2})


def test_messages_stand_by_conversation_time_and_id_with_what_their_conversation_knows() -> None:
    with asking(short) as (ebay, server):
        found = ebay.messages(threads("7", "3", "5"))
        assert ebay.problems.is_empty()
    assert found.select("conversation_id", "message_id", "reference_id", "from_seller").rows() == [
        (key, f"{key}-{number}", f"1100{key}", number == 1) for key in "357" for number in (0, 1)
    ]
    assert len(server.arrived) == 3
    assert {asked(arrived)["conversation_type"] for arrived in server.arrived} == {"FROM_MEMBERS"}


def test_the_type_of_each_conversation_is_sent() -> None:
    both = pl.concat([threads("1"), threads("2", kind="FROM_EBAY"), threads("3").with_columns(conversation_type=None)])
    with asking(short) as (ebay, server):
        ebay.messages(both)
    sent = {of(arrived): asked(arrived)["conversation_type"] for arrived in server.arrived}
    assert sent == {"1": "FROM_MEMBERS", "2": "FROM_EBAY", "3": "FROM_MEMBERS"}


@pytest.mark.parametrize(
    "given", [threads("1", "1", "2"), threads("1", "2").lazy(), threads("1", "2").drop("reference_id")]
)
def test_each_thread_is_asked_for_once_from_whatever_frame(given: Any) -> None:
    with asking(short) as (ebay, server):
        found = ebay.messages(given)
    assert sorted(map(of, server.arrived)) == ["1", "2"]
    assert len(found) == 4


def test_no_conversations_are_no_calls_and_no_messages() -> None:
    with asking(short) as (ebay, server):
        found = ebay.messages(threads())
        assert (found.is_empty(), server.arrived) == (True, [])
        assert found.schema == ebay.messages(threads("1")).schema


def test_an_id_is_one_part_of_the_path_whatever_is_in_it() -> None:
    with asking(short) as (ebay, server), pytest.raises(lk.InvalidRequest, match="id that would change the address"):
        ebay.messages(threads(".."))
    assert server.arrived == []
    with asking(short) as (ebay, server):
        ebay.messages(threads("a/b?c#d"))
    assert path(server.arrived[0]).endswith("/conversation/a%2Fb%3Fc%23d")


def test_a_long_thread_is_read_to_its_end() -> None:
    listed = MovingList([f"{number:04d}" for number in range(173)])
    with asking(list_api(listed, "messages", lambda key: message(key, int(key)))) as (ebay, server):
        found = ebay.messages(threads("1"))
        assert ebay.problems.is_empty()
        assert ebay.requests.select(pl.col("rows").sum(), pl.col("total").max()).row(0) == (173 + 50, 173)
    assert found["message_id"].to_list() == listed.rows
    assert [int(asked(arrived)["offset"]) for arrived in server.arrived] == [0, 50, 100, 150, 0]


def test_a_thread_that_grows_while_it_is_read_is_swept_again() -> None:
    listed = MovingList([f"{number:04d}" for number in range(60)], [("arrive", 0)])
    with asking(list_api(listed, "messages", message)) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match="moved_pages"):
            found = ebay.messages(threads("1"))
        assert ebay.problems.select("kind", "row_key").rows() == [("moved_pages", "1")]
    assert sorted(found["message_id"]) == sorted(listed.rows)


def test_a_thread_that_is_gone_is_a_problem_of_its_own_and_not_the_end() -> None:
    with asking(lambda arrived: GONE if of(arrived) in "25" else short(arrived)) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"missing_thread \(2\)"):
            found = ebay.messages(threads("1", "2", "3", "5"))
        assert ebay.problems.select("kind", "column", "row_key", "count").rows() == [
            ("missing_thread", "conversation_id", "2", 1),
            ("missing_thread", "conversation_id", "5", 1),
        ]
        assert ebay.problems["detail"][0] == "the thread is gone (404, 2002)"
        assert sorted(ebay.requests["status"]) == [200, 200, 404, 404]
    assert sorted(set(found["conversation_id"])) == ["1", "3"]


def test_all_threads_gone_are_no_messages_with_every_column() -> None:
    with asking(GONE) as (ebay, _), unheard():
        gone = ebay.messages(threads("1", "2"))
    with asking(short) as (ebay, _):
        assert (len(gone), gone.schema) == (0, ebay.messages(threads("1")).schema)


@pytest.mark.parametrize("off", [1, -1, 40])
def test_a_wrong_total_is_told_by_its_thread_and_never_a_loop(off: int) -> None:
    def script(arrived: Arrived) -> Served:
        wrong = off if of(arrived) == "2" else 0
        return as_json({"messages": [message("a"), message("b", 1)], "total": 2 + wrong})

    with asking(script) as (ebay, server):
        with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
            assert len(ebay.messages(threads("1", "2"))) == 4
        assert ebay.problems.select("kind", "row_key", "example").rows() == [("total_mismatch", "2", str(2 + off))]
    assert len(server.arrived) == 2


def test_the_same_message_id_in_two_threads_is_two_messages() -> None:
    with asking(as_json({"messages": [message("same")], "total": 1})) as (ebay, _):
        assert ebay.messages(threads("1", "2"))["conversation_id"].to_list() == ["1", "2"]


def test_no_content_is_a_thread_without_messages() -> None:
    none = Served(status=204, body=b"", headers=DATE)
    with asking(lambda arrived: none if of(arrived) == "2" else short(arrived)) as (ebay, _):
        assert set(ebay.messages(threads("1", "2"))["conversation_id"]) == {"1"}
        assert ebay.problems.is_empty()


def test_one_odd_body_among_many_costs_nothing_but_its_own_value() -> None:
    def script(arrived: Arrived) -> Served:
        key = of(arrived)
        odd = {"createdDate": {"at": "x"}, "newKey": 1} if key == "2" else {}
        return as_json({"messages": [message(f"{key}-0") | odd, message(f"{key}-1", 1)], "total": 2})

    with asking(script) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"bad_value \(1\)"):
            found = ebay.messages(threads("1", "2", "3"))
        assert ebay.problems.select("kind", "column", "row_key").rows() == [
            ("unknown_key", "messages[].newKey", "2-0"),
            ("bad_value", "created_at", "2-0"),
        ]
    assert found.filter(pl.col("created_at").is_null())["message_id"].to_list() == ["2-0"]
    assert len(found) == 6


class Gate:
    """Answers only once as many requests are there together as may be, and counts how many were."""

    def __init__(self, together: int) -> None:
        self.barrier = threading.Barrier(together)
        self.inside = self.peak = 0
        self.lock = threading.Lock()

    def __call__(self, arrived: Arrived) -> Served:
        with self.lock:
            self.inside += 1
            self.peak = max(self.peak, self.inside)
        self.barrier.wait(10)
        with self.lock:
            self.inside -= 1
        return short(arrived)


@pytest.mark.parametrize("most", [1, 3, 8])
def test_as_many_threads_as_allowed_are_read_at_once_and_no_more(most: int) -> None:
    gate = Gate(most)
    with asking(gate, max_parallel=most) as (ebay, _):
        found = ebay.messages(threads(*map(str, range(3 * most))))
    assert gate.peak == most
    assert found["conversation_id"].n_unique() == 3 * most


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Served(status=403, body=b'{"errors":[{"errorId":1100,"message":"Access denied"}]}'), lk.Forbidden),
        (Served(status=500), lk.ServerError),
        (Served(silent=True), lk.NetworkError),
        (Served(body=b'{"messages":[{"messageId":'), lk.BadResponse),
        (Served(body=b'{"messages":[{"messageId":"1"},{],"total":2}'), lk.BadResponse),
        (Served(body=b"{}"), lk.BadResponse),
        (Served(body=b'{"messages":{},"total":1}'), lk.BadResponse),
    ],
    ids=["403", "500", "silent", "truncated", "broken row", "empty", "no list"],
)
def test_an_error_in_one_thread_is_the_error_of_the_fetch(answer: Served, error: type[lk.LeadkitError]) -> None:
    with asking(lambda arrived: answer if of(arrived) == "2" else short(arrived), max_parallel=2) as (ebay, server):
        with pytest.raises(error, match=r"messages.*getConversation") as caught:
            ebay.messages(threads(*"123456789"))
        settle()
    assert caught.value.source == "messages"
    assert len([arrived for arrived in server.arrived if of(arrived) == "2"]) <= 4


def test_after_an_error_no_new_thread_is_begun() -> None:
    refused = Served(status=403, body=b"{}")
    many = threads(*map(str, range(200)))
    with asking(lambda arrived: refused if of(arrived) == "0" else short(arrived), max_parallel=2) as (ebay, server):
        with pytest.raises(lk.Forbidden):
            ebay.messages(many)
        settle()
        assert len(server.arrived) < 150


def test_at_most_so_many_messages_come_and_that_there_are_more_is_told() -> None:
    with asking(short) as (ebay, _), pytest.warns(lk.LeadkitWarning, match="max_rows=3"):
        assert len(ebay.messages(threads("1", "2"), max_rows=3)) == 3


def test_strict_raises_also_for_messages() -> None:
    odd = as_json({"messages": [{"messageId": "1", "readStatus": "perhaps"}], "total": 1})
    said = r"1 value.s. do not fit, the first in read of 1"
    with asking(odd) as (ebay, _), pytest.raises(lk.BadResponse, match=said):
        ebay.messages(threads("1"), strict=True)


def test_the_seller_is_the_one_name_of_all_threads_or_not_known() -> None:
    def script(arrived: Arrived) -> Served:
        return as_json(
            {
                "messages": [
                    message("a", 0, f"buyer-{of(arrived)}"),
                    message("b", 1, "me") | {"recipientUsername": f"buyer-{of(arrived)}"},
                ],
                "total": 2,
            }
        )

    with asking(script, sellers=()) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"seller_inferred"):
            found = ebay.messages(threads("1", "2"))
        with pytest.warns(lk.LeadkitWarning, match=r"seller_unknown"):
            alone = ebay.messages(threads("1"))
    assert found["from_seller"].to_list() == [False, True] * 2
    assert alone["from_seller"].to_list() == [None, None]


@pytest.fixture(scope="module")
def dealership() -> Dealership:
    return Dealership(7, 120)


def test_an_expired_token_is_renewed_once_in_the_middle_of_many_threads(
    dealership: Dealership, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    with Sandbox(dealership=dealership) as sandbox:
        ebay = lk.Ebay(
            client_id=sandbox.client_id,
            client_secret=sandbox.client_secret,
            refresh_token=sandbox.refresh_token,
            base_url=sandbox.url,
            clock=dealership.now,
            sellers=dealership.sellers,
        )
        with ebay:
            talks = ebay.conversations()
            before = len([call for call in sandbox.requests if "oauth2/token" in call.path])
            sandbox.faults.add("expire_token", path="/conversation/", after=len(talks) // 2, times=1)
            found = ebay.messages(talks)
            after = len([call for call in sandbox.requests if "oauth2/token" in call.path])
            assert set(ebay.requests["status"]) == {200}
    assert (before, after) == (1, 2)
    assert found["conversation_id"].n_unique() == len(talks)
