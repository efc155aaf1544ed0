"""The log of what was asked and how it went: no secret, no personal data."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(slots=True)
class RequestEntry:
    """One call as it goes on; the transport fills in what HTTP tells, the fetch what the body tells."""

    at: datetime
    source: str
    operation: str
    status: int | None = None
    ack: str | None = None
    attempts: int = 0
    rows: int | None = None
    total: int | None = None
    bytes: int | None = None
    seconds: float | None = None
    correlation_id: str | None = None
    version: str | None = None
    build: str | None = None


class RequestLog:
    """All calls in the order in which they started."""

    def __init__(self) -> None:
        self.entries: list[RequestEntry] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"RequestLog({len(self.entries)} calls)"

    def begin(self, source: str, operation: str, at: datetime) -> RequestEntry:
        """A new entry at the end, also for the calls that are going to fail."""
        entry = RequestEntry(at, source, operation)
        with self._lock:
            self.entries.append(entry)
        return entry

    def frame(self) -> pl.DataFrame:
        """One row per call, with the columns that `.requests` promises."""
        with self._lock:
            entries = list(self.entries)
        columns = {name: [getattr(entry, name) for entry in entries] for name in _SCHEMA}
        return pl.DataFrame(columns, schema=_SCHEMA)


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.Datetime("us", "UTC"),
    "source": pl.String,
    "operation": pl.String,
    "status": pl.Int64,
    "ack": pl.String,
    "attempts": pl.Int64,
    "rows": pl.Int64,
    "total": pl.Int64,
    "bytes": pl.Int64,
    "seconds": pl.Float64,
    "correlation_id": pl.String,
    "version": pl.String,
    "build": pl.String,
}
