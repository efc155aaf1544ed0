"""Bodies by ten, joined with their headers; the plain text out of whatever Text holds."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from loopback import Arrived, Served
from mail_answers import an_account, asking, inside, kinds, message, messages, read, served, told, unheard
from mail_expected import header, plain

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox


def account(sandbox: Sandbox, **settings: Any) -> Any:
    return an_account(sandbox.url, **({"token": sandbox.token, "clock": sandbox.dealership.now} | settings))


def test_bodies_are_asked_for_by_ten_and_the_headers_stay(sandbox: Sandbox, shop: Dealership) -> None:
    sent = [mail for mail in shop.mail if mail.folder == 1]
    with account(sandbox) as ebay, unheard():
        without = ebay.mail(1)
        sandbox.requests.clear()
        found = ebay.mail(1, bodies=True)
    asked = [inside(one.body) for one in sandbox.requests]
    ids = [one["MessageIDs.MessageID"] for one in asked if one["DetailLevel"] == ["ReturnMessages"]]
    assert [len(some) for some in sorted(ids, key=lambda some: int(some[0]))[:-1]] == [10] * ((len(sent) - 1) // 10)
    assert sorted(key for some in ids for key in some) == sorted(mail.message_id for mail in sent)
    assert found.drop("html", "text").equals(without.drop("html", "text"))
    assert found["item_id"].null_count() < len(found)  # comes with the headers only


def test_every_text_is_what_was_written(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay, unheard():
        found = ebay.mail(bodies=True)
    for mail, row in zip(shop.mail, found.rows(named=True), strict=True):
        assert row.items() >= header(mail).items()
        if mail.content:
            assert row["text"] == mail.body
        elif mail.form != "notice":
            assert plain(row["text"] or "") == plain(mail.body), mail.form
        assert row["html"]
    assert {mail.form for mail in shop.mail} == {"escaped", "cdata", "inline", "plain", "notice"}


def test_pictures_are_lists_null_where_none_were_sent(sandbox: Sandbox, shop: Dealership) -> None:
    with account(sandbox) as ebay, unheard():
        found = ebay.mail(bodies=True)
    for mail, media in zip(shop.mail, found["media"].to_list(), strict=True):
        names = None if mail.media is None else [name for name, _ in mail.media]
        assert (None if media is None else [one["name"] for one in media]) == names
    assert {None, 0} < {None if mail.media is None else len(mail.media) for mail in shop.mail}


def two_levels(headers: str, bodies: str) -> Any:
    """A mailbox of one message that comes so as a header and so as a body."""

    def script(arrived: Arrived) -> Served:
        level = inside(arrived.body)["DetailLevel"]
        return served(messages(headers if level == ["ReturnHeaders"] else bodies))

    return script


def test_what_a_body_does_not_tell_overwrites_nothing() -> None:
    headers = message(7, ItemID="110", Subject="A", Read="true", Folder="<FolderID>0</FolderID>", Flagged="false")
    bodies = message(7, Subject="", Read="", Folder="", Content="Hello", Flagged="true", MessageMedia="")
    with asking(two_levels(headers, bodies)) as (ebay, _):
        (row,) = ebay.mail(bodies=True).rows(named=True)
    assert (row["item_id"], row["subject"], row["read"], row["folder_id"], row["folder_name"]) == (
        "110",
        "A",
        True,
        "0",
        "Inbox",
    )
    assert (row["text"], row["html"], row["flagged"], row["media"]) == ("Hello", None, True, [])


@pytest.mark.parametrize(
    ("headers", "bodies"),
    [({"Content": "as written"}, {"Text": "<p>x</p>"}), ({"Text": "<p>x</p>"}, {"Content": "as written"})],
)
def test_the_text_is_the_content_also_where_it_comes_with_the_headers(
    headers: dict[str, str], bodies: dict[str, str]
) -> None:
    with asking(two_levels(message(7, **headers), message(7, **bodies))) as (ebay, _):
        found = ebay.mail(bodies=True)
        without = ebay.mail()
    assert found.select("html", "text").rows() == [("<p>x</p>", "as written")]
    assert without["text"].to_list() == [headers.get("Content", "x")]


def test_a_body_that_did_not_come_is_told_and_its_header_stays() -> None:
    with asking(two_levels(message(7, Subject="A"), message(8, Content="another's"))) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"missing_id \(1\) in message_id \(its body did not come\)"):
            found = ebay.mail(bodies=True)
        assert ebay.problems.select("kind", "row_key").rows() == [("missing_id", "7"), ("unasked_id", None)]
    assert found.select("message_id", "subject", "text").rows() == [("7", "A", None)]


def test_the_bodies_of_no_messages_are_no_call(sandbox: Sandbox) -> None:
    with account(sandbox) as ebay:
        assert ebay.mail(99, bodies=True).is_empty()
    assert [inside(one.body)["DetailLevel"] for one in sandbox.requests] == [["ReturnHeaders"]]


def test_bodies_of_ids_are_those_messages_whole(sandbox: Sandbox, shop: Dealership) -> None:
    wanted = [mail for mail in shop.mail if mail.folder == 0 and mail.content][:12]
    with account(sandbox) as ebay, unheard():
        found = ebay.mail(ids=[mail.message_id for mail in wanted], bodies=True)
    assert found["text"].to_list() == [mail.body for mail in wanted]


def test_only_as_many_bodies_are_asked_for_as_rows_are_wanted(sandbox: Sandbox) -> None:
    with account(sandbox) as ebay, unheard():
        assert len(ebay.mail(0, bodies=True, max_rows=3)) == 3
    last = inside(sandbox.requests[-1].body)
    assert (last["DetailLevel"], len(last["MessageIDs.MessageID"])) == (["ReturnMessages"], 3)


DIGEST = (
    '<html><head><title>eBay</title><style>p {color: red}</style></head><body><p>Dear you,</p><div id="PrimaryMessage">'
    '<div id="UserInputtedText">Is it <b>red</b>?<br/>R&amp;D &lt;3</div></div>'
    '<div id="MessageHistory1"><div id="UserInputtedText1">An older one</div></div></body></html>'
)
NEWEST = "Is it red?\nR&D <3"


@pytest.mark.parametrize(
    "written",
    [
        escape(DIGEST),
        f"<![CDATA[{DIGEST}]]>",
        f"<![CDATA[{DIGEST[:99]}]]><![CDATA[{DIGEST[99:]}]]>",
        f"{escape(DIGEST[:99])}<![CDATA[{DIGEST[99:]}]]>",
        DIGEST,
        escape(escape(DIGEST)),
        f"<![CDATA[{escape(DIGEST)}]]>",
        f"\n   {DIGEST}\n  ",
        DIGEST.replace("<br/>", "<br>"),
        DIGEST.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:html>", '<x:html xmlns:x="urn:x">'),
    ],
    ids=["escaped", "CDATA", "two CDATA", "both", "inline", "escaped twice", "escaped in CDATA", "indented", "no XML",
         "prefixed"],
)  # fmt: skip
def test_the_newest_message_is_taken_out_of_text_in_whatever_form(written: str) -> None:
    found, problems = read(messages(message(1, Text=written)))
    assert found["text"].to_list() == [NEWEST]
    assert "UserInputtedText" in found["html"][0]
    assert told(problems).keys() <= {"repaired_xml"}


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ({"Content": "as it is", "Text": escape(DIGEST)}, "as it is"),
        ({"Content": "  ", "Text": escape(DIGEST)}, NEWEST),
        ({"Content": "", "Text": escape(DIGEST)}, NEWEST),
        ({"Text": escape(DIGEST)}, NEWEST),
        ({"Content": "a &amp; b &lt;c&gt;"}, "a & b <c>"),
        ({"Content": "<![CDATA[a & <b>]]>"}, "a & <b>"),
        ({"Content": " two\n lines "}, " two\n lines "),
        ({"Text": ""}, None),
        ({"Text": "   "}, None),
        ({"Text": "plain, 3 &lt; 4"}, "plain, 3 < 4"),
        ({"Text": "&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;"}, "one\n\ntwo"),
        ({}, None),
    ],
    ids=str,
)
def test_content_comes_first_then_text(elements: dict[str, str], text: str | None) -> None:
    found, problems = read(messages(message(1, **elements)))
    assert found["text"].to_list() == [text]
    assert problems == []


def test_the_text_as_sent_stays_beside_it() -> None:
    found, _ = read(messages(message(1, Text=escape(DIGEST)), message(2, Text=DIGEST)))
    assert found["html"].to_list() == [DIGEST, DIGEST]


@pytest.mark.slow
@pytest.mark.parametrize("how", ["CDATA", "escaped", "inline"])
def test_a_body_of_two_megabytes_is_read_whole(how: str) -> None:
    line = "<p>Is it <b>still</b> there?</p>"
    many = 1_900_000 // len(line)
    text = f"<div id='UserInputtedText'>{line * many}</div><div id='UserInputtedText1'>Old.</div>"
    written = {"CDATA": f"<![CDATA[{text}]]>", "escaped": escape(text), "inline": text}[how]
    found, problems = read(messages(message(1, Text=written)))
    assert found["html"][0].replace('"', "'") == text
    assert found["text"][0].split("\n\n") == ["Is it still there?"] * many
    assert problems == []


def test_inline_elements_keep_their_names_without_the_answers_namespace() -> None:
    inline = '<p class="a">x<i>y</i>z &amp; &lt;b&gt;</p>'
    found, _ = read(messages(message(1, Text=inline)))
    assert found.select("html", "text").rows() == [(inline, "xyz & <b>")]


def test_elements_in_a_field_for_a_single_value_are_told_and_make_it_null() -> None:
    with asking(messages(message(1, Sender="<b>bold</b>", Subject="plain"))) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"bad_value \(1\) in sender"):
            found = ebay.mail()
        assert kinds(ebay) == {"bad_value": 1}
        assert ebay.problems["example"].to_list() == ["[4 characters]"]
    assert found.select("sender", "subject").rows() == [(None, "plain")]


def test_subject_and_address_are_on_one_line() -> None:
    url = "http://contact.ebay.com/?M2M&amp;\n      item=1&amp;\n   qid=2 "
    details = f"<ResponseURL>\n  {url}</ResponseURL>"
    found, _ = read(
        messages(
            message(1, Subject="  a\n      b\t\tc ", ResponseDetails=details),
            message(2, Subject=" \n ", ResponseDetails="<ResponseURL> </ResponseURL>"),
            message(3, Subject="a b"),
        )
    )
    assert found["subject"].to_list() == ["a b c", None, "a b"]
    assert found["response_url"].to_list() == ["http://contact.ebay.com/?M2M&item=1&qid=2", None, None]
