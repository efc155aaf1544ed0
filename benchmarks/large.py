"""Runs of `benchmarks.metrics` that want a process of their own: many rows timed once, or streamed from Parquet.

``time LEADS MESSAGES`` prints the seconds of each metric, ``stream LEADS`` the bytes that each had at its peak.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl

import leadkit as lk
from benchmarks.many import leads, messages
from benchmarks.memory import peak
from benchmarks.metrics import BY_TIMES, metrics
from benchmarks.timing import interleaved_with_cpu, python


def main(what: str, *given: str) -> int:
    if what == "one":
        return one(*given)
    counts = [int(count) for count in given]
    print(json.dumps(times(*counts) if what == "time" else peaks(*counts)))
    return 0


def times(rows: int, said: int) -> dict[str, float]:
    """The seconds that each metric takes of so many leads and messages, and those of the processor."""
    return {name: took for name, (took,) in interleaved_with_cpu(metrics(leads(rows), messages(said)), 1).items()}


def peaks(rows: int) -> dict[str, int]:
    """The bytes that each metric of leads has at its peak, over so many leads in one Parquet file."""
    with tempfile.TemporaryDirectory() as folder:
        python("-m", "benchmarks.large", "one", "leads", folder, str(rows))
        return {name: int(python("-m", "benchmarks.large", "one", name, folder).stdout) for name in PLANS}


def one(name: str, folder: str, rows: str = "") -> int:
    """Write the leads, or compute this metric of them by the streaming engine and print the peak."""
    file, result = Path(folder) / "leads.parquet", Path(folder) / f"{name}.parquet"
    if name == "leads":
        leads(int(rows)).write_parquet(file)
        return 0
    PLANS[name](pl.scan_parquet(file)).sink_parquet(result, engine="streaming")
    print(peak())
    return 0


PLANS: dict[str, Callable[[pl.LazyFrame], pl.LazyFrame]] = {
    "response_times": lk.response_times,
    "response_summary": lambda rows: lk.response_summary(lk.response_times(rows), by="item_id"),
    "fee_totals": lambda rows: lk.fee_totals(rows, by="item_id"),
    "financing": lambda rows: lk.financing(rows, by="item_id"),
    "trade_ins": lk.trade_ins,
    BY_TIMES: lambda rows: lk.fee_totals(rows, times=lk.response_times(rows), by="item_id"),
}
"""The metrics as plans from leads to the result; where times are needed, they are part of the plan."""

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
