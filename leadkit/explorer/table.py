"""The table of an explorer: some rows of what is chosen, sorted, each cell a short text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from leadkit import wording
from leadkit.explorer.cases import Cases, with_missing
from leadkit.metrics.figures import Row
from leadkit.metrics.masking import mask

LONGEST = 140
"""Characters of a cell: longer texts are cut, and whole where the lead is opened."""
COLUMNS = {
    "asked": "Asked",
    "listing": "Listing",
    "buyer": "Buyer",
    "message": "Message",
    "state": "State",
    "wait": "Wait",
    "financing": "Financing",
    "trade_in": "Trade-in",
    "fee": "Fee",
}


def columns(*, reveal: bool) -> dict[str, str]:
    """The columns that are shown: a masked message tells nothing."""
    return COLUMNS if reveal else {name: label for name, label in COLUMNS.items() if name != "message"}


STATES = {
    "answered_exact": "answered",
    "answered_interval": "answered, when is not exactly known",
    "unanswered": "not answered",
    "unknown": "not known",
}
FINANCING = {"yes": "yes", "no_or_unanswered": "no, or passed over", "not_given": "not given"}


@dataclass(frozen=True, slots=True)
class Sorting:
    """How the rows are sorted: by a column of `COLUMNS`; null is always last."""

    column: str = "asked"
    descending: bool = True


def buyers(cases: Cases, *, reveal: bool) -> pl.Series:
    """What each row of leads calls its buyer: the name, else the user name; masked, a number for each user name."""
    leads = with_missing(cases.leads, ["user_id", "first_name", "last_name"])
    if not reveal:
        names = mask(leads.select("user_id")).get_column("user_id")
        return names.str.replace("user_id", "buyer", literal=True).alias("buyer")
    name = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True).str.strip_chars()
    return leads.select(pl.coalesce(pl.when(name != "").then(name), "user_id").alias("buyer")).to_series()


def order(cases: Cases, people: pl.Series, sorting: Sorting) -> pl.Series:
    """The positions of all rows of the cases in this order; of equal ones the first of leads is first.

    Amounts are in the order of their currency's codes first: those of two currencies can't be compared.
    """
    rows = cases.rows.get_column("row")
    keys = {"key": _key(cases, people, sorting.column), "row": rows}
    if sorting.column == "fee":
        codes = pl.when(pl.col("fee").is_not_null()).then("fee_currency")
        keys = {"currency": cases.leads.select(codes).to_series().gather(rows), **keys}
    descending = [name == "key" and sorting.descending for name in keys]
    frame = pl.DataFrame(keys).with_row_index("position")
    return frame.sort(*keys, descending=descending, nulls_last=True).get_column("position")


def cut(cases: Cases, people: pl.Series, positions: pl.Series, *, reveal: bool) -> list[dict[str, Any]]:
    """These rows of the cases as what is shown of them: the row of leads, and a text for each of `columns`."""
    some = cases.rows.select("row", "place", "state", "financing", "make")[positions]
    rows, waits = some.get_column("row"), cases.times.select("wait_lower", "wait_upper")
    asked = pl.col("submitted_at").dt.convert_time_zone(cases.zone).dt.strftime("%Y-%m-%d %H:%M")
    titles = pl.coalesce("item_title", "item_id").alias("listing")
    leads = with_missing(cases.leads[rows], ["message"])
    shown = leads.select(asked.alias("asked"), titles, "message", "fee", "fee_currency")
    both = [some, shown, waits[some.get_column("place")], people.gather(rows).alias("buyer").to_frame()]
    texts = pl.concat(both, how="horizontal").with_columns(
        _short(pl.col(name)).alias(name) for name in ("listing", "buyer", "message")
    )
    return [
        {"row": row["row"], "cells": [_text(name, row) for name in columns(reveal=reveal)]} for row in texts.to_dicts()
    ]


def _short(text: pl.Expr, length: int = LONGEST) -> pl.Expr:
    """The text on one line, cut with an ellipsis where it is longer; of a very long one only its beginning is read."""
    line = text.str.head(4 * length).str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(line.str.len_chars() > length).then(line.str.head(length - 1) + "…").otherwise(line)


def _key(cases: Cases, people: pl.Series, column: str) -> pl.Series:
    """What the rows of the cases are sorted by."""
    rows = cases.rows.get_column("row")
    if column == "wait":
        waited = cases.times.select(pl.coalesce("wait_upper", "wait_lower")).to_series()
        return waited.gather(cases.rows.get_column("place"))
    if column in _OF_ROWS:
        return cases.rows.get_column(_OF_ROWS[column]).cast(pl.String)
    if column == "buyer":
        return people.gather(rows)
    return cases.leads.select(_OF_LEADS[column].alias(column)).to_series().gather(rows)


_OF_ROWS = {"state": "state", "financing": "financing", "trade_in": "make"}
_OF_LEADS = {
    "asked": pl.col("submitted_at"),
    "listing": pl.coalesce("item_title", "item_id"),
    "fee": pl.col("fee"),
}
SORTABLE = ("asked", "listing", "buyer", "state", "wait", "financing", "trade_in", "fee")


def _text(column: str, row: Row) -> str:
    return _TEXTS[column](row) if column in _TEXTS else row[column] or ""


def _wait(row: Row) -> str:
    lower, upper = row["wait_lower"], row["wait_upper"]
    if lower is None:
        return "not known"
    if upper is None:
        return f"{wording.span(lower)} so far"
    if lower == upper:
        return wording.span(upper)
    return f"at most {wording.span(upper)}" if not lower else f"{wording.span(lower)} to {wording.span(upper)}"


def _fee(row: Row) -> str:
    amount: Decimal | None = row["fee"]
    return "" if amount is None else wording.money(amount, row["fee_currency"])


_TEXTS: Mapping[str, Callable[[Row], str]] = {
    "state": lambda row: STATES[row["state"]],
    "wait": _wait,
    "financing": lambda row: FINANCING[row["financing"]],
    "trade_in": lambda row: "" if row["make"] == "none" else row["make"],
    "fee": _fee,
}
