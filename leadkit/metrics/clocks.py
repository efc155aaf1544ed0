"""Waits by the business clock, beside the calendar's."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from leadkit.metrics.hours import BusinessHours, elapsed_by_account, is_open_by_account

Hours = BusinessHours | Mapping[str, BusinessHours]


def business_columns(hours: Hours | None) -> list[pl.Expr]:
    """The business clock's columns of `response_times`; null without a calendar.

    Raises:
        InvalidRequest: `hours` is no calendar.
    """
    spans = ("wait_lower", "wait_upper", "age")
    if hours is None:
        nothing = [pl.lit(None, dtype=pl.Duration("us")).alias(f"business_{span}") for span in spans]
        return [*nothing, pl.lit(None, dtype=pl.Boolean).alias("after_hours")]
    closed = ~is_open_by_account(hours, "submitted_at", "account")
    return [
        *(business_span(hours, "submitted_at", pl.col(span)).alias(f"business_{span}") for span in spans),
        closed.alias("after_hours"),
    ]


def business_span(hours: Hours, start: str, span: pl.Expr) -> pl.Expr:
    """How much of the span from `start` on was business hours."""
    return elapsed_by_account(hours, start, pl.col(start) + span, "account")
