"""What an explorer counts is what the metrics say of the same leads."""

import polars as pl
from explorer.some_leads import ZONE, drawn, leads, said_of, times
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import leadkit as lk
from leadkit.explorer.board import board_of, chosen
from leadkit.explorer.cases import Evidence
from leadkit.explorer.choice import Choice, changed
from leadkit.explorer.counting import counted, with_median

CHOICES = st.sampled_from(
    [
        {},
        {"state": "answered"},
        {"state": "unanswered", "financing": "yes"},
        {"listing": "110"},
        {"make": "none"},
        {"account": "demo", "last_day": "2026-10-08"},
        {"first_day": "2026-10-06", "bucket": "interval"},
    ]
)


def counts_of(of, waits, **choice):
    board = board_of(of, times=waits, evidence=Evidence(), crm=None, hours=None, zone=ZONE, reveal=False)
    those = chosen(board, changed(Choice(), choice, board.cases))
    rows = board.cases.rows.filter(those)["row"]
    return with_median(counted(board.cases, those), board.cases, those), of.with_row_index("row").filter(
        pl.col("row").is_in(rows.implode())
    ).drop("row")


@settings(max_examples=30)  # each is a dozen metrics
@given(drawn(), CHOICES)
def test_every_number_is_that_of_its_metric(made, choice):
    of, waits = made
    counts, some = counts_of(of, waits, **choice)
    kept = waits.join(some.select("account", "lead_id"), on=["account", "lead_id"], how="semi")
    said = said_of(some, kept)
    assert counts.chosen == said["chosen"]
    assert {name: counts.waits[name] for name in said["waits"] if name in counts.waits} == {
        name: value for name, value in said["waits"].items() if name in counts.waits
    }
    for name in ("fees", "listings", "flow", "buckets"):
        ours = getattr(counts, name)
        theirs = said[name].select(name for name in ours.columns if name != "item_title")
        assert_frame_equal(ours.drop("item_title", strict=False), theirs)
    assert_frame_equal(counts.makes.sort("make"), said["makes"].select(counts.makes.columns))


def test_hours_of_the_week_count_every_lead_repeats_too():
    of = leads(60)
    counts, _ = counts_of(of, times(of).with_columns(episode_id=pl.col("lead_id").first()))
    wall = of["submitted_at"].dt.convert_time_zone(ZONE)
    there = counts.week.filter(pl.col("leads") > 0)
    assert counts.week.shape == (168, 4)
    assert there["leads"].sum() == 60
    assert set(zip(there["weekday"], there["hour"], strict=True)) == set(
        zip(wall.dt.strftime("%a"), wall.dt.hour(), strict=True)
    )


def test_the_answered_share_is_of_those_whose_answer_is_known():
    of = leads()
    counts, _ = counts_of(of, times(of))
    assert (counts.waits["answered"], counts.waits["followed"]) == (6, 7)
    assert (counts.waits["answered_share_low"], counts.waits["answered_share_high"]) == lk.wilson(6, 7)


def test_several_records_of_a_lead_are_one_and_the_latest_counts():
    of = leads()
    later = of.with_columns(status=pl.lit("RESPONDED"), fetched_at=pl.col("fetched_at").dt.offset_by("1d"))
    counts, _ = counts_of(pl.concat([of, later]), times(of), status="RESPONDED")
    assert counts.chosen == 8
    assert counts.fees.select("leads").sum().item() == 8
