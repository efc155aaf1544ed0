"""Business hours: how much of a wait fell into them, whether a moment does, and when they next begin."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import overload

import polars as pl

from leadkit.errors import InvalidRequest, LeadkitWarning
from leadkit.metrics.holiday_dates import GivenHolidays, holidays_of
from leadkit.metrics.moments import Column, Given, Moment, applied
from leadkit.metrics.open_time import OpenTime
from leadkit.metrics.opening_hours import DAY, GivenSpans, dated_of, week_of
from leadkit.metrics.schedule import Schedule, moment_of, open_time, year_of
from leadkit.metrics.zones import zone_named


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

    schedule: Schedule

    def __init__(
        self,
        zone: str,
        weekly: str | Mapping[str, GivenSpans],
        *,
        holidays: GivenHolidays = (),
        special: Mapping[date | str, GivenSpans] | None = None,
        breaks: Mapping[date | str, GivenSpans] | None = None,
    ) -> None:
        schedule = Schedule(
            zone_named(zone).key,
            week_of(weekly),
            holidays_of(holidays),
            dated_of(special, "special"),
            dated_of(breaks, "breaks"),
        )
        object.__setattr__(self, "schedule", schedule)  # the way in for what is frozen

    @property
    def zone(self) -> str:
        """The name of the time zone."""
        return self.schedule.zone

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
        return self.schedule.shown(first, last)

    def __repr__(self) -> str:
        return f"BusinessHours({self.schedule!r})"

    def _elapsed(self, start: pl.Series, end: pl.Series) -> pl.Series:
        first, last = start.min(), end.max()
        if not isinstance(first, int) or not isinstance(last, int) or last < first:
            return start.clear(len(start))  # nothing but nulls
        opened = open_time(self.schedule, year_of(first), year_of(last))
        _warn_if_closed(opened, first, last)
        times = pl.DataFrame({"start": start, "end": end})
        waited = opened.until(pl.col("end")) - opened.until(pl.col("start"))
        return times.select(pl.when(pl.col("start") <= pl.col("end")).then(waited)).to_series()

    def _is_open(self, at: pl.Series) -> pl.Series:
        first, last = at.min(), at.max()
        if not isinstance(first, int) or not isinstance(last, int):
            return at
        opened = open_time(self.schedule, year_of(first), year_of(last))
        return pl.DataFrame({"at": at}).select(opened.holds(pl.col("at"))).to_series()

    def _next_open(self, at: pl.Series) -> pl.Series:
        first, last = at.min(), at.max()
        if not isinstance(first, int) or not isinstance(last, int):
            return at
        opened = self.schedule.open_beyond(year_of(first), last)
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
    return pl.coalesce(*parts, _nothing(account, pl.Duration("us")))


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
    return pl.coalesce(*parts, _nothing(account, pl.Boolean()))


def _calendars(hours: object) -> Mapping[str, BusinessHours]:
    if isinstance(hours, Mapping) and all(
        isinstance(name, str) and isinstance(one, BusinessHours) for name, one in hours.items()
    ):
        return hours
    raise InvalidRequest(f"hours={hours!r} is refused: allowed are a BusinessHours, or a dict of one for each account.")


def _only(at: Column, account: Column, name: str) -> pl.Expr:
    """These moments in the rows of one account, null in all others."""
    return pl.when(_column(account) == name).then(_column(at))


def _nothing(account: Column, dtype: pl.DataType) -> pl.Expr:
    """Null for every row, which a mere literal is not."""
    return pl.when(_column(account).is_null()).then(pl.lit(None, dtype))


def _column(one: Column) -> pl.Expr:
    return pl.col(one) if isinstance(one, str) else one


def _warn_if_closed(opened: OpenTime, first: int, last: int) -> None:
    """Tell where nothing is open in the whole range, of a week at least: a shorter one may be a night or a weekend."""
    around = max(7 * DAY - (last - first), 0)
    if ((opened.closes > first - around) & (opened.opens <= last + around)).any():
        return
    since, until = (moment_of(at).date() for at in (first, last))
    said = f"BusinessHours: nothing is open between {since} and {until}, so every span there is 0; check the calendar."
    warnings.warn(said, LeadkitWarning, stacklevel=2)
