"""Business hours: how much of a wait fell into them, whether a moment does, and when they next begin."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import overload

import polars as pl

from leadkit.errors import InvalidRequest, LeadkitWarning
from leadkit.metrics.holiday_dates import GivenHolidays, Holidays, Region, holidays_of, named_holidays
from leadkit.metrics.moments import Column, Given, Moment, applied
from leadkit.metrics.open_intervals import open_intervals, replaced_dates, shown
from leadkit.metrics.open_time import OpenTime
from leadkit.metrics.opening_hours import (
    DAY,
    Dated,
    GivenSpans,
    Week,
    dated_of,
    week_of,
    written,
    written_spans,
)
from leadkit.metrics.zones import offsets, zone_named


@dataclass(frozen=True, init=False, repr=False)
class BusinessHours:
    """The hours in which a dealer can be expected to answer, by the clocks of the dealer's zone.

    Opening hours, special hours and breaks are wall-clock times. A time that the clocks skip moves forward by the gap,
    of one that comes twice the first counts, and an interval that is empty then is none; a date that the zone skipped
    has no hours. Measured is real time inside the intervals.

    An interval belongs to the date on which it begins. A holiday closes what begins on its date, special hours replace
    it (on a holiday, too), and a break takes away what is open then.

    Args:
        zone: the name of the time zone, such as ``"America/Chicago"``.
        weekly: an opening-hours string (``"Mo-Fr 09:00-17:00; Sa 10:00-14:00"``, ``"Mo-Fr 09:00-12:00,13:00-18:00"``,
            ``"Fr,Sa 22:00-02:00"``, ``"24/7"``; a later rule replaces an earlier one for the same day), or a dict such
            as ``{"mon": [("09:00", "17:00")]}``. Days that are not named are closed.
        holidays: dates (also ISO strings), or a country and region (``"US"``, ``"US-IL"``, ``("US", "IL")``), with the
            days on which they are observed; the latter needs the extra ``holidays``.
        special: ``{date: spans}``: the hours of single dates in place of the weekly ones; ``[]`` is closed.
        breaks: ``{date: spans}``: what is taken away.

    Raises:
        InvalidRequest: an unknown zone, country or region, or a part that can't be read; names it.

    Example:
        >>> import leadkit as lk
        >>> from datetime import datetime, UTC
        >>> hours = lk.BusinessHours("America/Chicago", "Mo-Fr 09:00-17:00", holidays=["2026-11-26"])
        >>> hours.elapsed(datetime(2026, 11, 25, 22, tzinfo=UTC), datetime(2026, 11, 27, 16, tzinfo=UTC))
        datetime.timedelta(seconds=7200)
    """

    zone: str
    weekly: Week
    holidays: Holidays
    special: Dated
    breaks: Dated

    def __init__(
        self,
        zone: str,
        weekly: str | Mapping[str, GivenSpans],
        *,
        holidays: GivenHolidays = (),
        special: Mapping[date | str, GivenSpans] | None = None,
        breaks: Mapping[date | str, GivenSpans] | None = None,
    ) -> None:
        zone_named(zone)
        fixed = object.__setattr__  # the way in for what is frozen
        fixed(self, "zone", zone)
        fixed(self, "weekly", week_of(weekly))
        fixed(self, "holidays", holidays_of(holidays))
        fixed(self, "special", dated_of(special, "special"))
        fixed(self, "breaks", dated_of(breaks, "breaks"))

    @overload
    def elapsed(self, start: Moment, end: Moment) -> timedelta | None: ...
    @overload
    def elapsed(self, start: Column, end: Column | pl.Series | Moment) -> pl.Expr: ...
    @overload
    def elapsed(self, start: pl.Series | Moment, end: Column) -> pl.Expr: ...
    @overload
    def elapsed(self, start: pl.Series, end: pl.Series | Moment) -> pl.Series: ...
    @overload
    def elapsed(self, start: Moment, end: pl.Series) -> pl.Series: ...
    def elapsed(self, start: Given, end: Given) -> pl.Expr | pl.Series | timedelta | None:
        """The real time inside business hours from start to end, not rounded.

        0 where nothing was open between; null where end is before start, or either is null. Aware times of any zone;
        naive ones are read as UTC, with a warning. A warning too where nothing is open in the whole range of the
        times (of a week around them, where they span less).

        Args:
            start: an expression or the name of a column; or a Series; or a datetime.
            end: likewise.

        Returns:
            An expression where one of them is an expression, else a Series where one is a Series, both
            ``Duration("us")`` and named as start; else a timedelta.

        Raises:
            InvalidRequest: something else than times was given, or times outside the years 1 to 9999.
        """
        found: pl.Expr | pl.Series | timedelta | None = applied(
            self._elapsed, {"start": start, "end": end}, pl.Duration("us")
        )
        return found

    @overload
    def is_open(self, at: Column) -> pl.Expr: ...
    @overload
    def is_open(self, at: pl.Series) -> pl.Series: ...
    @overload
    def is_open(self, at: Moment) -> bool | None: ...
    def is_open(self, at: Given) -> pl.Expr | pl.Series | bool | None:
        """Whether a moment lies in business hours: from the opening on, and no more at the closing. Null for null.

        Args:
            at: as for `elapsed`.

        Returns:
            As `elapsed`, but Boolean.

        Raises:
            InvalidRequest: as `elapsed`.
        """
        found: pl.Expr | pl.Series | bool | None = applied(self._is_open, {"at": at}, pl.Boolean())
        return found

    @overload
    def next_open(self, at: Column) -> pl.Expr: ...
    @overload
    def next_open(self, at: pl.Series) -> pl.Series: ...
    @overload
    def next_open(self, at: Moment) -> datetime | None: ...
    def next_open(self, at: Given) -> pl.Expr | pl.Series | datetime | None:
        """The first moment from this one on that lies in business hours: itself where it does. Null where none follows.

        Args:
            at: as for `elapsed`.

        Returns:
            As `elapsed`, but ``Datetime("us", "UTC")``.

        Raises:
            InvalidRequest: as `elapsed`.
        """
        found: pl.Expr | pl.Series | datetime | None = applied(self._next_open, {"at": at}, pl.Datetime("us", "UTC"))
        return found

    def to_frame(self, start: date | datetime | str, end: date | datetime | str) -> pl.DataFrame:
        """What is open from start to end, for a person to check: a row per interval, and per date closed for a reason.

        Args:
            start: a date (also its ISO form), which begins at midnight in the zone, or an aware datetime.
            end: likewise; not included.

        Returns:
            date (on which the interval begins), weekday (``Mon``), opens_at and closes_at (``Datetime("us", zone)``,
            cut at start and end; null where the date is closed), duration (real time; 0 where it is closed; the sum
            is what `elapsed` gives), why (``weekly``, ``special``, ``holiday``, or ``break`` for what a break has cut
            or taken away), holiday (the name of the date's holiday, where it has one). Sorted by date and time.

        Raises:
            InvalidRequest: a bound is neither, or end is before start.
        """
        first, last = (self._bound(bound, name) for bound, name in ((start, "start"), (end, "end")))
        if last < first:
            raise InvalidRequest(f"BusinessHours: end={end!r} is before start={start!r}.")
        years = first.year, last.year
        replaced = replaced_dates(self.special, self.breaks, named_holidays(self.holidays, *years))
        return shown(_intervals(self, *years), replaced, first, last, self.zone)

    def __repr__(self) -> str:
        special = {str(day): written_spans(spans) for day, spans in self.special}
        breaks = {str(day): written_spans(spans) for day, spans in self.breaks}
        holidays = self.holidays if isinstance(self.holidays, Region) else [str(day) for day in sorted(self.holidays)]
        more = {"holidays": holidays, "special": special, "breaks": breaks}
        told = "".join(f", {name}={value!r}" for name, value in more.items() if value)
        return f"BusinessHours({self.zone!r}, {written(self.weekly)!r}{told})"

    def _elapsed(self, start: pl.Series, end: pl.Series) -> pl.Series:
        first, last = start.min(), end.max()
        if not isinstance(first, int) or not isinstance(last, int) or last < first:
            return start.clear(len(start))  # nothing but nulls
        opened = _open_time(self, _year(first), _year(last))
        _warn_if_closed(opened, first, last)
        times = pl.DataFrame({"start": start, "end": end})
        waited = opened.until(pl.col("end")) - opened.until(pl.col("start"))
        return times.select(pl.when(pl.col("start") <= pl.col("end")).then(waited)).to_series()

    def _is_open(self, at: pl.Series) -> pl.Series:
        first, last = at.min(), at.max()
        if not isinstance(first, int) or not isinstance(last, int):
            return at
        opened = _open_time(self, _year(first), _year(last))
        return pl.DataFrame({"at": at}).select(opened.holds(pl.col("at"))).to_series()

    def _next_open(self, at: pl.Series) -> pl.Series:
        first, last = at.min(), at.max()
        if not isinstance(first, int) or not isinstance(last, int):
            return at
        opened = self._open_beyond(_year(first), last)
        return pl.DataFrame({"at": at}).select(opened.next(pl.col("at"))).to_series()

    def _bound(self, bound: date | datetime | str, name: str) -> datetime:
        """A bound as a moment of UTC; dates and times without a zone are read in the calendar's."""
        try:
            read = datetime.fromisoformat(bound) if isinstance(bound, str) else bound
            moment = read if isinstance(read, datetime) else datetime.combine(read, time())
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone_named(self.zone))).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise InvalidRequest(
                f"BusinessHours: {name}={bound!r} is refused: allowed are a date, an aware datetime, or an ISO string."
            ) from None

    def _open_beyond(self, first_year: int, last: int) -> OpenTime:
        """The open time from this year to an opening after the last moment, where there is one at all."""
        year = _year(last)
        end = _LAST_YEAR if any(self.weekly) else max([year, *(day.year for day, _ in self.special)])
        for ahead in (1, 20, 400):
            opened = _open_time(self, first_year, min(year + ahead, end))
            if (opened.opens > last).any():
                return opened
        return _open_time(self, first_year, end)


def elapsed_by_account(
    hours: BusinessHours | Mapping[str, BusinessHours], start: Column, end: Column, account: Column
) -> pl.Expr:
    """`BusinessHours.elapsed` by the calendar of each row's account; null where the account has none.

    Args:
        hours: one calendar for all rows, or a calendar for each account.
        start: the expression or the name of a column of moments.
        end: likewise.
        account: the expression or the name of a column; not looked at where one calendar holds for all.

    Raises:
        InvalidRequest: `hours` is neither.
    """
    if isinstance(hours, BusinessHours):
        return hours.elapsed(start, end)
    parts = [one.elapsed(_only(start, account, name), end) for name, one in _calendars(hours).items()]
    return pl.coalesce(*parts, pl.lit(None, pl.Duration("us")))


def is_open_by_account(hours: BusinessHours | Mapping[str, BusinessHours], at: Column, account: Column) -> pl.Expr:
    """`BusinessHours.is_open` by the calendar of each row's account; null where the account has none.

    Args:
        hours: one calendar for all rows, or a calendar for each account.
        at: the expression or the name of a column of moments.
        account: likewise, of accounts; not looked at where one calendar holds for all.

    Raises:
        InvalidRequest: `hours` is neither.
    """
    if isinstance(hours, BusinessHours):
        return hours.is_open(at)
    parts = [one.is_open(_only(at, account, name)) for name, one in _calendars(hours).items()]
    return pl.coalesce(*parts, pl.lit(None, pl.Boolean()))


def _calendars(hours: object) -> Mapping[str, BusinessHours]:
    if isinstance(hours, Mapping) and all(
        isinstance(name, str) and isinstance(one, BusinessHours) for name, one in hours.items()
    ):
        return hours
    raise InvalidRequest(f"hours={hours!r} is refused: allowed are a BusinessHours, or a dict of one for each account.")


def _only(at: Column, account: Column, name: str) -> pl.Expr:
    """These moments in the rows of one account, null in all others."""
    moments, accounts = (pl.col(one) if isinstance(one, str) else one for one in (at, account))
    return pl.when(accounts == name).then(moments)


@lru_cache(maxsize=32)
def _open_time(hours: BusinessHours, first_year: int, last_year: int) -> OpenTime:
    found = _intervals(hours, first_year, last_year)
    return OpenTime(found.get_column("opens"), found.get_column("closes"))


def _intervals(hours: BusinessHours, first_year: int, last_year: int) -> pl.DataFrame:
    """The intervals of these years, by UTC, and of some days on both sides."""
    around = max(first_year - 1, _FIRST_YEAR), min(last_year + 1, _LAST_YEAR)
    return open_intervals(
        _days(first_year, last_year),
        offsets(hours.zone, *around),
        weekly=hours.weekly,
        special=hours.special,
        breaks=hours.breaks,
        holidays=named_holidays(hours.holidays, *around),
    )


def _days(first_year: int, last_year: int) -> pl.Series:
    first, last = (
        date(year, *day).toordinal() - _EPOCH.toordinal() for year, day in ((first_year, (1, 1)), (last_year, (12, 31)))
    )
    return pl.int_range(first - _AROUND, last + _AROUND + 1, dtype=pl.Int32, eager=True).cast(pl.Date)


def _year(micros: int) -> int:
    try:
        return (_EPOCH + timedelta(microseconds=micros)).year
    except OverflowError:
        raise InvalidRequest("BusinessHours: a time lies outside the years 1 to 9999.") from None


def _warn_if_closed(opened: OpenTime, first: int, last: int) -> None:
    """Tell where nothing is open in the whole range, of a week at least: a shorter one may be a night or a weekend."""
    around = max(7 * DAY - (last - first), 0)
    if ((opened.closes > first - around) & (opened.opens <= last + around)).any():
        return
    since, until = ((_EPOCH + timedelta(microseconds=at)).date() for at in (first, last))
    said = f"BusinessHours: nothing is open between {since} and {until}, so every span there is 0; check the calendar."
    warnings.warn(said, LeadkitWarning, stacklevel=2)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1, 9999
_AROUND = 10  # days: a week around a short range, and what began before midnight
