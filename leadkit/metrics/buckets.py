"""Episodes counted by how long the buyer waited, and by what the answer rests on."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from polars import selectors as cs

from leadkit.metrics.given import By, Frame, Needed, needed
from leadkit.metrics.grouped import computed, grouping, how_many
from leadkit.metrics.proportions import wilson_bounds
from leadkit.metrics.verdict import STATES
from leadkit.metrics.waits import EXACT, INTERVAL, OPEN, UNKNOWN, Clock, by_group, of_episodes

_UP_TO = {
    "≤5 min": timedelta(minutes=5),
    "≤15 min": timedelta(minutes=15),
    "≤1 h": timedelta(hours=1),
    "≤24 h": timedelta(hours=24),
}
_LATER = ">24 h"
BUCKETS = pl.Enum([*_UP_TO, _LATER, "unanswered", "interval", "unknown"])
_RESULT = ["bucket", "leads", "share", "low", "high"]
_TAKEN = [*_RESULT, "_all", *BUCKETS.categories]


def response_buckets(times: Frame, *, by: By = None, clock: Clock = "calendar", level: float = 0.95) -> Frame:
    """How many episodes were answered within 5 minutes, 15 minutes, an hour, a day, later, or not.

    Each episode is in one bucket: ``≤15 min`` holds those of more than 5 and at most 15 minutes. They describe what was
    seen up to now: a lead that is still open may be answered yet, so `response_summary` has the shares to compare by.

    Args:
        times: as `response_times` returns it; needed are lead_id, episode_id, state, wait_lower and wait_upper (with
            ``clock="business"`` their business_ columns).
        by: a column name, an expression, a list of them, or None for all.
        clock: ``"calendar"``, or ``"business"`` for the time inside business hours.
        level: the confidence level of the intervals.

    Returns:
        Eight rows per group: the `by` columns, sorted, null last; bucket (Enum, in order: ``≤5 min, ≤15 min, ≤1 h,
        ≤24 h, >24 h, unanswered, interval, unknown``), leads (Int64), share (of the group's episodes, Float64), low and
        high (its Wilson interval). ``interval``: answered, the wait known only as an interval. ``unknown``: no
        evidence, or no wait on this clock. Times without rows give eight zeros, or no rows with `by`.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, an argument is refused, or `by` can't be computed or sorted on these
            rows (of a LazyFrame, Polars says so itself when it is collected).

    Warns:
        LeadkitWarning: as `response_summary` does.
    """
    low, high = wilson_bounds(pl.col("leads"), pl.col("_all"), level=level, by="response_buckets")
    rows, names = of_episodes(times, by=by, clock=clock, function="response_buckets", own=_TAKEN)
    counts = {name: (pl.col("_bucket") == name).sum().cast(pl.Int64) for name in BUCKETS.categories}
    counted = by_group(rows.filter("_episode").with_columns(bucket()), names, **counts)
    buckets = (
        counted.unpivot(list(counts), index=cs.exclude(*counts), variable_name="bucket", value_name="leads")
        .with_columns(pl.col("bucket").cast(BUCKETS), pl.col("leads").sum().over("_code").alias("_all"))
        .with_columns((pl.col("leads") / pl.when(pl.col("_all") > 0).then("_all")).alias("share"), low, high)
        .sort("_code", "bucket")
        .select(*names, *_RESULT)
    )
    return computed(times, buckets, by="response_buckets", engine="auto")


def evidence_coverage(times: Frame, *, by: By = None) -> Frame:
    """What is known of the episodes, and from which evidence.

    Args:
        times: as `response_times` returns it; needed are lead_id, episode_id, state and evidence.
        by: a column name, an expression, a list of them, or None for all.

    Returns:
        One row per group, state and evidence that occurs, in this order: the `by` columns, sorted, null last; state
        (Enum), evidence (the strongest that was used, such as ``E1 thread``; null where there is none), leads (Int64),
        share (of the group's episodes, Float64).

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, or `by` makes no sense.
    """
    columns: dict[str, Needed] = dict.fromkeys(("lead_id", "episode_id", "state", "evidence"), "text")
    rows = needed(times, columns, by="evidence_coverage", name="times")
    found, names = grouping(by, rows, needed_by="evidence_coverage", result=("state", "evidence", "leads", "share"))
    known = pl.col("state").cast(STATES, strict=False).fill_null(pl.lit(UNKNOWN, STATES)).alias("state")
    every = pl.col("leads").sum().over(names) if names else pl.col("leads").sum()
    coverage = (
        rows.filter(pl.col("lead_id").eq_missing(pl.col("episode_id")))
        .select(*found, known, "evidence")
        .group_by(*names, "state", "evidence")
        .agg(how_many().alias("leads"))
        .with_columns((pl.col("leads") / every).alias("share"))
        .sort(*names, "state", "evidence", nulls_last=True)
        .select(*names, "state", "evidence", "leads", "share")
    )
    return computed(times, coverage, by="evidence_coverage")


def bucket() -> pl.Expr:
    """The bucket of an episode, as `_bucket`; of rows as `of_episodes` gives them."""
    wait = pl.col("_upper")
    exact = pl.lit(_LATER)
    for name, limit in reversed(_UP_TO.items()):
        exact = pl.when(wait <= limit).then(pl.lit(name)).otherwise(exact)
    state = pl.col("_state").cast(pl.String)
    measured = pl.when((state == EXACT) & wait.is_not_null()).then(exact)
    others = {INTERVAL: "interval", OPEN: "unanswered"}
    return pl.coalesce(
        measured, state.replace_strict(others, default=None, return_dtype=pl.String), pl.lit("unknown")
    ).alias("_bucket")
