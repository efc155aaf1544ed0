"""When a lead began whose own record does not say it: at the first message of its buyer's, else at the first mail."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from leadkit.metrics.lead_records import first_asked
from leadkit.metrics.links import ACCOUNT, folded, keys, received
from leadkit.metrics.repeats import looked_up


def begun(records: pl.LazyFrame, messages: pl.LazyFrame | None, mail: pl.LazyFrame | None) -> pl.LazyFrame:
    """The records with ``submitted_at``, where neither they nor their questions have a time, from elsewhere.

    It is the time of the first message that the buyer wrote about the listing, else of the first mail received from
    the buyer about it; null where there is neither, or where the buyer has another lead about the listing.

    Args:
        records: of leads, numbered in ``record``.
        messages: of the threads.
        mail: the mailbox.
    """
    said = list(_said(messages, mail))
    timeless = _who(_timeless(records)).collect(engine="streaming") if said else pl.DataFrame()
    if timeless.is_empty():
        return records
    lost = _alone(records, timeless.lazy()).collect(engine="streaming").lazy()
    found = (lost.join(one, on=keys(lost, one, "item_id", "buyer")) for one in said)
    times = pl.concat(one.select("record", "source", "at") for one in found).drop_nulls("at").sort("source", "at")
    began = times.unique("record", keep="first", maintain_order=True).select("record", submitted_at="at").collect()
    if began.is_empty():
        return records
    return records.with_columns(looked_up("record", began, "submitted_at", otherwise="submitted_at"))


def _timeless(records: pl.LazyFrame) -> pl.LazyFrame:
    timeless = records.filter(pl.col("submitted_at").is_null())
    return timeless.filter(first_asked(records.collect_schema().get("exchanges")).is_null())


def _alone(records: pl.LazyFrame, lost: pl.LazyFrame) -> pl.LazyFrame:
    """Those that are the only lead of their buyer about their listing."""
    every = _who(records)
    on = keys(lost, every, "item_id", "buyer")
    among = every.join(lost.select(on).unique(), on=on, how="semi").group_by(on)
    leads = among.agg(leads=pl.col("lead_id").drop_nulls().n_unique() + pl.col("lead_id").null_count())
    return lost.join(leads.filter(pl.col("leads") == 1), on=on, how="semi")


def _who(records: pl.LazyFrame) -> pl.LazyFrame:
    named = records.select("record", ACCOUNT, "lead_id", "item_id", folded("user_id").alias("buyer"))
    return named.drop_nulls(["item_id", "buyer"])


def _said(messages: pl.LazyFrame | None, mail: pl.LazyFrame | None) -> Iterator[pl.LazyFrame]:
    """When who wrote about which listing, threads before mail."""
    if messages is not None:
        buyers = messages.filter(pl.col("from_seller").not_().fill_null(value=True))
        about = pl.col("reference_id").alias("item_id"), folded("sender").alias("buyer")
        yield buyers.select("^account$", *about, pl.col("created_at").alias("at"), source=0)
    if mail is not None:
        about = pl.col("item_id"), folded("sender").alias("buyer")
        yield received(mail).select("^account$", *about, pl.col("received_at").alias("at"), source=pl.lit(1))
