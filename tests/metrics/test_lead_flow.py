"""The leads of each day."""

from datetime import date

import polars as pl
import pytest
from made_leads import NOON, later, made

import leadkit as lk


def test_leads_are_counted_by_the_day_of_the_zone():
    leads = made([{}, {}, {"submitted_at": later(2)}])
    flow = lk.lead_flow(leads, zone="Pacific/Kiritimati")  # fourteen hours ahead
    assert flow.rows() == [
        (date(2026, 10, 6), "Pacific/Kiritimati", 2),
        (date(2026, 10, 8), "Pacific/Kiritimati", 1),
    ]
    assert flow.schema == {"day": pl.Date, "zone": pl.String, "leads": pl.Int64}


def test_each_lead_counts_once_and_one_without_a_time_is_told():
    leads = made([{"lead_id": "a"}, {"lead_id": "a", "fetched_at": later(1)}, {"submitted_at": None}])
    assert lk.lead_flow(leads).rows() == [(NOON.date(), "UTC", 1), (None, "UTC", 1)]


def test_groups_come_in_their_order():
    flow = lk.lead_flow(made([{"item_id": "2"}, {"item_id": "1"}, {"item_id": None}]), by="item_id")
    assert flow["item_id"].to_list() == ["1", "2", None]
    assert flow.columns == ["item_id", "day", "zone", "leads"]


def test_no_leads_have_the_same_columns_and_a_lazy_frame_stays_lazy():
    leads = made([{}])
    assert lk.lead_flow(leads.clear()).schema == lk.lead_flow(leads).schema
    assert lk.lead_flow(leads.lazy()).collect().equals(lk.lead_flow(leads))


def test_a_group_that_is_named_like_a_result_is_refused():
    with pytest.raises(lk.InvalidRequest, match="by= would give a second column 'day'"):
        lk.lead_flow(made([{}]), by=pl.col("item_id").alias("day"))
    with pytest.raises(lk.MissingColumns, match=r"lead_flow\(leads\) needs the column 'submitted_at'"):
        lk.lead_flow(made([{}]).drop("submitted_at"))
