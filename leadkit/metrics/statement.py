"""One finding, and the shares that findings tell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Self, TypedDict

import polars as pl

from leadkit import wording
from leadkit.metrics.proportions import wilson

SEVERITY = pl.Enum(["high", "medium", "low"])
"""How much a finding matters, most first."""
TENTH, HALF = 0.1, 0.5
"""The shares from which on a finding matters, and matters much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of `findings`."""

    severity: str
    topic: str
    title: str
    sentence: str
    n: int
    rests_on: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


class Measured(TypedDict):
    """The columns of a finding that hold its number."""

    value: float | None
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Share:
    """So many of n, with the interval; its text is for a bracket."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, part: int, n: int, level: float) -> Self:
        """The share of some leads, of which n is at least 1."""
        low, high = wilson(part, n, level=level)
        return cls(part / n, low or 0.0, 1.0 if high is None else high)

    def __str__(self) -> str:
        return f"{wording.share(self.value)}, {wording.share(self.low)} to {wording.share(self.high)}"

    @property
    def columns(self) -> Measured:
        """The share as the columns of a finding."""
        return {"value": self.value, "low": self.low, "high": self.high, "unit": "share"}
