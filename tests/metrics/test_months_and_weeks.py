"""The month and the week of a moment, by the clocks of a named zone."""

import doctest
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leadkit as lk
from leadkit.metrics import calendar
from leadkit.metrics.given import groups


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(calendar).attempted == 4
    assert not doctest.testmod(calendar).failed


@pytest.fixture
def leads() -> pl.DataFrame:
    moments = [
        datetime(2026, 11, 1, 4, 59, tzinfo=UTC),
        datetime(2026, 11, 1, 5, tzinfo=UTC),
        None,
    ]  # midnight in Chicago
    return pl.DataFrame({"submitted_at": moments})


def test_a_moment_falls_in_the_month_of_the_zone(leads):
    found = leads.select(lk.month("submitted_at", "America/Chicago"))
    assert found.schema == {"month": pl.Date()}
    assert found["month"].to_list() == [date(2026, 10, 1), date(2026, 11, 1), None]
    assert leads.select(lk.month("submitted_at", "UTC"))["month"].to_list() == [date(2026, 11, 1)] * 2 + [None]


def test_a_week_begins_on_monday(leads):
    found = leads.lazy().select(lk.week(pl.col("submitted_at").dt.offset_by("25h"), "America/Chicago")).collect()
    assert found.schema == {"week": pl.Date()}
    assert found["week"].to_list() == [date(2026, 10, 26), date(2026, 11, 2), None]


ZONES = [
    "UTC",
    "America/Chicago",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Etc/GMT+12",
]


@given(st.integers(0, 4_000_000_000), st.sampled_from(ZONES))
def test_month_and_week_are_those_of_the_local_date(seconds, zone):
    moment = datetime.fromtimestamp(seconds, UTC)
    local = moment.astimezone(ZoneInfo(zone)).date()
    frame = pl.DataFrame({"at": [moment]})
    found = frame.select(lk.month("at", zone), lk.week("at", zone)).row(0)
    assert found == (local.replace(day=1), date.fromisocalendar(*local.isocalendar()[:2], 1))


def test_a_zone_that_is_none_is_refused():
    for made in (lk.month, lk.week):
        with pytest.raises(lk.InvalidRequest, match="zone='Chicago' is refused: allowed are names of time zones"):
            made("submitted_at", "Chicago")


def test_a_column_that_holds_no_times_is_refused_by_what_groups_by_it():
    frame = pl.LazyFrame({"fee": [1]})
    with pytest.raises(lk.InvalidRequest, match="fee_totals: by= can't be computed"):
        groups(lk.month("fee", "UTC"), frame, needed_by="fee_totals")
