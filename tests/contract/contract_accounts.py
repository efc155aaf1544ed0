"""Accounts for the contract's tests, and the four operations that the two APIs have."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl

import leadkit as lk

NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
TOKEN = "v^1.1#a-token-of-the-contract"
Fetch = Callable[[lk.Ebay], pl.DataFrame]


def an_account(url: str, **settings: Any) -> lk.Ebay:
    """An account at this address; its seller takes part in none of the planted threads."""
    given: dict[str, Any] = {"account": "contract", "sellers": ["nobody here"], "clock": NOW, "base_url": url}
    return lk.Ebay(**({"token": TOKEN} | given | settings))


def renewing(url: str, **settings: Any) -> lk.Ebay:
    """An account that makes its own access tokens."""
    keys = {"client_id": "an-id", "client_secret": "a-secret-of-the-contract", "refresh_token": "v^1.1#a-consent"}
    return an_account(url, **(keys | settings), token=None)


def a_thread(conversation_id: str = "4711") -> pl.DataFrame:
    return pl.DataFrame({"conversation_id": [conversation_id], "conversation_type": ["FROM_MEMBERS"]})


OPERATIONS: dict[str, dict[str, Fetch]] = {
    "leads": {
        "all listings": lambda ebay: ebay.leads(),
        "one listing": lambda ebay: ebay.leads(item_id="110043671232"),
    },
    "conversations": {
        "list": lambda ebay: ebay.conversations(),
        "thread": lambda ebay: ebay.messages(a_thread()),
    },
}
PATHS = {
    ("leads", "all listings"): "/sell/leads/v1/classified_lead",
    ("leads", "one listing"): "/sell/leads/v1/classified_lead/110043671232",
    ("conversations", "list"): "/commerce/message/v1/conversation",
    ("conversations", "thread"): "/commerce/message/v1/conversation/4711",
}
EMPTY: dict[tuple[str, str], dict[str, Any]] = {
    ("leads", "all listings"): {"totalItems": 0, "totalLeads": 0},
    ("leads", "one listing"): {"itemId": "110043671232", "itemTitle": "A car"},
    ("conversations", "list"): {"conversations": [], "total": 0, "limit": 50, "offset": 0, "href": "/"},
    ("conversations", "thread"): {"messages": [], "total": 0, "limit": 50, "offset": 0, "href": "/"},
}
