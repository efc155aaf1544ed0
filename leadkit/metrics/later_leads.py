"""Replies to a later lead: they count for the earlier leads of that buyer about that listing, too.

A reply to the buyer may show on the one lead only that it answered. So presence of a later lead holds for those before
it; and absence that is said of one lead alone holds for all that its buyer asked only up to when a later one may have
had a reply.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from leadkit.metrics.repeats import looked_up
from leadkit.metrics.verdict import any_of, bounded

GIVEN = {
    "status_by": ["status_by"],
    "text_by": ["text_by"],
    "replied_by": ["replied_by"],
    "follow_up_by": ["follow_up_by"],
    "response_by": ["response_by", "response_at"],
}
"""A time by which there was a reply, and the columns of later leads that it is taken from."""
SEEN = {"seen_at": ["status_by", "text_by"], "mail_seen_at": ["replied_by", "response_at"]}
"""When a record was fetched, and the columns of later leads of which one has to be known for it to count."""
ALONE = ["new_at", "unreplied_at"]
"""Absence that is said of one lead alone."""


def with_later(facts: pl.LazyFrame, repeated: pl.DataFrame) -> pl.LazyFrame:
    """The facts with what later leads of the same buyer and listing say of the reply.

    Presence is the earliest of all, and the record that shows it speaks of the earlier lead, too. Absence of the lead
    alone is capped at the earliest moment after which a later one may have had a reply: that is when it came, or up to
    when it is known to have had none before it had one. Absence that is capped contradicts no reply; it is not capped,
    and does, where each later lead came after the reply, or has its own absence after it. Presence and absence of the
    lead alone that contradict each other still do (``contradicted``).

    Args:
        facts: one row per lead.
        repeated: those of `asked_again`, in order of key, submitted_at and row, with the columns of `bounded`.
    """
    if repeated.is_empty():
        return facts
    there = set(repeated.columns)
    told = repeated.hstack(_of_later(repeated))
    if "response_at" in there:
        told = _without_overtaken(told)
    new = told.with_columns(
        *(pl.min_horizontal(name, _later(name)).alias(name) for name in GIVEN if name in there),
        *(pl.max_horizontal(name, _later(name)).alias(name) for name in SEEN if name in there),
        *_capped(there),
        contradicted=any_of([pl.col("contradicted"), _contradicted(there)]),
    )
    changing = [name for name in (*GIVEN, *SEEN, *ALONE, "response_at", "contradicted") if name in there]
    return facts.with_columns(_changes(repeated, new, changing))


def _of_later(repeated: pl.DataFrame) -> pl.DataFrame:
    """What all later leads of the same buyer say together, row by row.

    It is gathered from the next one, the next two, four, …: a window over so many small groups takes 300 times as long.
    """
    told, key = repeated.select(_told(set(repeated.columns))), repeated["key"]
    together = {name: pl.max_horizontal if name in SEEN else pl.min_horizontal for name in told.columns}
    told = told.select(pl.when(key == key.shift(-1)).then(pl.col(name).shift(-1)).alias(name) for name in together)
    step = 1
    while (same := key == key.shift(-step)).any():
        told = told.select(
            pl.when(same).then(of(name, pl.col(name).shift(-step))).otherwise(name).alias(name)
            for name, of in together.items()
        )
        step *= 2
    return told.rename(_later)


def _without_overtaken(told: pl.DataFrame) -> pl.DataFrame:
    """The same, where a UserResponseDate after an earlier reply to a later lead is not that of the first reply."""
    earlier = pl.min_horizontal(_later(name) for name in GIVEN if name in told.columns)
    first = (earlier < pl.col("response_at")).fill_null(value=False).not_()
    own = told.with_columns(pl.when(first).then("response_at").alias("response_at"), own_response_at="response_at")
    return bounded(own.lazy()).collect()


def _told(there: set[str]) -> Iterator[pl.Expr]:
    """What each lead tells those before it."""
    for name, sources in GIVEN.items():
        if name in there:
            yield pl.min_horizontal(sources).alias(name)
    for name, sources in SEEN.items():
        if name in there:
            yield pl.when(pl.any_horizontal(pl.col(sources).is_not_null())).then(name).alias(name)
    before = [pl.when(_is_before(name, _own_by(there))).then(name) for name in _alone(there)]
    yield pl.max_horizontal("submitted_at", *before).alias("open_to")
    against = pl.when("contradicted").then("seen_at")
    yield pl.max_horizontal("submitted_at", against, *_alone(there)).alias("denied_to")


def _capped(there: set[str]) -> Iterator[pl.Expr]:
    open_to, denied_to = pl.col(_later("open_to")), pl.col(_later("denied_to"))
    by = pl.coalesce("reply_at", pl.min_horizontal("by", *(_later(name) for name in GIVEN if name in there)))
    for name in _alone(there):
        stands = (pl.col(name) >= by) & (denied_to > by)
        may_be_later = (pl.col(name) > open_to) & stands.not_().fill_null(value=True)
        yield pl.when(may_be_later).then(pl.when(_is_before(open_to, by)).then(open_to)).otherwise(name).alias(name)


def _contradicted(there: set[str]) -> pl.Expr:
    """Whether what is said of the lead alone contradicts itself, also where its absence is capped."""
    absent = pl.max_horizontal(_alone(there))
    against = [absent >= _own_by(there)]
    if "response_at" in there:
        against.append(absent > pl.col("own_response_at"))
    return (absent > pl.col(_later("open_to"))) & any_of(against)


def _changes(old: pl.DataFrame, new: pl.DataFrame, names: list[str]) -> Iterator[pl.Expr]:
    """These columns as they are in `new`, where they differ there from `old`."""
    for name in names:
        changed = new.select("row", name).filter(new[name].ne_missing(old[name]))
        if not changed.is_empty():
            yield looked_up("row", changed, name, otherwise=name)


def _own_by(there: set[str]) -> pl.Expr:
    return pl.min_horizontal(name for name in ("status_by", "text_by", "replied_by") if name in there)


def _alone(there: set[str]) -> list[str]:
    return [name for name in ALONE if name in there]


def _is_before(name: str | pl.Expr, by: pl.Expr) -> pl.Expr:
    at = pl.col(name) if isinstance(name, str) else name
    return (at < by).fill_null(value=True)


def _later(name: str) -> str:
    return f"{name}_of_later"
