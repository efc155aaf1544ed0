"""Many rows of XML are read as columns where they are plain, and give what a walk through each of them gives."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import leadkit as lk
from leadkit.decode import xml_columns, xml_wire
from leadkit.sandbox import Dealership, mail_body, mail_headers_body

pytestmark = pytest.mark.filterwarnings("ignore::leadkit.LeadkitWarning")  # the problems are compared
FIRST, LAST = b"<Message><Sender>first</Sender></Message>", b"<Message><MessageID>9</MessageID></Message>"
MEDIA = b"<MessageMedia><MediaName>a</MediaName></MessageMedia>"


def answer(*rows: bytes, between: bytes = b"") -> bytes:
    """Forty rows: these in the middle of others."""
    around = [b"<Message><MessageID>%d</MessageID></Message>" % number for number in range(40 - len(rows))]
    inside = between.join([*around[:20], *rows, *around[20:]])
    return b"<GetMyMessagesResponse><Ack>Success</Ack><Messages>%b</Messages></GetMyMessagesResponse>" % inside


def both_ways(body: bytes, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Compares columns with a walk; whether the columns were taken."""
    taken: list[pl.DataFrame | None] = []

    def columns(*given: Any) -> pl.DataFrame | None:
        taken.append(xml_columns.read_columns(*given))
        return taken[-1]

    found = []
    monkeypatch.setattr(xml_wire, "read_columns", columns)
    for many in (30, 1_000_000):
        monkeypatch.setattr(xml_wire, "_MANY", many)
        problems: list[dict[str, Any]] = []
        found.append((lk.read_mail(body, problems=problems), problems))
    (as_columns, told), (walked, told_by_walk) = found
    assert_frame_equal(as_columns, walked)
    assert told == told_by_walk
    return taken[0] is not None


PLAIN = {
    "nothing odd": FIRST,
    "an empty row": b"<Message/>",
    "an empty row with an end": b"<Message></Message>",
    "an empty element": b"<Message><Sender/><Subject></Subject></Message>",
    "escapes": b"<Message><Sender>&lt;a&gt; &amp;amp; &#13;&quot;</Sender><Subject>&amp;lt;</Subject></Message>",
    "a cdata": b"<Message><Sender><![CDATA[<b>&amp;</b>]]></Sender></Message>",
    "attributes": b'<Message a="&gt;"><Sender x="1/">s</Sender></Message>',
    "objects": b"<Message><Folder><FolderID>1</FolderID></Folder><ResponseDetails/></Message>",
    "a list": b"<Message>%b<Sender>s</Sender>%b</Message>" % (MEDIA, MEDIA),
    "an empty list": b"<Message><MessageMedia/><Sender>s</Sender><MessageMedia></MessageMedia></Message>",
    "an unknown key in a list": b"<Message><MessageMedia><New><Deep>n</Deep></New></MessageMedia></Message>",
    "an object behind a list": b"<Message>%b<Folder><FolderID>1</FolderID></Folder></Message>" % MEDIA,
}
ODD = {
    "an unknown key": b"<Message><NewKey>n</NewKey></Message>",
    "an unknown key in an object": b"<Message><Folder><NewKey>n</NewKey></Folder></Message>",
    "a leaf of another object": b"<Message><Folder><UserResponseDate>n</UserResponseDate></Folder></Message>",
    "a leaf twice": b"<Message><Sender>a</Sender><Sender>b</Sender></Message>",
    "elements in a leaf": b"<Message><Sender>a<b>b</b></Sender></Message>",
    "elements in a leaf of an object": b"<Message><Folder><FolderID>1<b>b</b></FolderID></Folder></Message>",
    "a text in a row": b"<Message>stray<Sender>a</Sender></Message>",
    "a text behind a leaf": b"<Message><Sender>a</Sender>stray</Message>",
    "a text behind an empty leaf": b"<Message><Sender/>stray</Message>",
    "a text behind a list": b"<Message>%bstray</Message>" % MEDIA,
    "a text behind an empty list": b"<Message><MessageMedia/>stray</Message>",
    "a text in an object": b"<Message><Folder>stray<FolderID>1</FolderID></Folder></Message>",
    "a row in a row": b"<Message>%b%b</Message>" % (FIRST, FIRST),
}


@pytest.mark.parametrize("row", PLAIN)
def test_plain_rows_are_read_as_columns(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert both_ways(answer(PLAIN[row]), monkeypatch)
    assert both_ways(answer(PLAIN[row], PLAIN[row], LAST, between=b"\n  "), monkeypatch)


@pytest.mark.parametrize("row", ODD)
def test_odd_rows_are_walked(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not both_ways(answer(ODD[row]), monkeypatch)


def test_a_text_beside_the_rows_is_left_to_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not both_ways(answer().replace(b"<Messages>", b"<Messages>stray"), monkeypatch)


def test_more_different_tags_than_any_answer_has_are_left_to_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [b'<Message a="%d"><MessageID>%d</MessageID></Message>' % (n, n) for n in range(1_001)]
    assert not both_ways(answer(*rows), monkeypatch)


def test_a_prefix_that_nobody_declared_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert both_ways(answer(b"<Message><e:Sender>a</Sender></Message>"), monkeypatch)


@pytest.mark.parametrize("body", [mail_headers_body(80), mail_body(Dealership(7, 40), entries=60)])
@pytest.mark.parametrize("piece", [1, 700, 9_000])
def test_rows_are_the_same_in_parts(body: bytes, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_columns, "PIECE", piece)
    assert both_ways(body, monkeypatch)


@pytest.mark.parametrize("inside", [b"<Message>%b</Message>", b"<Message><MessageMedia>%b</MessageMedia></Message>"])
def test_a_cut_inside_of_a_row_is_seen(inside: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_columns, "PIECE", 300)
    assert not both_ways(answer(inside % (FIRST * 60)), monkeypatch)


@pytest.mark.parametrize("row", [b"<Message/>", b"<Message></Message>", FIRST])
def test_rows_without_any_size_are_cut_as_others(row: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_columns, "PIECE", 20)
    body = b"<GetMyMessagesResponse><Ack>Success</Ack><Messages>%b</Messages></GetMyMessagesResponse>" % (row * 50)
    assert both_ways(body, monkeypatch)
