"""A small CRM on loopback, and an account that asks it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from loopback import Arrived, Loopback, Served, serving

import leadkit as lk

Json = dict[str, Any]
NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
ACCESS, SECRET = "u$r-an-access-key", "a-secret-key-of-the-tests"
DATE = {"Date": "Mon, 02 Nov 2026 06:00:00 GMT"}
MX = "MXInvalidInputException"
TOO_MANY = {
    "Status": "Error",
    "ExceptionType": "MXAPIRateLimitExceededException",
    "ExceptionMessage": "API calls exceeded the limit of 25 in 5 second(s)",
}


def lead(number: int, **more: Any) -> Json:
    """A lead as the page's sample has them."""
    return {
        "ProspectID": f"id-{number:05d}",
        "CreatedOn": "2018-03-06 06:55:46.000",
        "FirstName": f"Ann {number}",
        "EmailAddress": None,
    } | more


def as_json(body: Any, status: int = 200) -> Served:
    return Served(status, json.dumps(body, separators=(",", ":")).encode(), dict(DATE))


def asked(arrived: Arrived) -> tuple[list[str], list[str], int, int]:
    """The ids, columns, page and page size of a call."""
    body = json.loads(arrived.body)
    paging = body["Paging"]
    columns = body["Columns"]["Include_CSV"].split(",")
    return body["SearchParameters"]["LeadIds"], columns, paging["PageIndex"], paging["PageSize"]


@dataclass
class Crm:
    """Answers with the leads that were asked for, page by page, in its own order; `at_most` rows a page."""

    leads: Sequence[Json]
    at_most: int = 1000
    more: int = 0  # how many leads more it counts than it has
    calls: list[tuple[int, int, int]] = field(default_factory=list)  # ids, page, size

    def __call__(self, arrived: Arrived) -> Served:
        ids, _, page, size = asked(arrived)
        self.calls.append((len(ids), page, size))
        wanted = {one.lower() for one in ids}
        found = [one for one in self.leads if one["ProspectID"].lower() in wanted]
        size = min(size, self.at_most)
        rows = found[(page - 1) * size : page * size]
        return as_json({"RecordCount": len(found) + self.more} | ({"Leads": rows} if rows or self.more else {}))


@contextmanager
def asking(*answers: Any, **settings: Any) -> Iterator[tuple[lk.LeadSquared, Loopback]]:
    """An account at a server that gives these answers in turn, and the last of them from then on."""
    with serving(*answers) as server, an_account(server.origin, **settings) as crm:
        yield crm, server


def an_account(origin: str, **settings: Any) -> lk.LeadSquared:
    given: Json = {"base_url": origin, "clock": NOW, "calls": 1000}
    return lk.LeadSquared(ACCESS, SECRET, **(given | settings))


def leads_of(body: Any, ids: Any = ("id-00001",), columns: Any = None, **settings: Any) -> tuple[Any, Any]:
    """The frame and the problems that come of one answer."""
    answer = body if isinstance(body, Served) else as_json(body)
    with asking(answer) as (crm, _), unheard():
        return crm.leads(ids, columns, **settings), crm.problems


@contextmanager
def unheard() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        yield


def kinds(problems: Any) -> list[str]:
    return problems["kind"].to_list()
