"""Business hours: published cases, each kind of argument, the clocks' switches, calendars by account."""

import copy
import doctest
import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

import leadkit as lk
from leadkit.metrics import hours as hours_module
from leadkit.metrics.hours import elapsed_by_account, is_open_by_account

CASES = json.loads((Path(__file__).parent.parent / "cases" / "business_hours.json").read_text(encoding="utf-8"))[
    "cases"
]
CHICAGO = lk.BusinessHours("America/Chicago", "Mo-Fr 09:00-17:00")
MONDAY = datetime(2026, 11, 9, 14, tzinfo=UTC)  # 08:00 in Chicago
HOUR = timedelta(hours=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def elapsed(zone: str, weekly: object, start: str, end: str, **more: object) -> timedelta | None:
    return lk.BusinessHours(zone, weekly, **more).elapsed(datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_published_cases_are_met(case):
    hours = lk.BusinessHours(
        case["tz"], case["weekly"], holidays=case["holidays"], special=case["special"], breaks=case["breaks"]
    )
    start, end = (datetime.fromisoformat(case[name]) for name in ("start", "end"))
    assert case["convention"] in {"both", "elapsed"}
    wanted = None if "reversed" in case else timedelta(seconds=case["expected_seconds"])
    assert hours.elapsed(start, end) == wanted


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(hours_module).attempted == 4
    assert not doctest.testmod(hours_module).failed


@pytest.fixture
def waits() -> pl.DataFrame:
    starts = [MONDAY, MONDAY, MONDAY + 5 * HOUR, None, MONDAY]
    ends = [MONDAY + 90 * timedelta(minutes=1), MONDAY + 24 * HOUR, MONDAY + 4 * HOUR, MONDAY, None]
    return pl.DataFrame({"asked": starts, "answered": ends}, schema_overrides={"asked": pl.Datetime("us", "UTC")})


WANTED = [timedelta(minutes=30), timedelta(hours=8), None, None, None]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_columns_are_measured_lazily_and_null_stays_null(waits, engine):
    found = waits.lazy().select(CHICAGO.elapsed("asked", pl.col("answered"))).collect(engine=engine)
    assert found.schema == {"asked": pl.Duration("us")}
    assert found.to_series().to_list() == WANTED


def test_series_are_measured_and_keep_their_name(waits):
    found = CHICAGO.elapsed(waits["asked"], waits["answered"])
    assert found.to_list() == WANTED
    assert found.name == "asked"
    assert found.dtype == pl.Duration("us")


def test_kinds_of_arguments_may_be_mixed(waits):
    later = MONDAY + 3 * HOUR
    ended = [timedelta(hours=2), timedelta(hours=2), None, None, timedelta(hours=2)]
    assert CHICAGO.elapsed(waits["asked"], later).to_list() == ended
    assert waits.select(CHICAGO.elapsed("asked", later)).to_series().to_list() == ended
    assert waits.select(CHICAGO.elapsed(pl.col("asked"), pl.Series([later] * 5))).to_series().to_list() == ended
    assert waits.select(found=CHICAGO.elapsed(MONDAY, "answered"))["found"].null_count() == 1
    assert CHICAGO.elapsed(MONDAY, waits["answered"]).to_list()[0] == timedelta(minutes=30)
    assert CHICAGO.elapsed(MONDAY, None) is None


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_any_number_of_rows_has_the_same_dtypes(rows):
    frame = pl.DataFrame({"a": [None] * rows}, schema={"a": pl.Datetime("us", "UTC")}).lazy()
    found = frame.select(
        CHICAGO.elapsed("a", "a"), CHICAGO.is_open("a").alias("open"), CHICAGO.next_open("a").alias("next")
    )
    assert found.collect().schema == found.collect_schema()
    assert list(found.collect().schema.values()) == [pl.Duration("us"), pl.Boolean(), pl.Datetime("us", "UTC")]
    assert found.collect().null_count().row(0) == (rows, rows, rows)


def test_a_column_that_is_null_throughout_is_null():
    nothing = pl.DataFrame({"a": [None, None]})
    assert nothing.select(CHICAGO.elapsed("a", "a")).to_series().to_list() == [None, None]


def test_times_of_any_unit_and_zone_are_the_same_moments():
    frame = pl.DataFrame({"a": [MONDAY], "b": [MONDAY + 2 * HOUR]}).with_columns(
        pl.col("a").dt.convert_time_zone("Asia/Tokyo").dt.cast_time_unit("ns"), pl.col("b").dt.cast_time_unit("ms")
    )
    assert frame.select(CHICAGO.elapsed("a", "b")).item() == HOUR
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    assert CHICAGO.elapsed(MONDAY.astimezone(kathmandu), MONDAY + 2 * HOUR) == HOUR


def test_nothing_is_rounded():
    assert CHICAGO.elapsed(MONDAY, MONDAY + HOUR + timedelta(microseconds=7)) == timedelta(microseconds=7)


def test_asked_and_answered_while_closed_is_a_real_zero():
    assert CHICAGO.elapsed(utc(2026, 11, 7, 3), utc(2026, 11, 8, 23)) == timedelta(0)


def test_open_is_from_the_opening_on_and_not_at_the_closing():
    opening, closing = MONDAY + HOUR, MONDAY + 9 * HOUR
    tick = timedelta(microseconds=1)
    moments = pl.Series([opening - tick, opening, closing - tick, closing, None])
    assert CHICAGO.is_open(moments).to_list() == [False, True, True, False, None]
    assert CHICAGO.is_open(opening) is True
    assert CHICAGO.is_open(None) is None


def test_the_next_opening_is_the_moment_itself_while_open():
    opening = MONDAY + HOUR
    moments = pl.Series([MONDAY, opening, opening + HOUR, opening + 8 * HOUR, None])
    assert CHICAGO.next_open(moments).to_list() == [opening, opening, opening + HOUR, opening + 24 * HOUR, None]
    assert CHICAGO.next_open(utc(2026, 11, 6, 23)) == opening
    assert CHICAGO.next_open(None) is None


def test_the_next_opening_may_be_years_away():
    closed = {
        f"{year}-{month:02}-{day:02}": [] for year in (2027, 2028) for month in range(1, 13) for day in range(1, 29)
    }
    rare = lk.BusinessHours("UTC", "off", special={**closed, "2061-03-01": "9:00-10:00"})
    assert rare.next_open(utc(2026, 11, 9)) == utc(2061, 3, 1, 9)
    assert rare.next_open(utc(2061, 3, 1, 10)) is None
    assert lk.BusinessHours("UTC", "off").next_open(utc(2026, 11, 9)) is None
    sundays = lk.BusinessHours(
        "UTC", "Su 09:00-10:00", holidays=[date(2027, 1, 3) + n * timedelta(7) for n in range(120)]
    )
    assert sundays.next_open(utc(2026, 12, 28)) == utc(2029, 4, 22, 9)
    assert CHICAGO.next_open(utc(9999, 12, 31, 23, 30)) is None


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("0001-01-01T00:00Z", "0001-01-15T00:00Z", 80),
        ("1899-12-31T00:00Z", "1900-01-14T00:00Z", 80),
        ("2150-07-01T00:00Z", "2150-07-15T00:00Z", 80),
        ("9999-12-01T00:00Z", "9999-12-15T00:00Z", 80),
    ],
)
def test_far_years_are_measured_too(start, end, hours):
    assert elapsed("America/Chicago", "Mo-Fr 09:00-17:00", start, end) == hours * HOUR


def test_clocks_of_the_next_century_still_change():
    at = datetime.fromisoformat("2150-07-01T14:00Z")  # 09:00 in Chicago, by summer time
    assert CHICAGO.is_open(at)
    assert not CHICAGO.is_open(at - timedelta(microseconds=1))


def test_times_that_no_calendar_has_are_refused():
    far = pl.Series([400_000_000_000_000_000], dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))
    with pytest.raises(lk.InvalidRequest, match="a time lies outside the years 1 to 9999"):
        CHICAGO.is_open(far)


@pytest.mark.parametrize(
    ("zone", "weekly", "day", "seconds"),
    [
        ("America/Chicago", "02:30-03:15", "2026-03-08", 0),  # 02:30 moves to 03:30, past the end
        ("America/Chicago", "02:30-05:00", "2026-03-08", 5400),  # open from 03:30
        ("America/Chicago", "01:00-02:30", "2026-03-08", 9000 - 3600),  # until 03:30, which is 1.5 hours later
        ("America/Chicago", "00:00-24:00", "2026-03-08", 23 * 3600),
        ("America/Chicago", "00:00-24:00", "2026-11-01", 25 * 3600),
        ("America/Chicago", "01:15-01:45", "2026-11-01", 1800),  # the first time that it is so late
        ("America/Chicago", "01:30-02:00", "2026-11-01", 5400),  # from the first 01:30
        ("Australia/Lord_Howe", "01:45-02:15", "2026-10-04", 1800),  # 02:15 moves by half an hour
        ("America/Sao_Paulo", "00:00-02:00", "2018-11-04", 3600),  # there is no midnight
    ],
)
def test_boundaries_inside_a_switch_of_the_clocks(zone, weekly, day, seconds):
    hours = lk.BusinessHours(zone, "We 12:00-13:00", special={day: weekly})
    noon = datetime.fromisoformat(f"{day}T12:00Z")  # of a Sunday
    assert hours.elapsed(noon - 36 * HOUR, noon + 36 * HOUR) == timedelta(seconds=seconds)


def test_a_date_that_the_zone_skipped_has_no_hours():
    apia = {"zone": "Pacific/Apia", "start": "2011-12-29T00:00-10:00", "end": "2012-01-01T00:00+14:00"}
    assert elapsed(weekly="09:00-17:00", **apia) == 16 * HOUR  # Thursday and Saturday
    assert elapsed(weekly="Fr 00:00-24:00", **apia) == timedelta(0)
    assert elapsed(weekly="Th 22:00-02:00", **apia) == 4 * HOUR  # it goes on into Saturday


def test_hours_go_on_past_midnight_and_belong_to_the_date_on_which_they_begin():
    hours = lk.BusinessHours("UTC", "Fr,Sa 22:00-02:00", holidays="2026-11-14")
    friday, saturday = utc(2026, 11, 13, 22), utc(2026, 11, 14, 22)
    assert hours.elapsed(friday, friday + 12 * HOUR) == 4 * HOUR  # also on the holiday's morning
    assert hours.elapsed(saturday, saturday + 12 * HOUR) == timedelta(0)


def test_hours_of_two_dates_that_overlap_count_once():
    assert elapsed("UTC", "Mo 20:00-30:00; Tu 04:00-08:00", "2026-11-09T00:00Z", "2026-11-11T00:00Z") == 12 * HOUR


def test_spans_that_overlap_count_once_and_may_touch():
    span = {"start": "2026-11-09T00:00Z", "end": "2026-11-11T00:00Z"}
    assert elapsed("UTC", "Mo 09:00-12:00,11:00-14:00,14:00-15:00,09:30-10:00", **span) == 6 * HOUR


def test_each_span_is_moved_by_the_clocks_on_its_own():
    switch = {"start": "2026-03-28T00:00Z", "end": "2026-03-30T00:00Z"}  # in Troll, 01:00 to 03:00 are skipped
    assert elapsed("Antarctica/Troll", "Su 01:06-03:01; We 12:00-13:00", **switch) == timedelta(0)
    assert elapsed("Antarctica/Troll", "Su 01:06-03:00,03:00-03:01", **switch) == timedelta(minutes=1)


def test_special_hours_replace_those_of_their_date_on_a_holiday_too():
    hours = lk.BusinessHours(
        "UTC",
        "Mo-Fr 09:00-17:00",
        holidays=["2026-11-26", date(2026, 11, 27)],
        special={"2026-11-27": [("10:00", "12:00")], date(2026, 11, 28): "09:00-10:00", "2026-11-23": []},
    )
    by_day = [hours.elapsed(utc(2026, 11, day), utc(2026, 11, day + 1)) / HOUR for day in range(23, 30)]
    assert by_day == [0, 8, 8, 0, 2, 1, 0]


def test_a_break_takes_away_what_is_open_then():
    hours = lk.BusinessHours(
        "UTC",
        "Mo 09:00-17:00; Tu 22:00-02:00",
        breaks={"2026-11-09": "08:00-09:30,16:00-18:00", "2026-11-11": "01:00-03:00"},
    )
    assert hours.elapsed(utc(2026, 11, 9), utc(2026, 11, 10)) == timedelta(hours=6.5)
    assert hours.elapsed(utc(2026, 11, 10), utc(2026, 11, 12)) == 3 * HOUR  # of the night before, too


def test_a_break_whose_boundary_the_clocks_skip_opens_nothing():
    hours = {"zone": "America/Chicago", "weekly": "off", "special": {"2026-03-08": "02:15-05:00"}}
    span = {"start": "2026-03-08T00:00-06:00", "end": "2026-03-09T00:00-05:00"}
    assert elapsed(**hours, **span) == timedelta(hours=1.75)  # from 03:15
    assert elapsed(**hours, **span, breaks={"2026-03-08": "02:30-03:00"}) == timedelta(hours=1.75)


def test_holidays_come_by_country_and_region():
    illinois = lk.BusinessHours("America/Chicago", "24/7", holidays="US-IL")
    usa = lk.BusinessHours("America/Chicago", "24/7", holidays="us")
    lincoln, thanksgiving = utc(2026, 2, 12, 18), utc(2026, 11, 26, 18)
    assert (illinois.is_open(lincoln), usa.is_open(lincoln)) == (False, True)
    assert (illinois.is_open(thanksgiving), usa.is_open(thanksgiving)) == (False, False)
    assert illinois == lk.BusinessHours("America/Chicago", "24/7", holidays=("US", "IL")) != usa
    assert usa == lk.BusinessHours("America/Chicago", "24/7", holidays=["US"])


def test_one_holiday_needs_no_list():
    one = lk.BusinessHours("UTC", "24/7", holidays=date(2026, 12, 25))
    assert (
        one
        == lk.BusinessHours("UTC", "24/7", holidays="2026-12-25")
        == lk.BusinessHours("UTC", "24/7", holidays=["2026-12-25"])
    )
    assert not one.is_open(utc(2026, 12, 25))


def test_a_holiday_on_a_weekend_is_kept_on_the_day_on_which_it_is_observed():
    usa = lk.BusinessHours("UTC", "Mo-Fr 09:00-17:00", holidays="US")
    assert not usa.is_open(utc(2026, 7, 3, 12))  # Independence Day is a Saturday
    assert not usa.is_open(utc(2027, 12, 31, 12))  # New Year's Day of 2028 is one
    shown = usa.to_frame("2026-07-03", "2026-07-05").select("date", "why", "holiday").rows()
    assert shown == [
        (date(2026, 7, 3), "holiday", "Independence Day (observed)"),
        (date(2026, 7, 4), "holiday", "Independence Day"),
    ]


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "holidays", None)  # as if it were not installed
    with pytest.raises(lk.InvalidRequest, match=r"need the package 'holidays': pip install 'leadkit\[holidays\]'"):
        lk.BusinessHours("UTC", "24/7", holidays="FR")
    assert lk.BusinessHours("UTC", "24/7", holidays=["2026-12-25"])


def test_a_frame_shows_what_is_open_and_what_is_closed_for_a_reason():
    hours = lk.BusinessHours(
        "America/Chicago",
        "Mo-Fr 09:00-12:00,13:00-17:00",
        holidays=["2026-11-26", "2026-11-29"],
        special={"2026-11-27": "10:00-14:00", "2026-11-24": []},
        breaks={"2026-11-23": "10:00-10:30", "2026-11-25": "08:00-18:00"},
    )
    shown = hours.to_frame("2026-11-23", "2026-11-29")
    assert dict(shown.schema) == {
        "date": pl.Date(),
        "weekday": pl.String(),
        "opens_at": pl.Datetime("us", "America/Chicago"),
        "closes_at": pl.Datetime("us", "America/Chicago"),
        "duration": pl.Duration("us"),
        "why": pl.String(),
        "holiday": pl.String(),
    }
    told = shown.select(
        "weekday", pl.col("opens_at", "closes_at").dt.to_string("%H:%M"), pl.col("duration").dt.total_minutes(), "why"
    )
    assert told.rows() == [
        ("Mon", "09:00", "10:00", 60, "break"),
        ("Mon", "10:30", "12:00", 90, "break"),
        ("Mon", "13:00", "17:00", 240, "weekly"),
        ("Tue", None, None, 0, "special"),
        ("Wed", None, None, 0, "break"),
        ("Thu", None, None, 0, "holiday"),
        ("Fri", "10:00", "14:00", 240, "special"),
    ]


def test_a_frame_is_cut_at_its_bounds():
    shown = CHICAGO.to_frame(MONDAY + 2 * HOUR, "2026-11-09T12:00")
    assert shown.select(pl.col("opens_at", "closes_at").dt.hour()).rows() == [(10, 12)]
    assert CHICAGO.to_frame(MONDAY, MONDAY).is_empty()
    assert CHICAGO.to_frame(date(2026, 11, 7), date(2026, 11, 9)).is_empty()
    assert CHICAGO.to_frame(date(2026, 11, 7), date(2026, 11, 9)).schema == shown.schema


@pytest.mark.parametrize("bad", ["next week", 3, None, datetime(1, 1, 1, tzinfo=timezone(HOUR))])
def test_bounds_of_a_frame_that_are_none_are_refused(bad):
    with pytest.raises(lk.InvalidRequest, match=r"start=.* is refused: allowed are a date, an aware datetime"):
        CHICAGO.to_frame(bad, "2026-11-09")


def test_a_frame_that_ends_before_it_begins_is_refused():
    with pytest.raises(lk.InvalidRequest, match="end='2026-11-08' is before start='2026-11-09'"):
        CHICAGO.to_frame("2026-11-09", "2026-11-08")


@pytest.mark.parametrize(
    "calendar",
    [
        lk.BusinessHours("UTC", "off"),
        lk.BusinessHours("UTC", {}, special={"2025-03-01": "09:00-10:00"}),
        lk.BusinessHours("UTC", "24/7", holidays=[date(2026, 11, 1) + n * timedelta(1) for n in range(40)]),
    ],
)
def test_a_calendar_that_covers_no_day_of_the_range_is_told(calendar):
    frame = pl.DataFrame({"a": [utc(2026, 11, 10)], "b": [utc(2026, 11, 12)]})
    told = "nothing is open between 2026-11-10 and 2026-11-12, so every span there is 0"
    with pytest.warns(lk.LeadkitWarning, match=told):
        assert calendar.elapsed(frame["a"], frame["b"]).to_list() == [timedelta(0)]
    with pytest.warns(lk.LeadkitWarning, match=told):
        assert frame.lazy().select(calendar.elapsed("a", "b")).collect().item() == timedelta(0)


def test_a_naive_time_is_read_as_utc_and_told():
    naive = MONDAY.replace(tzinfo=None)
    with pytest.warns(lk.LeadkitWarning, match="start has no time zone and is read as UTC"):
        assert CHICAGO.elapsed(naive, MONDAY + 2 * HOUR) == HOUR
    with pytest.warns(lk.LeadkitWarning, match="at has no time zone and is read as UTC"):
        assert pl.DataFrame({"t": [naive]}).select(CHICAGO.is_open("t")).item() is False


@pytest.mark.parametrize("bad", [3, date(2026, 11, 9), [MONDAY], MONDAY.time()])
def test_what_is_no_moment_is_refused(bad):
    with pytest.raises(lk.InvalidRequest, match=r"end=.* is refused: allowed are a column, an expression, a Series"):
        CHICAGO.elapsed(MONDAY, bad)


def test_a_column_of_something_else_is_refused():
    frame = pl.DataFrame({"day": [date(2026, 11, 9)], "text": ["2026-11-09T10:00Z"]})
    with pytest.raises(lk.InvalidRequest, match="at is Date; it has to be a Datetime with a time zone"):
        frame.select(CHICAGO.is_open("day"))
    with pytest.raises(lk.InvalidRequest, match="start is String; it has to be a Datetime with a time zone"):
        CHICAGO.elapsed(frame["text"], MONDAY)


def test_series_of_two_lengths_are_refused():
    with pytest.raises(lk.InvalidRequest, match="start has 2 and end has 3 rows"):
        CHICAGO.elapsed(pl.Series([MONDAY] * 2), pl.Series([MONDAY] * 3))


@pytest.mark.parametrize("zone", ["America/Chicgo", "", "Factory", "../UTC", None, 5])
def test_a_zone_that_is_none_is_refused(zone):
    with pytest.raises(lk.InvalidRequest, match=r"zone=.* is refused: allowed are names of time zones"):
        lk.BusinessHours(zone, "24/7")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("XX", "holidays='XX' is refused: no holidays are known of it"),
        ("US-ZZ", "holidays='US-ZZ' is refused: no holidays are known of it"),
        (3, "holidays=3 is refused: allowed are dates, or a country and region"),
        (["2026-13-01"], "holidays='2026-13-01' is refused: allowed are a date"),
        ([MONDAY], "holidays=datetime.* is refused: allowed are a date"),
        (["US", "IL", "Cook"], "holidays='US' is refused: allowed are a date"),
    ],
)
def test_holidays_that_are_none_are_refused(bad, words):
    with pytest.raises(lk.InvalidRequest, match=words):
        lk.BusinessHours("UTC", "24/7", holidays=bad)


@pytest.mark.parametrize("name", ["special", "breaks"])
@pytest.mark.parametrize("bad", [["2026-12-24"], {"Christmas": []}, {MONDAY: []}, {"2026-12-24": ["09:00"]}])
def test_hours_of_dates_that_are_none_are_refused(name, bad):
    with pytest.raises(lk.InvalidRequest, match=rf"BusinessHours: {name}.* is refused: allowed are"):
        lk.BusinessHours("UTC", "24/7", **{name: bad})


def test_equal_calendars_are_equal_and_can_be_kept():
    one = lk.BusinessHours(
        "UTC", "Mo-Fr 9:00-17:00", holidays=["2026-12-25", "2026-12-26"], breaks={"2026-12-24": "12:00-13:00"}
    )
    same = lk.BusinessHours(
        "UTC",
        {"mon-thu": [("09:00", "17:00")], "fri": "9:00-17:00"},
        holidays=[date(2026, 12, 26), date(2026, 12, 25)],
        breaks={date(2026, 12, 24): [("12:00", "13:00")]},
    )
    assert one == same
    assert len({one, same, copy.deepcopy(one), pickle.loads(pickle.dumps(one))}) == 1
    assert one != CHICAGO
    assert one.zone == "UTC"


def test_a_calendar_cannot_be_changed():
    with pytest.raises(AttributeError):
        CHICAGO.schedule = None


def test_a_calendar_is_written_as_it_could_be_typed():
    hours = lk.BusinessHours(
        "UTC",
        "Mo,We 9:00-12:00",
        holidays=("US", "IL"),
        special={"2026-12-24": []},
        breaks={"2026-12-23": [("12:00", "13:30")]},
    )
    assert repr(hours) == (
        "BusinessHours('UTC', 'Mo 09:00-12:00; We 09:00-12:00', holidays='US-IL', special={'2026-12-24': 'off'}, "
        "breaks={'2026-12-23': '12:00-13:30'})"
    )


@pytest.fixture
def by_account() -> pl.DataFrame:
    rows = [("ebay", MONDAY), ("uk", MONDAY), ("closed", MONDAY), (None, MONDAY), ("ebay", None)]
    times = pl.DataFrame(rows, schema={"account": pl.String, "asked": pl.Datetime("us", "UTC")}, orient="row")
    return times.with_columns(answered=pl.col("asked") + pl.duration(hours=3))


CALENDARS = {
    "ebay": CHICAGO,
    "uk": lk.BusinessHours("Europe/London", "Mo-Fr 09:00-15:00"),
    "no row": lk.BusinessHours("UTC", "24/7"),
}


def test_each_account_has_its_calendar_and_without_one_nothing_is_known(by_account):
    waited = by_account.select(elapsed_by_account(CALENDARS, "asked", pl.col("answered"), "account")).to_series()
    assert waited.to_list() == [2 * HOUR, HOUR, None, None, None]
    opened = by_account.select(is_open_by_account(CALENDARS, "asked", pl.col("account"))).to_series()
    assert opened.to_list() == [False, True, None, None, None]


def test_one_calendar_holds_for_all_accounts(by_account):
    waited = by_account.select(elapsed_by_account(CHICAGO, "asked", "answered", "account")).to_series()
    assert waited.to_list() == [2 * HOUR] * 4 + [None]
    assert by_account.select(is_open_by_account(CHICAGO, "asked", "account")).to_series().to_list() == [False] * 4 + [
        None
    ]


def test_no_calendars_are_no_hours(by_account):
    found = by_account.lazy().select(
        elapsed_by_account({}, "asked", "answered", "account"), open=is_open_by_account({}, "asked", "account")
    )
    assert found.collect().schema == found.collect_schema()
    assert list(found.collect_schema().values()) == [pl.Duration("us"), pl.Boolean()]
    assert found.collect().null_count().row(0) == (5, 5)


@pytest.mark.parametrize("bad", ["Mo-Fr 09:00-17:00", None, {"ebay": "24/7"}, {1: CHICAGO}])
def test_hours_that_are_no_calendars_are_refused(bad):
    for refused in (elapsed_by_account, is_open_by_account):
        arguments = ("asked", "answered", "account") if refused is elapsed_by_account else ("asked", "account")
        with pytest.raises(lk.InvalidRequest, match=r"hours=.* is refused: allowed are a BusinessHours, or a dict"):
            refused(bad, *arguments)
