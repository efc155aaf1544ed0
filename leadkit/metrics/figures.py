"""The numbers behind findings, each from the metric that defines it, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import polars as pl

from leadkit.metrics.fees import fee_totals
from leadkit.metrics.summary import response_summary
from leadkit.metrics.waits import EXACT, Clock
from leadkit.metrics.week_parts import SlowestPart, slowest_part

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """How a user wants the numbers: as in `findings`."""

    zone: str
    clock: Clock
    sla: str | timedelta | None
    level: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All numbers that findings are made of.

    Attributes:
        options: how they were asked for.
        all: `response_summary` of all leads.
        naive: the same of those alone whose wait is known exactly, so of the answered ones.
        closed: the same of those that came while closed; without business hours, of none.
        open: the same of those that came while open.
        slowest: the slowest part of the week.
        fees: the rows of `fee_totals` that have a currency.
        repeated: the same of the duplicates alone.
        conflicts: how many rows of `times` are flagged.
        rows: how many rows there are.
    """

    options: Options
    all: Row
    naive: Row
    closed: Row
    open: Row
    slowest: SlowestPart | None
    fees: Sequence[Row]
    repeated: Sequence[Row]
    conflicts: int
    rows: int


def figures_of(leads: pl.DataFrame, times: pl.DataFrame, options: Options) -> Figures:
    """The figures of checked frames; what is odd in them is warned of by the metrics, once."""
    summary = partial(response_summary, clock=options.clock, sla=options.sla, level=options.level)
    whole = summary(times).row(0, named=True)
    exact, closed = pl.col("state") == EXACT, pl.col("after_hours")
    some = (times.lazy().filter(rows) for rows in (exact, closed, ~closed))
    naive, late, in_time = (summary(one).collect().row(0, named=True) for one in some)
    repeats = times.filter(pl.col("episode_id") != pl.col("lead_id"))
    key = [name for name in ("account", "lead_id") if name in leads.columns and name in times.columns]
    repeated = leads.lazy().join(repeats.lazy(), on=key, how="semi", nulls_equal=True)
    return Figures(
        options,
        whole,
        naive,
        late,
        in_time,
        slowest_part(times, whole, zone=options.zone, clock=options.clock, level=options.level),
        _in_a_currency(fee_totals(leads, times=times)),
        _in_a_currency(fee_totals(repeated, times=times).collect()),
        int(times.get_column("conflict").sum()),
        len(times),
    )


def known(row: Row) -> int:
    """The leads of a `response_summary` of which something is known."""
    return int(row["leads"] - row["unknown"])


def _in_a_currency(totals: pl.DataFrame) -> Sequence[Row]:
    return totals.filter(pl.col("fee_currency").is_not_null()).to_dicts()
