"""How a record is declared: pydantic models whose fields say where they stand, in what unit, and what they mean."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, Field

Kind = Literal["text", "filled", "code", "money", "time", "utc", "flag", "count", "list"]
JsonType = Literal["string", "number", "boolean"]

_KINDS: dict[object, Kind] = {str: "code", Decimal: "money", datetime: "time", bool: "flag", int: "count"}
_DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "filled": pl.String(),
    "code": pl.String(),
    "money": pl.Decimal(38, 6),
    "time": pl.Datetime("us", "UTC"),
    "utc": pl.Datetime("us", "UTC"),
    "flag": pl.Boolean(),
    "count": pl.Int64(),
}


class Record(BaseModel):
    """One row of a table: its fields, in column order, are declared with `wire` or `ours`."""


def wire(
    path: str,
    meaning: str,
    *,
    unit: str | None = None,
    null: str = "the API did not send it",
    json: JsonType = "string",
    as_sent: bool = False,
    zoneless: bool = False,
    personal: bool = False,
    markup: bool = False,
    values: Mapping[str, str] | None = None,
) -> Any:  # pydantic's Field() returns Any too
    """A field that stands in the response at this path (``[]`` marks a list).

    Args:
        path: from the top of the body, such as ``classifiedLeads[].responses[].userId``; inside a list column,
            from its element.
        meaning: one sentence for the data dictionary.
        unit: a unit, or the column that holds it.
        null: when the value is null.
        json: the JSON type that the API documents; another one is reported where it matters (money).
        as_sent: text that people wrote: kept to the letter. Other strings are stripped, and blank is null.
        zoneless: a time that comes without a zone, ``2018-03-06 06:55:46.000``, and is documented to be in UTC.
        personal: masked wherever an example of it is shown.
        markup: elements inside are HTML that people wrote, and part of the text.
        values: other spellings of a value and what they stand for; a blank stands for null.
    """
    extra: Any = {
        "path": path,
        "unit": unit,
        "null": null,
        "json": json,
        "as_sent": as_sent,
        "zoneless": zoneless,
        "personal": personal,
        "markup": markup,
        "values": dict(values or {}),
    }
    return Field(default=None, description=meaning, json_schema_extra=extra)


def ours(meaning: str, *, comes_from: str, unit: str | None = None, null: str = "never") -> Any:  # as above
    """A field that leadkit adds; `comes_from` says what it is made of."""
    return Field(default=None, description=meaning, json_schema_extra={"from": comes_from, "unit": unit, "null": null})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, read off the record's declaration.

    Of the kinds of texts, a text is kept to the letter, of one that is filled a blank is null, and a code is stripped.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str | None
    null: str
    path: str | None
    comes_from: str
    json: JsonType = "string"
    personal: bool = False
    markup: bool = False
    values: tuple[tuple[str, str], ...] = ()
    children: tuple[Column, ...] = ()

    @property
    def dtype(self) -> pl.DataType:
        """The Polars dtype of this column."""
        if self.kind != "list":
            return _DTYPES[self.kind]
        return pl.List(pl.Struct({child.name: child.dtype for child in self.children}))


@dataclass(frozen=True)
class Table:
    """A record as a table.

    Attributes:
        name: the noun of the table.
        record: its columns.
        rows: the wire path of the list that holds its rows.
        key: the column that names a row.
        totals: the counts that the envelope always has, that of the rows last.
        envelope: all keys that an envelope may have.
        bare_key: what an outer element always has, where one may come without an envelope.
        asked: the columns of one request, where each may ask for others; None has those of the record.
    """

    name: str
    record: type[Record]
    rows: str
    key: str
    totals: tuple[str, ...]
    envelope: tuple[str, ...] = ()
    bare_key: str = ""
    asked: tuple[Column, ...] | None = None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, in the order of the record."""
        return columns_of(self.record) if self.asked is None else self.asked

    @cached_property
    def schema(self) -> pl.Schema:
        """The typed schema, the same for 0, 1 and n rows."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def envelope_list(self) -> str:
        """The body's key that holds the rows, or the listings around them."""
        return self.rows.split("[]")[0]

    def empty(self) -> pl.DataFrame:
        """No rows, every column."""
        return pl.DataFrame(schema=self.schema)


def columns_of(record: type[BaseModel], parent: str = "") -> tuple[Column, ...]:
    """The columns that a record declares, in order; `parent` is the path of the list that they stand in."""
    return tuple(_column(name, info.annotation, info, parent) for name, info in record.model_fields.items())


def _column(name: str, annotation: object, info: Any, parent: str) -> Column:
    extra: dict[str, Any] = info.json_schema_extra
    inner = _without_none(annotation)
    child = typing.get_args(inner)[0] if typing.get_origin(inner) is list else None
    kind: Kind = "list" if child else "text" if extra.get("as_sent") else _KINDS[inner]
    kind = "utc" if extra.get("zoneless") else kind
    path = f"{parent}{extra['path']}" if "path" in extra else None
    return Column(
        name=name,
        kind=kind,
        meaning=info.description,
        unit=extra["unit"],
        null=extra["null"],
        path=path,
        comes_from=path or extra["from"],
        json=extra.get("json", "string"),
        personal=extra.get("personal", False),
        markup=extra.get("markup", False),
        values=tuple(extra.get("values", {}).items()),
        children=columns_of(child, f"{path}.") if child else (),
    )


def _without_none(annotation: object) -> object:
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return next(arg for arg in typing.get_args(annotation) if arg is not type(None))
    return annotation
