"""Leads made ready to be chosen from: one narrow row each, computed once; a choice is then a filter and a few sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from leadkit.metrics.buckets import BUCKETS, bucket
from leadkit.metrics.clocks import Hours
from leadkit.metrics.given import Needed, if_there, needed
from leadkit.metrics.grouped import each_once, polled
from leadkit.metrics.hours import is_open_by_account
from leadkit.metrics.mail_evidence import MAIL, MAIL_USED
from leadkit.metrics.response import response_times
from leadkit.metrics.thread_evidence import CONVERSATIONS, MESSAGES, OWNER
from leadkit.metrics.traces import AnyFrame
from leadkit.metrics.trade_ins import trade_in_details
from leadkit.metrics.verdict import STATES
from leadkit.metrics.waits import EXACT, INTERVAL, IS_OPEN, of_episodes, wait_at
from leadkit.metrics.zones import zone_named

NOT_GIVEN = "not given"
"""Stands where a lead has no account, listing or status."""
FINANCING = pl.Enum(["yes", "no_or_unanswered", "not_given"])
HOURS = pl.Enum(["open", "closed", "not known"])
LEADS: dict[str, Needed] = {
    "lead_id": "text",
    "item_id": "text",
    "item_title": "text",
    "submitted_at": "time",
    "status": "text",
    "financing": "flag",
    "trade_in_make": "text",
    "trade_in_model": "text",
    "trade_in_year": "text",
    "fee": "money",
    "fee_currency": "text",
}
"""What an explorer needs of leads."""
USED: dict[str, Needed] = {
    "account": "text",
    "user_id": "text",
    "email": "text",
    "external_email": "text",
    "first_name": "text",
    "last_name": "text",
    "phone": "text",
    "message": "text",
    "fetched_at": "time",
}
"""What it uses if it is there."""
TIMES: dict[str, Needed] = {
    "lead_id": "text",
    "episode_id": "text",
    "state": "text",
    "wait_lower": "span",
    "wait_upper": "span",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells when leads were answered, as far as it was given; `evidence_of` makes it."""

    messages: pl.LazyFrame | None = None
    conversations: pl.LazyFrame | None = None
    mail: pl.LazyFrame | None = None

    def frames(self) -> dict[str, AnyFrame]:
        """Those that were given, by their names."""
        every: dict[str, AnyFrame | None] = {
            "messages": self.messages,
            "conversations": self.conversations,
            "mail": self.mail,
        }
        return {name: frame for name, frame in every.items() if frame is not None}


def evidence_of(messages: AnyFrame | None, conversations: AnyFrame | None, mail: AnyFrame | None) -> Evidence:
    """These frames, checked: a lead that is opened later finds nothing wrong with them.

    Raises:
        MissingColumns: a frame lacks a column; names the nearest.
        InvalidRequest: an argument is no frame, or a column has another dtype.
    """
    return Evidence(
        _checked(messages, MESSAGES | if_there(messages, OWNER | {"body": "text"}), "messages"),
        _checked(
            conversations, CONVERSATIONS | if_there(conversations, OWNER | {"latest_body": "text"}), "conversations"
        ),
        _checked(mail, MAIL | if_there(mail, MAIL_USED | {"text": "text"}), "mail"),
    )


def _checked(frame: AnyFrame | None, columns: Mapping[str, Needed], name: str) -> pl.LazyFrame | None:
    return None if frame is None else needed(frame, columns, by="explore", name=name)


@dataclass(frozen=True, slots=True)
class Cases:
    """All leads, and what is known of each, in the forms that choosing, counting and showing need.

    Attributes:
        leads: as they were given, one row per record.
        times: of `response_times`, in the order that it had.
        rows: one row per lead, sorted by wait, null last: row (of `leads`), place (of `times`; null where it has none),
            and what can be chosen by: account, listing, status, state, financing, make, hours, bucket, day, hour (of
            the week, from 0), all but the last two in words.
        sums: of the same rows what is counted and summed: t, t_lower (the wait with an interval at its upper and at its
            lower end; null for what is in no curve), replied, fee, and the numbers of their kind, cell and clock.
        kinds: kind, and what its leads have in common: make, state, bucket, episode.
        cells: cell, and what its leads have in common: listing, fee_currency, answer (a status, by the state), positive
            (the fee is more than nothing).
        titles: listing, item_title.
        zone: the time zone of days and hours.
    """

    leads: pl.DataFrame
    times: pl.DataFrame
    rows: pl.DataFrame
    sums: pl.DataFrame
    kinds: pl.DataFrame
    cells: pl.DataFrame
    titles: pl.DataFrame
    zone: str


def cases_of(
    leads: AnyFrame,
    *,
    times: AnyFrame | None,
    evidence: Evidence,
    hours: Hours | None,
    zone: str,
) -> Cases:
    """The cases of these leads; several records of one lead are one, the latest.

    Args:
        leads: as in `explore`.
        times: of `response_times`; None: made from the evidence.
        evidence: what `times` is made from, where it is not given.
        hours: says which leads came while open; None: the after_hours of `times` says it.
        zone: the time zone of days and hours.

    Raises:
        MissingColumns: a frame lacks a column; names the nearest.
        InvalidRequest: an argument is no frame, a column has another dtype, or there is no such zone.
    """
    zone_named(zone)
    given = needed(leads, LEADS | if_there(leads, USED), by="explore").collect()
    known = _times(given, evidence, hours) if times is None else times
    checked = needed(known, TIMES | if_there(known, {"account": "text"}), by="explore", name="times").collect()
    once = each_once(
        given, needed(given.drop("row", strict=False), polled(given), by="explore").with_row_index("row")
    ).collect()
    words = _words(with_missing(once, ["account"]), hours, zone)
    rows = _as_enums(_rows(words, checked, trusted=hours is None))
    numbered, kinds = _numbered(rows, "kind", KIND)
    numbered, cells = _numbered(numbered, "cell", CELL)
    titles = given.group_by(_filled("item_id").alias("listing")).agg(pl.col("item_title").drop_nulls().last())
    return Cases(
        given,
        checked,
        numbered.select("row", "place", *CHOSEN_BY),
        numbered.select("t", "t_lower", "replied", "fee", "kind", "cell", CLOCK),
        kinds,
        cells,
        titles.sort("listing"),
        zone,
    )


CHOSEN_BY = ("account", "listing", "status", "state", "financing", "make", "hours", "bucket", "day", "hour")
KIND = ("make", "state", "bucket", "episode")
CELL = ("listing", "fee_currency", "answer", "positive")
HOURS_A_DAY = 24
CLOCK = (pl.col("day").cast(pl.Int32) * HOURS_A_DAY + pl.col("hour") % HOURS_A_DAY).alias("clock")
"""The hours since 1970 by the clocks of the zone."""
_GIVEN = ("account", "listing", "status", "financing", "make", "hours", "day", "hour", "fee", "fee_currency")


def with_missing(leads: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """The leads with these columns of texts; null where they are not there."""
    return leads.with_columns(pl.lit(None, pl.String).alias(name) for name in columns if name not in leads.columns)


def _times(leads: pl.DataFrame, evidence: Evidence, hours: Hours | None) -> pl.DataFrame:
    return response_times(
        leads, messages=evidence.messages, conversations=evidence.conversations, mail=evidence.mail, hours=hours
    )


def _words(leads: pl.DataFrame, hours: Hours | None, zone: str) -> pl.LazyFrame:
    """What of each lead can be chosen by and summed, in words where it is one of a few."""
    wall = pl.col("submitted_at").dt.convert_time_zone(zone)
    weekday = wall.dt.weekday().cast(pl.Int16) - 1
    is_open = pl.lit(None, pl.Boolean) if hours is None else is_open_by_account(hours, "submitted_at", "account")
    answer = pl.when("financing").then(pl.lit("yes")).when(~pl.col("financing")).then(pl.lit("no_or_unanswered"))
    return trade_in_details(leads).lazy().select(
        "row",
        "lead_id",
        "fee",
        _currency(),
        _filled("account"),
        _filled("item_id").alias("listing"),
        _filled("status"),
        answer.fill_null("not_given").alias("financing"),
        pl.coalesce("make", pl.when(_OFFERS).then(pl.lit("unknown")).otherwise(pl.lit("none"))).alias("make"),
        is_open.alias("is_open"),
        wall.dt.date().alias("day"),
        (weekday * HOURS_A_DAY + wall.dt.hour()).alias("hour"),
    )  # fmt: skip


def _rows(words: pl.LazyFrame, times: pl.DataFrame, *, trusted: bool) -> pl.DataFrame:
    """One row per lead with all that is known of it, sorted by wait; `trusted`: times says who came while closed."""
    key = [name for name in ("account", "lead_id") if name != "account" or name in times.columns]
    late = pl.col("after_hours") if trusted and "after_hours" in times.columns else pl.lit(None, pl.Boolean)
    waits = times.lazy().drop("place", strict=False).with_row_index("place").with_columns(late.alias("late"))
    if "account" in key:
        waits = waits.with_columns(_filled("account"))
    found = waits.unique(key, keep="last").select(*key, *(name for name in TIMES if name not in key), "place", "late")
    is_open = pl.coalesce("is_open", ~pl.col("late"))
    hours = pl.when(is_open).then(pl.lit("open")).when(~is_open).then(pl.lit("closed")).otherwise(pl.lit("not known"))
    joined = words.join(found, on=key, how="left").with_columns(
        pl.when(pl.col("place").is_null()).then("lead_id").otherwise("episode_id").alias("episode_id"),
        hours.alias("hours"),
    )
    by = ["row", "place", *_GIVEN]
    judged, _ = of_episodes(joined, by=by, clock="calendar", function="explore", own=[])
    return (
        judged.select(
            *by,
            pl.col("_episode").alias("episode"),
            pl.col("_state").cast(STATES).alias("state"),
            pl.when("_episode").then(bucket()).cast(BUCKETS).alias("bucket"),
            _answer().alias("answer"),
            (pl.col("fee") > 0).alias("positive"),
            wait_at("upper").alias("t"),
            wait_at("lower").alias("t_lower"),
            (~IS_OPEN).alias("replied"),
        )
        .sort("t", ~pl.col("replied"), "row", nulls_last=True)
        .collect()
    )


def _answer() -> pl.Expr:
    """The state as a status, which is what `fee_totals` judges by."""
    answered = (pl.col("_state") == EXACT) | (pl.col("_state") == INTERVAL)
    return pl.when(answered).then(pl.lit("RESPONDED")).when(IS_OPEN).then(pl.lit("NEW"))


def _as_enums(rows: pl.DataFrame) -> pl.DataFrame:
    """Words as Enums: a filter then compares numbers."""
    known = {"financing": FINANCING, "hours": HOURS}
    found = {name: pl.Enum(rows.get_column(name).unique().sort()) for name in ("account", "listing", "status", "make")}
    return rows.with_columns(pl.col(name).cast(dtype) for name, dtype in (known | found).items())


def _numbered(rows: pl.DataFrame, name: str, columns: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with a number for what they have in these columns, and what each number stands for."""
    every = rows.select(columns).unique(maintain_order=True).with_row_index(name)
    return rows.join(every, on=columns, how="left", nulls_equal=True, maintain_order="left"), every


def _currency() -> pl.Expr:
    """The currency of a fee; none where there is none."""
    return pl.when(pl.col("fee").is_not_null()).then("fee_currency").alias("fee_currency")


def _filled(column: str) -> pl.Expr:
    return pl.col(column).fill_null(NOT_GIVEN)


_OFFERS = pl.any_horizontal(pl.col("make_status", "model", "year_status").is_not_null())
