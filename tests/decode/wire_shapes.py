"""What the three answers look like, once more from the vendors' pages: the tests believe no declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from leadkit.problems import Problem, Problems
from leadkit.records import Table
from leadkit.sources.ebay_conversations import CONVERSATIONS, MESSAGES
from leadkit.sources.ebay_leads import LEADS
from leadkit.tables import Decoded, decode

Json = Any
Tree = dict[str, Any]
"""By wire name: a leaf is (column, kind), an object a Tree, a list [column, Tree of an element]."""

MEDIA: Tree = {"mediaName": ("name", "text"), "mediaType": ("type", "code"), "mediaUrl": ("url", "code")}
EXCHANGE: Tree = {
    "creationDate": ("created_at", "time"),
    "question": {"messageID": ("message_id", "code"), "body": ("question", "text")},
    "response": ("response", "text"),
}
LEAD: Tree = {
    "submittedTime": ("submitted_at", "time"),
    "leadStatus": ("status", "code"),
    "userId": ("user_id", "code"),
    "email": ("email", "code"),
    "externalEmail": ("external_email", "code"),
    "contactInformation": {
        "firstName": ("first_name", "code"),
        "lastName": ("last_name", "code"),
        "phone": ("phone", "code"),
        "postalCode": ("postal_code", "code"),
    },
    "additionalInformation": ("message", "text"),
    "financingAnswer": ("financing", "financing"),
    "tradeInMake": ("trade_in_make", "text"),
    "tradeInModel": ("trade_in_model", "text"),
    "tradeInYear": ("trade_in_year", "text"),
    "leadFee": {
        "amount": {
            "value": ("fee", "money"),
            "currency": ("fee_currency", "code"),
            "convertedFromValue": ("fee_original", "money"),
            "convertedFromCurrency": ("fee_original_currency", "code"),
        },
        "description": ("fee_description", "text"),
    },
    "memberMessage": {"memberMessageExchange": ["exchanges", EXCHANGE]},
}
LISTING: Tree = {"itemId": ("item_id", "code"), "itemTitle": ("item_title", "text")}
CONVERSATION: Tree = {
    "conversationId": ("conversation_id", "code"),
    "conversationType": ("conversation_type", "code"),
    "conversationStatus": ("status", "code"),
    "conversationTitle": ("title", "text"),
    "createdDate": ("created_at", "time"),
    "referenceType": ("reference_type", "code"),
    "referenceId": ("reference_id", "code"),
    "unreadCount": ("unread_count", "count"),
    "latestMessage": {
        "messageId": ("latest_message_id", "code"),
        "createdDate": ("latest_at", "time"),
        "senderUsername": ("latest_sender", "code"),
        "recipientUsername": ("latest_recipient", "code"),
        "subject": ("latest_subject", "text"),
        "messageBody": ("latest_body", "text"),
        "readStatus": ("latest_read", "flag"),
        "messageMedia": ["latest_media", MEDIA],
    },
}
MESSAGE: Tree = {
    "messageId": ("message_id", "code"),
    "createdDate": ("created_at", "time"),
    "senderUsername": ("sender", "code"),
    "recipientUsername": ("recipient", "code"),
    "subject": ("subject", "text"),
    "messageBody": ("body", "text"),
    "readStatus": ("read", "flag"),
    "messageMedia": ["media", MEDIA],
}


@dataclass(frozen=True)
class Shape:
    """One kind of answer: the table it fills, the tree of its rows, and that of the listing around them."""

    table: Table
    row: Tree
    outer: Tree | None = None

    @property
    def path(self) -> str:
        return self.table.rows

    def envelope(self, elements: Json, rows: int) -> dict[str, Json]:
        if self.outer is not None:
            return {"totalItems": len(elements), "totalLeads": rows, "classifiedLeads": elements}
        paging = {"href": "/commerce/message/v1/conversation?limit=50", "limit": 50, "offset": 0, "total": rows}
        return {**paging, self.table.envelope_list: elements}


SHAPES = {
    "leads": Shape(LEADS, LEAD, LISTING),
    "conversations": Shape(CONVERSATIONS, CONVERSATION),
    "messages": Shape(MESSAGES, MESSAGE),
}


def decoded(shape: Shape, body: bytes, *, bare: bool = False) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The rows as dicts, after a look at the columns and dtypes, and the problems."""
    found = decode(shape.table, body, call="test", bare=bare)
    assert found.frame.schema == from_wire(shape)
    return found.frame.to_dicts(), problems_of(shape, found)


def from_wire(shape: Shape) -> pl.Schema:
    """The columns that come from the response, in the table's order."""
    columns = {column.name for column in shape.table.columns if column.path}
    return pl.Schema({name: dtype for name, dtype in shape.table.schema.items() if name in columns})


def problems_of(shape: Shape, found: Decoded) -> list[Problem]:
    problems = Problems()
    keyed = found.frame.with_columns(
        pl.lit(None, pl.String).alias(name) for name in {shape.table.key} - {*found.frame.columns}
    )
    problems.add_misfits(found.misfits, shape.table, keyed)
    return list(problems)


def counts(problems: list[Problem]) -> dict[tuple[str, str | None], int]:
    return {(problem.kind, problem.column): problem.count for problem in problems}
