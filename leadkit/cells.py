"""The columns of a frame as people read them: money, spans of time, shares with intervals, times of a zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

import polars as pl

from leadkit.wording import money, share, span

NOTHING = "-"
"""What stands for null, and for a number that is none."""
NOT_REACHED = "not reached"
"""What stands for a quantile that is null where it could be known."""
_LONGEST = 300
_OWN_CURRENCY = {"sum_original": "fee_original_currency", "amount": "currency"}
_CURRENCIES = ("fee_currency", "fee_original_currency")
_INTERVALS = {
    **dict.fromkeys(("share", "unanswered_share", "value"), ("low", "high")),
    "sla_rate": ("sla_low", "sla_high"),
}
_SHARES = ("_share", "_rate", "_of_all", "share", "rate", "mass", "sla_rate_earliest")
_QUANTILES = ("p50", "p75", "p90", "p95")
_COUNTED = ("answered_exact", "answered_interval", "unanswered")
_PLAIN_NUMBERS = ("year", "hour", "_id")


def in_cells(frame: pl.DataFrame, *, zone: str) -> tuple[pl.DataFrame, list[str]]:
    """All columns in words, and the names of those that stand to the right, as numbers do.

    The two ends of an interval stand behind the value that they belong to, in its cell.

    Args:
        frame: any.
        zone: of the clocks that times are shown by.
    """
    intervals = {name: ends for name in frame.columns if (ends := _ends(frame, name))}
    inside = {end for ends in intervals.values() for end in ends}
    shown = [name for name in frame.columns if name not in inside]
    words = {name: _with_interval(frame, name, intervals.get(name), zone) for name in shown}
    right = [name for name in shown if _is_number(frame.schema[name])]
    return pl.DataFrame(words, schema=dict.fromkeys(shown, pl.String)), right


def _ends(frame: pl.DataFrame, name: str) -> tuple[str, str] | None:
    dtype = frame.schema[name]
    ends = _INTERVALS.get(name, (f"{name}_low", f"{name}_high"))
    return ends if all(frame.schema.get(end) in {dtype, pl.Null()} for end in ends) else None


def _with_interval(frame: pl.DataFrame, name: str, ends: tuple[str, str] | None, zone: str) -> list[str]:
    values = _words(frame, name, name, zone)
    if ends is None:
        return values
    low, high = (_words(frame, end, name, zone) for end in ends)
    return [
        value if {first, last} <= {NOTHING} else f"{value} ({first} to {last})"
        for value, first, last in zip(values, low, high, strict=True)
    ]


def _words(frame: pl.DataFrame, name: str, kind: str, zone: str) -> list[str]:
    """A column in words; `kind` is the column whose words it is in, of an end of an interval the value's."""
    dtype, column = frame.schema[name], frame.get_column(name)
    if isinstance(dtype, pl.Object):
        return _said(column, lambda _: f"({dtype})")
    if isinstance(dtype, pl.Decimal):
        codes = _currency_of(frame, kind)
        if codes is None:
            return _said(column, _rate if "rate" in name else _plain)
        rows = zip(column, frame.get_column(codes).cast(pl.String), strict=True)
        return [NOTHING if amount is None else money(amount, code) for amount, code in rows]
    if kind == "value" and "unit" in frame.columns and dtype.is_numeric():
        return [_in_unit(value, unit) for value, unit in zip(column, frame.get_column("unit"), strict=True)]
    if isinstance(dtype, pl.Duration):
        return _quantiles(frame, column) if kind.startswith(_QUANTILES) else _said(column, span)
    return _said(*_shown(column, dtype, kind, zone))


def _shown(column: pl.Series, dtype: pl.DataType, kind: str, zone: str) -> tuple[pl.Series, Callable[[Any], str]]:
    """What to say of each value, and how."""
    if dtype.is_float():
        return column, share if _is_share(kind) else _number
    if dtype.is_integer():
        return column, str if kind.endswith(_PLAIN_NUMBERS) else "{:,}".format
    if isinstance(dtype, pl.Boolean):
        return column, lambda value: "yes" if value else "no"
    if isinstance(dtype, pl.Datetime):
        zoned = column.dt.convert_time_zone(zone) if dtype.time_zone else column
        return zoned.dt.to_string("%Y-%m-%d %H:%M:%S %Z" if dtype.time_zone else "%Y-%m-%d %H:%M:%S"), str
    if isinstance(dtype, pl.List | pl.Array):
        return column.list.len() if isinstance(dtype, pl.List) else column.arr.len(), "[{:,}]".format
    return _as_text(column, dtype), _cut


def _as_text(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    """The start of each text, on one line; what is no text is written as Polars writes it."""
    if isinstance(dtype, pl.Binary):
        return column.is_not_null().replace_strict({True: f"({dtype})"}, default=None, return_dtype=pl.String)
    known = pl.when(column.is_not_null())
    written = column.struct.json_encode() if isinstance(dtype, pl.Struct) else column.cast(pl.String)
    line = written.str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.select(known.then(line.str.head(_LONGEST + 1))).to_series()


def _quantiles(frame: pl.DataFrame, column: pl.Series) -> list[str]:
    """Spans; null is not reached, where there are leads to reach it."""
    counts = [name for name in _COUNTED if name in frame.columns and frame.schema[name].is_numeric()]
    parts = [name for name in frame.columns if name.startswith(_QUANTILES)]
    some = pl.sum_horizontal(counts) > 0 if counts else pl.any_horizontal(pl.col(parts).is_not_null())
    return [
        span(value) if value is not None else NOT_REACHED if there else NOTHING
        for value, there in zip(column, frame.select(some).to_series(), strict=True)
    ]


def _said(values: Iterable[Any], how: Callable[[Any], str]) -> list[str]:
    return [NOTHING if value is None else how(value) for value in values]


def _currency_of(frame: pl.DataFrame, name: str) -> str | None:
    """The column with the codes of this one's currency; None if it is no money, or there is none."""
    own = _OWN_CURRENCY.get(name, f"{name}_currency")
    if "rate" in name:
        return None
    return next((codes for codes in (own, *_CURRENCIES) if _is_text(frame.schema.get(codes))), None)


def _is_text(dtype: pl.DataType | None) -> bool:
    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null)


def _is_share(name: str) -> bool:
    return name.endswith(_SHARES) or name.startswith("answered_within_")


def _is_number(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or isinstance(dtype, pl.Duration | pl.List | pl.Array)


def _number(value: float) -> str:
    if not isfinite(value):
        return NOTHING
    return f"{Decimal(f'{value or 0:.4g}'):,f}" if abs(value) < 1 else f"{value:,.2f}"


def _in_unit(value: float | None, unit: str) -> str:
    """A figure of `findings`."""
    if value is None or not isfinite(value):
        return NOTHING
    if unit == "seconds":
        return span(timedelta(seconds=value))
    return share(value) if unit == "share" else _number(value)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _rate(value: Decimal) -> str:
    return _plain(Decimal(f"{value:.6g}"))


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
