"""Leads and waits of every kind to explore, written out or drawn; and what the metrics say of some of them."""

from datetime import timedelta

import polars as pl
from hypothesis import strategies as st
from metrics.made_leads import NOON, made, paid
from metrics.waiting_leads import LEADS, exact, interval, still_open, times_of, unknown

import leadkit as lk

ZONE = "America/Chicago"
WAITS = [exact(3), exact(12), exact(50), exact(600), exact(3_000), still_open(9_000), interval(0, 90), unknown()]
CARS = [("Honda", "Civic", "2016"), ("VW", "Golf", "'09"), ("zzz", "", ""), ("N/A", "", ""), (None, None, None)]
PEOPLE = [("Amy", "Abbott"), ("Bo", "Bianchi"), ("Cy", "Castillo")]


def leads(count: int = len(WAITS), **columns) -> pl.DataFrame:
    """Leads of two listings and two accounts, in two currencies, with a credit and some without a fee."""
    return made([_lead(number) for number in range(count)]).with_columns(**columns)


def times(of: pl.DataFrame, waits: list[dict] = WAITS) -> pl.DataFrame:
    """What `response_times` would say of them, one of these waits after the other."""
    return times_of(*(waits[number % len(waits)] for number in range(len(of)))).with_columns(
        of["account"], of["lead_id"], of["submitted_at"], of["item_id"], episode_id=of["lead_id"]
    )


def _lead(number: int) -> dict:
    amounts = ("20", "20", "-5", "12.50", None)
    first, last = PEOPLE[number % 3]
    return {
        "account": "demo" if number % 4 else "other",
        "item_id": f"{110 + number % 2}",
        "item_title": ["2016 Honda Civic EX", "2004 Porsche 911"][number % 2],
        "status": ["NEW", "RESPONDED"][number % 2],
        "submitted_at": NOON + timedelta(hours=7 * number),
        "first_name": first,
        "last_name": last,
        "user_id": f"{first.lower()}_{number % 3}",
        "email": f"{first.lower()}@example.com",
        "phone": "(312) 555-0100",
        "message": f"Is it there, {number}?",
        "financing": [True, False, None][number % 3],
        **dict(zip(("trade_in_make", "trade_in_model", "trade_in_year"), CARS[number % 5], strict=True)),
        **paid(amounts[number % 5], "CAD" if number % 5 == 3 else "USD"),
    }


@st.composite
def drawn(draw) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Some leads, each with a wait of any kind; some are repeats of the first one."""
    waits = draw(st.lists(LEADS, min_size=len(CARS), max_size=25))
    of = leads(len(waits))
    repeats = pl.Series(draw(st.lists(st.booleans(), min_size=len(of), max_size=len(of))))
    first = pl.col("lead_id").first()
    return of, times(of, waits).with_columns(episode_id=pl.when(repeats).then(first).otherwise("lead_id"))


def said_of(of: pl.DataFrame, waits: pl.DataFrame) -> dict[str, object]:
    """What the metrics say of these leads, under the names that an explorer has for it."""
    fees = lk.fee_totals(of, times=waits)
    summary = lk.response_summary(waits).row(0, named=True)
    return {
        "chosen": len(of),
        "waits": summary,
        "fees": fees,
        "listings": lk.fee_totals(of, times=waits, by="item_id"),
        "flow": lk.lead_flow(of, zone=ZONE),
        "buckets": lk.response_buckets(waits),
        "makes": lk.trade_ins(of).sort("make"),
    }
