"""LeadSquared's answers, each read as quickly as it allows: rows of texts under whatever keys the answer has."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from leadkit.decode.flat import first_keys
from leadkit.records import Table
from leadkit.tables import flat_rows

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class CrmPage:
    """One answer.

    Attributes:
        call: names it in errors.
        body: its bytes, with a newline for each ``{mxnewline}``.
        total: how many leads the API counts.
        frame: its rows under its keys; None where they are to be walked.
    """

    call: str
    body: bytes
    total: int
    frame: pl.DataFrame | None

    @property
    def keys(self) -> list[str]:
        """The keys of all its rows; of the first one where they are to be walked."""
        return keys_of(self.body) if self.frame is None else self.frame.columns


def open_pages(table: Table, bodies: Sequence[bytes], calls: Sequence[str]) -> list[CrmPage]:
    """These answers, side by side; `calls` names each of them in errors."""

    def opened(given: tuple[bytes, str]) -> CrmPage:
        body, call = given
        body = rb"\n".join(body.split(b"{mxnewline}"))  # as JSON writes a newline; takes less time than replace()
        found = flat_rows(table, body)
        return CrmPage(call, body, 0, None) if found is None else CrmPage(call, body, int(found[0][_TOTAL]), found[1])

    return side_by_side(opened, list(zip(bodies, calls, strict=True)))


def side_by_side(work: Callable[[T], U], items: Sequence[T]) -> list[U]:
    """`work` over all items, in as many threads as there are cores: most of it runs outside of Python."""
    if len(items) < 2:  # noqa: PLR2004 - there is nothing to share
        return list(map(work, items))
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return list(pool.map(work, items))


def keys_of(body: bytes) -> list[str]:
    """The keys of a body's first row."""
    opened = _LIST.search(body)
    return first_keys(body, opened.end()) if opened else []


_TOTAL = "RecordCount"
_LIST = re.compile(rb'"Leads"\s*:\s*\[')
