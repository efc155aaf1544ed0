"""Small APIs on loopback for what the sandbox does not do, and accounts to ask them."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import polars as pl
import stamina
from loopback import Arrived, Loopback, Served, serving
from moving_list import MovingList

import leadkit as lk

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DATE = {"Date": "Mon, 02 Nov 2026 06:00:00 GMT"}
Json = Any


def as_json(body: Json, status: int = 200, **headers: str) -> Served:
    return Served(status=status, body=json.dumps(body).encode(), headers=DATE | headers)


def asked(arrived: Arrived) -> dict[str, str]:
    """The query of a request."""
    return dict(parse_qsl(urlsplit(arrived.target).query))


def path(arrived: Arrived) -> str:
    return urlsplit(arrived.target).path


@contextmanager
def an_account(origin: str, **settings: Any) -> Iterator[lk.Ebay]:
    """An account of the seller ``me``; what is asked again is asked again at once."""
    given: dict[str, Any] = {"token": "a-good-token", "base_url": origin, "clock": NOW, "sellers": "me"} | settings
    with stamina.set_testing(True, attempts=10, cap=True), lk.Ebay(**given) as ebay:
        yield ebay


@contextmanager
def asking(script: Callable[[Arrived], Served] | Served, **settings: Any) -> Iterator[tuple[lk.Ebay, Loopback]]:
    """An account, and the API that it asks."""
    with serving(script) as server, an_account(server.origin, **settings) as ebay:
        yield ebay, server


@contextmanager
def unheard() -> Iterator[None]:
    """Warnings are of no interest here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        yield


def settle() -> None:
    """Wait for the calls that a failed fetch left on their way: it does not, and they need their connections."""
    for thread in threading.enumerate():
        if thread.name.startswith("ThreadPoolExecutor"):
            thread.join(10)


def kinds(ebay: Any) -> dict[str, int]:
    """How many problems of each kind there are."""
    return dict(ebay.problems.group_by("kind").agg(pl.col("count").sum()).iter_rows())


# Leads


def lead(at: datetime, buyer: str = "ann") -> Json:
    """A lead as the API sends it."""
    return {"submittedTime": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z", "userId": buyer}


def leads_body(leads: Sequence[tuple[datetime, str]], item: str = "110043671232") -> Json:
    listing = {"itemId": item, "itemTitle": "A car", "responses": [lead(*one) for one in leads]}
    return {"totalItems": 1, "totalLeads": len(leads), "classifiedLeads": [listing]}


def leads_api(
    leads: Sequence[tuple[datetime, str]], most: int, failure: Served | None = None
) -> Callable[[Arrived], Served]:
    """Answers with the leads of the window, both bounds included; with the failure where they are more than `most`."""

    def answer(arrived: Arrived) -> Served:
        query = asked(arrived)
        low, high = (
            datetime.fromisoformat(query[name]) if name in query else None for name in ("startTime", "endTime")
        )
        found = [one for one in leads if (low is None or one[0] >= low) and (high is None or one[0] <= high)]
        if len(found) > most:
            return failure or Served(status=500, body=b'{"errors":[{"errorId":350000,"message":"System error"}]}')
        return as_json(leads_body(found))

    return answer


# Conversations and messages


def talk(key: str) -> Json:
    number = int("".join(filter(str.isdigit, key)) or 0)
    latest = {
        "createdDate": f"2026-08-01T10:00:{number % 60:02d}.000Z",
        "senderUsername": key,
        "recipientUsername": "me",
    }
    return {"conversationId": key, "conversationType": "FROM_MEMBERS", "latestMessage": latest}


def message(key: str, number: int = 0, sender: str = "ann") -> Json:
    at = f"2026-08-01T10:{number // 60:02d}:{number % 60:02d}.000Z"
    recipient = "ann" if sender == "me" else "me"
    return {"messageId": key, "createdDate": at, "senderUsername": sender, "recipientUsername": recipient}


def list_api(listed: MovingList, name: str, row: Callable[[str], Json], link: str = "") -> Callable[[Arrived], Served]:
    """Answers with the pages of a list; `link` is the host that its links name."""

    def answer(arrived: Arrived) -> Served:
        query = asked(arrived)
        offset, limit = int(query["offset"]), int(query["limit"])
        rows, total, step, more = listed.page(offset, limit)
        body = {name: [row(key) for key in rows], "total": total, "limit": step, "offset": offset}
        return as_json(body | ({"next": f"{link}{path(arrived)}?offset={offset + step}&limit={step}"} if more else {}))

    return answer


def threads(*ids: str, kind: str = "FROM_MEMBERS") -> pl.DataFrame:
    """Conversations to ask the messages of."""
    return pl.DataFrame(
        {"conversation_id": ids, "conversation_type": [kind] * len(ids), "reference_id": [f"1100{i}" for i in ids]},
        schema=dict.fromkeys(("conversation_id", "conversation_type", "reference_id"), pl.String),
    )
