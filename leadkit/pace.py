"""A call budget that holds at the server, however long a call is on its way."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import PriorityQueue


@dataclass(frozen=True, slots=True)
class Budget:
    """So many calls in so many seconds, retries included."""

    calls: int
    per_seconds: float


class Pace:
    """Lets calls out so that no more than a budget's reach the server in any of its windows.

    A call takes one of the budget's places before it goes out, and gives it back when the server has answered; the
    place is free a window later. When the call arrived, nobody here knows, but it was between the two: so two calls of
    one place are at least a window apart at the server, too. Counting what is sent would let a slow call and a quick
    one meet in one window.
    """

    def __init__(self, budget: Budget) -> None:
        self.window = budget.per_seconds
        self._free_at: PriorityQueue[float] = PriorityQueue()
        for _ in range(budget.calls):
            self._free_at.put(0.0)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and hold it until the end of the block: by then the server has to have answered."""
        free_at = self._free_at.get()
        try:
            time.sleep(max(0.0, free_at - time.monotonic()))
            free_at = math.inf
            yield
        finally:  # Ctrl-C in the sleep: the place was not used
            self._free_at.put(min(free_at, time.monotonic() + self.window))
