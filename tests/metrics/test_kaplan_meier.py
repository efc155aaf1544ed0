"""Kaplan and Meier's estimate: published tables, lifelines, and what holds for all waits."""

import json
from datetime import timedelta
from math import log
from pathlib import Path
from statistics import NormalDist, median

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

import leadkit as lk

CASES = json.loads((Path(__file__).parent.parent / "cases" / "kaplan_meier.json").read_text(encoding="utf-8"))
PUBLISHED = pytest.mark.parametrize("case", CASES["right_censored"], ids=lambda case: case["id"])
LEVELS = st.sampled_from([0.5, 0.9, 0.95, 0.99])
WAITS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=60)
LONG_WAITS = st.lists(st.tuples(st.integers(0, 10**13), st.booleans()), min_size=1, max_size=60)


def curve_of(waits, level=0.95):
    t, observed = zip(*waits, strict=True)
    return lk.kaplan_meier(pl.Series(t), pl.Series(observed), level=level)


def published_curve(case, level=0.95):
    curve = lk.kaplan_meier(pl.Series(case["time"]), pl.Series(case["event"]).cast(pl.Boolean), level=level)
    listed = pl.Series("t", case["expected"]["times"]).cast(pl.Int64)
    return curve.filter(pl.col("t").is_in(listed.implode()))


@PUBLISHED
def test_published_shares_are_met(case):
    found = published_curve(case)
    assert found["t"].to_list() == case["expected"]["times"]
    assert found["unanswered_share"].to_list() == pytest.approx(case["expected"]["S"], abs=case["expected"]["atol"])


@PUBLISHED
@pytest.mark.parametrize("level", [90, 95])
def test_published_intervals_are_met(case, level):
    expected = case["expected"]
    if f"loglog_lo_{level}" not in expected:
        return
    found = published_curve(case, level / 100)
    assert found["low"].to_list() == pytest.approx(expected[f"loglog_lo_{level}"], abs=1e-6)
    assert found["high"].to_list() == pytest.approx(expected[f"loglog_hi_{level}"], abs=1e-6)


@PUBLISHED
def test_published_standard_errors_are_met(case):
    expected = case["expected"]
    z = NormalDist().inv_cdf(0.975)
    found = [standard_error(*row, z) for row in published_curve(case).select("unanswered_share", "low").rows()]
    if "se" in expected:
        assert found == pytest.approx(expected["se"], abs=expected["atol"])
    if "greenwood_half_width_95" in expected:
        assert [z * one for one in found] == pytest.approx(expected["greenwood_half_width_95"], abs=expected["atol"])


def standard_error(share, low, z):
    """Greenwood's, worked back from the low end ``S^exp(z * se / (S * -ln S))``."""
    return 0 if share == 1 else share * -log(share) * log(log(low) / log(share)) / z


@PUBLISHED
def test_published_quantiles_are_met(case):
    curve = lk.kaplan_meier(pl.Series(case["time"]), pl.Series(case["event"]))
    if "median" in case["expected"]:
        assert lk.km_quantile(curve, 0.5)[0] == case["expected"]["median"]
    if "q25_ci_loglog_95" in case["expected"]:
        assert list(lk.km_quantile(curve, 0.25)[1:]) == case["expected"]["q25_ci_loglog_95"]


@given(st.one_of(WAITS, LONG_WAITS), LEVELS)
def test_it_is_the_estimate_of_lifelines(waits, level):
    t, observed = map(np.array, zip(*waits, strict=True))
    curve = curve_of(waits, level)
    peer = KaplanMeierFitter().fit(t, observed, alpha=1 - level)
    at = curve["t"].to_list()
    assert at == sorted(set(t.tolist()))
    counts = peer.event_table.loc[at, ["at_risk", "observed", "censored"]].to_numpy()
    assert curve.select("at_risk", "replied", "censored").to_numpy().tolist() == counts.tolist()
    shares = np.hstack([peer.survival_function_.loc[at], peer.confidence_interval_.loc[at]])
    assert np.abs(curve.select("unanswered_share", "low", "high").to_numpy() - shares).max() <= 1e-12


@given(WAITS)
def test_it_falls_from_one_and_everyone_is_counted_once(waits):
    curve = curve_of(waits)
    assert curve["replied"].sum() + curve["censored"].sum() == len(waits)
    assert curve["at_risk"].is_sorted(descending=True)
    assert curve["unanswered_share"].is_sorted(descending=True)
    assert curve["unanswered_share"].is_between(0, 1).all()
    assert (curve["low"] <= curve["unanswered_share"]).all()
    assert (curve["unanswered_share"] <= curve["high"]).all()


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=80))
def test_the_median_without_censoring_is_the_ordinary_one(waits):
    curve = curve_of([(wait, True) for wait in waits])
    assert lk.km_quantile(curve, 0.5)[0] == median(waits)
    spans = lk.kaplan_meier(pl.Series(waits).cast(pl.Duration("us")), pl.Series([True] * len(waits)))
    whole = int(median(waits)) if len(waits) % 2 else sum(sorted(waits)[len(waits) // 2 - 1 : len(waits) // 2 + 1]) // 2
    assert lk.km_quantile(spans, 0.5)[0] == timedelta(microseconds=whole)


@given(WAITS, st.floats(0.01, 1))
def test_a_quantile_is_where_the_share_is_reached(waits, p):
    curve = curve_of(waits)
    value, low, high = lk.km_quantile(curve, p)
    reached = curve.filter(pl.col("unanswered_share") <= 1 - p + 1.5e-8)["t"]
    if value is None:
        assert (reached.is_empty(), high) == (True, None)
    else:
        assert value >= reached[0]
        assert low is None or low <= value
        assert high is None or high >= reached[0]


def test_the_worked_example_of_ten_waits():
    # answered after 5, 12, 20, 45, 90, 240, 1440 minutes; open for 600, 2880, 4320: the naive median is 45
    waits = [(one, True) for one in (5, 12, 20, 45, 90, 240, 1440)] + [(one, False) for one in (600, 2880, 4320)]
    curve = curve_of(waits)
    assert lk.km_quantile(curve, 0.5)[0] == 165
    assert lk.km_quantile(curve, 0.9) == (None, 1440, None)
    assert curve["unanswered_share"].to_list()[:5] == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.5])


def test_replies_come_before_censorings_of_the_same_time():
    assert curve_of([(5, False), (5, True)]).row(0)[:5] == (5, 2, 1, 1, 0.5)


def test_a_stretch_at_the_level_that_nobody_ends_is_halved_by_the_end_of_the_curve():
    assert lk.km_quantile(curve_of([(10, True), (20, False)]), 0.5)[0] == 15  # as R's quantile.survfit


def test_one_reply_has_a_median_and_no_interval():
    curve = curve_of([(7, True)])
    assert curve.row(0) == (7, 1, 1, 0, 0.0, 0.0, 0.0)
    assert lk.km_quantile(curve, 0.5) == (7, None, None)


def test_where_nobody_replied_nothing_is_reached():
    curve = curve_of([(3, False), (9, False)])
    assert curve.select("unanswered_share", "low", "high").unique().row(0) == (1, 1, 1)
    assert lk.km_quantile(curve, 0.01) == (None, None, None)


@pytest.mark.parametrize(
    ("waits", "dtype"),
    [
        ([timedelta(hours=1)], pl.Duration("us")),
        (pl.Series([60], dtype=pl.Duration("ns")), pl.Duration("ns")),
        ([1], pl.Int64),
        ([1.5], pl.Float64),
        (pl.Series([1], dtype=pl.UInt8), pl.UInt8),
    ],
)
def test_t_stays_what_the_durations_were(waits, dtype):
    curve = lk.kaplan_meier(pl.Series(waits), pl.Series([True]))
    assert curve.schema == {
        "t": dtype,
        "at_risk": pl.Int64,
        "replied": pl.Int64,
        "censored": pl.Int64,
        "unanswered_share": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }


def test_long_spans_are_not_rounded():
    century = timedelta(days=36_525, microseconds=1)
    curve = lk.kaplan_meier(pl.Series([century, 3 * century]), pl.Series([True, True]))
    assert lk.km_quantile(curve, 0.5)[0] == 2 * century


def test_nulls_are_left_out_and_nothing_is_an_empty_curve():
    curve = lk.kaplan_meier(pl.Series([1, None, 3, 4]), pl.Series([True, True, None, False]))
    assert curve["at_risk"].to_list() == [2, 1]
    for empty in (pl.Series([], dtype=pl.Duration("us")), pl.Series([None, None]), pl.Series([None], dtype=pl.Float64)):
        nothing = lk.kaplan_meier(empty, pl.Series([None] * len(empty), dtype=pl.Boolean))
        assert nothing.height == 0
        assert lk.km_quantile(nothing, 0.5) == (None, None, None)


def test_zero_and_minus_zero_are_one_wait():
    assert lk.kaplan_meier(pl.Series([-0.0, 0.0]), pl.Series([False, True])).row(0)[:4] == (0.0, 2, 1, 1)


@pytest.mark.parametrize(
    ("durations", "observed", "words"),
    [
        ([1, 2], pl.Series([True, True]), r"durations is a list; give a Series of Durations or numbers"),
        (pl.Series(["1"]), pl.Series([True]), r"durations is a Series of String"),
        (pl.Series([True]), pl.Series([True]), r"durations is a Series of Boolean"),
        (pl.Series([1, -2, -3]), pl.Series([True] * 3), r"2 of 3 durations are negative"),
        (pl.Series([timedelta(-1)]), pl.Series([True]), r"1 of 1 durations are negative"),
        (pl.Series([1.0, float("nan")]), pl.Series([True] * 2), r"1 of 2 durations are NaN"),
        (pl.Series([float("inf"), 1.0]), pl.Series([True] * 2), r"1 of 2 durations are infinite"),
        (pl.Series([1]), [True], r"observed is a list; give a Series of Booleans"),
        (pl.Series([1]), pl.Series(["yes"]), r"observed is a Series of String"),
        (pl.Series([1, 2]), pl.Series([2, 1]), r"1 of 2 in observed are neither 0 nor 1"),
        (pl.Series([1, 2]), pl.Series([True]), r"durations has 2 rows and observed 1"),
    ],
)
def test_what_is_no_wait_is_refused(durations, observed, words):
    with pytest.raises(lk.InvalidRequest, match=f"kaplan_meier: {words}"):
        lk.kaplan_meier(durations, observed)


def test_a_level_that_is_none_is_refused():
    with pytest.raises(lk.InvalidRequest, match=r"kaplan_meier: level=95 is refused"):
        curve_of([(1, True)], level=95)


@pytest.mark.parametrize("p", [0, -0.1, 1.5, 50, True, "0.5", float("nan")])
def test_a_share_that_is_none_is_refused(p):
    with pytest.raises(lk.InvalidRequest, match=r"km_quantile: p=.* is refused: allowed is a share above 0"):
        lk.km_quantile(curve_of([(1, True)]), p)


def test_what_is_no_curve_is_refused():
    curve = curve_of([(1, True), (2, False)])
    with pytest.raises(lk.MissingColumns, match=r"km_quantile\(curve\) needs the column 'low'"):
        lk.km_quantile(curve.drop("low"), 0.5)
    with pytest.raises(lk.InvalidRequest, match=r"km_quantile: the column 't' is String; give a curve of kaplan_meier"):
        lk.km_quantile(curve.with_columns(pl.col("t").cast(pl.String)), 0.5)
    with pytest.raises(lk.InvalidRequest, match=r"km_quantile: t has to rise from row to row .* of one group"):
        lk.km_quantile(pl.concat([curve, curve]), 0.5)
    with pytest.raises(lk.InvalidRequest, match=r"unanswered_share to fall; give a curve"):
        lk.km_quantile(pl.concat([curve, curve.with_columns(t=pl.col("t") + 9, unanswered_share=1.0)]), 0.5)


def test_a_lazy_curve_is_a_curve():
    assert lk.km_quantile(curve_of([(1, True), (3, True)]).lazy(), 0.5)[0] == 2
