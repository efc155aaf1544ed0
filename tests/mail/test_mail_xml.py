"""XML that is unusual, broken or hostile: read whole, repaired and told, or refused."""

from __future__ import annotations

import contextlib
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from growth import LINEAR, growth
from loopback import Served, serving
from mail_answers import NAMESPACE, an_account, answer, asking, kinds, message, messages, read, told, unheard

import leadkit as lk
from leadkit.decode.xml import parse_xml
from leadkit.sandbox import Sandbox, mail_headers_body


def account(sandbox: Sandbox) -> Any:
    return an_account(sandbox.url, token=sandbox.token, clock=sandbox.dealership.now)


@pytest.mark.parametrize("how", ["no_namespace", "prefix", "no_declaration"])
def test_namespace_prefix_and_declaration_make_no_difference(sandbox: Sandbox, how: str) -> None:
    bodies = how != "prefix"  # the sandbox puts one before the tags that people wrote, too
    with account(sandbox) as ebay, unheard():
        usual = [ebay.mail((1, 7), bodies=bodies), ebay.folders()]
        before = kinds(ebay)
        sandbox.faults.add("xml", how=how)
        unusual = [ebay.mail((1, 7), bodies=bodies), ebay.folders()]
        assert kinds(ebay) == {kind: 2 * count for kind, count in before.items()}
    for one, other in zip(usual, unusual, strict=True):
        assert one.equals(other)


@pytest.mark.parametrize(
    ("how", "at_the_end"),
    [
        ("bare_ampersand", " R&D & more"),
        ("nbsp", ""),
        ("control", ""),
        ("control_reference", ""),
    ],
)
def test_what_the_sandbox_breaks_is_repaired_and_told(sandbox: Sandbox, how: str, at_the_end: str) -> None:
    with account(sandbox) as ebay, unheard():
        usual = ebay.mail(1)
        assert ebay.problems.is_empty()
        sandbox.faults.add("xml", how=how, where={"DetailLevel": "ReturnHeaders"})
        repaired = ebay.mail(1)
        assert kinds(ebay).keys() == {"repaired_xml"}
    assert repaired["subject"].to_list() == [one + at_the_end for one in usual["subject"]]
    assert repaired.drop("subject").equals(usual.drop("subject"))


def test_a_tag_that_is_left_open_is_told_as_a_loss(sandbox: Sandbox) -> None:
    sandbox.faults.add("xml", how="open_tag")
    why = "lossy_xml .1. .the answer was no XML: broken markup"
    with account(sandbox) as ebay, pytest.warns(lk.LeadkitWarning, match=why):
        ebay.mail(1)


@pytest.mark.parametrize("how", ["doctype", "entity", "external_entity", "exploding_entities"])
def test_a_doctype_is_refused_whatever_it_declares(sandbox: Sandbox, how: str) -> None:
    sandbox.faults.add("xml", how=how)
    with account(sandbox) as ebay:
        for fetch in (ebay.mail, ebay.folders):
            with pytest.raises(lk.BadResponse, match="holds a DOCTYPE") as caught:
                fetch()
            assert caught.value.code == "doctype_refused"


@pytest.mark.parametrize(
    ("written", "text", "kind"),
    [
        ("a &amp; b &lt; c &#65;&#x42;&#13;", "a & b < c AB\r", ""),
        ("a & b", "a & b", "repaired_xml"),
        ("a&b=1&c;d&", "a&b=1&c;d&", "repaired_xml"),
        ("&amp;&", "&&", "repaired_xml"),
        ("<![CDATA[a & b &amp; &nbsp;]]> & c", "a & b &amp; &nbsp; & c", "repaired_xml"),
        ("<![CDATA[]]]]><![CDATA[>]]>&", "]]>&", "repaired_xml"),
        ("a&nbsp;&eacute;&LT;&AMP;&copy;", "a\xa0é<&©", "repaired_xml"),
        ("&nosuch; &#;", "&nosuch; &#;", "repaired_xml"),
        ("a\x0bb\x00c\x1f", "abc", "repaired_xml"),
        ("<![CDATA[a\x0bb]]>", "ab", "repaired_xml"),
        ("a&#11;b&#0;c&#xFFFF;d", "abcd", "repaired_xml"),
        ("&#X41;&#99999999;&#xD800;", "A", "repaired_xml"),
        ("\ufffe\uffff.", ".", "repaired_xml"),
        ("a < b", "a < b", "repaired_xml"),
        ("<5 a<<< &amp; 3<4 <", "<5 a<<< & 3<4 <", "repaired_xml"),
        ("<![CDATA[a < b]]> < c", "a < b < c", "repaired_xml"),
        ("a < b<br>&lt;", "a < b<br>&lt;", "repaired_xml"),
        ("a ]]> b", "a ]]> b", "repaired_xml"),
        ("]]>]]]]> <![CDATA[x]]]]>", "]]>]]]]> x]]", "repaired_xml"),
        ("a ]]> < & b", "a ]]> < & b", "repaired_xml"),
        ("a<br>b ]]> c", "a<br>b ]]> c", "repaired_xml"),
        ("a<br>b", "a<br>b", "repaired_xml"),
        ("a<br>b &amp; c", "a<br>b &amp; c", "repaired_xml"),
        ("a<br>b<![CDATA[c]]>", "a<br>b<![CDATA[c]]>", "repaired_xml"),
    ],
)
def test_what_looks_broken_is_read_as_it_was_meant(written: str, text: str, kind: str) -> None:
    found, problems = read(messages(message(1, Content=written), message(2, Sender="ann")))
    assert found["text"][0] == text
    assert found["sender"].to_list() == [None, "ann"]
    assert told(problems).keys() == ({kind} if kind else set())


@pytest.mark.parametrize("written", ["<![CDATA[a<br>b", "<![CDATA[a]]><br>b"])
def test_what_can_not_be_read_for_certain_is_told_as_a_loss(written: str) -> None:
    _, problems = read(messages(message(1, Content=written)))
    assert told(problems)["lossy_xml"] == 1


def test_each_sort_of_repair_is_a_row_with_its_count() -> None:
    odd = "a & b &nosuch; c&nbsp;\x0b&#11; ]]> < ]]>"
    _, problems = read(messages(message(1, Subject=odd, Text="x<br>y")))
    assert {one["detail"].removeprefix("the answer was no XML: "): one["count"] for one in problems} == {
        "bare ampersands, escaped": 2,
        "HTML entities, written as their characters": 1,
        "characters that XML can't hold, taken out": 2,
        "HTML that is no XML, kept as it is": 1,
        "pointed brackets that open no tag, escaped": 1,
        "ends of CDATA that has none, escaped": 2,
    }


def test_a_prefix_that_nobody_declared_is_declared() -> None:
    body = messages(message(1, Subject="a & b", MessageMedia="<MediaName>n</MediaName>"), message(2, Text="<b>x</b>"))
    bare = body.decode().replace(f' xmlns="{NAMESPACE}"', "")
    prefixed = re.sub(r"<(/?)(?=[A-Z])", r"<\1ebl:", bare)
    found, problems = read(prefixed.encode())
    assert found.equals(read(body)[0])
    assert {one["detail"].removeprefix("the answer was no XML: "): one["count"] for one in problems} == {
        "bare ampersands, escaped": 1,
        "a prefix that nobody declared": 1,
    }
    declared = prefixed.replace("<ebl:GetMy", "<ebl:GetMy", 1).replace("Response>", "Response xmlns:ebl = 'urn:x'>", 1)
    assert read(declared.encode())[1][0]["detail"].endswith("bare ampersands, escaped")
    inside = body.decode().replace("<Message>", "<x:Message>").replace("</Message>", "</x:Message>")
    found, problems = read(inside.encode())
    assert found["message_id"].to_list() == ["1", "2"]
    assert "lossy_xml" in told(problems)


def test_the_address_of_a_picture_has_no_line_breaks() -> None:
    picture = "<MediaName> a  b </MediaName><MediaURL>\n  http://x/\n    y.jpg\n</MediaURL>"
    found, _ = read(messages(message(1, MessageMedia=picture), message(2), message(3, MessageMedia="")))
    assert found["media"].to_list() == [[{"name": " a  b ", "type": None, "url": "http://x/y.jpg"}], None, []]


def test_a_text_that_is_left_open_costs_no_more_than_it_must() -> None:
    _, problems = read(messages("<Message><MessageID>1</MessageID><Text>a & b</Message>"))
    assert "lossy_xml" in told(problems)


def test_what_only_recovering_can_not_read_is_refused() -> None:
    with pytest.raises(lk.BadResponse, match="no XML, even after its repair"):
        lk.read_mail(b"<GetMyMessagesResponse><!</GetMyMessagesResponse>")


def test_the_error_for_what_is_no_xml_quotes_nobody() -> None:
    body = b"<GetMyMessagesResponse><![CDATA[ann@example.com 555-0100</GetMyMessagesResponse>"
    with pytest.raises(lk.BadResponse, match="CData section not finished") as caught:
        lk.read_mail(body)
    assert "ann@example.com" not in str(caught.value)
    assert "555-0100" not in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("iso-8859-1", "iso-8859-1"),
        ("windows-1252", "windows-1252"),
    ],
)
@pytest.mark.parametrize("subject", ["é 3", "é & 3"])
def test_an_answer_in_another_encoding_is_read(encoding: str, codec: str, subject: str) -> None:
    body = messages(message(1, Subject=subject)).decode().replace('"utf-8"', f'"{encoding}"').encode(codec)
    found, problems = read(body)
    assert found["subject"].to_list() == [subject]
    assert told(problems).keys() == ({"repaired_xml"} if "&" in subject else set())


def test_utf_16_without_a_declaration_is_known_by_its_mark() -> None:
    body = messages(message(1, Subject="é & 3")).decode().partition("?>")[2].encode("utf-16")
    found, problems = read(body)
    assert found["subject"].to_list() == ["é & 3"]
    assert told(problems) == {"repaired_xml": 1}


def test_bytes_that_are_not_in_the_encoding_are_replaced_and_told() -> None:
    found, problems = read(messages(message(1, Subject="caf\x01")).replace(b"caf\x01", b"caf\xe9 \xff"))
    assert found["subject"].to_list() == ["caf� �"]
    assert [(one["kind"], one["count"]) for one in problems] == [("lossy_xml", 2)]


@pytest.mark.parametrize(
    "encoding", ["undefined", "idna", "punycode", "unicode_escape", "hex", "rot13", "nonsense", "cp9999"]
)
def test_an_encoding_that_is_none_is_read_as_utf_8(encoding: str) -> None:
    body = messages(message(1, Subject="é & \\x41")).replace(b'"utf-8"', f'"{encoding}"'.encode())
    found, problems = read(body)
    assert found["subject"].to_list() == ["é & \\x41"]
    assert told(problems) == {"repaired_xml": 1}


DOCTYPE = "<!DOCTYPE GetMyMessagesResponse>"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-7", "cp037", "utf-32"]
)
@pytest.mark.parametrize("broken", ["", " & "], ids=["whole", "broken"])
@pytest.mark.parametrize("spelled", [DOCTYPE, DOCTYPE.replace("DOCTYPE", "doctype"), f"<!-- c -->{DOCTYPE}"])
def test_a_doctype_is_refused_in_every_encoding(codec: str, broken: str, spelled: str) -> None:
    text = answer(f"<Messages>{broken}</Messages>", head=spelled).decode().replace('"utf-8"', f'"{codec}"')
    with pytest.raises(lk.BadResponse):
        lk.read_mail(text.encode(codec))


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le"])
def test_the_refusal_says_why(codec: str) -> None:
    text = answer(head=DOCTYPE).decode().replace('"utf-8"', f'"{codec}"')
    with pytest.raises(lk.BadResponse, match="holds a DOCTYPE, which could name files") as caught:
        lk.read_mail(text.encode(codec))
    assert (caught.value.code, caught.value.source) == ("doctype_refused", "mail")


def test_people_may_write_about_a_doctype() -> None:
    for written in (
        "<![CDATA[<!DOCTYPE html> & x]]>",
        "&lt;!DOCTYPE html> &amp; x",
        "<![CDATA[<!DOCTYPE html> &]]> & x",
    ):
        found, problems = read(messages(message(1, Content=written)))
        assert found["text"][0].startswith("<!DOCTYPE html> &")
        assert told(problems).keys() <= {"repaired_xml"}


BILLION = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
PARAMETERS = (
    '<!ENTITY % p0 "x">'
    + "".join(f"<!ENTITY % p{n} '{f'&#37;p{n - 1};' * 10}'>" for n in range(1, 10))
    + "<!ENTITY all '%p9;'>"
)
HOSTILE = {
    "billion laughs": (f'[<!ENTITY l0 "lol">{BILLION}]', "&l10;"),
    "quadratic blow-up": (f'[<!ENTITY a "{"x" * 100_000}">]', "&a;" * 100_000),
    "in an attribute": (f'[<!ENTITY l0 "lol">{BILLION}]', '<b c="&l10;"/>'),
    "a default attribute": (f'[<!ENTITY l0 "lol">{BILLION}<!ATTLIST Message c CDATA "&l10;">]', ""),
    "a file": ('[<!ENTITY a SYSTEM "file://{file}">]', "&a;"),
    "a file by its path": ('[<!ENTITY a SYSTEM "{file}">]', "&a;"),
    "a file by a parameter entity": ('[<!ENTITY % a SYSTEM "file://{file}">%a;]', "&canary;"),
    "an external DTD": ('SYSTEM "{url}/a.dtd"', "&canary;"),
    "an external DTD on disk": ('SYSTEM "{file}"', "&canary;"),
    "a public DTD": ('PUBLIC "-//x//y" "{url}/a.dtd"', "&canary;"),
    "an entity from the network": ('[<!ENTITY a SYSTEM "{url}/a">]', "&a;"),
    "parameter entities": (f"[{PARAMETERS}]", "&all;"),
    "itself": ('[<!ENTITY a "&b;"><!ENTITY b "&a;">]', "&a;"),
}
CANARY = "canary-7a61c0"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-7"])
@pytest.mark.parametrize(("declared", "used"), HOSTILE.values(), ids=HOSTILE)
def test_entities_name_no_file_and_do_not_explode(declared: str, used: str, codec: str, tmp_path: Path) -> None:
    file = tmp_path / "canary.txt"
    file.write_text(f'<!ENTITY canary "{CANARY}">')
    with serving(Served(body=f'<!ENTITY canary "{CANARY}">'.encode())) as server:
        doctype = declared.replace("{file}", str(file)).replace("{url}", server.origin)
        body = answer(
            f"<Messages>{message(1, Text=used)}</Messages>", head=f"<!DOCTYPE GetMyMessagesResponse {doctype}>"
        )
        sent = body.decode().replace('"utf-8"', f'"{codec}"').encode(codec)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(lk.BadResponse) as caught:
            lk.read_mail(sent)
        assert server.arrived == []
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 20 * len(sent) + 20_000_000
    assert CANARY not in str(caught.value)


def test_an_xinclude_is_a_text_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "canary.txt"
    file.write_text(CANARY)
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://{file}" parse="text"/>'
    sheet = f'<?xml-stylesheet href="file://{file}"?>'
    found, problems = read(answer(f"<Messages>{message(1, Text=include)}{include}</Messages>", head=sheet))
    assert CANARY not in str(found.rows())
    assert "include" in found["html"][0]
    assert told(problems) == {"unknown_key": 1}


HEAVY = {
    "open CDATA": lambda n: "<![CDATA[" * n,
    "CDATA": lambda n: "<![CDATA[]]>" * n + "&",
    "pointed brackets": lambda n: "<" * n,
    "brackets": lambda n: "<![CDATA[" + "]" * n + "&",
    "ampersands": lambda n: "&" * n,
    "entities": lambda n: "&nbsp;" * n,
    "ends of CDATA": lambda n: "]]>" * n,
    "open texts": lambda n: "<Text>" * n,
    "texts": lambda n: "<Text><br></Text>" * n,
    "contents": lambda n: "<Content " * n,
    "names": lambda n: "<" + "a" * n,
    "prefixes": lambda n: "<a:" * n,
    "comments": lambda n: "<!--" * n + "&",
    "dashes": lambda n: "<!--" + "-" * n + "&",
    "depth": lambda n: "<a>" * n + "</a>" * n,
    "attributes": lambda n: "<a " + " ".join(f"b{one}='&'" for one in range(n // 10)) + "/>",
    "doctypes": lambda n: "<!DOCTYPE" * n,
    "blanks": lambda n: " " * n + "&",
}


@pytest.mark.parametrize("made", HEAVY.values(), ids=HEAVY)
def test_whatever_is_repeated_costs_in_proportion(made: Any) -> None:
    def reading(body: bytes) -> None:
        with contextlib.suppress(lk.BadResponse):
            read(body)

    bodies = [answer(f"<Messages>{message(1)}{made(count)}</Messages>") for count in (30_000, 60_000)]
    assert growth(reading, *bodies) < LINEAR


def calls_of_python(work: Callable[[], object]) -> int:
    """How many functions written in Python are called on the way."""
    calls: Counter[str] = Counter()
    before = sys.getprofile()
    sys.setprofile(lambda _frame, event, _argument: calls.update([event]))
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls["call"]


@pytest.mark.parametrize("part", ["&", "& ", "&a ", "&#", "&amp;&", "]]>", "<"])
def test_a_repair_that_is_needed_many_times_calls_no_more_of_python(part: str) -> None:
    once, often = (messages(message(1, Content=f"<![CDATA[x]]>& < ]]> {part * many}")) for many in (1, 5_000))
    assert calls_of_python(lambda: parse_xml(often, call="")) <= calls_of_python(lambda: parse_xml(once, call="")) + 50


@pytest.mark.parametrize("count", [431, 20_000])
def test_all_headers_of_a_mailbox_are_there(count: int) -> None:
    body = mail_headers_body(count)
    found = lk.read_mail(body)
    assert (len(found), found["message_id"].n_unique()) == (count, count)
    assert found["received_at"].is_sorted()
    assert found["subject"].null_count() == 0


def test_a_text_longer_than_the_parser_takes_is_no_silent_loss() -> None:
    long = "x" * 11_000_000
    try:
        found, problems = read(messages(message(1, Text=long)))
    except lk.BadResponse:
        return
    assert found["html"].to_list() == [long] or "lossy_xml" in told(problems)


def test_a_broken_answer_over_http_is_one_warning_at_most(sandbox: Sandbox) -> None:
    with asking(messages(message(1, Subject="a & b"))) as (ebay, _):
        assert ebay.mail()["subject"].to_list() == ["a & b"]  # a repair alone warns of nothing
        assert kinds(ebay) == {"repaired_xml": 1}
