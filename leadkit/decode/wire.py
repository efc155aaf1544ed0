"""Pieces of a body become wire frames: one String column per leaf, one frame per list column."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl
from polars.exceptions import PanicException, PolarsError

from leadkit.decode.census import Census, counted
from leadkit.decode.shape import Node, shape_of
from leadkit.decode.text import BOM, as_list, cut, parse
from leadkit.decode.walk import Misfit, Walk
from leadkit.errors import BadResponse
from leadkit.records import Table

T = TypeVar("T")

_AT_ONCE = 16
"""How many pieces are opened and typed as one frame: more of them take less time and more memory."""


@dataclass(slots=True)
class Elements:
    """The lists under one path: each row's length (null: there is no list), and all elements, one after another."""

    lengths: pl.Series
    frame: pl.DataFrame


@dataclass(slots=True)
class Wire:
    """A decoded piece. `empty` are the ids of listings without rows, `groups` counts the listings."""

    frame: pl.DataFrame
    lists: dict[str, Elements] = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)
    empty: list[str | None] = field(default_factory=list)
    groups: int = 0
    lengths: list[int] = field(default_factory=list)


def read_together(elements: Sequence[bytes], table: Table) -> Wire | None:
    """The rows of many small lists as one wire frame with their `lengths`; None where one of them needs a closer look.

    One frame for a hundred threads costs little more than one for each.
    """
    rows = shape_of(table)
    shape = Node("", "list", children={"list": rows})
    piece = b"[%b]" % b",".join(b'{"list":[%b]}' % text for text in elements)
    return _read(piece, shape, rows.path)


def read_body(
    body: bytes, table: Table, *, call: str, bare: bool = False, then: Callable[[Wire], T]
) -> tuple[dict[str, Any], list[T]]:
    """The envelope and what `then` makes of each piece, in order.

    Args:
        body: the bytes of the answer.
        table: what to read from it.
        call: names the source and the call in errors.
        bare: the body is one element of the table's outer list, without an envelope.
        then: is handed each wire frame; a large body makes several.
    """
    if not bare and (found := cut(body, table.envelope_list)) is not None:
        try:
            return found[0], _read_spans(body, found[1], table, call, then)
        except _BadCut:
            pass  # between the brackets stands more than one list, or something broken: read it as a whole
    return _read_whole(body, table, call=call, bare=bare, then=then)


class _BadCut(Exception):  # noqa: N818 - never leaves this module
    """A piece that is no list of elements by itself."""


def _read_spans(
    body: bytes, spans: list[tuple[int, int]], table: Table, call: str, then: Callable[[Wire], T]
) -> list[T]:
    declared = shape_of(table)
    shapes = [declared]  # what one piece learns of unknown keys spares the next ones the walk

    def decode(span: tuple[int, int]) -> T:
        shape = shapes[-1]
        piece = as_list(body, span)
        if (wire := _read(piece, shape, table.rows)) is not None:
            return then(wire)
        try:
            wire, grown = _repair(parse(piece, call=call), declared, table.rows, call)
        except BadResponse:
            raise _BadCut from None  # the whole body tells the place of what is wrong, a piece only its own
        shapes.append(grown)
        return then(wire)

    done = [decode(span) for span in spans[:1]]
    for group in (spans[at : at + _AT_ONCE] for at in range(1, len(spans), _AT_ONCE)):
        if (wire := _read_at_once([(body, span) for span in group], shapes[-1], table.rows)) is not None:
            done.append(then(wire))
        else:
            done += [decode(span) for span in group]
    return done


def _read_at_once(parts: Sequence[tuple[bytes, tuple[int, int]]], shape: Node, rows: str) -> Wire | None:
    """As `_read`, of many pieces: parsed by themselves in threads, opened as one frame, for each step has its price."""

    def look(part: tuple[bytes, tuple[int, int]]) -> tuple[pl.DataFrame | None, dict[str, int] | None]:
        piece = as_list(*part)
        return _parsed(piece, shape), counted(piece, shape)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        looks = list(pool.map(look, parts))
    frames = [frame for frame, _ in looks if frame is not None]
    if len(frames) < len(parts) or not frames:
        return None
    census = Census()
    wire = _flat(pl.concat(frames, rechunk=False), shape, rows, census)
    return wire if wire and census.agrees_with(*(found for _, found in looks)) else None


def _read_whole(
    body: bytes, table: Table, *, call: str, bare: bool, then: Callable[[Wire], T]
) -> tuple[dict[str, Any], list[T]]:
    envelope = parse(body, call=call)
    if not isinstance(envelope, dict):
        raise BadResponse(f"{call}: the body is a JSON {type(envelope).__name__}; an object belongs there.")
    if bare and (wire := _read(b"[%b]" % body.removeprefix(BOM), shape_of(table), table.rows)) is not None:
        return envelope, [then(wire)]
    elements = [envelope] if bare else envelope.get(table.envelope_list)
    if elements is None:
        return envelope, []
    wire, _ = _repair(elements, shape_of(table), table.rows, call, place="" if bare else table.envelope_list)
    return envelope, [then(wire)]


def _repair(elements: Any, shape: Node, rows: str, call: str, place: str | None = None) -> tuple[Wire, Node]:
    walk = Walk(rows, call)
    repaired = walk.elements(elements, shape, shape.path.removesuffix("[]") if place is None else place)
    wire = _read(json.dumps(repaired).encode(), shape, rows, trusted=True)
    if wire is None:
        raise BadResponse(f"{call}: a part of the body could not be read, even after its repair.")
    wire.misfits[:0] = walk.misfits
    return wire, shape.with_children(walk.unknown)


def _read(piece: bytes, shape: Node, rows: str, *, trusted: bool = False) -> Wire | None:
    """The piece as a wire frame, or None where it is not of this shape."""
    if (frame := _parsed(piece, shape)) is None:
        return None
    census = Census()
    wire = _flat(frame, shape, rows, census)
    return wire if wire and (trusted or census.agrees_with(counted(piece, shape))) else None


def _parsed(piece: bytes, shape: Node) -> pl.DataFrame | None:
    try:
        return pl.read_json(piece, schema={name: child.dtype for name, child in shape.children.items()})
    except (UnicodeEncodeError, PolarsError, PanicException):
        return None


def _flat(frame: pl.DataFrame, shape: Node, rows: str, census: Census) -> Wire | None:
    opened = _Opened(census)
    opened.open(frame, shape, stop=rows)
    if shape.path == rows:
        return opened.wire(len(frame))
    inner = opened.columns.pop(rows)
    lengths = inner.list.len().fill_null(0)
    outer = pl.DataFrame([*opened.columns.values(), inner]).explode(rows, empty_as_null=False, keep_nulls=False)
    if outer.get_column(rows).null_count():
        return None  # null in a row's place: the walk tells where
    starts = lengths.cum_sum() - lengths
    opened.misfits = [_moved(misfit, starts, lengths) for misfit in opened.misfits]
    opened.columns = {path: outer.get_column(path) for path in opened.columns}
    opened.open(outer.get_column(rows).struct.unnest(), _at(shape, rows))
    wire = opened.wire(len(outer))
    wire.groups, wire.lengths = len(frame), lengths.to_list()
    if frame.schema[frame.columns[0]] == pl.String():  # the first key of a listing is its id
        wire.empty = frame.to_series(0).filter(lengths == 0).to_list()
    return wire


def _moved(misfit: Misfit, starts: pl.Series, lengths: pl.Series) -> Misfit:
    row = None if misfit.row is None or not lengths[misfit.row] else starts[misfit.row]
    return Misfit(misfit.kind, misfit.path, row, misfit.example, misfit.detail, misfit.count)


def _at(shape: Node, path: str) -> Node:
    return next(node for node in shape.walk() if node.path == path)


@dataclass(slots=True)
class _Opened:
    """Objects opened into columns named by their wire paths; counts what it meets."""

    census: Census
    columns: dict[str, pl.Series] = field(default_factory=dict)
    lists: dict[str, Elements] = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)

    def open(self, frame: pl.DataFrame, node: Node, stop: str = "") -> None:
        for name, child in node.children.items():
            series = frame.get_column(name)
            self.census.add(child, len(series) - series.null_count())
            if child.unknown and not node.unknown:
                self._tell_unknown(series, child)
            if child.kind == "object":
                self.open(series.struct.unnest(), child)
            elif child.path == stop or child.kind == "leaf":
                self.columns[child.path] = series.alias(child.path)
            else:
                self._open_list(series, child)

    def _open_list(self, series: pl.Series, node: Node) -> None:
        inner = series.explode(empty_as_null=False, keep_nulls=False)
        self.census.null_elements += inner.null_count()  # the walk tells where they stand
        below = _Opened(self.census)
        below.open(inner.struct.unnest(), node)
        # unknown keys inside a list: counted, the row is not worked out
        self.misfits += [Misfit(m.kind, m.path, None, m.example, m.detail, m.count) for m in below.misfits]
        self.lists[node.path] = Elements(series.list.len(), below.wire(len(inner)).frame)

    def _tell_unknown(self, series: pl.Series, node: Node) -> None:
        if count := len(series) - series.null_count():
            row = series.is_not_null().arg_max()
            detail = "not in leadkit's tables; holds " + ("an object" if node.kind == "object" else "a value")
            self.misfits.append(Misfit("unknown_key", node.path, row, None, detail, count))

    def wire(self, height: int) -> Wire:
        frame = pl.DataFrame(list(self.columns.values())) if self.columns else pl.DataFrame(height=height)
        return Wire(frame, self.lists, self.misfits)
