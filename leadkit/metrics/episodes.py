"""Episodes: the leads of a buyer who asks again about the same listing, without a reply in between."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from leadkit.metrics.repeats import looked_up

WITHIN = timedelta(hours=24)


def with_episodes(leads: pl.LazyFrame, repeated: pl.DataFrame) -> pl.LazyFrame:
    """The leads with ``episode_id``: the ``lead_id`` of the first of its duplicates, its own if it is none.

    A duplicate has the account, the listing and the buyer of a lead at most 24 hours before it, and that one was not
    known to be answered by then.

    Args:
        leads: one row per lead: row, lead_id.
        repeated: those of `asked_again`, in order of key, submitted_at and row; needs lead_id, reply_at and by, too.
    """
    if repeated.is_empty():
        return leads.with_columns(episode_id="lead_id")
    replied = repeated.with_columns(by=pl.coalesce("reply_at", "by"))
    chained = replied.with_columns(pl.when(_begins()).then("lead_id").forward_fill().alias("episode_id"))
    return leads.with_columns(looked_up("row", chained, "episode_id", otherwise="lead_id"))


def _begins() -> pl.Expr:
    """Whether a lead is no duplicate of the one before it."""
    at, key = pl.col("submitted_at"), pl.col("key")
    other = (key != key.shift()) | (at - at.shift() > WITHIN)
    return (other | (pl.col("by").shift() < at)).fill_null(value=False) | key.shift().is_null()
