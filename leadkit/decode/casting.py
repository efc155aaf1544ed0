"""Wire frames become typed columns; every value that has no type to go to is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from leadkit.decode.walk import Misfit
from leadkit.decode.wire import Elements, Wire
from leadkit.records import Column, Kind

_UTC = "%Y-%m-%dT%H:%M:%S%.fZ"
_OFFSET = "%Y-%m-%dT%H:%M:%S%.f%#z"
_NAIVE = "%Y-%m-%dT%H:%M:%S%.f"
_SPACED = "%Y-%m-%d %H:%M:%S"
_MONEY = r"^[+-]?(\d+\.?\d{0,6}0*|\.\d{1,6}0*)$"


def typed(wire: Wire, columns: Sequence[Column]) -> tuple[pl.DataFrame, list[Misfit]]:
    """The columns of this wire frame that come from the response, typed and named, with all that did not fit."""
    flat, misfits = _typed_frame(wire.frame, [column for column in columns if column.path and column.kind != "list"])
    lists = {
        column.name: _typed_list(wire.lists[column.path or ""], column) for column in columns if column.kind == "list"
    }
    told = [*wire.misfits, *misfits, *(misfit for _, found in lists.values() for misfit in found)]
    return flat.with_columns(series.alias(name) for name, (series, _) in lists.items()), told


def _typed_frame(frame: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.DataFrame, list[Misfit]]:
    readings, blanks, casts = _plan(tuple(columns))
    read = frame.select(readings).with_columns(blanks)
    done = read.select(casts)
    misfits: list[Misfit] = []
    for column in columns:
        if column.kind in {*_AS_SENT, "code"}:
            continue
        lost = done.get_column(column.name).null_count() - read.get_column(column.name).null_count()
        if lost:
            again = _second_look(read.get_column(column.name), done.get_column(column.name), column)
            done = done.with_columns(again[0])
            misfits += again[1]
    return done, misfits


@cache
def _plan(columns: tuple[Column, ...]) -> tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    """The expressions of a table, made once: building them costs more than a small body."""
    return (
        [_reading(column) for column in columns],
        [_no_blanks(column.name) for column in columns if column.kind not in _AS_SENT],
        [_CASTS[column.kind](pl.col(column.name)) for column in columns],
    )


def _reading(column: Column) -> pl.Expr:
    """The text to be typed: as sent for what people wrote, else stripped."""
    text = pl.col(column.path or "").alias(column.name)
    if column.kind in _AS_SENT:
        return text
    text = text.str.strip_chars()
    if column.kind == "flag":
        text = text.str.to_lowercase()
    return text.replace(dict(column.values)) if column.values else text


def _no_blanks(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != "").then(pl.col(name))  # a step of its own: in one, the text would be made twice


def _money(text: pl.Expr) -> pl.Expr:
    # the pattern, because a cast rounds the 7th digit without a word and takes 1e3
    return pl.when(text.str.contains(_MONEY)).then(text).cast(pl.Decimal(38, 6), strict=False)


def _time(text: pl.Expr) -> pl.Expr:
    return text.str.to_datetime(_UTC, time_unit="us", strict=False).dt.replace_time_zone("UTC")


def _utc(text: pl.Expr) -> pl.Expr:
    whole = text.str.strip_suffix(".000")  # without a fraction it is read much faster; others get a second look
    # no cache: times of leads hardly ever repeat
    return whole.str.to_datetime(_SPACED, time_unit="us", strict=False, cache=False).dt.replace_time_zone("UTC")


def _flag(text: pl.Expr) -> pl.Expr:
    return text.replace_strict({"true": True, "1": True, "false": False, "0": False}, default=None)


def _as_is(text: pl.Expr) -> pl.Expr:
    return text


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.strip_chars() != "").then(text)


_CASTS: dict[Kind, Callable[[pl.Expr], pl.Expr]] = {
    "text": _as_is,
    "filled": _filled,
    "code": _as_is,
    "money": _money,
    "time": _time,
    "utc": _utc,
    "flag": _flag,
    "count": lambda text: text.cast(pl.Int64, strict=False),
}
_AS_SENT = ("text", "filled")
_WANTED = {
    "money": "no amount with at most six decimals",
    "time": "no time in ISO 8601",
    "utc": "no time such as 2018-03-06 06:55:46.000",
    "flag": "neither true nor false",
    "count": "no whole number",
}


def _second_look(text: pl.Series, done: pl.Series, column: Column) -> tuple[pl.Series, list[Misfit]]:
    """What the first look could not type: other forms of a time are taken, the rest is told."""
    misfits: list[Misfit] = []
    if column.kind == "utc":
        for form in (f"{_SPACED}%.f", _NAIVE, _UTC):
            done = done.zip_with(done.is_not_null(), _as_utc(text, form))
        done = done.zip_with(done.is_not_null(), _with_offset(text))
    if column.kind == "time":
        offset, naive = _with_offset(text), _as_utc(text, _NAIVE)
        told = naive.is_not_null() & offset.is_null() & done.is_null()
        misfits += _misfits("naive_time", text, told, column, "a time without a zone, read as UTC")
        done = done.zip_with(done.is_not_null(), offset)
        done = done.zip_with(done.is_not_null(), naive)
    lost = text.is_not_null() & done.is_null()
    return done, [*misfits, *_misfits("bad_value", text, lost, column, _WANTED[column.kind])]


def _as_utc(text: pl.Series, form: str) -> pl.Series:
    return text.str.to_datetime(form, time_unit="us", strict=False).dt.replace_time_zone("UTC")


def _with_offset(text: pl.Series) -> pl.Series:
    return text.str.to_datetime(_OFFSET, time_unit="us", strict=False).dt.convert_time_zone("UTC")


def _misfits(kind: str, text: pl.Series, where: pl.Series, column: Column, detail: str) -> list[Misfit]:
    if not (count := int(where.sum())):
        return []
    row = where.arg_max()
    return [Misfit(kind, column.path or column.name, row, text[row or 0], detail, count)]


def _typed_list(elements: Elements, column: Column) -> tuple[pl.Series, list[Misfit]]:
    """The list column: its elements typed flat, then grouped back; null stays null, empty stays empty."""
    flat, misfits = _typed_frame(elements.frame, column.children)
    lengths = elements.lengths
    rows = pl.DataFrame({"row": pl.int_range(len(lengths), eager=True), "length": lengths.fill_null(0)})
    owner = rows.select(pl.col("row").repeat_by("length")).to_series()
    owner = owner.explode(empty_as_null=False, keep_nulls=False).set_sorted()
    grouped = flat.select(owner.alias("row"), pl.struct(pl.all()).alias("list")).group_by("row", maintain_order=True)
    filled = grouped.all().get_column("list")
    place = pl.when(pl.col("length") > 0).then((pl.col("length") > 0).cum_sum() - 1)
    listed = filled.gather(rows.select(place).to_series()) if len(filled) else filled.clear(len(lengths))
    if (lengths == 0).any():
        nothing = pl.Series([[]], dtype=filled.dtype).new_from_index(0, len(lengths))
        listed = listed.zip_with((lengths != 0).fill_null(value=True), nothing)
    return listed, [replace(m, row=None if m.row is None else int(owner[m.row])) for m in misfits]
