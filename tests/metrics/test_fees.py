"""What leads cost, written out by hand: sums, ratios, credits, what is missing, and who was answered."""

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest
from made_leads import NOON, later, made, paid

import leadkit as lk

MONEY = pl.Decimal(38, 6)
COLUMNS = {
    "fee_currency": pl.String(),
    "leads": pl.Int64(),
    "charged": pl.Int64(),
    "missing": pl.Int64(),
    "gross": MONEY,
    "credits": MONEY,
    "total": MONEY,
    "per_lead": MONEY,
    "answered": pl.Int64(),
    "per_answered_lead": MONEY,
    "unanswered_spend": MONEY,
    "answered_by": pl.String(),
    "unanswered": pl.Int64(),
    "unknown": pl.Int64(),
    "few": pl.Enum(["n<10", "n<30"]),
    "known_currency": pl.Boolean(),
}
FIVE = [
    paid("20.00", status="RESPONDED"),
    paid("25.50"),
    paid("-5.25"),
    paid("30.00", "CAD"),
    paid(None, None, status="RESPONDED"),
]


def row(frame, **of):
    return frame.filter(**of).row(0, named=True)


def test_each_currency_has_its_own_row_and_what_is_missing_is_not_zero():
    totals = lk.fee_totals(made(FIVE))
    assert totals["fee_currency"].to_list() == ["CAD", "USD", None]
    usd = row(totals, fee_currency="USD")
    assert usd == {
        "fee_currency": "USD",
        "leads": 3,
        "charged": 3,
        "missing": 0,
        "gross": Decimal("45.50"),
        "credits": Decimal("-5.25"),
        "total": Decimal("40.25"),
        "per_lead": Decimal("13.416667"),
        "answered": 1,
        "per_answered_lead": Decimal("40.25"),
        "unanswered_spend": Decimal("20.25"),
        "answered_by": "status",
        "unanswered": 2,
        "unknown": 0,
        "few": "n<10",
        "known_currency": True,
    }
    nothing = totals.row(2, named=True)
    sums = ("gross", "credits", "total", "per_lead", "per_answered_lead", "unanswered_spend", "known_currency")
    assert (nothing["leads"], nothing["charged"], nothing["missing"], nothing["answered"]) == (1, 0, 1, 1)
    assert [nothing[name] for name in sums] == [None] * len(sums)


def test_a_fee_of_zero_is_a_fee():
    totals = lk.fee_totals(made([paid("0"), paid(None)]))
    assert row(totals, fee_currency="USD")["total"] == 0
    assert totals.row(1, named=True)["fee_currency"] is None
    assert totals["missing"].to_list() == [0, 1]


def test_ratios_that_would_divide_by_zero_are_null_and_nobody_unanswered_costs_zero():
    (totals,) = lk.fee_totals(made([paid("20")])).to_dicts()
    assert (totals["answered"], totals["per_answered_lead"]) == (0, None)
    (totals,) = lk.fee_totals(made([paid("20", status="RESPONDED")])).to_dicts()
    assert totals["unanswered_spend"] == 0


@pytest.mark.parametrize(
    ("amounts", "per_lead"),
    [
        (["0.000001", "0"], "0.000000"),
        (["0.000003", "0"], "0.000002"),
        (["-0.000003", "0"], "-0.000002"),
        (["2", "0", "0"], "0.666667"),
        (["-1", "0", "0"], "-0.333333"),
    ],
)
def test_ratios_are_rounded_half_to_even_at_the_sixth_digit(amounts, per_lead):
    totals = lk.fee_totals(made([paid(amount) for amount in amounts]))
    assert totals["per_lead"].to_list() == [Decimal(per_lead)]


def test_a_status_that_is_neither_new_nor_responded_is_unknown():
    (totals,) = lk.fee_totals(made([paid("1", status=None), paid("2", status="CLOSED"), paid("4")])).to_dicts()
    assert (totals["answered"], totals["unanswered"], totals["unknown"]) == (0, 1, 2)
    assert totals["unanswered_spend"] == 4


def test_groups_keep_their_names_and_stand_in_order_with_null_last():
    leads = made(
        [paid("1", item_id="b"), paid("2", item_id=None), paid("4", item_id="a"), paid("8", "CAD", item_id="b")]
    )
    totals = lk.fee_totals(leads, by="item_id")
    assert totals.columns == ["item_id", *COLUMNS]
    assert totals.select("item_id", "fee_currency", "total").rows() == [
        ("a", "USD", 4),
        ("b", "CAD", 8),
        ("b", "USD", 1),
        (None, "USD", 2),
    ]


def test_months_are_those_of_a_named_zone():
    edge = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)  # still October in Chicago
    month = pl.col("submitted_at").dt.convert_time_zone("America/Chicago").dt.strftime("%Y-%m").alias("month")
    totals = lk.fee_totals(made([paid("1", submitted_at=edge), paid("2")]), by=[month, "account"])
    assert totals.select("month", "account", "total").rows() == [("2026-10", "demo", 3)]


def test_times_say_who_was_answered_and_unknown_is_on_neither_side():
    leads = made([paid(str(2**number), status="NEW") for number in range(5)])
    states = ["answered_exact", "answered_interval", "unanswered", "unknown", "unanswered"]
    times = leads.select("account", "lead_id", state=pl.Series(states, dtype=pl.Enum(sorted(set(states)))))
    (totals,) = lk.fee_totals(leads, times=times).to_dicts()
    assert totals["answered_by"] == "times"
    assert (totals["answered"], totals["unanswered"], totals["unknown"]) == (2, 2, 1)
    assert totals["unanswered_spend"] == 4 + 16
    assert totals["per_answered_lead"] == Decimal("15.5")
    assert lk.fee_totals(leads.drop("status", "account"), times=times.lazy()).to_dicts() == [totals]


def test_a_lead_without_a_row_in_times_is_unknown_and_told():
    leads = made([paid("1", status="RESPONDED"), paid("2")])
    times = leads.tail(1).select("lead_id", state=pl.lit("unanswered"))
    with pytest.warns(lk.LeadkitWarning, match=r"fee_totals: 1 lead\(s\) have no row in times") as told:
        totals = lk.fee_totals(leads, times=times)
    assert told[0].filename == __file__
    assert totals.select("answered", "unanswered", "unknown").row(0) == (0, 1, 1)


def test_times_of_another_account_do_not_count():
    leads = made([paid("1"), paid("2", lead_id="a0", account="other")])
    times = leads.select("account", "lead_id", state=pl.Series(["unanswered", "answered_exact"]))
    totals = lk.fee_totals(leads, times=times, by="account")
    assert totals.select("account", "answered", "unanswered").rows() == [("demo", 0, 1), ("other", 1, 0)]


def test_a_null_account_is_an_account_and_a_null_lead_is_no_lead_of_times():
    leads = made([paid("1", account=None), paid("2", account=None, lead_id=None)])
    times = leads.select("account", "lead_id", state=pl.lit("unanswered"))
    with pytest.warns(lk.LeadkitWarning, match=r"1 lead\(s\) have no row in times"):
        totals = lk.fee_totals(leads, times=times)
    assert totals.select("answered", "unanswered", "unknown").row(0) == (0, 1, 1)


def test_several_rows_of_a_lead_in_times_count_once_and_an_answer_wins():
    leads = made([paid("1"), paid("2")])
    states = ["unanswered", "answered_interval", "unknown", "unanswered"]
    times = pl.DataFrame({"lead_id": ["a0", "a0", "a1", "a1"], "state": states})
    (totals,) = lk.fee_totals(leads, times=times).to_dicts()
    assert (totals["leads"], totals["answered"], totals["unanswered"]) == (2, 1, 1)


def test_of_several_records_of_a_lead_the_last_fetched_counts():
    leads = made(
        [
            paid("7", lead_id="x", fetched_at=later(2), status="RESPONDED"),
            paid("5", lead_id="x", fetched_at=later(1)),
            paid("3", lead_id="x", fetched_at=None),
            paid("1", lead_id="y", fetched_at=later(1)),
            paid("2", lead_id="y", fetched_at=later(1)),  # of the same time: the later row
        ]
    )
    (totals,) = lk.fee_totals(leads).to_dicts()
    assert (totals["leads"], totals["total"], totals["answered"]) == (2, 9, 1)
    assert lk.fee_totals(leads.lazy()).collect().to_dicts() == [totals]
    (without,) = lk.fee_totals(leads.drop("fetched_at")).to_dicts()
    assert (without["leads"], without["total"]) == (2, 5)


def test_leads_of_one_id_in_two_accounts_and_leads_without_an_id_are_not_one():
    leads = made(
        [paid("1", lead_id="x"), paid("2", lead_id="x", account="b"), paid("4", lead_id=None), paid("8", lead_id=None)]
    )
    assert lk.fee_totals(leads)["total"].to_list() == [15]
    assert lk.fee_totals(leads.lazy()).collect()["total"].to_list() == [15]
    assert lk.fee_totals(leads.drop("lead_id"))["total"].to_list() == [15]


def test_exact_repeats_are_leads_of_their_own():
    same = paid("20", user_id="ana", submitted_at=NOON)
    assert lk.fee_totals(made([same | {"lead_id": "x0"}, same | {"lead_id": "x1"}]))["total"].to_list() == [40]


def test_a_currency_that_is_none_stays_apart_and_is_told():
    leads = made([paid("1"), paid("2", "usd"), paid("4", "ZZZ"), paid("8", "ZZZ")])
    with pytest.warns(lk.LeadkitWarning, match=r"fee_totals: no code of ISO 4217.*: 'ZZZ', 'usd'\.") as told:
        totals = lk.fee_totals(leads)
    assert (len(told), told[0].filename) == (1, __file__)
    assert totals.select("fee_currency", "total", "known_currency").rows() == [
        ("USD", 1, True),
        ("ZZZ", 12, False),
        ("usd", 2, False),
    ]
    assert lk.fee_totals(leads.lazy()).collect().equals(totals)


def test_an_amount_without_a_currency_is_kept_and_told():
    with pytest.warns(lk.LeadkitWarning, match=r"1 amount\(s\) without a currency stand under fee_currency null"):
        totals = lk.fee_totals(made([paid("1"), paid("2", None), paid(None)]))
    assert totals.select("fee_currency", "charged", "missing", "total").rows() == [("USD", 1, 0, 1), (None, 1, 1, 2)]


def test_spend_on_unanswered_leads_is_null_where_none_of_them_has_an_amount():
    with pytest.warns(lk.LeadkitWarning, match="without a currency"):
        (totals,) = lk.fee_totals(made([paid("2", None, status="RESPONDED"), paid(None, None)])).to_dicts()
    assert (totals["total"], totals["unanswered"], totals["unanswered_spend"]) == (2, 1, None)


@pytest.mark.parametrize(("charged", "few"), [(9, "n<10"), (10, "n<30"), (29, "n<30"), (30, None)])
def test_small_groups_are_marked(charged, few):
    assert lk.fee_totals(made([paid("1")] * charged))["few"].to_list() == [few]


@pytest.mark.parametrize("given", [pl.DataFrame, pl.LazyFrame])
@pytest.mark.parametrize("rows", [[], [paid("1")], [paid(None, None)], FIVE])
def test_columns_are_the_same_for_no_one_and_many_rows(given, rows):
    totals = lk.fee_totals(given(made(rows)))
    assert isinstance(totals, given)
    assert dict(totals.lazy().collect_schema()) == COLUMNS
    assert totals.lazy().collect().height == len({one["fee"] and one["fee_currency"] for one in rows})


def test_columns_that_are_null_throughout_are_nothing_charged():
    nothing = pl.DataFrame({"fee": [None, None], "fee_currency": [None, None], "status": [None, None]})
    (totals,) = lk.fee_totals(nothing).to_dicts()
    assert (totals["leads"], totals["missing"], totals["unknown"], totals["total"]) == (2, 2, 2, None)


@pytest.mark.parametrize("fee", [[float("nan")], [1.5]])
def test_floats_are_no_money(fee):
    with pytest.raises(lk.InvalidRequest, match="fee_totals: the column 'fee' is Float64; it has to be a Decimal"):
        lk.fee_totals(made([paid("1")]).with_columns(fee=pl.Series(fee)))


def test_an_amount_is_never_rounded_before_it_is_added():
    fees = pl.Series([Decimal("0.666332667")], dtype=pl.Decimal(38, 10))
    for frame in (made([paid("1")]).with_columns(fee=fees), made([paid("1")]).lazy().with_columns(fee=fees)):
        with pytest.raises(lk.InvalidRequest, match=r"the column 'fee' is .* a cast would round each amount"):
            lk.fee_totals(frame)
    rounded = made([paid("1")]).with_columns(fee=fees.round(6).cast(pl.Decimal(38, 6)))
    assert lk.fee_totals(rounded)["total"].to_list() == [Decimal("0.666333")]


def test_whole_numbers_are_money():
    assert lk.fee_totals(made([paid("1")]).with_columns(fee=pl.Series([3])))["total"].to_list() == [3]


def test_missing_columns_are_named():
    with pytest.raises(lk.MissingColumns, match=r"fee_totals\(leads\) needs the column 'status'"):
        lk.fee_totals(made(FIVE).drop("status"))
    with pytest.raises(
        lk.MissingColumns, match=r"fee_totals\(times\) needs the column 'state' \(did you mean 'states'"
    ):
        lk.fee_totals(made(FIVE), times=pl.DataFrame({"lead_id": ["a"], "states": ["unknown"]}))
    with pytest.raises(lk.MissingColumns, match=r"fee_totals\(leads\) needs the column 'lead_id'"):
        lk.fee_totals(made(FIVE).drop("lead_id"), times=pl.DataFrame({"lead_id": ["a"], "state": ["unknown"]}))
    with pytest.raises(lk.MissingColumns, match=r"fee_totals\(by=\) needs the column 'item' \(did you mean 'item_id'"):
        lk.fee_totals(made(FIVE), by="item")
    with pytest.raises(lk.InvalidRequest, match="fee_totals: leads is a list"):
        lk.fee_totals(FIVE)


@pytest.mark.parametrize("by", ["fee_currency", pl.col("item_id").alias("total"), ["item_id", "few"]])
def test_a_group_named_as_a_column_of_the_result_is_refused(by):
    leads = made(FIVE).with_columns(few=pl.lit(1))
    with pytest.raises(lk.InvalidRequest, match=r"fee_totals: by= would give a second column"):
        lk.fee_totals(leads, by=by)


def test_a_sum_that_is_too_large_is_told_in_words():
    leads = made([paid("9" * 32), paid("9" * 32)])
    with pytest.raises(
        lk.InvalidRequest, match="can't be computed on these rows: an amount is too large for 38 digits"
    ):
        lk.fee_totals(leads)


def test_an_amount_that_is_too_large_is_told_in_words():
    leads = made([paid("1")]).with_columns(fee=pl.Series(["9" * 37]).cast(pl.Decimal(38, 0)))
    with pytest.raises(lk.InvalidRequest, match="an amount is too large for 38 digits"):
        lk.fee_totals(leads)


def test_a_group_that_fails_on_a_value_does_not_show_it():
    leads = made([paid("1", phone="+1 555-0100")])
    with pytest.raises(lk.InvalidRequest, match=r"can't be computed on these rows: by= \(\w+\)") as told:
        lk.fee_totals(leads, by=pl.col("phone").cast(pl.Int64))
    assert "0100" not in str(told.value)
    assert told.value.__context__ is None
