"""Leads written out for tests: all columns of the table, null where a test says nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl

from leadkit.sources.ebay_leads import LEADS

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


def made(rows: list[dict]) -> pl.DataFrame:
    """A frame of leads with these values; ids are a0, a1, ... where none is given."""
    given = {"account": "demo", "item_id": "110043671232", "submitted_at": NOON, "status": "NEW", "fetched_at": NOON}
    named = [given | {"lead_id": f"a{number}"} | row for number, row in enumerate(rows)]
    return pl.DataFrame(named, schema=LEADS.schema, strict=False)


def paid(amount: str | None, currency: str | None = "USD", **other) -> dict:
    """A lead with a fee."""
    return {"fee": None if amount is None else Decimal(amount), "fee_currency": currency, **other}


def later(days: int) -> datetime:
    return NOON + timedelta(days=days)
