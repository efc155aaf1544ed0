"""LeadSquared's answers, each read as quickly as it allows: rows of texts under whatever keys the answer has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from leadkit.decode.flat import first_keys, look_at
from leadkit.records import Table
from leadkit.tables import flat_spans


@dataclass(frozen=True, slots=True)
class CrmPage:
    """One answer.

    Attributes:
        call: names it in errors.
        sent: its bytes as they came.
        total: how many leads the API counts, where there is a frame.
        frame: its rows under their keys; None where they are to be walked.
    """

    call: str
    sent: bytes
    total: int
    frame: pl.DataFrame | None

    @property
    def body(self) -> bytes:
        """Its bytes with a newline, as JSON writes it, for each ``{mxnewline}``."""
        return b"".join(_with_newlines(self.sent, 0, len(self.sent)))

    @property
    def keys(self) -> list[str]:
        """The keys of all its rows; of the first one where they are to be walked."""
        return keys_of(self.body) if self.frame is None else self.frame.columns


def open_pages(table: Table, bodies: Sequence[bytes], calls: Sequence[str]) -> list[CrmPage]:
    """These answers; `calls` names each of them in errors.

    While one is decoded, which needs no Python, the bytes of the next are looked at.
    """
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        begun = [_begin(pool, table, body) for body in bodies]
        return [
            CrmPage(call, body, total, _whole(parts))
            for call, body, (total, parts) in zip(calls, bodies, begun, strict=True)
        ]


def _begin(pool: Executor, table: Table, body: bytes) -> tuple[int, list[Future[pl.DataFrame | None]]]:
    """The count of a body, and its rows, which are being decoded; no rows where they are to be walked."""
    found = flat_spans(table, body)
    if found is None:
        return 0, []
    envelope, spans = found
    parts = []
    for span in spans:
        if (looked_at := look_at(_rows(body, span))) is None:
            return 0, []
        parts.append(pool.submit(looked_at.frame))
    return int(envelope[_TOTAL]), parts


def _whole(parts: Sequence[Future[pl.DataFrame | None]]) -> pl.DataFrame | None:
    frames = [part.result() for part in parts]
    whole = [frame for frame in frames if frame is not None]
    if not whole or len(whole) < len(frames):
        return None
    return whole[0] if len(whole) == 1 else pl.concat(whole, how="diagonal_relaxed")


def _rows(body: bytes, span: tuple[int, int]) -> bytes:
    """The rows of this span as a list, with a newline for each mark."""
    return b"".join((b"[", *_with_newlines(body, *span), b"]"))


def _with_newlines(body: bytes, start: int, end: int) -> Iterator[bytes | memoryview]:
    """The pieces of a part of a body, a newline between two; split() takes twice as long.

    A mark behind a backslash of its own stays, and the body is refused for it: it is no JSON.
    """
    import numpy as np  # noqa: PLC0415 - numpy is loaded when a body is decoded, not by `import leadkit`

    raw, view = np.frombuffer(body, np.uint8), memoryview(body)
    braces = np.flatnonzero(raw[start:end] == _MARK[0]) + start
    for at in braces[raw[np.minimum(braces + 1, len(raw) - 1)] == _MARK[1]].tolist():
        if body.startswith(_MARK, at) and not (body[at - 1] == _BACKSLASH and _is_escaped(body[start:at])):
            yield view[start:at]
            yield _NEWLINE
            start = at + len(_MARK)
    yield view[start:end]


def _is_escaped(before: bytes) -> bool:
    """Whether what follows these bytes is escaped: an odd number of backslashes is last."""
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


def keys_of(body: bytes) -> list[str]:
    """The keys of a body's first row."""
    opened = _LIST.search(body)
    return first_keys(body, opened.end()) if opened else []


_TOTAL = "RecordCount"
_MARK, _NEWLINE, _BACKSLASH = b"{mxnewline}", rb"\n", 0x5C
_LIST = re.compile(rb'"Leads"\s*:\s*\[')
