"""The dates on which nothing opens: given one by one, or by country and region."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from leadkit.errors import InvalidRequest
from leadkit.metrics.opening_hours import date_of

GivenHolidays = str | date | Iterable[date | str]


@dataclass(frozen=True, slots=True)
class Region:
    """A country, or a region of it, whose public holidays are computed by the package ``holidays``.

    Attributes:
        country: its ISO 3166 code, such as ``US``.
        subdivision: of the country, such as ``IL``; None for the whole.
    """

    country: str
    subdivision: str | None = None

    def __repr__(self) -> str:
        return repr(self.country if self.subdivision is None else f"{self.country}-{self.subdivision}")


Holidays = frozenset[date] | Region


def holidays_of(given: GivenHolidays) -> Holidays:
    """Holidays as a user gives them: dates (also in ISO form), or a country and region.

    One date needs no list around it; a region is ``"US"``, ``"US-IL"`` or ``("US", "IL")``.

    Raises:
        InvalidRequest: it is neither; or the package ``holidays`` is missing, or does not know the country or region.
    """
    if isinstance(given, str):
        return frozenset({date_of(given, "holidays")}) if given[:1].isdigit() else _region(*given.split("-", 1))
    if isinstance(given, date):
        return frozenset({date_of(given, "holidays")})
    if not isinstance(given, Iterable):
        raise InvalidRequest(f"BusinessHours: holidays={given!r} is refused: allowed are {_ALLOWED}.")
    listed = list(given)
    if 0 < len(listed) <= 2 and all(isinstance(one, str) and one[:1].isalpha() for one in listed):  # noqa: PLR2004 - country, region
        return _region(*map(str, listed))
    return frozenset(date_of(one, "holidays") for one in listed)


def named_holidays(holidays: Holidays, first_year: int, last_year: int) -> dict[date, str | None]:
    """The holidays of these years with their names; a date that was given one by one has none.

    A country's holiday on a weekend is also kept on the day on which it is observed.
    """
    if isinstance(holidays, Region):
        return dict(_computed(holidays, first_year, last_year))
    return dict.fromkeys(sorted(day for day in holidays if first_year <= day.year <= last_year))


_ALLOWED = "dates, or a country and region such as 'US' or 'US-IL'"


def _region(country: str, subdivision: str | None = None) -> Region:
    region = Region(country.strip().upper(), subdivision.strip() if subdivision else None)
    _computed(region, _CHECKED, _CHECKED)
    return region


@lru_cache(maxsize=64)
def _computed(region: Region, first_year: int, last_year: int) -> tuple[tuple[date, str], ...]:
    years = range(first_year, last_year + 1)
    try:
        found = _package().country_holidays(region.country, subdiv=region.subdivision, years=years, observed=True)
    except NotImplementedError:
        raise InvalidRequest(
            f"BusinessHours: holidays={region!r} is refused: no holidays are known of it; allowed are {_ALLOWED}."
        ) from None
    return tuple(sorted(found.items()))


def _package() -> Any:  # an extra, loaded when it is used
    try:
        return importlib.import_module("holidays")
    except ImportError:
        raise InvalidRequest(
            "BusinessHours: holidays of a country need the package 'holidays': pip install 'leadkit[holidays]'."
        ) from None


_CHECKED = 2025  # a year for which every country is known
