"""Leads of one buyer about one listing, found by a key that they share."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from leadkit.metrics.repeats import again, digest


def asked_again(leads: pl.LazyFrame) -> pl.DataFrame:
    """``row`` and ``key`` of the leads whose buyer has another one about the same listing; these share the key.

    The buyer is the user id, else the e-mail address (the external one first), in lower case; a hidden address (``--``)
    is none. Without a buyer, a listing, a time or an id a lead stands alone.

    Args:
        leads: one row per lead: row, lead_id, item_id, user_id, submitted_at; account, email and external_email if they
            are there.
    """
    return pl.concat(again(askers) for askers in _by_buyer(leads))


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
