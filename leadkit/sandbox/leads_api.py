"""The Leads API: what it checks, and what it answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leadkit.sandbox.bodies import leads_payload, listing_json
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.leads import Lead
from leadkit.sandbox.moments import EPOCH
from leadkit.sandbox.refusals import refuse

SCOPE = "https://api.ebay.com/oauth/api_scope/sell.leads"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
STATUSES = {"Answered": True, "Unanswered": False}
TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Filters:
    """The checked query: bounds in milliseconds, both included."""

    start: int | None
    end: int | None
    responded: bool | None
    messages: bool

    def keeps(self, lead: Lead) -> bool:
        """Say whether a lead is asked for."""
        within = self.covers(lead.submitted_at)
        return within and self.responded in {None, lead.responded}

    def covers(self, at: int) -> bool:
        """Say whether a moment lies within the bounds."""
        return (self.start is None or at >= self.start) and (self.end is None or at <= self.end)


def all_leads(shop: Dealership, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /classified_lead``; listings without leads count by the time they were listed."""
    filters = read_filters(shop, query, messages=False)
    leads = [lead for lead in shop.leads if filters.keeps(lead)]
    empty = {
        listing.item_id
        for listing in shop.listings
        if listing.item_id in shop.empty_items and filters.responded is None and filters.covers(listing.listed_at)
    }
    return leads_payload(shop.listings, leads, messages=filters.messages, empty=empty)


def leads_of_item(shop: Dealership, item_id: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /classified_lead/{itemId}``; an ended listing has no leads any more."""
    listing = next((one for one in shop.listings if one.item_id == item_id), None)
    if listing is None:
        raise refuse(352002, itemId=item_id)
    filters = read_filters(shop, query, messages=True)
    leads = [lead for lead in shop.leads if lead.listing is listing and filters.keeps(lead)]
    return listing_json(listing, leads if listing.ended_at is None else [], messages=filters.messages)


def read_filters(shop: Dealership, query: Mapping[str, str], *, messages: bool) -> Filters:
    """Check the query in the order of the documented codes."""
    start, end = (_time(query, name) for name in ("startTime", "endTime"))
    for name, at in (("startTime", start), ("endTime", end)):
        if at is not None and at >= shop.now_ms:
            raise refuse(352004, **{name: query[name]})
    if start is not None and end is not None and end <= start:
        raise refuse(352005, startTime=query["startTime"], endTime=query["endTime"])
    status, include = query.get("status"), query.get("includeMessages")
    if status is not None and status not in STATUSES:
        raise refuse(352006, status=status)
    if include is not None and include not in TRUTHS:
        raise refuse(352007, includeMessages=include)
    return Filters(start, end, STATUSES.get(status or ""), TRUTHS.get(include or "", messages))


def _time(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        at = datetime.strptime(text if TIME.fullmatch(text) else "", "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise refuse(352003, **{name: text}) from None
    return (at - EPOCH) // timedelta(milliseconds=1)
