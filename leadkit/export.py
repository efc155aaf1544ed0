"""Frames into files: Parquet, or CSV that a spreadsheet can open without running what a stranger typed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import polars as pl

from leadkit.errors import LeadkitError


def write(frame: pl.DataFrame, path: Path, *, csv: bool = False, notes: Mapping[str, str] | None = None) -> None:
    """Write a frame to a file that only its owner may read, whole or not at all.

    Args:
        frame: what to write.
        path: where; a file that is there is replaced.
        csv: CSV as `as_csv` makes it, in place of Parquet.
        notes: kept among a Parquet file's own key-value metadata.

    Raises:
        LeadkitError: the file can't be written.
    """
    with _whole(path) as temporary:
        if csv:
            as_csv(frame).write_csv(temporary)
        else:
            frame.write_parquet(temporary, metadata=dict(notes or {}))


def as_csv(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with columns that CSV can hold, none of whose texts a spreadsheet takes for a formula.

    Lists and structs become JSON, times become ISO 8601 with their offset; numbers, dates and Booleans stay what they
    are. A text that a spreadsheet would compute gets an apostrophe in front, also inside the JSON and in the header.
    """
    columns = (_cell(pl.col(name), dtype).alias(name) for name, dtype in frame.schema.items())
    return frame.select(columns).rename(defused_name)


def defused(text: pl.Expr) -> pl.Expr:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula.

    To undo it, take one apostrophe away wherever the rest would get one.
    """
    return text.str.replace(FORMULA, "'$0")


def defused_name(name: str) -> str:
    """A column's name, defused likewise."""
    return pl.select(defused(pl.lit(name))).item()  # type: ignore[no-any-return]  # a String in, a String out


def prepare(folder: Path, names: Iterable[str]) -> None:
    """Make a folder in which `keep` can write these tables, and would overwrite only what it wrote before.

    Raises:
        LeadkitError: it can't be written in, or a file of such a name was written by something else.
    """
    make_folder(folder)
    for path in (folder / file_of(name) for name in names):
        if path.exists() and not OURS.items() <= _notes_of(path).items():
            raise LeadkitError(f"{path} is not from an earlier run, and stays as it is. Name another place with --out.")
        check_writable(path)


def check_ours(page: Path) -> None:
    """Refuse to overwrite a page that is no report of leadkit's.

    Raises:
        LeadkitError: it was written by something else, or can't be written.
    """
    if page.is_file() and _OUR_PAGE not in page.read_bytes()[:4096]:
        raise LeadkitError(f"{page} is not from an earlier run, and stays as it is. Name another place with --out.")
    check_writable(page)


def keep(frames: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """Write each table to its Parquet file in a folder that `prepare` made."""
    for name, frame in frames.items():
        write(frame, folder / file_of(name), notes=OURS)


def file_of(table: str) -> str:
    """The name of a table's file."""
    return f"{table}.parquet"


def check_writable(path: Path) -> None:
    """Find out before a long fetch whether a file can be written in that place.

    Raises:
        LeadkitError: it can't.
    """
    with _told(path):
        if path.is_dir():
            raise IsADirectoryError(None, "it is a folder")
        tempfile.TemporaryFile(dir=path.parent).close()


def make_folder(path: Path) -> None:
    """Make a folder for the owner only, unless it is there.

    Raises:
        LeadkitError: it can't be made.
    """
    with _told(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


_OUR_PAGE = b'<meta name="generator" content="leadkit">'
OURS = {"leadkit": "demo"}
"""What the Parquet files of `keep` are known by."""
# What may stand before the sign and is passed over: white space, control and invisible characters, all sorts of quotes
# (escaped, so that the look-alikes can be told apart).
_PASSED_OVER = r"[\s\p{Z}\p{C}\p{Pi}\p{Pf}\"'`\x{B4}\x{201A}\x{201E}\x{FF02}\x{FF07}]"
_SIGNS = r"[=+\-@\t\r\n\x{2212}\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}\x{FE66}\x{FE62}\x{FE63}\x{FE6B}]"
FORMULA = rf"^{_PASSED_OVER}*{_SIGNS}"
"""A text that a spreadsheet may compute: it begins with = + - @ (full-width, small too), a tab or a line's end."""


def _cell(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, (pl.List, pl.Array, pl.Struct)):
        return _json(_defused_inside(column, dtype))
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f%:z" if dtype.time_zone else "%Y-%m-%dT%H:%M:%S%.f")
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        return defused(column.cast(pl.String))
    return defused(column) if isinstance(dtype, pl.String) else column


def _defused_inside(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A value of any shape, every text in it defused."""
    if isinstance(dtype, pl.List):
        return value.list.eval(_defused_inside(pl.element(), _inner(dtype)))
    if isinstance(dtype, pl.Array):
        return _defused_inside(value.arr.to_list(), pl.List(dtype.inner))
    if isinstance(dtype, pl.Struct):
        fields = [_defused_inside(value.struct.field(one.name), _field(one)).alias(one.name) for one in dtype.fields]
        return pl.when(value.is_not_null()).then(pl.struct(fields))
    return defused(value) if isinstance(dtype, pl.String) else value


def _inner(dtype: pl.List) -> pl.DataType:
    return pl.Series(dtype=dtype.inner).dtype  # an instance, also where the class was given


def _field(field: pl.Field) -> pl.DataType:
    return pl.Series(dtype=field.dtype).dtype


def _json(value: pl.Expr) -> pl.Expr:
    """Null stays null; Polars encodes structs only, so the value travels in one."""
    text = pl.struct(x=value).struct.json_encode().str.strip_prefix('{"x":').str.strip_suffix("}")
    return pl.when(value.is_not_null()).then(text)


def _notes_of(path: Path) -> dict[str, str]:
    try:
        return pl.read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, OSError):  # no Parquet, a folder, not for us to read: no notes of ours
        return {}


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when the block has ended well, and else is gone."""
    temporary = path.with_name(f".{uuid4().hex}{path.suffix}")
    with _told(path):
        try:
            temporary.touch(mode=0o600, exist_ok=False)
            yield temporary
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say which file it was and what to do where the system refuses."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise LeadkitError(f"{path} can't be written: {why}. Name another place.") from error
