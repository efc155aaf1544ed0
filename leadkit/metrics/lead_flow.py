"""How many leads came on each day."""

from __future__ import annotations

import polars as pl

from leadkit.metrics.given import By, Frame, Needed, needed
from leadkit.metrics.grouped import computed, each_once, grouping, how_many, polled
from leadkit.metrics.zones import zone_named


def lead_flow(leads: Frame, *, zone: str = "UTC", by: By = None) -> Frame:
    """The leads of each day, by the clocks of a zone.

    Each lead counts once, as in `fee_totals`; a buyer who asks again is another lead.

    Args:
        leads: needs submitted_at.
        zone: the name of the time zone, such as ``"America/Chicago"``.
        by: columns or expressions to group by.

    Returns:
        One row per group and day, sorted, null last: the `by` columns, day (Date; null where the time of a lead is not
        known), zone, leads (Int64). A day without leads has no row.

    Raises:
        MissingColumns: a column that it needs is missing.
        InvalidRequest: there is no such zone, submitted_at holds no times, or `by` makes no sense.

    Examples:
        >>> import leadkit as lk, polars as pl
        >>> from datetime import datetime, UTC
        >>> leads = pl.DataFrame({"submitted_at": [datetime(2026, 11, 1, 4, tzinfo=UTC)]})
        >>> lk.lead_flow(leads, zone="America/Chicago").row(0)
        (datetime.date(2026, 10, 31), 'America/Chicago', 1)
    """
    day = pl.col("submitted_at").dt.convert_time_zone(zone_named(zone).key).dt.date().alias("day")
    rows = each_once(leads, needed(leads, _TIME | polled(leads), by="lead_flow"))
    found, names = grouping(by, rows, needed_by="lead_flow", result=("day", "zone", "leads"))
    flow = (
        rows.group_by(*found, day)
        .agg(how_many().alias("leads"))
        .sort(*names, "day", nulls_last=True)
        .select(*names, "day", pl.lit(zone).alias("zone"), "leads")
    )
    return computed(leads, flow, by="lead_flow")


_TIME: dict[str, Needed] = {"submitted_at": "time"}
