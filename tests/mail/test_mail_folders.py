"""The folders, their counts, and their names beside the messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loopback import Arrived, Served
from mail_answers import AT, an_account, answer, asking, inside, kinds, message, messages, served, unheard
from mail_expected import moment

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox
from leadkit.sandbox.mails import FOLDERS


def account(sandbox: Sandbox) -> Any:
    return an_account(sandbox.url, token=sandbox.token, clock=sandbox.dealership.now)


def test_each_folder_is_a_row_and_all_together_are_one_without_an_id(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay:
        found = ebay.folders()
        assert ebay.problems.is_empty()
        assert ebay.requests["rows"].to_list() == [len(FOLDERS) + 1]
    rows = {row["folder_id"]: row for row in found.rows(named=True)}
    assert list(rows) == [*map(str, FOLDERS), None]
    for number, name in [*FOLDERS.items(), (None, None)]:
        own = [mail for mail in shop.mail if number in {mail.folder, None}]
        high = [mail for mail in own if mail.high_priority]
        assert rows[None if number is None else str(number)] == {
            "account": "ebay",
            "folder_id": None if number is None else str(number),
            "name": name,
            "messages": len(own),
            "new_messages": len([mail for mail in own if not mail.read]),
            "high_priority": len(high),
            "new_high_priority": len([mail for mail in high if not mail.read]),
            "alerts": 0 if number == 0 else None,
            "new_alerts": 0 if number == 0 else None,
            "flagged": len([mail for mail in shop.mail if mail.flagged]) if number is None else None,
            "fetched_at": moment(shop.now_ms),
        }


def test_max_rows_ends_the_folders_and_is_told(sandbox: Sandbox, shop: Dealership, tmp_path: Path) -> None:
    with an_account(sandbox.url, token=sandbox.token, clock=sandbox.dealership.now, record=tmp_path) as ebay:
        everything = ebay.folders()
        assert ebay.folders(max_rows=len(FOLDERS) + 1).equals(everything)
        assert ebay.problems.is_empty()
        with pytest.raises(lk.InvalidRequest, match="folders: max_rows=0 is refused"):
            ebay.folders(max_rows=0)
    for saved_or_not in (account(sandbox), lk.Saved(tmp_path)):  # no recorded fetch has this argument
        with saved_or_not as one, pytest.warns(lk.LeadkitWarning, match=r"cut \(1\) \(there are more than max_rows=2"):
            assert one.folders(max_rows=2).drop("fetched_at").equals(everything.head(2).drop("fetched_at"))


def test_no_one_and_many_folders_have_one_schema() -> None:
    one = answer("<Summary><FolderSummary><FolderID>3</FolderID></FolderSummary></Summary>")
    schemas = []
    for body, count in ((answer(""), 0), (answer("<Summary/>"), 1), (one, 2)):
        with asking(body) as (ebay, _):
            found = ebay.folders()
        assert len(found) == count
        schemas.append(found.schema)
    assert schemas[0] == schemas[1] == schemas[2]
    assert lk.read_folders([]).schema == schemas[0]


@pytest.mark.parametrize(
    ("at", "column"),
    [
        ("Summary.NewMessageCount", "new_messages"),
        ("Summary.FolderSummary.TotalMessageCount", "messages"),
        ("Summary.FlaggedMessageCount", "flagged"),
    ],
)
def test_a_count_that_is_none_is_null_and_told(sandbox: Sandbox, at: str, column: str) -> None:
    sandbox.faults.add("value", at=at, value="many")
    with account(sandbox) as ebay:
        with pytest.warns(lk.LeadkitWarning, match=f"bad_value .1. in {column}"):
            found = ebay.folders()
        (problem,) = ebay.problems.rows(named=True)
        with pytest.raises(lk.BadResponse, match=r"do not fit"):
            ebay.folders(strict=True)
    assert (problem["source"], problem["column"], problem["example"]) == ("folders", column, "many")
    assert found[column].null_count() > 0


def test_unknown_elements_are_told_by_their_place(sandbox: Sandbox) -> None:
    sandbox.faults.add("unknown_keys", at="Summary", key="NewOne")
    sandbox.faults.add("unknown_keys", at="Summary.FolderSummary", key="NewTwo")
    sandbox.faults.add("unknown_keys", at="", key="NewThree")
    with account(sandbox) as ebay:
        ebay.folders()
        told = ebay.problems.select("kind", "column").rows()
    assert sorted(told) == [
        ("unknown_key", "NewThree"),
        ("unknown_key", "Summary.FolderSummary[].NewTwo"),
        ("unknown_key", "Summary[].NewOne"),
    ]


def test_names_are_asked_for_once_and_only_where_one_is_not_known(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay, unheard():
        ebay.mail((0, 1), start="2026-01-01")
        assert set(ebay.requests["source"]) == {"mail"}
        found = ebay.mail((7, 12), bodies=True)
        assert ebay.requests["source"].to_list().count("folders") == 1
    assert dict(found.select("folder_id", "folder_name").rows()) == {"7": FOLDERS[7], "12": FOLDERS[12]}


def test_a_name_that_came_with_the_message_wins_and_needs_no_call() -> None:
    own = message(1, Folder="<FolderID>9</FolderID><FolderName>Mine</FolderName>")
    with asking(messages(own, message(2, Folder="<FolderID>1</FolderID>"))) as (ebay, server):
        assert ebay.mail()["folder_name"].to_list() == ["Mine", "Sent"]
    assert len(server.arrived) == 1


def test_a_folder_that_the_summary_does_not_know_has_no_name() -> None:
    def script(arrived: Arrived) -> Served:
        if inside(arrived.body)["DetailLevel"] == ["ReturnSummary"]:
            return served(answer("<Summary/>"))
        return served(messages(message(1, Folder="<FolderID>9</FolderID>")))

    with asking(script) as (ebay, _):
        assert ebay.mail()["folder_name"].to_list() == [None]
        assert ebay.problems.is_empty()


def summary(folder: int, count: int) -> bytes:
    counts = f"<FolderID>{folder}</FolderID><FolderName>Cars</FolderName><TotalMessageCount>{count}</TotalMessageCount>"
    return answer(f"<Summary><FolderSummary>{counts}</FolderSummary></Summary>")


@pytest.mark.parametrize(
    ("arguments", "said", "mismatch"),
    [
        ({"folder": 7}, 1, False),
        ({"folder": 7}, 4, True),
        ({"folder": (7, 8)}, 4, True),
        ({}, 4, False),
        ({"folder": 7, "start": "2026-01-01"}, 4, False),
        ({"folder": 7, "end": "2026-10-01"}, 4, False),
        ({"folder": 7, "high_priority": True}, 4, False),
        ({"folder": 7, "max_rows": 1}, 4, False),
        ({"folder": 7, "ids": "1"}, 4, False),
        ({"folder": 7, "external_ids": "e1"}, 4, False),
    ],
    ids=str,
)
def test_a_folder_that_was_read_whole_is_counted_against_the_summary(
    arguments: dict[str, Any], said: int, mismatch: bool
) -> None:
    def script(arrived: Arrived) -> Served:
        if inside(arrived.body)["DetailLevel"] == ["ReturnSummary"]:
            return served(summary(7, said))
        folder = "<FolderID>7</FolderID>"
        return served(messages(message(1, ExternalMessageID="e1", Folder=folder)))

    with asking(script) as (ebay, _), unheard():
        assert ebay.mail(**arguments)["folder_name"].to_list() == ["Cars"]
        assert kinds(ebay) == ({"total_mismatch": 1} if mismatch else {})
        if mismatch:
            assert ebay.problems.select("column", "row_key", "example").row(0) == ("TotalMessageCount", "7", "4")


def test_the_time_of_the_folders_is_the_servers() -> None:
    with asking(answer("<Summary/>")) as (ebay, _):
        assert ebay.folders()["fetched_at"].to_list() == [AT]
