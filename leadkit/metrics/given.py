"""What a metric was given: frames checked and brought into one form, groups, spans of time.

A frame may be eager or lazy; work goes on lazily, and `as_given` returns the kind that came.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Literal, TypeVar

import polars as pl
from polars.exceptions import PolarsError

from leadkit.errors import InvalidRequest, LeadkitWarning, MissingColumns

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
Needed = Literal["text", "time", "span", "money", "flag", "count", "any"]
By = str | pl.Expr | Iterable[str | pl.Expr] | None

_PLACES = 6
_FORMS: dict[Needed, tuple[str, pl.DataType | None]] = {
    "text": ("a String", pl.String()),
    "time": ("a Datetime", pl.Datetime("us", "UTC")),
    "span": ("a Duration", pl.Duration("us")),
    "money": ("a Decimal, or whole numbers", pl.Decimal(38, _PLACES)),
    "flag": ("a Boolean", pl.Boolean()),
    "count": ("whole numbers", pl.Int64()),
    "any": ("anything", None),
}


def needed(frame: object, columns: Mapping[str, Needed], *, by: str, name: str = "leads") -> pl.LazyFrame:
    """The frame with these columns in the form that metrics work with; all other columns stay as they are.

    Times become ``Datetime("us", "UTC")`` (aware ones are converted; naive ones are read as UTC, with a warning), spans
    ``Duration("us")``, money ``Decimal(38, 6)`` (more places are refused: no amount is rounded). A column that is null
    throughout (dtype Null) fits everywhere, and so do lists of nothing, which become one: Polars forgets what such a
    list would hold, as on ``reverse()``.

    Args:
        frame: what the user gave.
        columns: what each column has to be.
        by: the function that needs them, for messages.
        name: the argument that the frame was given as.

    Raises:
        InvalidRequest: it is no frame, or a column has another dtype.
        MissingColumns: columns are missing; names the nearest.
    """
    if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
        raise InvalidRequest(f"{by}: {name} is a {type(frame).__name__}; give a Polars DataFrame or LazyFrame.")
    schema = frame.lazy().collect_schema()
    missing = [column for column in columns if column not in schema]
    if missing:
        raise MissingColumns.of(missing, schema.names(), needed_by=f"{by}({name})")
    naive = [column for column, kind in columns.items() if kind == "time" and _is_naive(schema[column])]
    if naive:
        said = f"{by}: {', '.join(naive)} of {name} has no time zone and is read as UTC; give aware times."
        warnings.warn(said, LeadkitWarning, stacklevel=3)
    return frame.lazy().with_columns(_formed(column, schema[column], kind, by) for column, kind in columns.items())


def if_there(frame: object, columns: Mapping[str, Needed]) -> dict[str, Needed]:
    """Those of these columns that the frame has: what a metric uses, and can do without."""
    there = frame.lazy().collect_schema() if isinstance(frame, pl.DataFrame | pl.LazyFrame) else {}
    return {name: kind for name, kind in columns.items() if name in there}


def as_given(frame: Frame, result: pl.LazyFrame) -> Frame:
    """The result as a DataFrame where one came, else lazy."""
    return result.collect() if isinstance(frame, pl.DataFrame) else result


def groups(by: By, frame: pl.LazyFrame, *, needed_by: str) -> list[pl.Expr]:
    """The expressions to group by, checked against the frame; their columns keep their names.

    Raises:
        MissingColumns: a column is not there; names the nearest.
        InvalidRequest: something else than a name, an expression, a list of them or None; or it can't be computed.
    """
    given = [by] if isinstance(by, str | pl.Expr) else [] if by is None else by
    listed = list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(one, str | pl.Expr) for one in listed):
        raise InvalidRequest(
            f"{needed_by}: by={by!r} is refused: give a column name, an expression, or a list of them."
        )
    there = frame.collect_schema().names()
    asked = [name for one in listed for name in ([one] if isinstance(one, str) else one.meta.root_names())]
    if missing := [name for name in dict.fromkeys(asked) if name not in there]:
        raise MissingColumns.of(missing, there, needed_by=f"{needed_by}(by=)")
    found = [pl.col(one) if isinstance(one, str) else one for one in listed]
    try:
        frame.limit(0).select(found).collect()  # on no rows: a schema alone does not tell
    except PolarsError as error:
        problem = str(error).splitlines()[0]
    else:
        return found
    raise InvalidRequest(f"{needed_by}: by= can't be computed: {problem}.")


def span(value: str | timedelta, *, name: str, needed_by: str) -> timedelta:
    """A span of time such as ``"15m"``, ``"1h"``, ``"1h30m"``, ``"2d"``, or a timedelta; more than nothing.

    Raises:
        InvalidRequest: it is neither, or not more than nothing.
    """
    found = value if isinstance(value, timedelta) else _read_span(value) if isinstance(value, str) else None
    if found is None or found <= timedelta():
        raise InvalidRequest(
            f"{needed_by}: {name}={value!r} is refused: allowed is a span such as '15m', '1h', '2d', or a timedelta."
        )
    return found


def _read_span(text: str) -> timedelta | None:
    if not _SPAN.fullmatch(text):
        return None
    parts = _PART.findall(text)
    try:
        return sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in parts), timedelta())
    except OverflowError:
        return None


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PART = re.compile(r"([0-9]+)([smhdw])")
_SPAN = re.compile(r"(?:[0-9]+[smhdw])+")


def _is_naive(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Datetime) and dtype.time_zone is None


def _formed(column: str, dtype: pl.DataType, kind: Needed, by: str) -> pl.Expr:
    wanted, target = _FORMS[kind]
    if dtype == pl.List(pl.Null):
        return pl.lit(None, target).alias(column)
    if target is None or dtype == target:
        return pl.col(column)
    if not _fits(dtype, kind):
        raise InvalidRequest(f"{by}: the column {column!r} is {dtype}; it has to be {wanted}. Cast it first.")
    if isinstance(dtype, pl.Decimal) and dtype.scale > _PLACES:
        raise InvalidRequest(
            f"{by}: the column {column!r} is {dtype}; a cast would round each amount before it is added. Round it to "
            f"{_PLACES} places yourself: .round({_PLACES}).cast(pl.Decimal(38, {_PLACES}))."
        )
    value = pl.col(column)
    if isinstance(dtype, pl.Datetime):
        zoned = value.dt.convert_time_zone("UTC") if dtype.time_zone else value.dt.replace_time_zone("UTC")
        return zoned.dt.cast_time_unit("us")
    return value.cast(target)


def _fits(dtype: pl.DataType, kind: Needed) -> bool:
    if dtype == pl.Null():
        return True
    by_kind = {
        "text": isinstance(dtype, pl.String | pl.Categorical | pl.Enum),
        "time": isinstance(dtype, pl.Datetime),
        "span": isinstance(dtype, pl.Duration),
        "money": isinstance(dtype, pl.Decimal) or dtype.is_integer(),
        "flag": isinstance(dtype, pl.Boolean),
        "count": dtype.is_integer(),
    }
    return by_kind[kind]
