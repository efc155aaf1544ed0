"""Seeded draws that come out the same on every machine and Python version."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of draws for one topic of one seed; it uses only ``random()``, whose values are promised to stay."""

    def __init__(self, seed: int, topic: str) -> None:
        self._next = random.Random(f"{seed}:{topic}").random

    def chance(self, share: float) -> bool:
        """Say yes in this share of cases."""
        return self._next() < share

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self._next() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of the choices, all equally likely."""
        return choices[int(self._next() * len(choices))]

    def low(self, size: int) -> int:
        """Draw an index below size, small ones more often."""
        share = self._next()
        return int(share * share * size)

    def along(self, quantiles: Sequence[int]) -> int:
        """Draw from a distribution given by its quantiles at equal steps, straight lines between them."""
        place = self._next() * (len(quantiles) - 1)
        step = int(place)
        return quantiles[step] + int((place - step) * (quantiles[step + 1] - quantiles[step]))

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Return the values in a drawn order."""
        pool = list(values)
        for last in range(len(pool) - 1, 0, -1):
            other = self.between(0, last)
            pool[last], pool[other] = pool[other], pool[last]
        return pool
