"""The widget: a dashboard in the browser whose every action is a message, and the same actions in code."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import polars as pl
import traitlets

from leadkit import export
from leadkit.charts import CONFIG
from leadkit.charts.look import Theme
from leadkit.errors import InvalidRequest, LeadkitError
from leadkit.explorer.board import ROWS_OF_A_PAGE, Board, checked_sorting, chosen, page_of, selection
from leadkit.explorer.cards import cards, in_one_line, key_figures
from leadkit.explorer.choice import DAYS, FIELDS, Choice, active, changed
from leadkit.explorer.controls import controls, words_of
from leadkit.explorer.counting import Counts, counted, with_median
from leadkit.explorer.drawing import HINTS, NAMES, clicked, drawing
from leadkit.explorer.one_lead import explained, opened
from leadkit.explorer.still import chosen_in_words, still
from leadkit.explorer.table import SORTABLE, Sorting, columns
from leadkit.metrics.explain import Explanation
from leadkit.reports.drawings import SMALLER

MOST_TO_SEND = 100_000
"""Rows of a CSV that goes to the browser; more go to a file, with `LeadExplorer.to_csv`."""


def _page(kind: str) -> str:
    """The files of the page of this kind, in the order of their names, as one."""
    files = sorted((Path(__file__).parent / "page").glob(f"*.{kind}"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class LeadExplorer(anywidget.AnyWidget):
    """What `explore` returns: a dashboard of leads, in the browser and in code.

    What is chosen in the browser and with `filter` is the same thing: `kpis`, `fees`, `selection` and `to_csv` are
    always about what is on the screen.
    """

    _esm = _page("js")
    _css = _page("css")
    fixed = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    lead = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    flow = traitlets.Dict().tag(sync=True)
    week = traitlets.Dict().tag(sync=True)
    buckets = traitlets.Dict().tag(sync=True)
    listings = traitlets.Dict().tag(sync=True)
    makes = traitlets.Dict().tag(sync=True)

    def __init__(self, board: Board, theme: str = "auto") -> None:
        """A dashboard of this board; `explore` makes the board."""
        self._board = board
        self._controls = controls(board)
        self._choice, self._sorting, self._at = Choice(), Sorting(), 0
        self._theme: Theme = "dark" if theme == "dark" else "light"
        self._seen: dict[str, frozenset[str]] = {}
        self._drawn: dict[str, tuple[int, Theme]] = {}
        self._version = 0
        self._explanation: Explanation | None = None
        self._count()
        super().__init__(fixed=self._fixed(theme), **self._shown())
        self.on_msg(self._hear)

    def filter(self, **choice: Any) -> None:
        """Choose leads by these things, and leave the others as they are.

        Args:
            **choice: first_day and last_day (dates, or texts such as ``"2026-10-31"``; both days are included, by the
                clocks of the zone), account, listing (an item_id), status, state (of `response_times`, or
                ``"answered"``), financing (``"yes"``, ``"no_or_unanswered"``, ``"not_given"``), make, hours
                (``"open"``, ``"closed"``), bucket (``"≤1 h"``), hour (``"Mon 09"``), search. None takes one away.

        Raises:
            InvalidRequest: there is no such thing, no lead has such a value, or first_day is after last_day.
        """
        self._choice = changed(self._choice, choice, self._board.cases)
        self._at = 0
        self._count()
        with self.hold_sync():
            for name, value in self._shown().items():
                setattr(self, name, value)

    def clear(self) -> None:
        """Choose all leads again."""
        self.filter(**dict.fromkeys(FIELDS))

    def sort(self, column: str, *, descending: bool = False) -> None:
        """Sort the table by one of its columns: asked, listing, buyer, state, wait, financing, trade_in, fee.

        Fees are sorted within each currency, the currencies by their codes.

        Raises:
            InvalidRequest: there is no such column.
        """
        self._sorting, self._at = checked_sorting(column, descending=descending), 0
        self.table = self._rows()

    def turn_to(self, page: int) -> None:
        """Show this page of the table, from 1 on; beyond the last one it is the last."""
        if isinstance(page, bool) or not isinstance(page, int):
            raise InvalidRequest(f"turn_to: page={page!r} is refused: allowed is a whole number from 1 on.")
        self._at = min(max(page, 1), self._pages()) - 1
        self.table = self._rows()

    def explain(self, lead_id: str) -> Explanation:
        """Open this lead in the browser, and return its explanation.

        Raises:
            InvalidRequest: there is no such lead, or it has no row in times.
        """
        rows = self._board.cases.leads.select(pl.arg_where(pl.col("lead_id") == lead_id).alias("row"))
        known = self._board.cases.rows.join(rows, on="row", how="semi")
        if known.is_empty():
            raise InvalidRequest(f"explain: lead_id={lead_id!r} is in no lead.")
        return self._open(known.get_column("row").item(0))

    @property
    def selection(self) -> pl.DataFrame:
        """The chosen leads, with the columns and in the order of the leads given; masked until ``reveal=True``."""
        return selection(self._board, self._those)

    @property
    def kpis(self) -> pl.DataFrame:
        """The key figures of the choice in one row.

        rows (leads, repeats among them), then of `response_summary`: leads, duplicates, answered_exact,
        answered_interval, unanswered, unknown, p50, p50_low, p50_high, p50_earliest; and answered of followed (all but
        the unknown) as answered_share with its Wilson interval, answered_share_low and answered_share_high.
        """
        return key_figures(self._counts)

    @property
    def fees(self) -> pl.DataFrame:
        """What the chosen leads cost, per currency, with the columns of `fee_totals` up to unanswered_spend."""
        return self._counts.fees

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the selection as CSV, in which no cell can run as a formula.

        Raises:
            LeadkitError: the file can't be written.
        """
        export.write(self.selection, Path(path), csv=True)

    def __repr__(self) -> str:
        return in_one_line(self._counts, len(self._board))

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        rows = [row["cells"] for row in self.table["rows"]]
        heads = list(columns(reveal=self._board.reveal).values())
        instead = still(self._counts, self._choice, heads, rows[:_STILL], len(self._board))
        return {**data, "text/plain": repr(self), "text/html": instead}, metadata

    def _count(self) -> None:
        self._those: pl.Series = chosen(self._board, self._choice)
        self._counts: Counts = counted(self._board.cases, self._those)
        self._version += 1
        self._draw()  # the browser draws them while the median is looked for
        self._counts = with_median(self._counts, self._board.cases, self._those)

    def _shown(self) -> dict[str, Any]:
        of = len(self._board)
        values = {name: value.isoformat() if name in DAYS else value for name, value in active(self._choice).items()}
        numbers = {
            "version": self._version,
            "count": chosen_in_words(self._counts, self._choice, of),
            "cards": [[card.label, card.value, card.below] for card in cards(self._counts, of)],
            "chips": words_of(self._controls, self._choice),
            "choice": values,
        }
        return {"numbers": numbers, "table": self._rows(), "said": {}}

    def _rows(self) -> dict[str, Any]:
        return {
            "rows": page_of(self._board, self._those, self._sorting, self._at),
            "page": self._at + 1,
            "pages": self._pages(),
            "column": self._sorting.column,
            "descending": self._sorting.descending,
        }

    def _pages(self) -> int:
        return max(1, -(-self._counts.chosen // ROWS_OF_A_PAGE))

    def _fixed(self, theme: str) -> dict[str, Any]:
        return {
            "controls": self._controls,
            "columns": [[name, label, name in SORTABLE] for name, label in columns(reveal=self._board.reveal).items()],
            "charts": [[name, HINTS[name]] for name in NAMES],
            "config": dict(CONFIG),
            "theme": theme,
            "masked": not self._board.reveal,
            "zone": self._board.cases.zone,
        }

    def _draw(self) -> None:
        """Draw what is looked at and is not of this choice and theme yet."""
        now = (self._version, self._theme)
        for name in NAMES:
            if self._drawn.get(name) != now and any(name in seen for seen in self._seen.values()):
                setattr(self, name, {**drawing(name, self._counts, self._theme), "version": self._version})
                self._drawn[name] = now

    def _open(self, row: int) -> Explanation:
        board = self._board
        found = explained(board.cases, board.evidence, row, reveal=board.reveal)
        self._explanation = found
        self.lead = opened(board.cases, found, row, board.crm, reveal=board.reveal)
        return found

    def _hear(self, _: object, content: Mapping[str, Any], __: object) -> None:
        """Do what the browser asks for; what is refused is said there."""
        do = _DOES.get(str(content.get("do")))
        if do is None:
            return
        try:
            do(self, content)
        except LeadkitError as error:
            self.said = {"text": str(error), "version": self._version}

    def _choose(self, content: Mapping[str, Any]) -> None:
        self.filter(**{str(content["field"]): content["value"]})

    def _click(self, content: Mapping[str, Any]) -> None:
        """A click on a mark chooses it; on what is chosen already, it takes that away."""
        wanted = changed(Choice(), clicked(content["chart"], content["point"]), self._board.cases)
        new, old = active(wanted), active(self._choice)
        self.filter(**dict.fromkeys(new) if new.items() <= old.items() else new)

    def _turn(self, content: Mapping[str, Any]) -> None:
        self.turn_to(content["page"])

    def _sort(self, content: Mapping[str, Any]) -> None:
        """By another column upwards (times downwards); by the same one the other way round."""
        column = content["column"]
        turned = not self._sorting.descending if column == self._sorting.column else column == "asked"
        self.sort(column, descending=turned)

    def _look(self, content: Mapping[str, Any]) -> None:
        self._seen[str(content["view"])] = frozenset(map(str, content["charts"]))
        self._draw()

    def _dye(self, content: Mapping[str, Any]) -> None:
        self._theme = "dark" if content["dark"] else "light"
        self._draw()

    def _open_row(self, content: Mapping[str, Any]) -> None:
        self._open(int(content["row"]))

    def _shut(self, _: Mapping[str, Any]) -> None:
        self.lead = {}

    def _tell_text(self, content: Mapping[str, Any]) -> None:
        """The whole of a text of the thread."""
        if self._explanation is not None:
            texts = self._explanation.records.get_column("text")
            self.send({"kind": "text", "n": content["n"], "text": texts[int(content["n"])]})

    def _send_csv(self, _: object) -> None:
        if self._counts.chosen > MOST_TO_SEND:
            raise InvalidRequest(f"More than {MOST_TO_SEND:,} leads: choose fewer, or write them with .to_csv(path).")
        csv = export.as_csv(self.selection).write_csv().encode()
        self.send({"kind": "csv", "name": "leads.csv"}, buffers=[csv])

    def _send_program(self, _: object) -> None:
        self.send({"kind": "plotly"}, buffers=[SMALLER.read_bytes()])


_STILL = 10  # rows of the table that is not alive
_DOES: Mapping[str, Callable[[LeadExplorer, Mapping[str, Any]], None]] = {
    "filter": LeadExplorer._choose,
    "clear": lambda explorer, _: explorer.clear(),
    "click": LeadExplorer._click,
    "page": LeadExplorer._turn,
    "sort": LeadExplorer._sort,
    "look": LeadExplorer._look,
    "dye": LeadExplorer._dye,
    "open": LeadExplorer._open_row,
    "shut": LeadExplorer._shut,
    "text": LeadExplorer._tell_text,
    "csv": LeadExplorer._send_csv,
    "plotly": LeadExplorer._send_program,
}
