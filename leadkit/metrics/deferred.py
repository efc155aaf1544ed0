"""Plans that look at their rows more than once before they give the first: they run when they are collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
from polars.io.plugins import register_io_source

BATCH = 250_000
"""Rows that are handed on at a time."""


def held(plan: pl.LazyFrame) -> pl.LazyFrame:
    """The plan computed now: for what is used several times, and small enough."""
    return plan.collect(engine="streaming").lazy()


def deferred(plan: Callable[[], pl.LazyFrame], schema: pl.Schema) -> pl.LazyFrame:
    """The plan that the function makes when it is needed; only the columns and rows that are asked for are computed."""

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = plan()
        if columns is not None:
            wanted = wanted.select(columns)
        if predicate is not None:
            wanted = wanted.filter(predicate)
        if rows is not None:
            wanted = wanted.limit(rows)
        yield from wanted.collect_batches(chunk_size=BATCH, engine="streaming")

    return register_io_source(batches, schema=schema, is_pure=True)
