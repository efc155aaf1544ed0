"""Pagers: how an answer that comes in parts is asked for. Stateless; `get` sends one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Generic, TypeVar

from leadkit.errors import BadResponse, LeadkitError, NetworkError, ServerError

T = TypeVar("T")

MAX_SWEEPS = 3
_SECOND = timedelta(seconds=1)
_GUESS = timedelta(days=90)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One answer of several: what is in it, and what it says about the rest.

    Attributes:
        read_ids: gives the keys of its rows, None for a row without one; only asked for where the paging needs them.
        total: how many rows there are, by this answer's own count.
        more: whether it names a next page.
        step: the page size that it says it used, where it says so.
        content: whatever the rows are made into.
    """

    read_ids: Callable[[], tuple[str | None, ...]]
    total: int
    more: bool
    step: int | None
    content: T

    @cached_property
    def ids(self) -> tuple[str | None, ...]:
        """The keys of its rows."""
        return self.read_ids()


@dataclass(frozen=True, slots=True)
class Sweep(Generic[T]):
    """All pages of all sweeps, in order.

    Attributes:
        pages: every page that came.
        last: those of the last sweep.
        sweeps: how many there were.
        steady: nothing moved during the last one.
        cut: it ended early, because the user wants no more rows.
    """

    pages: list[Page[T]]
    last: list[Page[T]]
    sweeps: int
    steady: bool = True
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Numbered(Generic[T]):
    """The pages of a sweep by number, in order.

    Attributes:
        pages: those that brought a row which none before them had.
        repeated: those that brought none: empty, or the same again.
    """

    pages: list[Page[T]]
    repeated: list[Page[T]]


def by_offset(get: Callable[[int, int], Page[T]], *, limit: int) -> Iterator[Page[T]]:
    """Pages by offset, a multiple of the limit, until one is empty, the last, or the second in a row without a new id.

    The API's total may be wrong either way, so it neither ends a sweep that still gets new rows nor keeps an empty one
    going; only its double, and some, ends a list that never does.
    """
    seen: set[str | None] = set()
    offset, stale, said = 0, 0, None
    while True:
        page = get(offset, limit)
        yield page
        said = page.total if said is None else said  # the first word: a total may grow with every page
        limit = page.step if page.step and 0 < page.step < limit and offset % page.step == 0 else limit
        offset += limit
        if not page.more and (offset >= page.total or len(page.ids) < limit):
            return
        new = set(page.ids) - seen
        seen |= new - {None}  # rows without an id can't be told apart: they are new
        stale = 0 if new else stale + 1
        if not page.ids or stale == 2 or offset >= 2 * said + 20 * limit:  # noqa: PLR2004 - see above
            return


def by_number(
    get: Callable[[Sequence[int]], Sequence[Page[T]]],
    *,
    size: int,
    at_once: int,
    enough: Callable[[int], bool],
    more: Callable[[int], bool],
) -> Numbered[T]:
    """Pages by number, until one is short, empty, or brings no new row: the answers do not tell how many there are.

    The first is asked for alone; then ever more at once, so that at most as many are asked for in vain as there were.
    A short page is not the end where one that was asked for beside it goes on behind it, nor where `more` says that so
    many rows are not all: then the next one is looked at, too. So many rows are `enough` for the user.
    """
    found: Numbered[T] = Numbered([], [])
    seen: set[str | None] = set()
    number, wave, rows, doubtful = 1, 1, 0, False
    while True:
        came = get(range(number, number + wave))
        for page in came:
            new = set(page.ids) - seen
            seen |= new - {None}  # as in by_offset
            rows += len(new - {None}) + page.ids.count(None)
            if new or not doubtful:
                (found.pages if new else found.repeated).append(page)
            if enough(rows):
                return found
        number, wave = number + wave, min(2 * wave, at_once)
        if not found.pages or came[-1] is not found.pages[-1]:
            return found
        doubtful = len(came[-1].ids) < size
        if doubtful and not more(rows):
            return found
        wave = 1 if doubtful else wave


def sweep(get: Callable[[int, int], Page[T]], *, limit: int, enough: Callable[[list[Page[T]]], bool]) -> Sweep[T]:
    """Sweep by offset; where the total or the first page changed meanwhile, again, at most three times.

    A row that came twice is a change too: the list may have moved and moved back, and another row slipped through.
    `enough` ends a sweep early (the user's ``max_rows``); then nothing is swept again.
    """
    pages: list[Page[T]] = []
    for count in range(1, MAX_SWEEPS + 1):
        last: list[Page[T]] = []
        for page in by_offset(get, limit=limit):
            last.append(page)
            if enough(last):
                return Sweep([*pages, *last], last, count, cut=True)
        pages += last
        if len(last) == 1:  # one answer can't have moved under the reader
            return Sweep(pages, last, count)
        again = get(0, limit)
        pages.append(again)
        if again.ids == last[0].ids and {again.total} == {page.total for page in last} and not _has_repeats(last):
            return Sweep(pages, last, count)
    return Sweep(pages, last, MAX_SWEEPS, steady=False)


def _has_repeats(pages: list[Page[T]]) -> bool:
    keys = [key for page in pages for key in page.ids if key is not None]
    return len(set(keys)) < len(keys)


def by_window(
    get: Callable[[datetime | None, datetime | None], T],
    start: datetime | None,
    end: datetime | None,
    *,
    now: datetime,
) -> Iterator[T]:
    """One call for the whole span; halved where the answer fails by its size, down to a second.

    Neighbours share their boundary second, so nothing can fall between them. Before the first halving the smallest
    window is tried: if that fails too, it was not the size.
    """
    try:
        yield get(start, end)
    except LeadkitError as error:
        middle = _middle(start, end, now)
        if not _by_size(error) or middle is None:
            raise
        _probe(get, start, middle, error)
        yield from _halves(get, start, middle, end, now)


def _halves(
    get: Callable[[datetime | None, datetime | None], T],
    start: datetime | None,
    middle: datetime,
    end: datetime | None,
    now: datetime,
) -> Iterator[T]:
    for low, high in ((start, middle), (middle, end)):
        try:
            found = get(low, high)
        except LeadkitError as error:
            inner = _middle(low, high, now)
            if not _by_size(error) or inner is None:
                raise
            yield from _halves(get, low, inner, high, now)
        else:
            yield found


def _probe(
    get: Callable[[datetime | None, datetime | None], T],
    start: datetime | None,
    middle: datetime,
    error: LeadkitError,
) -> None:
    low = start or middle
    try:
        get(low, low + _SECOND)
    except LeadkitError:
        raise error from None


def _by_size(error: LeadkitError) -> bool:
    if isinstance(error, BadResponse | NetworkError):
        return error.code in {"body_too_large", "timeout"}
    return isinstance(error, ServerError)


def _middle(start: datetime | None, end: datetime | None, now: datetime) -> datetime | None:
    """A whole second between the two, None where there is none; without a start, ever further back."""
    high = end or now
    if start is None:
        back = max(now - high, _GUESS)  # 90 days before the end, then as far again
        began = _EBAY_BEGAN.replace(tzinfo=high.tzinfo)
        return max(high - back, began) if high > began else None
    middle = (start + (high - start) / 2).replace(microsecond=0)
    return middle if start < middle < high else None


_EBAY_BEGAN = datetime(1995, 9, 1)  # noqa: DTZ001 - its zone is put on where it is compared
