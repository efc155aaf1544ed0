"""The financing question: who said yes, with three answers kept apart."""

from __future__ import annotations

import polars as pl

from leadkit.metrics.given import By, Frame, Needed, needed
from leadkit.metrics.grouped import computed, each_once, few, grouping, how_many, per_group, polled
from leadkit.metrics.proportions import wilson_bounds

_ANSWER: dict[str, Needed] = {"financing": "flag"}
_SHARES = {"yes_share": ("yes", "given"), "yes_of_all": ("yes", "leads"), "answer_rate": ("given", "leads")}
_COUNTS = ("leads", "yes", "no_or_unanswered", "not_given")
_RESULT = (*_COUNTS, *(f"{share}{end}" for share in _SHARES for end in ("", "_low", "_high")), "few")


def financing(leads: Frame, *, by: By = None, level: float = 0.95) -> Frame:
    """How buyers answered the financing question, per group.

    eBay sends false for a no, and by its older schema also where the question was passed over: hence the name
    ``no_or_unanswered``. Null is a third answer and is never filled. Each lead counts once, as in `fee_totals`.

    Args:
        leads: needs financing (Boolean).
        by: columns or expressions to group by; None for one row over all, also over none.
        level: the confidence level of the intervals, between 0 and 1.

    Returns:
        One row per group, in their order, null last: the `by` columns; leads, yes, no_or_unanswered, not_given (Int64,
        the last three sum to leads); yes_share = yes / (yes + no_or_unanswered), yes_of_all = yes / leads, answer_rate
        = (yes + no_or_unanswered) / leads, each a Float64 followed by its Wilson interval in ``_low`` and ``_high``,
        null where it would divide by 0; few (``n<10``: look at the counts only, ``n<30``, else null; n is yes +
        no_or_unanswered). The intervals hold for each row by itself, not for all rows at once.

    Raises:
        MissingColumns: a column that it needs is missing.
        InvalidRequest: financing is not Boolean, `by` makes no sense, or the level is not between 0 and 1.
    """
    rows = each_once(leads, needed(leads, _ANSWER | polled(leads), by="financing"))
    found, names = grouping(by, rows, needed_by="financing", result=_RESULT)
    answer = pl.col("financing")
    counts = per_group(
        rows,
        found,
        how_many().alias("leads"),
        how_many(answer).alias("yes"),
        how_many(~answer).alias("no_or_unanswered"),
        how_many(answer.is_null()).alias("not_given"),
    )
    shares = (
        counts.with_columns((pl.col("yes") + pl.col("no_or_unanswered")).alias("given"))
        .with_columns(one for share in _SHARES for one in _share(share, level))
        .with_columns(few(pl.col("given")))
        .sort(*names or ["leads"], nulls_last=True)
        .select(*names, *_RESULT)
    )
    return computed(leads, shares, by="financing")


def _share(name: str, level: float) -> list[pl.Expr]:
    part, whole = (pl.col(column) for column in _SHARES[name])
    low, high = wilson_bounds(part, whole, level=level, by="financing")
    return [(part / pl.when(whole > 0).then(whole)).alias(name), low.alias(f"{name}_low"), high.alias(f"{name}_high")]
