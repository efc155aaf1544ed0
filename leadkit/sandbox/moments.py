"""Moments as whole milliseconds since 1970, and the dealership's wall clock in Chicago."""

from datetime import UTC, datetime, timedelta

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OPENS, CLOSES, SUNDAY = 9, 19, 6


def moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """Return a UTC wall time in milliseconds."""
    return (datetime(year, month, day, hour, minute, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


FIRST_DAY = moment(2026, 8, 1)
CLOCKS_GO_BACK = moment(2026, 11, 1, 7)  # 02:00 summer time in Chicago becomes 01:00
LAST_SUMMER_HALF_PAST_ONE = moment(2026, 11, 1, 6, 30)
FIRST_WINTER_HALF_PAST_ONE = moment(2026, 11, 1, 7, 30)


def as_datetime(at: int) -> datetime:
    """Return the moment as an aware datetime."""
    return EPOCH + timedelta(milliseconds=at)


def as_text(at: int, *, dotted: bool) -> str:
    """Write the moment as the APIs do; whole seconds keep their ``.000`` only if dotted."""
    text = as_datetime(at).isoformat(timespec="milliseconds")[:-6]
    return f"{text}Z" if dotted or at % SECOND else f"{text[:-4]}Z"


def local_hour(at: int) -> int:
    """Return the hour that a clock in Chicago shows."""
    return (_local(at) % DAY) // HOUR


def next_open(at: int) -> int:
    """Return the moment itself if the dealership is open then, else its next opening."""
    local = _local(at)
    day = local // DAY
    while _weekday(day) == SUNDAY or local >= day * DAY + CLOSES * HOUR:
        day += 1
    return max(at, _utc(day * DAY + OPENS * HOUR))


def _local(at: int) -> int:
    return at - (5 if at < CLOCKS_GO_BACK else 6) * HOUR


def _utc(local: int) -> int:
    summer = local + 5 * HOUR
    return summer if summer < CLOCKS_GO_BACK else local + 6 * HOUR


def _weekday(day: int) -> int:
    return (day + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
