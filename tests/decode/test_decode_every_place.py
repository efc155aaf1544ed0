"""Every place of every answer, with everything odd in it, one at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from reference_decoder import reference
from wire_shapes import SHAPES, Json, Shape, Tree, counts, decoded

SAMPLES: dict[str, Json] = {
    "text": 'He said: "ok", [then]',
    "code": "abc-1",
    "time": "2026-08-01T10:00:00.250Z",
    "money": "12.50",
    "flag": True,
    "financing": False,
    "count": 3,
}
ODD: list[Json] = [
    None,
    "",
    {},
    [],
    {"itemId": {"value": "1"}},
    [None],
    [5, None, {}],
    5,
    -0.25,
    10**25,
    "2026-08-01T10:00:00",
    '":"',
    "a\ud83d",
]
UNKNOWN: list[Json] = ["new", 5, True, None, {"a": 1}, {"a": {"b": None}}, [1], [{"a": "b"}], [], {}]


def element(tree: Tree) -> dict[str, Json]:
    """Every key, each with a good value; a list has two elements."""
    made: dict[str, Json] = {}
    for name, node in tree.items():
        if isinstance(node, tuple):
            made[name] = SAMPLES[node[1]]
        else:
            made[name] = element(node) if isinstance(node, dict) else [element(node[1]), element(node[1])]
    return made


def whole(shape: Shape) -> dict[str, Json]:
    """Two rows in the first element, one in the second."""
    if shape.outer is None:
        return shape.envelope([element(shape.row) for _ in range(3)], 3)
    listings = [
        element(shape.outer) | {"responses": [element(shape.row) for _ in range(2)]},
        element(shape.outer) | {"responses": [element(shape.row)]},
    ]
    return shape.envelope(listings, 3)


Place = tuple[str | int, ...]


def places(value: Json, at: Place = ()) -> Iterator[Place]:
    """Every place below, but the lists of rows: what is no list there is an error of its own."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        if key not in ("responses", "classifiedLeads", "conversations", "messages"):
            yield (*at, key)
        yield from places(child, (*at, key))


def put(body: Json, place: Place, value: Json) -> Json:
    changed = copy.deepcopy(body)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


def spelled(body: Json, indent: int | None) -> bytes:
    return json.dumps(body, indent=indent, separators=None if indent else (",", ":")).encode()


def check(shape: Shape, sent: bytes) -> None:
    rows, told = reference(shape, sent)
    found, problems = decoded(shape, sent)
    assert found == rows
    assert counts(problems) == dict(told)


def each(table: str) -> Iterator[tuple[Shape, Json, Place]]:
    """The places of the first element; the others show that nothing else suffers."""
    shape = SHAPES[table]
    body = whole(shape)
    rows = shape.table.envelope_list
    for place in places(body[rows][:1]):
        if 1 not in place:
            yield shape, body, (rows, *place)


@pytest.mark.slow
@pytest.mark.parametrize("table", SHAPES)
def test_whatever_stands_in_a_place_nothing_else_suffers(table: str) -> None:
    for shape, body, place in each(table):
        for value in ODD:
            check(shape, spelled(put(body, place, value), None))
        check(shape, spelled(put(body, place, ODD[len(place)]), 2))


@pytest.mark.parametrize("table", SHAPES)
def test_an_unknown_key_is_told_wherever_it_stands(table: str) -> None:
    for shape, body, place in each(table):
        at: Any = body
        for key in place:
            at = at[key]
        for value in UNKNOWN if isinstance(at, dict) else ():
            check(shape, spelled(put(body, (*place, "newKey"), value), None))


@pytest.mark.parametrize("table", SHAPES)
def test_a_missing_key_is_null_and_no_problem(table: str) -> None:
    for shape, body, place in each(table):
        changed = put(body, place, None)
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        if isinstance(inner, dict):
            del inner[place[-1]]
            check(shape, spelled(changed, None))


@pytest.mark.parametrize("table", SHAPES)
def test_a_key_that_stands_twice_is_told_and_its_first_value_kept(table: str) -> None:
    for shape, body, place in each(table):
        if isinstance(place[-1], int):
            continue
        rows, _ = reference(shape, spelled(body, None))
        marked = json.dumps(put(body, place, "<here>"), separators=(",", ":"))
        inner: Any = body
        for key in place:
            inner = inner[key]
        value = json.dumps(inner, separators=(",", ":"))
        sent = marked.replace('"<here>"', f'{value},"{place[-1]}":"second"').encode()
        found, problems = decoded(shape, sent)
        assert found == rows
        assert [(problem.kind, problem.count) for problem in problems] == [("repeated_key", 1)]


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [
        (b'"newKey" : "x"', "unknown_key"),
        (b'"newKey" :"x"', "unknown_key"),
        (b'"newKey"\n:\t"x"', "unknown_key"),
        (b'"newKey" : null', "unknown_key"),
        (b'"newKey":  null', "unknown_key"),
        (b'"new\\u004bey":null', "unknown_key"),
        (b'"new\\u004bey":"x"', "unknown_key"),
        (b'"latestMessage":{"messageMedia":[null]}', "bad_value"),
        (b'"latestMessage":{"messageMedia":[ null ]}', "bad_value"),
        (b'"latestMessage":{"messageMedia":[{},\n  null]}', "bad_value"),
    ],
)
def test_no_spelling_hides_what_is_told(spelling: bytes, kind: str) -> None:
    sent = b'{"total":1,"conversations":[{"conversationId":"1",%b}]}' % spelling
    found, problems = decoded(SHAPES["conversations"], sent)
    assert [row["conversation_id"] for row in found] == ["1"]
    assert [(problem.kind, problem.count) for problem in problems] == [(kind, 1)]


def test_a_number_for_money_is_told_also_beside_a_string_for_a_number() -> None:
    lead = {
        "financingAnswer": "true",
        "leadFee": {"amount": {"value": 0.1, "currency": "USD"}},
    }
    body = SHAPES["leads"].envelope([{"itemId": "1", "responses": [lead]}], 1)
    sent = json.dumps(body, separators=(",", ":")).replace("0.1", "12345678901234567890.123456").encode()
    check(SHAPES["leads"], sent)
    (row,), problems = decoded(SHAPES["leads"], sent)
    assert str(row["fee"]) == "12345678901234567890.123456"
    assert counts(problems) == {("money_as_number", "fee"): 1}
