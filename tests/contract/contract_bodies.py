"""Bodies made from the contract's own field names, with a value in each that occurs nowhere else."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from contract_rows import ROWS, Row

Json = dict[str, Any]

# what the two pages say of their fields: which are arrays, and which are something else than a string
ARRAYS = {"classifiedLeads", "responses", "memberMessageExchange", "conversations", "messages", "messageMedia"}
TIMES = {"submittedTime", "creationDate", "createdDate"}
MONEY = {"value", "convertedFromValue"}
BOOLEANS = {"financingAnswer", "readStatus"}
INTEGERS = {"unreadCount"}
INTEGER_IDS = {"messageID"}

COLUMNS = {
    "leads": [
        "account",
        "lead_id",
        "item_id",
        "item_title",
        "submitted_at",
        "status",
        "user_id",
        "email",
        "external_email",
        "first_name",
        "last_name",
        "phone",
        "postal_code",
        "message",
        "financing",
        "trade_in_make",
        "trade_in_model",
        "trade_in_year",
        "fee",
        "fee_currency",
        "fee_original",
        "fee_original_currency",
        "fee_description",
        "exchanges",
        "fetched_at",
    ],
    "conversations": [
        "account",
        "conversation_id",
        "conversation_type",
        "status",
        "title",
        "created_at",
        "reference_type",
        "reference_id",
        "other_party",
        "unread_count",
        "latest_message_id",
        "latest_at",
        "latest_sender",
        "latest_recipient",
        "latest_subject",
        "latest_body",
        "latest_read",
        "latest_media",
        "fetched_at",
    ],
    "messages": [
        "account",
        "conversation_id",
        "reference_id",
        "message_id",
        "created_at",
        "sender",
        "recipient",
        "from_seller",
        "subject",
        "body",
        "read",
        "media",
        "fetched_at",
    ],
}
"""All columns of each table in their promised order."""
NOT_IN_THE_BODY = {
    "leads": {"account", "lead_id", "fetched_at"},
    "conversations": {"account", "other_party", "fetched_at"},
    "messages": {"account", "conversation_id", "from_seller", "fetched_at"},
}
"""Columns that leadkit adds."""
ENVELOPES: dict[str, Json] = {
    "leads": {"totalItems": 1, "totalLeads": 1},
    "conversations": {"href": "/", "limit": 50, "offset": 0, "total": 1},
    "messages": {"href": "/", "limit": 50, "offset": 0, "total": 1},
}
ROWS_AT = {"leads": ["classifiedLeads", "responses"], "conversations": ["conversations"], "messages": ["messages"]}


def column_fields() -> list[Row]:
    """Every field that has a column, a wildcard for several spelled out by the other row that has its parts."""
    return [field for row in ROWS if row.is_due and row.column for field in spelled_out(row)]


def spelled_out(row: Row) -> list[Row]:
    if not row.name.endswith(".*"):
        return [row]
    last = row.name.split(".")[-2]
    parts = [other for other in ROWS if other.is_due and f".{last}." in other.name and other != row]
    assert parts, f"nothing says what {row.name} stands for"
    names = [(part.name.rpartition(".")[2], part.place.rpartition(".")[2]) for part in parts]
    return [Row(row.source, row.kind, f"{row.name[:-1]}{wire}", f"{row.place}.{ours}") for wire, ours in names]


def table_of(field: Row) -> str:
    assert field.column, f"{field.place} is no column"
    return field.column[1]


def steps(field: Row) -> list[str]:
    """The keys from the top of the body down to the field."""
    names = field.name.split(".")
    return ["classifiedLeads", *names] if names[0] == "responses" else names


def put(body: Json, path: list[str], value: Any) -> None:
    """Plant a value, with whatever has to stand around it."""
    *above, last = path
    for name in above:
        body = body.setdefault(name, [{}])[0] if name in ARRAYS else body.setdefault(name, {})
    body[last] = value


def take(body: Json, path: list[str]) -> None:
    """Take a field out and leave all else where it is."""
    *above, last = path
    for name in above:
        body = body[name][0] if name in ARRAYS else body[name]
    del body[last]


def planted(field: Row) -> tuple[Any, Any]:
    """A value as JSON has it, and as the column should have it: no other field gets the same."""
    number = [one.id for one in column_fields()].index(field.id) + 2
    name = steps(field)[-1]
    at = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC) + timedelta(days=number)
    if name in TIMES:
        return f"{at:%Y-%m-%dT%H:%M:%S}.089Z", at
    if name in MONEY:
        return f"-{number}234.560007", Decimal(f"-{number}234.560007")
    if name in BOOLEANS:
        return True, True
    if name in INTEGERS:
        return 70_000 + number, 70_000 + number
    if name in INTEGER_IDS:
        return 6_275_165_199_000 + number, f"{6_275_165_199_000 + number}"
    text = f'planted {number} "{name}" é 🚗 <b>&amp;</b> \\ =1+1'
    return text, text


def dtype_of(field: Row) -> pl.DataType:
    """The dtype that surface.md promises for what the field holds."""
    name = steps(field)[-1]
    kinds = {
        pl.Datetime("us", "UTC"): TIMES,
        pl.Decimal(38, 6): MONEY,
        pl.Boolean(): BOOLEANS,
        pl.Int64(): INTEGERS,
    }
    return next((dtype for dtype, names in kinds.items() if name in names), pl.String())


def body_with(table: str, fields: Iterable[Row]) -> Json:
    """A body of one row with its envelope and a planted value in each of these fields."""
    body: Json = dict(ENVELOPES[table])
    put(body, ROWS_AT[table], [{}])
    for field in fields:
        put(body, steps(field), planted(field)[0])
    return body


def full_body(table: str) -> Json:
    """A body of one row that has every field of the contract."""
    return body_with(table, [field for field in column_fields() if table_of(field) == table])


def bare(body: Json) -> Json:
    """The same listing as ``/classified_lead/{itemId}`` sends it."""
    listing: Json = body["classifiedLeads"][0]
    return listing


def cells(table: str, frame: pl.DataFrame) -> dict[str, Any]:
    """The one row of a frame by place, as contract.csv writes places."""
    found: dict[str, Any] = {}
    for name, value in frame.row(0, named=True).items():
        found[f"{table}.{name}"] = value
        for element in value if isinstance(value, list) else ():
            found |= {f"{table}.{name}[].{key}": inner for key, inner in element.items()}
    return found


def places_of(expected: Any, found: dict[str, Any]) -> set[str]:
    """Where this very value stands."""
    return {place for place, value in found.items() if type(value) is type(expected) and value == expected}
