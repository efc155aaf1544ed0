"""Episodes: the leads of a buyer who asks again about the same listing, without a reply in between."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from leadkit.metrics.repeats import Hold, again

WITHIN = timedelta(hours=24)


def with_episodes(leads: pl.LazyFrame, hold: Hold) -> pl.LazyFrame:
    """The leads with ``episode_id``: the ``lead_id`` of the first of its duplicates, its own if it is none.

    A duplicate has the account, the listing and the buyer of a lead at most 24 hours before it, and that one was not
    known to be answered by then. The buyer is the user id, else the e-mail address (the external one first), in lower
    case; a hidden address (``--``) is none. Without a buyer, a listing, a time or an id a lead is never a duplicate.

    Args:
        leads: one row per lead: row, lead_id, item_id, user_id, submitted_at, reply_at, by; account, email and
            external_email if they are there.
        hold: how to treat what is used several times.
    """
    several = again(leads, _place(leads), hold)
    if several is None:
        return leads.with_columns(episode_id="lead_id")
    chained = (
        several.select("row", "lead_id", "submitted_at", _place(leads).alias("place"), by=pl.coalesce("reply_at", "by"))
        .sort("place", "submitted_at", "row")
        .with_columns(pl.when(_begins()).then("lead_id").forward_fill().alias("episode_id"))
    )
    return leads.join(
        chained.select("row", "episode_id"), on="row", how="left", maintain_order="left"
    ).with_columns(pl.col("episode_id").fill_null(pl.col("lead_id")))


def _begins() -> pl.Expr:
    """Whether a lead is no duplicate of the one before it."""
    at, place = pl.col("submitted_at"), pl.col("place")
    other = (place != place.shift()) | (at - at.shift() > WITHIN)
    return (other | (pl.col("by").shift() < at)).fill_null(value=False) | place.shift().is_null()


def _place(leads: pl.LazyFrame) -> pl.Expr:
    """A digest of account, listing and buyer; null where a lead can't be a duplicate. Two of one digest are the same."""
    there = leads.collect_schema()
    name = _told("user_id")
    addresses = [_told(column) for column in ("external_email", "email") if column in there]
    address = pl.coalesce(*addresses) if addresses else pl.lit(None, dtype=pl.String)
    buyer = pl.when(name.is_not_null()).then(name).otherwise(pl.concat_str(pl.lit("@ "), address))  # no name begins so
    folded = buyer.str.to_lowercase()
    account = ["account"] if "account" in there else []
    can_be = pl.all_horizontal(
        folded.is_not_null(), pl.col("item_id", "submitted_at", "lead_id").is_not_null()
    )
    return pl.when(can_be).then(pl.struct(*account, "item_id", folded.alias("buyer")).hash())


def _told(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(~text.is_in(["", "--"])).then(text)
