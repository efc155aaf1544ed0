"""Moments as a user has them: an expression over a column, a Series, or one datetime."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from leadkit.errors import InvalidRequest, LeadkitWarning

Moment = datetime | None
Column = str | pl.Expr
Given = Column | pl.Series | Moment


def applied(function: Callable[..., pl.Series], given: Mapping[str, Given], dtype: pl.DataType) -> Any:
    """What the function makes of these moments, in the kind that was given: expression, Series or value.

    The function takes Series of whole microseconds since 1970, all of one length, and gives a Series of that length in
    which every value depends on its own row alone: so an expression works lazily and streams.

    Args:
        function: takes one Series per moment.
        given: the moments by name.
        dtype: of the result.

    Raises:
        InvalidRequest: something else than moments was given; an expression raises it when it is computed.
    """
    values = [_checked(value, name) for name, value in given.items()]

    def computed(series: Sequence[pl.Series]) -> pl.Series:
        length = _length(series, list(given))
        micros = [_micros(one, name) for name, one in zip(given, series, strict=True)]
        same = [one.new_from_index(0, length) if len(one) == 1 else one for one in micros]
        return function(*same).cast(dtype).alias(series[0].name)

    if any(isinstance(value, pl.Expr) for value in values):
        return pl.map_batches(
            [pl.lit(value) if not isinstance(value, pl.Expr) else value for value in values],
            computed,
            dtype,
            is_elementwise=True,
        )
    found = computed([value if isinstance(value, pl.Series) else pl.Series([value]) for value in values])
    return found if any(isinstance(value, pl.Series) for value in values) else found.item()


def _length(series: Sequence[pl.Series], names: Sequence[str]) -> int:
    """The rows that all have; one row stands for any number."""
    found = {len(one) for one in series if len(one) != 1} or {1}
    if len(found) > 1:
        rows = " and ".join(f"{name} has {len(one)}" for name, one in zip(names, series, strict=True))
        raise InvalidRequest(f"BusinessHours: {rows} rows; give Series of one length.")
    return found.pop()


def _checked(value: object, name: str) -> pl.Expr | pl.Series | Moment:
    if isinstance(value, str):
        return pl.col(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if value is None or isinstance(value, pl.Expr | pl.Series):
        return value
    raise InvalidRequest(
        f"BusinessHours: {name}={value!r} is refused: allowed are a column, an expression, a Series, or a datetime."
    )


def _micros(series: pl.Series, name: str) -> pl.Series:
    dtype = series.dtype
    if dtype == pl.Null():
        return series.cast(pl.Int64)
    if not isinstance(dtype, pl.Datetime):
        raise InvalidRequest(f"BusinessHours: {name} is {dtype}; it has to be a Datetime with a time zone.")
    if dtype.time_zone is None:
        said = f"BusinessHours: {name} has no time zone and is read as UTC; give aware times."
        warnings.warn(said, LeadkitWarning, stacklevel=2)
    return series.dt.epoch("us")
