"""What holds for fees, whatever the leads: sums as Python adds them, whatever the order and the engine."""

from decimal import Context, Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from made_leads import later, made
from polars.testing import assert_frame_equal

import leadkit as lk

EXACT = Context(prec=60)
CURRENCIES = ["CAD", "JPY", "USD"]
AMOUNTS = st.none() | st.decimals(Decimal(-(10**12)), Decimal(10**12), places=6) | st.just(Decimal(0))
LEADS = st.lists(
    st.fixed_dictionaries(
        {
            "fee": AMOUNTS,
            "fee_currency": st.sampled_from(CURRENCIES),
            "fee_original": st.none() | st.decimals(Decimal(-1000), Decimal(1000), places=2),
            "item_id": st.sampled_from(["a", "b", None]),
            "status": st.sampled_from(["NEW", "RESPONDED", None]),
        }
    ).map(lambda lead: lead | {"fee_original_currency": None if lead["fee_original"] is None else "EUR"}),
    max_size=25,
)
POLLS = st.lists(st.tuples(st.sampled_from("uvwxyz"), AMOUNTS), max_size=25)


def groups_of(leads):
    groups = {}
    for lead in leads:
        key = (lead["item_id"], None if lead["fee"] is None else lead["fee_currency"])
        groups.setdefault(key, []).append(lead)
    return groups


def ratio(total, count):
    return (
        None
        if total is None or not count
        else EXACT.divide(total, Decimal(count)).quantize(Decimal("0.000001"), "ROUND_HALF_EVEN")
    )


@given(LEADS)
def test_every_number_is_that_of_pythons_decimals(leads):
    totals = lk.fee_totals(made(leads), by="item_id")
    groups = groups_of(leads)
    assert len(totals) == len(groups)
    for row in totals.iter_rows(named=True):
        mine = groups[row["item_id"], row["fee_currency"]]
        fees = [lead["fee"] for lead in mine if lead["fee"] is not None]
        total = sum(fees, Decimal(0)) if fees else None
        answered = sum(lead["status"] == "RESPONDED" for lead in mine)
        spend = sum((lead["fee"] for lead in mine if lead["fee"] is not None and lead["status"] == "NEW"), Decimal(0))
        assert (row["leads"], row["charged"], row["missing"]) == (len(mine), len(fees), len(mine) - len(fees))
        assert row["gross"] == (sum((fee for fee in fees if fee > 0), Decimal(0)) if fees else None)
        assert row["total"] == total
        assert row["per_lead"] == ratio(total, len(fees))
        assert row["per_answered_lead"] == ratio(total, answered)
        assert row["unanswered_spend"] == (spend if fees else None)
        assert row["answered"] + row["unanswered"] + row["unknown"] == row["leads"]
        assert not fees or (row["credits"] <= 0 and row["gross"] + row["credits"] == total)


@settings(max_examples=20)  # nine frames each
@given(LEADS, st.randoms(use_true_random=False), st.sampled_from([None, "item_id", ["status", "item_id"]]))
def test_neither_the_order_of_rows_nor_the_engine_matters(leads, random, by):
    frame = made(leads)
    mixed = frame.select(pl.all().gather(random.sample(range(len(frame)), len(frame))))
    for function, options in ((lk.fee_totals, {"by": by}), (lk.fee_originals, {"by": by}), (lk.fee_conversions, {})):
        expected = function(frame, **options)
        assert_frame_equal(function(mixed, **options), expected)
        assert_frame_equal(function(mixed.lazy(), **options).collect(), expected)
        assert_frame_equal(function(mixed.lazy(), **options).collect(engine="streaming"), expected)


@given(POLLS)
def test_of_each_lead_only_its_last_poll_counts(polls):
    rows = [
        {"lead_id": lead_id, "fee": fee, "fee_currency": "USD", "fetched_at": later(day)}
        for day, (lead_id, fee) in enumerate(polls)
    ]
    last = dict(polls)
    totals = lk.fee_totals(made(rows).sample(fraction=1, shuffle=True, seed=1))
    assert totals["leads"].sum() == len(last)
    known = [fee for fee in last.values() if fee is not None]
    assert totals.filter(fee_currency="USD")["total"].to_list() == ([sum(known)] if known else [])
    assert_frame_equal(lk.fee_totals(made(rows).lazy()).collect(engine="streaming"), totals)
