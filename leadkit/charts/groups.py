"""Groups in charts: what they are called, and which of them get a colour of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from leadkit.charts.look import DASHES, OTHER, PATTERNS, SERIES, Theme
from leadkit.charts.texts import escaped, safe, shortened

COLOURED = 5
"""How many groups have a colour of their own."""
_LONGEST = 34  # characters of a name that fit 400 pixels
_PLACE, _NAME = "_place", "_name"


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of one group.

    Attributes:
        name: what it is called, short and harmless; empty for the one that is there where nothing was grouped.
        place: 0 for the largest group; `COLOURED` for all that have no colour of their own.
        rows: with the columns of the metric.
    """

    name: str
    place: int
    rows: pl.DataFrame

    @property
    def extra(self) -> str:
        """What a hover text ends with: the name of the group, if there are several."""
        return "<extra>%{fullData.name}</extra>" if self.name else "<extra></extra>"

    def colour(self, theme: Theme) -> str:
        """Its colour."""
        return (*SERIES[theme], OTHER[theme])[self.place]

    @property
    def dash(self) -> str:
        """How its line is dashed."""
        return (*DASHES, "solid")[self.place]

    @property
    def pattern(self) -> str:
        """What its bars are hatched with."""
        return (*PATTERNS, "")[self.place]


def by_columns(frame: pl.DataFrame, first_results: Collection[str]) -> list[str]:
    """The columns that a metric was grouped by: those before the first of its own."""
    own = min(frame.columns.index(name) for name in first_results)
    return frame.columns[:own]


def in_words(names: list[str], length: int = _LONGEST) -> pl.Expr:
    """What a row's group is called, from these columns: short and harmless; null is ``not known``."""
    words = [pl.col(name).cast(pl.String).fill_null("not known") for name in names]
    return escaped(shortened(pl.concat_str(words, separator=", "), length))


def names_of(rows: pl.DataFrame, names: list[str], length: int) -> list[str]:
    """What each row is called, from these columns; ``all`` where there are none."""
    if not names:
        return ["all"] * rows.height
    return rows.select(in_words(names, length)).to_series().to_list()


def series_of(frame: pl.DataFrame, names: list[str], size: pl.Expr) -> tuple[list[Series], pl.DataFrame]:
    """The largest groups, each by itself, and the rows of all others.

    Args:
        frame: the rows of a metric.
        names: the columns that it was grouped by; without any it is one group.
        size: how large a group is, as an aggregation over its rows.
    """
    if not names:
        return [Series("", 0, frame)], frame.clear()
    sizes = frame.group_by(names).agg(size.alias(_PLACE)).sort(-pl.col(_PLACE), *names, nulls_last=True)
    places = sizes.select(*names, in_words(names).alias(_NAME)).with_row_index(_PLACE)
    placed = frame.join(places, on=names, how="left", nulls_equal=True, maintain_order="left")
    own = placed.filter(pl.col(_PLACE) < COLOURED).partition_by(_PLACE, _NAME, as_dict=True, include_key=False)
    series = [
        Series(str(name), int(place), rows) for (place, name), rows in sorted(own.items(), key=lambda one: one[0])
    ]
    return series, placed.filter(pl.col(_PLACE) >= COLOURED).drop(_PLACE, _NAME)


def other(rest: pl.DataFrame, names: list[str], axis: str) -> list[Series]:
    """The leads of all other groups counted together, as one more; none if there are no others."""
    if rest.is_empty():
        return []
    groups = rest.select(pl.struct(names).n_unique()).item()
    together = rest.group_by(axis).agg(pl.col("leads").sum()).sort(axis)
    return [Series(safe(f"other ({groups:,})"), COLOURED, together)]
