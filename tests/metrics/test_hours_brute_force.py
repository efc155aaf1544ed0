"""Business hours against a count of minutes, around switches of the clocks; and what holds for every calendar.

The count is on its own: `zoneinfo` alone, one date and one minute at a time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadkit as lk
from leadkit.metrics.zones import offsets

SWITCHES = [  # a zone, and a date near which its clocks change
    ("America/Chicago", date(2026, 3, 8)),
    ("America/Chicago", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # there is no midnight
    ("America/Sao_Paulo", date(2018, 2, 18)),  # midnight comes twice
    ("America/St_Johns", date(2006, 10, 29)),  # a minute past midnight
    ("Antarctica/Troll", date(2026, 3, 29)),  # by two hours
    ("Africa/Casablanca", date(2026, 2, 15)),  # Ramadan
    ("Asia/Tehran", date(2022, 3, 22)),
    ("Asia/Kathmandu", date(1986, 1, 1)),  # by a quarter of an hour
    ("Pacific/Apia", date(2011, 12, 30)),  # the day that was not
    ("Pacific/Kwajalein", date(1969, 10, 1)),  # a date that came twice
    ("Asia/Kolkata", date(2026, 6, 1)),  # never
]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)

Span = tuple[int, int]  # minutes of wall-clock time since midnight


@st.composite
def spans(draw, at_most: int = 3) -> list[Span]:
    """Spans of a day, many with a boundary in the small hours, where clocks change; some end on the next date."""
    begin = st.integers(0, 200) | st.sampled_from([0, 60, 120, 150, 180, 540, 1380]) | st.integers(0, 1439)
    return [(first, first + draw(st.integers(1, 600))) for first in draw(st.lists(begin, max_size=at_most))]


@st.composite
def calendars(draw) -> dict:
    zone, switch = draw(st.sampled_from(SWITCHES))
    near = st.integers(-2, 2).map(lambda days: switch + timedelta(days=days))
    return {
        "zone": zone,
        "weekly": {day: draw(spans()) for day in DAYS},
        "holidays": draw(st.sets(near, max_size=2)),
        "special": draw(st.dictionaries(near, spans(), max_size=2)),
        "breaks": draw(st.dictionaries(near, spans(2), max_size=2)),
        "around": switch,
    }


def hours_of(calendar: dict) -> lk.BusinessHours:
    return lk.BusinessHours(
        calendar["zone"],
        {day: written(spans) for day, spans in calendar["weekly"].items()},
        holidays=calendar["holidays"],
        special={day: written(spans) for day, spans in calendar["special"].items()},
        breaks={day: written(spans) for day, spans in calendar["breaks"].items()},
    )


def written(spans: list[Span]) -> list[tuple[str, str]]:
    return [tuple(f"{minute // 60}:{minute % 60:02}" for minute in span) for span in spans]


MOMENTS = st.integers(-4 * 1440, 4 * 1440)  # minutes from the day near which the clocks change


def moment(calendar: dict, minutes: int) -> datetime:
    return datetime.combine(calendar["around"], datetime.min.time(), UTC) + minutes * MINUTE


def by_hand(calendar: dict, start: datetime, end: datetime) -> int:
    """Open minutes of [start, end), each looked at on its own."""
    opened = set(minutes_of(opened_spans(calendar), start)) - set(minutes_of(broken_spans(calendar), start))
    return sum(minute in opened for minute in range((end - start) // MINUTE))


def minutes_of(intervals: Iterator[tuple[datetime, datetime]], start: datetime) -> Iterator[int]:
    for opens, closes in intervals:
        assert (opens - start) % MINUTE == (closes - start) % MINUTE == timedelta(0)
        yield from range((opens - start) // MINUTE, (closes - start) // MINUTE)


def opened_spans(calendar: dict) -> Iterator[tuple[datetime, datetime]]:
    for day in (calendar["around"] + timedelta(days=n) for n in range(-7, 8)):
        usual = [] if day in calendar["holidays"] else calendar["weekly"][DAYS[day.weekday()]]
        yield from instants(calendar["zone"], day, calendar["special"].get(day, usual))


def broken_spans(calendar: dict) -> Iterator[tuple[datetime, datetime]]:
    for day, spans in calendar["breaks"].items():
        yield from instants(calendar["zone"], day, spans)


def instants(zone: str, day: date, spans: list[Span]) -> Iterator[tuple[datetime, datetime]]:
    """From wall clock to UTC by PEP 495: what is skipped moves on by the gap, what comes twice is the first."""
    midnight = datetime.combine(day, datetime.min.time())
    noon = (midnight + timedelta(hours=12)).replace(tzinfo=ZoneInfo(zone))
    if noon.astimezone(UTC).astimezone(ZoneInfo(zone)).date() == day:
        yield from (
            tuple((midnight + minute * MINUTE).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for minute in span)
            for span in spans
        )


@settings(max_examples=50)
@given(calendars(), MOMENTS, MOMENTS)
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_business_hours_are_the_open_minutes_counted_one_by_one(calendar, first, last):
    start, end = (moment(calendar, minutes) for minutes in sorted((first, last)))
    assert hours_of(calendar).elapsed(start, end) == by_hand(calendar, start, end) * MINUTE


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "switch"), SWITCHES, ids=str)
def test_every_boundary_in_the_hours_of_the_switch_is_met(zone, switch):
    usual = {"zone": zone, "holidays": (), "special": {}, "breaks": {}, "around": switch}
    for begin in range(-30, 200, 37):
        for end in range(begin + 7, 240, 53):
            weekly = {day: [(begin % 1440, begin % 1440 + end - begin)] for day in DAYS}
            calendar = {**usual, "weekly": weekly}
            start, until = moment(calendar, -1440), moment(calendar, 2 * 1440)
            assert hours_of(calendar).elapsed(start, until) == by_hand(calendar, start, until) * MINUTE


@settings(max_examples=15)
@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_parts_add_up_and_no_part_is_longer_than_the_clock(calendar, first, middle, last):
    hours = hours_of(calendar)
    a, b, c = (moment(calendar, one) + timedelta(microseconds=one) for one in sorted((first, middle, last)))
    assert hours.elapsed(a, b) + hours.elapsed(b, c) == hours.elapsed(a, c)
    assert timedelta(0) <= hours.elapsed(a, b) <= b - a
    assert hours.elapsed(b, a) is None or a == b


@settings(max_examples=15)
@given(calendars(), MOMENTS)
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_being_open_adds_up_to_the_hours(calendar, first):
    hours, start = hours_of(calendar), moment(calendar, first)
    minutes = pl.datetime_range(start, start + timedelta(hours=30), "1m", closed="left", eager=True)
    assert hours.is_open(minutes).sum() * MINUTE == hours.elapsed(start, start + timedelta(hours=30))


@settings(max_examples=15)
@given(calendars(), MOMENTS)
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_nothing_is_open_before_the_next_opening_and_there_it_is(calendar, first):
    hours, at = hours_of(calendar), moment(calendar, first)
    opening = hours.next_open(at)
    if opening is None:
        assert not any(calendar["weekly"].values())
        return
    assert opening >= at
    assert hours.is_open(opening)
    assert hours.elapsed(at, opening) == timedelta(0)
    assert hours.is_open(at) == (opening == at)


@settings(max_examples=15)
@given(calendars(), MOMENTS, MOMENTS)
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_the_frame_shows_just_what_is_measured(calendar, first, last):
    start, end = (moment(calendar, minutes) for minutes in sorted((first, last)))
    hours = hours_of(calendar)
    shown = hours.to_frame(start, end)
    opened = shown.drop_nulls("opens_at")
    assert shown["duration"].sum() == (hours.elapsed(start, end) or timedelta(0))
    assert (opened["closes_at"] - opened["opens_at"]).equals(opened["duration"])
    assert (opened["opens_at"].shift(-1) >= opened["closes_at"]).all()
    assert set(shown["why"]) <= {"weekly", "special", "holiday", "break"}


@settings(max_examples=15)
@given(calendars(), MOMENTS, MOMENTS)
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_a_break_never_adds_and_a_holiday_neither(calendar, first, last):
    start, end = (moment(calendar, minutes) for minutes in sorted((first, last)))
    found = hours_of(calendar).elapsed(start, end)
    assert found <= hours_of({**calendar, "breaks": {}}).elapsed(start, end)
    assert found <= hours_of({**calendar, "holidays": ()}).elapsed(start, end)


@given(st.dictionaries(st.sampled_from(DAYS), spans()), MOMENTS, MOMENTS, st.integers(-500, 500))
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_where_clocks_never_change_a_week_is_like_the_next(weekly, first, last, weeks):
    calendar = {"around": date(2026, 6, 1)}
    start, end = (moment(calendar, minutes) for minutes in sorted((first, last)))
    hours = lk.BusinessHours("Asia/Kolkata", {day: written(one) for day, one in weekly.items()})
    assert hours.elapsed(start + weeks * WEEK, end + weeks * WEEK) == hours.elapsed(start, end)


@settings(max_examples=15)
@given(calendars(), st.lists(st.tuples(MOMENTS | st.none(), MOMENTS | st.none()), max_size=20))
@pytest.mark.filterwarnings("ignore:BusinessHours. nothing is open")
def test_rows_do_not_know_of_each_other(calendar, pairs):
    hours = hours_of(calendar)
    rows = [tuple(one if one is None else moment(calendar, one) for one in pair) for pair in pairs]
    frame = pl.DataFrame(rows, schema=dict.fromkeys("ab", pl.Datetime("us", "UTC")), orient="row")
    together = frame.lazy().select(hours.elapsed("a", "b")).collect(engine="streaming").to_series()
    assert together.to_list() == [hours.elapsed(a, b) for a, b in rows]
    assert hours.next_open(frame["a"]).to_list() == [hours.next_open(a) for a, _ in rows]


@pytest.mark.parametrize("zone", sorted({zone for zone, _ in SWITCHES} | {"Africa/Freetown", "Asia/Gaza"}))
def test_wall_clock_times_are_the_instants_that_zoneinfo_says(zone):
    clocks = offsets(zone, 1850, 2110)
    at = pl.Series(
        [
            switch + ahead + step * 10**6
            for switch in clocks.switches
            for ahead in clocks.ahead[:9]
            for step in (-1, 0, 900)
        ]
    )
    walls = [datetime(1970, 1, 1) + timedelta(microseconds=one) for one in at]  # noqa: DTZ001 - what a clock shows
    wanted = [wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for wall in walls]
    found = pl.select(clocks.instants(pl.lit(at)).cast(pl.Datetime("us", "UTC"))).to_series()
    assert found.to_list() == wanted


def test_what_lies_on_no_grid_of_a_reasonable_size_is_right_too():
    zone = ZoneInfo("America/Chicago")
    hours = lk.BusinessHours(zone.key, {"mon": [("09:00:01", "17:00")], "tue": [("09:07:30", "17:00")]})
    start, days = datetime(1800, 1, 1, tzinfo=UTC), 146_097  # 400 years, at first of local mean time
    mondays = [datetime(1800, 1, 6) + n * WEEK for n in range(days // 7)]  # noqa: DTZ001 - what a clock shows
    opened = sum((real(one, zone, 32_401, 61_200) + real(one, zone, 119_250, 147_600) for one in mondays), timedelta(0))
    assert hours.elapsed(start, start + timedelta(days=days)) == opened


def real(midnight: datetime, zone: ZoneInfo, begin: int, end: int) -> timedelta:
    """The real time between two seconds after a midnight."""
    opens, closes = ((midnight + timedelta(seconds=one)).replace(tzinfo=zone).astimezone(UTC) for one in (begin, end))
    return closes - opens
