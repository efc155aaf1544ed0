"""A recorded mailbox gives the same frames offline; bodies saved by hand are read and filtered."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from mail_answers import AT, an_account, answer, kinds, message, messages, unheard
from mail_expected import moment

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox, folders_body, mail_body
from leadkit.sandbox.mails import FOLDERS


def account(sandbox: Sandbox, folder: Path, **settings: Any) -> Any:
    given = {"token": sandbox.token, "clock": sandbox.dealership.now, "record": folder, "account": "mine"} | settings
    return an_account(sandbox.url, **given)


def all_tables(ebay: Any, shop: Dealership) -> list[pl.DataFrame]:
    external = [mail.external_id for mail in shop.mail if mail.external_id][:11]
    with unheard():
        return [
            ebay.mail(),
            ebay.mail((1, 7), bodies=True),
            ebay.mail(0, start="2026-03-01", end="2026-12-01", page_size=50, max_rows=70),
            ebay.mail(ids=[mail.message_id for mail in shop.mail[:12]] + ["5"], bodies=True),
            ebay.mail(external_ids=external),
            ebay.mail(high_priority=True, output=["Subject", "Folder"]),
            ebay.mail(ids=[]),
            ebay.folders(),
        ]


@pytest.mark.parametrize("faulty", [False, True], ids=["as it is", "with faults"])
def test_a_replay_gives_the_same_frames_and_the_same_problems(
    sandbox: Sandbox, shop: Dealership, tmp_path: Path, faulty: bool
) -> None:
    if faulty:
        sandbox.faults.add("xml", how="bare_ampersand", where={"DetailLevel": "ReturnMessages"})
        sandbox.faults.add("value", at="Messages.Message.ReceiveDate", value="soon", share=0.5)
        sandbox.faults.add("unknown_keys", at="Messages.Message")
        sandbox.faults.add("insert_rows", after=1, where={"PageNumber": "2"})
        sandbox.faults.add("trading_error", code=7, severity="Warning", ack="Warning", share=0.3)
        sandbox.faults.add("trading_error", code=10007, classification="SystemError", times=2)
        sandbox.faults.add("hard_expiration", times=3)
    with account(sandbox, tmp_path, max_parallel=1) as ebay:  # as a replay: several at once may read a page in vain
        fetched, problems, requests = all_tables(ebay, shop), ebay.problems, ebay.requests
    with lk.Saved(tmp_path) as again:
        replayed = all_tables(again, shop)
        assert again.problems.sort(pl.all()).equals(problems.sort(pl.all()))
        same = ["source", "operation", "status", "ack", "rows", "correlation_id", "version", "build"]
        assert again.requests.select(same).sort(pl.all()).equals(requests.select(same).sort(pl.all()))
    assert [len(table) > 0 for table in fetched] == [True] * 6 + [False, True]
    for before, after in zip(fetched, replayed, strict=True):
        assert after.equals(before)
    if faulty:
        assert {"unknown_key", "bad_value", "repaired_xml", "api_warning", "token_expires"} <= set(problems["kind"])


def test_no_recorded_file_holds_the_token_and_every_body_is_as_it_came(sandbox: Sandbox, tmp_path: Path) -> None:
    with account(sandbox, tmp_path, token="v^1.1#a-token-that-is-in-no-file") as ebay, unheard():
        ebay.mail(1, bodies=True)
        ebay.folders()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".xml", ".json"}
    assert not [path for path in files if b"in-no-file" in path.read_bytes()]
    assert not [path for path in files if path.stat().st_mode & 0o077]
    assert all(path.read_bytes().startswith(b"<?xml") for path in files if path.suffix == ".xml")


@pytest.fixture
def by_hand(tmp_path: Path, shop: Dealership) -> lk.Saved:
    """The whole mailbox, saved by hand as headers, bodies and folders."""
    (tmp_path / "mail-1.xml").write_bytes(mail_body(shop, entries=100_000))
    (tmp_path / "mail-2.xml").write_bytes(mail_body(shop, "ReturnMessages", entries=100_000))
    (tmp_path / "folders.xml").write_bytes(folders_body(shop))
    return lk.Saved(tmp_path)


def test_files_saved_by_hand_are_the_tables(by_hand: lk.Saved, sandbox: Sandbox, shop: Dealership) -> None:
    with an_account(sandbox.url, token=sandbox.token, clock=shop.now) as ebay, unheard():
        assert by_hand.mail(bodies=True).equals(ebay.mail(bodies=True))
        assert by_hand.mail().equals(ebay.mail())
        assert by_hand.folders().equals(ebay.folders())


@pytest.mark.parametrize(
    "arguments",
    [
        {"folder": 1},
        {"folder": (0, 7, 12)},
        {"folder": []},
        {"start": "2026-06-01", "end": "2026-08-01"},
        {"high_priority": True},
        {"max_rows": 5},
        {"folder": 0, "start": datetime(2026, 9, 1, tzinfo=UTC), "high_priority": True},
        {"ids": []},
        {"output": "Subject"},
        {"output": ["Messages.Message.ResponseDetails", "FolderID"], "bodies": True},
        {"output": "ResponseURL", "folder": 1},
        {"output": "MessageMedia"},
        {"output": "Message"},
    ],
    ids=str,
)
def test_what_was_saved_by_hand_is_filtered_as_the_api_would(
    by_hand: lk.Saved, sandbox: Sandbox, shop: Dealership, arguments: dict[str, Any]
) -> None:
    with an_account(sandbox.url, token=sandbox.token, clock=shop.now) as ebay, unheard():
        expected = ebay.mail(**arguments)
        found = by_hand.mail(**arguments)
    assert found.equals(expected)


def test_saved_messages_are_found_by_their_ids_and_unknown_ones_told(by_hand: lk.Saved, shop: Dealership) -> None:
    known = next(mail for mail in shop.mail if mail.external_id)
    with unheard():
        assert by_hand.mail(ids=[known.message_id, "5"])["message_id"].to_list() == [known.message_id]
        by_external = by_hand.mail(external_ids=[known.external_id, "6"])
    assert known.message_id in by_external["message_id"].to_list()
    missing = by_hand.problems.filter(kind="missing_id")
    assert missing.select("column", "row_key").rows() == [("message_id", "5"), ("external_message_id", "6")]


def test_an_id_that_lies_in_another_folder_is_missing_there_as_in_the_api(by_hand: lk.Saved, shop: Dealership) -> None:
    sent = next(mail.message_id for mail in shop.mail if mail.folder == 1)
    with unheard():
        assert by_hand.mail(0, ids=sent).is_empty()
    assert by_hand.problems.filter(kind="missing_id")["row_key"].to_list() == [sent]


def test_a_call_with_other_arguments_is_answered_from_all_that_was_recorded(
    sandbox: Sandbox, shop: Dealership, tmp_path: Path
) -> None:
    with account(sandbox, tmp_path) as ebay, unheard():
        ebay.mail((0, 1), bodies=True)
    again = lk.Saved(tmp_path)
    with unheard():
        found = again.mail(1, high_priority=False, start="2026-01-01")
    sent = [
        mail.message_id
        for mail in shop.mail
        if mail.folder == 1 and moment(mail.at) >= datetime(2026, 1, 1, tzinfo=UTC)
    ]
    assert found["message_id"].to_list() == sent
    assert found["text"].null_count() == len(found)
    assert kinds(again)["filtered_here"] == 1


def test_nothing_saved_of_a_table_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "mail.xml").write_bytes(messages(message(1)))
    saved = lk.Saved(tmp_path)
    assert len(saved.mail()) == 1
    with pytest.raises(lk.NotFound, match="folders: nothing whole is saved"):
        saved.folders()
    with pytest.raises(lk.InvalidRequest, match="folder="):
        saved.mail("x")


def test_strict_holds_for_saved_bodies_too(tmp_path: Path) -> None:
    bad = messages(message(1, ReceiveDate="soon"))
    (tmp_path / "mail.xml").write_bytes(bad)
    for read in (lambda: lk.Saved(tmp_path).mail(strict=True), lambda: lk.read_mail(bad, strict=True)):
        with pytest.raises(lk.BadResponse, match=r"1 value.s. do not fit, the first in received_at of 1"):
            read()
    with pytest.raises(lk.BadResponse, match=r"do not fit"):
        lk.read_folders(answer("<Summary><TotalMessageCount>x</TotalMessageCount></Summary>"), strict=True)


@pytest.mark.parametrize(
    "given",
    [
        lambda file: file,
        str,
        lambda file: file.parent,
        lambda file: file.read_bytes(),
        lambda file: [file],
        lambda file: [file.read_bytes(), [str(file)]],
        lambda file: (one for one in [file]),
    ],
    ids=["path", "text", "folder", "bytes", "list", "nested", "generator"],
)
def test_bodies_come_in_any_form(given: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.xml"
    file.write_bytes(messages(message(1, Sender="ann"), message(2)))
    (tmp_path / "leads.json").write_text("{}")
    found = lk.read_mail(given(file), account="mine")
    assert found.select("account", "message_id", "sender", "fetched_at").rows() == [
        ("mine", "1", "ann", AT),
        ("mine", "2", None, AT),
    ]


@pytest.mark.parametrize("wrong", [5, None, {"Ack": "Success"}, [5], [{"Ack": 1}]])
def test_what_is_no_body_is_refused(wrong: Any) -> None:
    for read in (lk.read_mail, lk.read_folders):
        with pytest.raises(lk.InvalidRequest, match="bodies is a"):
            read(wrong)


def test_a_given_time_is_the_time_of_all_rows() -> None:
    at = datetime(2026, 5, 5, tzinfo=UTC)
    assert lk.read_mail(messages(message(1)), fetched_at=at)["fetched_at"].to_list() == [at]
    assert lk.read_folders(answer("<Summary/>"), fetched_at=at)["fetched_at"].to_list() == [at]
    silent = messages(message(1)).replace(b"<Timestamp>2026-11-02T05:59:00.000Z</Timestamp>", b"")
    assert lk.read_mail(silent)["fetched_at"].to_list() == [None]


def test_headers_and_bodies_of_a_message_are_one_row_in_whatever_order_they_are_read() -> None:
    headers = messages(message(1, ItemID="110", Sender="ann"), message(2, Sender="bo"))
    bodies = messages(message(2, Content="two"), message(1, Content="one", Sender="ann"))
    for given in ([headers, bodies], [bodies, headers]):
        found = lk.read_mail(given)
        assert found.select("message_id", "item_id", "sender", "text").rows() == [
            ("1", "110", "ann", "one"),
            ("2", None, "bo", "two"),
        ]


HTML = "&lt;div id='UserInputtedText'&gt;html&lt;/div&gt;"


@pytest.mark.parametrize("given", [*permutations([{"Content": "content"}, {"Text": HTML}, {"Content": " "}])], ids=str)
def test_the_text_is_the_content_in_whatever_order_they_are_read(given: tuple[dict[str, str], ...]) -> None:
    bodies = [messages(message(1, **one), message(2, Content=" "), message(3, **one)) for one in given]
    found = lk.read_mail(bodies)
    assert found["text"].to_list() == ["content", " ", "content"]
    blank = lk.read_mail([body for body, one in zip(bodies, given, strict=True) if one != {"Content": "content"}])
    assert blank["text"].to_list() == ["html", " ", "html"]


def test_a_body_with_every_detail_level_names_the_folders_and_gives_both_tables(shop: Dealership) -> None:
    parts = [mail_body(shop, folder=7), folders_body(shop)]
    inside = [part.partition(b"</Build>")[2].removesuffix(b"</GetMyMessagesResponse>") for part in parts]
    body = answer(b"".join(inside).decode())
    with unheard():
        mail, folders = lk.read_mail(body), lk.read_folders(body)
    assert set(mail["folder_name"]) == {FOLDERS[7]}
    assert folders["name"].to_list() == [*FOLDERS.values(), None]


def test_a_folder_without_an_id_is_kept_and_told(tmp_path: Path) -> None:
    nameless = "<FolderSummary><FolderName>Cars</FolderName><TotalMessageCount>4</TotalMessageCount></FolderSummary>"
    body = answer(f"<Summary>{nameless}<TotalMessageCount>9</TotalMessageCount></Summary>")
    (tmp_path / "folders.xml").write_bytes(body)
    problems: list[dict[str, Any]] = []
    saved = lk.Saved(tmp_path)
    for found in (lk.read_folders([body, body], problems=problems), saved.folders()):
        assert found.select("folder_id", "name", "messages").rows() == [(None, "Cars", 4), (None, None, 9)]
    assert [(row["kind"], row["column"], row["count"]) for row in problems] == [("row_without_id", "folder_id", 2)]
    assert kinds(saved) == {"row_without_id": 1}


def test_a_message_that_stands_in_two_folders_is_told() -> None:
    folders = [messages(message(7, Folder=f"<FolderID>{number}</FolderID>")) for number in (0, 3)]
    problems: list[dict[str, Any]] = []
    assert lk.read_mail([*folders, folders[1]], problems=problems)["folder_id"].to_list() == ["3"]
    assert [(row["kind"], row["column"], row["count"]) for row in problems] == [("duplicate", "folder_id", 1)]


def test_files_of_a_folder_are_read_whatever_the_case_of_their_ending(tmp_path: Path) -> None:
    (tmp_path / "Inbox.XML").write_bytes(messages(message(1, Folder="<FolderID>9</FolderID>")))
    (tmp_path / "folders.Xml").write_bytes(
        answer("<Summary><FolderSummary><FolderID>9</FolderID><FolderName>Cars</FolderName></FolderSummary></Summary>")
    )
    (tmp_path / "LEADS.JSON").write_text('{"totalItems":0,"totalLeads":0}')
    assert lk.read_mail(tmp_path)["folder_name"].to_list() == ["Cars"]
    assert lk.read_leads(tmp_path).is_empty()


def test_folders_of_several_bodies_are_there_once_as_last_seen(shop: Dealership) -> None:
    newer = answer(
        "<Summary><FolderSummary><FolderID>0</FolderID><TotalMessageCount>1</TotalMessageCount>"
        "</FolderSummary><TotalMessageCount>1</TotalMessageCount></Summary>"
    )
    found = lk.read_folders([folders_body(shop), newer])
    assert found["folder_id"].n_unique() == len(found) == len(FOLDERS) + 1
    counts = dict(found.select("folder_id", "messages").rows())
    assert (counts["0"], counts[None]) == (1, 1)
