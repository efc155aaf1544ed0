"""What threads prove of the first reply: its moment (E1), a time by which it came (E4), or that there was none (E8)."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from leadkit.metrics.as_of import by_then, capped
from leadkit.metrics.deferred import held
from leadkit.metrics.given import Needed
from leadkit.metrics.links import NEAR, folded, is_ebay, keys, threads_of

MESSAGES: dict[str, Needed] = {
    "conversation_id": "text",
    "reference_id": "text",
    "message_id": "text",
    "created_at": "time",
    "sender": "text",
    "recipient": "text",
    "from_seller": "flag",
    "fetched_at": "time",
}
CONVERSATIONS: dict[str, Needed] = {
    "conversation_id": "text",
    "reference_id": "text",
    "other_party": "text",
    "created_at": "time",
    "latest_message_id": "text",
    "latest_at": "time",
    "latest_sender": "text",
    "latest_recipient": "text",
    "fetched_at": "time",
}
OWNER: dict[str, Needed] = {"account": "text"}
SKEW = timedelta(seconds=60)
"""Times of one event that two records tell may differ by this much."""


def thread_facts(
    leads: pl.LazyFrame, messages: pl.LazyFrame, conversations: pl.LazyFrame | None, until: datetime | None
) -> pl.LazyFrame:
    """What the messages say, one row per lead that has a thread.

    ``thread_reply_at`` is the first message of the seller's at or after the lead, with its ``thread_reply_id``. Where
    one that may be the seller's came before it, or may have (the sender is not known, the thread's beginning is
    missing), it is ``thread_by``, a time by which there was a reply. ``thread_open_at``: up to then there
    was none, said by threads that are whole and hold a message of the buyer's about this lead. ``thread_seen_at`` is
    when they were fetched. ``conversation_id`` is that of the reply, else the only one.

    What is missing of a thread shows in `conversations`: its latest message, or its beginning.
    """
    spoken = held(_spoken(leads, messages, conversations, until))
    by_lead = held(spoken.filter(_is_known(until)).with_columns(_roles()).group_by("row").agg(_summed()))
    return by_lead.join(_replies(spoken, by_lead), on="row", how="left").select("row", *_judged())


def latest_facts(leads: pl.LazyFrame, conversations: pl.LazyFrame, until: datetime | None) -> pl.LazyFrame:
    """What the latest messages say, one row per lead that has a conversation.

    ``latest_by``: by then the seller had written (E4). ``latest_open_at``: up to then there was no reply, as the latest
    message was the first one, and the buyer's (E8). ``latest_seen_at``; ``latest_conversation_id``, if it is one.
    """
    linked = threads_of(leads, conversations, "other_party", "latest_sender", "latest_recipient")
    told = conversations.drop("reference_id").with_columns(folded("other_party"), folded("latest_sender"))
    talks = linked.unique().join(told, on=keys(linked, told, "conversation_id"))
    at, submitted, buyer = pl.col("latest_at"), pl.col("submitted_at"), pl.col("buyer")
    by_buyer = pl.col("latest_sender") == buyer
    by_seller = (pl.col("latest_sender") != buyer) & (pl.col("other_party") == buyer)
    only = (at - pl.col("created_at")).abs() <= timedelta(seconds=1)
    opened = by_buyer & only & (at >= submitted - NEAR) & by_then(at, until).is_not_null()
    seen = capped(pl.col("fetched_at"), until)
    return talks.group_by("row").agg(
        by_then(at, until).filter(by_seller & (at >= submitted)).min().alias("latest_by"),
        seen.filter(opened & (seen >= submitted)).max().alias("latest_open_at"),
        seen.max().alias("latest_seen_at"),
        _the_only("conversation_id").alias("latest_conversation_id"),
    )


def _spoken(
    leads: pl.LazyFrame, messages: pl.LazyFrame, conversations: pl.LazyFrame | None, until: datetime | None
) -> pl.LazyFrame:
    """Each lead with each message of its threads, but for eBay's, and with what is missing of the thread."""
    columns = "^account$", "conversation_id", "message_id", "created_at", "from_seller"
    said = messages.filter(~is_ebay("sender")).select(*columns, folded("sender"))
    threads = held(threads_of(leads, messages, "sender", "recipient"))  # in one plan, Polars joins on account first
    holes = _holes(messages, conversations, until)
    whole = threads.join(holes, on=keys(threads, holes, "conversation_id"), how="left")
    return whole.join(said, on=keys(whole, said, "conversation_id"))


def _holes(messages: pl.LazyFrame, conversations: pl.LazyFrame | None, until: datetime | None) -> pl.LazyFrame:
    """One row per thread: when it was fetched, when its first message came, and what of it is missing."""
    key = keys(messages, messages, "conversation_id")
    threads = messages.group_by(key).agg(
        capped(pl.col("fetched_at").max(), until).alias("thread_seen_at"),
        pl.col("fetched_at").max().alias("read_at"),
        pl.col("created_at").min().alias("first_at"),
    )
    if conversations is None:
        return threads.drop("read_at").with_columns(_NO.alias("no_end"), _NO.alias("no_beginning"))
    on = keys(messages, conversations, "conversation_id")
    there = messages.select(*on, pl.col("message_id").alias("latest_message_id"), _YES.alias("has_it")).unique()
    told = conversations.select(*on, "latest_message_id", "latest_at", "created_at")
    lacks_it = pl.col("has_it").is_null() & pl.col("latest_message_id").is_not_null()
    ends = (
        told.join(there, on=[*on, "latest_message_id"], how="left")
        .join(threads, on=on)
        .group_by(on)
        .agg(
            (lacks_it & (pl.col("latest_at") <= pl.col("read_at"))).any().alias("no_end"),
            (pl.col("created_at") < pl.col("first_at") - SKEW).any().alias("no_beginning"),
        )
    )
    both = threads.drop("read_at").join(ends, on=on, how="left")
    return both.with_columns(pl.col("no_end", "no_beginning").fill_null(_NO))


def _is_known(until: datetime | None) -> pl.Expr:
    return pl.lit(value=True) if until is None else pl.col("created_at").is_null() | (pl.col("created_at") <= until)


def _roles() -> list[pl.Expr]:
    """Whether a message is the buyer's, the seller's, or of somebody unknown; at or after the lead."""
    at, submitted = pl.col("created_at"), pl.col("submitted_at")
    buyers = ~pl.col("from_seller") | (pl.col("from_seller").is_null() & (pl.col("sender") == pl.col("buyer")))
    sellers = pl.col("from_seller") & (at >= submitted)
    unknown = ~buyers.fill_null(_NO) & (pl.col("from_seller").is_null() & (at >= submitted) | at.is_null())
    return [
        pl.when(buyers & (at >= submitted - NEAR)).then(_YES).alias("asked"),
        pl.when(sellers).then(at).alias("reply_at"),
        pl.when(unknown).then(at.fill_null(submitted)).alias("unknown_at"),
    ]


def _summed() -> list[pl.Expr]:
    first_at, submitted = pl.col("first_at"), pl.col("submitted_at")
    return [
        pl.col("reply_at", "unknown_at", "submitted_at").min(),
        pl.col("thread_seen_at").min().alias("open_at"),
        pl.col("thread_seen_at").max(),
        pl.col("asked").any(),
        (pl.col("no_end") | pl.col("thread_seen_at").is_null()).any().alias("no_end"),
        (pl.col("no_beginning") & (first_at > submitted)).any().alias("no_beginning"),
        _the_only("conversation_id"),
    ]


def _replies(spoken: pl.LazyFrame, by_lead: pl.LazyFrame) -> pl.LazyFrame:
    """The first reply to each lead; of several at one moment, that with the first id."""
    first = by_lead.select("row", pl.col("reply_at").alias("created_at")).drop_nulls()
    return (
        spoken.filter("from_seller")
        .join(first, on=["row", "created_at"])
        .sort("row", "message_id")
        .unique("row", keep="first", maintain_order=True)
        .select("row", thread_reply_id="message_id", reply_in="conversation_id")
    )


def _judged() -> list[pl.Expr]:
    reply, unknown = pl.col("reply_at"), pl.col("unknown_at")
    blurred = pl.col("no_beginning") | (unknown < reply).fill_null(_NO)
    whole = pl.col("asked") & ~pl.col("no_end") & ~pl.col("no_beginning")
    seen = pl.when(pl.col("open_at") >= pl.col("submitted_at")).then("open_at")
    return [
        pl.when(~blurred).then(reply).alias("thread_reply_at"),
        pl.when(~blurred).then("thread_reply_id").alias("thread_reply_id"),
        pl.when(blurred).then(reply).alias("thread_by"),
        pl.when(reply.is_null() & unknown.is_null() & whole).then(seen).alias("thread_open_at"),
        pl.col("thread_seen_at"),
        pl.coalesce("reply_in", "conversation_id").alias("conversation_id"),
    ]


def _the_only(name: str) -> pl.Expr:
    return pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)


_YES, _NO = pl.lit(value=True), pl.lit(value=False)
