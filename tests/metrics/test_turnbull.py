"""Turnbull's estimate: a published case, lifelines, and what holds for all intervals."""

import json
import warnings
from datetime import timedelta
from math import inf, log
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.exceptions import ConvergenceWarning
from lifelines.fitters.npmle import npmle

import leadkit as lk

CASES = json.loads((Path(__file__).parent.parent / "cases" / "kaplan_meier.json").read_text(encoding="utf-8"))
ROUNDED = st.builds(lambda low, more: (low, low + more), st.integers(0, 12), st.sampled_from([0, 0, 1, 2, 5, 9, inf]))
DISTINCT = st.builds(lambda low, more: (low, low + more), st.floats(0, 99), st.sampled_from([0.5, 3.3, 20.1, inf]))
INTERVALS = st.lists(ROUNDED, min_size=1, max_size=50)
ANY_INTERVALS = st.one_of(INTERVALS, st.lists(DISTINCT, min_size=1, max_size=50))


def estimate(intervals, closed="right"):
    lower, upper = zip(*intervals, strict=True)
    return lk.turnbull(pl.Series(lower, dtype=pl.Float64), pl.Series(upper, dtype=pl.Float64), closed=closed)


def of_lifelines(lower, upper):
    with np.errstate(all="ignore"), warnings.catch_warnings():  # it stands still where a mass becomes 0
        warnings.simplefilter("ignore", ConvergenceWarning)
        return npmle(lower, upper, tol=1e-10, max_iter=3000)


def inside(found, closed):
    """For an interval, the innermost ones that lie in it, as a function."""
    ends = [(left, inf if right is None else right) for left, right in found.select("left", "right").rows()]

    def places(low, high):
        open_left = closed == "right" and low < high  # (low, high]: the point low itself is not in it
        return [
            place
            for place, (left, right) in enumerate(ends)
            if low <= left and right <= high and not (open_left and right == low)
        ]

    return places


def log_likelihood(found, intervals, closed):
    mass, places = found["mass"], inside(found, closed)
    return sum(log(sum(mass[place] for place in places(*one))) for one in intervals)


def kkt_gap(found, intervals, closed):
    """Worked out anew from the rows alone: the steepest gradient less 1."""
    mass, places = found["mass"], inside(found, closed)
    gradient = [0.0] * len(mass)
    for one in intervals:
        covered = places(*one)
        held = sum(mass[place] for place in covered)
        for place in covered:
            gradient[place] += 1 / held / len(intervals)
    return max(gradient) - 1


@pytest.mark.parametrize("case", CASES["interval_censored"], ids=lambda case: case["id"])
def test_published_shares_are_met(case):
    found = lk.turnbull(pl.Series(case["left"]), pl.Series(case["right"]), closed="both")
    right = found["right"].fill_null(10**9)
    for t, bounds in case["expected_S_bounds"].items():
        least = found.filter(pl.col("left") >= int(t))["mass"].sum()
        most = found.filter(right >= int(t))["mass"].sum()
        assert [least, most] == pytest.approx(bounds, abs=case["atol"])


@settings(max_examples=40)
@given(ANY_INTERVALS)
def test_it_is_at_least_as_likely_as_the_estimate_of_lifelines(intervals):
    found = estimate(intervals, closed="both")
    peer, ends = of_lifelines(*zip(*intervals, strict=True))
    assert found["left"].to_list() == [end.left for end in ends]
    theirs = found.with_columns(mass=pl.Series(peer))
    assert log_likelihood(found, intervals, "both") >= log_likelihood(theirs, intervals, "both") - 1e-9


@pytest.mark.parametrize("seed", [seed for seed in range(16) if seed != 5])  # on 5 lifelines stands still, far off
def test_on_random_data_it_is_the_curve_of_lifelines(seed):
    draws = np.random.default_rng(seed)
    wait, age = draws.exponential(10, 50), draws.uniform(2, 40, 50)
    lower = np.where(wait > age, age, wait * draws.random(50))
    upper = np.where(wait > age, inf, np.where(draws.random(50) < 0.2, lower, wait + draws.exponential(5, 50)))
    found = lk.turnbull(pl.Series(lower), pl.Series(upper), closed="both")
    peer, _ = of_lifelines(lower, upper)
    assert np.abs(np.cumsum(found["mass"].to_numpy()) - np.cumsum(peer)).max() < 1e-3


@given(ANY_INTERVALS, st.sampled_from(["right", "both"]))
def test_it_is_where_no_mass_can_be_moved_for_the_better(intervals, closed):
    found = estimate(intervals, closed)
    assert kkt_gap(found, intervals, closed) <= 1e-6
    assert found["mass"].sum() == pytest.approx(1)
    assert found["mass"].min() >= 0
    assert found["unanswered_share"][-1] == 0
    assert (found["unanswered_share"] + found["mass"].cum_sum()).to_list() == pytest.approx([1] * len(found))


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=50))
def test_with_exact_and_open_waits_alone_it_is_kaplan_and_meier(waits):
    found = estimate([(t, t if observed else inf) for t, observed in waits])
    t, observed = zip(*waits, strict=True)
    curve = lk.kaplan_meier(pl.Series(t), pl.Series(observed)).filter(pl.col("replied") > 0)
    points = found.filter(pl.col("left") == pl.col("right"))
    assert points["left"].to_list() == curve["t"].to_list()
    assert points["unanswered_share"].to_list() == pytest.approx(curve["unanswered_share"].to_list(), abs=1e-6)


def test_the_point_at_an_open_left_end_is_outside():
    assert estimate([(5, 5), (5, 9)]).rows() == [(5, 5, 0.5, 0.5), (5, 9, 0.5, 0)]
    assert estimate([(5, 5), (5, 9)], closed="both").rows() == [(5, 5, 1, 0)]


def test_thousands_of_intervals_reach_the_maximum_in_a_few_rounds():
    ages = [timedelta(minutes=1 + number * 7919 % 10_007) for number in range(5000)]
    answered = [number * 31 % 100 < 20 + age.total_seconds() / 9000 for number, age in enumerate(ages)]
    lower = pl.Series([timedelta() if yes else age for age, yes in zip(ages, answered, strict=True)])
    upper = pl.Series([age if yes else None for age, yes in zip(ages, answered, strict=True)])
    found = lk.turnbull(lower, upper, rounds=40)  # a gap above 1e-6 would warn
    assert found["mass"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("lower", "upper", "dtype"),
    [
        ([timedelta(0)], [timedelta(hours=1)], pl.Duration("us")),
        ([timedelta(0)], [None], pl.Duration("us")),
        ([1], [2], pl.Int64),
        ([1], [inf], pl.Int64),
        ([1], [2.5], pl.Float64),
        ([1], [None], pl.Int64),
    ],
)
def test_bounds_stay_what_they_were(lower, upper, dtype):
    found = lk.turnbull(pl.Series(lower), pl.Series(upper))
    assert found.schema == {"left": dtype, "right": dtype, "mass": pl.Float64, "unanswered_share": pl.Float64}
    assert found.row(0) == (lower[0], None if upper[0] == inf else upper[0], 1, 0)


def test_rows_without_a_lower_bound_are_left_out_and_nothing_is_no_row():
    assert lk.turnbull(pl.Series([None, 1]), pl.Series([3, 2])).rows() == [(1, 2, 1, 0)]
    for nothing in (pl.Series([None, None]), pl.Series([], dtype=pl.Duration("us"))):
        assert lk.turnbull(nothing, nothing).shape == (0, 4)


def test_too_few_rounds_are_told():
    lower = pl.Series(range(30))
    with pytest.warns(lk.LeadkitWarning, match=r"turnbull: not at its maximum after 1 rounds \(KKT gap .*\)"):
        lk.turnbull(lower, lower * 2 % 31 + lower + 1, rounds=1)


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        ([1], pl.Series([2]), "lower is a list"),
        (pl.Series([1]), pl.Series(["2"]), "upper is a Series of String"),
        (pl.Series([-1, 1]), pl.Series([2, 2]), "1 of 2 lower are negative"),
        (pl.Series([inf]), pl.Series([inf]), "1 of 1 lower are infinite"),
        (pl.Series([1.0]), pl.Series([float("nan")]), "1 of 1 upper are NaN"),
        (pl.Series([1.0]), pl.Series([-inf]), "1 of 1 upper are infinite"),
        (pl.Series([1]), pl.Series([2, 3]), "lower has 1 rows and upper 2"),
        (pl.Series([3, 1]), pl.Series([2, 2]), "in 1 of 2 rows upper is below lower"),
        (pl.Series([timedelta(1)]), pl.Series([2]), r"lower is a Series of Duration.* and upper a Series of Int64"),
    ],
)
def test_what_are_no_bounds_is_refused(lower, upper, words):
    with pytest.raises(lk.InvalidRequest, match=f"turnbull: {words}"):
        lk.turnbull(lower, upper)


def test_other_words_and_rounds_are_refused():
    one = pl.Series([1])
    with pytest.raises(lk.InvalidRequest, match=r"turnbull: closed='left' is refused: allowed is 'right' or 'both'"):
        lk.turnbull(one, one, closed="left")
    for rounds in (0, 1.5, True):
        with pytest.raises(lk.InvalidRequest, match=r"turnbull: rounds=.* is refused"):
            lk.turnbull(one, one, rounds=rounds)
