"""Windows and pages: nothing lost, nothing doubled, and an end to it, whatever the server does."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadkit.errors import BadResponse, LeadkitError, NetworkError, NotFound, RateLimited, ServerError
from leadkit.pages import Page, Sweep, by_number, by_offset, by_window, sweep

sys.path.insert(0, str(Path(__file__).parent / "fetching"))
from moving_list import EVENTS, MovingList, lists

NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Lead = tuple[datetime, str]


# Windows


class Leads:
    """An API without paging, that fails where there is too much in an answer or its window is too wide."""

    def __init__(self, leads: list[Lead], most: int, widest: timedelta | None = None) -> None:
        self.leads = leads
        self.most = most
        self.widest = widest
        self.asked: list[tuple[datetime | None, datetime | None]] = []

    def between(self, low: datetime | None, high: datetime | None) -> list[Lead]:
        return [lead for lead in self.leads if (low is None or lead[0] >= low) and (high is None or lead[0] <= high)]

    def holds(self, low: datetime | None, high: datetime | None) -> int:
        return len(self.between(low, high))

    def get(self, low: datetime | None, high: datetime | None) -> list[tuple[Lead, int]]:
        """The leads from the first to the last second, both included; exact repeats are numbered."""
        self.asked.append((low, high))
        found = self.between(low, high)
        too_wide = self.widest is not None and (low is None or (high or NOW) - low > self.widest)
        if len(found) > self.most or too_wide:
            raise ServerError("too much")
        repeats: Counter[Lead] = Counter()
        numbered = []
        for lead in found:
            repeats[lead] += 1
            numbered.append((lead, repeats[lead]))
        return numbered


def numbered(leads: list[Lead]) -> set[tuple[Lead, int]]:
    return {(lead, number + 1) for lead, count in Counter(leads).items() for number in range(count)}


MOMENTS = st.one_of(
    st.integers(0, 40).map(lambda seconds: NOW - timedelta(days=1, seconds=seconds)),
    st.integers(0, 40_000_000).map(lambda tenths: NOW - timedelta(hours=1, milliseconds=100 * tenths)),
    st.datetimes(datetime(1996, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001  has timezones=
)
LEADS = st.lists(st.tuples(MOMENTS, st.sampled_from(["ann", "bo"])), max_size=30)


@settings(max_examples=100)
@given(LEADS, st.integers(2, 12), st.booleans(), st.booleans())
def test_windows_lose_nothing_and_double_nothing_where_answers_are_too_large(
    leads: list[Lead], most: int, bounded_below: bool, bounded_above: bool
) -> None:
    start = datetime(1996, 1, 1, tzinfo=UTC) if bounded_below else None
    end = NOW if bounded_above else None
    api = Leads(leads, most)
    if most_in_a_second(leads) > most:
        with pytest.raises(ServerError):
            list(by_window(api.get, start, end, now=NOW))
        return
    answers = list(by_window(api.get, start, end, now=NOW))
    assert {lead for answer in answers for lead in answer} == numbered(leads)
    assert len(api.asked) <= 2 + 60 * (1 + len(leads))


def most_in_a_second(leads: list[Lead]) -> int:
    """The most leads in the smallest window of all, which holds both its seconds."""
    starts = {lead[0].replace(microsecond=0) - before for lead in leads for before in (SECOND, timedelta(0))}
    return max((sum(start <= at <= start + SECOND for at, _ in leads) for start in starts), default=0)


@settings(max_examples=100)
@given(LEADS, st.integers(1, 2000), st.integers(2, 200))
def test_windows_lose_nothing_where_they_may_only_be_so_wide(leads: list[Lead], days: int, width: int) -> None:
    start = NOW - timedelta(days=days)
    leads = [lead for lead in leads if start <= lead[0] <= NOW]
    api = Leads(leads, 1000, timedelta(days=width, hours=3))
    answers = list(by_window(api.get, start, None, now=NOW))
    assert {lead for answer in answers for lead in answer} == numbered(leads)
    assert len(api.asked) <= 2 + 4 * (1 + days // width)


@given(LEADS)
def test_an_answer_that_is_not_too_large_is_one_call(leads: list[Lead]) -> None:
    api = Leads(leads, 1000)
    (answer,) = by_window(api.get, None, None, now=NOW)
    assert set(answer) == numbered(leads)
    assert api.asked == [(None, None)]


def test_neighbours_share_their_boundary_second() -> None:
    api = Leads([(NOW - timedelta(days=day), "ann") for day in range(1, 9)], 3)
    list(by_window(api.get, NOW - timedelta(days=9), NOW, now=NOW))
    probe = api.asked[1]
    leaves = sorted(span for span in api.asked if span != probe and api.holds(*span) <= 3)
    assert (leaves[0][0], leaves[-1][1]) == (NOW - timedelta(days=9), NOW)
    assert all(left[1] == right[0] for left, right in pairwise(leaves))
    assert len(leaves) > 2


SPANS = [
    (None, None),
    (None, NOW - timedelta(days=5)),
    (NOW - timedelta(days=400), None),
    (NOW - timedelta(days=400), NOW - timedelta(days=1)),
    (NOW - SECOND, NOW),
    (NOW - timedelta(minutes=1), NOW),
]


@pytest.mark.parametrize(("start", "end"), SPANS)
@pytest.mark.parametrize(
    "code", [ServerError("x"), NetworkError("x", code="timeout"), BadResponse("x", code="body_too_large")]
)
def test_a_server_that_always_fails_is_asked_twice_at_most(
    start: datetime | None, end: datetime | None, code: LeadkitError
) -> None:
    asked = []

    def failing(low: datetime | None, high: datetime | None) -> None:
        asked.append((low, high))
        raise code

    with pytest.raises(type(code)) as caught:
        list(by_window(failing, start, end, now=NOW))
    assert caught.value is code
    assert len(asked) <= 2


@pytest.mark.parametrize(
    "error",
    [
        NotFound("x"),
        RateLimited("x"),
        LeadkitError("x"),
        BadResponse("x"),
        NetworkError("x", code="connection_broken"),
        NetworkError("x"),
    ],
)
def test_what_is_no_matter_of_size_is_not_halved(error: LeadkitError) -> None:
    asked = []

    def failing(low: datetime | None, high: datetime | None) -> None:
        asked.append((low, high))
        raise error

    with pytest.raises(type(error)):
        list(by_window(failing, NOW - timedelta(days=9), NOW, now=NOW))
    assert len(asked) == 1


def test_an_error_in_a_half_that_is_no_matter_of_size_ends_it() -> None:
    def get(low: datetime | None, high: datetime | None) -> str:
        if high == NOW and low == NOW - timedelta(days=9):
            raise ServerError("too much")
        if high == NOW:
            raise RateLimited("enough")
        return "answer"

    with pytest.raises(RateLimited):
        list(by_window(get, NOW - timedelta(days=9), NOW, now=NOW))


def test_one_second_that_is_too_full_is_the_servers_error() -> None:
    full = NOW - timedelta(days=3)
    api = Leads([(full, f"buyer-{number}") for number in range(9)], 8)
    with pytest.raises(ServerError):
        list(by_window(api.get, NOW - timedelta(days=9), NOW, now=NOW))
    assert len(api.asked) <= 2 + 2 * 21


# Pages


def as_page(rows: list[str], total: int, step: int | None, more: bool) -> Page[list[str]]:
    return Page(read_ids=lambda: tuple(rows), total=total, more=more, step=step, content=rows)


def reading(api: MovingList) -> Callable[[int, int], Page[list[str]]]:
    return lambda offset, limit: as_page(*api.page(offset, limit))


def never(_: list[Page[list[str]]]) -> bool:
    return False


def swept(api: MovingList, limit: int = 3) -> Sweep[list[str]]:
    return sweep(reading(api), limit=limit, enough=never)


def rows_of(pages: list[Page[list[str]]]) -> list[str]:
    return [row for page in pages for row in page.content]


def calls_at_most(api: MovingList, sweeps: int) -> int:
    most = max(len(rows) for rows in api.seen) + 9
    return sweeps * (2 * most + 21)


@settings(max_examples=300)
@given(lists(st.just([])), st.integers(1, 5))
def test_a_list_that_stands_still_is_read_once_in_its_order(api: MovingList, limit: int) -> None:
    found = swept(api, limit)
    assert rows_of(found.last) == api.rows
    assert (found.sweeps, found.steady, found.cut) == (1, True, False)
    assert len(api.seen) == len(found.pages)


@settings(max_examples=300)
@given(lists(st.lists(EVENTS, max_size=25)), st.integers(1, 5))
def test_what_is_there_throughout_a_steady_sweep_is_in_it(api: MovingList, limit: int) -> None:
    found = swept(api, limit)
    assert len(api.seen) <= calls_at_most(api, found.sweeps)
    assert found.sweeps <= 3
    if found.steady:
        calls = len(found.last) + (len(found.last) > 1)
        assert api.throughout(calls) <= set(rows_of(found.last))
    assert set(rows_of(found.last)) <= set(rows_of(found.pages))


@settings(max_examples=200)
@given(lists(st.lists(EVENTS, max_size=8)), st.integers(1, 5))
def test_a_list_that_comes_to_rest_during_the_first_sweep_is_read_whole_in_the_end(api: MovingList, limit: int) -> None:
    found = swept(api, limit)
    assert found.sweeps < 3 or len(api.events) > 2 or found.steady
    if found.steady and len(api.seen) - (len(found.last) + 1) > len(api.events):
        assert rows_of(found.last) == api.rows


def test_a_row_that_arrives_or_vanishes_means_another_sweep() -> None:
    for event in ("arrive", "vanish", "rise"):
        found = swept(MovingList([f"row-{n}" for n in range(12)], [("nothing", 0), (event, 9)]))
        assert (found.sweeps, found.steady) == (2, True)


def test_a_list_that_never_rests_is_swept_three_times_and_said_to_move() -> None:
    api = MovingList([f"row-{n}" for n in range(9)], [("arrive", 0)] * 99)
    found = swept(api)
    assert (found.sweeps, found.steady) == (3, False)
    assert {f"row-{n}" for n in range(9)} <= set(rows_of(found.pages))


def test_a_page_that_is_repeated_for_ever_ends() -> None:
    asked = []

    def get(offset: int, limit: int) -> Page[list[str]]:
        asked.append(offset)
        return as_page(["a", "b"], 1000, 2, more=True)

    list(by_offset(get, limit=2))
    assert asked == [0, 2, 4]


@pytest.mark.parametrize("total", [0, 6, 1000])
def test_rows_that_never_end_end_at_some_point_beyond_the_total(total: int) -> None:
    asked = []

    def get(offset: int, limit: int) -> Page[list[str]]:
        asked.append(offset)
        return as_page([f"{offset}-a", f"{offset}-b"], total, 2, more=True)

    list(by_offset(get, limit=2))
    assert total / 2 <= len(asked) <= total + 20


def test_rows_and_a_total_that_both_never_end_do_end() -> None:
    asked = []

    def get(offset: int, limit: int) -> Page[list[str]]:
        asked.append(offset)
        assert len(asked) < 1000, "an endless loop"
        return as_page([f"{offset}-a", f"{offset}-b"], offset + 10, 2, more=True)

    list(by_offset(get, limit=2))


def test_a_total_of_many_digits_is_no_trouble() -> None:
    pages = list(by_offset(lambda offset, limit: as_page(["a"], 10**400, None, more=True), limit=50))
    assert len(pages) == 3


def test_empty_pages_end_whatever_the_total_and_the_link_say() -> None:
    asked = []

    def get(offset: int, limit: int) -> Page[list[str]]:
        asked.append(offset)
        return as_page(["a", "b"] if offset == 0 else [], 1000, None, more=True)

    list(by_offset(get, limit=2))
    assert asked == [0, 2]


@pytest.mark.parametrize("step", [None, 0, 7, 3])
def test_a_page_size_that_can_not_be_is_not_used(step: int | None) -> None:
    """A larger one than asked for, or one that does not divide the offset, would leave rows out."""
    asked = []

    def get(offset: int, limit: int) -> Page[list[str]]:
        asked.append((offset, limit))
        return as_page(
            [f"row-{n}" for n in range(offset, min(offset + 4, 10))], 10, step if offset else None, more=offset < 8
        )

    assert len(rows_of(list(by_offset(get, limit=4)))) == 10
    assert asked == [(0, 4), (4, 4), (8, 4)]


def test_the_user_who_wants_no_more_rows_gets_no_more_calls() -> None:
    api = MovingList([f"row-{n}" for n in range(12)], [("arrive", 0)] * 9)
    found = sweep(reading(api), limit=3, enough=lambda pages: len(rows_of(pages)) > 4)
    assert (len(api.seen), found.cut, found.sweeps) == (2, True, 1)


def test_rows_without_an_id_are_read_like_others() -> None:
    def get(offset: int, limit: int) -> Page[list[None]]:
        rows = [None] * min(limit, max(0, 11 - offset))
        return Page(read_ids=lambda: tuple(rows), total=11, more=offset + limit < 11, step=None, content=rows)

    pages = list(by_offset(get, limit=2))
    assert sum(len(page.content) for page in pages) == 11


# Numbered pages


@settings(max_examples=200)
@given(st.lists(st.integers(1, 3), max_size=12), st.integers(1, 8))
def test_pages_of_any_length_come_whole_where_the_number_of_rows_is_known(lengths: list[int], at_once: int) -> None:
    there = [[f"row-{page}-{row}" for row in range(length)] for page, length in enumerate(lengths)]
    asked: list[int] = []

    def get(numbers: Sequence[int]) -> list[Page[list[str]]]:
        asked.extend(numbers)
        return [as_page(there[number - 1] if number <= len(there) else [], 0, None, more=False) for number in numbers]

    def are_more(came: int) -> bool:
        return came < sum(lengths)

    found = by_number(get, size=3, at_once=at_once, enough=lambda _: False, more=are_more)
    assert [page.content for page in found.pages] == there
    assert len(asked) <= 2 * len(there) + 1


def test_a_page_of_rows_without_ids_is_new_whenever_it_comes() -> None:
    def get(numbers: Sequence[int]) -> list[Page[list[None]]]:
        return [Page(lambda: (None, None), 0, more=False, step=None, content=[None] * 2) for _ in numbers]

    found = by_number(get, size=2, at_once=2, enough=lambda rows: rows > 8, more=lambda _: False)
    assert [len(page.content) for page in found.pages] == [2] * 5
