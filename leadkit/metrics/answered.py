"""The verdict on each lead as the columns that a user sees: waits, the link behind them, and the reply."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from leadkit.metrics.thread_evidence import SKEW


def answered_columns(there: Collection[str]) -> list[pl.Expr]:
    """The columns of `response_times` up to the business clock, from the columns of `judged` that are there."""
    age = pl.col("seen_at") - pl.col("submitted_at")
    return [
        _or_null("account", there),
        *(pl.col(name) for name in ("lead_id", "item_id", "user_id", "submitted_at", "episode_id", "state")),
        pl.col("evidence").cast(pl.String),
        _rule(there).alias("link_rule"),
        _conversation(there).alias("conversation_id"),
        _reply_id(there).alias("reply_id"),
        *_waits(),
        pl.col("reply_at").alias("responded_at"),
        pl.when(age >= pl.duration()).then(age).alias("age"),
        pl.col("conflict"),
        pl.col("seen_at").alias("observed_at"),
    ]


def _waits() -> Iterator[pl.Expr]:
    submitted = pl.col("submitted_at")
    lower = pl.coalesce("reply_at", "after") - submitted
    from_the_lead_on = pl.when(pl.col("by").is_not_null()).then(lower.fill_null(pl.duration())).otherwise(lower)
    yield from_the_lead_on.alias("wait_lower")
    yield (pl.coalesce("reply_at", "by") - submitted).alias("wait_upper")


def _rule(there: Collection[str]) -> pl.Expr:
    """The rule by which the evidence was linked; of the lead's own record, by which its thread or mail is."""
    if not {"conversation_id", "latest_conversation_id", "mail_rule"} & set(there):
        return _NOTHING
    evidence, of_question = pl.col("evidence").cast(pl.String), _or_null("mail_rule", there)
    of_another = (evidence == "E7 replied") & _or_null("replied_by", there).is_null()
    is_dated = (evidence == "E2 user_response") & pl.col("reply_at").is_not_null()
    own = evidence.str.contains(r"^E5|status$|E7 response$").fill_null(value=True)
    linked = pl.when(_conversation(there).is_not_null()).then(pl.lit("R3"))
    return (
        pl.when(own)
        .then(pl.coalesce(linked, of_question))
        .when(~of_another & (is_dated | evidence.str.ends_with(" replied")))
        .then(pl.coalesce(of_question, pl.lit("R3")))  # the question of a later lead
        .otherwise(pl.lit("R3"))
    )


def _conversation(there: Collection[str]) -> pl.Expr:
    return pl.coalesce(_or_null("conversation_id", there), _or_null("latest_conversation_id", there))


def _reply_id(there: Collection[str]) -> pl.Expr:
    in_thread = _or_null("thread_reply_id", there)
    if "sent_id" not in there:
        return in_thread
    same = (pl.col("sent_at") - pl.col("reply_at")).abs() <= SKEW
    return pl.coalesce(in_thread, pl.when(same).then("sent_id"))


def _or_null(name: str, there: Collection[str]) -> pl.Expr:
    return pl.col(name) if name in there else _NOTHING.alias(name)


_NOTHING = pl.lit(None, dtype=pl.String)
