"""What findings say of waits: the median, the slow hours of the week, the target, and what is only an interval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leadkit import wording
from leadkit.metrics.figures import Figures, Row, known
from leadkit.metrics.given import span
from leadkit.metrics.statement import HALF, TENTH, Finding, Measured, Share


def median(figures: Figures) -> Iterator[Finding]:
    """The median with those that still wait, beside that of the exact waits alone."""
    naive, whole, n = figures.naive, figures.all, known(figures.all)
    if naive["p50"] is None:
        return
    exact, alone, clock = wording.count(naive["answered_exact"], "lead"), wording.span(naive["p50"]), _clock(figures)
    shown = wording.bounds(*_median(whole))
    misses = _misses(naive["p50"], whole) and alone != shown
    honest = f"{median_of(whole)}{_interval(whole, figures)}"
    said = f"The waits of {exact} are all known exactly: their median{clock} is {honest}."
    if rest := n - naive["answered_exact"]:
        said = (
            f"Of {exact} whose wait is known exactly the median{clock} is {alone}. With {rest:,} more, which still "
            f"wait or whose wait is an interval, it is {honest}.{_within_a_day(figures)}"
        )
    yield Finding(
        severity="high" if misses else "low",
        topic="median",
        title=f"Median wait{clock}: {shown}{f', not {alone}' if misses else ''}",
        sentence=said,
        n=n,
        rests_on="response_summary(times): p50 and its ends, answered_within_24h; the same of answered_exact alone",
        **_measured(whole),
    )


def hours_of_the_week(figures: Figures) -> Iterator[Finding]:
    """The part of the week in which leads wait longest."""
    slowest = figures.slowest
    if slowest is None:
        return
    chance = "Its interval holds for all 28 parts of the week at once."
    if not slowest.is_clear:
        chance = "This may be chance: one of the 28 parts of the week is always the slowest."
    where = f"{slowest.name} ({figures.options.zone})"
    here = f"{wording.count(slowest.leads, 'lead')}, median {median_of(slowest.row)}{_ends(slowest.row)}"
    yield Finding(
        severity="medium" if slowest.is_clear else "low",
        topic="hours of the week",
        title=f"Slowest: leads of {slowest.name}",
        sentence=f"Leads of {where} wait longest{_clock(figures)}: {here}. The whole week: {median_of(figures.all)}. "
        f"{chance}",
        n=slowest.leads,
        rests_on="response_summary(times, by=[weekday, six hours] of submitted_at, level=1 - (1 - level) / 28): p50",
        **_measured(slowest.row),
    )


def after_hours(figures: Figures) -> Iterator[Finding]:
    """How many leads came while the shop was closed."""
    closed, opened = figures.closed, figures.open
    late, n = closed["leads"], closed["leads"] + opened["leads"]
    if not late:
        return
    share = Share.of(late, n, figures.options.level)
    others = f", of the others: {median_of(opened)}" if opened["leads"] else ""
    yield Finding(
        severity="low",
        topic="after hours",
        title=f"{wording.share(share.value)} of leads came while closed",
        sentence=f"{late:,} of {wording.count(n, 'lead')} ({share}) came while the shop was closed. Their median "
        f"wait{_clock(figures)}: {median_of(closed)}{others}.",
        n=n,
        rests_on="response_summary(times, by='after_hours'): leads, p50; wilson",
        **share.columns,
    )


def target(figures: Figures) -> Iterator[Finding]:
    """The share answered within the target."""
    row, limit = figures.all, figures.options.sla
    rate, low, high = row["sla_rate"], row["sla_low"], row["sla_high"]
    if limit is None or rate is None:
        return
    within = wording.span(span(limit, name="sla", needed_by="findings"))
    met, perhaps = row["sla_met"], row["sla_undecided"]
    old = met + row["sla_breached"] + perhaps
    more = f" {perhaps:,} more may have had one." if perhaps else ""
    yield Finding(
        severity="high" if high < HALF else "low",
        topic="sla",
        title=f"{wording.share(rate)} answered within {within}{_clock(figures)}",
        sentence=f"{met:,} of {wording.count(old, 'lead')} seen for {within} or longer{_clock(figures)} had a reply by "
        f"then ({Share(rate, low, high)}).{more}",
        n=old,
        rests_on="response_summary(times, sla=sla): sla_met, sla_rate, sla_low, sla_high, sla_undecided",
        value=rate,
        low=low,
        high=high,
        unit="share",
    )


def intervals(figures: Figures) -> Iterator[Finding]:
    """How many replies are known only as an interval."""
    row = figures.all
    blurred, n = row["answered_interval"], row["answered_interval"] + row["answered_exact"]
    if not blurred:
        return
    share = Share.of(blurred, n, figures.options.level)
    median_wait = "" if row["p50_earliest"] is None else f" The median wait{_clock(figures)} is {median_of(row)}."
    yield Finding(
        severity="medium" if share.value >= TENTH else "low",
        topic="intervals",
        title=f"{wording.count(blurred, 'reply', 'replies')} known only as an interval",
        sentence=f"{blurred:,} of {wording.count(n, 'reply', 'replies')} ({share}) came at a time that is known "
        f"only as an interval.{median_wait}",
        n=n,
        rests_on="response_summary(times): answered_interval, answered_exact, p50_earliest, p50; wilson",
        **share.columns,
    )


def median_of(row: Row) -> str:
    """The median of a `response_summary` in words: one wait, or between which two, or not reached."""
    return wording.bounds(*_median(row), "between {} and {}")


def _median(row: Row) -> tuple[timedelta | None, timedelta | None]:
    return row["p50_earliest"], row["p50"]


def _misses(naive: timedelta, whole: Row) -> bool:
    """Whether the naive median lies outside the interval of the other, and outside what the other may be."""
    low, high, earliest = whole["p50_low"], whole["p50_high"], whole["p50_earliest"]
    if low is None and whole["p50"] is not None:
        return False
    first = min((end for end in (low, earliest) if end is not None), default=None)
    return first is None or naive < first or (high is not None and naive > high)


def _interval(row: Row, figures: Figures) -> str:
    return _ends(row, f"{100 * figures.options.level:g} % interval ")


def _ends(row: Row, name: str = "") -> str:
    """The ends of the median's interval, in a bracket; nothing where even its low end is not reached."""
    low, high = row["p50_low"], row["p50_high"]
    return "" if low is None else f" ({name}{wording.bounds(low, high)})"


def _within_a_day(figures: Figures) -> str:
    share, alone = (row["answered_within_24h"] for row in (figures.all, figures.naive))
    if share is None or alone is None:
        return ""
    honest, naive = wording.share(share), wording.share(alone)
    return f" Within 24 h{_clock(figures)} {honest} are answered{'' if honest == naive else f', and not {naive}'}."


def _clock(figures: Figures) -> str:
    return " in business hours" if figures.options.clock == "business" else ""


def _measured(row: Row) -> Measured:
    """The median with its interval, in seconds."""
    value, low, high = (None if row[name] is None else row[name].total_seconds() for name in _MEDIAN)
    return {"value": value, "low": low, "high": high, "unit": "seconds"}


_MEDIAN = ("p50", "p50_low", "p50_high")
