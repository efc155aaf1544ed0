"""Series of waits that were given by hand: checked, and refused in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadkit.errors import InvalidRequest


def waits(given: object, *, name: str, function: str, open_ended: bool = False) -> pl.Series:
    """These waits, numbers as they came but for -0.0; null stays null.

    Args:
        given: a Series of Durations or numbers.
        name: the argument that it was given as.
        function: the function that was called, for messages.
        open_ended: whether infinity is a wait; it becomes null.

    Raises:
        InvalidRequest: no Series, another dtype, or waits that are negative, NaN or infinite.
    """
    if not isinstance(given, pl.Series) or not _measures(given.dtype):
        raise InvalidRequest(f"{function}: {name} is {kind_of(given)}; give a Series of Durations or numbers.")
    if given.dtype == pl.Null:
        return given.cast(pl.Float64)
    if not given.dtype.is_float():
        return _none_below(given, pl.Series([0]).cast(given.dtype).item(), name, function)
    found = given + 0.0  # -0.0 becomes 0.0: the two are one wait
    _refuse(found.is_nan(), "NaN", name, function)
    if open_ended:
        found = found.set(found == float("inf"), None)
    _refuse(found.is_infinite(), "infinite", name, function)
    return _none_below(found, 0.0, name, function)


def kind_of(given: object) -> str:
    """What was given, in words."""
    return f"a Series of {given.dtype}" if isinstance(given, pl.Series) else f"a {type(given).__name__}"


def _measures(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or isinstance(dtype, pl.Duration | pl.Null)


def _none_below(found: pl.Series, nothing: Any, name: str, function: str) -> pl.Series:
    _refuse(found < nothing, "negative", name, function)
    return found


def _refuse(bad: pl.Series, what: str, name: str, function: str) -> None:
    if count := bad.sum():
        hint = "a wait is at least nothing; make them null to leave them out"
        raise InvalidRequest(f"{function}: {count} of {len(bad)} {name} are {what}; {hint}.")
