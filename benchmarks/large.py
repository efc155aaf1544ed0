"""Runs of `benchmarks.metrics` that want a process of their own: many rows timed once, or streamed from Parquet.

``time LEADS MESSAGES`` prints the seconds of each metric, ``stream LEADS`` the bytes that each had at its peak.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import polars as pl

import leadkit as lk
from benchmarks.many import leads, messages
from benchmarks.memory import peak
from benchmarks.metrics import FIVE, metrics
from benchmarks.timing import python, seconds


def main(what: str, *given: str) -> int:
    if what == "one":
        return one(*given)
    counts = [int(count) for count in given]
    print(json.dumps(times(*counts) if what == "time" else peaks(*counts)))
    return 0


def times(rows: int, said: int) -> dict[str, float]:
    """The seconds that each metric takes of so many leads and messages."""
    return {name: seconds(work) for name, work in metrics(leads(rows), messages(said)).items()}


def peaks(rows: int) -> dict[str, int]:
    """The bytes that each of the five has at its peak, over so many leads in one Parquet file."""
    with tempfile.TemporaryDirectory() as folder:
        python("-m", "benchmarks.large", "one", "leads", folder, str(rows))
        return {name: int(python("-m", "benchmarks.large", "one", name, folder).stdout) for name in FIVE}


def one(name: str, folder: str, rows: str = "") -> int:
    """Write the leads, or compute this metric of them by the streaming engine and print the peak."""
    file, result = Path(folder) / "leads.parquet", Path(folder) / f"{name}.parquet"
    if name == "leads":
        leads(int(rows)).write_parquet(file)
        return 0
    lazily(name, pl.scan_parquet(file)).sink_parquet(result, engine="streaming")
    print(peak())
    return 0


def lazily(name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The metric as a plan; the summary is one over the times of the same plan."""
    if name == "response_summary":
        return lk.response_summary(lk.response_times(rows), by="item_id")
    if name == "trade_ins":
        return lk.trade_ins(rows)
    if name == "fee_totals":
        return lk.fee_totals(rows, by="item_id")
    return lk.financing(rows, by="item_id") if name == "financing" else lk.response_times(rows)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
