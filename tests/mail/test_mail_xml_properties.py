"""What was put into XML comes out, however it was nested and broken, or a problem row says what could not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mail_answers import message, messages, read, told, unheard
from mail_expected import plain

import leadkit as lk

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n")
CONTROLS = st.sampled_from([chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)])


@dataclass(frozen=True)
class Piece:
    """A part of a text: how it is written, what it means, and what has to be told of it."""

    written: str
    meant: str
    damage: str = ""


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def in_cdata(text: str) -> Piece:
    text = text.replace("]]>", "")
    return Piece(f"<![CDATA[{text}]]>", text)


BARE, NAMED, OPEN, TAKEN = (
    "bare ampersands, escaped",
    "HTML entities, written as their characters",
    "pointed brackets that open no tag, escaped",
    "characters that XML can't hold, taken out",
)
TEXTS = st.text(LETTERS, max_size=12)
MARKUP = st.lists(
    st.sampled_from(["<", ">", "]]", "]", "&", "&amp;", "&nbsp;", "<![CDATA[", "<b>", "</Text>", " ", "a", "\n"]),
    max_size=6,
).map("".join)
PIECES = st.one_of(
    (TEXTS | MARKUP).map(lambda text: Piece(escaped(text), text)),
    (TEXTS | MARKUP).map(in_cdata),
    LETTERS.map(lambda one: Piece(f"&#{ord(one)};", one)),
    LETTERS.map(lambda one: Piece(f"&#x{ord(one):x};", one)),
    st.sampled_from(["& ", "&& ", "&a=1 ", "&nosuch;", "&#;", "&é;", "&-"]).map(lambda text: Piece(text, text, BARE)),
    st.sampled_from([("&nbsp;", "\xa0"), ("&eacute;", "é"), ("&LT;", "<"), ("&hearts;", "♥"), ("&AMP;", "&")]).map(
        lambda pair: Piece(*pair, NAMED)
    ),
    st.sampled_from(["< ", "<<", "<5", "<="]).map(lambda text: Piece(text + " ", text + " ", OPEN)),
    CONTROLS.map(lambda one: Piece(one, "", TAKEN)),
    CONTROLS.map(lambda one: Piece(f"&#{ord(one)};", "", TAKEN)),
    st.sampled_from(["&#xD800;", "&#99999999;", "&#0;"]).map(lambda text: Piece(text, "", TAKEN)),
)
REFERENCES = st.lists(PIECES, max_size=10)


def bare(sign: str, pieces: list[Piece], damage: str) -> int:
    return sum(piece.written.count(sign) for piece in pieces if piece.damage == damage)


@settings(max_examples=150, suppress_health_check=SLOW)
@given(REFERENCES, st.sampled_from(["Content", "Sender", "Subject"]))
@example([Piece("&", "&", BARE), Piece("lt ", "lt ")], "Content")
def test_what_was_put_into_an_element_comes_out_and_all_damage_is_told(pieces: list[Piece], element: str) -> None:
    written, meant = "".join(one.written for one in pieces), "".join(one.meant for one in pieces)
    damage = Counter(one.damage for one in pieces if one.damage)
    if BARE in damage:
        damage[BARE] = bare("&", pieces, BARE)
    if OPEN in damage:
        damage[OPEN] = bare("<", pieces, OPEN)
    found, problems = read(messages(message(1, **{element: written}), message(2, Sender="ann", Content="-")))
    (row,) = found.filter(found["message_id"] == "1").rows(named=True)
    if element == "Content":
        assert (row["text"] or "") == meant
    elif element == "Sender":
        assert (row["sender"] or "") == meant.strip()
    else:
        assert plain(row["subject"] or "") == plain(meant)
    assert len(found) == 2
    assert {one["detail"].removeprefix("the answer was no XML: "): one["count"] for one in problems} == damage
    assert {one["kind"] for one in problems} <= {"repaired_xml"}


def tree(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(["b", "i", "span", "a", "font"])
    return st.tuples(names, st.lists(inner, max_size=3)).map(lambda one: f"<{one[0]}>{''.join(one[1])}</{one[0]}>")


WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6)
IN_CDATA = WORDS.map(lambda word: f"<![CDATA[{word}]]>")
LEAVES = WORDS | IN_CDATA | st.sampled_from(["&amp;", "&#65;", " ", "& ", "&nbsp;"])
INLINE = st.recursive(LEAVES, tree, max_leaves=12)


@settings(max_examples=80, suppress_health_check=SLOW)
@given(st.lists(INLINE, min_size=1, max_size=4))
def test_the_words_of_inline_html_come_out_however_they_are_nested(parts: list[str]) -> None:
    written = f'<html><div id="UserInputtedText">{"".join(parts)}</div><p>older</p></html>'
    found, problems = read(messages(message(1, Text=written)))
    meant = "".join(parts)
    for name in ("b", "i", "span", "a", "font"):
        meant = meant.replace(f"<{name}>", "").replace(f"</{name}>", "")
    for wire, means in (("<![CDATA[", ""), ("]]>", ""), ("&nbsp;", " "), ("&#65;", "A"), ("&amp;", "&")):
        meant = meant.replace(wire, means)
    assert plain(found["text"][0] or "") == plain(meant)
    assert told(problems).keys() <= {"repaired_xml"}


WHOLE = messages(
    message(1, Subject="a &amp; b", Text="<![CDATA[<p>x</p>]]>", Folder="<FolderID>0</FolderID>", Read="true"),
    message(2, Sender="ann", MessageMedia="<MediaName>n</MediaName>", ReceiveDate="2026-01-01T00:00:00.000Z"),
    message(3, Text="<b>inline</b> &lt;", Content="c"),
)
NOISE = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"\x00",
    b"\xff",
    b"</Message>",
    b"<Message>",
    b'"',
    b"<?x ?>",
    b"xmlns:a='b' ",
    b"</GetMyMessagesResponse>",
    b"<Text>",
    b"&#",
    b"<a:",
    b"\xef\xbb\xbf",
]


@settings(max_examples=200, suppress_health_check=SLOW)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 30), st.sampled_from([b"", *NOISE])), max_size=4))
def test_a_damaged_answer_becomes_rows_or_our_own_error(cuts: list[tuple[int, int, bytes]]) -> None:
    body = WHOLE
    for at, length, noise in cuts:
        body = body[:at] + noise + body[at + length :]
    for reader in (lk.read_mail, lk.read_folders):
        try:
            with unheard():
                found = reader(body)
        except lk.BadResponse:
            continue
        assert found.schema == reader([]).schema
