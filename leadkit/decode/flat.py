"""Flat rows, texts and nulls, become columns under the keys that the rows themselves have.

No schema is declared that could drop a key: the decoder takes the keys of the first row and refuses a row with another
one; then it takes those of all rows. What it keeps is counted against what the bytes hold.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PanicException, PolarsError

from leadkit.decode.census import has_half_pair, key_ends


@dataclass(frozen=True, slots=True)
class Looked:
    """A JSON list of rows with what its bytes say, before the decoder has seen it."""

    rows: bytes
    keys: Sequence[str]
    pairs: _Pairs

    def frame(self) -> pl.DataFrame | None:
        """The rows as a frame, texts as String columns; None where only a walk can tell what they hold.

        A column of another dtype holds numbers, Booleans or nothing but nulls. It needs hardly any Python: meanwhile,
        other threads go on.
        """
        for of_rows, texts in ((1, self.keys), (None, ())):
            frame = _parsed(self.rows, of_rows, texts)
            if frame is not None and self.pairs.stand_all_in(frame):
                return frame if of_rows else _in_order(frame, self.keys)
        return None


def look_at(rows: bytes) -> Looked | None:
    """What the bytes of a JSON list of rows say; None where only a walk can tell what it holds."""
    keys = first_keys(rows)
    pairs = _pairs_in(rows) if keys else None
    return None if pairs is None or has_half_pair(rows) else Looked(rows, keys, pairs)


def _in_order(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The columns of the first row, then the others as they first hold a value: of all rows they come in no order."""
    nulls_before = {name: frame.get_column(name).is_null().cum_min().sum() for name in frame.columns}
    first = dict.fromkeys(keys)
    return frame.select(
        *first, *sorted(nulls_before.keys() - first.keys(), key=lambda name: (nulls_before[name], name))
    )


def first_keys(rows: bytes, at: int = 0) -> list[str]:
    """The keys of the first object from here on, in their order; none where that takes more than a look."""
    start = rows.find(b"{", at)
    try:
        pairs, _ = _AS_PAIRS.raw_decode(rows[start : start + _ENOUGH].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return []
    return [name for name, _ in pairs] if start >= 0 else []


def _parsed(rows: bytes, of_rows: int | None, texts: Sequence[str]) -> pl.DataFrame | None:
    """The rows under the keys of the first so many of them (None: of all); a row with another one is an error."""
    try:
        return pl.read_json(rows, infer_schema_length=of_rows, schema_overrides=dict.fromkeys(texts, pl.String()))
    except (PolarsError, PanicException):
        return None


@dataclass(frozen=True, slots=True)
class _Pairs:
    """How many pairs of a key and a value the bytes hold, how many of the values are texts, and how many nulls.

    A text that fakes a pair makes these too many, and then they agree with no frame.
    """

    all: int
    texts: int
    nulls: int

    def stand_all_in(self, frame: pl.DataFrame) -> bool:
        """Whether the frame holds them all: of a key that stands twice in a row, the decoder drops one."""
        dtypes, nulls = frame.dtypes, frame.null_count().row(0) if frame.width else ()
        if self.all > frame.height * frame.width or not _FLAT.issuperset(dtypes):
            return False
        found = [(dtype == pl.String, frame.height - null) for dtype, null in zip(dtypes, nulls, strict=True)]
        texts: int = sum(count for is_text, count in found if is_text)
        others: int = sum(count for is_text, count in found if not is_text)
        return texts == self.texts and others == self.all - self.texts - self.nulls


def _pairs_in(rows: bytes) -> _Pairs | None:
    """The pairs; None unless each has no blank before its colon, and behind it none or each one."""
    import numpy as np  # noqa: PLC0415 - numpy is loaded when a body is decoded, not by `import leadkit`

    raw = np.frombuffer(rows, np.uint8)
    if (ends := key_ends(raw, rows)) is None or not len(ends):
        return None
    behind = raw[ends + 1]
    if behind[0] == ord(" "):
        if (behind != ord(" ")).any():
            return None
        behind = raw[np.minimum(ends + 2, len(raw) - 1)]
    if ((behind == ord("[")) | (behind == ord("{"))).any():  # not flat; Polars takes minutes for many lists in lists
        return None
    return _Pairs(len(behind), *(int(np.count_nonzero(behind == ord(first))) for first in '"n'))


_AS_PAIRS = json.JSONDecoder(object_pairs_hook=list)
_ENOUGH = 1 << 14
"""So many bytes hold the first row; a longer one is walked."""
_FLAT = frozenset((pl.String, pl.Null, pl.Boolean, pl.Int64, pl.Int128, pl.Float64))
