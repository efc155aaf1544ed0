"""The Message API: what it checks, and what it answers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from leadkit.sandbox.bodies import conversations_payload, thread_payload
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.moments import EPOCH
from leadkit.sandbox.refusals import refuse
from leadkit.sandbox.threads import Thread

SCOPE = "https://api.ebay.com/oauth/api_scope/commerce.message"
TYPES = ("FROM_MEMBERS", "FROM_EBAY")
STATUSES = {  # the newer and the older specification spell two of them differently
    "ACTIVE": "ACTIVE", "ARCHIVED": "ARCHIVED", "ARCHIVE": "ARCHIVED", "DELETED": "DELETED", "DELETE": "DELETED",
    "READ": "READ", "UNREAD": "UNREAD",
}  # fmt: skip
DEFAULT_LIMIT, MOST = 25, 50
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
POSITIVE = re.compile(r"0*[1-9]\d*", re.ASCII)


def matching(shop: Dealership, threads: Sequence[Thread], query: Mapping[str, str]) -> list[Thread]:
    """Check the query of ``GET /conversation`` and return the conversations that it asks for."""
    kind, (start, end), party = _type(query), _times(query), _party(shop, threads, query)
    status, item_id, with_listing = _status(query), *_reference(query)
    return [
        thread
        for thread in threads
        if thread.conversation_type == kind
        and (status is None or _has_status(thread, status))
        and (not with_listing or thread.item_id is not None)
        and (item_id is None or thread.item_id == item_id)
        and (party is None or thread.other_party.casefold() in party)
        and (kind == "FROM_EBAY" or any(start <= message.at < end for message in thread.messages))
    ]


def page_of_conversations(rows: Sequence[Thread], query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /conversation`` with one page of these rows."""
    return conversations_payload(rows, query, *_page(query))


def page_of_messages(
    threads: Sequence[Thread], conversation_id: str, query: Mapping[str, str], *, grown: Mapping[str, Thread]
) -> dict[str, Any]:
    """Answer ``GET /conversation/{conversation_id}``; ``grown`` holds threads that a fault has made longer."""
    if not POSITIVE.fullmatch(conversation_id):
        raise refuse(355007, conversation_id=conversation_id)
    kind, page = _type(query), _page(query)
    thread = next((one for one in threads if one.conversation_id == conversation_id), None)
    if thread is None or thread.conversation_type != kind:
        raise refuse(2002, conversation_id=conversation_id)
    return thread_payload(grown.get(conversation_id, thread), query, *page)


def _type(query: Mapping[str, str]) -> str:
    kind = query.get("conversation_type", "")
    if not kind:
        raise refuse(355017)
    if kind not in TYPES:
        raise refuse(355002, conversation_type=kind)
    return kind


def _status(query: Mapping[str, str]) -> str | None:
    status = query.get("conversation_status")
    if status is not None and status not in STATUSES:
        raise refuse(355001, conversation_status=status)
    return STATUSES[status] if status else None


def _has_status(thread: Thread, status: str) -> bool:
    return {"READ": thread.unread == 0, "UNREAD": thread.unread > 0}.get(status, thread.status == status)


def _reference(query: Mapping[str, str]) -> tuple[str | None, bool]:
    kind, item_id = query.get("reference_type"), query.get("reference_id")
    if kind is not None and kind != "LISTING":
        raise refuse(355003, reference_type=kind)
    if item_id is not None and not POSITIVE.fullmatch(item_id):
        raise refuse(355016, reference_id=item_id)
    if item_id is not None and kind is None:
        raise refuse(355022, reference_id=item_id)
    return item_id, kind is not None


def _times(query: Mapping[str, str]) -> tuple[float, float]:
    start, end = _time(query, "start_time", float("-inf")), _time(query, "end_time", float("inf"))
    if start >= end:
        raise refuse(355004, start_time=query["start_time"], end_time=query["end_time"])
    return start, end


def _time(query: Mapping[str, str], name: str, default: float) -> float:
    text = query.get(name)
    if text is None:
        return default
    try:
        return (datetime.fromisoformat(text if TIME.fullmatch(text) else "") - EPOCH) / timedelta(milliseconds=1)
    except ValueError:
        raise refuse(355005, **{name: text}) from None


def _party(shop: Dealership, threads: Sequence[Thread], query: Mapping[str, str]) -> set[str] | None:
    """Find every name of the other party; one that nobody has is refused."""
    name = query.get("other_party_username")
    if name is None:
        return None
    people = (lead.buyer for lead in shop.leads)
    names = [{one.casefold() for one in (who.user_name, who.immutable_id) if one} for who in people]
    names += [{thread.other_party.casefold()} for thread in threads]
    found = set().union(*(group for group in names if name.casefold() in group))
    if not found:
        raise refuse(355006, other_party_username=name)
    return found


def _page(query: Mapping[str, str]) -> tuple[int, int]:
    limit, offset = query.get("limit", str(DEFAULT_LIMIT)), query.get("offset", "0")
    if not POSITIVE.fullmatch(limit) or int(limit) > MOST:
        raise refuse(355009, limit=limit)
    if not re.fullmatch(r"\d+", offset, re.ASCII) or int(offset) % int(limit):
        raise refuse(355008, offset=offset, limit=limit)
    return int(limit), int(offset)
