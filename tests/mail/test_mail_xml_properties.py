"""What was put into a message comes out of it, or a problem row says what could not."""

from __future__ import annotations

import html
import time
import tracemalloc
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadkit as lk
from leadkit.decode import xml_columns, xml_wire
from leadkit.decode.html_text import newest_message
from leadkit.decode.shape import row_shape
from leadkit.decode.xml import parse_xml
from leadkit.sources.ebay_mailbox import MAIL

HEAD = '<GetMyMessagesResponse xmlns="urn:ebay:apis:eBLBaseComponents"><Ack>Success</Ack><Messages>'
TAIL = "</Messages></GetMyMessagesResponse>"
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
WORDS = st.text(LETTERS | st.sampled_from("<>&\"'\n\t "), max_size=12)
CONTROLS = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32)]))
NAMED = ["nbsp", "copy", "eacute", "hellip", "Ntilde", "LT", "AMP"]

# each piece: how it stands in the XML, what it means, and how many characters of it XML can't hold
PIECES = st.one_of(
    WORDS.map(lambda text: (escape(text), text, 0)),
    WORDS.map(lambda text: text.replace("]]>", "")).map(lambda text: (f"<![CDATA[{text}]]>", text, 0)),
    st.sampled_from(["& ", "&&", "&;", "&unknown;", "&copy ", "&#;", "&#x;"]).map(lambda text: (text, text, 0)),
    st.sampled_from(NAMED).map(lambda name: (f"&{name};", html.unescape(f"&{name};"), 0)),
    st.sampled_from(CONTROLS).map(lambda char: (char, "", 1)),
    st.sampled_from(CONTROLS).map(lambda char: (f"&#{ord(char)};", "", 1)),
    st.sampled_from(CONTROLS).map(lambda char: (f"<![CDATA[{char}]]>", "", 1)),
    st.integers(0xE000, 0xFFFD).map(lambda code: (f"&#x{code:x};", chr(code), 0)),
    st.integers(0x10000, 0x10FFFF).map(lambda code: (f"&#{code};", chr(code), 0)),
)


def read(*messages: str) -> tuple[object, list[dict[str, object]]]:
    problems: list[dict[str, object]] = []
    body = f"{HEAD}{''.join(f'<Message>{inside}</Message>' for inside in messages)}{TAIL}"
    return lk.read_mail(body.encode(), problems=problems), problems


@given(st.lists(PIECES, max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_mix_of_cdata_entities_and_stray_characters_comes_out_as_it_was_meant(pieces):
    text = "".join(written for written, _, _ in pieces)
    meant, lost = "".join(piece[1] for piece in pieces), sum(piece[2] for piece in pieces)
    found, problems = read(f"<MessageID>1</MessageID><Text>{text}</Text>")
    assert found["html"].to_list() == [meant]
    told = [row["count"] for row in problems if "can't hold" in str(row["detail"])]
    assert told == ([lost] if lost else [])
    assert {row["kind"] for row in problems} <= {"repaired_xml"}


@given(st.lists(st.lists(PIECES, max_size=3), min_size=30, max_size=40))
@settings(max_examples=8, deadline=None)
def test_many_rows_are_read_as_each_of_them_alone(rows):
    inside = [
        f"<MessageID>{place}</MessageID><Subject>{''.join(piece[0] for piece in pieces)}</Subject>"
        for place, pieces in enumerate(rows)
    ]
    together, _ = read(*inside)
    alone = [read(one)[0].row(0) for one in inside]
    assert sorted(together.rows(), key=str) == sorted(alone, key=str)


LEAVES = ["Sender", "MessageID", "Read", "Subject", "NewThing"]
CHILDREN = st.one_of(
    st.tuples(st.sampled_from(LEAVES), WORDS).map(lambda pair: f"<{pair[0]}>{escape(pair[1])}</{pair[0]}>"),
    st.sampled_from(LEAVES).map(lambda name: f"<{name}/>"),
    st.just("<Folder><FolderID>2</FolderID><FolderName>A &amp; B</FolderName></Folder>"),
    st.just("<Folder>stray</Folder>"),
    st.just("stray"),
    st.just("<Sender><b>x</b></Sender>"),
    st.just("<MessageMedia><MediaName>a.jpg</MediaName></MessageMedia>"),
)


@given(st.lists(st.lists(CHILDREN, max_size=4), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_reading_as_columns_and_walking_give_the_same(rows):
    body = "".join([HEAD, *(f"<Message>{''.join(inside)}</Message>" for inside in rows), TAIL])
    shape = row_shape(MAIL)
    messages = [list(parse_xml(body.encode(), call="").root[1]) for _ in range(2)]
    lists = [node for node in shape.children.values() if node.kind == "list"]
    walked = xml_wire._walked(messages[0], shape, lists)
    columns = xml_columns.read_columns(messages[1], shape)
    assert columns is None or columns.equals(walked.frame)
    assert columns is None or not walked.misfits


GROWING = [f'<!ENTITY {after} "{10 * f"&{before};"}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)]
BOMB = f'<!DOCTYPE r [<!ENTITY a "ha">{"".join(GROWING)}]>'
LARGE = f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>'
HOSTILE = {
    "a file": f'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>{HEAD}<Message><Text>&f;</Text></Message>{TAIL}',
    "a bomb": f"{BOMB}{HEAD}<Message><Text>&i;</Text></Message>{TAIL}",
    "a parameter": f'<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>{HEAD}{TAIL}',
    "an external DTD": f'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">{HEAD}{TAIL}',
    "small letters": f'<!doctype r [<!ENTITY f SYSTEM "file:///etc/passwd">]>{HEAD}{TAIL}',
    "quadratic": f"{LARGE}{HEAD}<Message><Text>{50_000 * '&a;'}</Text></Message>{TAIL}",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_doctype_is_refused_before_anything_is_read_or_grows(hostile, encoding):
    body = f'<?xml version="1.0" encoding="{encoding}"?>{HOSTILE[hostile]}'.encode(encoding)
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(lk.BadResponse) as caught:
        lk.read_mail(body)
    assert "root:" not in str(caught.value)
    assert tracemalloc.get_traced_memory()[1] < 40 * len(body) + 10_000_000
    tracemalloc.stop()
    assert time.process_time() - began < 30  # a bomb would take hours


def test_an_inclusion_stays_what_it_is():
    inside = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    found, _ = read(f"<MessageID>1</MessageID><Text>{inside}</Text>")
    assert "root:" not in str(found["html"][0]) + str(found["text"][0])


def test_a_doctype_inside_cdata_is_a_text():
    found, problems = read("<Text><![CDATA[<!DOCTYPE html><p>Hi</p>]]></Text>")
    assert (found["html"][0], found["text"][0], problems) == ("<!DOCTYPE html><p>Hi</p>", "Hi", [])


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("<>/&;'\"= divp"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_html_has_a_text_or_none(text):
    found = newest_message(text)
    assert found is None or found.strip() == found


@pytest.mark.parametrize("how", ["cdata", "escaped", "inline"])
def test_a_message_of_two_megabytes_is_read_whole(how):
    line = "<p>Is it <b>still</b> there?</p>"
    many = 1_900_000 // len(line)
    text = f"<div id='UserInputtedText'>{line * many}</div><div id='UserInputtedText1'>Old.</div>"
    inside = {"cdata": f"<![CDATA[{text}]]>", "escaped": escape(text), "inline": text}[how]
    found, problems = read(f"<MessageID>1</MessageID><Text>{inside}</Text>")
    assert len(found["html"][0]) == pytest.approx(len(text), rel=0.01)
    assert found["text"][0].count("Is it still there?") == many
    assert "Old." not in found["text"][0]
    assert problems == []
