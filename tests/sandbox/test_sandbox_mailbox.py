"""The invented mailbox: every trap is there, and the truth agrees with what is served."""

import hashlib
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import polars as pl
import pytest
from lxml import etree, html
from sandbox.mail_reading import NAMESPACE, field, fields, moment, root, rows, sound

from leadkit.sandbox import Dealership, crm_body, folders_body, mail_body, mail_headers_body

SEEDS = (7, 1, 42)
ALL = 1_000_000


@pytest.fixture(scope="module", params=SEEDS)
def dealership(request: pytest.FixtureRequest, shop: Dealership) -> Dealership:
    return shop if request.param == shop.seed else Dealership(request.param, 800)


def headers_of(dealership: Dealership, folder: int | None = None) -> list[etree._Element]:
    return rows(mail_body(dealership, folder=folder, entries=ALL))


def bodies_of(dealership: Dealership) -> list[etree._Element]:
    return rows(mail_body(dealership, "ReturnMessages", entries=ALL))


def newest(row: etree._Element) -> str | None:
    """The newest message out of the HTML of Text, with newlines for its breaks."""
    (text,) = row.findall(f"{NAMESPACE}Text")
    if len(text):
        blocks = [one for one in text.iter() if one.get("id") == "UserInputtedText"]
    elif "UserInputtedText" in (text.text or ""):
        blocks = html.fromstring(text.text).xpath("//*[@id='UserInputtedText']")
    else:
        return text.text
    for line in blocks[0].iter("{*}br", "br"):
        line.text = "\n"
    return "".join(blocks[0].itertext())


def test_the_same_seed_gives_the_same_mail_and_crm_leads_everywhere() -> None:
    """If this fails although nothing in the sandbox was changed on purpose, a draw depends on the machine."""
    shop = Dealership(7, 100)
    levels = [mail_body(shop, level, entries=ALL) for level in ("ReturnHeaders", "ReturnMessages")]
    columns = [name for lead in shop.crm.leads.values() for name in lead.columns]
    whole = b"".join([*levels, folders_body(shop), crm_body(shop, shop.crm_ids, columns)])
    assert hashlib.sha256(whole).hexdigest() == "cf992fe8578defc397e99e4b4625a7a2c44f8c1134aa6ceb94d549d04ee65d63"


@pytest.mark.parametrize("leads", [0, 1, 2, 60])
def test_a_dealership_of_any_size_has_a_mailbox(leads: int) -> None:
    dealership = Dealership(3, leads)
    assert len(headers_of(dealership)) == len(dealership.mail)
    assert bool(dealership.mail) == bool(leads)
    assert dealership.truth.height == leads


def test_ids_are_unique_and_nothing_has_expired(dealership: Dealership) -> None:
    found = headers_of(dealership)
    assert len({field(row, "MessageID") for row in found}) == len(found) > 1000
    expires = [moment(field(row, "ExpirationDate")) for row in found]
    assert all(at > dealership.now for at in expires if at)
    received = [moment(field(row, "ReceiveDate")) for row in found]
    assert all(at < dealership.now for at in received if at)
    lives = {late - early for early, late in zip(received, expires, strict=True) if early and late}
    assert lives == {timedelta(days=60), timedelta(days=365)}
    assert min(at for at in received if at) < datetime(2026, 1, 1, tzinfo=UTC)


def test_folders_have_names_but_for_inbox_and_sent_and_counts_that_fit(dealership: Dealership) -> None:
    summary = root(folders_body(dealership)).find(f"{NAMESPACE}Summary")
    assert summary is not None
    folders = summary.findall(f"{NAMESPACE}FolderSummary")
    names = {field(one, "FolderID"): field(one, "FolderName") for one in folders}
    assert names == {"0": None, "1": None, "2": "Deleted", "7": "Financing & trade-ins", "12": "Sold <2026>"}
    for one in folders:
        inside = headers_of(dealership, int(field(one, "FolderID") or ""))
        unread = [row for row in inside if field(row, "Read") == "false"]
        high = [row for row in inside if field(row, "HighPriority") == "true"]
        assert [field(one, name) for name in ("TotalMessageCount", "NewMessageCount", "TotalHighPriorityCount")] == [
            str(len(counted)) for counted in (inside, unread, high)
        ]
        assert inside
    whole = headers_of(dealership)
    flagged = sum(field(row, "Flagged") == "true" for row in whole)
    assert (field(summary, "FlaggedMessageCount"), field(summary, "TotalMessageCount")) == (
        str(flagged),
        str(len(whole)),
    )


def test_few_messages_break_the_xml_and_in_every_way(dealership: Dealership) -> None:
    body = mail_body(dealership, "ReturnMessages", entries=ALL) + mail_body(dealership, entries=ALL)
    assert b"M2MContact&item=" in body or re.search(rb"M2MContact&\s+item=", body)
    for needle in (b"&nbsp;", b"\x0b", b"&#11;"):
        assert needle in body
    flaws = Counter(mail.flaw for mail in dealership.mail)
    assert set(flaws) == {None, "ampersand", "nbsp", "control", "reference"}
    assert flaws.total() - flaws[None] < 0.03 * flaws.total()
    for level in ("ReturnHeaders", "ReturnMessages"):
        etree.fromstring(sound(mail_body(dealership, level, entries=ALL)))


def test_text_comes_in_every_form_and_always_holds_what_was_written(dealership: Dealership) -> None:
    forms: Counter[str] = Counter()
    written = {mail.message_id: mail for mail in dealership.mail}
    raw = mail_body(dealership, "ReturnMessages", entries=ALL)
    for row in bodies_of(dealership):
        mail = written[field(row, "MessageID") or ""]
        forms[mail.form] += 1
        if mail.form != "notice":
            expected = mail.body if mail.form == "plain" else mail.body.replace("\r\n", "\n")
            assert (newest(row) or "").rstrip(" ") == expected.rstrip(" ")
        content = field(row, "Content")
        assert content == (mail.body if mail.content else None)
    assert set(forms) == {"escaped", "cdata", "inline", "plain", "notice"}
    assert min(forms.values()) > 15
    (cdata, *_) = re.findall(rb"<Text><!\[CDATA\[(.*?)\]\]>", raw, re.DOTALL)
    assert b"&" in cdata
    assert b"<div" in cdata


def test_a_digest_holds_the_thread_so_far_the_newest_first(dealership: Dealership) -> None:
    longest = max(dealership.mail, key=lambda mail: (mail.form == "escaped", len(mail.earlier)))
    (row,) = rows(mail_body(dealership, "ReturnMessages", ids=[longest.message_id]))
    page = html.fromstring(field(row, "Text"))
    blocks = {one.get("id"): one.text_content() for one in page.xpath("//div[starts-with(@id, 'UserInputted')]")}
    expected = {f"UserInputtedText{place or ''}": text for place, text in enumerate([longest.body, *longest.earlier])}
    assert len(expected) > 3
    assert blocks == {name: text.replace("\r\n", "").replace("\n", "") for name, text in expected.items()}


def test_texts_hold_what_breaks_programs(shop: Dealership) -> None:
    text = unescape(unescape(mail_body(shop, "ReturnMessages", entries=ALL).decode()))
    for needle in ("😀", "<b>", "=cmd|", "<script>", '"no"', "最低价", "متاحة", "{{"):
        assert needle in text


def test_elements_are_absent_empty_and_indented(dealership: Dealership) -> None:
    found = headers_of(dealership)
    assert all(any(name not in fields(row) for row in found) for name in ("ItemID", "SendToName", "MessageType"))
    empty = {etree.QName(child).localname for row in found for child in row if not len(child) and not child.text}
    assert {"ResponseDetails", "ExternalMessageID", "MessageMedia"} <= empty
    subjects = [field(row, "Subject") or "" for row in found]
    urls = [field(row, "ResponseDetails.ResponseURL") or "" for row in found]
    assert any(re.search(r"\n {12}", one) for one in subjects)
    assert any(re.search(r"\n {12}", one) for one in urls)
    assert any("Replied" not in fields(row) for row in found)
    media = [len(row.findall(f"{NAMESPACE}MessageMedia")) for row in found]
    assert {0, 1, 2, 3} <= set(media)


def test_messages_are_of_their_documented_types(dealership: Dealership) -> None:
    found = headers_of(dealership)
    kinds = Counter(field(row, "MessageType") for row in found)
    assert {
        "ClassifiedsContactSeller", "ContactEbayMember", "AskSellerQuestion", "ResponseToASQQuestion",
        "AccountMessage", None,
    } == set(kinds)  # fmt: skip
    asked = [row for row in found if field(row, "MessageType") == "AskSellerQuestion"]
    assert {field(row, "ListingStatus") for row in asked} == {"Active"}
    assert all(field(row, "QuestionType") for row in asked)
    ebay = [row for row in found if field(row, "Sender") == "eBay"]
    assert len(ebay) > 15
    assert not any("ItemID" in fields(row) or "SendToName" in fields(row) for row in ebay)
    titles = [field(row, "ItemTitle") or "" for row in found]
    assert max(len(one) for one in titles) <= 55
    ended = [moment(field(row, "ItemEndTime")) for row in found if "ItemEndTime" in fields(row)]
    assert ended
    assert all(at < dealership.now for at in ended if at)


def test_response_urls_name_the_message_and_its_external_id(dealership: Dealership) -> None:
    seen = 0
    for row in headers_of(dealership):
        url = re.sub(r"\s", "", field(row, "ResponseDetails.ResponseURL") or "")
        if url:
            seen += 1
            assert url.endswith(f"&messageid=m{field(row, 'MessageID')}")
            external = field(row, "ExternalMessageID")
            assert (f"&qid={external}&" in url) == bool(external)
    assert seen > 400


def test_what_inbox_copies_tell_about_replies(dealership: Dealership) -> None:
    states = Counter(
        (field(row, "Replied"), field(row, "ResponseDetails.UserResponseDate") is not None)
        for row in headers_of(dealership, 0)
        if field(row, "Sender") != "eBay"
    )
    assert set(states) == {("true", True), ("true", False), ("false", False), (None, False)}
    for row in headers_of(dealership, 0):
        replied = moment(field(row, "ResponseDetails.UserResponseDate"))
        received = moment(field(row, "ReceiveDate"))
        assert replied is None or (received and received <= replied < dealership.now)


def test_the_truth_has_the_columns_of_the_other_sources(shop: Dealership) -> None:
    at, text = pl.Datetime("us", "UTC"), pl.String
    assert dict(list(shop.truth.schema.items())[23:]) == {
        "mail_message_id": text, "external_message_id": text, "mail_replied": pl.Boolean, "user_response_at": at,
        "sent_mail_id": text, "crm_id": text, "reply_in_messages": pl.Boolean, "reply_in_sent": pl.Boolean,
        "reply_in_user_response": pl.Boolean, "mail_link": text, "conflict_planted": pl.Boolean,
        "conflict_kind": text,
    }  # fmt: skip


def test_the_truth_names_the_copies_of_question_and_first_reply(dealership: Dealership) -> None:
    served = {field(row, "MessageID"): row for row in headers_of(dealership)}
    checked: Counter[str] = Counter()
    for lead in dealership.truth.iter_rows(named=True):
        question, sent = served.get(lead["mail_message_id"]), served.get(lead["sent_mail_id"])
        if question is not None:
            checked["question"] += 1
            received = moment(field(question, "ReceiveDate"))
            assert received
            assert timedelta() <= received - lead["submitted_at"] < timedelta(seconds=2)
            assert field(question, "ExternalMessageID") == lead["external_message_id"]
            assert moment(field(question, "ResponseDetails.UserResponseDate")) == lead["user_response_at"]
            assert {"true": True, "false": False, None: None}[field(question, "Replied")] is lead["mail_replied"]
            assert field(question, "Folder.FolderID") == "0"
            early = lead["conflict_kind"] == "user_response"
            assert early or lead["user_response_at"] in {None, lead["first_reply_at"]}
            assert lead["mail_replied"] in {None, lead["first_reply_at"] is not None}
        if sent is not None:
            checked["sent"] += 1
            assert field(sent, "Folder.FolderID") == "1"
            assert moment(field(sent, "ReceiveDate")) == lead["first_reply_at"]
            assert field(sent, "Sender") == dealership.seller
    assert min(checked.values()) > 300
    assert dealership.truth.filter(pl.col("mail_message_id").is_null()).height > 20
    without = dealership.truth.filter(pl.col("first_reply_at").is_not_null(), pl.col("sent_mail_id").is_null())
    assert without.height > 20


def test_what_is_linkable_can_be_found_from_what_is_served_alone(dealership: Dealership) -> None:
    """R1 and R2 for UserResponseDate, listing and buyer for Sent copies: found again, and nothing found wrong."""
    leads = dealership.truth.filter("in_leads_api")
    inbox, sent = (_mails(headers_of(dealership, folder)) for folder in (0, 1))
    by_external = {one["external"]: one for one in inbox if one["external"]}
    by_pair, sent_by_pair = defaultdict(list), defaultdict(list)
    for one in inbox:
        by_pair[one["item"], one["sender"]].append(one)
    for one in sent:
        sent_by_pair[one["item"], one["recipient"]].append(one)
    for lead in leads.iter_rows(named=True):
        pair = (lead["item_id"], (lead["buyer"] or "").casefold())
        near = [one for one in by_pair[pair] if abs(one["at"] - lead["submitted_at"]) <= timedelta(minutes=10)]
        copy = by_external.get(str(lead["lead_message_id"])) or (near[0] if len(near) == 1 else None)
        assert (copy["id"] if copy else None) == (lead["mail_message_id"] if lead["mail_link"] else None)
        assert bool(copy and copy["replied_at"]) == lead["reply_in_user_response"]
        replies = [one for one in sent_by_pair[pair] if one["at"] >= lead["submitted_at"]]
        assert bool(replies) == lead["reply_in_sent"]
        assert not replies or min(one["at"] for one in replies) == lead["first_reply_at"]
    assert leads["mail_link"].value_counts()["count"].min() > 40  # type: ignore[operator]
    for name in ("reply_in_messages", "reply_in_sent", "reply_in_user_response"):
        assert 0.2 < leads[name].mean() < 0.8  # type: ignore[operator]


def _mails(found: list[etree._Element]) -> list[dict[str, Any]]:
    return [
        {
            "id": field(row, "MessageID"),
            "external": field(row, "ExternalMessageID"),
            "item": field(row, "ItemID"),
            "sender": (field(row, "Sender") or "").casefold(),
            "recipient": (field(row, "RecipientUserID") or "").casefold(),
            "at": moment(field(row, "ReceiveDate")),
            "replied_at": moment(field(row, "ResponseDetails.UserResponseDate")),
        }
        for row in found
        if field(row, "ItemID") or field(row, "ExternalMessageID")
    ]


def test_each_source_shows_replies_that_the_others_do_not(dealership: Dealership) -> None:
    sources = ("reply_in_messages", "reply_in_sent", "reply_in_user_response")
    seen = dealership.truth.filter("in_leads_api", pl.col("first_reply_at").is_not_null())
    patterns = set(seen.select(sources).iter_rows())
    assert len(patterns) == 8


def test_conflicts_are_planted_in_two_kinds(dealership: Dealership) -> None:
    truth = dealership.truth
    planted = truth.filter("conflict_planted")
    assert planted["in_leads_api"].all()
    assert set(planted["conflict_kind"]) == {"status", "user_response"}
    assert truth.filter(~pl.col("conflict_planted"))["conflict_kind"].null_count() == truth.height - planted.height
    early = planted.filter(pl.col("conflict_kind") == "user_response")
    assert (early["first_reply_at"] - early["user_response_at"] > timedelta(minutes=1)).all()
    assert (early["user_response_at"] >= early["submitted_at"]).all()
    assert early.select(pl.all_horizontal("reply_in_messages", "reply_in_sent", "reply_in_user_response").all()).item()
    stuck = planted.filter(pl.col("conflict_kind") == "status")
    assert set(stuck["status"]) == {"NEW"}
    assert planted.height < 0.03 * truth.height


def test_names_and_items_of_a_story_are_kept_or_not_as_a_whole(dealership: Dealership) -> None:
    """Else a later reply would look like the first one."""
    folders: defaultdict[tuple[int, int], list[tuple[bool, str]]] = defaultdict(list)
    for mail in dealership.mail:
        if mail.scene is not None:
            folders[mail.scene, mail.folder].append((mail.listing is None, mail.sender or "" + mail.recipient))
    assert all(len(set(kept)) == 1 for kept in folders.values())


@pytest.mark.parametrize("count", [0, 1, 2000])
def test_headers_for_benchmarks_are_as_many_as_asked_for(count: int) -> None:
    body = mail_headers_body(count)
    found = etree.fromstring(body).findall(f"{NAMESPACE}Messages/{NAMESPACE}Message")
    times = [field(row, "ReceiveDate") for row in found]
    assert len({field(row, "MessageID") for row in found}) == len(found) == count
    assert times == sorted(times, key=str)
    assert len(set(times)) == count
    assert body == mail_headers_body(count)
    assert b"{id}" not in body
    assert b"1970-01-0" not in body


def test_every_mail_address_is_invented(dealership: Dealership) -> None:
    text = mail_body(dealership, "ReturnMessages", entries=ALL).decode()
    hosts = set(re.findall(r"[\w.+-]+@([\w.-]+\w)", text))
    assert all(re.search(r"(^|\.)(example(\.(com|org|net))?|test)$", host.lower()) for host in hosts)
