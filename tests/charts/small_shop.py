"""A few leads with their waits, and every chart that can be drawn of them."""

from datetime import UTC, datetime, timedelta

import polars as pl
from metrics.made_leads import made, paid
from metrics.waiting_leads import exact, interval, still_open, times_of, unknown

import leadkit as lk
from leadkit import charts

ZONE = "America/Chicago"
MONDAY = datetime(2026, 10, 5, 15, tzinfo=UTC)  # ten in the morning in Chicago
WAITS = [exact(3), exact(12), exact(50), exact(600), exact(3_000), still_open(9_000), interval(2, 90), unknown()]
EVIDENCE = ["E1 thread", "E1 thread", "E2 user_response", "E3 sent", "E1 thread", "E8 thread", "E7 replied", None]


def leads(**columns) -> pl.DataFrame:
    """Eight leads of two listings, in two currencies, with a credit and one without a fee."""
    fees = [
        paid("20"),
        paid("20"),
        paid("-5"),
        paid("12.5", "CAD"),
        paid("20"),
        paid("20"),
        paid("12.5", "CAD"),
        paid(None),
    ]
    cars = [("Honda", "Civic", "2016"), ("honda", "", "2011"), ("Ford", "F 150", "07"), ("zzz", "", "")]
    rows = [
        {
            "lead_id": f"lead {number}",
            "item_id": f"{110 + number % 2}",
            "item_title": ["2016 Honda Civic EX", "2004 Porsche 911"][number % 2],
            "submitted_at": MONDAY + timedelta(days=3 * number),
            "financing": [True, False, None][number % 3],
            **(
                dict(zip(("trade_in_make", "trade_in_model", "trade_in_year"), cars[number], strict=True))
                if number < 4
                else {}
            ),
            **fee,
        }
        for number, fee in enumerate(fees)
    ]
    return made(rows).with_columns(**columns)


def times(of: pl.DataFrame | None = None) -> pl.DataFrame:
    """What `response_times` says of them."""
    known = leads() if of is None else of
    evidence = pl.Series("evidence", EVIDENCE, pl.String)
    return times_of(*WAITS).with_columns(known["submitted_at"], known["item_id"], known["item_title"], evidence)


def every_chart(of: pl.DataFrame, waits: pl.DataFrame, **options) -> dict[str, object]:
    """Each chart of these leads, by its name."""
    month = lk.month("submitted_at", ZONE)
    return {
        "survival": charts.survival(lk.survival_curve(waits), **options),
        "survival of groups": charts.survival(lk.survival_curve(waits, by="item_id"), **options),
        "heatmap": charts.heatmap(lk.by_hour(waits, zone=ZONE), **options),
        "heatmap of waits": charts.heatmap(lk.by_hour(waits, zone=ZONE), value="p50", **options),
        "heatmap of shares": charts.heatmap(lk.by_hour(waits, zone=ZONE), value="answered_within_1h", **options),
        "buckets": charts.buckets(lk.response_buckets(waits), **options),
        "buckets of groups": charts.buckets(lk.response_buckets(waits, by="item_id"), **options),
        "fees": charts.fees(lk.fee_totals(of, by=month), zone=ZONE, **options),
        "fees by week": charts.fees(lk.fee_totals(of, by=lk.week("submitted_at", ZONE)), **options),
        "cost_per_listing": charts.cost_per_listing(
            lk.fee_totals(of, times=waits, by=["item_id", "item_title"]), **options
        ),
        "shares": charts.shares(lk.financing(of, by="item_title"), **options),
        "shares of one": charts.shares(lk.financing(of), share=("yes_share", "answer_rate"), **options),
        "shares in time": charts.shares(lk.response_summary(waits, by=month, sla="1h"), **options),
        "trade_in_makes": charts.trade_in_makes(lk.trade_ins(of), **options),
        "trade_in_years": charts.trade_in_years(lk.trade_ins(of, by="year_band"), **options),
        "lead_flow": charts.lead_flow(lk.lead_flow(of, zone=ZONE), **options),
        "lead_flow of groups": charts.lead_flow(lk.lead_flow(of, zone=ZONE, by="item_title"), **options),
        "coverage": charts.coverage(lk.evidence_coverage(waits), **options),
    }
