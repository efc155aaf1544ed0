"""How work grows with what it is given: measured against itself in the same run, never in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LINEAR = 3.0
"""Twice as much takes twice as long where the work is linear, four times as long where it is quadratic."""


def growth(work: Callable[[Any], object], once: Any, twice: Any, *, rounds: int = 6) -> float:
    """How much longer the larger of two takes, by the best of some runs; once that is linear, no more are needed."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, given in enumerate((once, twice)):
            begun = time.process_time()
            work(given)
            best[place] = min(best[place], time.process_time() - begun)
        if best[1] < LINEAR * best[0]:
            break
    return best[1] / max(best[0], 1e-4)
