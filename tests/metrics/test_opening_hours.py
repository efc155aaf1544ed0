"""Opening hours as people write them: what each form means, and which part of a wrong one is named."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leadkit as lk
from leadkit.metrics.opening_hours import SECOND, dated_of, week_of, written


def minutes(*spans: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple((begin * 60 * SECOND, end * 60 * SECOND) for begin, end in spans)


def named(**days: tuple[tuple[int, int], ...]) -> tuple[tuple[tuple[int, int], ...], ...]:
    return tuple(days.get(day, ()) for day in ("mo", "tu", "we", "th", "fr", "sa", "su"))


NINE, MORNING = minutes((540, 1020)), minutes((540, 720))
WORKDAYS = {"mo": NINE, "tu": NINE, "we": NINE, "th": NINE, "fr": NINE}


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("Mo-Fr 09:00-17:00", named(**WORKDAYS)),
        ("mo-fr: 9:00 - 17:00", named(**WORKDAYS)),
        ("Monday-Friday 09:00–17:00", named(**WORKDAYS)),  # noqa: RUF001 - the dash of word processors
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00;", named(**WORKDAYS, sa=minutes((600, 840)))),
        ("Mo-Fr 09:00-17:00, Sa 10:00-14:00", named(**WORKDAYS, sa=minutes((600, 840)))),
        ("Mo 09:00-12:00,13:00-18:00", named(mo=minutes((540, 720), (780, 1080)))),
        ("Mo,We 9:00-12:00", named(mo=MORNING, we=MORNING)),
        ("Mo, Wed 9:00-12:00, Thu 9:00-12:00", named(mo=MORNING, we=MORNING, th=MORNING)),
        ("Sa-Mo 9:00-12:00", named(sa=MORNING, su=MORNING, mo=MORNING)),
        ("09:00-12:00", (MORNING,) * 7),
        ("24/7", (minutes((0, 1440)),) * 7),
        ("24/7; Su off", (*(minutes((0, 1440)),) * 6, ())),
        ("Mo-Fr 09:00-17:00; We closed", named(**{**WORKDAYS, "we": ()})),
        ("Mo-Fr 09:00-17:00; We 09:00-12:00", named(**{**WORKDAYS, "we": MORNING})),
        ("Mo off, Tu 09:00-12:00", named(tu=MORNING)),
        ("Mo 11:00-17:00, Mo 09:00-12:00", named(mo=minutes((540, 720), (660, 1020)))),
        ("Fr 22:00-02:00", named(fr=minutes((1320, 1560)))),
        ("Fr 22:00-26:00", named(fr=minutes((1320, 1560)))),
        ("Fr 22:00-24:00", named(fr=minutes((1320, 1440)))),
        ("Fr 22:00-00:00", named(fr=minutes((1320, 1440)))),
        ("Mo 13:00-17:00,09:00-12:00,13:00-17:00", named(mo=minutes((540, 720), (780, 1020)))),
        ("off", named()),
    ],
)
def test_a_string_is_read(text, week):
    assert week_of(text) == week


@pytest.mark.parametrize(
    ("given", "week"),
    [
        ({}, named()),
        ({"mon": [("09:00", "17:00")], "Tue": [["9:00", "12:00"]], "sa": []}, named(mo=NINE, tu=MORNING)),
        ({"mon-fri": "09:00-17:00", "friday": None}, named(**{**WORKDAYS, "fr": ()})),
        ({"mon": [(time(9), time(17))], "sun": [(time(22, 30), time(0))]}, named(mo=NINE, su=minutes((1350, 1440)))),
        ({"mon": [("13:00", "17:00"), ("09:00", "13:00")]}, named(mo=minutes((540, 780), (780, 1020)))),
        ({"mon": [("09:00:30", "09:01:00")]}, named(mo=((32_430 * SECOND, 32_460 * SECOND),))),
    ],
)
def test_a_dict_is_read(given, week):
    assert week_of(given) == week


def test_hours_of_dates_are_read_and_sorted():
    given = {"2026-12-31": "off", date(2026, 12, 24): [("09:00", "12:00")]}
    assert dated_of(given, "special") == ((date(2026, 12, 24), MORNING), (date(2026, 12, 31), ()))
    assert dated_of(None, "special") == ()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("", "weekly='' is refused: allowed are opening hours; write 'off'"),
        (" ; ", "weekly=' ; ' is refused: allowed are opening hours; write 'off'"),
        ("Mo-Fr", "weekly has the part 'Mo-Fr', which can't be read: write days and hours, such as"),
        ("Mo 09:00-17:00; Tu ten to six", "weekly has the part 'Tu ten to six'"),
        ("Mo 9:00am-5:00pm", "weekly has the part 'Mo 9:00am-5:00pm'"),
        (
            "Mo-Fr 09:00-17:00; PH off",
            "weekly has the part 'PH off', which can't be read: holidays are given as holidays=",
        ),
        ("Dec 24 off", "weekly has the part 'Dec 24 off', which can't be read: hours of single dates .* special="),
        ("2026-12-24 off", "weekly has the part '2026-12-24 off'.* special="),
        ("Xx 09:00-17:00", "weekly='Xx' is refused: allowed are weekdays"),
        ("T 09:00-17:00", "weekly='T' is refused: allowed are weekdays"),
        ("Mo-We-Fr 09:00-17:00", "weekly='Mo-We-Fr' is refused: allowed are one weekday, or two"),
        ("Mo 9-17", "weekly='9' is refused: allowed are times of day"),
        ("Mo 09:00", "weekly='09:00' is refused: allowed are hours such as"),
        ("Mo 09:60-10:00", "weekly='09:60' is refused: allowed are times of day"),
        ("Mo 09:00-48:01", "weekly='48:01' is refused: allowed are times of day"),
        ("Mo 24:00-26:00", "weekly='24:00-26:00' is refused: allowed are spans of some length"),
        ("Mo 09:00-09:00", "weekly='09:00-09:00' is refused: allowed are spans of some length"),
        (3, "weekly=3 is refused: allowed are a string such as"),
        (None, "weekly=None is refused: allowed are a string such as"),
        ([("09:00", "17:00")], r"weekly=\[.* is refused: allowed are a string such as"),
        ({1: "09:00-17:00"}, "weekly=1 is refused: allowed are weekdays as keys"),
        ({"mon": "nine"}, r"weekly\['mon'\]='nine' is refused: allowed are hours"),
        ({"mon": 9}, r"weekly\['mon'\]=9 is refused: allowed are a list of pairs"),
        ({"mon": ("09:00", "17:00")}, r"weekly\['mon'\]=\['09:00', '17:00'\] is refused: allowed are a list of pairs"),
        ({"mon": [("09:00",)]}, r"weekly\['mon'\]=.* is refused: allowed are a list of pairs"),
        ({"mon": [(9, 17)]}, r"weekly\['mon'\]=9 is refused: allowed are times of day"),
        (
            {"mon": [(time(9, 0, 0, 5), "17:00")]},
            r"weekly\['mon'\]=datetime.time.* is refused: allowed are times of day",
        ),
    ],
)
def test_a_part_that_cannot_be_read_is_named(bad, words):
    with pytest.raises(lk.InvalidRequest, match=f"^BusinessHours: {words}"):
        week_of(bad)


def test_what_is_always_open_is_written_so():
    assert written(week_of("Mo-Su 00:00-24:00")) == "24/7"
    assert written(week_of("off")) == "off"


SPANS = st.lists(
    st.tuples(st.integers(0, 86_399), st.integers(1, 86_400)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=4
)


@given(st.lists(SPANS, min_size=7, max_size=7))
def test_what_is_written_reads_back_as_the_same_week(days):
    week = week_of(
        {name: text_of(spans) for name, spans in zip(("mo", "tu", "we", "th", "fr", "sa", "su"), days, strict=True)}
    )
    assert week_of(written(week)) == week


def text_of(spans: list[tuple[int, int]]) -> list[tuple[str, str]]:
    def clock(second: int) -> str:
        return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"

    return [(clock(begin), clock(end)) for begin, end in spans]
