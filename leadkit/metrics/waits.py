"""The waits that curves and summaries count: of episodes, on one clock, with intervals at either end."""

from __future__ import annotations

import warnings
from typing import Any, Literal, get_args

import polars as pl

from leadkit.errors import InvalidRequest, LeadkitWarning
from leadkit.metrics.given import By, Needed, needed
from leadkit.metrics.grouped import computed, keys_of

Clock = Literal["calendar", "business"]
End = Literal["upper", "lower"]
EXACT, INTERVAL, OPEN, UNKNOWN = "answered_exact", "answered_interval", "unanswered", "unknown"
IS_OPEN = pl.col("_state") == OPEN
IS_KNOWN = pl.col("_episode") & (pl.col("_state") != UNKNOWN)
_WORKING = {"_episode", "_state", "_lower", "_upper", "_age", "_code", "_waits"}
_STATES = pl.Enum([EXACT, INTERVAL, OPEN, UNKNOWN])


def of_episodes(
    times: object, *, by: By, clock: str, function: str, own: list[str], age: bool = False
) -> tuple[pl.LazyFrame, list[str]]:
    """One row per row of times: the `by` columns, then _episode, _state, _lower, _upper and, if asked for, _age.

    Negative waits become null. Where times is no LazyFrame, episodes that have evidence and no wait are told.

    Args:
        times: what the user gave.
        by: as the user gave it.
        clock: as the user gave it.
        function: the function that was called, for messages.
        own: the columns of its result, which no group may be named like.
        age: whether the ages are needed.

    Returns:
        The frame, and the names of the `by` columns.

    Raises:
        MissingColumns: a column is missing.
        InvalidRequest: a column has another dtype, or `by` or the clock is refused.
    """
    prefix = "business_" if one_of(clock, Clock, name="clock", function=function) == "business" else ""
    spans = {"_lower": f"{prefix}wait_lower", "_upper": f"{prefix}wait_upper"} | (
        {"_age": f"{prefix}age"} if age else {}
    )
    columns: dict[str, Needed] = {"lead_id": "text", "episode_id": "text", "state": "any"}
    frame = needed(times, columns | dict.fromkeys(spans.values(), "span"), by=function, name="times")
    found, names = keys_of(by, frame, needed_by=function)
    _refuse_taken(names, own, function)
    rows = frame.select(
        *found,
        pl.col("lead_id").eq_missing(pl.col("episode_id")).alias("_episode"),
        _state(frame, function).fill_null(UNKNOWN).alias("_state"),
        *(pl.when(pl.col(column) >= pl.duration()).then(column).alias(name) for name, column in spans.items()),
    )
    if isinstance(times, pl.DataFrame):
        _tell_unmeasured(times, rows, f"{prefix}wait", function)
    return rows, names


def wait_at(end: End) -> pl.Expr:
    """The wait of an episode, up to now where it is open, with an interval at this end; null for rows in no curve."""
    wait = pl.col("_lower") if end == "lower" else pl.when(IS_OPEN).then("_lower").otherwise("_upper")
    return pl.when(IS_KNOWN).then(wait)


def by_group(rows: pl.LazyFrame, names: list[str], **values: pl.Expr) -> pl.LazyFrame:
    """These values of each group, sorted by the groups, null last, numbered in _code; without names it is one row."""
    if not names:
        return rows.select(**values).with_row_index("_code")
    return rows.group_by(names).agg(**values).sort(names, nulls_last=True).with_row_index("_code")


def one_of(given: object, allowed: Any, *, name: str, function: str) -> object:
    """What was given, if it is one of the words of this Literal.

    Raises:
        InvalidRequest: it is none of them.
    """
    words = get_args(allowed)
    if given in words:
        return given
    raise InvalidRequest(f"{function}: {name}={given!r} is refused: allowed is {' or '.join(map(repr, words))}.")


def _state(frame: pl.LazyFrame, function: str) -> pl.Expr:
    dtype = frame.collect_schema()["state"]
    if not isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null):
        raise InvalidRequest(
            f"{function}: the column 'state' is {dtype}; it has to be a String or an Enum. Cast it first."
        )
    return pl.col("state").cast(_STATES, strict=False)  # what is none of the four becomes null


def _refuse_taken(names: list[str], own: list[str], function: str) -> None:
    if taken := [name for name in names if name in own or name in _WORKING]:
        raise InvalidRequest(f"{function}: by= gives a column {taken[0]!r}, which is taken; rename it with .alias().")


def _tell_unmeasured(times: pl.DataFrame, rows: pl.LazyFrame, what: str, function: str) -> None:
    missing = wait_at("upper").is_null() | pl.col("_lower").is_null()
    counts = rows.filter(IS_KNOWN).select(missing.sum(), pl.len().alias("known"))
    count, known = computed(times, counts, by=function, engine="auto").row(0)
    if count:
        hint = "give response_times hours=" if what.startswith("business") else "null, or less than nothing"
        said = f"{function}: {count} of {known} episodes with evidence have no {what} ({hint}); no curve counts them."
        warnings.warn(said, LeadkitWarning, stacklevel=4)
