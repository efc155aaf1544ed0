"""Real bodies of every table, as the sandbox sends them: mostly small, for reading one costs more than its rows."""

from __future__ import annotations

import json
from functools import cache

from leadkit.sandbox import (
    Dealership,
    conversations_body,
    crm_body,
    folders_body,
    leads_body,
    mail_body,
    mail_headers_body,
    thread_body,
)


@cache
def originals() -> dict[str, list[bytes]]:
    """The bodies by their tables."""
    shop, tiny = Dealership(7, 12), Dealership(3, 2)
    return {
        "leads": _leads(shop, tiny),
        "conversations": [conversations_body(shop, limit=limit) for limit in (50, 3, 1)],
        "messages": _threads(shop),
        "mail": _mail(shop),
        "folders": [folders_body(shop), folders_body(tiny), mail_body(shop, entries=2)],
        "crm_leads": _crm_leads(shop),
    }


def _leads(shop: Dealership, tiny: Dealership) -> list[bytes]:
    """One in a hundred is larger than a piece, and cut into several."""
    alone = json.dumps(json.loads(leads_body(shop))["classifiedLeads"][0]).encode()
    small = [leads_body(shop), leads_body(shop, messages=False), leads_body(tiny), alone]
    return [*small * 25, leads_body(Dealership(7, 1_500))]


def _threads(shop: Dealership) -> list[bytes]:
    longest = sorted(shop.threads, key=lambda thread: -len(thread.messages))[:6]
    return [thread_body(shop, thread.conversation_id) for thread in longest]


def _mail(shop: Dealership) -> list[bytes]:
    """Headers and bodies, few of them and so many that they are read as columns."""
    headers = [mail_body(shop, entries=entries) for entries in (40, 8, 2, 1)]
    bodies = [mail_body(shop, "ReturnMessages", entries=10, page=page) for page in (1, 2, 3)]
    return [*headers, *bodies, mail_headers_body(35), folders_body(shop)]


def _crm_leads(shop: Dealership) -> list[bytes]:
    columns = list(next(iter(shop.crm.leads.values())).columns)
    asked = ((shop.crm_ids, columns), (shop.crm_ids[:4], columns[:8]), ((), columns))
    return [crm_body(shop, ids, names) for ids, names in asked]
