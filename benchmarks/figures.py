"""A figure with what it is held against, and the report of one benchmark: printed, and kept as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from statistics import median
from typing import Any

_PACKAGES = ("leadkit", "polars", "httpx", "pydantic", "lxml", "orjson", "bidkit", "ebaysdk", "lifelines")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        name: what was measured.
        value: the number; None where the peer is not installed.
        words: what the number is a number of, as in "0.71 of orjson.loads".
        bound: what it must reach; None for a figure that is only told.
        goal: what it should reach.
        at_least: more is better; else less is.
    """

    name: str
    value: float | None
    words: str
    bound: float | None = None
    goal: float | None = None
    at_least: bool = False

    def verdict(self, *, judged: bool = True) -> str:
        """How it stands beside its bound and its goal; at another size than theirs it is not judged."""
        if self.value is None:
            return "not measured"
        if self.bound is None:
            return "no bound"
        if not judged:
            return "not judged at this size"
        if not self._reaches(self.bound):
            return "MISSES the bound"
        return "reaches the goal" if self.goal is not None and self._reaches(self.goal) else "within the bound"

    def line(self, *, judged: bool = True) -> str:
        """The figure, its bound and its goal in one line."""
        number = "-" if self.value is None else f"{self.value:.2f}"
        held = [
            f"{word} {'at least ' if self.at_least else ''}{limit:.2f}"
            for word, limit in (("bound", self.bound), ("goal", self.goal))
            if limit is not None
        ]
        against = f"; {', '.join(held)}: {self.verdict(judged=judged)}" if held else ""
        return f"{self.name}: {number} {self.words}{against}"

    def _reaches(self, limit: float) -> bool:
        return self.value is not None and (self.value >= limit if self.at_least else self.value <= limit)


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark found.

    Attributes:
        subject: its name.
        sizes: what it ran on, and how often.
        judged: whether these are the sizes that the bounds are meant for.
        figures: what came out.
        raw: every single measurement, in the order of the runs.
        unit: of the raw measurements.
    """

    subject: str
    sizes: Mapping[str, float]
    judged: bool
    figures: Sequence[Figure]
    raw: Mapping[str, Sequence[float]]
    unit: str = "s"
    notes: Sequence[str] = field(default=())

    @property
    def missed(self) -> list[Figure]:
        """The figures that miss their bound."""
        return [figure for figure in self.figures if figure.verdict(judged=self.judged).startswith("MISSES")]

    def lines(self) -> list[str]:
        """What is printed."""
        sizes = ", ".join(f"{value:,} {name}" for name, value in self.sizes.items())
        medians = [
            f"  {median(values):8.3f} {self.unit}  {name}  ({min(values):.3f} to {max(values):.3f})"
            for name, values in self.raw.items()
        ]
        figures = [f"  {figure.line(judged=self.judged)}" for figure in self.figures]
        return [f"{self.subject} ({sizes}): medians, and from the least to the most", *medians, *figures, *self.notes]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "subject": self.subject,
            "sizes": dict(self.sizes),
            "judged": self.judged,
            "figures": [{**asdict(one), "verdict": one.verdict(judged=self.judged)} for one in self.figures],
            "unit": self.unit,
            "medians": {name: median(values) for name, values in self.raw.items()},
            "raw": {name: list(values) for name, values in self.raw.items()},
            "notes": list(self.notes),
        }


def finish(report: Report, file: Path | None) -> int:
    """Print the report, keep it where a file was named, and give the exit code: 1 when a bound is missed."""
    print("\n".join(report.lines()), flush=True)
    if file is not None:
        keep([report.as_dict()], file)
    return 1 if report.missed else 0


def keep(reports: Iterable[Mapping[str, Any]], file: Path) -> None:
    """Write reports as JSON, with what they depend on; nothing in it names the machine."""
    told = {
        "date": datetime.now(UTC).date().isoformat(),
        "cpus": os.cpu_count(),
        "versions": {"python": python_version(), **{name: _version(name) for name in _PACKAGES}},
        "reports": list(reports),
    }
    file.write_text(json.dumps(_rounded(told), indent=1) + "\n", encoding="utf-8")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value
