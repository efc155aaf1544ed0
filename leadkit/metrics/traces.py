"""What was fetched about one lead, record by record in order of time, for a person to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from leadkit.metrics.buyers import asked_again
from leadkit.metrics.given import Needed, if_there, needed
from leadkit.metrics.lead_records import LEADS, LEADS_USED, exchange_fields, first_asked, last_answered
from leadkit.metrics.links import SENT_FOLDER, folded
from leadkit.metrics.mail_evidence import MAIL, MAIL_USED
from leadkit.metrics.thread_evidence import CONVERSATIONS, MESSAGES, OWNER

Row = Mapping[str, Any]
AnyFrame = pl.DataFrame | pl.LazyFrame
TRACES = pl.Schema(
    {"at": pl.Datetime("us", "UTC"), "source": pl.String(), "id": pl.String(), "what": pl.String(), "text": pl.String()}
)
"""When, in which table, the id of the record there, what it says, and the words that were written."""


def traces_of(row: Row, frames: Mapping[str, AnyFrame]) -> pl.DataFrame:
    """Every record about one lead, and about later ones of its buyer about its listing, the oldest first.

    Args:
        row: the lead's row of `response_times`.
        frames: leads, messages, conversations and mail by these names, as far as they are there.

    Raises:
        MissingColumns: a frame lacks a column; names the nearest.
        InvalidRequest: a column has another dtype.
    """
    found, asked = [pl.DataFrame(schema=TRACES)], pl.Series([], dtype=pl.String)
    if "leads" in frames:
        leads = _own(row, frames["leads"], LEADS, LEADS_USED | {"message": "text"}, "leads")
        own = leads.filter(pl.col("lead_id") == row["lead_id"])
        asked = _question_ids(own)
        later = _later_ones(row, leads)
        asked = pl.concat([asked, _question_ids(later)])
        found += [_of_leads(own, pl.lit("")), _of_leads(later, _as_later())]
    if "messages" in frames:
        messages = _own(row, frames["messages"], MESSAGES, OWNER | {"body": "text"}, "messages")
        found.append(_of_messages(_of_thread(row, messages, "sender", "recipient")))
    if "conversations" in frames:
        talks = _own(row, frames["conversations"], CONVERSATIONS, OWNER | {"latest_body": "text"}, "conversations")
        found.append(_of_talks(_of_thread(row, talks, "other_party", "latest_sender", "latest_recipient"), row))
    if "mail" in frames:
        mail = _own(row, frames["mail"], MAIL, MAIL_USED | {"text": "text"}, "mail")
        found.append(_of_mail(mail.filter(_is_mail_of(row, mail, asked))))
    return pl.concat(found).sort("at", "source", nulls_last=True, maintain_order=True)


def _own(
    row: Row, frame: AnyFrame, columns: Mapping[str, Needed], used: Mapping[str, Needed], name: str
) -> pl.DataFrame:
    """The checked frame, with these columns only, and only the rows of the lead's account."""
    there = if_there(frame, used)
    checked = needed(frame, {**columns, **there}, by="explain", name=name)
    if "account" in there and row["account"] is not None:
        checked = checked.filter(pl.col("account") == row["account"])
    missing = [
        pl.lit(None, dtype=None if kind == "any" else pl.String()).alias(column)
        for column, kind in used.items()
        if column not in there
    ]
    return checked.with_columns(missing).select(*columns, *used).collect()


def _later_ones(row: Row, leads: pl.DataFrame) -> pl.DataFrame:
    """The records of the leads that the same buyer sent later about the same listing: a reply to them counts, too."""
    asked_at = pl.col("submitted_at").fill_null(first_asked(leads.schema["exchanges"]))
    numbered = leads.with_columns(asked_at.alias("submitted_at")).with_row_index("row")
    about = numbered.filter(pl.col("item_id") == pl.lit(row["item_id"], dtype=pl.String))
    in_order = (
        about.join(asked_again(about.lazy()), on="row")
        .sort("submitted_at", pl.col("row").min().over("lead_id"))
        .with_row_index("place")
    )
    is_own = pl.col("lead_id") == row["lead_id"]
    own = in_order.filter(is_own).select("key", since="place").head(1)
    return in_order.join(own, on="key").filter((pl.col("place") > pl.col("since")) & ~is_own).select(leads.columns)


def _question_ids(leads: pl.DataFrame) -> pl.Series:
    exchanges = leads.get_column("exchanges").drop_nulls()
    if exchanges.dtype == pl.Null():
        return pl.Series([], dtype=pl.String)
    exchange_fields(exchanges.dtype, by="explain")  # refuses what is no list of questions
    return exchanges.explode(empty_as_null=False).struct.field("message_id").cast(pl.String).drop_nulls()


def _of_thread(row: Row, said: pl.DataFrame, *parties: str) -> pl.DataFrame:
    """The rows of the lead's thread; of all threads about its listing with its buyer, where it is not one."""
    if row["conversation_id"] is not None:
        return said.filter(pl.col("conversation_id") == row["conversation_id"])
    place = pl.col("reference_id").eq(pl.lit(row["item_id"], dtype=pl.String))
    return said.filter(place & _names(row, *parties))


def _names(row: Row, *parties: str) -> pl.Expr:
    """Whether one of these columns has the lead's buyer."""
    buyer = pl.lit((row["user_id"] or "").strip().lower() or None, dtype=pl.String)
    return pl.any_horizontal([folded(party).eq(buyer).fill_null(value=False).alias(party) for party in parties])


def _is_mail_of(row: Row, mail: pl.DataFrame, asked: pl.Series) -> pl.Expr:
    place = pl.col("item_id").eq(pl.lit(row["item_id"], dtype=pl.String)) & _names(
        row, "sender", "recipient", "send_to_name"
    )
    return place.fill_null(value=False) | pl.col("external_message_id").is_in(asked.implode()).fill_null(value=False)


def _of_leads(leads: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
    status = pl.format("fetched with the status {}", pl.col("status").fill_null("(none)"))
    is_answered = last_answered(leads.schema["exchanges"]).is_not_null()
    said = pl.concat_str(which, status, pl.when(is_answered).then(pl.lit(" and an answer")).otherwise(pl.lit("")))
    return _traced(leads, "leads", ("fetched_at", "lead_id", "message"), said)


def _as_later() -> pl.Expr:
    return pl.format("a later lead of the same buyer, of {}, ", pl.col("submitted_at").dt.strftime(_TIME))


def _of_messages(messages: pl.DataFrame) -> pl.DataFrame:
    said = _in_words("from_seller", yes="the seller wrote", no="the buyer wrote", unknown="somebody unknown wrote")
    return _traced(messages, "messages", ("created_at", "message_id", "body"), said)


def _of_talks(talks: pl.DataFrame, row: Row) -> pl.DataFrame:
    said = (
        pl.when(_names(row, "latest_sender"))
        .then(pl.lit("the latest message is the buyer's"))
        .otherwise(pl.lit("the latest message is not the buyer's"))
    )
    return _traced(talks, "conversations", ("latest_at", "latest_message_id", "latest_body"), said)


def _of_mail(mail: pl.DataFrame) -> pl.DataFrame:
    replied = _in_words("replied", yes="replied", no="not replied", unknown="no word of a reply")
    dated = pl.format("replied at {}", pl.col("replied_at").dt.strftime(_TIME))
    received = pl.format("copy of the buyer's message: {}", pl.coalesce(dated, replied))
    said = pl.when(pl.col("folder_id") == SENT_FOLDER).then(pl.lit("copy of the seller's message")).otherwise(received)
    return _traced(mail, "mail", ("received_at", "message_id", "text"), said)


def _in_words(flag: str, *, yes: str, no: str, unknown: str) -> pl.Expr:
    return pl.when(flag).then(pl.lit(yes)).when(pl.col(flag).not_()).then(pl.lit(no)).otherwise(pl.lit(unknown))


def _traced(frame: pl.DataFrame, source: str, columns: tuple[str, str, str], said: pl.Expr) -> pl.DataFrame:
    at, key, text = (pl.col(column).alias(name) for column, name in zip(columns, ("at", "id", "text"), strict=True))
    return frame.select(at, pl.lit(source).alias("source"), key, said.alias("what"), text)


_TIME = "%Y-%m-%d %H:%M:%S%.3f UTC"
