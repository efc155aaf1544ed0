"""One curve per group of episodes, all in one pass."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from waiting_leads import GROUPS, exact, grouped, interval, still_open, times_of, unknown

import leadkit as lk

MINUTE = timedelta(minutes=1)


def by_hand(times, end):
    """The curve of one group, straight from `kaplan_meier`."""
    known = times.filter(pl.col("state") != "unknown")
    is_open = known["state"] == "unanswered"
    at = "wait_lower" if end == "lower" else pl.when(is_open).then("wait_lower").otherwise("wait_upper").alias("t")
    return lk.kaplan_meier(known.select(at).to_series(), ~is_open)


@given(GROUPS, st.sampled_from(["upper", "lower"]))
def test_every_group_has_the_curve_that_it_has_alone(leads, end):
    times = grouped(leads)
    found = lk.survival_curve(times, by="item_id", interval=end)
    items = times["item_id"].unique().sort(nulls_last=True)
    alone = [
        by_hand(times.filter(pl.col("item_id").eq_missing(item)), end).select(
            pl.lit(item, pl.String).alias("item_id"), pl.all()
        )
        for item in items
    ]
    expected = pl.concat(alone) if alone else found.clear()
    assert_frame_equal(found, expected, check_exact=False, rel_tol=0, abs_tol=1e-13)


def test_without_groups_it_is_one_curve_and_lazy_stays_lazy():
    times = times_of(exact(5), exact(9), still_open(7))
    found = lk.survival_curve(times)
    assert_frame_equal(found, by_hand(times, "upper"))
    lazy = lk.survival_curve(times.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert_frame_equal(lazy.collect(), found)
    assert_frame_equal(lazy.collect(engine="streaming"), found)


def test_duplicates_and_unknown_leads_are_in_no_curve():
    twice = exact(9, lead_id="again", episode_id="lead 0")
    found = lk.survival_curve(times_of(exact(5), twice, unknown()))
    assert found.select("t", "at_risk").rows() == [(5 * MINUTE, 1)]


def test_an_interval_stands_at_the_end_that_was_asked_for():
    times = times_of(interval(2, 8), still_open(5))
    assert lk.survival_curve(times)["unanswered_share"].to_list() == [1, 0]
    assert lk.survival_curve(times, interval="lower")["unanswered_share"].to_list() == [0.5, 0.5]


def test_the_business_clock_reads_its_own_columns():
    found = lk.survival_curve(times_of(exact(50)), clock="business")
    assert found["t"].item() == 5 * MINUTE


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["unanswered", "odd", "answered_exact"])])
def test_a_state_may_be_any_text_and_other_words_are_unknown(dtype):
    times = times_of(exact(5), exact(6), still_open(9)).with_columns(
        state=pl.Series(["answered_exact", "odd", "unanswered"], dtype=dtype)
    )
    assert lk.survival_curve(times)["t"].to_list() == [5 * MINUTE, 9 * MINUTE]


@pytest.mark.parametrize(
    "times",
    [
        times_of(),
        times_of(unknown()),
        times_of(unknown()).select(pl.lit(None).alias(name) for name in times_of().columns),
    ],
)
def test_without_waits_it_has_no_rows_and_the_same_columns(times):
    found = lk.survival_curve(times, by="item_id")
    assert found.height == 0
    assert found.columns == ["item_id", "t", "at_risk", "replied", "censored", "unanswered_share", "low", "high"]
    assert found.schema["t"] == pl.Duration("us")


def test_negative_and_missing_waits_are_left_out_and_told():
    times = times_of(exact(-5), exact(None), exact(4))
    with pytest.warns(lk.LeadkitWarning, match=r"survival_curve: 2 of 3 episodes with evidence have no wait") as told:
        found = lk.survival_curve(times)
    assert found["at_risk"].to_list() == [1]
    assert told[0].filename == __file__
    with pytest.warns(lk.LeadkitWarning, match=r"1 of 1 .* no business_wait \(give response_times hours=\)"):
        lk.survival_curve(times_of(exact(4, business_wait_lower=None, business_wait_upper=None)), clock="business")


def test_what_is_missing_or_wrong_is_refused():
    times = times_of(exact(5))
    with pytest.raises(lk.MissingColumns, match=r"survival_curve\(times\) needs the column 'wait_upper'"):
        lk.survival_curve(times.drop("wait_upper"))
    with pytest.raises(
        lk.InvalidRequest, match=r"survival_curve: the column 'wait_lower' is Int32; it has to be a Dura"
    ):
        lk.survival_curve(times.with_columns(wait_lower=5))
    with pytest.raises(lk.InvalidRequest, match=r"survival_curve: the column 'state' is Int32; it has to be a String"):
        lk.survival_curve(times.with_columns(state=1))
    with pytest.raises(
        lk.InvalidRequest, match=r"survival_curve: clock='shop' is refused: allowed is 'calendar' or 'bus"
    ):
        lk.survival_curve(times, clock="shop")
    with pytest.raises(lk.InvalidRequest, match=r"survival_curve: interval='middle' is refused"):
        lk.survival_curve(times, interval="middle")
    with pytest.raises(lk.InvalidRequest, match=r"survival_curve: by= gives a column 't', which is taken"):
        lk.survival_curve(times, by=pl.col("item_id").alias("t"))
    with pytest.raises(lk.InvalidRequest, match=r"survival_curve: level=2 is refused"):
        lk.survival_curve(times, level=2)
