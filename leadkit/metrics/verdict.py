"""All that is known of one lead's first reply, brought together: exact beats interval, intervals intersect.

The columns that come in hold moments, one per kind of evidence; null is no evidence, and a source that was not given
has no columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_

import polars as pl

from leadkit.metrics.thread_evidence import SKEW

STATES = pl.Enum(["answered_exact", "answered_interval", "unanswered", "unknown"])

EXACT = {"thread_reply_at": "E1 thread", "response_at": "E2 user_response", "sent_at": "E3 sent"}
"""The moment of the first reply; the strongest first."""
BY = {
    "thread_by": "E1 thread",
    "response_by": "E2 user_response",
    "latest_by": "E4 latest_message",
    "replied_by": "E7 replied",
    "follow_up_by": "E7 replied",
    "status_by": "E7 status",
    "text_by": "E7 response",
}
"""A time by which there was a reply; the strongest first."""
OPEN = {
    "thread_open_at": "E8 thread",
    "latest_open_at": "E8 latest_message",
    "unreplied_at": "E8 replied",
    "unsent_at": "E8 sent",
    "new_at": "E8 status",
}
"""A time up to which there was no reply."""
SEEN = ("seen_at", "thread_seen_at", "latest_seen_at", "mail_seen_at", "follow_up_seen_at", "sent_seen_at")
"""When the records that speak about a lead were fetched."""


def judged(facts: pl.LazyFrame) -> pl.LazyFrame:
    """The facts with ``state``, ``evidence``, ``conflict``, ``seen_at`` and what `bounded` adds.

    Absence that was seen after a reply contradicts it, and so does an exact source that has an earlier reply: the
    source of the lower number stands, and ``conflict`` is true.
    """
    there = set(facts.collect_schema())
    exact, by, open_at = _sources(there)
    return (
        bounded(facts)
        .with_columns(
            _state().alias("state"),
            _evidence(exact, by, open_at).alias("evidence"),
            _conflict(set(exact)).alias("conflict"),
        )
        .with_columns(_seen(there).alias("seen_at"))
    )


def bounded(facts: pl.LazyFrame) -> pl.LazyFrame:
    """The facts with ``reply_at``, ``after``, ``by`` and ``latest``.

    The first reply came at ``reply_at`` if it is exact, else after ``after`` and not after ``by``, as far as they are
    known. ``latest`` is the latest time up to which any source has none.
    """
    exact, by, open_at = _sources(set(facts.collect_schema()))
    earliest = pl.min_horizontal(_NEVER, *by)
    no_later = [pl.when(earliest.is_null() | (pl.col(name) < earliest)).then(name) for name in open_at]
    return facts.with_columns(
        reply_at=pl.coalesce(_NEVER, *exact),
        by=earliest,
        after=pl.max_horizontal(_NEVER, *no_later),
        latest=pl.max_horizontal(_NEVER, *open_at),
    )


def _sources(there: set[str]) -> Iterator[dict[str, str]]:
    """What is there of exact moments, of times by which there was a reply, and of times up to which there was none."""
    return ({name: kind for name, kind in of.items() if name in there} for of in (EXACT, BY, OPEN))


def _state() -> pl.Expr:
    said = {"reply_at": "answered_exact", "by": "answered_interval", "after": "unanswered"}
    found = pl.lit("unknown", dtype=STATES)
    for column, state in reversed(said.items()):
        found = pl.when(pl.col(column).is_not_null()).then(pl.lit(state, dtype=STATES)).otherwise(found)
    return found


def _evidence(exact: Mapping[str, str], by: Mapping[str, str], open_at: Mapping[str, str]) -> pl.Expr:
    """The strongest that was used: exact, else what bounds it from above, else the newest absence."""
    polled = pl.col("after").is_not_null()
    presence = [
        pl.when(pl.col(name).is_not_null()).then(
            pl.when(polled).then(_kind(_POLLING)).otherwise(_kind(kind)) if kind.startswith("E7") else _kind(kind)
        )
        for name, kind in by.items()
    ]
    absence = [pl.when(pl.col(name) == pl.col("after")).then(_kind(kind)) for name, kind in open_at.items()]
    moments = [pl.when(pl.col(name).is_not_null()).then(_kind(kind)) for name, kind in exact.items()]
    return pl.coalesce(*moments, *presence, *absence)


def _conflict(exact: set[str]) -> pl.Expr:
    """Whether two of them can't both be true."""
    reply_at, latest = pl.col("reply_at"), pl.col("latest")
    against = [pl.col("contradicted"), latest > reply_at, pl.col("by") < reply_at - SKEW]
    against.append(reply_at.is_null() & (latest >= pl.col("by")))
    if "thread_reply_at" in exact:
        against += [pl.col(name) < pl.col("thread_reply_at") - SKEW for name in exact - {"thread_reply_at"}]
    if {"response_at", "sent_at"} <= exact:
        apart = (pl.col("response_at") - pl.col("sent_at")).abs() > SKEW
        against.append(apart & pl.col("thread_reply_at").is_null() if "thread_reply_at" in exact else apart)
    return any_of(against)


def _seen(there: set[str]) -> pl.Expr:
    """When the newest record was fetched; where nobody had replied, up to when that is known."""
    newest = pl.max_horizontal("reply_at", *(name for name in SEEN if name in there))
    return pl.when(pl.col("state") == "unanswered").then("after").otherwise(newest)


def any_of(conditions: Iterable[pl.Expr]) -> pl.Expr:
    """Whether one of them is true; null counts as not."""
    return reduce(or_, (condition.fill_null(value=False) for condition in conditions))


def _kind(name: str) -> pl.Expr:
    return pl.lit(name, dtype=KINDS)


_POLLING = "E5 polling"
KINDS = pl.Enum(sorted({*EXACT.values(), *BY.values(), *OPEN.values(), _POLLING}))
_NEVER = pl.lit(None, dtype=pl.Datetime("us", "UTC"))
