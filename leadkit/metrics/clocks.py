"""Waits by the business clock, beside the calendar's."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import polars as pl

from leadkit.errors import LeadkitWarning
from leadkit.metrics.hours import BusinessHours, elapsed_by_account, is_open_by_account

Hours = BusinessHours | Mapping[str, BusinessHours]
AnyFrame = pl.DataFrame | pl.LazyFrame


def business_columns(hours: Hours | None, leads: AnyFrame | None = None) -> list[pl.Expr]:
    """The business clock's columns of `response_times`; null without a calendar.

    Args:
        hours: as the user gave it.
        leads: likewise; what is told of `hours` without them is only that it has no calendar at all.

    Raises:
        InvalidRequest: `hours` is no calendar.

    Warns:
        LeadkitWarning: `hours` has a calendar for none of the accounts.
    """
    spans = ("wait_lower", "wait_upper", "age")
    if hours is None:
        nothing = [pl.lit(None, dtype=pl.Duration("us")).alias(f"business_{span}") for span in spans]
        return [*nothing, pl.lit(None, dtype=pl.Boolean).alias("after_hours")]
    closed = ~is_open_by_account(hours, "submitted_at", "account")
    _tell_unused(hours, leads, name="leads", function="response_times")
    return [
        *(_business_span(hours, "submitted_at", pl.col(span)).alias(f"business_{span}") for span in spans),
        closed.alias("after_hours"),
    ]


def business_wait(hours: Hours | None, messages: AnyFrame) -> pl.Expr:
    """The business clock's wait of `turns`; null without a calendar.

    Args:
        hours: as the user gave it.
        messages: likewise.

    Raises:
        InvalidRequest: `hours` is no calendar.

    Warns:
        LeadkitWarning: `hours` has a calendar for none of the accounts.
    """
    if hours is None:
        return pl.lit(None, dtype=pl.Duration("us"))
    span = _business_span(hours, "asked_at", pl.col("wait"))
    _tell_unused(hours, messages, name="messages", function="turns")
    return span


def _business_span(hours: Hours, start: str, span: pl.Expr) -> pl.Expr:
    """How much of the span from `start` on was business hours."""
    return elapsed_by_account(hours, start, pl.col(start) + span, "account")


def _tell_unused(hours: Hours, frame: AnyFrame | None, *, name: str, function: str) -> None:
    """Warn where the clock is null in every row; the values of a LazyFrame, and a frame without rows, do not tell."""
    if isinstance(hours, Mapping) and (why := _unused(hours, frame, name)):
        said = f"{function}: {why}, so the business clock is null; give one BusinessHours, or one for each account."
        warnings.warn(said, LeadkitWarning, stacklevel=4)


def _unused(hours: Mapping[str, BusinessHours], frame: AnyFrame | None, name: str) -> str | None:
    if not hours:
        return "hours has no calendar"
    if frame is None:
        return None
    if "account" not in frame.lazy().collect_schema():
        return f"hours has a calendar for each account, and {name} has no column 'account'"
    if isinstance(frame, pl.LazyFrame) or frame.is_empty() or _has_any(frame, list(hours)):
        return None
    return f"hours has a calendar for {', '.join(map(repr, hours))}, and {name} has no row of such an account"


def _has_any(frame: pl.DataFrame, accounts: list[str]) -> bool:
    return frame.get_column("account").cast(pl.String).is_in(accounts).any()
