"""The table of an explorer: every lead once, in the order that was asked for, and no cell too long."""

import polars as pl
import pytest
from explorer.some_leads import leads, times

import leadkit as lk
from leadkit.explorer.table import LONGEST


def explorer_of(count=45, **options):
    of = leads(count)
    return lk.explore(of, times=times(of), **options)


def cells(explorer, column):
    place = [name for name, _, _ in explorer.fixed["columns"]].index(column)
    return [row["cells"][place] for row in explorer.table["rows"]]


def all_pages(explorer):
    for page in range(1, explorer.table["pages"] + 1):
        explorer.turn_to(page)
        yield from (row["row"] for row in explorer.table["rows"])


def test_the_pages_hold_every_lead_once_the_newest_first():
    explorer = explorer_of()
    assert (explorer.table["pages"], explorer.table["page"]) == (3, 1)
    assert list(all_pages(explorer)) == list(range(44, -1, -1))


def test_pages_beyond_the_ends_are_the_ends():
    explorer = explorer_of()
    explorer.turn_to(99)
    assert (explorer.table["page"], len(explorer.table["rows"])) == (3, 5)
    explorer.turn_to(-1)
    assert explorer.table["page"] == 1
    with pytest.raises(lk.InvalidRequest, match="page='2' is refused"):
        explorer.turn_to("2")


@pytest.mark.parametrize("column", ["asked", "listing", "buyer", "state", "wait", "financing", "trade_in", "fee"])
def test_sorting_goes_both_ways_and_keeps_what_is_not_known_last(column):
    explorer = explorer_of(reveal=True)
    explorer.sort(column)
    up = list(all_pages(explorer))
    explorer.sort(column, descending=True)
    down = list(all_pages(explorer))
    assert sorted(up) == sorted(down) == list(range(45))
    keys = leads(45).with_columns(times(leads(45)).select("state", "wait_lower", "wait_upper"))
    expected = {
        "asked": "submitted_at",
        "listing": "item_title",
        "buyer": pl.concat_str("first_name", "last_name", separator=" "),
        "wait": pl.coalesce("wait_upper", "wait_lower"),
        "state": pl.col("state").cast(pl.String),
    }
    if column in expected:
        values = keys.select(expected[column]).to_series()
        assert values.gather(up).equals(values.sort(nulls_last=True))
        assert values.gather(down).equals(values.sort(descending=True, nulls_last=True))


def test_fees_are_sorted_within_each_currency():
    of = leads(10, fee_currency=pl.when(pl.col("lead_id") != "a0").then("fee_currency"))
    explorer = lk.explore(of, times=times(of))
    cad, less, more = ["CAD 12.50"] * 2, ["USD -5.00"] * 2, ["USD 20.00"] * 3
    explorer.sort("fee")
    assert cells(explorer, "fee") == [*cad, *less, *more, "20.00", "", ""]
    explorer.sort("fee", descending=True)
    assert cells(explorer, "fee") == [*cad, *more, *less, "20.00", "", ""]


def test_what_can_not_be_sorted_by_is_refused():
    with pytest.raises(lk.InvalidRequest, match="column='message' is refused: allowed are asked"):
        explorer_of().sort("message")


def test_a_filter_begins_at_the_first_page_again():
    explorer = explorer_of()
    explorer.turn_to(3)
    explorer.filter(listing="110")
    assert (explorer.table["page"], explorer.table["pages"]) == (1, 2)


def test_cells_are_in_words():
    explorer = explorer_of(8, reveal=True)
    explorer.sort("asked")
    assert cells(explorer, "asked")[0] == "2026-10-05 12:00"
    assert cells(explorer, "wait") == [
        *("3 min", "12 min", "50 min", "10 h", "2 d 2 h", "6 d 6 h so far", "at most 1 h 30 min", "not known"),
    ]
    assert cells(explorer, "fee") == [
        *("USD 20.00", "USD 20.00", "USD -5.00", "CAD 12.50", "", "USD 20.00", "USD 20.00", "USD -5.00"),
    ]
    assert cells(explorer, "trade_in")[:5] == ["Honda", "Volkswagen", "unknown", "", ""]
    assert cells(explorer, "financing")[:3] == ["yes", "no, or passed over", "not given"]
    assert cells(explorer, "buyer")[:2] == ["Amy Abbott", "Bo Bianchi"]


def test_buyers_are_numbers_and_messages_are_not_shown_until_they_are_revealed():
    explorer = explorer_of(8)
    explorer.sort("asked")
    assert cells(explorer, "buyer")[:4] == ["buyer 1", "buyer 2", "buyer 3", "buyer 1"]
    assert "message" not in [name for name, _, _ in explorer.fixed["columns"]]


def test_a_long_text_is_cut_and_stands_on_one_line():
    long = "two\n lines and\t" + "x" * 100_000
    of = leads(message=pl.lit(long), item_title=pl.lit(long))
    explorer = lk.explore(of, times=times(of), reveal=True)
    assert {len(cell) for cell in cells(explorer, "message")} == {LONGEST}
    assert cells(explorer, "message")[0].startswith("two lines and xxx")
    assert cells(explorer, "listing")[0].endswith("x…")
