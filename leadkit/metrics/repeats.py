"""Rows that belong together: those whose key occurs more than once, found without sorting all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

Hold = Callable[[pl.LazyFrame], pl.LazyFrame]
"""Computes a frame now, where a DataFrame was given, and keeps it; leaves it alone where a LazyFrame was."""


def hold_for(given: object) -> Hold:
    """How to treat what is used several times: eager frames are computed once, lazy ones stay a plan."""
    return _held if isinstance(given, pl.DataFrame) else _left


def again(rows: pl.LazyFrame, key: pl.Expr, hold: Hold) -> pl.LazyFrame | None:
    """The rows whose key (of 64 bits; null is none) occurs more than once; None where all are known to differ.

    Of keys that are digests, rows of two things may come together: tell them apart by what was digested.
    """
    if hold is _held:
        keys = rows.select(key.alias("key")).collect().to_series()
        repeated = _repeated(keys)
        return None if repeated.is_empty() else rows.filter(key.is_in(repeated.implode()))
    keyed = rows.with_columns(key.alias("key"))
    counted = keyed.select("key").drop_nulls().group_by("key").agg(pl.len().alias("rows")).filter(pl.col("rows") > 1)
    return keyed.join(counted.select("key"), on="key", how="semi").drop("key")


def is_empty(rows: pl.LazyFrame, hold: Hold) -> bool:
    """Whether there is known to be no row; of a plan nothing is known."""
    return hold is _held and rows.limit(1).collect().is_empty()


def _repeated(keys: pl.Series) -> pl.Series:
    in_order = np.sort(keys.drop_nulls().to_numpy())  # twice as fast as to count the different ones
    return pl.Series(np.unique(in_order[1:][in_order[1:] == in_order[:-1]]), dtype=keys.dtype)


def _held(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.collect().lazy()


def _left(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows
