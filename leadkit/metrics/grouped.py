"""Leads in groups: each lead once, what they are grouped by, and which groups are too small to say much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from leadkit.errors import InvalidRequest
from leadkit.metrics.given import By, Frame, Needed, groups, if_there

FEW = pl.Enum(["n<10", "n<30"])
"""What ``few`` says of a group; null from 30 on."""


def polled(frame: object) -> dict[str, Needed]:
    """Which of the columns that tell one record of a lead from another this frame has."""
    return if_there(frame, {"account": "text", "lead_id": "text", "fetched_at": "time"})


def each_once(given: Frame, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Each lead once: of several records of one ``account`` and ``lead_id``, the one that was fetched last.

    Of records of the same time, or without ``fetched_at``, it is the later row. Rows whose ``lead_id`` is null can't be
    told to be the same lead, and all stay; so does everything without that column. The order of the rows is lost.
    """
    there = rows.collect_schema()
    if "lead_id" not in there or (isinstance(given, pl.DataFrame) and _all_differ(rows)):
        return rows
    keyed = rows.with_columns(pl.when(pl.col("lead_id").is_not_null()).then(pl.col("lead_id").hash()).alias(_DIGEST))
    again = keyed.group_by(_DIGEST).agg(pl.len().alias("records")).filter(pl.col("records") > 1).select(_DIGEST)
    once = keyed.join(again, on=_DIGEST, how="anti")
    records = keyed.join(again, on=_DIGEST, how="semi", maintain_order="left")
    if "fetched_at" in there:
        records = records.sort("fetched_at", nulls_last=False, maintain_order=True)
    latest = records.unique([name for name in ("account", "lead_id") if name in there], keep="last")
    return pl.concat([once, latest]).drop(_DIGEST)


def grouping(by: By, frame: pl.LazyFrame, *, needed_by: str, result: Iterable[str]) -> tuple[list[pl.Expr], list[str]]:
    """The expressions to group by and the names that their columns get.

    Raises:
        MissingColumns: a column is not there; names the nearest.
        InvalidRequest: `by` is of another kind or can't be computed, or a name is one that the result has anyway.
    """
    found, names = keys_of(by, frame, needed_by=needed_by)
    if taken := [name for name in names if name in set(result)]:
        raise InvalidRequest(
            f"{needed_by}: by= would give a second column {taken[0]!r}: the result has one. Give it another .alias()."
        )
    return found, names


def keys_of(by: By, frame: pl.LazyFrame, *, needed_by: str) -> tuple[list[pl.Expr], list[str]]:
    """As `grouping`, whatever the names are, as long as each is another.

    Raises:
        MissingColumns: a column is not there; names the nearest.
        InvalidRequest: `by` is of another kind or can't be computed, or two columns would have one name.
    """
    listed = by if by is None or isinstance(by, str | pl.Expr) or not isinstance(by, Iterable) else list(by)
    _refuse_twice(listed, needed_by)
    empty = pl.LazyFrame(schema=frame.collect_schema())  # asking the frame itself could compute all before it
    found = groups(listed, empty, needed_by=needed_by)
    return found, empty.select(found).collect_schema().names()


def per_group(frame: pl.LazyFrame, found: Iterable[pl.Expr], *counts: pl.Expr) -> pl.LazyFrame:
    """The counts of each group; of all rows, as one row, where there is nothing to group by."""
    keys = list(found)
    return frame.group_by(keys).agg(*counts) if keys else frame.select(*counts)


def how_many(what: pl.Expr | None = None) -> pl.Expr:
    """The number of rows, or of those where this is true, as Int64."""
    return (pl.len() if what is None else what.sum()).cast(pl.Int64)


def few(n: pl.Expr) -> pl.Expr:
    """The column ``few``: ``n<10`` (look at the counts only), ``n<30`` (take it with care), else null."""
    return pl.when(n < _COUNTS_ONLY).then(pl.lit("n<10")).when(n < _SMALL).then(pl.lit("n<30")).cast(FEW).alias("few")


def computed(
    given: Frame, result: pl.LazyFrame, *, by: str, engine: Literal["auto", "streaming"] = "streaming"
) -> Frame:
    """The result as a DataFrame where one came, else lazy.

    Args:
        given: what came.
        result: what is made of it.
        by: the function, for messages.
        engine: of Polars; ``"auto"`` where rows are sorted before they are counted.

    Raises:
        InvalidRequest: it can't be computed; no value of a row is shown.
    """
    try:
        return result.collect(engine=engine) if isinstance(given, pl.DataFrame) else result
    except PolarsError as error:
        problem = error
    too_large = any(sign in str(problem) for sign in _TOO_LARGE)
    why = "an amount is too large for 38 digits" if too_large else f"by= ({type(problem).__name__})"
    raise InvalidRequest(f"{by} can't be computed on these rows: {why}. Look at the values.")


def _refuse_twice(listed: object, needed_by: str) -> None:
    """Refuse two columns of one name, as far as the names can be told without the frame."""
    each = [one for one in listed if isinstance(one, str | pl.Expr)] if isinstance(listed, list) else []
    names = [one if isinstance(one, str) else one.meta.output_name(raise_if_undetermined=False) for one in each]
    if twice := [name for name in names if name is not None and names.count(name) > 1]:
        raise InvalidRequest(
            f"{needed_by}: by= gives the column {twice[0]!r} twice; leave one out, or rename it with .alias()."
        )


def _all_differ(rows: pl.LazyFrame) -> bool:
    digests = rows.select(pl.col("lead_id").drop_nulls().hash()).collect().to_series()
    in_order = np.sort(digests.to_numpy())  # twice as fast as to count the different ones
    return not (in_order[1:] == in_order[:-1]).any()


_DIGEST = "__digest"  # joins on numbers take a third of the time that joins on texts take
_TOO_LARGE = ("overflow in decimal", "conversion from `decimal")  # as Polars says it
_COUNTS_ONLY = 10
_SMALL = 30
