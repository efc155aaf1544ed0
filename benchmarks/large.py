"""Runs of `benchmarks.metrics` that want a process of their own: many rows timed once, and streamed from Parquet."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

import leadkit as lk
from benchmarks.many import leads, messages
from benchmarks.memory import peak
from benchmarks.metrics import metrics
from benchmarks.timing import interleaved_with_cpu


def timed(rows: str, said: str, folder: str) -> int:
    """Print the seconds of each metric; the leads are kept in the folder."""
    made = leads(int(rows))
    made.write_parquet(Path(folder) / LEADS)
    times = interleaved_with_cpu(metrics(made, messages(int(said))), 1)
    print(json.dumps({name: took for name, (took,) in times.items()}))
    return 0


def streamed(folder: str) -> int:
    """Print the most bytes that this process had while each metric of those leads ran, by the streaming engine."""
    for plan in plans(pl.scan_parquet(Path(folder) / LEADS)):
        plan.sink_parquet(Path(folder) / "result.parquet", engine="streaming")
    print(peak())
    return 0


def plans(rows: pl.LazyFrame) -> list[pl.LazyFrame]:
    """The metrics from leads to their result; where times are needed, they are part of the plan."""
    times = lk.response_times(rows)
    return [
        times,
        lk.response_summary(times, by="item_id"),
        lk.fee_totals(rows, by="item_id"),
        lk.financing(rows, by="item_id"),
        lk.trade_ins(rows),
        lk.fee_totals(rows, times=times, by="item_id"),
    ]


LEADS = "leads.parquet"

if __name__ == "__main__":
    sys.exit({"timed": timed, "streamed": streamed}[sys.argv[1]](*sys.argv[2:]))
