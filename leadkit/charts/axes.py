"""Units of what is drawn: which one fits a column, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from leadkit.errors import InvalidRequest

_SPANS = {"days": 86_400_000_000, "hours": 3_600_000_000, "minutes": 60_000_000}  # in microseconds
_ENOUGH = 3  # of a unit; below it, the next smaller one says more
_WORDS = {
    "p50": "median wait",
    "p50_earliest": "median wait at the earliest",
    "p90": "wait of the slowest tenth",
    "sla_rate": "answered within the target",
    "unanswered": "unanswered leads",
    "unknown": "leads of unknown state",
}
_FEW_TICKS = 5
SHARES = {"tickformat": ".0%", "rangemode": "tozero", "nticks": 6}
"""An axis of shares, as long as they are."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A column as numbers for an axis.

    Attributes:
        words: what it is, without its unit.
        unit: the unit, as it follows a number: empty for counts.
        numbers: the expression that gives the numbers.
        form: how d3 writes one.
        top: the end of its scale, where it has one.
    """

    words: str
    unit: str
    numbers: pl.Expr
    form: str
    top: float | None = None

    @property
    def ticks(self) -> dict[str, Any]:
        """How the ticks of its scale are written."""
        few = {"dtick": 1} if self.form == ",d" and self.top is not None and self.top < _FEW_TICKS else {"nticks": 6}
        return {"tickformat": self.form, "ticksuffix": self.unit, **few}

    @property
    def title(self) -> str:
        """What stands at the axis."""
        return f"{self.words} ({self.unit.strip()})" if self.unit else self.words


def measured(frame: pl.DataFrame, column: str, *, by: str) -> Measure:
    """The column in the unit that fits it: Durations in minutes, hours or days, Floats as shares, whole numbers.

    Raises:
        InvalidRequest: the column is of another kind.
    """
    dtype, words = frame.schema[column], _words(column)
    if isinstance(dtype, pl.Duration):
        unit = _fitting(frame.get_column(column))
        numbers = (pl.col(column).dt.total_microseconds() / _SPANS[unit]).round(3)
        return Measure(words, f" {unit}", numbers, ",.3~r")
    if dtype.is_float():
        return Measure(words, "", pl.col(column).round(4), ".0%", 1)
    if dtype.is_integer():
        return Measure(words, "", pl.col(column), ",d", frame.get_column(column).max())  # type: ignore[arg-type]  # a number
    raise InvalidRequest(f"charts.{by}: the column {column!r} is {dtype}; give a count, a share or a Duration.")


def counts_axis(longest: int, *, title: str = "leads", room: float = 1.05) -> dict[str, Any]:
    """An axis of counts from nothing to the longest bar, with room for what stands at its end."""
    few = {"dtick": 1} if longest < _FEW_TICKS else {"nticks": 6}
    return {"title": {"text": title}, "range": [0, max(longest, 1) * room], "tickformat": ",d", **few}


def _fitting(spans: pl.Series) -> str:
    longest = spans.dt.total_microseconds().max() or 0
    fitting = [unit for unit, length in _SPANS.items() if longest >= _ENOUGH * length]  # type: ignore[operator]  # a number
    return fitting[0] if fitting else "minutes"


def _words(column: str) -> str:
    within = column.removeprefix("answered_within_")
    return f"answered within {within}" if within != column else _WORDS.get(column, column.replace("_", " "))
