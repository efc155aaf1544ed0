"""A schedule: what `BusinessHours` was given, read; and what it makes of any span of years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.metrics.holiday_dates import Holidays, Region, named_holidays
from leadkit.metrics.open_intervals import open_intervals, replaced_dates, shown
from leadkit.metrics.open_time import OpenTime
from leadkit.metrics.opening_hours import Dated, Week, written, written_spans
from leadkit.metrics.zones import offsets


@dataclass(frozen=True, repr=False)
class Schedule:
    """When something is open: equal schedules are open at the same times for the same reasons.

    Attributes:
        zone: the name of the time zone, by whose clocks all the rest is meant.
        weekly: the spans of Monday to Sunday.
        holidays: dates on which nothing begins, or the region whose holidays these are.
        special: spans that replace those of single dates.
        breaks: spans that are taken away.
    """

    zone: str
    weekly: Week
    holidays: Holidays
    special: Dated
    breaks: Dated

    def __repr__(self) -> str:
        special = {str(day): written_spans(spans) for day, spans in self.special}
        breaks = {str(day): written_spans(spans) for day, spans in self.breaks}
        holidays = self.holidays if isinstance(self.holidays, Region) else [str(day) for day in sorted(self.holidays)]
        more = {"holidays": holidays, "special": special, "breaks": breaks}
        told = "".join(f", {name}={value!r}" for name, value in more.items() if value)
        return f"{self.zone!r}, {written(self.weekly)!r}{told}"

    def open_beyond(self, first_year: int, last: int) -> OpenTime:
        """The open time from this year to an opening after the last of the moments, where there is one at all."""
        year = year_of(last)
        end = _LAST_YEAR if any(self.weekly) else max([year, *(day.year for day, _ in self.special)])
        for ahead in (1, 20, 400):
            opened = open_time(self, first_year, min(year + ahead, end))
            if (opened.opens > last).any():
                return opened
        return open_time(self, first_year, end)

    def shown(self, first: datetime, last: datetime) -> pl.DataFrame:
        """What is open between two moments, and which dates are closed for a reason, as people read it."""
        years = first.year, last.year
        replaced = replaced_dates(self.special, self.breaks, named_holidays(self.holidays, *_around(*years)))
        return shown(_intervals(self, *years), replaced, first, last, self.zone)


@lru_cache(maxsize=32)
def open_time(schedule: Schedule, first_year: int, last_year: int) -> OpenTime:
    """The open time of these years, by UTC, and of ten days on both sides."""
    found = _intervals(schedule, first_year, last_year)
    return OpenTime(found.get_column("opens"), found.get_column("closes"))


def year_of(micros: int) -> int:
    """The year of a moment, by UTC.

    Raises:
        InvalidRequest: it lies outside the years 1 to 9999.
    """
    return moment_of(micros).year


def moment_of(micros: int) -> datetime:
    """The moment so many microseconds after 1970 began.

    Raises:
        InvalidRequest: it lies outside the years 1 to 9999.
    """
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise InvalidRequest("BusinessHours: a time lies outside the years 1 to 9999.") from None


def _intervals(schedule: Schedule, first_year: int, last_year: int) -> pl.DataFrame:
    around = _around(first_year, last_year)
    return open_intervals(
        _days(first_year, last_year),
        offsets(schedule.zone, *around),
        weekly=schedule.weekly,
        special=schedule.special,
        breaks=schedule.breaks,
        holidays=named_holidays(schedule.holidays, *around),
    )


def _around(first_year: int, last_year: int) -> tuple[int, int]:
    """These years and one on each side: what is this year by UTC may be the next or the last one in the zone."""
    return max(first_year - 1, _FIRST_YEAR), min(last_year + 1, _LAST_YEAR)


def _days(first_year: int, last_year: int) -> pl.Series:
    first = date(first_year, 1, 1).toordinal() - _MORE_DAYS
    last = min(date(last_year, 12, 31).toordinal() + _MORE_DAYS, date.max.toordinal())
    since_1970 = pl.int_range(first, last + 1, dtype=pl.Int32, eager=True) - _EPOCH.toordinal()
    return since_1970.cast(pl.Date)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1, 9999
_MORE_DAYS = 10  # what began before midnight, and a week around a short range
