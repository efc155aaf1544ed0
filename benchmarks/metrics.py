"""Five metrics of a million leads against lifelines' medians of 50 groups; turns against a sort; growth; memory.

The five are `response_times` by status, `response_summary`, `fee_totals` and `financing` by listing, and `trade_ins`.
The peer is given the waits of its groups ready made, and finds nothing but the median of each. Turns are held against
Polars' sort of the same messages by thread and time. Ten times as many rows are timed once, and stream from Parquet
once, each in a process of its own (`benchmarks.large`); growth goes by the seconds of the processor, in all threads, as
runs of different sizes do not meet the same weather.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from math import isclose, log
from statistics import mean, median

import numpy as np
import numpy.typing as npt
import polars as pl

import leadkit as lk
from benchmarks.figures import Figure, Report, finish
from benchmarks.many import leads, messages
from benchmarks.timing import CPU, Times, Works, interleaved_with_cpu, options, python, ratio, sizes_of

FIVE = ("response_times", "response_summary", "fee_totals", "financing", "trade_ins")
BY_TIMES, TURNS = "fee_totals with times", "turns"
PEER, SORT, TOGETHER = "lifelines", "a sort", "the five together"
Group = tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]


def main() -> int:
    parser = options(__doc__, leads=1_000_000, messages=1_000_000)
    given = parser.parse_args()
    small, usual, large = ((given.leads * by // 10, given.messages * by // 10) for by in (1, 10, 100))
    times = timed(usual, small, given.runs)
    with tempfile.TemporaryDirectory() as folder:
        once = json.loads(python("-m", "benchmarks.large", "timed", *map(str, large), folder).stdout)
        peak = int(python("-m", "benchmarks.large", "streamed", folder).stdout)
    figures = [*against(times), *grown(times, once, (small, usual, large)), memory(peak)]
    notes = [f"  {took:8.3f} s  {name} of ten times as many rows, once" for name, took in once.items()]
    sizes, judged = sizes_of(parser, given)
    return finish(Report("metrics", sizes, judged, figures, times, notes=notes), given.json)


def timed(usual: tuple[int, int], small: tuple[int, int], runs: int) -> Times:
    """The seconds, and those of the processor, of all works at the usual size, and of ours at a tenth of it."""
    rows, said = leads(usual[0]), messages(usual[1])
    found = lk.response_times(rows)
    groups = waits(found)
    check(lk.response_summary(found, by="item_id"), groups)
    ours, few = metrics(rows, said), metrics(leads(small[0]), messages(small[1]))
    peers = {PEER: lambda: medians(groups), SORT: lambda: said.sort("conversation_id", "created_at")}
    times = interleaved_with_cpu({**ours, **peers, **{_tenth(name): work for name, work in few.items()}}, runs + 1)
    times = {name: values[1:] for name, values in times.items()}  # whatever is made once, was made in the first
    together = {f"{TOGETHER}{kind}": _sums([times[f"{name}{kind}"] for name in FIVE]) for kind in ("", CPU)}
    return {**together, **times}


def metrics(rows: pl.DataFrame, said: pl.DataFrame) -> Works:
    """What is timed of ours; the summary is given the times that the metric before it gives."""
    times = lk.response_times(rows)
    return {
        "response_times": lambda: lk.response_times(rows),
        "response_summary": lambda: lk.response_summary(times, by="item_id"),
        "fee_totals": lambda: lk.fee_totals(rows, by="item_id"),
        "financing": lambda: lk.financing(rows, by="item_id"),
        "trade_ins": lambda: lk.trade_ins(rows),
        BY_TIMES: lambda: lk.fee_totals(rows, times=times, by="item_id"),
        TURNS: lambda: lk.turns(said),
    }


def waits(times: pl.DataFrame) -> list[Group]:
    """How long each lead was followed, in hours, and whether it was answered by then, one pair of arrays a listing."""
    followed = (
        times.filter(pl.col("lead_id") == pl.col("episode_id"))
        .sort("item_id", maintain_order=True)
        .select("item_id", pl.col("age").dt.total_microseconds() / 3.6e9, pl.col("state") == "answered_interval")
    )
    return [(one["age"].to_numpy(), one["state"].to_numpy()) for one in followed.partition_by("item_id")]


def medians(groups: Sequence[Group]) -> list[float]:
    """The median of each group, in hours, as lifelines finds it."""
    from lifelines import KaplanMeierFitter  # noqa: PLC0415 - our memory is measured without it

    return [float(KaplanMeierFitter().fit(age, answered).median_survival_time_) for age, answered in groups]


def check(summary: pl.DataFrame, groups: Sequence[Group]) -> None:
    """Nothing is fast that is wrong: ours are their medians, but for the rare one in the middle of a flat stretch."""
    ours = (summary["p50"].dt.total_microseconds() / 3.6e9).fill_null(np.inf)
    same = [isclose(one, other) for one, other in zip(ours, medians(groups), strict=True)]
    if mean(same) < _NEARLY_ALL:
        raise SystemExit(f"{sum(same)} of {len(same)} medians are those of lifelines")


def against(times: Times) -> list[Figure]:
    """The two comparisons, by the clock and by the processor; the one by the clock is held to something."""
    by_cpu = [
        Figure(f"{one}{CPU}", ratio(times, f"{one}{CPU}", f"{peer}{CPU}"), words)
        for one, peer, words in ((TOGETHER, PEER, _OF_PEER), (TURNS, SORT, _OF_SORT))
    ]
    return [
        Figure(TOGETHER, ratio(times, TOGETHER, PEER), _OF_PEER, bound=2, goal=0.85),
        Figure(TURNS, ratio(times, TURNS, SORT), _OF_SORT, bound=2),
        *by_cpu,
    ]


def grown(times: Times, once: Mapping[str, float], sizes: Sequence[tuple[int, int]]) -> list[Figure]:
    """How the time of each metric grows over a hundredfold of rows."""
    exponents = {}
    for name in (*FIVE, BY_TIMES, TURNS):
        rows = [size[name == TURNS] for size in sizes]
        took = [median(times[f"{_tenth(name)}{CPU}"]), median(times[f"{name}{CPU}"]), once[f"{name}{CPU}"]]
        exponents[name] = exponent(rows, took)
    return [
        Figure(f"growth of {name}", value, "is the exponent of the CPU time", bound=1.25)
        for name, value in exponents.items()
    ]


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of the line that fits best through the logarithms of sizes and seconds: 1 is linear."""
    x, y = ([log(one) for one in values] for values in (sizes, seconds))
    around = [one - mean(x) for one in x]
    return sum(a * b for a, b in zip(around, y, strict=True)) / sum(a * a for a in around)


def memory(peak: int) -> Figure:
    """The most memory that the metrics of leads had when they streamed, one after the other, with the interpreter."""
    return Figure("streamed from Parquet, ten times as many leads", peak / 1e9, "GB at the peak", bound=4)


def _tenth(name: str) -> str:
    return f"{name} of a tenth"


def _sums(runs: Sequence[Sequence[float]]) -> list[float]:
    return [sum(one) for one in zip(*runs, strict=True)]


_OF_PEER = "of lifelines' 50 medians"
_OF_SORT = "of one sort by thread and time"
_NEARLY_ALL = 0.9

if __name__ == "__main__":
    sys.exit(main())
