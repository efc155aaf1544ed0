"""How a report says a number: in words, with its range, and with a word where it is not known."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from leadkit import wording

Row = dict[str, Any]
"""One row of a metric, by its columns."""

NONE = "-"
"""What stands where there is no number."""


def quantile(row: Row, name: str) -> str:
    """A wait of `lk.response_summary`, or the two between which it lies."""
    late, early = row[name], row[f"{name}_earliest"]
    if late is None:
        return "not reached" if early is None else f"{wording.span(early)} or more"
    return wording.span(late) if late == early else f"{wording.span(early)} to {wording.span(late)}"


def median_range(row: Row) -> str:
    """The range of the median wait; an end that is not reached is open."""
    low, high = (None if row[name] is None else wording.span(row[name]) for name in ("p50_low", "p50_high"))
    if low is None and high is None:
        return ""
    said = f"between {low} and {high}" if low and high else f"{low} or more" if low else f"{high} or less"
    return f"{said}, with 95 % confidence"


def share(part: float | None) -> str:
    """A share in percent."""
    return "not known" if part is None else wording.share(part)


def share_range(row: Row, name: str, low: str, high: str) -> str:
    """A share with the range in which it lies."""
    if row[name] is None:
        return "not known"
    return f"{wording.share(row[name])} ({wording.share(row[low])} to {wording.share(row[high])})"


def money(amount: Decimal | None, currency: str | None) -> str:
    """An amount with its currency."""
    return NONE if amount is None else wording.money(amount, currency)


def amount_alone(amount: Decimal | None, currency: str | None) -> str:
    """An amount in a column whose row names the currency."""
    return money(amount, currency).removeprefix(f"{currency} ")


def when(at: datetime | None, zone: str) -> str:
    """A moment by the clocks of a zone, to the minute."""
    return "not known" if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def source_of(evidence: str | None) -> str:
    """What an answer is known from, in words."""
    return "nothing" if evidence is None else _SOURCES.get(evidence[_KIND:], evidence)


_KIND = len("E1 ")
_SOURCES = {
    "thread": "the messages themselves",
    "user_response": "the date of the reply in the mailbox",
    "sent": "the Sent folder",
    "latest_message": "the latest message of the conversation",
    "polling": "two looks at the lead",
    "replied": "the mailbox says so",
    "status": "the state of the lead says so",
    "response": "the lead holds an answer",
}
