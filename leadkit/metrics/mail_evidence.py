"""What the mailbox proves of the first reply: UserResponseDate (E2), the Sent copy (E3), Replied (E7, E8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from leadkit.metrics.as_of import by_then, capped
from leadkit.metrics.given import Needed
from leadkit.metrics.links import SENT_FOLDER, between_members, folded, keys, received, who
from leadkit.metrics.thread_evidence import SKEW
from leadkit.metrics.verdict import EXACT

MAIL: dict[str, Needed] = {
    "message_id": "text",
    "external_message_id": "text",
    "folder_id": "text",
    "sender": "text",
    "recipient": "text",
    "received_at": "time",
    "replied_at": "time",
    "replied": "flag",
    "item_id": "text",
    "fetched_at": "time",
}
MAIL_USED: dict[str, Needed] = {"account": "text", "send_to_name": "text", "message_type": "text"}


def question_facts(
    leads: pl.LazyFrame, mail: pl.LazyFrame, links: pl.LazyFrame, until: datetime | None
) -> pl.LazyFrame:
    """What the copies of the questions, as `questions_in` links them, say, one row per lead that has one.

    ``response_at`` is the UserResponseDate (E2): not before the question or the lead. ``replied_by``: by then there was
    a reply without a date (E7). ``unreplied_at``: up to then there was none (E8). ``mail_seen_at``, ``mail_rule``.
    """
    copies = mail.join(links, on=keys(mail, links, "message_id")).join(leads.select("row", "submitted_at"), on="row")
    at, submitted, asked = pl.col("replied_at"), pl.col("submitted_at"), pl.col("received_at")
    seen = pl.col("fetched_at")
    dated = (at >= asked.fill_null(at)).fill_null(_NO)
    after = dated & (at >= submitted)
    undated = pl.col("replied") & ~dated & (asked.fill_null(submitted) >= submitted - SKEW) & (seen >= submitted)
    none_yet = ~pl.col("replied") & ~dated & (seen >= submitted)
    then = pl.when(none_yet).then(capped(seen, until))
    later = pl.when(after & by_then(at, until).is_null()).then(capped(at, until))
    known = copies.filter(asked.is_null() | by_then(asked, until).is_not_null())
    return known.group_by("row").agg(
        by_then(at, until).filter(after).min().alias("response_at"),
        by_then(seen, until).filter(undated).min().alias("replied_by"),
        pl.max_horizontal(then, later).max().alias("unreplied_at"),
        capped(seen, until).max().alias("mail_seen_at"),
        pl.col("rule").first().alias("mail_rule"),
    )


def follow_up_facts(
    leads: pl.LazyFrame, mail: pl.LazyFrame, links: pl.LazyFrame, until: datetime | None
) -> pl.LazyFrame:
    """What the copies of all that a buyer wrote about a listing say (R3), one row per lead that they tell of a reply.

    A reply to any of it is one to the buyer, but perhaps not the first: so ``response_by``, by then there was one (E2),
    where it is not before the lead; and ``follow_up_by``, by then there was one without a date (E7), to what came at or
    after the lead. ``follow_up_at`` is when the first came that has a reply and is not the lead's own question: up to
    then only, that question's own copy tells of absence. ``before_at`` is the first UserResponseDate of what came
    before the lead. ``follow_up_seen_at`` is when those that count were fetched.
    """
    asking = who(leads)
    copies = received(mail).with_columns(buyer=folded("sender"))
    on = ["row", *keys(mail, links, "message_id")]
    at, asked, submitted = pl.col("replied_at"), pl.col("received_at"), pl.col("submitted_at")
    dated = (at >= asked).fill_null(_NO)
    after = dated & (at >= submitted) & by_then(at, until).is_not_null()
    seen = pl.col("fetched_at")
    undated = pl.col("replied") & ~dated & (asked >= submitted) & (seen >= asked) & by_then(seen, until).is_not_null()
    told = (
        asking.join(copies, on=keys(asking, copies, "item_id", "buyer"))
        .with_columns(after=after, undated=undated.fill_null(_NO))
        .filter(pl.col("after") | pl.col("undated"))
    )
    return (
        told.join(links.select(*on, is_own=~_NO), on=on, how="left")
        .group_by("row")
        .agg(
            at.filter("after").min().alias("response_by"),
            seen.filter("undated").min().alias("follow_up_by"),
            asked.filter(pl.col("is_own").is_null() & (asked >= submitted)).min().alias("follow_up_at"),
            at.filter(pl.col("after") & pl.col("is_own").is_null() & (asked < submitted)).min().alias("before_at"),
            capped(seen, until).max().alias("follow_up_seen_at"),
        )
    )


def with_follow_ups(facts: pl.LazyFrame) -> pl.LazyFrame:
    """The facts, where what is said of the lead's own question alone leaves room for the reply to another message.

    A UserResponseDate is exact for its message only: after an earlier reply it is not that of the first. The question's
    own copy tells of no reply up to when the first other message came that has one. That copy and the status NEW, seen
    after a reply to what came before the lead, do not deny it.
    """
    there = facts.collect_schema()
    if "follow_up_at" not in there:
        return facts
    moments = [name for name in EXACT if name in there]
    response_at, unreplied_at, other = pl.col("response_at"), pl.col("unreplied_at"), pl.col("follow_up_at")
    earlier = pl.min_horizontal("response_by", "follow_up_by")
    until_then = pl.when(unreplied_at > other).then(other).otherwise(unreplied_at)
    return facts.with_columns(
        pl.when((earlier < response_at).fill_null(_NO).not_()).then(response_at).alias("response_at"),
        *(
            pl.when(_is_of_another(absent, moments)).then(None).otherwise(absent).alias(name)
            for name, absent in (("new_at", pl.col("new_at")), ("unreplied_at", until_then))
        ),
    )


def _is_of_another(absent: pl.Expr, moments: Iterable[str]) -> pl.Expr:
    """Whether the reply that this absence would deny is one to what came before the lead, and no other is known."""
    own = [(absent > pl.col(moment)).fill_null(_NO) for moment in moments]
    return (absent >= pl.col("before_at")).fill_null(_NO) & ~pl.any_horizontal(own)


def sent_facts(leads: pl.LazyFrame, mail: pl.LazyFrame, until: datetime | None) -> pl.LazyFrame:
    """The first copy in the Sent folder at or after each lead, to its buyer and about its listing (E3, by R3).

    ``sent_at`` and ``sent_id``; ``unsent_at`` instead where the first came after `until` only.
    """
    asking = who(leads)
    sent = between_members(mail).filter(pl.col("folder_id") == SENT_FOLDER)
    names = [name for name in ("recipient", "send_to_name") if name in sent.collect_schema()]
    to_each = pl.concat(sent.with_columns(buyer=folded(name)) for name in names)
    at = pl.col("received_at")
    first = (
        asking.join(to_each, on=keys(asking, to_each, "item_id", "buyer"))
        .filter(at >= pl.col("submitted_at"))
        .sort("row", "received_at", "message_id")
        .unique("row", keep="first", maintain_order=True)
    )
    known = by_then(at, until)
    return first.select(
        "row",
        known.alias("sent_at"),
        pl.when(known.is_not_null()).then("message_id").alias("sent_id"),
        pl.when(known.is_null()).then(capped(at, until)).alias("unsent_at"),
        capped(pl.col("fetched_at"), until).alias("sent_seen_at"),
    )


_NO = pl.lit(value=False)
