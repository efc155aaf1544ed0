"""A record and bytes become a typed frame with its misfits; the data dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import polars as pl

from leadkit.decode.casting import typed
from leadkit.decode.shape import row_shape
from leadkit.decode.text import Number, cut, parse
from leadkit.decode.walk import Misfit
from leadkit.decode.wire import Wire, read_body, read_together
from leadkit.decode.xml import Element
from leadkit.decode.xml_wire import read_rows
from leadkit.errors import BadResponse
from leadkit.records import Table


@dataclass(frozen=True, slots=True)
class Decoded:
    """One body as a frame: the columns that come from the response, in the order of the table.

    `misfits` name wire paths and rows of `frame`; `empty` are ids of listings without rows, `groups` counts listings.
    """

    frame: pl.DataFrame
    misfits: list[Misfit]
    envelope: dict[str, Any]
    empty: list[str | None]
    groups: int

    def total(self, name: str) -> int:
        """A count of the envelope, checked by `decode`."""
        return int(self.envelope[name])

    @classmethod
    def nothing(cls, table: Table) -> Decoded:
        """What 204 holds: no rows, every column."""
        return cls(table.empty().select(_from_wire(table)), [], {}, [], 0)


def decode(table: Table, body: bytes, *, call: str, bare: bool = False) -> Decoded:
    """The body of one answer as a typed frame.

    Args:
        table: what to read.
        body: the bytes as they came.
        call: names the source and the call in errors.
        bare: the body is one listing (or one element of the outer list) without an envelope.

    Raises:
        BadResponse: the body is not JSON, its envelope is absent, or something else stands where rows belong.
    """
    columns = table.columns

    def piece(wire: Wire) -> tuple[pl.DataFrame, list[Misfit], Wire]:
        frame, misfits = typed(wire, columns)
        wire.frame, wire.lists = pl.DataFrame(), {}  # the wire columns are done with: leave their memory
        return frame, misfits, wire

    envelope, pieces = read_body(body, table, call=call, bare=bare, then=piece)
    _check_envelope(envelope, table, call, bare=bare)
    frames = [frame for frame, _, _ in pieces] or [table.empty().select(_from_wire(table))]
    misfits, before = list(_unknown_in_envelope(envelope, table, bare=bare)), 0
    for frame, found, _ in pieces:
        misfits += [_moved(misfit, before) for misfit in found]
        before += len(frame)
    return Decoded(
        frame=pl.concat(frames, rechunk=False).select(_from_wire(table)),
        misfits=misfits,
        envelope=envelope,
        empty=[item for _, _, wire in pieces for item in wire.empty],
        groups=sum(wire.groups for _, _, wire in pieces),
    )


def decode_elements(table: Table, elements: Sequence[Element]) -> Decoded:
    """The elements of an XML answer, each one row, as a typed frame; its envelope is the caller's."""
    frame, misfits = typed(read_rows(elements, row_shape(table)), table.columns)
    return Decoded(frame.select(_from_wire(table)), misfits, {}, [], len(frame))


@dataclass(frozen=True, slots=True)
class DecodedTogether:
    """Many bodies as one frame, the rows of the first body first; `lengths` tells how many each has."""

    frame: pl.DataFrame
    misfits: list[Misfit]
    lengths: list[int]


def read_envelope(table: Table, body: bytes, *, call: str) -> dict[str, Any]:
    """What stands around the rows of a body, checked; the rows are not looked into.

    Raises:
        BadResponse: the body is not JSON, or its envelope is absent.
    """
    envelope = parse(body, call=call)  # whole: a cut is a guess that only its rows confirm
    if not isinstance(envelope, dict):
        raise BadResponse(f"{call}: the body is a JSON {type(envelope).__name__}; an object belongs there.")
    _check_envelope(envelope, table, call, bare=False)
    return envelope


def glance(table: Table, body: bytes, *, call: str) -> dict[str, Any]:
    """As `read_envelope`, for a body that is going to be decoded: a quick look, which its rows confirm then.

    Raises:
        BadResponse: the body is not JSON, or its envelope is absent.
    """
    found = cut(body, table.envelope_list)
    if found is None:
        return read_envelope(table, body, call=call)
    _check_envelope(found[0], table, call, bare=False)
    return found[0]


def decode_together(table: Table, bodies: Sequence[bytes]) -> DecodedTogether | None:
    """Many small bodies whose rows stand in one list; None where one of them needs a closer look: `decode` it."""
    cuts = [cut(body, table.envelope_list) for body in bodies]
    if not all(found and found[0].keys() <= set(table.envelope) for found in cuts):
        return None
    spans = [(found[1][0][0], found[1][-1][1]) if found and found[1] else (0, 0) for found in cuts]
    wire = read_together([body[slice(*span)] for body, span in zip(bodies, spans, strict=True)], table)
    if wire is None or len(wire.lengths) != len(bodies):
        return None
    frame, misfits = typed(wire, table.columns)
    return DecodedTogether(frame.select(_from_wire(table)), misfits, wire.lengths)


def flat_spans(table: Table, body: bytes) -> tuple[dict[str, Any], list[tuple[int, int]]] | None:
    """The envelope of a body and where its rows stand, in pieces; None where only `decode` can tell."""
    found = cut(body, table.envelope_list)
    if found is None or not found[0].keys() <= set(table.envelope):
        return None
    try:
        _check_envelope(found[0], table, "", bare=False)
    except BadResponse:
        return None
    return found


def joined(table: Table, each: Sequence[Decoded]) -> DecodedTogether:
    """Bodies that were decoded one by one."""
    lengths = [len(found.frame) for found in each]
    before = accumulate(lengths, initial=0)
    misfits = [_moved(misfit, start) for start, found in zip(before, each, strict=False) for misfit in found.misfits]
    frames = [table.empty().select(_from_wire(table)), *(found.frame for found in each)]
    return DecodedTogether(pl.concat(frames), misfits, lengths)


def describe(table: Table) -> pl.DataFrame:
    """The data dictionary of a table.

    Returns:
        One row per column: column, dtype, unit, meaning, comes_from (the wire path, or what leadkit makes it of),
        null_when. The fields of a List column follow it as ``exchanges[].question``.
    """
    rows = []
    for column in table.columns:
        rows.append((column.name, column))
        rows += [(f"{column.name}[].{child.name}", child) for child in column.children]
    return pl.DataFrame(
        [(name, str(c.dtype), c.unit, c.meaning, c.comes_from, c.null) for name, c in rows],
        schema=dict.fromkeys(("column", "dtype", "unit", "meaning", "comes_from", "null_when"), pl.String),
        orient="row",
    )


def _from_wire(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.path]


def _moved(misfit: Misfit, by: int) -> Misfit:
    row = None if misfit.row is None else misfit.row + by
    return Misfit(misfit.kind, misfit.path, row, misfit.example, misfit.detail, misfit.count)


def _check_envelope(envelope: dict[str, Any], table: Table, call: str, *, bare: bool) -> None:
    always = (table.bare_key,) if bare else table.totals
    for name in always:
        value = envelope.get(name)
        if name not in envelope:
            raise BadResponse(f"{call}: the body lacks {name!r}, which the API always sends; it has {_keys(envelope)}.")
        if not bare and not (isinstance(value, Number) and value.isdecimal() and len(value) <= _LONGEST_COUNT):
            raise BadResponse(f"{call}: {name!r} is not a count: {str(value)[:40]!r}.")
    if not bare and envelope.get(table.envelope_list) is None and int(envelope[table.totals[-1]]):
        raise BadResponse(
            f"{call}: {table.totals[-1]!r} says {envelope[table.totals[-1]]}, but {table.envelope_list!r} is absent."
        )


_LONGEST_COUNT = 15  # digits


def _keys(envelope: dict[str, Any]) -> str:
    return "no key at all" if not envelope else f"only {', '.join(map(repr, sorted(envelope)[:8]))}"


def _unknown_in_envelope(envelope: dict[str, Any], table: Table, *, bare: bool) -> list[Misfit]:
    if bare:
        return []
    return [Misfit("unknown_key", name, None) for name in sorted(envelope.keys() - set(table.envelope))]
