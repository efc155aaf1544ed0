"""How long buyers wait, in one row per group: counts, quantiles with intervals, shares answered in time, the SLA."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from leadkit.metrics.given import By, Frame, span
from leadkit.metrics.grouped import computed
from leadkit.metrics.proportions import wilson_bounds
from leadkit.metrics.steps import answered_within, falls, in_order, packed, quantile, read, shares, with_band
from leadkit.metrics.waits import (
    EXACT,
    INTERVAL,
    IS_KNOWN,
    IS_OPEN,
    OPEN,
    UNKNOWN,
    Clock,
    End,
    by_group,
    of_episodes,
    wait_at,
)

_ENDS: tuple[End, End] = ("upper", "lower")
_QUANTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
_WITHIN = {
    "answered_within_5m": timedelta(minutes=5),
    "answered_within_15m": timedelta(minutes=15),
    "answered_within_1h": timedelta(hours=1),
    "answered_within_24h": timedelta(hours=24),
}
_AT_LOWER = "_at_lower"
_COUNTS = ["leads", "duplicates", EXACT, INTERVAL, OPEN, UNKNOWN]
_SLA = ["sla_met", "sla_breached", "sla_pending", "sla_undecided"]
_SLA_RATES = ["sla_rate", "sla_low", "sla_high", "sla_rate_earliest"]
_PARTS = ["", "_low", "_high", "_earliest"]
_COLUMNS = [
    *_COUNTS,
    "exact_share",
    *(f"{name}{part}" for name in _QUANTILES for part in _PARTS),
    *_WITHIN,
    *_SLA,
    *_SLA_RATES,
]


def response_summary(
    times: Frame, *, by: By = None, clock: Clock = "calendar", sla: str | timedelta | None = None, level: float = 0.95
) -> Frame:
    """Counts, quantiles of the wait, shares answered in time and the SLA, over episodes, in one row per group.

    An episode is a row whose ``lead_id`` is its ``episode_id``. The quantiles are those of Kaplan and Meier
    (`kaplan_meier`, `km_quantile`): a lead that is still open counts as open up to its own age, and never as answered.

    Args:
        times: as `response_times` returns it; needed are lead_id, episode_id, state, wait_lower and wait_upper (with
            ``clock="business"`` their business_ columns), and with `sla` also age (business_age).
        by: a column name, an expression, a list of them, or None for one row over all.
        clock: ``"calendar"``, or ``"business"`` for the time inside business hours; spans such as 24h then count open
            hours.
        sla: the target, such as ``"1h"``; a wait that equals it has met it.
        level: the confidence level of all intervals.

    Returns:
        The `by` columns, sorted, null last; then

        * leads: the episodes, which are the sum of answered_exact, answered_interval, unanswered and unknown (a state
          that is null or none of these counts as unknown). duplicates: the other rows.
        * exact_share: of the answered ones, those whose wait is known exactly.
        * p50, p75, p90, p95 (Duration): the later one of two quantiles, with the intervals at wait_upper and at
          wait_lower; null is not reached, and latest. ``_low``, ``_high``: the interval on the curve that it was read
          from. ``_earliest``: the earlier one. Where nothing is exact, say "between earliest and p50".
        * answered_within_5m, _15m, _1h, _24h: the share of Kaplan and Meier, the smaller one of the two curves; null
          where nobody was followed that long, unless all have replied.
        * sla_met (wait_upper is at most the target), sla_breached (not met, and wait_lower is at least the target),
          sla_undecided (the interval straddles it), all three of leads whose age has reached the target; sla_pending:
          the younger ones, answered or not. sla_rate: met of these three, with its Wilson interval sla_low and
          sla_high; sla_rate_earliest: with the undecided. All null without `sla`; leads of unknown state are in none.

        Times without rows give one row of zeros and nulls, or no row with `by`. One lead has quantiles and no interval.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, an argument is refused, or `by` can't be computed or sorted on these
            rows (of a LazyFrame, Polars says so itself when it is collected).

    Warns:
        LeadkitWarning: episodes with evidence have no wait on this clock (no hours were given), or one less than
            nothing. They are counted by state, and in no curve and no SLA count. A LazyFrame is not looked at for this.
    """
    target = None if sla is None else span(sla, name="sla", needed_by="response_summary")
    low, high = wilson_bounds(pl.col("sla_met"), _mature(), level=level, by="response_summary")
    rows, names = of_episodes(
        times,
        by=by,
        clock=clock,
        function="response_summary",
        own=[*_COLUMNS, *(f"{name}{_AT_LOWER}" for name in _COLUMNS)],
        age=target is not None,
    )
    waits = {f"_{end}": packed(wait_at(end), IS_OPEN).implode() for end in _ENDS}
    grouped = by_group(rows, names, **_counts(), **_sla(target), **waits)
    summary = (
        grouped.drop(waits)
        .join(_curve(grouped, "upper", level), on="_code", how="left")
        .join(_curve(grouped, "lower", level), on="_code", how="left", suffix=_AT_LOWER)
        .with_columns(
            (pl.col(EXACT) / pl.when(_answered() > 0).then(_answered())).alias("exact_share"),
            *(one for name in _QUANTILES for one in of_both(name)),
            *(pl.min_horizontal(name, f"{name}{_AT_LOWER}") for name in _WITHIN),
            (pl.col("sla_met") / _mature()).alias("sla_rate"),
            low.alias("sla_low"),
            high.alias("sla_high"),
            ((pl.col("sla_met") + pl.col("sla_undecided")) / _mature()).alias("sla_rate_earliest"),
        )
        .sort("_code")
        .select(*names, *_COLUMNS)
    )
    return computed(times, summary, by="response_summary", engine="auto")


def _counts() -> dict[str, pl.Expr]:
    episode = pl.col("_episode")
    states = {state: episode & (pl.col("_state") == state) for state in (EXACT, INTERVAL, OPEN)}
    rows = {"leads": episode, "duplicates": ~episode, **states, UNKNOWN: episode & ~IS_KNOWN}
    return {name: _count(one) for name, one in rows.items()}


def _sla(target: timedelta | None) -> dict[str, pl.Expr]:
    if target is None:
        return {name: pl.lit(None, pl.Int64) for name in _SLA}
    lower, upper = pl.col("_lower"), pl.col("_upper")
    measured = IS_KNOWN & lower.is_not_null() & (IS_OPEN | upper.is_not_null())
    mature = measured & (pl.col("_age") >= target)
    met = ~IS_OPEN & (upper <= target)
    breached = ~met & (lower >= target)
    rows = (mature & met, mature & breached, measured & (pl.col("_age") < target), mature & ~met & ~breached)
    return {name: _count(one) for name, one in zip(_SLA, rows, strict=True)}


def _count(rows: pl.Expr) -> pl.Expr:
    return rows.sum().cast(pl.Int64)


def _curve(grouped: pl.LazyFrame, end: End, level: float) -> pl.LazyFrame:
    """What is read from the curve of each group, with the intervals at this end."""
    curves = with_band(falls(shares(in_order(grouped, f"_{end}"))), level=level, by="response_summary")
    within = [answered_within(name, limit) for name, limit in _WITHIN.items()]
    return read(curves, [*(quantile(name, p) for name, p in _QUANTILES.items()), *within])


def of_both(name: str) -> list[pl.Expr]:
    """The later quantile with its interval, and the earlier one; null is latest."""
    upper, lower = pl.col(name), pl.col(f"{name}{_AT_LOWER}")
    at_lower = upper.is_not_null() & (lower.is_null() | (lower > upper))
    later = [
        pl.when(at_lower).then(f"{one}{_AT_LOWER}").otherwise(one).alias(one)
        for one in (name, f"{name}_low", f"{name}_high")
    ]
    return [*later, pl.min_horizontal(upper, lower).alias(f"{name}_earliest")]


def _answered() -> pl.Expr:
    return pl.col(EXACT) + pl.col(INTERVAL)


def _mature() -> pl.Expr:
    count = pl.col("sla_met") + pl.col("sla_breached") + pl.col("sla_undecided")
    return pl.when(count > 0).then(count)
