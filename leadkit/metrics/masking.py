"""Personal data masked, so that a frame can be shown: nothing of a person is left, what is the same stays the same."""

from __future__ import annotations

import polars as pl
from polars.datatypes import DataTypeClass

from leadkit.errors import InvalidRequest
from leadkit.metrics.given import Frame

LABELLED = frozenset(
    {
        "email", "external_email", "first_name", "last_name", "latest_recipient", "latest_sender", "other_party",
        "owner_email", "phone", "postal_code", "recipient", "send_to_name", "sender", "user_id",
    }
)  # fmt: skip
"""Columns of people: each value becomes the column's name and a number."""
TEXTS = frozenset(
    {
        "body", "html", "latest_body", "latest_subject", "message", "response_url", "subject", "text", "title",
    }
)  # fmt: skip
"""Columns of what people wrote: each value becomes its length."""
INSIDE = frozenset({"name", "question", "response", "url"})
"""Fields of the structs in ``exchanges`` and ``media`` and their like; each value becomes its length."""


def mask(frame: Frame) -> Frame:
    """The frame with its personal columns masked; the mask can't be undone, and tells nothing of the value.

    * Names, e-mail addresses, phones, postal codes and user names become ``first_name 1``, ``first_name 2``, ...,
      numbered in the order in which they are met: the same value of a column is the same in all its rows. The columns
      are numbered apart: ``sender 1`` and ``recipient 1`` are different people. ``--``, eBay's sign for a hidden
      address, stays.
    * What people wrote becomes ``[42 characters]``, also inside of lists and structs (``exchanges``, ``media``).
    * Columns under an API's own name (``mx_Store``, ``EmailAddress``: fields that each CRM defines for itself) become
      ``[42 characters]``, whatever they hold.

    Columns are known by their names, those of all tables and of the metrics, also with the ``_right`` of a join. A
    column that you gave another name is not known. Ids of leads, listings and messages are no personal data, and stay;
    so do the titles of `findings`.

    Args:
        frame: any frame, eager or lazy.

    Returns:
        The same columns and rows; masked ones are String, or hold Strings. Null stays null.

    Raises:
        InvalidRequest: it is no frame, or a column that has to be masked is Object or Binary, and no text.
    """
    if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
        raise InvalidRequest(f"mask: frame is a {type(frame).__name__}; give a Polars DataFrame or LazyFrame.")
    schema = frame.lazy().collect_schema()
    ours = {"title"} if "rests_on" in schema else set()  # the titles of findings name nobody
    row = f"{max(schema, key=len, default='')}_row"  # longer than any name that is there
    masked = (_masked(name, dtype, row).alias(name) for name, dtype in schema.items() if name not in ours)
    return frame.with_row_index(row).with_columns(masked).drop(row)


def _masked(name: str, dtype: pl.DataType, row: str) -> pl.Expr:
    column = pl.col(name)
    known = name.removesuffix("_right")
    if dtype.is_nested():
        personal = known in LABELLED | TEXTS or _is_of_an_api(name)
        return _inside(column, dtype, personal=personal)
    if known not in LABELLED | TEXTS and not _is_of_an_api(name):
        return column
    if isinstance(dtype, pl.Object | pl.Binary):
        raise InvalidRequest(f"mask: the column {name!r} is {dtype}; it has to be a String. Make it one, or drop it.")
    return _labelled(column, known, row) if known in LABELLED else _length(column)


def _is_of_an_api(name: str) -> bool:
    return name[:1].isupper() or name.startswith("mx_")


def _labelled(column: pl.Expr, label: str, row: str) -> pl.Expr:
    """A number for each value, in the order in which they are met: that of the column `row`."""
    text = column.cast(pl.String)
    first = pl.col(row).min().over(text)
    seen = pl.when(text != _HIDDEN).then(first).rank("dense")
    return pl.when(text == _HIDDEN).then(text).otherwise(pl.format("{} {}", pl.lit(label), seen))


def _length(column: pl.Expr) -> pl.Expr:
    return pl.format("[{} characters]", column.cast(pl.String).str.len_chars())


def _inside(value: pl.Expr, dtype: pl.DataType, *, personal: bool) -> pl.Expr:
    """A value of any shape with the personal fields in it masked; all of it where it is personal itself."""
    if isinstance(dtype, pl.List):
        return value.list.eval(_inside(pl.element(), _instance(dtype.inner), personal=personal))
    if isinstance(dtype, pl.Array):
        return _inside(value.arr.to_list(), pl.List(dtype.inner), personal=personal)
    if isinstance(dtype, pl.Struct):
        fields = [
            _inside(value.struct.field(one.name), _instance(one.dtype), personal=personal or one.name in _FIELDS).alias(
                one.name
            )
            for one in dtype.fields
        ]
        return pl.when(value.is_not_null()).then(pl.struct(fields))
    return _length(value) if personal else value


def _instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return pl.Series(dtype=dtype).dtype  # also where the class was given


_HIDDEN = "--"
_FIELDS = INSIDE | LABELLED | TEXTS
