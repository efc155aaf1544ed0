"""Sweeps over headers: pages without a count, folders, times, ids, and rows that move meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback import Arrived, Served
from mail_answers import (
    AT,
    an_account,
    answer,
    asking,
    counted,
    error,
    failure,
    inside,
    kinds,
    message,
    messages,
    read,
    served,
    unheard,
)
from mail_expected import header, moment

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox


def account(sandbox: Sandbox, **settings: Any) -> Any:
    given = {"token": sandbox.token, "clock": sandbox.dealership.now} | settings
    return an_account(sandbox.url, **given)


def numbers(sandbox: Sandbox) -> list[int]:
    """The pages that were asked for, in order."""
    found = [inside(one.body).get("Pagination.PageNumber") for one in sandbox.requests]
    return sorted(int(one[0]) for one in found if one)


def test_every_header_becomes_a_row_with_what_the_dealership_knows_of_it(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay, unheard():
        found = ebay.mail()
    expected = [header(mail) for mail in shop.mail]
    assert len(expected) > 300
    assert found.select(expected[0].keys()).rows(named=True) == expected
    assert found["html"].null_count() == found["text"].null_count() == len(found)
    assert set(found["fetched_at"]) == {moment(shop.now_ms)}
    assert set(found["account"]) == {"ebay"}
    titles = {mail.message_id: mail.listing.title[:55] for mail in shop.mail if mail.listing}
    assert dict(found.filter(found["item_title"].is_not_null()).select("message_id", "item_title").rows()) == titles


@pytest.mark.parametrize("page_size", [1, 7, 50, 200])
def test_the_size_of_the_pages_changes_nothing(sandbox: Sandbox, page_size: int, shop: Dealership) -> None:
    sought = [mail.message_id for mail in shop.mail if mail.folder == 2]
    with account(sandbox) as ebay, unheard():
        assert ebay.mail(2, page_size=page_size)["message_id"].to_list() == sought
    whole = len(sought) // page_size + 1
    assert numbers(sandbox)[:whole] == list(range(1, whole + 1))
    assert len(numbers(sandbox)) <= 2 * whole + 8


def pages(*counts: int, size: int = 4, summary: bytes | None = None, behind: bytes | None = None) -> Any:
    """A mailbox whose pages have so many messages; behind the last they are empty, or this."""

    def script(arrived: Arrived) -> Served:
        asked = inside(arrived.body)
        if asked["DetailLevel"] == ["ReturnSummary"]:
            return served(summary or counted(sum(counts)))
        assert asked["Pagination.EntriesPerPage"] == [str(size)]
        number = int(asked["Pagination.PageNumber"][0])
        if number > len(counts) and behind is not None:
            return served(behind)
        count = counts[number - 1] if number <= len(counts) else 0
        first = sum(counts[: number - 1])
        return served(messages(*(message(f"m{first + one:03d}") for one in range(count))))

    return script


@pytest.mark.parametrize(
    ("counts", "calls"), [((0,), 1), ((3,), 2), ((4, 1), 3), ((4, 4), 4), ((4, 4, 4, 2), 5)], ids=str
)
def test_a_sweep_ends_on_a_short_or_an_empty_page(counts: tuple[int, ...], calls: int) -> None:
    with asking(pages(*counts), max_parallel=2) as (ebay, server):
        found = ebay.mail(page_size=4)
        assert ebay.problems.is_empty()
    assert found["message_id"].to_list() == [f"m{one:03d}" for one in range(sum(counts))]
    assert sum(counts) // 4 + 1 <= len(server.arrived) <= calls + 1  # the last one asks for the count


def test_a_page_that_no_size_can_have_cut_is_the_whole_mailbox() -> None:
    with asking(pages(24, size=200)) as (ebay, server):
        assert len(ebay.mail()) == 24
    assert len(server.arrived) == 1
    with asking(pages(25, size=200)) as (ebay, server):  # as many as where nobody says how many
        assert len(ebay.mail()) == 25
    assert len(server.arrived) == 2


@pytest.mark.parametrize("parallel", [1, 8])
@pytest.mark.parametrize("counts", [(4, 3, 4, 2), (2, 4, 4), (4, 1, 1, 4, 4, 4, 4, 4, 3)], ids=str)
def test_a_short_page_is_not_the_end_where_the_summary_counts_more(counts: tuple[int, ...], parallel: int) -> None:
    with asking(pages(*counts), max_parallel=parallel) as (ebay, _):
        found = ebay.mail(page_size=4)
        assert ebay.problems.is_empty()
    assert found["message_id"].to_list() == [f"m{one:03d}" for one in range(sum(counts))]


def test_a_short_page_of_a_span_of_which_nobody_knows_the_count_is_not_the_end_either() -> None:
    with asking(pages(4, 3, 4, 2), max_parallel=1) as (ebay, server):
        assert len(ebay.mail(page_size=4, end="2026-10-01")) == 13
    asked = [inside(one.body)["Pagination.PageNumber"] for one in server.arrived]
    assert asked == [["1"], ["2"], ["3"], ["4"], ["5"]]


BEHIND = failure(error(37, PageNumber="9"))


@pytest.mark.parametrize("behind", [BEHIND, failure(error(340)), failure(error(340), error(2, severity="Warning"))])
@pytest.mark.parametrize("counts", [(4,), (4, 4), (4, 4, 4), (4, 4, 4, 4), (4, 1), (4, 4, 4, 4, 2)], ids=str)
@pytest.mark.parametrize("parallel", [1, 8])
def test_a_page_behind_the_last_that_is_refused_ends_the_sweep(
    counts: tuple[int, ...], parallel: int, behind: bytes
) -> None:
    with asking(pages(*counts, behind=behind), max_parallel=parallel) as (ebay, _):
        assert len(ebay.mail(page_size=4)) == sum(counts)
        assert ebay.problems.is_empty()


def test_a_page_that_is_refused_though_there_is_more_is_told() -> None:
    told = pytest.warns(lk.LeadkitWarning, match="the API's TotalMessageCount says 16, 8 came")
    with asking(pages(4, 4, behind=BEHIND, summary=counted(16))) as (ebay, _), told:
        assert len(ebay.mail(page_size=4)) == 8


def test_a_sweep_that_ended_on_a_refused_page_is_replayed_and_filtered(tmp_path: Path) -> None:
    with asking(pages(4, 4, behind=BEHIND), record=tmp_path) as (ebay, _):
        fetched = ebay.mail(page_size=4)
    saved = lk.Saved(tmp_path)
    assert saved.mail(page_size=4).equals(fetched)
    assert saved.problems.is_empty()
    with pytest.warns(lk.LeadkitWarning, match="filtered_here"):
        assert saved.mail(page_size=5).equals(fetched)


@pytest.mark.parametrize(
    ("behind", "kind"),
    [
        (failure(error(37, FolderID="9")), lk.LeadkitError),
        (failure(error(340, kind="SystemError")), lk.ServerError),
        (failure(error(931, PageNumber="3")), lk.Unauthorized),
        (failure(error(518)), lk.RateLimited),
        (b"PageNumber", lk.BadResponse),
    ],
    ids=str,
)
def test_every_other_refusal_of_a_page_fails_the_fetch(behind: bytes, kind: type[lk.LeadkitError]) -> None:
    with asking(pages(4, behind=behind), max_parallel=1) as (ebay, _), pytest.raises(kind):
        ebay.mail(page_size=4)


def test_a_first_page_that_is_refused_fails_the_fetch() -> None:
    with asking(BEHIND) as (ebay, _), pytest.raises(lk.LeadkitError, match="PageNumber = 9"):
        ebay.mail()


@pytest.mark.parametrize(
    ("arguments", "summary", "problems"),
    [
        ({}, counted(9), {}),
        ({}, counted(12), {"total_mismatch": 1}),
        ({"folder": 3}, counted(9, 3), {}),
        ({"folder": 3}, counted(8, 3), {"total_mismatch": 1}),
        ({"folder": 3}, counted(12, 4), {}),
        ({"max_rows": 9}, counted(12), {}),
        ({"max_rows": 10}, counted(12), {"total_mismatch": 1}),
        ({"high_priority": True}, counted(12), {}),
        (
            {"high_priority": True},
            answer("<Summary><TotalHighPriorityCount>10</TotalHighPriorityCount></Summary>"),
            {"total_mismatch": 1},
        ),
        ({"folder": []}, counted(12), {}),
        ({}, failure(error(37)), {"unchecked_total": 1}),
    ],
    ids=str,
)
def test_what_came_is_held_against_the_count_of_the_summary(
    arguments: dict[str, Any], summary: bytes, problems: dict[str, int]
) -> None:
    with asking(pages(4, 4, 1, summary=summary)) as (ebay, _), unheard():
        assert len(ebay.mail(page_size=4, **arguments)) == (0 if arguments == {"folder": []} else 9)
        assert kinds(ebay) == problems


def test_a_sweep_ends_on_a_repeated_page_and_every_message_is_there_once(sandbox: Sandbox, shop: Dealership) -> None:
    sandbox.faults.add("repeat_page", where={"PageNumber": "3"})
    with account(sandbox, max_parallel=1) as ebay:
        with pytest.warns(lk.LeadkitWarning, match=r"the API's TotalMessageCount says \d+, 40 came"):
            found = ebay.mail(0, page_size=20)
        assert kinds(ebay) == {"duplicate": 20, "total_mismatch": 1}
    inbox = [mail.message_id for mail in shop.mail if mail.folder == 0]
    assert found["message_id"].to_list() == inbox[:40]
    assert numbers(sandbox) == [1, 2, 3]


def test_a_message_that_stands_twice_in_one_page_is_there_once_and_told_as_that() -> None:
    with asking(messages(message(7, Sender="ann"), message(8), message(7, Sender="bo"))) as (ebay, _):
        assert ebay.mail(page_size=50)["message_id"].to_list() == ["7", "8"]
        told = ebay.problems.select("kind", "column", "count", "detail").rows()
    assert told == [("duplicate", "message_id", 1, "messages that came more than once are kept once")]


@pytest.mark.parametrize("parallel", [1, 8])
def test_a_mailbox_that_always_sends_its_first_page_ends(sandbox: Sandbox, parallel: int) -> None:
    sandbox.faults.add("repeat_page")
    with account(sandbox, max_parallel=parallel) as ebay, pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        assert len(ebay.mail(0, page_size=20)) == 20
    assert numbers(sandbox) == list(range(1, 2 + min(parallel, 2)))


def test_a_first_page_that_comes_for_ever_ends_also_where_no_message_has_an_id(sandbox: Sandbox) -> None:
    sandbox.faults.add("missing_key", at="Messages.Message.MessageID")
    sandbox.faults.add("repeat_page")
    with account(sandbox, max_parallel=1) as ebay, pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        assert len(ebay.mail(0, page_size=20)) == 20
    assert numbers(sandbox) == [1, 2]


def test_messages_without_an_id_are_kept(sandbox: Sandbox, shop: Dealership) -> None:
    sandbox.faults.add("missing_key", at="Messages.Message.MessageID", rows=3)
    with account(sandbox) as ebay, unheard():
        found = ebay.mail(1, page_size=200, bodies=True)
    sent = [mail for mail in shop.mail if mail.folder == 1]
    assert found["message_id"].null_count() >= 3
    assert len(found) >= len(sent)


def test_messages_without_an_id_that_are_equal_are_all_kept_and_told() -> None:
    alike = message(None, Subject="Is it there?")
    with asking(messages(alike, alike, message(7), alike)) as (ebay, _):
        found = ebay.mail()
        assert kinds(ebay) == {"row_without_id": 3}
    assert found["message_id"].to_list() == ["7", None, None, None]
    again, told = read(messages(alike, alike, message(7), alike))
    assert again["message_id"].null_count() == 3
    assert [(row["kind"], row["count"]) for row in told] == [("row_without_id", 3)]


def test_messages_that_arrive_between_pages_cost_no_other_message(sandbox: Sandbox, shop: Dealership) -> None:
    sandbox.faults.add("insert_rows", rows=2, at=0, after=1)
    with account(sandbox, max_parallel=1) as ebay:
        with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):  # the two that arrived on a page already read
            found = ebay.mail(0, page_size=20)
        assert kinds(ebay)["duplicate"] == 2
    inbox = {mail.message_id for mail in shop.mail if mail.folder == 0}
    assert inbox <= set(found["message_id"])
    assert found["message_id"].n_unique() == len(found)
    assert found["received_at"].is_sorted()


def test_several_folders_are_one_frame_sorted_by_time(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay, unheard():
        found = ebay.mail((1, 0, 7))
    assert found["message_id"].to_list() == [mail.message_id for mail in shop.mail if mail.folder in {0, 1, 7}]
    asked = {inside(one.body).get("FolderID", [""])[0] for one in sandbox.requests}
    assert asked == {"0", "1", "7", ""}  # the last one asks for the names


def test_a_message_that_moves_to_another_folder_meanwhile_is_there_once() -> None:
    both = [messages(message(7, Folder=f"<FolderID>{number}</FolderID>")) for number in (0, 1)]
    with asking(*both) as (ebay, _):
        found = ebay.mail((0, 1))
        assert ebay.problems.select("kind", "column", "count").rows() == [("duplicate", "folder_id", 1)]
    assert found.select("message_id", "folder_id").rows() == [("7", "1")]


def test_the_start_is_in_the_span_and_the_end_is_not(sandbox: Sandbox, shop: Dealership) -> None:
    inbox = [mail for mail in shop.mail if mail.folder == 0]
    first, last = moment(inbox[20].at), moment(inbox[40].at)
    with account(sandbox) as ebay:
        found = ebay.mail(0, start=first, end=last)
        later = ebay.mail(0, start=first + timedelta(milliseconds=1), end=last + timedelta(milliseconds=1))
    assert found["message_id"].to_list() == [mail.message_id for mail in inbox[20:40]]
    assert later["message_id"].to_list() == [mail.message_id for mail in inbox[21:41]]


def test_a_message_whose_time_can_not_be_read_stays_within_bounds(sandbox: Sandbox, shop: Dealership) -> None:
    sandbox.faults.add("value", at="Messages.Message.ReceiveDate", value="yesterday", rows=1)
    first = next(mail for mail in shop.mail if mail.folder == 1)
    with account(sandbox) as ebay:
        with pytest.warns(lk.LeadkitWarning, match=r"bad_value \(1\) in received_at"):
            found = ebay.mail(1, start="2026-01-01", end="2026-11-01")
        (problem,) = ebay.problems.filter(kind="bad_value").rows(named=True)
    assert found["message_id"].to_list()[-1] == problem["row_key"]
    assert (problem["example"], found["received_at"].to_list()[-1]) == ("yesterday", None)
    assert first.at > 0


def test_strict_raises_where_a_value_does_not_fit(sandbox: Sandbox) -> None:
    sandbox.faults.add("value", at="Messages.Message.ReceiveDate", value="yesterday", rows=2)
    with account(sandbox) as ebay:
        with pytest.raises(lk.BadResponse, match=r"2 value\(s\) do not fit, the first in received_at") as caught:
            ebay.mail(1, strict=True)
        assert ebay.problems["kind"].to_list() == ["bad_value"]
    assert caught.value.source == "mail"


def test_max_rows_ends_the_sweep_and_is_told(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox, max_parallel=1) as ebay:
        with pytest.warns(lk.LeadkitWarning, match=r"cut \(1\) \(there are more than max_rows=25 rows"):
            found = ebay.mail(0, page_size=20, max_rows=25)
        everything = ebay.mail(0, max_rows=100_000)
        assert kinds(ebay)["cut"] == 1
    inbox = [mail.message_id for mail in shop.mail if mail.folder == 0]
    assert found["message_id"].to_list() == inbox[:25]
    assert everything["message_id"].to_list() == inbox


def test_high_priority_only(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay, unheard():
        found = ebay.mail(high_priority=True)
    assert found["message_id"].to_list() == [mail.message_id for mail in shop.mail if mail.high_priority]
    assert set(found["high_priority"]) == {True}


def test_more_than_ten_ids_are_asked_for_by_ten_and_unknown_ones_are_told(sandbox: Sandbox, shop: Dealership) -> None:
    wanted = [mail.message_id for mail in shop.mail[40:65]]
    unknown = ["5", "6"]
    with account(sandbox, max_parallel=1) as ebay:
        with pytest.warns(lk.LeadkitWarning, match=r"missing_id \(2\) in message_id"):
            found = ebay.mail(ids=[*wanted[::-1], unknown[0], *wanted, unknown[1]])
        assert ebay.problems.select("kind", "column", "row_key").rows() == [
            ("missing_id", "message_id", key) for key in unknown
        ]
    assert found["message_id"].to_list() == wanted
    asked = [inside(one.body)["MessageIDs.MessageID"] for one in sandbox.requests if b"<MessageIDs>" in one.body]
    assert [len(ids) for ids in asked] == [10, 10, 7]
    assert "Pagination" not in "".join(name for one in sandbox.requests for name in inside(one.body))


def test_more_than_ten_external_ids_likewise(sandbox: Sandbox, shop: Dealership) -> None:
    known = [mail for mail in shop.mail if mail.external_id and mail.folder in {0, 1}]
    wanted = list(dict.fromkeys(mail.external_id for mail in known))[:23]
    with account(sandbox) as ebay:
        with pytest.warns(lk.LeadkitWarning, match=r"missing_id \(1\) in external_message_id"):
            found = ebay.mail(external_ids=[*wanted, "nobody's"])
        assert ebay.problems["row_key"].to_list() == ["nobody's"]
    assert set(found["external_message_id"]) == set(wanted)
    asked = [inside(one.body).get("ExternalMessageIDs.ExternalMessageID", []) for one in sandbox.requests]
    assert sorted(len(ids) for ids in asked) == [4, 10, 10]


def test_ids_in_a_folder_are_those_of_them_that_lie_there(sandbox: Sandbox, shop: Dealership) -> None:
    by_folder = {number: next(mail.message_id for mail in shop.mail if mail.folder == number) for number in (0, 1)}
    with account(sandbox) as ebay, unheard():
        found = ebay.mail((1,), ids=list(by_folder.values()))
        assert ebay.problems["row_key"].to_list() == [by_folder[0]]
    assert found["message_id"].to_list() == [by_folder[1]]


def test_an_output_selector_leaves_the_other_columns_null(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay:
        found = ebay.mail(0, output=["Subject", "Messages.Message.Folder.FolderID"])
        assert set(found["folder_name"]) == {"Inbox"}
    filled = {name for name in found.columns if found[name].null_count() < len(found)}
    assert filled == {"account", "message_id", "folder_id", "folder_name", "subject", "fetched_at"}
    assert len(found) == len([mail for mail in shop.mail if mail.folder == 0])


def test_a_mailbox_without_messages_is_zero_rows_of_the_same_schema() -> None:
    full, _ = read(messages(message(1), message(2)))
    for body in (answer("<Messages/>"), answer("<Messages></Messages>"), answer(""), answer("<Alerts/>")):
        with asking(body) as (ebay, _):
            found = ebay.mail(bodies=True)
            assert ebay.problems.is_empty()
        assert (found.height, found.schema) == (0, full.schema)


def test_when_the_answer_tells_no_time_the_date_header_does() -> None:
    whole = messages(message(1))
    for body, at in (
        (whole, AT),
        (whole.replace(b"2026-11-02T05:59:00.000Z", b"soon"), AT + timedelta(minutes=1)),
        (whole.replace(b"2026-11-02T05:59:00.000Z", b"2026-13-02T05:59:00.000Z"), AT + timedelta(minutes=1)),
        (whole.replace(b"<Timestamp>2026-11-02T05:59:00.000Z</Timestamp>", b""), AT + timedelta(minutes=1)),
    ):
        with asking(body) as (ebay, _):
            assert ebay.mail()["fetched_at"].to_list() == [at]
