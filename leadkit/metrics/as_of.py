"""Moments: the one that a user gives as `as_of`, and what holds of times that were seen after it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from leadkit.errors import InvalidRequest


def moment(value: object, *, name: str, needed_by: str) -> datetime | None:
    """A moment in UTC: a date (its beginning), a datetime, or either as ISO 8601; naive ones are read as UTC.

    Raises:
        InvalidRequest: it is none of these.
    """
    if value is None:
        return None
    try:
        text = value.isoformat() if isinstance(value, date) else value if isinstance(value, str) else ""
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidRequest(
        f"{needed_by}: {name}={value!r} is refused: allowed is a date, a datetime or an ISO 8601 string such as "
        "'2026-11-01' or '2026-11-01T09:00:00Z', or None."
    )


def capped(at: pl.Expr, until: datetime | None) -> pl.Expr:
    """The time, but not after this moment; null stays null. What was absent later was absent then, too."""
    if until is None:
        return at
    return pl.when(at > until).then(_at(until)).otherwise(at)


def by_then(at: pl.Expr, until: datetime | None) -> pl.Expr:
    """The time, or null if it is after this moment: what was present later need not have been then."""
    return at if until is None else pl.when(at <= until).then(at)


def _at(until: datetime) -> pl.Expr:
    return pl.lit(until, dtype=pl.Datetime("us", "UTC"))
