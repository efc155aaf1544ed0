"""The key figures of a choice in words: cards for people, one line for a repr, a frame for a notebook."""

from __future__ import annotations

import polars as pl

from leadkit import wording
from leadkit.cells import NOTHING
from leadkit.explorer.counting import Counts
from leadkit.metrics.figures import Row
from leadkit.metrics.wait_findings import median_of
from leadkit.reports.blocks import Card


def cards(counts: Counts, of: int) -> list[Card]:
    """How many leads, how many answered, how fast, and what they cost; `of` is how many there are in all."""
    return [
        Card("Leads", f"{counts.chosen:,}", _of_all(counts, of)),
        Card("Answered", _answered(counts.waits), _answered_of(counts.waits)),
        Card("Median wait", _median(counts.waits), _interval(counts.waits)),
        Card("Fees", _sums(counts.fees, "total"), _without_fee(counts)),
        Card("Cost per answered lead", _sums(counts.fees, "per_answered_lead"), _unanswered_spend(counts.fees)),
    ]


def in_one_line(counts: Counts, of: int) -> str:
    """The key figures as a repr has them."""
    leads = f"{counts.chosen:,}" if counts.chosen == of else f"{counts.chosen:,} of {of:,}"
    answered, median = _answered(counts.waits), _median(counts.waits)
    return f"LeadExplorer(leads={leads}, answered={answered}, median={median}, fees={_sums(counts.fees, 'total')})"


def key_figures(counts: Counts) -> pl.DataFrame:
    """The key figures of waits, in one row with the columns of `response_summary`, and the answered share."""
    schema = dict.fromkeys(_COUNTED, pl.Int64) | dict.fromkeys(_SHARED, pl.Float64)
    spans = {name: pl.Duration("us") for name in _SPANS}
    every = {"rows": counts.chosen, **counts.waits}
    columns = {"rows": pl.Int64, **schema, **spans}
    return pl.DataFrame([{name: every[name] for name in columns}], schema=columns)


def _of_all(counts: Counts, of: int) -> str:
    repeats = counts.waits["duplicates"]
    parts = [
        f"of {of:,}" if counts.chosen != of else "",
        f"{wording.count(repeats, 'repeat')} within a day" if repeats else "",
    ]
    return ", ".join(filter(None, parts))


def _answered(waits: Row) -> str:
    return NOTHING if waits["answered_share"] is None else wording.share(waits["answered_share"])


def _answered_of(waits: Row) -> str:
    unknown = f"; of {waits['unknown']:,} nothing is known" if waits["unknown"] else ""
    if waits["answered_share"] is None:
        return f"no lead whose answer is known{unknown}"
    low, high = wording.share(waits["answered_share_low"]), wording.share(waits["answered_share_high"])
    return f"{waits['answered']:,} of {waits['followed']:,}; 95 % interval {low} to {high}{unknown}"


def _median(waits: Row) -> str:
    return median_of(waits) if waits["followed"] else NOTHING


def _interval(waits: Row) -> str:
    low, high = waits["p50_low"], waits["p50_high"]
    if not waits["followed"]:
        return "no lead whose wait is known"
    if low is None:
        return "with those who still wait; too few for an interval"
    until = "or longer" if high is None else f"to {wording.span(high)}"
    return f"with those who still wait; 95 % interval {wording.span(low)} {until}"


def _sums(fees: pl.DataFrame, column: str) -> str:
    """The amounts of all currencies, each by itself."""
    told = fees.drop_nulls(["fee_currency", column]).select(column, "fee_currency").rows()
    return ", ".join(wording.money(amount, currency) for amount, currency in told) or NOTHING


def _without_fee(counts: Counts) -> str:
    missing, charged = (int(counts.fees.get_column(name).sum()) for name in ("missing", "charged"))
    if not charged:
        return "no lead with a fee"
    return f"{wording.count(charged, 'lead')} charged" + (f", {missing:,} without a fee" if missing else "")


def _unanswered_spend(fees: pl.DataFrame) -> str:
    spent = _sums(fees, "unanswered_spend")
    if _sums(fees, "per_answered_lead") == NOTHING:
        return "no answered lead with a fee"
    return f"{spent} went to leads without an answer"


_STATES = ("answered_exact", "answered_interval", "unanswered", "unknown")
_COUNTED = ("leads", "duplicates", *_STATES, "answered", "followed")
_SHARED = ("answered_share", "answered_share_low", "answered_share_high")
_SPANS = ("p50", "p50_low", "p50_high", "p50_earliest")
