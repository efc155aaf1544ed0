"""The filters of an explorer as the browser draws them: what each is called, and what it offers."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadkit.explorer.board import Board
from leadkit.explorer.cases import Cases
from leadkit.explorer.choice import WORDS, Choice, active, allowed
from leadkit.explorer.table import FINANCING, STATES

MOST = 200
"""Listings that are offered; others are found by the search."""
_LABEL = 70  # characters of a listing's title


def controls(board: Board) -> list[dict[str, Any]]:
    """The filters, in the order in which they stand: name, label, kind, and what their kind needs."""
    cases = board.cases
    first, last = (None if day is None else day.isoformat() for day in _days(cases))
    days = {"kind": "date", "min": first, "max": last}
    return [
        {"name": "first_day", "label": f"From ({cases.zone})", **days},
        {"name": "last_day", "label": "To, that day included", **days},
        _select("account", "Account", [[one, one] for one in _by_size(cases, "account")]),
        _select("listing", "Listing", _listings(cases)),
        _select("status", "Status at eBay", [[one, one] for one in _by_size(cases, "status")]),
        _select("state", "Answer", [["answered", "answered, exactly known or not"], *map(list, STATES.items())]),
        _select("financing", "Wants financing", list(map(list, FINANCING.items()))),
        _select("make", "Trade-in", [[one, _MAKES.get(one, one)] for one in _makes(cases)]),
        _hours(cases),
        _select("bucket", "Waited", [[one, one] for one in allowed("bucket", cases)]),
        _select("hour", "Asked in the hour of the week", [[one, f"{one}:00"] for one in allowed("hour", cases)]),
        {"name": "search", "label": _search_label(board), "kind": "search"},
    ]


def words_of(filters: list[dict[str, Any]], choice: Choice) -> list[list[str]]:
    """What is chosen, as a field, what that is called, and what its value is called."""
    labels = {one["name"]: dict(one.get("options", ())) for one in filters}
    return [[name, WORDS[name], labels.get(name, {}).get(value, str(value))] for name, value in active(choice).items()]


def _select(name: str, label: str, options: list[list[str]], hint: str = "") -> dict[str, Any]:
    return {"name": name, "label": label, "kind": "select", "options": options, "hint": hint}


def _hours(cases: Cases) -> dict[str, Any]:
    """Open or closed; nothing to choose where nobody said when the shop is open."""
    there = _by_size(cases, "hours")
    known = [["open", "open"], ["closed", "closed"]] if set(there) - {"not known"} else []
    return _select("hours", "Came while the shop was", known, "" if known else "give hours= to use this")


def _by_size(cases: Cases, column: str) -> list[str]:
    """What is there, the most frequent first."""
    counts = cases.rows.group_by(pl.col(column).cast(pl.String)).len()
    return counts.sort("len", column, descending=[True, False]).get_column(column).drop_nulls().to_list()


def _makes(cases: Cases) -> list[str]:
    """All makes by name, then what is none."""
    return sorted(allowed("make", cases), key=lambda make: (make in _MAKES, make.casefold()))


def _listings(cases: Cases) -> list[list[str]]:
    """The listings with the most leads, by their titles."""
    sizes = cases.rows.group_by(pl.col("listing").cast(pl.String)).len()
    largest = sizes.sort("len", "listing", descending=[True, False]).head(MOST)
    title = pl.coalesce(pl.col("item_title").str.head(_LABEL), pl.lit("no title"))
    named = largest.join(cases.titles, on="listing", how="left").sort(title.str.to_lowercase(), "listing")
    return [list(row) for row in named.select("listing", pl.format("{} ({})", title, "listing").alias("name")).rows()]


def _days(cases: Cases) -> tuple[Any, Any]:
    return cases.rows.select(pl.col("day").min().alias("first"), pl.col("day").max().alias("last")).row(0)


def _search_label(board: Board) -> str:
    where = "people, texts, listings and ids" if board.reveal else "listings, makes and ids"
    return f"Search in {where}"


_MAKES = {"unknown": "a make that is not known", "none": "no trade-in"}
