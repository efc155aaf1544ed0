"""What an explorer shows, without any widget: leads made ready, and for each choice its numbers and a page of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.explorer.cases import Cases, Evidence, cases_of
from leadkit.explorer.choice import Choice, condition
from leadkit.explorer.table import SORTABLE, Sorting, buyers, cut, order
from leadkit.metrics.clocks import Hours
from leadkit.metrics.masking import mask
from leadkit.metrics.traces import AnyFrame

ROWS_OF_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Board:
    """All that an explorer looks at.

    Attributes:
        cases: the leads.
        people: what each row of leads calls its buyer.
        evidence: what tells when they were answered.
        crm: the CRM's leads, if they were given.
        reveal: whether personal data is shown.
        kept: orders of the rows, the masked leads and what was found by the last search: made when first needed.
    """

    cases: Cases
    people: pl.Series
    evidence: Evidence
    crm: pl.LazyFrame | None
    reveal: bool
    kept: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return self.cases.rows.height


def board_of(
    leads: AnyFrame,
    *,
    times: AnyFrame | None,
    evidence: Evidence,
    crm: pl.LazyFrame | None,
    hours: Hours | None,
    zone: str,
    reveal: bool,
) -> Board:
    """A board of these frames; the arguments are those of `explore`, checked, and so is what it raises."""
    cases = cases_of(leads, times=times, evidence=evidence, hours=hours, zone=zone)
    return Board(cases, buyers(cases, reveal=reveal), evidence, crm, reveal)


def chosen(board: Board, choice: Choice) -> pl.Series:
    """Which rows of the cases are chosen: a Boolean for each."""
    found = None if choice.search is None else pl.lit(_found(board, choice.search))
    return board.cases.rows.select(condition(choice, found).alias("chosen")).to_series()


def page_of(board: Board, those: pl.Series, sorting: Sorting, page: int) -> list[dict[str, Any]]:
    """The rows of one page, from 0 on, of those that are chosen."""
    positions = _order(board, sorting)
    hits = those.gather(positions).arg_true()
    some = positions.gather(hits.slice(page * ROWS_OF_A_PAGE, ROWS_OF_A_PAGE))
    return cut(board.cases, board.people, some, reveal=board.reveal)


def checked_sorting(column: object, *, descending: bool) -> Sorting:
    """A sorting by this column.

    Raises:
        InvalidRequest: there is no such column, or it can't be sorted by.
    """
    if not isinstance(column, str) or column not in SORTABLE:
        raise InvalidRequest(f"sort: column={column!r} is refused: allowed are {', '.join(SORTABLE)}.")
    return Sorting(column, descending)


def selection(board: Board, those: pl.Series) -> pl.DataFrame:
    """The chosen rows of leads in their order; masked unless personal data is shown."""
    rows = board.cases.rows.filter(those).get_column("row").sort()
    return _shown(board)[rows]


def _shown(board: Board) -> pl.DataFrame:
    if board.reveal:
        return board.cases.leads
    if "masked" not in board.kept:
        board.kept["masked"] = mask(board.cases.leads)
    masked: pl.DataFrame = board.kept["masked"]
    return masked


def _order(board: Board, sorting: Sorting) -> pl.Series:
    if sorting not in board.kept:
        board.kept[sorting] = order(board.cases, board.people, sorting)
    positions: pl.Series = board.kept[sorting]
    return positions


def _found(board: Board, text: str) -> pl.Series:
    """Which rows of the cases hold the text in what is shown of them; only the last search is kept."""
    if board.kept.get("searched") != text:
        board.kept.update(searched=text, found=_looked_for(board, text))
    found: pl.Series = board.kept["found"]
    return found


def _looked_for(board: Board, text: str) -> pl.Series:
    leads = board.cases.leads
    columns = [name for name in (*_OPEN, *(_PERSONAL if board.reveal else ())) if name in leads.columns]
    holds = (pl.col(name).str.to_lowercase().str.contains(text.lower(), literal=True) for name in columns)
    return leads.select(pl.any_horizontal(holds).fill_null(value=False)).to_series().gather(board.cases.rows["row"])


_OPEN = ("lead_id", "item_id", "item_title", "trade_in_make", "trade_in_model")
_PERSONAL = ("first_name", "last_name", "user_id", "email", "external_email", "phone", "message")
