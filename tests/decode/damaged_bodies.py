"""Bodies that are whole but for what was damaged; each remembers what it should become, and what was damaged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st
from wire_shapes import SHAPES, Json, Shape, Tree

NASTY = [
    '{"itemId":"1"},{"itemId":"2"}',
    ',{"conversationId":',
    ',{"messageId":"9"}',
    '":',
    'he said: "no":',
    "]}",
    "]}],",
    "[{",
    "\\",
    '\\"',
    "a\nb\r\n\tc",
    "null",
    ', null, [null], "x": null',
    "\\ud83d\\ude00",
    "🚗 fünf € \u2028",
    "\x00",
    '"classifiedLeads":[',
    '"total":7',
    "<b>&amp;</b>",
    "=1+1",
    "{}",
]
"""Strings that look like JSON, and such as JSON has to escape."""
BLANKS = ["", " ", "\n\t "]
NO_TIMES = ["yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01", "1767225600", "T00:00:00Z"]
NO_MONEY = ["1,234.50", "1e3", "$5", "0.1234567", "five", "1 000", "NaN", "1" * 33]
NO_FLAGS = ["yes", "maybe", "3", "tru"]
NO_COUNTS = ["many", "1.5", "9" * 20, "-"]
NO_SCALARS: list[Json] = [{}, [], {"unexpected": "object"}, ["a"], [None], {"itemId": "7", "value": 1}, [[]]]
NO_OBJECTS: list[Json] = ["text", 5, True, [], [{}], ["a", None]]
NO_LISTS: list[Json] = ["text", 5, False, {}, {"mediaName": "a"}, {"response": {}}]
NO_ROWS: list[Json] = [None, "text", 5, True, [], [{"itemId": "1"}]]
UNKNOWN: list[Json] = ["new", 5, True, {"a": 1}, {"b": {"c": "d"}}, [1, 2], [{"a": "b"}], {}, "1.5", '":']


@dataclass
class Expected:
    """What a body should become."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: Counter[tuple[str, str]] = field(default_factory=Counter)
    elements: int = 0


@dataclass(frozen=True)
class Whole:
    """A value as it is sent and as it should arrive."""

    wire: Json
    typed: Any


_TEXTS = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
_CODES = st.one_of(
    st.sampled_from([text for text in NASTY if text == text.strip()]),
    st.text("ab1-@.é🚗", min_size=1, max_size=6),
    st.sampled_from(["SOMETHING_NEW", "110043671232"]),
)


@st.composite
def _times(draw: st.DrawFn) -> Whole:
    at = draw(st.datetimes(datetime(1999, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001  its zone is drawn next
    digits = draw(st.integers(0, 6))
    at = at.replace(microsecond=at.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits))
    fraction = f".{at.microsecond:06d}"[: digits + 1] if digits else ""
    minutes = draw(st.sampled_from([None, None, 0, 330, -300]))
    if minutes is None:
        return Whole(f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z", at.replace(tzinfo=UTC))
    zone = timezone(timedelta(minutes=minutes))
    offset = datetime(2000, 1, 1, tzinfo=zone).isoformat()[-6:]
    offset = offset.replace(":", "") if draw(st.booleans()) else offset
    return Whole(f"{at:%Y-%m-%dT%H:%M:%S}{fraction}{offset}", at.replace(tzinfo=zone).astimezone(UTC))


@st.composite
def _naive_times(draw: st.DrawFn) -> Whole:
    at = draw(st.datetimes(datetime(1999, 1, 1), datetime(2037, 1, 1))).replace(tzinfo=UTC)  # noqa: DTZ001  as above
    return Whole(f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}", at)


_MONEY = st.decimals(-(10**8), 10**8, places=6).map(lambda amount: amount.normalize() + Decimal(0))
_AMOUNTS = st.builds(
    lambda amount, tail: Whole(f"{amount:f}{tail if '.' in f'{amount:f}' else ''}", amount),
    _MONEY,
    st.sampled_from(["", "0", "00"]),
)
_SPELLED = [(True, True), (False, False), ("true", True), (" FALSE ", False), ("True", True), (1, True), ("1", True)]
WHOLE: dict[str, st.SearchStrategy[Whole]] = {
    "text": _TEXTS.map(lambda text: Whole(text, text)),
    "code": st.one_of(
        st.builds(lambda text, pad: Whole(f"{pad}{text}{pad}", text), _CODES, st.sampled_from(["", "", " ", "\n"])),
        st.integers(-9, 10**25).map(lambda number: Whole(number, str(number))),
        st.booleans().map(lambda flag: Whole(flag, str(flag).lower())),
    ),
    "time": _times(),
    "money": _AMOUNTS,
    "flag": st.sampled_from([*_SPELLED, (0, False), ("0", False)]).map(lambda pair: Whole(*pair)),
    "financing": st.sampled_from([*_SPELLED, (0, None), ("0", None), (2, False), ("2", False)]).map(
        lambda pair: Whole(*pair)
    ),
    "count": st.integers(-(2**63), 2**63 - 1).flatmap(lambda n: st.sampled_from([Whole(n, n), Whole(str(n), n)])),
}
BAD: dict[str, list[Json]] = {
    "text": [],
    "code": [],
    "time": NO_TIMES,
    "money": NO_MONEY,
    "flag": NO_FLAGS,
    "financing": NO_FLAGS,
    "count": NO_COUNTS,
}


class Builder:
    """Draws elements of a body and keeps account of what was damaged."""

    def __init__(self, draw: st.DrawFn, damage: int, only: int | None) -> None:
        self.draw = draw
        self.damage = damage
        self.left = only
        self.expected = Expected()

    def strikes(self) -> bool:
        """Whether to damage this place: so many in a hundred, or only the one whose turn it is."""
        if self.left is not None:
            self.left -= 1
            return self.left == 0
        return self.damage > 0 and self.draw(st.integers(0, 99)) >= 100 - self.damage

    def one_of(self, values: list[Json]) -> Json:
        return self.draw(st.sampled_from(values))

    def tell(self, kind: str, place: str) -> None:
        self.expected.problems[kind, place] += 1

    def row(self, tree: Tree, path: str) -> tuple[Json, dict[str, Any]]:
        """An element of a list of rows."""
        if self.strikes():
            self.tell("bad_value", path)
            return self.one_of(NO_ROWS), nothing(tree)
        return self.object(tree, path, "")

    def object(self, tree: Tree, path: str, prefix: str) -> tuple[dict[str, Json], dict[str, Any]]:
        wire: dict[str, Json] = {}
        typed = nothing(tree)
        for name, node in tree.items():
            if self.draw(st.integers(0, 9)) == 0:
                continue  # missing: null, and no problem
            sent, arrived = self.any(node, f"{path}.{name}", prefix)
            wire[name] = sent
            typed |= arrived
        if self.strikes():
            name = self.one_of(["newKey", "itemid", "total", 'new"Key'])
            wire[name] = self.one_of(UNKNOWN)
            self.tell("unknown_key", f"{path}.{name}")
        return wire, typed

    def any(self, node: Any, path: str, prefix: str) -> tuple[Json, dict[str, Any]]:
        if isinstance(node, tuple):
            sent, arrived = self.leaf(node[1], prefix + node[0])
            return sent, {node[0]: arrived}
        if self.draw(st.integers(0, 9)) == 0:
            return None, nothing({"": node})
        if isinstance(node, list):
            sent, arrived = self.list(node[1], f"{path}[]", node[0])
            return sent, {node[0]: arrived}
        if self.strikes():
            self.tell("bad_value", path)
            return self.one_of(NO_OBJECTS), nothing(node)
        return self.object(node, path, prefix)

    def list(self, tree: Tree, path: str, column: str) -> tuple[Json, list[dict[str, Any]] | None]:
        if self.strikes():
            self.tell("bad_value", column)
            return self.one_of(NO_LISTS), None
        both = [self.element(tree, path, column) for _ in range(self.draw(st.integers(0, 2)))]
        return [sent for sent, _ in both], [arrived for _, arrived in both]

    def element(self, tree: Tree, path: str, column: str) -> tuple[Json, dict[str, Any]]:
        if self.strikes():
            self.tell("bad_value", column)
            return self.one_of([None, 5, "text", []]), nothing(tree)
        return self.object(tree, path, f"{column}[].")

    def leaf(self, kind: str, place: str) -> tuple[Json, Any]:
        if not self.strikes():
            whole = self.draw(WHOLE[kind])
            return whole.wire, whole.typed
        return self.one_of_damages(kind)(kind, place)

    def one_of_damages(self, kind: str) -> Callable[[str, str], tuple[Json, Any]]:
        damages = [self.null, self.blank, self.no_scalar]
        damages += [self.bad] if BAD[kind] else []
        damages += {"time": [self.naive], "money": [self.as_number], "text": [self.half]}.get(kind, [])
        chosen: Callable[[str, str], tuple[Json, Any]] = self.draw(st.sampled_from(damages))
        return chosen

    def null(self, kind: str, place: str) -> tuple[Json, Any]:
        return None, None

    def blank(self, kind: str, place: str) -> tuple[Json, Any]:
        blank = self.one_of(BLANKS)
        return blank, blank if kind == "text" else None

    def no_scalar(self, kind: str, place: str) -> tuple[Json, Any]:
        self.tell("bad_value", place)
        return self.one_of(NO_SCALARS), None

    def bad(self, kind: str, place: str) -> tuple[Json, Any]:
        self.tell("bad_value", place)
        return self.one_of(BAD[kind]), None

    def naive(self, kind: str, place: str) -> tuple[Json, Any]:
        self.tell("naive_time", place)
        whole = self.draw(_naive_times())
        return whole.wire, whole.typed

    def as_number(self, kind: str, place: str) -> tuple[Json, Any]:
        self.tell("money_as_number", place)
        cents = self.draw(st.integers(-(10**6), 10**6))
        return cents / 4, Decimal(cents) / 4

    def half(self, kind: str, place: str) -> tuple[Json, Any]:
        self.tell("bad_value", place)
        return "a\ud83d!", "a\ufffd!"


def nothing(tree: Tree) -> dict[str, Any]:
    """Null in every column below."""
    row: dict[str, Any] = {}
    for node in tree.values():
        row |= nothing(node) if isinstance(node, dict) else {node[0]: None}
    return row


@st.composite
def bodies(draw: st.DrawFn, *, damage: int = 0, only: bool = False) -> tuple[Shape, dict[str, Json], Expected]:
    """A shape, a body of it with so many in a hundred places damaged (or only one), and what should come of it."""
    shape = SHAPES[draw(st.sampled_from(list(SHAPES)))]
    builder = Builder(draw, damage, draw(st.integers(1, 90)) if only else None)
    elements = []
    for _ in range(draw(st.integers(0, 3))):
        sent, rows = _listing(builder, shape) if shape.outer is not None else _alone(builder, shape)
        elements.append(sent)
        builder.expected.rows += rows
    builder.expected.elements = len(elements)
    return shape, shape.envelope(elements, len(builder.expected.rows)), builder.expected


def _alone(builder: Builder, shape: Shape) -> tuple[Json, list[dict[str, Any]]]:
    sent, typed = builder.row(shape.row, shape.path)
    return sent, [typed]


def _listing(builder: Builder, shape: Shape) -> tuple[Json, list[dict[str, Any]]]:
    path = shape.path.removesuffix(".responses[]")
    listing, around = builder.row(shape.outer or {}, path)
    if not isinstance(listing, dict):
        return listing, []
    both = [builder.row(shape.row, shape.path) for _ in range(builder.draw(st.integers(0, 3)))]
    if both or builder.one_of([True, False]):
        listing["responses"] = [sent for sent, _ in both]
    return listing, [around | typed for _, typed in both]


@st.composite
def spellings(draw: st.DrawFn) -> Callable[[Json], bytes]:
    """A way to write JSON down: spaces, order of keys, escapes, a byte-order mark."""
    indent, separators = draw(st.sampled_from([(None, (",", ":")), (None, (", ", ": ")), (2, None), ("\t", None)]))
    escaped, mark = draw(st.booleans()), draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
    shuffling = draw(st.none() | st.integers(0, 99))

    def spelled(body: Json) -> bytes:
        body = body if shuffling is None else _shuffled(body, Random(shuffling))
        text = json.dumps(body, indent=indent, separators=separators, ensure_ascii=True)
        if not escaped and not _has_halves(body):
            text = json.dumps(body, indent=indent, separators=separators, ensure_ascii=False)
        return mark + text.encode()

    return spelled


def _shuffled(value: Json, random: Random) -> Json:
    if isinstance(value, list):
        return [_shuffled(one, random) for one in value]
    if not isinstance(value, dict):
        return value
    names = random.sample(list(value), len(value))
    return {name: _shuffled(value[name], random) for name in names}


def _has_halves(value: Json) -> bool:
    return "\\ud83d!" in json.dumps(value)
