"""The month and the week of a moment in a named zone: expressions to group by."""

from __future__ import annotations

import polars as pl

from leadkit.metrics.zones import zone_named


def month(column: str | pl.Expr, zone: str) -> pl.Expr:
    """The first day of the month in which a moment falls by the clocks of a zone; for ``by=``.

    Args:
        column: the name of a column of aware times, or an expression; times without a zone are read as UTC.
        zone: the name of the time zone, such as ``"America/Chicago"``.

    Returns:
        An expression named ``month``, of dtype Date; null for null.

    Raises:
        InvalidRequest: there is no such zone. A metric raises it too where the column holds no times.

    Example:
        >>> import leadkit as lk, polars as pl
        >>> from datetime import datetime, UTC
        >>> leads = pl.DataFrame({"submitted_at": [datetime(2026, 11, 1, 4, tzinfo=UTC)]})
        >>> leads.select(lk.month("submitted_at", "America/Chicago")).item()
        datetime.date(2026, 10, 1)
    """
    return _date(column, zone).dt.truncate("1mo").alias("month")


def week(column: str | pl.Expr, zone: str) -> pl.Expr:
    """The Monday of the ISO week in which a moment falls by the clocks of a zone; for ``by=``.

    Args:
        column: the name of a column of aware times, or an expression; times without a zone are read as UTC.
        zone: the name of the time zone.

    Returns:
        An expression named ``week``, of dtype Date; null for null.

    Raises:
        InvalidRequest: there is no such zone. A metric raises it too where the column holds no times.
    """
    return _date(column, zone).dt.truncate("1w").alias("week")


def _date(column: str | pl.Expr, zone: str) -> pl.Expr:
    moments = pl.col(column) if isinstance(column, str) else column
    return moments.dt.convert_time_zone(zone_named(zone).key).dt.date()
