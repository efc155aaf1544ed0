"""Wilson's interval against published values, and what holds for all counts."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leadkit as lk
from leadkit.metrics.proportions import wilson_bounds

CASES = json.loads((Path(__file__).parent.parent / "cases" / "wilson.json").read_text(encoding="utf-8"))
COUNTS = st.integers(0, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['k']} of {case['n']}, {case['source'][:30]}")
def test_published_values_are_met(case):
    low, high = lk.wilson(case["k"], case["n"], level=case["level"])
    close = {"rel": case.get("rtol", 0), "abs": case.get("atol", 0)}
    assert low == pytest.approx(case["lo"], **close)
    assert high == pytest.approx(case["hi"], **close)


def test_none_of_none_has_no_interval():
    assert lk.wilson(0, 0) == (None, None)


@given(COUNTS, st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999]))
def test_the_share_lies_inside_and_the_ends_are_pinned(counts, level):
    k, n = counts
    if n == 0:
        return
    low, high = lk.wilson(k, n, level=level)
    assert 0 <= low <= k / n + 1e-12
    assert k / n - 1e-12 <= high <= 1
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)


@given(COUNTS)
def test_the_complement_has_the_mirrored_interval(counts):
    k, n = counts
    if n:
        low, high = lk.wilson(k, n)
        assert lk.wilson(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_columns_are_the_same_arithmetic_and_null_stays_null():
    frame = pl.DataFrame({"k": [0, 3, None, 10, 0], "n": [20, 10, 5, 10, 0]})
    found = frame.select(*wilson_bounds(pl.col("k"), pl.col("n")))
    assert found.row(1) == lk.wilson(3, 10)
    assert found["low"].to_list()[2:] == [None, lk.wilson(10, 10)[0], None]
    assert found["high"].to_list()[2:] == [None, 1.0, None]


def test_counts_may_be_numbers_of_numpy_and_as_large_as_counts_can_be():
    assert lk.wilson(np.int64(1), np.uint8(3)) == lk.wilson(1, 3)
    assert lk.wilson(2**62, 2**63 - 1) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize(
    ("k", "n"),
    [
        *[(2, 1), (-1, 3), (0, -1), (0.5, 1), (True, 1), ("1", 2), (None, 1)],
        *[(10**19, 10**20), (1, 2**63), (np.True_, 1), (np.float64(1), 2), (np.array([1, 2]), 2)],
    ],
)
def test_counts_that_are_none_are_refused(k, n):
    with pytest.raises(lk.InvalidRequest, match=r"wilson: k=.* is refused: allowed are whole numbers"):
        lk.wilson(k, n)


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, True, "0.95", float("nan")])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(lk.InvalidRequest, match=r"wilson: level=.* is refused: allowed is a number between 0 and 1"):
        lk.wilson(1, 2, level=level)
