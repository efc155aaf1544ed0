"""The parts of the week, of six hours each: in which of them leads wait longest for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from leadkit.metrics.summary import response_summary
from leadkit.metrics.waits import Clock

PARTS = 28
"""Seven days of four parts each."""
LEAST = 10
"""Parts with fewer leads of known state are not compared."""


@dataclass(frozen=True, slots=True)
class SlowestPart:
    """The part of the week that is the slowest with most certainty.

    Attributes:
        name: such as ``Saturday 18:00 to 24:00``.
        row: its `response_summary`, with intervals that hold for all parts at once.
        leads: those of known state.
        is_clear: whether its interval lies above that of the whole week.
    """

    name: str
    row: Mapping[str, Any]
    leads: int
    is_clear: bool


def slowest_part(
    times: pl.DataFrame, whole: Mapping[str, Any], *, zone: str, clock: Clock, level: float
) -> SlowestPart | None:
    """The slowest part of the week, by the clocks of a zone; None where no part is slower than the whole.

    One of 28 parts always has the latest median, most often one of few leads. So the slowest is the one whose interval
    begins latest, and the intervals are of the level ``1 - (1 - level) / 28``, by which all of them hold at once
    (Bonferroni); only one that lies above the whole week's is clear.

    Args:
        times: of `response_times`, with submitted_at.
        whole: the `response_summary` of all of them.
        zone: whose clocks tell the hour at which a lead came.
        clock: as in `response_summary`.
        level: the confidence level.
    """
    local = pl.col("submitted_at").dt.convert_time_zone(zone)
    by = [local.dt.weekday().alias("weekday"), (local.dt.hour() // _HOURS).alias("part")]
    told = times.lazy().filter(pl.col("submitted_at").is_not_null())
    summary = response_summary(told, by=by, clock=clock, level=1 - (1 - level) / PARTS)
    known = (pl.col("leads") - pl.col("unknown")).alias("known")
    parts = summary.with_columns(known).filter(pl.col("known") >= LEAST, pl.col("p50_low") > timedelta())
    latest = pl.col("p50").is_null(), pl.col("p50")
    found = parts.sort("p50_low", *latest, "weekday", "part", descending=[True, True, True, False, False]).collect()
    slowest = next(found.iter_rows(named=True), None)
    if slowest is None or not all(_is_later(slowest[end], whole[end]) for end in ("p50", "p50_earliest")):
        return None
    return SlowestPart(_named(slowest), slowest, slowest["known"], _is_above(slowest, whole))


def _is_later(median: timedelta | None, other: timedelta | None) -> bool:
    """Whether a median is later than another; one that is not reached is latest."""
    return other is not None and (median is None or median > other)


def _is_above(slowest: Mapping[str, Any], whole: Mapping[str, Any]) -> bool:
    high = whole["p50_high"]
    return high is not None and slowest["p50_low"] > high and _is_later(slowest["p50_earliest"], whole["p50"])


def _named(part: Mapping[str, Any]) -> str:
    begins = part["part"] * _HOURS
    return f"{_DAYS[part['weekday'] - 1]} {begins:02d}:00 to {begins + _HOURS:02d}:00"


_HOURS = 6
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
