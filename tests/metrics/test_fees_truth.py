"""Fees of an invented dealership, fetched over HTTP, against what it knows: equal to the last digit."""

from decimal import Decimal

import polars as pl
import pytest

import leadkit as lk
from leadkit.sandbox import Sandbox

MONTH = pl.col("submitted_at").dt.convert_time_zone("America/Chicago").dt.strftime("%Y-%m").alias("month")


@pytest.fixture(scope="module", params=[1, 7, 23, 101, 4242])
def fetched(request):
    with Sandbox(seed=request.param, leads=250) as sandbox:
        shop = sandbox.dealership
        with lk.Ebay(sandbox.token, base_url=sandbox.url, account="demo", sellers=shop.sellers, clock=shop.now) as ebay:
            yield ebay.leads(), shop.truth.filter("in_leads_api")


def by_hand(truth, *keys):
    """Every column of the totals that the truth can tell, summed in Python."""
    groups = {}
    for lead in truth.to_dicts():
        currency = None if lead["fee"] is None else lead["fee_currency"]
        groups.setdefault((*(lead[key] for key in keys), currency), []).append(lead)
    for key, leads in groups.items():
        fees = [lead["fee"] for lead in leads if lead["fee"] is not None]
        spend = sum((lead["fee"] for lead in leads if lead["fee"] is not None and lead["status"] == "NEW"), Decimal(0))
        answered = sum(lead["status"] == "RESPONDED" for lead in leads)
        gross = sum((fee for fee in fees if fee > 0), Decimal(0))
        sums = (gross, sum(fees) - gross, sum(fees), spend) if fees else (None,) * 4
        yield (*key, len(leads), len(fees), *sums, answered)


@pytest.mark.parametrize("by", [None, "item_id", [MONTH, "item_id"]])
def test_totals_are_those_of_the_truth(fetched, by):
    leads, truth = fetched
    totals = lk.fee_totals(leads, by=by)
    keys = totals.columns[: totals.columns.index("fee_currency")]
    shown = totals.select(
        *keys, "fee_currency", "leads", "charged", "gross", "credits", "total", "unanswered_spend", "answered"
    )
    assert sorted(shown.rows(), key=str) == sorted(by_hand(truth.with_columns(MONTH), *keys), key=str)
    assert len(leads) == len(truth) == totals["leads"].sum()


def test_the_truth_holds_what_makes_fees_hard(fetched):
    totals = lk.fee_totals(fetched[0])
    assert totals["fee_currency"].to_list() == ["CAD", "USD", None]
    assert totals["credits"].min() < 0
    assert totals["missing"].sum() > 0
