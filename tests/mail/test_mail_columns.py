"""Many rows are read as columns, few are walked: both say the same of any rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_answers import answer, message, messages, read

from leadkit.decode import xml_columns, xml_wire
from leadkit.decode.shape import Node, row_shape
from leadkit.decode.wire import Wire
from leadkit.decode.xml import Element, children, parse_xml
from leadkit.mail_records import FOLDERS, MAIL

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
SHAPE = row_shape(MAIL)
LEAVES = sorted(name for name, node in SHAPE.children.items() if node.kind == "leaf")
OBJECTS = {name: sorted(node.children) for name, node in SHAPE.children.items() if node.kind == "object"}
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
VALUES = st.one_of(
    st.text(LETTERS, max_size=8),
    st.sampled_from(
        ["", " ", "\n  ", "\r", "a\r\nb", "&#13;", "&amp;", "<b>", "]]>", "/", 'x="y>"', "\x85", "\u2028", "é🚗"]
    ),
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def element(name: str, value: str) -> str:
    return f"<{name}>{value}</{name}>" if value else f"<{name}/>"


LEAF = st.tuples(st.sampled_from(LEAVES), VALUES).map(lambda one: (one[0], element(one[0], escaped(one[1]))))
INNER = st.sampled_from(sorted(OBJECTS)).flatmap(
    lambda name: st.lists(
        st.tuples(st.sampled_from(OBJECTS[name]), VALUES), max_size=2, unique_by=lambda one: one[0]
    ).map(lambda inside: (name, element(name, "".join(element(key, escaped(value)) for key, value in inside))))
)
PLAIN = st.lists(LEAF | INNER, max_size=6, unique_by=lambda one: one[0]).map(lambda parts: [part for _, part in parts])
ODDITIES = [
    "<Unknown>1</Unknown>",
    "<Unknown><Deep>1</Deep></Unknown>",
    "stray",
    " \n ",
    "<Sender>twice</Sender><Sender>twice</Sender>",
    "<Sender><b>in</b></Sender>",
    "<Text><p>one</p>two</Text>",
    "<Folder>stray<FolderID>1</FolderID>tail</Folder>",
    "<Folder><FolderID>1</FolderID></Folder><Folder><FolderName>n</FolderName></Folder>",
    "<Folder><FolderID>1</FolderID><FolderID>2</FolderID></Folder>",
    "<Folder><New>1</New></Folder>",
    "<Folder><FolderID><Deep>1</Deep></FolderID></Folder>",
    "<Folder/>",
    "<MessageMedia><MediaName>n</MediaName></MessageMedia><MessageMedia/>",
    "<MessageMedia/>",
    "<FolderID>3</FolderID>",
    '<Subject lang="a&gt;b/">attribute</Subject>',
    '<x:Subject xmlns:x="urn:other">prefixed</x:Subject>',
    "<Subject><!-- no -->a<!-- comment -->b</Subject>",
    "<Subject><?no instruction?>c</Subject>",
    "<Subject><![CDATA[<d> & ]]>e</Subject>",
    "<Messages><Message/></Messages>",
    "<Message><MessageID>1</MessageID></Message>",
    "<MessageMedia><MessageMedia/></MessageMedia>",
]
ODD = st.sampled_from(ODDITIES)
ROWS = st.lists(PLAIN, min_size=1, max_size=5)
ODD_ROWS = st.lists(
    st.tuples(PLAIN, st.lists(ODD, max_size=1)).map(lambda row: [*row[0], *row[1]]), min_size=1, max_size=5
)


def elements(rows: list[list[str]]) -> list[Element]:
    """Freshly parsed, for reading may take them apart."""
    inside = "".join(f"<Message>{''.join(row)}</Message>" for row in rows)
    return children(
        children(parse_xml(answer(f"<Messages>{inside}</Messages>"), call="").root, "Messages")[0], "Message"
    )


def said(wire: Wire) -> Any:
    """All that a wire frame tells."""
    lists = {path: (one.lengths.to_list(), one.frame.rows(named=True)) for path, one in wire.lists.items()}
    return wire.frame.rows(named=True), lists, sorted(map(str, wire.misfits)), wire.groups


def read_from(rows: list[list[str]], many: int, shape: Node = SHAPE) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_wire, "_MANY", many)
        return said(xml_wire.read_rows(elements(rows), shape))


@settings(max_examples=50, suppress_health_check=SLOW)
@given(ROWS)
def test_plain_rows_are_read_as_columns_and_give_what_the_walk_gives(rows: list[list[str]]) -> None:
    assert xml_columns.read_columns(elements(rows), SHAPE) is not None
    assert read_from(rows, many=1) == read_from(rows, many=1000)


@settings(max_examples=20, suppress_health_check=SLOW)
@given(ODD_ROWS, st.integers(30, 33))
def test_thirty_rows_and_more_give_what_each_gives_alone(rows: list[list[str]], count: int) -> None:
    many = ["".join(["<MessageID>id</MessageID>", *rows[place % len(rows)]]) for place in range(count)]
    alone = [read_from([[one]], many=1000)[0] for one in many]
    assert read_from([[one] for one in many], many=30)[0] == [row for (row,) in alone]


def test_many_elements_of_several_rows_are_not_taken_for_the_children_of_one() -> None:
    media = "<MessageMedia><MediaName>{}</MediaName></MessageMedia>"
    first = [*(media.format(f"a{number}") for number in range(30)), *["<MessageMedia/>"] * 5]
    rows = [first, [media.format(f"b{number}") for number in range(5)]]
    found, _ = read(messages(*(f"<Message>{''.join(row)}</Message>" for row in rows)))
    names = [[one["name"] for one in media] for media in found["media"]]
    assert sorted(names, key=len) == [[f"b{number}" for number in range(5)], [f"a{number}" for number in range(30)]]


def test_rows_that_do_not_stand_alone_in_one_parent_are_walked() -> None:
    two = "<Messages><Message><MessageID>1</MessageID></Message></Messages>" * 2
    root = parse_xml(answer(two), call="").root
    rows = [row for outer in children(root, "Messages") for row in children(outer, "Message")]
    assert xml_columns.read_columns(rows, SHAPE) is None
    assert xml_columns.read_columns([], SHAPE) is None
    assert [row["Messages.Message[].MessageID"] for row in said(xml_wire.read_rows(rows, SHAPE))[0]] == ["1", "1"]


def test_very_many_different_tags_are_walked() -> None:
    rows = [[f'<Subject n="{number}">s{number}</Subject>'] for number in range(1200)]
    assert xml_columns.read_columns(elements(rows), SHAPE) is None
    assert read_from(rows, many=30) == read_from(rows, many=10_000)


def test_folders_are_columns_too() -> None:
    shape = row_shape(FOLDERS)
    rows = [[f"<FolderID>{number}</FolderID><TotalMessageCount>{number}</TotalMessageCount>"] for number in range(40)]
    assert xml_columns.read_columns(elements(rows), shape) is not None
    assert read_from(rows, 30, shape) == read_from(rows, 1000, shape)


@pytest.mark.parametrize("count", [0, 1, 29, 30, 31, 100])
def test_any_number_of_messages_has_one_schema(count: int) -> None:
    found, problems = read(messages(*(message(number, Subject=f"s{number}") for number in range(count))))
    assert (len(found), problems) == (count, [])
    assert found.schema == MAIL.schema
    assert sorted(found["subject"]) == sorted(f"s{number}" for number in range(count))
