"""What is said about a group of leads, in one row."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal
from waiting_leads import GROUPS, exact, grouped, interval, still_open, times_of, unknown

import leadkit as lk

MINUTE = timedelta(minutes=1)
QUANTILES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
WITHIN = {"5m": 5, "15m": 15, "1h": 60, "24h": 1440}
SLA = [
    "sla_met",
    "sla_breached",
    "sla_pending",
    "sla_undecided",
    "sla_rate",
    "sla_low",
    "sla_high",
    "sla_rate_earliest",
]
COLUMNS = [
    *("leads", "duplicates", "answered_exact", "answered_interval", "unanswered", "unknown", "exact_share"),
    *("p50", "p50_low", "p50_high", "p50_earliest", "p75", "p75_low", "p75_high", "p75_earliest"),
    *("p90", "p90_low", "p90_high", "p90_earliest", "p95", "p95_low", "p95_high", "p95_earliest"),
    *("answered_within_5m", "answered_within_15m", "answered_within_1h", "answered_within_24h"),
    *SLA,
]
NEVER = timedelta.max


def summary(*leads, **options):
    return lk.response_summary(times_of(*leads), **options).row(0, named=True)


def curve_at(curve, minutes):
    """1 - S after so many minutes, or None where nobody was followed that long."""
    t, share = curve["t"].dt.total_minutes().to_list(), curve["unanswered_share"].to_list()
    if not t or (max(t) < minutes and share[-1] > 0):
        return None
    return 1 - min([one for at, one in zip(t, share, strict=True) if at <= minutes], default=1)


@settings(max_examples=40)
@given(GROUPS)
def test_quantiles_and_shares_are_those_of_the_two_curves(leads):
    times = grouped(leads)
    found = lk.response_summary(times, by="item_id")
    assert found["item_id"].to_list() == times["item_id"].unique().sort(nulls_last=True).to_list()
    for row in found.rows(named=True):
        of_group = times.filter(pl.col("item_id").eq_missing(row["item_id"]))
        curves = [lk.survival_curve(of_group, interval=end) for end in ("upper", "lower")]
        for name, p in QUANTILES.items():
            both = [lk.km_quantile(curve, p) for curve in curves]
            later = max(both, key=lambda one: NEVER if one[0] is None else one[0])
            assert (row[name], row[f"{name}_low"], row[f"{name}_high"]) == later
            assert row[f"{name}_earliest"] == min((one[0] for one in both if one[0] is not None), default=None)
        for name, minutes in WITHIN.items():
            both = [one for curve in curves if (one := curve_at(curve, minutes)) is not None]
            assert row[f"answered_within_{name}"] == pytest.approx(min(both, default=None))


@settings(max_examples=40)
@given(GROUPS)
def test_every_episode_is_counted_in_one_state(leads):
    found = lk.response_summary(grouped(leads), by="item_id", sla="10m")
    states = pl.sum_horizontal("answered_exact", "answered_interval", "unanswered", "unknown")
    assert found.filter(pl.col("leads") != states).is_empty()
    assert found["leads"].sum() == len(leads)
    told = pl.sum_horizontal("sla_met", "sla_breached", "sla_pending", "sla_undecided")
    assert found.filter(told != pl.col("leads") - pl.col("unknown")).is_empty()


def test_the_columns_are_these_with_and_without_an_sla():
    span, share, count = pl.Duration("us"), pl.Float64, pl.Int64
    for options in ({}, {"sla": "1h"}, {"by": "item_id"}, {"by": ["item_id", pl.col("age").alias("old")]}):
        found = lk.response_summary(times_of(exact(5)), **options)
        names = [name for name in found.columns if name not in {"item_id", "old"}]
        assert names == COLUMNS
        assert found.schema["p95_high"] == found.schema["p50_earliest"] == span
        assert found.schema["answered_within_24h"] == found.schema["sla_rate"] == found.schema["exact_share"] == share
        assert found.schema["leads"] == found.schema["sla_met"] == count
        assert found.schema == lk.response_summary(times_of(), **options).schema


def test_duplicates_are_counted_apart_and_move_nothing():
    found = summary(
        exact(4), exact(400, lead_id="again", episode_id="lead 0"), interval(0, 9), unknown(), still_open(7)
    )
    counts = {"leads": 4, "duplicates": 1, "answered_exact": 1, "answered_interval": 1, "unanswered": 1, "unknown": 1}
    assert {name: found[name] for name in counts} == counts
    assert found["exact_share"] == 0.5
    assert found["p50"] == 9 * MINUTE


def test_nobody_answered_is_not_reached_and_a_share_of_nothing():
    found = summary(still_open(30), still_open(2000))
    assert found["p50"] is found["p50_low"] is found["p50_earliest"] is found["exact_share"] is None
    assert found["answered_within_24h"] == 0
    assert found["unanswered"] == 2


def test_one_lead_shows_its_wait_and_no_interval():
    found = summary(exact(5))
    assert (found["p50"], found["p95"], found["p50_low"], found["p50_high"]) == (5 * MINUTE, 5 * MINUTE, None, None)


def test_a_share_within_a_day_needs_somebody_followed_for_a_day():
    young = summary(exact(5, age=180), still_open(180))
    assert young["answered_within_1h"] == 0.5
    assert young["answered_within_24h"] is None
    assert summary(exact(5, age=180), exact(9, age=180))["answered_within_24h"] == 1


def test_status_alone_says_between_nothing_and_the_age_of_the_data():
    found = summary(*(interval(0, age, age=age) for age in (100, 200, 300)), still_open(400))
    assert (found["p50_earliest"], found["p50"]) == (timedelta(), 250 * MINUTE)
    assert found["exact_share"] == 0


def test_the_later_curve_need_not_be_the_one_at_the_upper_ends():
    # at the upper end the one interval outlives the censored leads and takes their share with it
    found = summary(exact(1), interval(2, 60), *(still_open(5) for _ in range(4)))
    assert found["p50"] is None
    assert found["p50_earliest"] == 60 * MINUTE


def test_the_target_is_met_when_it_is_equalled():
    assert summary(exact(60), sla="1h")["sla_met"] == 1
    assert summary(exact(60.1), sla=timedelta(hours=1))["sla_breached"] == 1
    assert summary(still_open(60), sla="1h")["sla_breached"] == 1
    assert summary(interval(60, 90), sla="1h")["sla_breached"] == 1


def test_only_leads_as_old_as_the_target_are_rated():
    leads = [exact(5), exact(70), interval(0, 30), interval(30, 90), still_open(300)]
    young = [exact(5, age=20), still_open(20), unknown()]
    found = summary(*leads, *young, sla="1h")
    assert [found[name] for name in SLA[:4]] == [2, 2, 2, 1]
    assert (found["sla_rate"], found["sla_rate_earliest"]) == (2 / 5, 3 / 5)
    assert (found["sla_low"], found["sla_high"]) == lk.wilson(2, 5)
    narrow = summary(*leads, sla="1h", level=0.5)
    assert (narrow["sla_low"], narrow["sla_high"]) == lk.wilson(2, 5, level=0.5)


def test_without_mature_leads_there_is_no_rate_and_without_a_target_no_sla():
    found = summary(exact(5, age=20), sla="1h")
    assert [found[name] for name in SLA] == [0, 0, 1, 0, None, None, None, None]
    assert [summary(exact(5))[name] for name in SLA] == [None] * 8


def test_the_business_clock_has_its_own_waits_ages_and_target():
    found = summary(exact(50, age=500), still_open(500), clock="business", sla="50m")
    assert found["p50"] == timedelta(minutes=27.5)  # half is reached at 5, and the curve ends at 50
    assert [found[name] for name in SLA[:4]] == [1, 1, 0, 0]


def test_waits_without_business_hours_are_told_and_in_no_curve():
    times = times_of(exact(50)).with_columns(
        pl.lit(None).alias(f"business_{name}") for name in ("wait_lower", "wait_upper", "age")
    )
    with pytest.warns(lk.LeadkitWarning, match=r"response_summary: 1 of 1 episodes .* \(give response_times hours=\)"):
        found = lk.response_summary(times, clock="business", sla="1h").row(0, named=True)
    assert (found["leads"], found["answered_exact"], found["p50"], found["sla_met"]) == (1, 1, None, 0)
    lazy = lk.response_summary(times.lazy(), clock="business", sla="1h").collect().row(0, named=True)
    assert lazy == found


def test_groups_are_sorted_with_null_last_and_may_be_computed():
    times = times_of(*(exact(5, item_id=item) for item in ("b", None, "a")))
    assert lk.response_summary(times, by="item_id")["item_id"].to_list() == ["a", "b", None]
    quick = (pl.col("wait_upper") < MINUTE).alias("quick")
    assert lk.response_summary(times, by=["item_id", quick]).select("item_id", "quick").row(0) == ("a", False)
    assert lk.response_summary(times, by="state")["state"].to_list() == ["answered_exact"]


def test_no_rows_are_one_row_of_nothing_or_none_with_groups():
    for nothing in (times_of(), times_of().select(pl.col(name).cast(pl.Null) for name in times_of().columns)):
        found = lk.response_summary(nothing, sla="1h").row(0, named=True)
        assert (found["leads"], found["p50"], found["answered_within_5m"], found["sla_rate"]) == (0, None, None, None)
        assert lk.response_summary(nothing, by="item_id").height == 0


def test_lazy_and_streaming_give_the_same():
    times = times_of(*(exact(one % 17, item_id=str(one % 3)) for one in range(60)), still_open(9), interval(2, 5))
    found = lk.response_summary(times, by="item_id", sla="10m")
    lazy = lk.response_summary(times.lazy(), by="item_id", sla="10m")
    assert isinstance(lazy, pl.LazyFrame)
    assert_frame_equal(lazy.collect(), found)
    assert_frame_equal(lazy.collect(engine="streaming"), found)


def test_what_is_missing_or_wrong_is_refused():
    times = times_of(exact(5))
    with pytest.raises(lk.MissingColumns, match=r"response_summary\(times\) needs the column 'age'"):
        lk.response_summary(times.drop("age"), sla="1h")
    assert lk.response_summary(times.drop("age")).height == 1
    with pytest.raises(lk.MissingColumns, match=r"needs the column 'stat' \(did you mean 'state'\?\)"):
        lk.response_summary(times, by="stat")
    with pytest.raises(lk.InvalidRequest, match=r"response_summary: times is a list"):
        lk.response_summary([])
    with pytest.raises(lk.InvalidRequest, match=r"response_summary: sla=3600 is refused"):
        lk.response_summary(times, sla=3600)
    with pytest.raises(lk.InvalidRequest, match=r"response_summary: level=0 is refused"):
        lk.response_summary(times, level=0)
    with pytest.raises(lk.InvalidRequest, match=r"response_summary: clock='wall' is refused"):
        lk.response_summary(times, clock="wall")
    for taken in ("leads", "_state", "p50_at_lower"):
        with pytest.raises(lk.InvalidRequest, match=rf"response_summary: by= gives a column '{taken}', which is taken"):
            lk.response_summary(times, by=pl.col("item_id").alias(taken))
