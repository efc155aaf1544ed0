"""Frames as tables that people read, in a notebook, a report or a terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl

from leadkit.cells import in_cells
from leadkit.errors import InvalidRequest, LeadkitError
from leadkit.metrics.masking import mask
from leadkit.metrics.traces import AnyFrame
from leadkit.metrics.zones import zone_named

if TYPE_CHECKING:
    from great_tables import GT


@dataclass(frozen=True, slots=True)
class Table:
    """What `show` returns: in a notebook a table, in a terminal a text.

    Attributes:
        table: the table of Great Tables, to go on with; what it shows are words.
        words: the frame that it shows, every column a String.
        note: how much of the frame is shown.
    """

    table: GT = field(repr=False)
    words: pl.DataFrame
    note: str

    def __repr__(self) -> str:
        with pl.Config(
            tbl_hide_column_data_types=True,
            tbl_hide_dataframe_shape=True,
            tbl_rows=-1,
            tbl_cols=12,
            tbl_width_chars=160,
            fmt_str_lengths=80,
        ):
            return f"{self.words}\n{self.note}"

    def _repr_html_(self) -> str:
        """The table, in an element whose ``$`` notebooks do not take for formulas."""
        return f'<div class="tex2jax_ignore mathjax_ignore">{self.table.as_raw_html()}</div>'


def show(
    frame: AnyFrame,
    *,
    zone: str = "UTC",
    reveal: bool = False,
    max_rows: int | None = 20,
    title: str | None = None,
) -> Table:
    """The first rows of a frame as a table for people: money, waits, shares and times in words.

    Money has its currency, from the column beside it (``fee_currency``), and the digits of its minor unit; spans are
    ``22 min 52 s``; shares are in percent, and the ends of an interval stand behind its value; times are by the clocks
    of `zone`; null is ``-``, and of a quantile ``not reached``. Texts are cut at 300 characters, lists are counted.
    What people wrote is shown as they wrote it: nothing in it is alive. Of bytes and Python objects only the dtype is
    shown, as ``(Object)``.

    Args:
        frame: any frame, eager or lazy.
        zone: the name of the time zone, such as ``"America/Chicago"``.
        reveal: whether personal data is shown; else it is masked as by `mask`.
        max_rows: how many rows; None for all of them.
        title: what stands above.

    Returns:
        A `Table`; the same frame gives the same HTML, in which nothing is loaded from elsewhere. It fits light and dark
        pages.

    Raises:
        InvalidRequest: it is no frame, `mask` refuses a column of it, there is no such zone, max_rows is no count, or
            reveal is no Boolean.
        LeadkitError: Great Tables is not installed; it comes with ``leadkit[report]``.
    """
    if find_spec("great_tables") is None:
        raise LeadkitError("show needs great-tables, which is not installed: pip install 'leadkit[report]'.")
    if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
        raise InvalidRequest(f"show: frame is a {type(frame).__name__}; give a Polars DataFrame or LazyFrame.")
    if max_rows is not None and (isinstance(max_rows, bool) or not isinstance(max_rows, int) or max_rows < 0):
        raise InvalidRequest(f"show: max_rows={max_rows!r} is refused: allowed is a number of rows, or None for all.")
    if not isinstance(reveal, bool):
        raise InvalidRequest(f"show: reveal={reveal!r} is refused: allowed is True or False.")
    every = frame.lazy().select(pl.len()).collect().item()
    first = frame.lazy().head(every if max_rows is None else max_rows).collect()
    words, numbers = in_cells(first if reveal else mask(first), zone=zone_named(zone).key)
    note = (
        f"{words.height:,} of {every:,} rows" if words.height < every else f"{every:,} row{'' if every == 1 else 's'}"
    )
    return Table(_table(words, numbers, title, note), words, note)


def _table(words: pl.DataFrame, numbers: list[str], title: str | None, note: str) -> GT:
    from great_tables import GT  # noqa: PLC0415 - an extra

    known = blake2b(f"{title}{note}{words.write_csv()}".encode(), digest_size=6).hexdigest()
    name = f"leadkit-{known}"
    others = [column for column in words.columns if column not in numbers]
    table = GT(words, id=name, auto_align=False).cols_align("right", numbers).cols_align("left", others)
    look = f"#{name} .gt_table, #{name} .gt_table * {{ color: inherit; background-color: transparent; }}"
    numeric = f"#{name} .gt_right {{ font-variant-numeric: tabular-nums; white-space: nowrap; }}"
    styled = table.tab_options(
        table_additional_css=[look.replace(";", " !important;"), numeric],
        table_background_color="transparent",
        table_font_size="13px",
        heading_align="left",
        data_row_padding="4px",
        source_notes_font_size="12px",
    ).tab_source_note(note)
    return styled if title is None else styled.tab_header(title=title)
