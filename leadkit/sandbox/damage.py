"""Damage to a body: values planted, keys added and taken away, rows repeated, totals wrong."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from leadkit.sandbox.faults import Fault
from leadkit.sandbox.moments import SECOND
from leadkit.sandbox.threads import Message, Thread

Json = dict[str, Any]
FIRST_NEW_ID = 9_900_000_000


def damaged(payload: Json, faults: Sequence[Fault]) -> Json:
    """Damage a body as the faults say, in their order."""
    for fault in faults:
        if fault.kind in DAMAGES:
            DAMAGES[fault.kind](payload, **fault.options)
    return payload


def objects_at(payload: Any, level: str) -> list[Json]:
    """Find the objects at a level such as ``classifiedLeads[].responses[].leadFee``; ``""`` is the top."""
    found = [payload]
    for name in level.split(".") if level else ():
        found = [one.get(name.removesuffix("[]")) for one in found if isinstance(one, dict)]
        if name.endswith("[]"):
            found = [row for rows in found if isinstance(rows, list) for row in rows]
    return [one for one in found if isinstance(one, dict)]


def new_thread(number: int, kind: str, now_ms: int, seller: str) -> Thread:
    """Make a conversation that begins while a client is listing them."""
    conversation_id = str(FIRST_NEW_ID + number)
    message = Message(conversation_id, now_ms - SECOND, from_seller=False, body="Hello?", dotted=True, read=False)
    party = "eBay" if kind == "FROM_EBAY" else f"new_buyer{number}"
    return Thread(conversation_id, kind, "ACTIVE", "New", None, party, seller, (message,))


def lengthened(thread: Thread, count: int) -> Thread:
    """Let the buyer write until the conversation has so many messages, a millisecond apart."""
    last = thread.messages[-1]
    number = int(last.message_id)
    more = tuple(
        Message(str(number + step), last.at + step, from_seller=False, body=f"And {step}?", dotted=True, read=False)
        for step in range(1, count - len(thread.messages) + 1)
    )
    return replace(thread, messages=(*thread.messages, *more))


def _plant(payload: Json, at: str, value: Any, rows: int | None) -> None:
    level, _, key = at.rpartition(".")
    for one in objects_at(payload, level)[:rows]:
        one[key] = value


def _drop(payload: Json, at: str, rows: int | None) -> None:
    level, _, key = at.rpartition(".")
    for one in [one for one in objects_at(payload, level) if key in one][:rows]:
        del one[key]


def _add_key(payload: Json, at: str, key: str, value: Any, rows: int | None) -> None:
    for one in objects_at(payload, at)[:rows]:
        one[key] = value


def _miscount(payload: Json, delta: int, key: str | None) -> None:
    payload[key or next(name for name in ("total", "RecordCount", "totalLeads") if name in payload)] += delta


DAMAGES: dict[str, Callable[..., None]] = {
    "object_in_scalar": _plant,
    "value": _plant,
    "missing_key": _drop,
    "unknown_keys": _add_key,
    "wrong_total": _miscount,
}
