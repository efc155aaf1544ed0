"""The hours of the week: when buyers ask, and how long they wait by the hour in which they asked."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from leadkit.metrics.given import Frame, as_given, needed
from leadkit.metrics.summary import response_summary
from leadkit.metrics.waits import Clock
from leadkit.metrics.zones import zone_named

WEEKDAYS = pl.Enum(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
_COUNTS = ["leads", "duplicates", "answered_exact", "answered_interval", "unanswered", "unknown"]


def by_hour(
    times: Frame,
    *,
    zone: str = "UTC",
    clock: Clock = "calendar",
    sla: str | timedelta | None = None,
    level: float = 0.95,
) -> Frame:
    """`response_summary` of each hour of the week, by the clocks of a zone, also of hours in which nobody asked.

    Args:
        times: as `response_times` returns it; needed are submitted_at and what `response_summary` needs.
        zone: the name of the time zone, such as ``"America/Chicago"``.
        clock: ``"calendar"``, or ``"business"`` for the time inside business hours.
        sla: the target, such as ``"1h"``.
        level: the confidence level of all intervals.

    Returns:
        168 rows: weekday (Enum, ``Mon`` to ``Sun``), hour (Int8, 0 to 23), zone, then the columns of
        `response_summary`. An hour without leads has counts of 0 and is null else. Rows whose submitted_at is null are
        in none. An hour that the clocks show twice is one hour.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: there is no such zone, a column has another dtype, or an argument is refused.

    Warns:
        LeadkitWarning: as `response_summary` does.
    """
    wall = pl.col("submitted_at").dt.convert_time_zone(zone_named(zone).key)
    dated = needed(times, {"submitted_at": "time"}, by="by_hour", name="times").filter(
        pl.col("submitted_at").is_not_null()
    )
    names = dict(enumerate(WEEKDAYS.categories, start=1))
    hours = [
        wall.dt.weekday().replace_strict(names, return_dtype=WEEKDAYS).alias("weekday"),
        wall.dt.hour().alias("hour"),
    ]
    summary = response_summary(as_given(times, dated), by=hours, clock=clock, sla=sla, level=level).lazy()
    counted = _COUNTS if sla is None else [*_COUNTS, "sla_met", "sla_breached", "sla_pending", "sla_undecided"]
    week = (
        _hours_of_a_week()
        .with_columns(pl.lit(zone).alias("zone"))
        .join(summary, on=["weekday", "hour"], how="left", maintain_order="left")
        .with_columns(pl.col(counted).fill_null(0))
    )
    return as_given(times, week)


def _hours_of_a_week() -> pl.LazyFrame:
    days = pl.LazyFrame({"weekday": WEEKDAYS.categories}, schema={"weekday": WEEKDAYS})
    return days.join(pl.LazyFrame({"hour": range(24)}, schema={"hour": pl.Int8}), how="cross", maintain_order="left")
