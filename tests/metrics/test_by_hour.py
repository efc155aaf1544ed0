"""The hours of the week, by the clocks of a zone."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from waiting_leads import exact, still_open, times_of

import leadkit as lk

MONDAY = datetime(2026, 10, 5, 3, 30, tzinfo=UTC)


def asked(*moments, waits=None):
    waits = waits or [exact(5)] * len(moments)
    return times_of(*waits).with_columns(pl.Series("submitted_at", moments, pl.Datetime("us", "UTC")))


def test_a_week_has_168_hours_and_each_is_summed_up():
    week = lk.by_hour(asked(MONDAY, MONDAY, waits=[exact(5), still_open(90)]), zone="UTC")
    assert week.height == 168
    assert week["weekday"].unique(maintain_order=True).to_list() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert week["hour"].head(25).to_list() == [*range(24), 0]
    hour = week.row(3, named=True)
    assert (hour["leads"], hour["unanswered"], hour["answered_within_1h"]) == (2, 1, 0.5)
    assert week["leads"].sum() == 2
    assert week.row(4, named=True) | {"leads": 0, "unanswered": 0, "p50": None} == week.row(4, named=True)


def test_the_hour_is_that_of_the_zone():
    week = lk.by_hour(asked(MONDAY), zone="America/Chicago").filter(pl.col("leads") > 0)
    assert week.select("weekday", "hour", "zone").row(0) == ("Sun", 22, "America/Chicago")


def test_an_hour_that_comes_twice_is_one_hour():
    twice = [datetime(2026, 11, 1, 6, 30, tzinfo=UTC), datetime(2026, 11, 1, 7, 30, tzinfo=UTC)]  # 01:30 in Chicago
    week = lk.by_hour(asked(*twice), zone="America/Chicago").filter(pl.col("leads") > 0)
    assert week.select("weekday", "hour", "leads").rows() == [("Sun", 1, 2)]


def test_the_columns_are_the_same_for_none_and_many_and_lazy():
    some = asked(MONDAY)
    schema = lk.by_hour(some).schema
    assert schema["weekday"] == pl.Enum(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    assert schema.names()[3:] == lk.response_summary(some).columns
    assert lk.by_hour(some.clear()).schema == schema
    assert lk.by_hour(some.lazy()).collect().equals(lk.by_hour(some))


def test_times_that_are_not_known_are_in_no_hour():
    assert lk.by_hour(asked(MONDAY, None))["leads"].sum() == 1


def test_the_target_and_the_clock_are_handed_on():
    week = lk.by_hour(asked(MONDAY, waits=[exact(90)]), sla="1h", clock="business").row(3, named=True)
    assert (week["sla_met"], week["sla_breached"]) == (1, 0)  # business waits are a tenth of the calendar's here
    empty = lk.by_hour(asked(MONDAY), sla="1h").row(0, named=True)
    assert (empty["sla_met"], empty["sla_rate"]) == (0, None)
    assert lk.by_hour(asked(MONDAY))["sla_met"].null_count() == 168


@settings(max_examples=25)
@given(st.lists(st.integers(0, 10_000), max_size=30), st.sampled_from(["UTC", "America/Chicago", "Asia/Kathmandu"]))
def test_every_lead_is_in_one_hour(hours, zone):
    week = lk.by_hour(asked(*(MONDAY + timedelta(hours=hour) for hour in hours)), zone=zone)
    assert week.height == 168
    assert week["leads"].sum() == len(hours)


def test_what_is_no_zone_and_what_has_no_times_is_refused():
    with pytest.raises(lk.InvalidRequest, match="zone='Chicago' is refused"):
        lk.by_hour(asked(MONDAY), zone="Chicago")
    with pytest.raises(lk.MissingColumns, match=r"by_hour\(times\) needs the column 'submitted_at'"):
        lk.by_hour(times_of(exact(5)))
