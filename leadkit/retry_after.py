"""When an API wants to be asked again, read from the headers of its answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds until the API takes calls again; None where it does not say.

    ``Retry-After`` comes first (seconds, or an HTTP date), then the headers that name the reset of a limit
    (seconds, an epoch, an HTTP or ISO date).
    """
    resets = (value for name, value in headers.items() if _RESET.fullmatch(name))
    for value in (headers.get("retry-after", ""), *resets):
        seconds = _seconds(value.strip(), now)
        if seconds is not None:
            return max(0.0, seconds)
    return None


def http_date(text: str | None) -> datetime | None:
    """An HTTP date as an aware datetime in UTC; None where there is none that can be read."""
    try:
        read = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def resets_at(seconds: float | None, now: datetime) -> datetime | None:
    """The moment that lies so many seconds ahead; None for one that no calendar holds."""
    try:
        return None if seconds is None else (now + timedelta(seconds=seconds)).replace(microsecond=0)
    except OverflowError:
        return None


_RESET = re.compile(r"(?:x-)?(?:ebay-c-)?rate-?limit-reset", re.I)
_EPOCH = 1e9  # as seconds from now this would be 30 years
_EPOCH_MS = 1e12


def _seconds(value: str, now: datetime) -> float | None:
    try:
        number = float(value)
    except ValueError:
        moment = http_date(value) or _iso_date(value)
        return None if moment is None else (moment - now).total_seconds()
    if not math.isfinite(number):
        return None
    if number < _EPOCH:
        return number
    return number / (1000 if number >= _EPOCH_MS else 1) - now.timestamp()


def _iso_date(value: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read
