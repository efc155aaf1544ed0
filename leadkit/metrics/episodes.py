"""Episodes: the leads of a buyer who asks again about the same listing, without a reply in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from leadkit.metrics.repeats import again, digest, looked_up

WITHIN = timedelta(hours=24)


def with_episodes(leads: pl.LazyFrame) -> pl.LazyFrame:
    """The leads with ``episode_id``: the ``lead_id`` of the first of its duplicates, its own if it is none.

    A duplicate has the account, the listing and the buyer of a lead at most 24 hours before it, and that one was not
    known to be answered by then. The buyer is the user id, else the e-mail address (the external one first), in lower
    case; a hidden address (``--``) is none. Without a buyer, a listing, a time or an id a lead is never a duplicate.

    Args:
        leads: one row per lead: row, lead_id, item_id, user_id, submitted_at, reply_at, by; account, email and
            external_email if they are there.
    """
    keyed = pl.concat(again(askers) for askers in _by_buyer(leads))
    if keyed.is_empty():
        return leads.with_columns(episode_id="lead_id")
    chained = (
        leads.select("row", "lead_id", "submitted_at", by=pl.coalesce("reply_at", "by"))
        .join(keyed.lazy(), on="row")
        .sort("key", "submitted_at", "lead_id", "row")  # by the id, too: the order of the rows says nothing
        .with_columns(pl.when(_begins()).then("lead_id").forward_fill().alias("episode_id"))
        .select("row", "episode_id")
        .collect(engine="streaming")
    )
    return leads.with_columns(looked_up("row", chained, "episode_id", otherwise="lead_id"))


def _begins() -> pl.Expr:
    """Whether a lead is no duplicate of the one before it."""
    at, key = pl.col("submitted_at"), pl.col("key")
    other = (key != key.shift()) | (at - at.shift() > WITHIN)
    return (other | (pl.col("by").shift() < at)).fill_null(value=False) | key.shift().is_null()


def _by_buyer(leads: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """``row`` and ``key``, a digest of account, listing and buyer, of leads by their user id, then of the others."""
    named = _keyed(leads, _folded("user_id"), seed=0)
    yield named
    addresses = [_folded(column) for column in ("external_email", "email") if column in leads.collect_schema()]
    others = named.filter(pl.col("key").is_null()).get_column("row")
    if addresses and len(others):
        told = [pl.when(_is_told(address)).then(address) for address in addresses]
        yield _keyed(leads.filter(pl.col("row").is_in(others.implode())), pl.coalesce(told), seed=1)


def _keyed(leads: pl.LazyFrame, buyer: pl.Expr, *, seed: int) -> pl.DataFrame:
    owned = [name for name in ("account", "item_id") if name in leads.collect_schema()]
    whole = pl.all_horizontal(_is_told(pl.col("buyer")), pl.col("item_id", "submitted_at", "lead_id").is_not_null())
    return (
        leads.with_columns(buyer=buyer)
        .select("row", pl.when(whole).then(digest([*owned, "buyer"], seed=seed)).alias("key"))
        .collect(engine="streaming")
    )


def _folded(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()


def _is_told(text: pl.Expr) -> pl.Expr:
    return text.is_in(["", "--"]).not_().fill_null(value=False)
