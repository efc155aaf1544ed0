"""Choosing leads: each filter keeps what a plain filter keeps, and says what it can't do."""

from datetime import date

import polars as pl
import pytest
from explorer.some_leads import ZONE, leads, times

import leadkit as lk

LOCAL = pl.col("submitted_at").dt.convert_time_zone(ZONE)


@pytest.fixture
def explorer():
    of = leads(40)
    hours = lk.BusinessHours(ZONE, "Mo-Fr 09:00-17:00")
    return lk.explore(of, times=times(of), hours=hours, zone=ZONE, reveal=True)


@pytest.mark.parametrize(
    ("choice", "plain"),
    [
        ({"first_day": "2026-10-08"}, LOCAL.dt.date() >= date(2026, 10, 8)),
        ({"first_day": date(2026, 10, 8), "last_day": "2026-10-08"}, LOCAL.dt.date() == date(2026, 10, 8)),
        ({"account": "other"}, pl.col("account") == "other"),
        ({"listing": "111"}, pl.col("item_id") == "111"),
        ({"status": "NEW"}, pl.col("status") == "NEW"),
        ({"financing": "not_given"}, pl.col("financing").is_null()),
        ({"financing": "no_or_unanswered", "listing": "110"}, ~pl.col("financing") & (pl.col("item_id") == "110")),
        ({"make": "Volkswagen"}, pl.col("trade_in_make") == "VW"),
        ({"make": "unknown"}, pl.col("trade_in_make") == "zzz"),
        ({"make": "none"}, pl.col("trade_in_make").fill_null("N/A") == "N/A"),
        ({"hours": "open"}, (LOCAL.dt.weekday() < 6) & LOCAL.dt.hour().is_between(9, 16)),
        ({"hour": "Mon 07"}, (LOCAL.dt.weekday() == 1) & (LOCAL.dt.hour() == 7)),
        ({"search": "PORSCHE"}, pl.col("item_title").str.contains("Porsche")),
        ({"search": "is it there, 17"}, pl.col("message") == "Is it there, 17?"),
        ({"search": "(312) 555"}, pl.lit(value=True)),
        ({"search": ""}, pl.lit(value=True)),
    ],
)
def test_a_filter_keeps_what_it_says(explorer, choice, plain):
    explorer.filter(**choice)
    assert explorer.selection.equals(leads(40).filter(plain))


@pytest.mark.parametrize(("state", "kept"), [("answered", 30), ("answered_interval", 5), ("unanswered", 5)])
def test_states_are_those_of_the_times(explorer, state, kept):
    explorer.filter(state=state)
    assert explorer.kpis["rows"].item() == kept


def test_a_bucket_keeps_the_leads_that_it_counts(explorer):
    explorer.filter(bucket="≤15 min")
    assert explorer.kpis.select("rows", "answered_exact").row(0) == (5, 5)
    assert explorer.kpis["p50"].item().total_seconds() == 12 * 60


def test_filters_add_up_until_they_are_taken_away(explorer):
    explorer.filter(status="NEW")
    explorer.filter(financing="yes", hours="closed")
    explorer.filter(status=None)
    assert explorer.numbers["choice"] == {"financing": "yes", "hours": "closed"}
    explorer.clear()
    assert explorer.numbers["choice"] == {}
    assert explorer.kpis["rows"].item() == 40


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"make": "Hondda"}, "make='Hondda' is in no lead; there is 'Honda'"),
        ({"colour": "red"}, "'colour' is refused: allowed are first_day"),
        ({"status": 3}, "status=3 is refused: allowed is a text"),
        ({"first_day": "soon"}, "first_day='soon' is refused: allowed is a date such as '2026-10-31'"),
        ({"last_day": 7}, "last_day=7 is refused"),
        (
            {"first_day": "2026-10-09", "last_day": date(2026, 10, 8)},
            "first_day=2026-10-09 is after last_day=2026-10-08; change one of them",
        ),
        ({"hour": "Mon 7"}, "there is 'Mon 17', 'Mon 07'"),
    ],
)
def test_what_can_not_be_chosen_is_refused_and_nothing_changes(explorer, choice, said):
    explorer.filter(listing="110")
    with pytest.raises(lk.InvalidRequest, match=said.replace("(", r"\(")):
        explorer.filter(**choice)
    assert explorer.numbers["choice"] == {"listing": "110"}


def test_a_masked_search_does_not_look_at_people():
    of = leads()
    explorer = lk.explore(of, times=times(of))
    explorer.filter(search="Abbott")
    assert explorer.selection.is_empty()
    explorer.filter(search="honda civic")
    assert len(explorer.selection) == 4


def test_without_hours_the_times_say_who_came_while_closed():
    of = leads()
    explorer = lk.explore(of, times=times(of).with_columns(after_hours=pl.col("item_id") == "110"))
    explorer.filter(hours="closed")
    assert set(explorer.selection["item_id"]) == {"110"}
    assert lk.explore(of, times=times(of)).fixed["controls"][8]["hint"] == "give hours= to use this"


def test_a_lead_without_account_listing_status_or_time_can_be_chosen_too():
    of = leads(account=None, item_id=None, status=None, submitted_at=None)
    explorer = lk.explore(of.cast({"account": pl.String, "submitted_at": pl.Datetime("us", "UTC")}))
    explorer.filter(account="not given", listing="not given", status="not given", state="unknown")
    assert explorer.kpis["rows"].item() == 8
    explorer.filter(first_day="2000-01-01")
    assert explorer.kpis["rows"].item() == 0


def test_another_search_looks_again(explorer):
    for text, kept in (("honda civic ex", 20), ("honda civic ex", 20), ("porsche", 20), ("nowhere", 0)):
        explorer.filter(search=text, listing=None)
        assert explorer.kpis["rows"].item() == kept
        explorer.filter(listing="110")
        assert explorer.kpis["rows"].item() == (kept if "civic" in text else 0)
