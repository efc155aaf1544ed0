"""What did not fit: collected during a fetch, told once, kept as a frame."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from leadkit.decode.walk import Misfit, without_halves
from leadkit.errors import BadResponse, LeadkitWarning
from leadkit.records import Column, Table

SCHEMA = pl.Schema(
    {
        "source": pl.String(),
        "kind": pl.String(),
        "column": pl.String(),
        "row_key": pl.String(),
        "count": pl.Int64(),
        "example": pl.String(),
        "detail": pl.String(),
    }
)
QUIET = frozenset({"unknown_key", "empty_listing", "duplicate", "repaired_xml"})
"""Kinds that are kept in the frame and not warned of: nothing was lost, nothing needs a decision."""
QUIET_BUT_IN = {"row_without_id": "crm_leads"}
"""Kinds that are warned of in one table only: leads that were asked for by their ids can't be told without them."""
ONE_ROW_EACH = frozenset({"missing_id", "missing_thread"})
BY_DETAIL = frozenset({"api_warning", "repaired_xml", "lossy_xml"})
"""Kinds whose rows differ by what they say, and not by a column."""
_LONGEST_EXAMPLE = 120
_PERSONAL = re.compile(r"@|\d{3}\D?\d{4}")
_INSIDE = (str(Path(__file__).parent), contextlib.__file__)


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of ``.problems``."""

    source: str
    kind: str
    column: str | None = None
    row_key: str | None = None
    count: int = 1
    example: str | None = None
    detail: str | None = None


class Problems:
    """The problems of one fetch; misfits of one source, kind and column are one row."""

    def __init__(self, redact: Callable[[str], str] = str) -> None:
        self._rows: list[Problem] = []
        self._places: dict[tuple[str | None, ...], int] = {}
        self._redact = redact
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, problem: Problem) -> None:
        """Take a problem in; the first of its source, kind and column lends its row key and example."""
        clean = replace(
            problem,
            column=self.clean(problem.column),
            row_key=self.clean(problem.row_key),
            example=self.clean(problem.example),
            detail=self.clean(problem.detail),
        )
        place = (clean.source, clean.kind, clean.column, clean.detail if clean.kind in BY_DETAIL else None)
        with self._lock:
            at = self._places.get(place)
            if at is None or clean.kind in ONE_ROW_EACH:
                self._places.setdefault(place, len(self._rows))
                self._rows.append(clean)
            else:
                self._rows[at] = replace(self._rows[at], count=self._rows[at].count + clean.count)

    def take(self, others: Iterable[Problem]) -> None:
        """Take in the problems of a part of this fetch."""
        for problem in others:
            self.add(problem)

    def add_misfits(self, misfits: Iterable[Misfit], table: Table, frame: pl.DataFrame) -> None:
        """Take in what `decode` found in a body whose rows are `frame`."""
        for misfit in misfits:
            self.add(_problem(misfit, table, frame))

    def close(self, *, strict: bool) -> None:
        """Warn once of all that matters, or raise where `strict` and a value was lost."""
        lost = [row for row in self._rows if row.kind == "bad_value"]
        if strict and lost:
            first = lost[0]
            raise BadResponse(
                f"{first.source}: {sum(row.count for row in lost)} value(s) do not fit, the first in {first.column} of "
                f"{first.row_key}: {first.example!r} is {first.detail}. Without strict=True they become null.",
                source=first.source,
            )
        told = [row for row in self._rows if not _is_quiet(row)]
        if told:
            warnings.warn(_sentence(told), LeadkitWarning, stacklevel=_outside())

    def clean(self, text: str | None) -> str | None:
        """A text without the account's secrets, and one that a frame can hold."""
        return None if text is None else without_halves(self._redact(text))


def frame(rows: Iterable[Problem]) -> pl.DataFrame:
    """The problems as a frame: source, kind, column, row_key, count, example (personal data masked), detail."""
    return pl.DataFrame([asdict(row) for row in rows], schema=SCHEMA)


def as_dicts(rows: Iterable[Problem]) -> list[dict[str, Any]]:
    """The problems as plain dicts."""
    return [asdict(row) for row in rows]


def masked(text: str) -> str:
    """A personal text as its length only."""
    return f"[{len(text)} characters]"


def _problem(misfit: Misfit, table: Table, rows: pl.DataFrame) -> Problem:
    column, name = _column_at(table, misfit.path)
    personal = column is not None and column.personal
    key = None if misfit.row is None else rows.get_column(table.key).cast(pl.String)[misfit.row]
    return Problem(
        source=table.name,
        kind=misfit.kind,
        column=misfit.path if misfit.kind == "unknown_key" else name,
        row_key=key,
        count=misfit.count,
        example=None if misfit.example is None else _shown(misfit.example, personal=personal),
        detail=misfit.detail,
    )


def _shown(example: str, *, personal: bool) -> str:
    """A value to look at: masked where it is personal, or looks as if it were."""
    if personal or _PERSONAL.search(example):
        return masked(example)
    return example if len(example) <= _LONGEST_EXAMPLE else example[: _LONGEST_EXAMPLE - 1] + "…"


def _column_at(table: Table, path: str) -> tuple[Column | None, str]:
    """The column that stands at a wire path, and our name for it; the path itself where there is none."""
    for column in table.columns:
        if column.path == path:
            return column, column.name
        for child in column.children:
            if child.path == path:
                return child, f"{column.name}[].{child.name}"
    return None, path


def _is_quiet(row: Problem) -> bool:
    return row.kind in QUIET or QUIET_BUT_IN.get(row.kind, row.source) != row.source


def _sentence(rows: list[Problem]) -> str:
    parts: list[str] = []
    for kind in dict.fromkeys(row.kind for row in rows):
        same = [row for row in rows if row.kind == kind]
        where = ", ".join(dict.fromkeys(row.column for row in same if row.column))
        count = sum(row.count for row in same)
        why = same[0].detail if len(same) == 1 and same[0].detail else ""
        parts.append(f"{kind} ({count})" + (f" in {where}" if where else "") + (f" ({why})" if why else ""))
    return f"{rows[0].source}: {'; '.join(parts)}. See .problems for the rows."


def _outside() -> int:
    """The stack level of the first caller outside leadkit, so that a warning points at the user's line."""
    level, at = 1, sys._getframe(1)
    while at.f_back is not None and at.f_code.co_filename.startswith(_INSIDE):
        level, at = level + 1, at.f_back
    return level
