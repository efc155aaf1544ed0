"""The faults of the sandbox's GetMyMessages, seen from the client's side."""

import time
from collections.abc import Callable

import httpx
import pytest
from lxml import etree
from sandbox.mail_reading import NAMESPACE, errors, field, fields, root, rows

from leadkit.sandbox import Sandbox

Post = Callable[..., httpx.Response]

HEADERS = "<DetailLevel>ReturnHeaders</DetailLevel>"
SENT = f"{HEADERS}<FolderID>1</FolderID>"
SUMMARY = "<DetailLevel>ReturnSummary</DetailLevel>"


def page(number: int, entries: int = 10) -> str:
    return f"{SENT}<Pagination><EntriesPerPage>{entries}</EntriesPerPage><PageNumber>{number}</PageNumber></Pagination>"


def ids(answer: httpx.Response) -> list[str | None]:
    return [field(row, "MessageID") for row in rows(answer.content)]


@pytest.mark.parametrize(
    "told",
    [
        (931, "Error", "Failure", "RequestError"),
        (932, "Error", "Failure", "RequestError"),
        (21917053, "Error", "Failure", "RequestError"),
        (518, "Error", "Failure", "RequestError"),
        (21919144, "Error", "Failure", "RequestError"),
        (10007, "Error", "Failure", "SystemError"),
        (2, "Error", "Failure", "RequestError"),
        (10007, "Error", "PartialFailure", "SystemError"),
        (21920000, "Warning", "Warning", "RequestError"),
        (1, "CustomCode", "CustomCode", "CustomCode"),
    ],
)
def test_any_error_can_be_told_in_a_good_http_answer(
    sandbox: Sandbox, post: Post, told: tuple[int, str, str, str]
) -> None:
    code, severity, ack, classification = told
    sandbox.faults.add("trading_error", code=code, severity=severity, ack=ack, classification=classification, times=1)
    answer, after = post(SENT), post(SENT)
    assert answer.status_code == 200
    assert errors(answer.content) == [(str(code), severity, classification)]
    assert field(root(answer.content), "Ack") == ack
    assert bool(ids(answer)) == (ack != "Failure")
    assert errors(after.content) == []


def test_several_errors_come_with_their_words_and_parameters(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("trading_error", code=1, short="Short.", long="Long & <odd>.", parameters={"0": "a&b", "1": 2})
    sandbox.faults.add("trading_error", code=2, root="eBayApiErrorResponse")
    answer = root(post(SENT).content)
    assert etree.QName(answer).localname == "eBayApiErrorResponse"
    first, second = answer.findall(f"{NAMESPACE}Errors")
    assert (field(first, "ShortMessage"), field(first, "LongMessage")) == ("Short.", "Long & <odd>.")
    given = [(one.get("ParamID"), field(one, "Value")) for one in first.findall(f"{NAMESPACE}ErrorParameters")]
    assert given == [("0", "a&b"), ("1", "2")]
    assert field(second, "ShortMessage") == "The call met the error 2."


def test_the_end_of_a_token_can_be_told(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("hard_expiration", times=1)
    assert field(root(post(SENT).content), "HardExpirationWarning") == "2026-11-05T12:00:00.000Z"
    assert field(root(post(SENT).content), "HardExpirationWarning") is None


def test_a_token_can_end_in_the_middle_of_a_sweep(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("expire_token", after=1, times=1)
    answers = [errors(post(page(number)).content) for number in (1, 2, 3)]
    assert [bool(one) for one in answers] == [False, True, True]
    assert answers[1][0][0] == "21917053"


def test_a_page_can_be_repeated(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("repeat_page", where={"PageNumber": "3"})
    assert ids(post(page(3))) == ids(post(page(1))) != ids(post(page(2)))
    with_selector = post(page(3) + "<OutputSelector>MessageID</OutputSelector>")
    assert ids(with_selector) == ids(post(page(1)))
    assert {frozenset(fields(row)) for row in rows(with_selector.content)} == {frozenset({"MessageID"})}


def test_rows_come_and_go_between_pages(sandbox: Sandbox, post: Post) -> None:
    before = ids(post(page(1, 30)))
    sandbox.faults.add("insert_rows", rows=2, at=0)
    inserted = ids(post(page(1, 30)))
    assert inserted[2:] == before[:28]
    assert field(rows(post(page(1, 30)).content)[0], "Folder.FolderID") == "1"
    sandbox.faults.add("remove_rows", rows=5, at=2)
    assert ids(post(page(1, 30)))[:25] == inserted[:2] + before[5:28]
    sandbox.faults.add("insert_rows", at=100_000)
    last = post(page(1 + 10_000)).content
    assert rows(last) == []


def test_new_mail_comes_into_an_empty_folder_too(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("insert_rows", times=1)
    assert ids(post(f"{HEADERS}<FolderID>99</FolderID>")) == []
    newest = post(f"{HEADERS}<StartTime>2026-11-02T06:00:00Z</StartTime>")
    assert "New" in {field(row, "Subject") for row in rows(newest.content)}


def test_counts_can_be_wrong(sandbox: Sandbox, post: Post) -> None:
    right = int(field(root(post(SUMMARY).content), "Summary.TotalMessageCount") or "")
    sandbox.faults.add("wrong_total", delta=-4, times=1)
    sandbox.faults.add("wrong_total", delta=1, key="FlaggedMessageCount", after=1, times=1)
    assert field(root(post(SUMMARY).content), "Summary.TotalMessageCount") == str(right - 4)
    assert field(root(post(SUMMARY).content), "Summary.TotalMessageCount") == str(right)


def test_elements_can_be_added_taken_away_and_filled(sandbox: Sandbox, post: Post) -> None:
    at = "Messages.Message"
    sandbox.faults.add("unknown_keys", at=at, key="NewElement", value="a & b", rows=2)
    sandbox.faults.add("missing_key", at=f"{at}.MessageID", rows=1)
    sandbox.faults.add("value", at=f"{at}.ReceiveDate", value="yesterday", rows=3)
    sandbox.faults.add("object_in_scalar", at=f"{at}.Subject")
    sandbox.faults.add("value", at=f"{at}.Folder.FolderName", value="Sent", rows=1)
    found = rows(post(SENT).content)
    assert [field(row, "NewElement") for row in found[:3]] == ["a & b", "a & b", None]
    assert [field(row, "MessageID") is None for row in found[:2]] == [True, False]
    assert [field(row, "ReceiveDate") == "yesterday" for row in found[:4]] == [True, True, True, False]
    assert field(found[0], "Subject.unexpected") == "object"
    assert field(found[0], "Folder.FolderName") == "Sent"
    sandbox.faults.clear()
    sandbox.faults.add("missing_key", at="Messages")
    assert "Messages" not in fields(root(post(SENT).content))


@pytest.mark.parametrize(
    ("how", "needle"),
    [
        ("bare_ampersand", b"R&D & more"),
        ("nbsp", b"&nbsp;"),
        ("control", b"\x0b"),
        ("control_reference", b"&#11;"),
        ("open_tag", b"<b></Subject>"),
        ("entity", b"&name;"),
    ],
)
def test_xml_can_be_broken(sandbox: Sandbox, post: Post, how: str, needle: bytes) -> None:
    sandbox.faults.add("xml", how=how, times=1)
    body = post(SENT).content
    assert needle in body
    if how != "entity":
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(body)
    assert etree.fromstring(post(SENT).content) is not None


def test_xml_can_be_broken_where_there_is_no_subject(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("xml", how="nbsp")
    assert b"Success&nbsp;</Ack>" in post(SUMMARY).content


@pytest.mark.parametrize("how", ["doctype", "entity", "external_entity", "exploding_entities"])
def test_a_doctype_can_come_with_entities(sandbox: Sandbox, post: Post, how: str) -> None:
    sandbox.faults.add("xml", how=how)
    body = post(SENT).content
    assert body.split(b"\n")[1].startswith(b"<!DOCTYPE GetMyMessagesResponse")
    entity = {"doctype": b"", "exploding_entities": b"&b9;"}.get(how, b"&name;")
    assert entity + b"</Subject>" in body
    if how != "exploding_entities":
        assert etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True)) is not None


def test_xml_can_be_unusual_and_still_right(sandbox: Sandbox, post: Post) -> None:
    usual = root(post(SENT).content)
    for how in ("no_namespace", "prefix", "no_declaration"):
        sandbox.faults.add("xml", how=how, times=1)
        body = post(SENT).content
        found = etree.fromstring(body)
        assert [etree.QName(one).localname for one in found.iter()] == [
            etree.QName(one).localname for one in usual.iter()
        ]
        assert (found.tag == "GetMyMessagesResponse") == (how == "no_namespace")
        assert found.prefix == ("ebl" if how == "prefix" else None)
        assert body.startswith(b"<?xml") == (how != "no_declaration")


def test_a_body_can_end_too_early(sandbox: Sandbox, post: Post) -> None:
    whole = post(SENT).content
    sandbox.faults.add("truncated", at=0.25, times=1)
    assert post(SENT).content == whole[: len(whole) // 4]
    sandbox.faults.add("cut", times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        post(SENT)


def test_a_status_comes_with_a_page_for_people(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("status", status=503, times=1)
    sandbox.faults.add("status", status=500, body=b"", times=1)
    busy, empty = post(SENT), post(SENT)
    assert (busy.status_code, busy.headers["content-type"][:9], b"503" in busy.content) == (503, "text/html", True)
    assert (empty.status_code, empty.content) == (500, b"")


def test_latency_and_a_body_of_ones_own(sandbox: Sandbox, post: Post) -> None:
    sandbox.faults.add("latency", seconds=0.1, times=1)
    sandbox.faults.add("body", body=b"<GetMyMessagesResponse/>", content_type="text/xml", times=1)
    begun = time.monotonic()
    assert post(SENT).content == b"<GetMyMessagesResponse/>"
    assert time.monotonic() - begun >= 0.1


def test_where_looks_into_the_body(sandbox: Sandbox, post: Post) -> None:
    fault = sandbox.faults.add("trading_error", code=518, where={"DetailLevel": "ReturnMessages", "FolderID": "0"})
    inside = "<DetailLevel>ReturnMessages</DetailLevel><FolderID>0</FolderID>"
    assert [bool(errors(post(one).content)) for one in (SENT, HEADERS, inside)] == [False, False, True]
    assert fault.hits == 1
