"""Episodes by how long they waited, and by what is known of them."""

import polars as pl
import pytest
from hypothesis import given, settings
from waiting_leads import GROUPS, exact, grouped, interval, still_open, times_of, unknown

import leadkit as lk

BUCKETS = ["≤5 min", "≤15 min", "≤1 h", "≤24 h", ">24 h", "unanswered", "interval", "unknown"]


@pytest.mark.parametrize(
    ("lead", "bucket"),
    [
        (exact(0), "≤5 min"),
        (exact(5), "≤5 min"),
        (exact(5.01), "≤15 min"),
        (exact(15), "≤15 min"),
        (exact(60), "≤1 h"),
        (exact(60.01), "≤24 h"),
        (exact(1440), "≤24 h"),
        (exact(1440.01), ">24 h"),
        (still_open(2), "unanswered"),
        (interval(1, 2), "interval"),
        (unknown(), "unknown"),
        (exact(5, state=None), "unknown"),
    ],
)
def test_a_wait_is_in_its_bucket(lead, bucket):
    counts = lk.response_buckets(times_of(lead))
    assert counts["bucket"].to_list() == BUCKETS
    assert counts.filter(pl.col("leads") == 1)["bucket"].to_list() == [bucket]


def test_shares_have_the_interval_of_wilson():
    counts = lk.response_buckets(times_of(exact(1), exact(2), exact(30), still_open(9)))
    assert counts.row(0)[:3] == ("≤5 min", 2, 0.5)
    assert counts.row(0)[3:] == pytest.approx(lk.wilson(2, 4))


def test_duplicates_are_not_counted():
    assert lk.response_buckets(times_of(exact(1), exact(2, episode_id="lead 0")))["leads"].sum() == 1


def test_business_waits_have_buckets_of_their_own():
    by_clock = [lk.response_buckets(times_of(exact(50)), clock=clock) for clock in ("calendar", "business")]
    assert [one.filter(pl.col("leads") == 1)["bucket"].item() for one in by_clock] == ["≤1 h", "≤5 min"]


def test_a_wait_that_was_not_measured_is_unknown_and_told():
    closed = times_of(exact(50, business_wait_lower=None, business_wait_upper=None))
    with pytest.warns(lk.LeadkitWarning, match="1 of 1 episodes with evidence have no business_wait"):
        counts = lk.response_buckets(closed, clock="business")
    assert counts.filter(pl.col("leads") == 1)["bucket"].item() == "unknown"


def test_no_leads_have_eight_zeros_or_no_group():
    none = times_of()
    assert lk.response_buckets(none)["leads"].to_list() == [0] * 8
    assert lk.response_buckets(none)["share"].null_count() == 8
    assert lk.response_buckets(none, by="item_id").is_empty()
    assert (
        lk.response_buckets(none, by="item_id").schema == lk.response_buckets(times_of(exact(1)), by="item_id").schema
    )


@given(GROUPS)
@settings(max_examples=30)
def test_every_episode_is_in_one_bucket_of_its_group(leads):
    waits = grouped(leads)
    counts = lk.response_buckets(waits.lazy(), by="item_id").collect()
    assert counts.equals(lk.response_buckets(waits, by="item_id"))
    sums = counts.group_by("item_id", maintain_order=True).agg(pl.col("leads").sum())
    assert sums.rows() == lk.response_summary(waits, by="item_id").select("item_id", "leads").rows()


def test_a_group_that_is_named_like_a_bucket_is_refused():
    with pytest.raises(lk.InvalidRequest, match="'unknown', which is taken"):
        lk.response_buckets(times_of(exact(1)), by=pl.col("item_id").alias("unknown"))


def known(*leads, evidence):
    return times_of(*leads).with_columns(pl.Series("evidence", evidence, pl.String))


def test_evidence_is_counted_by_state_in_order():
    waits = known(unknown(), still_open(5), exact(1), exact(2), evidence=[None, "E8 thread", "E3 sent", "E1 thread"])
    coverage = lk.evidence_coverage(waits)
    assert coverage.rows() == [
        ("answered_exact", "E1 thread", 1, 0.25),
        ("answered_exact", "E3 sent", 1, 0.25),
        ("unanswered", "E8 thread", 1, 0.25),
        ("unknown", None, 1, 0.25),
    ]
    assert lk.evidence_coverage(waits.clear()).schema == coverage.schema
    assert lk.evidence_coverage(waits.lazy()).collect().equals(coverage)


def test_shares_of_evidence_are_those_of_their_group_and_duplicates_are_left_out():
    waits = known(
        exact(1),
        exact(2, item_id="9"),
        exact(3, episode_id="lead 0"),
        exact(5, state="strange"),
        evidence=["E1 thread"] * 4,
    )
    assert lk.evidence_coverage(waits, by="item_id").rows() == [
        ("110", "answered_exact", "E1 thread", 1, 0.5),
        ("110", "unknown", "E1 thread", 1, 0.5),
        ("9", "answered_exact", "E1 thread", 1, 1.0),
    ]
