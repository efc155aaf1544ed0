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
    """The plan that the function makes when it is collected; only what is asked of it is handed on, batch by batch."""

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        yield from asked_of(plan(), columns, predicate, rows).collect_batches(chunk_size=BATCH, engine="streaming")

    return register_io_source(batches, schema=schema, is_pure=True)


def asked_of(
    plan: pl.LazyFrame, columns: list[str] | None, predicate: pl.Expr | None, rows: int | None
) -> pl.LazyFrame:
    """The plan with these columns, the rows of them that the predicate keeps, and of those the first."""
    chosen = plan if columns is None else plan.select(columns)
    kept = chosen if predicate is None else chosen.filter(predicate)
    return kept if rows is None else kept.limit(rows)
