"""Which leads are chosen: one value for each thing to choose by, in words, and as a filter."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.explorer.cases import HOURS_A_DAY, Cases
from leadkit.metrics.by_hour import WEEKDAYS

ANSWERED = "answered"
"""Stands for both states of an answered lead."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What leads are chosen by; None is everything.

    Attributes:
        first_day: leads of this day and later, by the clocks of the zone.
        last_day: leads up to the end of this day.
        account: of the leads.
        listing: its item_id.
        status: as eBay sent it, such as ``NEW``.
        state: of `response_times`, or ``answered`` for the two that are.
        financing: ``yes``, ``no_or_unanswered`` or ``not_given``.
        make: of the trade-in, normalised; ``unknown``, or ``none`` where nothing is offered.
        hours: ``open`` or ``closed``: when the lead came.
        bucket: of `response_buckets`, such as ``≤1 h``.
        hour: of the week, such as ``Mon 09``.
        search: what is looked for in what is shown of a lead, in any case.
    """

    first_day: date | None = None
    last_day: date | None = None
    account: str | None = None
    listing: str | None = None
    status: str | None = None
    state: str | None = None
    financing: str | None = None
    make: str | None = None
    hours: str | None = None
    bucket: str | None = None
    hour: str | None = None
    search: str | None = None


FIELDS = tuple(one.name for one in fields(Choice))
DAYS = ("first_day", "last_day")
WORDS = {
    "first_day": "from",
    "last_day": "to",
    "account": "account",
    "listing": "listing",
    "status": "status",
    "state": "state",
    "financing": "financing",
    "make": "trade-in",
    "hours": "came while",
    "bucket": "waited",
    "hour": "asked in the hour of",
    "search": "search",
}
"""What each is called."""
HOUR_NAMES = tuple(f"{day} {hour:02}" for day in WEEKDAYS.categories for hour in range(HOURS_A_DAY))
"""The hours of the week in their order, from 0."""


def changed(choice: Choice, changes: Mapping[str, Any], cases: Cases) -> Choice:
    """The choice with these changes; an empty text is None.

    Raises:
        InvalidRequest: there is no such thing to choose by, no lead has such a value, a day is none, or first_day is
            after last_day.
    """
    unknown = [name for name in changes if name not in FIELDS]
    if unknown:
        raise InvalidRequest(f"filter: {unknown[0]!r} is refused: allowed are {', '.join(FIELDS)}.")
    new = replace(choice, **{name: _checked(name, value, cases) for name, value in changes.items()})
    if new.first_day and new.last_day and new.first_day > new.last_day:
        raise InvalidRequest(f"filter: first_day={new.first_day} is after last_day={new.last_day}; change one of them.")
    return new


def active(choice: Choice) -> dict[str, Any]:
    """What is chosen by, without what is None."""
    return {name: value for name, value in asdict(choice).items() if value is not None}


def condition(choice: Choice, found: pl.Expr | None) -> pl.Expr:
    """Whether a row of the cases is chosen; `found` says it of the search."""
    named = active(choice)
    wanted = [_is(name, value) for name, value in named.items() if name != "search"]
    if choice.search is not None and found is not None:
        wanted.append(found)
    return pl.all_horizontal(pl.col("row").is_not_null(), *wanted).fill_null(value=False)


def _is(name: str, value: Any) -> pl.Expr:
    if name == "first_day":
        return pl.col("day").ge(value)
    if name == "last_day":
        return pl.col("day").le(value)
    if name == "hour":
        return pl.col("hour").eq(HOUR_NAMES.index(value))
    if (name, value) == ("state", ANSWERED):
        return pl.col("state").eq("answered_exact") | pl.col("state").eq("answered_interval")
    return pl.col(name).eq(value)


def _checked(name: str, value: Any, cases: Cases) -> Any:
    if value is None or value == "":
        return None
    if name in DAYS:
        return _day(name, value)
    if not isinstance(value, str):
        raise InvalidRequest(f"filter: {name}={value!r} is refused: allowed is a text, or None for all.")
    if name == "search":
        return value
    known = allowed(name, cases)
    if value not in known:
        near = difflib.get_close_matches(value, known, n=2) or known[:_SHOWN]
        raise InvalidRequest(
            f"filter: {name}={value!r} is in no lead; there is {', '.join(map(repr, near)) or 'none'}."
        )
    return value


def allowed(name: str, cases: Cases) -> list[str]:
    """The values that a thing can be chosen by."""
    if name == "hour":
        return list(HOUR_NAMES)
    known = list(cases.rows.schema[name].categories)  # type: ignore[attr-defined]  # all but days and hours are Enums
    return [ANSWERED, *known] if name == "state" else known


def _day(name: str, value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidRequest(f"filter: {name}={value!r} is refused: allowed is a date such as '2026-10-31'.") from None


_SHOWN = 5
