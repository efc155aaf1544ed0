"""Which leads are answered: by their status, or by what is known of their waits."""

from __future__ import annotations

import polars as pl

from leadkit.metrics.given import Needed, needed
from leadkit.metrics.grouped import polled

ANSWERED = "__answered"
"""The column with the verdict: true, false, or null where it is not known."""
ABSENT = "__absent"
"""The column that is true of a lead without a row in `times`."""


def judged_by_status(rows: pl.LazyFrame) -> pl.LazyFrame:
    """With the verdict of ``status``: ``RESPONDED`` or ``NEW``; another one is not known."""
    status = pl.col("status")
    answered = pl.when(status == "RESPONDED").then(_YES).when(status == "NEW").then(_NO)
    return rows.with_columns(answered.alias(ANSWERED), _NO.alias(ABSENT))


def judged_by_times(rows: pl.LazyFrame, times: pl.DataFrame | pl.LazyFrame) -> pl.LazyFrame:
    """With the verdict of each lead's rows in `times`: answered if one says so, else unanswered if one says so."""
    states = needed(times, _STATES | polled(times), by="fee_totals", name="times")
    both = set(rows.collect_schema()) & set(states.collect_schema())
    key = [name for name in ("account", "lead_id") if name in both]
    answered = pl.col("state").is_in(["answered_exact", "answered_interval"])
    verdict = pl.when(answered.any()).then(_YES).when((pl.col("state") == "unanswered").any()).then(_NO)
    verdicts = (
        states.filter(pl.col("lead_id").is_not_null()).group_by(key).agg(verdict.alias(ANSWERED), _NO.alias(ABSENT))
    )
    judged = rows.join(verdicts, on=key, how="left", nulls_equal=True)  # an account without a name is one, too
    return judged.with_columns(pl.col(ABSENT).fill_null(_YES))


_STATES: dict[str, Needed] = {"lead_id": "text", "state": "text"}
_YES, _NO = pl.lit(value=True), pl.lit(value=False)
