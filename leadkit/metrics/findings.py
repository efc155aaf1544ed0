"""What stands out in the numbers, in words: each statement with the figures behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from itertools import chain

import polars as pl

from leadkit.metrics import lead_findings, wait_findings
from leadkit.metrics.deferred import deferred
from leadkit.metrics.figures import Figures, Options, figures_of
from leadkit.metrics.given import Frame, Needed, if_there, needed, span
from leadkit.metrics.grouped import polled
from leadkit.metrics.proportions import normal_quantile
from leadkit.metrics.statement import SEVERITY, Finding
from leadkit.metrics.waits import Clock, one_of
from leadkit.metrics.zones import zone_named

FINDINGS = pl.Schema(
    {
        "severity": SEVERITY,
        "topic": pl.String(),
        "title": pl.String(),
        "sentence": pl.String(),
        "value": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "n": pl.Int64(),
        "rests_on": pl.String(),
        "unit": pl.String(),
        "amount": pl.Decimal(38, 6),
        "currency": pl.String(),
    }
)
"""The columns of `findings`."""


def findings(
    leads: Frame,
    times: pl.DataFrame | pl.LazyFrame,
    *,
    zone: str = "UTC",
    clock: Clock = "calendar",
    sla: str | timedelta | None = None,
    level: float = 0.95,
) -> Frame:
    """What stands out in leads and their waits, as sentences that a dealer can read, each with its numbers.

    Every number is one of `response_summary`, `fee_totals` or `wilson`; ``rests_on`` says which, so that it can be
    computed again. The same frames give the same words. What there is no evidence for is not in it.

    * ``unanswered``: the share of leads (as episodes, of known state) without a reply when they were last seen.
    * ``cost``: per currency, what those leads cost, and what an answered lead costs with them.
    * ``median``: the median wait with those counted that still wait, beside the median of the exact waits alone.
    * ``hours of the week``: the slowest of its 28 parts of six hours, by the clocks of `zone`: of those with ten leads
      or more, the one whose interval begins latest. The intervals hold for all parts at once (Bonferroni); where it
      overlaps that of the whole week, the sentence says that it may be chance.
    * ``after hours``: the share that came while the shop was closed; where `times` has business hours.
    * ``sla``: the share answered within the target, of leads that are old enough; with `sla`.
    * ``intervals``: how many replies are known only as an interval, and between which bounds the median then lies.
    * ``few leads``: what rests on fewer than 30 leads.
    * ``coverage``: of how many leads nothing is known. ``conflicts``: sources that contradict each other.
      ``duplicates``: repeats by the same buyer, with their fees.

    Severity is a rule of thumb of ours. ``high``: a tenth or more of the leads unanswered (by the low end of the
    interval, also for their cost), a median that the naive one misses by more than its interval, less than half within
    the target (by the high end), half or more of unknown state. ``medium``: some unanswered, a part of the week that is
    clearly slower, a tenth or more in conflict, intervals or unknown, fewer than 30 leads in all. ``low``: the rest.

    Args:
        leads: as `fee_totals` needs them: lead_id, fee, fee_currency; account and fetched_at are used if there.
        times: of `response_times`; needs lead_id, episode_id, submitted_at, state, wait_lower, wait_upper, after_hours
            and conflict, with ``clock="business"`` the business_ columns, and with `sla` age (business_age).
        zone: the time zone of the hours of the week, such as ``hours.zone``.
        clock: ``"calendar"``, or ``"business"`` for waits in business hours.
        sla: the target, such as ``"1h"``.
        level: the confidence level of all intervals.

    Returns:
        One row per finding, sorted by severity, then topic; costs by their number of leads, most first, then currency:

        * severity (Enum ``high``, ``medium``, ``low``), topic, title, sentence (String);
        * value, low, high (Float64) in ``unit``: ``share`` (from 0 to 1), ``seconds`` or ``leads``; low and high are
          the interval, null where there is none; null too for a median that is not reached;
        * n (Int64): the leads that it rests on; rests_on (String): the call and the columns that give the numbers;
        * amount (Decimal(38, 6)) in currency (ISO 4217): what the unanswered leads cost, else null.

        No leads give no rows. A LazyFrame of leads gives one.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, or an argument is refused.

    Warns:
        LeadkitWarning: as `response_summary` and `fee_totals` do, of all leads.
    """
    zone_named(zone)
    one_of(clock, Clock, name="clock", function=_ME)
    normal_quantile(level, by=_ME)
    if sla is not None:
        span(sla, name="sla", needed_by=_ME)
    options = Options(zone, clock, sla, level)
    paid = needed(leads, _LEADS | polled(leads), by=_ME).select(*(_LEADS | polled(leads)))
    wanted = _TIMES | _spans(options) | if_there(times, {"account": "text"})
    waits = needed(times, wanted, by=_ME, name="times").select(*wanted)
    if isinstance(leads, pl.DataFrame):
        return _found(paid, waits, options)
    return deferred(lambda: _found(paid, waits, options).lazy(), FINDINGS)


def _found(leads: pl.LazyFrame, times: pl.LazyFrame, options: Options) -> pl.DataFrame:
    figures = figures_of(leads.collect(), times.collect(), options)
    rows = pl.DataFrame([asdict(one) for one in _statements(figures)], schema=FINDINGS)
    return rows.sort("severity", "topic", -pl.col("n"), "currency", maintain_order=True)


def _statements(figures: Figures) -> Iterator[Finding]:
    return chain.from_iterable(topic(figures) for topic in _TOPICS)


def _spans(options: Options) -> dict[str, Needed]:
    prefix = "business_" if options.clock == "business" else ""
    names = ["wait_lower", "wait_upper", *(["age"] if options.sla is not None else [])]
    return {f"{prefix}{name}": "span" for name in names}


_ME = "findings"
_TOPICS = (
    lead_findings.unanswered,
    lead_findings.cost,
    lead_findings.coverage,
    lead_findings.conflicts,
    lead_findings.duplicates,
    lead_findings.few,
    wait_findings.median,
    wait_findings.hours_of_the_week,
    wait_findings.after_hours,
    wait_findings.target,
    wait_findings.intervals,
)
_LEADS: dict[str, Needed] = {"lead_id": "text", "fee": "money", "fee_currency": "text"}
_TIMES: dict[str, Needed] = {
    "lead_id": "text",
    "episode_id": "text",
    "submitted_at": "time",
    "state": "text",
    "after_hours": "flag",
    "conflict": "flag",
}
