"""The Kaplan-Meier estimate as columns: one sort, then prefix sums, however many groups there are.

Of rows sorted by group and wait, the last one of each wait tells by what it has grown since the last one of the wait
before how many had replied, and how many were there: ties cost nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from leadkit.metrics.proportions import normal_quantile

STEP_COLUMNS = ("t", "at_risk", "replied", "censored", "unanswered_share", "low", "high")
TOLERANCE = 1.5e-8  # of a share, about the root of the machine's precision, as in R's quantile.survfit


@dataclass(frozen=True, slots=True)
class Marks:
    """What is read from curves: of each row what counts for it (`rows`), and then of each curve (`reading`)."""

    rows: Mapping[str, pl.Expr]
    reading: Mapping[str, pl.Expr]


def packed(wait: pl.Expr, censored: pl.Expr) -> pl.Expr:
    """A number that sorts by wait, and at one wait replies first; null where the wait is. No wait is negative."""
    return wait.dt.total_microseconds().cast(pl.UInt64) * 2 + censored.cast(pl.UInt64)


def in_order(grouped: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """All waits as `steps` takes them, from lists of `packed` numbers, one list per group, in this column."""
    number = pl.col("key")
    return (
        grouped.select("_code", pl.col(column).list.sort().alias("key"))
        .explode("key", empty_as_null=False, keep_nulls=False)
        .drop_nulls()
        .select(
            pl.col("_code").set_sorted(),
            (number // 2).cast(pl.Int64).cast(pl.Duration("us")).alias("t"),
            (number % 2 == 0).alias("replied"),
        )
    )


def steps(waits: pl.LazyFrame, *, level: float, by: str) -> pl.LazyFrame:
    """One row per group and distinct wait: _code, then `STEP_COLUMNS`.

    Args:
        waits: _code, t, replied; sorted by _code, then t; nothing is null.
        level: the confidence level of the band.
        by: the function that was called, for messages.
    """
    return with_band(shares(waits), level=level, by=by).select("_code", *STEP_COLUMNS)


def shares(waits: pl.LazyFrame, *, groups: bool = True) -> pl.LazyFrame:
    """The same without the band, but with ``greenwood``, the sum that it is made of; of one group faster by half."""
    within = _in_group if groups else _of_all
    left, replied = pl.col("at_risk").cast(pl.Float64), pl.col("replied")
    return (
        waits.with_columns(end=pl.int_range(1, pl.len() + 1), gone=replied.cast(pl.Int64).cum_sum())
        .filter(_ends("t", "_code"))
        .select("_code", "t", replied=_grown("gone"), here=_grown("end"))
        .with_columns(at_risk=within(pl.col("here").cum_sum(reverse=True)), censored=pl.col("here") - replied)
        .with_columns(
            factor=1 - replied / left,
            term=pl.when(replied < pl.col("at_risk")).then(replied / (left * (left - replied))).otherwise(0.0),
        )
        .with_columns(unanswered_share=within(pl.col("factor").cum_prod()), greenwood=within(pl.col("term").cum_sum()))
    )


def falls(curves: pl.LazyFrame) -> pl.LazyFrame:
    """Of each curve the steps at which it falls, and the last: enough to read from."""
    return curves.filter((pl.col("replied") > 0) | _ends("_code"))


def with_band(curves: pl.LazyFrame, *, level: float, by: str) -> pl.LazyFrame:
    """The curves with the log-log band of this level, ``low`` and ``high``."""
    z = normal_quantile(level, by=by)
    return curves.with_columns(_log_log(-z).alias("low"), _log_log(z).alias("high"))


def quantile(name: str, p: float) -> Marks:
    """When the share p has been answered, by the midpoint rule, as `name`; from the band, `name` _low and _high.

    The first t with S at most 1 - p; where S stays at exactly 1 - p, the middle of that stretch, which ends with the
    curve at the latest (R, ``quantile.survfit``). Low and high are the first t at which that end of the band is at
    most 1 - p. Where S is 0 the band has no width and proves nothing: it does not count, as in R.
    """
    share, level = pl.col("unanswered_share"), 1 - p
    reached, below, low, high = (f"{name}{part}" for part in ("", "_below", "_low", "_high"))
    rows = {
        reached: share <= level + TOLERANCE,
        below: share < level - TOLERANCE,
        low: (pl.col("low") <= level + TOLERANCE) & (share > 0),
        high: (pl.col("high") <= level + TOLERANCE) & (share > 0),
    }
    first = {one: pl.col(one).min() for one in (reached, low, high)}
    middle = first[reached] + (pl.col(below).min().fill_null(pl.col("t").max()) - first[reached]) / 2
    return Marks({one: pl.when(which).then("t") for one, which in rows.items()}, {**first, name: middle})


def answered_within(name: str, limit: timedelta) -> Marks:
    """The share answered within a span, as `name`; null where nobody was followed that long and some did not reply."""
    share, t = pl.col("unanswered_share"), pl.col("t")
    told = (t.max() >= limit) | (share.min() <= 0)
    answered = 1 - pl.col(name).min().fill_null(1.0)
    return Marks({name: pl.when(t <= limit).then(share)}, {name: pl.when(told).then(answered)})


def read(curves: pl.LazyFrame, marks: list[Marks]) -> pl.LazyFrame:
    """One row per curve: _code, and what was to be read from it."""
    rows = {name: one for mark in marks for name, one in mark.rows.items()}
    reading = {name: one for mark in marks for name, one in mark.reading.items()}
    return curves.select("_code", "t", "unanswered_share", **rows).group_by("_code").agg(**reading)


def _in_group(value: pl.Expr) -> pl.Expr:
    return value.over("_code", mapping_strategy="explode")  # groups stand together: nothing has to be put back


def _of_all(value: pl.Expr) -> pl.Expr:
    return value


def _ends(*columns: str) -> pl.Expr:
    """Whether the next row has another value in one of these columns."""
    return pl.any_horizontal(pl.col(one).ne_missing(pl.col(one).shift(-1)) for one in columns)


def _grown(column: str) -> pl.Expr:
    return pl.col(column) - pl.col(column).shift(1, fill_value=0)


def _log_log(z: float) -> pl.Expr:
    """One end of the band, ``S^exp(z·√G / ln S)``; it has no width where S is 1 or 0."""
    share, log = pl.col("unanswered_share"), pl.col("unanswered_share").log()
    end = (log * (z * pl.col("greenwood").sqrt() / log).exp()).exp()
    return pl.when((share > 0) & (share < 1)).then(end).otherwise(share)
