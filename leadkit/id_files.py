"""Ids out of a file: one a line, or a column of a CSV or Parquet file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from leadkit.errors import InvalidRequest, MissingColumns

_USUAL = ("prospect_id", "prospectid")


def read_ids(path: Path, column: str | None = None) -> pl.Series:
    """The ids in a file, as text.

    Args:
        path: a ``.csv`` or ``.parquet`` file, or any other with one id a line.
        column: which one; None takes ``prospect_id`` (or ProspectID, as the API calls it), else the only one there is.

    Raises:
        InvalidRequest: the file can't be read, or has several columns and none was named.
        MissingColumns: it has no such column.
    """
    try:
        frame = _read(path)
    except (OSError, UnicodeDecodeError, PolarsError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not what its ending says"
        raise InvalidRequest(f"--ids {path} can't be read: {why}.") from None
    return frame.get_column(_chosen(frame, path, column)).cast(pl.String)


def _read(path: Path) -> pl.DataFrame:
    ending = path.suffix.lower()
    if ending == ".parquet":
        return pl.read_parquet(path)
    if ending == ".csv":
        return pl.read_csv(path, infer_schema=False)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return pl.DataFrame({"id": [line for line in lines if line.strip()]}, schema={"id": pl.String})


def _chosen(frame: pl.DataFrame, path: Path, column: str | None) -> str:
    if column is not None:
        if column not in frame.columns:
            raise MissingColumns.of([column], frame.columns, needed_by=f"--ids {path}")
        return column
    usual = [name for name in frame.columns if name.lower() in _USUAL]
    found = usual or (frame.columns if frame.width == 1 else [])
    if not found:
        raise InvalidRequest(f"--ids {path} has {frame.width} columns: --ids-column says which holds the ids.")
    return found[0]
