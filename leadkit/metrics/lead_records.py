"""What the records of a lead say of its answer: one row per lead, however often it was fetched.

Every time here is a moment, not a wait. ``new_at``: up to then there was no reply. ``status_by`` and ``text_by``: by
then there was one. ``seen_at``: when the newest record was fetched.
"""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.metrics.as_of import by_then, capped
from leadkit.metrics.given import Needed
from leadkit.metrics.repeats import again, digest, looked_up

LEADS: dict[str, Needed] = {
    "lead_id": "text",
    "item_id": "text",
    "user_id": "text",
    "submitted_at": "time",
    "status": "text",
    "fetched_at": "time",
}
LEADS_USED: dict[str, Needed] = {"account": "text", "email": "text", "external_email": "text", "exchanges": "any"}


def lead_records(leads: pl.LazyFrame, until: datetime | None) -> pl.LazyFrame:
    """All records with what each of them says; ``row`` numbers the first record of the same lead.

    A lead is ``account`` and ``lead_id``; a record without a ``lead_id`` is a lead of its own. ``submitted_at`` is the
    time of the first question where the API sent no other. Leads of after `until` leave.

    Args:
        leads: numbered in ``record``.
        until: the moment at which it was known.
    """
    exchanges = leads.collect_schema().get("exchanges")
    answered = last_answered(exchanges)
    records = leads.with_columns(pl.col("submitted_at").fill_null(first_asked(exchanges)))
    if until is not None:
        records = records.filter(pl.col("submitted_at").is_null() | (pl.col("submitted_at") <= until))
    return _numbered(records.with_columns(_said(answered, until)))


def one_row_each(records: pl.LazyFrame) -> pl.LazyFrame:
    """One row per lead, in the order in which they come: its first record, with what all of them say.

    Absence that was seen after an answer contradicts it (``contradicted``), and does not count.
    """
    first = records.filter(pl.col("record") == pl.col("row")).drop("record").with_columns(_consistent())
    polled = records.filter(pl.col("record") != pl.col("row")).select("row").unique().collect(engine="streaming")
    if polled.is_empty():
        return first
    united = _united(records.join(polled.lazy(), on="row", how="semi")).collect(engine="streaming")
    both = first.join(united.lazy(), on="row", how="left", maintain_order="left", suffix=_ALL)
    is_polled = pl.col(f"contradicted{_ALL}").is_not_null()
    return both.with_columns(
        pl.when(is_polled).then(f"{name}{_ALL}").otherwise(name).alias(name) for name in united.columns if name != "row"
    ).drop(f"^.*{_ALL}$")


def _united(records: pl.LazyFrame) -> pl.LazyFrame:
    by, new = pl.col("by"), pl.col("new_at")
    return (
        records.with_columns(by=pl.min_horizontal("status_by", "text_by").min().over("row"))
        .group_by("row")
        .agg(
            pl.col("seen_at").max(),
            pl.col("status_by", "text_by").min(),
            new.filter(by.is_null() | (new < by)).max().alias("new_at"),
            (new >= by).any().alias("contradicted"),
        )
    )


def _numbered(records: pl.LazyFrame) -> pl.LazyFrame:
    keys = [name for name in ("account", "lead_id") if name in records.collect_schema()]
    key = pl.when(pl.col("lead_id").is_not_null()).then(digest(keys))
    several = again(records.select("record", key=key).collect(engine="streaming"))
    if several.is_empty():
        return records.with_columns(row="record")
    first = (
        records.select("record", *keys)
        .join(several.lazy(), on="record", how="semi")
        .with_columns(row=pl.col("record").min().over(keys))
        .collect(engine="streaming")
    )
    return records.with_columns(looked_up("record", first, "row", otherwise="record"))


def _said(answered: pl.Expr, until: datetime | None) -> list[pl.Expr]:
    """What one record says; it says nothing without the time at which it was fetched, or if that is before the lead."""
    at, submitted = pl.col("fetched_at"), pl.col("submitted_at")
    seen = at >= submitted
    return [
        capped(at, until).alias("seen_at"),
        pl.when(seen & (pl.col("status") == "NEW")).then(capped(at, until)).alias("new_at"),
        by_then(pl.when(seen & (pl.col("status") == "RESPONDED")).then(at), until).alias("status_by"),
        by_then(pl.when(seen & (answered >= submitted)).then(at), until).alias("text_by"),
    ]


def _consistent() -> list[pl.Expr]:
    against = (pl.col("new_at") >= pl.min_horizontal("status_by", "text_by")).fill_null(value=False)
    return [pl.when(~against).then("new_at").alias("new_at"), against.alias("contradicted")]


def first_asked(dtype: pl.DataType | None) -> pl.Expr:
    """When the first question of ``exchanges`` was asked; null where there is none, or no such column (no dtype)."""
    if dtype is None or dtype == pl.Null():
        return _NO_TIME
    return pl.col("exchanges").list.eval(_asked_at(dtype)).list.min()


def last_answered(dtype: pl.DataType | None) -> pl.Expr:
    """When the last question was asked that has an answer: the answer's own time is not told."""
    if dtype is None or dtype == pl.Null():
        return _NO_TIME
    has_answer = pl.element().struct["response"].cast(pl.String).str.strip_chars() != ""
    return pl.col("exchanges").list.eval(pl.when(has_answer).then(_asked_at(dtype).fill_null(_ANY_TIME))).list.max()


def _asked_at(dtype: pl.DataType) -> pl.Expr:
    return utc(pl.element().struct["created_at"], exchange_fields(dtype)["created_at"])


def exchange_fields(dtype: pl.DataType, *, by: str = "response_times") -> pl.Schema:
    """The fields of ``exchanges``.

    Args:
        dtype: of the column.
        by: the function that needs it, for messages.

    Raises:
        InvalidRequest: it is no list of questions with their answers.
    """
    inner = dtype.inner if isinstance(dtype, pl.List) else None
    fields = pl.Schema(inner.to_schema() if isinstance(inner, pl.Struct) else {})
    has_all = {"message_id", "created_at", "response"} <= fields.keys()
    if has_all and isinstance(fields["created_at"], _TIMES) and isinstance(fields["response"], _TEXTS):
        return fields
    raise InvalidRequest(
        f"{by}: the column 'exchanges' is {dtype}; it has to be the list of questions and answers that "
        ".leads(include_messages=True) returns. Drop it, or fetch it again."
    )


def utc(at: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A time in the form of all others; a naive one is UTC."""
    if dtype == pl.Null():
        return at.cast(pl.Datetime("us", "UTC"))
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    zoned = at.dt.convert_time_zone("UTC") if zone else at.dt.replace_time_zone("UTC")
    return zoned.dt.cast_time_unit("us")


_ALL = "_of_all"
_TIMES = (pl.Datetime, pl.Null)
_TEXTS = (pl.String, pl.Categorical, pl.Enum, pl.Null)
_NO_TIME = pl.lit(None, dtype=pl.Datetime("us", "UTC"))
_ANY_TIME = pl.lit(datetime(9999, 1, 1, tzinfo=UTC), dtype=pl.Datetime("us", "UTC"))
