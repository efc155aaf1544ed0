"""Wall-clock times of a zone as instants, by rules that hold for every year and every switch of the clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from polars.exceptions import PolarsError

from leadkit.errors import InvalidRequest

Micros = int
_ONE = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DETAILED = range(1840, 2101)  # the shortest time between two switches of a zone is four days, in Freetown in 1939


@dataclass(frozen=True, slots=True)
class Offsets:
    """What a zone's clocks are ahead of UTC, in microseconds, before the first switch and after each.

    Attributes:
        switches: the instants of the switches, sorted.
        ahead: one more than there are switches.
    """

    switches: tuple[Micros, ...]
    ahead: tuple[Micros, ...]

    def instants(self, wall: pl.Expr) -> pl.Expr:
        """The instants of wall-clock times, both in microseconds since 1970.

        A time that the clocks skip moves forward by the gap; of a time that comes twice it is the first (PEP 495,
        fold=0). So the offset before a switch is used until the later of the two wall-clock times of the switch.
        """
        later = [
            at + max(pair)
            for at, pair in zip(self.switches, zip(self.ahead, self.ahead[1:], strict=False), strict=True)
        ]
        return wall - self._ahead(later, wall)

    def walls(self, instants: pl.Expr) -> pl.Expr:
        """What the clocks show at these instants, both in microseconds since 1970."""
        return instants + self._ahead(self.switches, instants)

    def _ahead(self, switches: tuple[Micros, ...] | list[Micros], at: pl.Expr) -> pl.Expr:
        passed = pl.lit(pl.Series(switches, dtype=pl.Int64)).search_sorted(at, side="right")
        return pl.lit(pl.Series(self.ahead, dtype=pl.Int64)).gather(passed)


def zone_named(zone: str) -> ZoneInfo:
    """The time zone of this name.

    Raises:
        InvalidRequest: there is none.
    """
    try:
        found = ZoneInfo(zone)
        pl.select(pl.lit(_EPOCH).dt.convert_time_zone(zone))  # Polars has a list of its own
    except (TypeError, ValueError, OSError, ZoneInfoNotFoundError, PolarsError):
        raise InvalidRequest(
            f"zone={zone!r} is refused: allowed are names of time zones such as 'America/Chicago' or 'UTC'."
        ) from None
    return found


@lru_cache(maxsize=64)
def offsets(zone: str, first_year: int, last_year: int) -> Offsets:
    """The offsets of a zone from the start of the one year to the end of the other, by UTC.

    Read from `zoneinfo`: Polars' own tables end with the year 2099.
    """
    clock = zone_named(zone)
    looks = list(_looks(first_year, last_year))
    ahead = [_offset(clock, at) for at in looks]
    changed = [n for n in range(1, len(looks)) if ahead[n] != ahead[n - 1]]
    switches = tuple(_switch(clock, looks[n - 1], looks[n]) for n in changed)
    return Offsets(switches, (ahead[0], *(ahead[n] for n in changed)))


def _looks(first_year: int, last_year: int) -> Iterator[datetime]:
    """When to look at the clocks: daily, and every four weeks in years of which no zone has more than a yearly rule."""
    for year in range(first_year, last_year + 1):
        for days in range(1, 365, 1 if year in _DETAILED else 28):
            yield datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=days)


def _offset(clock: ZoneInfo, at: datetime) -> Micros:
    ahead = at.astimezone(clock).utcoffset()
    return 0 if ahead is None else ahead // _ONE


def _switch(clock: ZoneInfo, before: datetime, after: datetime) -> Micros:
    """The instant between these two at which the offset changes, found by halving; switches fall on whole seconds."""
    old = _offset(clock, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(clock, middle) == old else (before, middle)
    return (after - _EPOCH) // _ONE
