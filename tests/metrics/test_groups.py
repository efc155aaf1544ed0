"""What cannot be grouped by is refused in leadkit's words, by all functions alike; no value of a row is shown."""

import polars as pl
import pytest
from made_leads import made, paid
from polars.testing import assert_frame_equal
from waiting_leads import exact, still_open, times_of

import leadkit as lk

OF_TIMES = [lk.response_summary, lk.survival_curve, lk.response_buckets, lk.evidence_coverage]
OF_LEADS = [lk.fee_totals, lk.fee_originals, lk.financing, lk.trade_ins, lk.lead_flow]
FAILING = {
    "a text that is no date": pl.col("item_id").str.to_date(),
    "a text that is no number": pl.col("item_id").cast(pl.Int64),
    "objects": "object",
    "fewer rows": pl.col("item_id").head(2),
    "more rows": pl.col("item_id").append("item_id"),
}


def some_times():
    times = times_of(exact(5, item_id="Zebra-1"), exact(6, item_id="Zebra-2"), still_open(9, item_id="Zebra-3"))
    times = times.with_columns(evidence=pl.lit("E1 thread"))
    return times.with_columns(pl.Series("object", [object() for _ in range(times.height)], dtype=pl.Object))


@pytest.mark.parametrize("by", FAILING.values(), ids=list(FAILING))
@pytest.mark.parametrize("function", OF_TIMES, ids=lambda function: function.__name__)
def test_what_fails_on_the_values_is_refused_and_they_are_not_shown(function, by):
    wanted = rf"{function.__name__} can't be computed on these rows: by= \(\w+\)\. Look at the values\.$"
    with pytest.raises(lk.InvalidRequest, match=wanted) as told:
        function(some_times(), by=by)
    assert "Zebra" not in str(told.value)
    assert told.value.__context__ is None


@pytest.mark.parametrize("function", [*OF_TIMES, *OF_LEADS], ids=lambda function: function.__name__)
def test_a_group_that_is_given_twice_is_refused(function):
    frame = some_times() if function in OF_TIMES else made([paid("1")])
    wanted = f"{function.__name__}: by= gives the column 'item_id' twice; leave one out, or rename it"
    for by in (["item_id", "item_id"], ("lead_id", pl.col("item_id"), pl.col("lead_id").alias("item_id"))):
        with pytest.raises(lk.InvalidRequest, match=wanted):
            function(frame, by=by)
        with pytest.raises(lk.InvalidRequest, match=wanted):
            function(frame.lazy(), by=iter(by))


@pytest.mark.parametrize("function", OF_TIMES, ids=lambda function: function.__name__)
def test_groups_may_come_from_an_iterator_and_have_names_that_only_the_frame_tells(function):
    found = function(some_times(), by=["item_id", "episode_id"])
    assert_frame_equal(function(some_times(), by=iter(["item_id", "episode_id"])), found)
    assert_frame_equal(function(some_times(), by=pl.col("item_id", "episode_id")), found)
