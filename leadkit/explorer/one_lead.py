"""One lead opened: its explanation, its thread, and what the CRM has of its buyer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from leadkit import wording
from leadkit.errors import InvalidRequest
from leadkit.explorer.cases import Cases, Evidence
from leadkit.metrics.explain import Explanation, explain
from leadkit.metrics.given import Needed, if_there, needed
from leadkit.metrics.lead_records import LEADS
from leadkit.metrics.response import TIMES
from leadkit.metrics.traces import AnyFrame

LONGEST = 2_000
"""Characters of a text of the thread that are shown at once; the rest comes when it is asked for."""
CRM: dict[str, Needed] = {"prospect_id": "text", "email": "text", "stage": "text", "created_at": "time"}
"""What is shown of the CRM, and found by."""


def explained(cases: Cases, evidence: Evidence, row: int, *, reveal: bool) -> Explanation:
    """The explanation of the lead in this row of leads.

    Raises:
        InvalidRequest: it has no row in times, or times has not all columns of `response_times`.
    """
    lead_id = cases.leads.get_column("lead_id")[row]
    place = cases.rows.filter(pl.col("row") == row).get_column("place").item()
    missing = [name for name in TIMES if name not in cases.times.columns]
    if place is None or missing:
        why = f"times lacks {wording.listed(missing)}" if missing else "the lead is not in times"
        raise InvalidRequest(f"This lead can't be explained: {why}. Give what response_times returned for these leads.")
    frames = evidence.frames()
    if all(name in cases.leads.columns for name in LEADS):
        listing = pl.lit(cases.leads.get_column("item_id")[row], dtype=pl.String)
        frames["leads"] = cases.leads.filter((pl.col("lead_id") == lead_id) | (pl.col("item_id") == listing))
    found = explain(cases.times[place : place + 1], lead_id, **frames)
    return found if reveal else found.masked()


def people_of(crm: AnyFrame) -> pl.LazyFrame:
    """The CRM's leads, checked.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: it is no frame, or a column has another dtype.
    """
    return needed(crm, CRM | if_there(crm, {"owner_email": "text"}), by="explore", name="crm")


def opened(cases: Cases, found: Explanation, row: int, crm: pl.LazyFrame | None, *, reveal: bool) -> dict[str, Any]:
    """What is shown of a lead, as plain values: title, facts as pairs, and the records of its thread."""
    lead = cases.leads.row(row, named=True)
    return {
        "row": row,
        "title": lead["item_title"] or lead["item_id"] or "Lead without a listing",
        "facts": [[name, _short(said)] for name, said in [*found.lines, *_crm(lead, crm, reveal=reveal)]],
        "records": [_record(index, one, cases.zone) for index, one in enumerate(found.records.rows())],
        "masked": not reveal,
    }


def _record(index: int, record: tuple[datetime | None, str, str | None, str, str | None], zone: str) -> dict[str, Any]:
    at, source, key, what, text = record
    return {
        "n": index,
        "at": "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}",
        "source": source,
        "id": key or "",
        "what": what,
        "by": "seller" if "seller" in what else "buyer" if source in {"leads", "messages"} else "other",
        "text": (text or "")[:LONGEST],
        "length": len(text or ""),
    }


def _crm(lead: Mapping[str, Any], crm: pl.LazyFrame | None, *, reveal: bool) -> Iterator[tuple[str, str]]:
    """What the CRM has of people with the address of this buyer."""
    if crm is None:
        return
    addresses = [address for name in ("external_email", "email") if (address := _address(lead.get(name)))]
    same = pl.col("email").str.strip_chars().str.to_lowercase().is_in(addresses)
    rows = crm.filter(same).sort("created_at", "prospect_id", nulls_last=True).head(_PEOPLE).collect().to_dicts()
    if not rows:
        yield "CRM", "nobody with the e-mail address of this lead"
    for row in rows:
        came = "at an unknown time" if row["created_at"] is None else f"{row['created_at']:%Y-%m-%d %H:%M} UTC"
        owner = f", owner {row['owner_email']}" if reveal and row.get("owner_email") else ""
        yield "CRM", f"{row['prospect_id']}, stage {row['stage'] or 'not given'}, created {came}{owner}"


def _address(text: str | None) -> str | None:
    """An address that is one person's: no hidden one, and none of eBay's aliases, which the CRM does not know."""
    folded = (text or "").strip().lower()
    return folded if "@" in folded and "@members.ebay." not in folded else None


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


_PEOPLE = 5
