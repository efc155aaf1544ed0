"""Turns: what a buyer writes until the seller replies, and how long the buyer waits."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from leadkit.metrics.as_of import capped, moment
from leadkit.metrics.clocks import Hours, business_wait
from leadkit.metrics.given import Frame, Needed, if_there, needed
from leadkit.metrics.links import is_ebay
from leadkit.metrics.repeats import digest

_NEEDED: dict[str, Needed] = {
    "conversation_id": "text",
    "message_id": "text",
    "created_at": "time",
    "from_seller": "flag",
    "fetched_at": "time",
}
_USED: dict[str, Needed] = {"account": "text", "sender": "text"}
_COLUMNS = (
    *("account", "conversation_id", "turn", "buyer_initiated", "asked_at", "last_asked_at"),
    *("answered_at", "wait", "open_for", "business_wait"),
)


def turns(messages: Frame, *, as_of: datetime | date | str | None = None, hours: Hours | None = None) -> Frame:
    """The buyers' turns, each a run of their messages up to the seller's next one, with the wait from its first.

    A newer message of the buyer's does not start the clock anew, and several of the seller's in a row are one reply. A
    thanks at the end opens a turn that stays open. Messages of one instant go by their id; the same message twice (from
    two fetches) is one. What the ``sender`` eBay wrote does not count.

    A message whose sender is not known (from_seller null) may have begun, continued or answered the turn that it stands
    in: of such a turn, answered_at, wait, open_for and business_wait are null.

    Args:
        messages: needs conversation_id, message_id, created_at, from_seller and fetched_at; account and sender are used
            if they are there. A message without conversation or time can't be placed, and is left out.
        as_of: what was known at this moment (a naive one, and a date, is UTC): later messages are left out.
        hours: a `BusinessHours`, or one for each account, for the business clock.

    Returns:
        One row per turn, sorted by conversation and turn:

        * account, conversation_id, turn (from 1 in each conversation);
        * buyer_initiated: false for the first turn of a conversation that the seller began, which is no first response
          of the seller's; null where it is not known who began it; else true;
        * asked_at and last_asked_at, of the buyer's first and last message of the turn (UTC);
        * answered_at (UTC) and wait (Duration): null while the turn is open;
        * open_for: from asked_at to the time at which an open turn's conversation was fetched, at most `as_of`; null
          where it is answered, or that time is not known;
        * business_wait: the wait by the business clock; null without `hours`, or where the account has none.

        No rows give the same columns. Naive times are read as UTC, and told.

    Raises:
        MissingColumns: a column that it needs is missing; names the nearest.
        InvalidRequest: `messages` is no frame, a column has another dtype, `as_of` is no time, or `hours` no calendar.

    Warns:
        LeadkitWarning: `hours` has no calendar for any account of `messages`, or they have no column account (of a
            LazyFrame, whose values are not looked at, only the latter); or naive times are read as UTC.

    Source: the oldest unanswered message starts the clock at Zendesk, Chatwoot, Intercom and in Zammad's SLA.
    """
    until = moment(as_of, name="as_of", needed_by="turns")
    said = needed(messages, _NEEDED | if_there(messages, _USED), by="turns", name="messages")
    found = _buyers(_runs(_in_order(said, until))).with_columns(_waits(until))
    span = business_wait(hours, messages)
    result = found.with_columns(span.alias("business_wait")).select(_COLUMNS).sort("conversation_id", "account", "turn")
    if isinstance(messages, pl.DataFrame):
        return result.collect(engine="in-memory")  # sorts in half the time that the streaming engine takes
    return result


def _in_order(said: pl.LazyFrame, until: datetime | None) -> pl.LazyFrame:
    """The messages that count, thread after thread; the threads in any order, as digests sort faster than texts."""
    there = said.collect_schema()
    counts = [pl.col("conversation_id").is_not_null(), pl.col("created_at").is_not_null()]
    if "sender" in there:
        counts.append(~is_ebay("sender"))
    if until is not None:
        counts.append(pl.col("created_at") <= until)
    if "account" not in there:
        said = said.with_columns(account=pl.lit(None, dtype=pl.String))
    return (
        said.filter(pl.all_horizontal(counts))
        .select("account", *_NEEDED, thread=digest(["account", "conversation_id"]))
        .sort("thread", "created_at", "message_id", "fetched_at")
    )


def _runs(ordered: pl.LazyFrame) -> pl.LazyFrame:
    """Runs of messages of the seller's, and of the others, in turns: what the first and the last row of each say.

    ``end_`` columns hold what the run's last row says: that is the row before the next run's first.
    """
    seller = pl.col("from_seller").fill_null(value=False)
    buyers = pl.col("from_seller").not_()
    at = pl.when(buyers).then("created_at")
    rows = ordered.with_columns(
        opens=(pl.col("thread") != pl.col("thread").shift()).fill_null(value=True),
        asked_at=at.backward_fill(),
        last_asked_at=at.forward_fill(),
        asked=buyers.fill_null(value=False).cum_sum(),
        unknown=pl.col("from_seller").is_null().cum_sum(),
        seller=seller,
    )
    ends = ("last_asked_at", "asked", "unknown", "fetched_at")
    runs = rows.with_columns(
        *(pl.col(name).shift().alias(f"before_{name}") for name in ends),
        *(pl.col(name).last().alias(f"last_{name}") for name in ends),
        begins=pl.col("opens") | (pl.col("seller") != pl.col("seller").shift()),
    ).filter("begins")
    return runs.with_columns(
        pl.col(f"before_{name}").shift(-1).fill_null(pl.col(f"last_{name}")).alias(f"end_{name}") for name in ends
    )


def _buyers(runs: pl.LazyFrame) -> pl.LazyFrame:
    """The runs in which a buyer wrote, numbered, with what follows each."""
    same_thread = (pl.col("thread") == pl.col("thread").shift(-1)).fill_null(value=False)
    began = pl.when("opens").then(pl.col("from_seller").cast(pl.Int8).fill_null(_UNKNOWN)).forward_fill()
    asked = pl.col("end_asked") > pl.col("before_asked").fill_null(0)
    found = runs.with_columns(
        answered_at=pl.when(same_thread).then(pl.col("created_at").shift(-1)),
        is_known=pl.col("end_unknown") == pl.col("before_unknown").fill_null(0),
        began=began,
    ).filter(~pl.col("seller") & asked)
    place = pl.int_range(pl.len())
    other = (pl.col("thread") != pl.col("thread").shift()).fill_null(value=True)
    return found.with_columns(turn=place - pl.when(other).then(place).forward_fill() + 1).with_columns(
        buyer_initiated=pl.when(pl.col("turn") > 1)
        .then(pl.lit(value=True))
        .when(pl.col("began") != _UNKNOWN)
        .then(pl.col("began") == 0),
        last_asked_at=pl.col("end_last_asked_at"),
    )


def _waits(until: datetime | None) -> list[pl.Expr]:
    asked, answered = pl.col("asked_at"), pl.col("answered_at")
    seen = capped(pl.col("end_fetched_at"), until)
    is_open = answered.is_null() & (seen >= asked) & pl.col("is_known")
    return [
        pl.when("is_known").then(answered).alias("answered_at"),
        pl.when("is_known").then(answered - asked).alias("wait"),
        pl.when(is_open).then(seen - asked).alias("open_for"),
    ]


_UNKNOWN = 2
