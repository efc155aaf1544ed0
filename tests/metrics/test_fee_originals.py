"""What was charged before conversion, and the rates that the amounts imply."""

from decimal import Decimal

import polars as pl
import pytest
from made_leads import made, paid

import leadkit as lk


def converted(amount, currency, original, original_currency="USD"):
    value = None if original is None else Decimal(original)
    return paid(amount, currency, fee_original=value, fee_original_currency=original_currency)


SIX = [
    converted("13.70", "CAD", "10.00"),
    converted("6.84", "CAD", "5.00"),
    converted("-13.70", "CAD", "-10.00"),
    converted("9.00", "EUR", "10.00"),
    paid("1.00"),
    paid(None, None),
]


def test_the_original_is_what_was_converted_else_what_was_charged():
    found = lk.fee_originals(made(SIX))
    shown = found.select("fee_original_currency", "leads", "gross", "credits", "total", "per_lead", "converted")
    assert shown.rows() == [("USD", 5, 26, -10, 16, Decimal("3.2"), 4), (None, 1, None, None, None, None, 0)]
    assert found.columns[-4:] == ["converted", "half_given", "few", "known_currency"]


def test_groups_and_lazy_frames_as_for_totals():
    leads = made(SIX).with_columns(item_id=pl.Series(list("aabbab")))
    found = lk.fee_originals(leads, by="item_id")
    assert found.select("item_id", "fee_original_currency", "total").rows() == [
        ("a", "USD", 16),
        ("b", "USD", 0),
        ("b", None, None),
    ]
    assert lk.fee_originals(leads.lazy(), by="item_id").collect(engine="streaming").equals(found)


@pytest.mark.parametrize("half", [("10.00", None), (None, "USD")])
def test_an_original_given_by_half_counts_as_charged_and_is_told(half):
    leads = made([converted("13.70", "CAD", *half)])
    with pytest.warns(lk.LeadkitWarning, match=r"fee_originals: 1 lead\(s\) have only one of fee_original and") as told:
        (found,) = lk.fee_originals(leads).to_dicts()
    assert told[0].filename == __file__
    assert (found["fee_original_currency"], found["total"], found["half_given"]) == ("CAD", Decimal("13.70"), 1)
    assert lk.fee_conversions(leads).is_empty()


def test_an_unknown_original_currency_is_told():
    with pytest.warns(lk.LeadkitWarning, match=r"fee_originals: no code of ISO 4217, and a row of its own: 'usd'"):
        lk.fee_originals(made([converted("1", "CAD", "1", "usd")]))


def test_conversions_show_the_rate_of_each_pair_and_its_range():
    found = lk.fee_conversions(made(SIX))
    assert found.columns == [
        *("fee_original_currency", "fee_currency", "leads", "sum_original", "sum_charged"),
        *("implied_rate", "rate_min", "rate_max", "few"),
    ]
    assert found.rows() == [
        ("USD", "CAD", 3, Decimal("5"), Decimal("6.84"), Decimal("1.368"), Decimal("1.368"), Decimal("1.37"), "n<10"),
        ("USD", "EUR", 1, Decimal("10"), Decimal("9"), Decimal("0.9"), Decimal("0.9"), Decimal("0.9"), "n<10"),
    ]
    assert found.schema["implied_rate"] == pl.Decimal(38, 12)


def test_a_rate_keeps_twelve_digits_rounded_half_to_even_and_none_of_zero():
    leads = made([converted("1", "USD", "26000", "VND"), converted("0", "CAD", "0", "JPY")])
    found = lk.fee_conversions(leads)
    assert found["fee_original_currency"].to_list() == ["JPY", "VND"]
    assert found["implied_rate"].to_list() == [None, Decimal("0.000038461538")]


def test_a_rate_of_amounts_that_are_too_long_is_null():
    leads = made([converted("9" * 27, "USD", "1", "CAD")])
    assert lk.fee_conversions(leads)["implied_rate"].to_list() == [None]


@pytest.mark.parametrize("given", [pl.DataFrame, pl.LazyFrame])
def test_no_leads_give_the_same_columns(given):
    empty, some = (given(made(rows)) for rows in ([], SIX))
    for function in (lk.fee_originals, lk.fee_conversions):
        assert function(empty).lazy().collect_schema() == function(some).lazy().collect_schema()
        assert function(empty).lazy().collect().is_empty()


def test_missing_columns_are_named():
    for function in (lk.fee_originals, lk.fee_conversions):
        with pytest.raises(lk.MissingColumns, match="needs the column 'fee_original' "):
            function(made(SIX).drop("fee_original"))
