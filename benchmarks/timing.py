"""Works timed in turn, in one process, with the garbage collector on; and the options that every benchmark takes."""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

ROOT = Path(__file__).parents[1]
Times = dict[str, list[float]]
Works = Mapping[str, Callable[[], object]]
CPU = ", CPU"
"""What is added to a work's name for the seconds that the processor was at it, in all threads."""


def interleaved(works: Works, runs: int) -> Times:
    """The seconds of every run of every work: ours, peer, ours, peer, so that both meet the same weather."""
    both = interleaved_with_cpu(works, runs)
    return {name: both[name] for name in works}


def interleaved_with_cpu(works: Works, runs: int) -> Times:
    """The same, and beside each work the seconds of the processor: a busy machine changes them less."""
    times: Times = {f"{name}{kind}": [] for name in works for kind in ("", CPU)}
    for _ in range(runs):
        for name, work in works.items():
            for kind, took in zip(("", CPU), spent(work), strict=True):
                times[f"{name}{kind}"].append(took)
    return times


def seconds(work: Callable[[], object]) -> float:
    """How long one run takes."""
    return spent(work)[0]


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """The seconds of one run, and those of the processor.

    It starts from a collected heap, and taking its result apart does not count.
    """
    gc.collect()
    began = perf_counter(), process_time()
    kept = work()
    took = perf_counter() - began[0], process_time() - began[1]
    del kept
    return took


def ratio(times: Mapping[str, Sequence[float]], ours: str, peer: str) -> float:
    """The median of ours in medians of the peer."""
    return median(times[ours]) / median(times[peer])


def options(about: str | None, **sizes: float) -> argparse.ArgumentParser:
    """A parser with `--runs`, `--json` and an option for each of these sizes."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured, in turn")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="keep the report here, too")
    for name, size in sizes.items():
        parser.add_argument(f"--{name}", type=type(size), default=size, help="the bounds are meant for the default")
    return parser


def sizes_of(parser: argparse.ArgumentParser, given: argparse.Namespace) -> tuple[dict[str, float], bool]:
    """The sizes that were asked for, and whether the bounds are meant for them."""
    sizes = {name: value for name, value in vars(given).items() if name != "json"}
    usual = all(parser.get_default(name) == value for name, value in sizes.items() if name != "runs")
    return sizes, usual


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A whole new interpreter, run to its end in the project's folder; what fails in it fails here."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
