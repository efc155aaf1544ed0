"""Units of what is drawn: which one fits a column, and how its numbers are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from leadkit import wording
from leadkit.charts.texts import safe
from leadkit.errors import InvalidRequest

SHARES = {"tickformat": ".0%", "rangemode": "tozero", "nticks": 6}
"""An axis of shares, as long as they are."""
FIRST = 1.0
"""Where an axis of waits begins, in minutes: it has no place for 0."""
_WAITS = {1: "1 min", 10: "10 min", 60: "1 h", 360: "6 h", 1440: "1 d", 10_080: "7 d", 43_200: "30 d", 525_600: "1 y"}
_FEW_TICKS = 5
_FEW_DATES = 6
_WORDS = {
    "yes_share": "financing: yes, of the answers",
    "yes_of_all": "financing: yes, of all leads",
    "answer_rate": "financing: answered at all",
    "share": "share of all leads",
    "p50": "median wait",
    "p50_earliest": "median wait at the earliest",
    "p90": "wait of the slowest tenth",
    "sla_rate": "answered within the target",
    "unanswered": "unanswered leads",
    "unknown": "leads of unknown state",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A column as numbers for a scale.

    Attributes:
        words: what it is.
        numbers: the expression that gives the numbers.
        said: how one of its values is said in words.
        scale: the settings of its colours.
    """

    words: str
    numbers: pl.Expr
    said: Callable[[Any], str]
    scale: dict[str, Any]


def measured(frame: pl.DataFrame, column: str, *, by: str) -> Measure:
    """The column on the scale that fits it: spans by their logarithm, Floats as shares, whole numbers as counts.

    Raises:
        InvalidRequest: the column is of another kind.
    """
    dtype, words = frame.schema[column], in_words(column)
    if isinstance(dtype, pl.Duration):
        ticks = waits_axis(frame.get_column(column))
        low, high = ticks.pop("range")
        places = [math.log10(minutes) for minutes in ticks["tickvals"]]
        scale = {"cmin": low, "cmax": high, "colorbar": {"tickvals": places, "ticktext": ticks["ticktext"]}}
        return Measure(words, log_of(column).round(3), wording.span, scale)
    if dtype.is_float():
        shares = {"cmin": 0, "cmax": 1, "colorbar": {"tickformat": ".0%", "nticks": 6}}
        return Measure(words, pl.col(column).round(4), wording.share, shares)
    if dtype.is_integer():
        most = int(frame.select(pl.col(column).max().fill_null(0)).item())
        axis = counts_axis(most, room=1)
        ticks = {key: axis[key] for key in ("tickformat", "dtick", "nticks") if key in axis}
        return Measure(words, pl.col(column), "{:,}".format, {"cmin": 0, "cmax": max(most, 1), "colorbar": ticks})
    raise InvalidRequest(f"charts.{by}: the column {column!r} is {dtype}; give a count, a share or a Duration.")


def minutes(column: str) -> pl.Expr:
    """A wait in minutes for an axis that has no place for 0; shorter ones than it shows stand just before it."""
    return _after_the_first(column).round_sig_figs(5)


def log_of(column: str) -> pl.Expr:
    """Where a wait stands on that axis."""
    return _after_the_first(column).log10()


def waits_axis(waits: pl.Series) -> dict[str, Any]:
    """An axis of waits up to the longest one, by their logarithm, with ticks that people count in."""
    found = waits.dt.total_microseconds().to_frame("t").select(pl.col("t").max() / _MINUTE).item()
    longest = max(found or 0.0, 10 * FIRST)
    there = {at: text for at, text in _WAITS.items() if at <= longest}
    return {
        "type": "log",
        "range": [math.log10(FIRST), round(math.log10(longest * 1.1), 3)],
        "tickvals": list(there),
        "ticktext": list(there.values()),
    }


def counts_axis(longest: int, *, room: float = 1.05) -> dict[str, Any]:
    """An axis of leads from none to the longest bar, with room for what stands at its end."""
    few = {"dtick": 1} if longest < _FEW_TICKS else {"nticks": 6}
    return {"title": {"text": "leads"}, "range": [0, round(max(longest, 1) * room, 2)], "tickformat": ",d", **few}


def money_axis(lowest: float, highest: float, currency: str, *, room: float = 1.05) -> dict[str, Any]:
    """An axis of money in one currency, with nothing always on it."""
    low, high = min(lowest, 0), max(highest, 0)
    return {
        "title": {"text": safe(currency)},
        "range": [round(low * room, 2), round((high or (0 if low else 1)) * room, 2)],
        "tickformat": ",.3~r",
        "nticks": 6,
        "zeroline": True,
    }


def dates_axis(dates: pl.Series, *, title: str) -> dict[str, Any]:
    """An axis of dates; a few of them have a tick each."""
    there = dates.unique().sort()
    if len(there) > _FEW_DATES:
        return {"title": {"text": safe(title)}, "type": "date", "nticks": 6}
    texts = there.dt.to_string("%b<br>%Y" if title.startswith("month") else "%b %-d<br>%Y").to_list()
    return {
        "title": {"text": safe(title)},
        "type": "date",
        "tickvals": there.cast(pl.String).to_list(),
        "ticktext": texts,
    }


def rows_axis(count: int) -> dict[str, Any]:
    """An axis of rows at 0, 1, … from top to bottom, whose labels stand above them (`labels_above`)."""
    return {"range": [count - 0.5, -0.75], "showticklabels": False, "showgrid": False, "zeroline": False}


def labels_above(labels: Sequence[str], *, above: float, place: int = 0) -> list[dict[str, Any]]:
    """The labels of such rows, above them, so that they take no width from what is drawn.

    Args:
        labels: from top to bottom, harmless.
        above: how far above the middle of a row, in rows.
        place: of the panel.
    """
    where = {"x": 0, "xref": "paper", "xanchor": "left", "yref": axis("y", place), "yanchor": "bottom"}
    plain = {"showarrow": False, "align": "left", "font": {"size": 12}}
    return [{"text": text, "y": round(row - above, 2), **where, **plain} for row, text in enumerate(labels)]


def axis(name: str, place: int) -> str:
    """The name of a panel's axis, such as ``y``, ``y2``, ``xaxis3``."""
    return f"{name}{place + 1}" if place else name


def stacked(weights: Sequence[int], gap: float) -> list[tuple[float, float]]:
    """The domains of panels from top to bottom, as high as their weights."""
    step = (1 - gap * (len(weights) - 1)) / sum(weights)
    tops = [1 - step * sum(weights[:place]) - gap * place for place in range(len(weights))]
    return [(round(max(top - step * weight, 0), 4), round(top, 4)) for top, weight in zip(tops, weights, strict=True)]


def said(values: Iterable[Any], how: Callable[[Any], str]) -> list[str]:
    """The values in words; nothing for null."""
    return ["" if value is None else how(value) for value in values]


def in_words(column: str) -> str:
    """A column's name as people say it."""
    within = column.removeprefix("answered_within_")
    return (
        f"answered within {within[:-1]} {_UNITS.get(within[-1], '')}"
        if within != column
        else _WORDS.get(column, column.replace("_", " "))
    )


def _after_the_first(column: str) -> pl.Expr:
    return (pl.col(column).dt.total_microseconds() / _MINUTE).clip(lower_bound=FIRST / 2)


_UNITS = {"m": "min", "h": "h"}
_MINUTE = 60_000_000  # in microseconds
