"""Runs a notebook of our own in this process: no kernel is started, and nothing but leadkit is needed."""

from __future__ import annotations

import ast
import json
import warnings
from typing import Any

from leadkit.errors import LeadkitError, LeadkitWarning
from leadkit.notebooks.document import Cell, Notebook, place
from leadkit.notebooks.running import Failure
from leadkit.reports.shown import PLOTLY


def run_inline(notebook: Notebook, *, name: str) -> tuple[Notebook, dict[str, Any]]:
    """The notebook with what the last line of each cell shows, and the names that it leaves behind.

    It is for notebooks that leadkit brings: their cells print nothing and use no magic. What a cell warns of stands
    before what it shows, each warning once.

    Raises:
        LeadkitError: a cell failed; says which, and why.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    cells: list[Cell] = []
    told: set[str] = set()
    for index, cell in enumerate(notebook["cells"]):
        try:
            cells.append(_ran(cell, names, told, where=f"<{place(notebook, index)}>"))
        except Exception as error:  # noqa: BLE001 - whatever a cell raises is its failure
            why = Failure(type(error).__name__, str(error))
            raise LeadkitError(f"{name}, {place(notebook, index)}: {why}") from None
    return {**notebook, "cells": cells}, names


def _ran(cell: Cell, names: dict[str, Any], told: set[str], *, where: str) -> Cell:
    if cell["cell_type"] != "code":
        return cell
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", LeadkitWarning)
        value = _value(cell, names, where)
    words = [said for one in warned if (said := str(one.message)) not in told]
    told.update(words)
    messages = [{"output_type": "stream", "name": "stderr", "text": "\n".join(words)}] if words else []
    return {**cell, "outputs": messages + ([] if value is None else [_shown(value)])}


def _value(cell: Cell, names: dict[str, Any], where: str) -> Any:
    """What the last line of a cell is, if it is an expression; else None."""
    tree = ast.parse(cell["source"], filename=where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, where, "exec"), names)
    return eval(compile(ast.Expression(last.value), where, "eval"), names) if isinstance(last, ast.Expr) else None


def _shown(value: Any) -> dict[str, Any]:
    """What Jupyter would show of a value; a chart shows itself, and has no number."""
    if hasattr(value, "to_plotly_json"):
        return {"output_type": "display_data", "data": {PLOTLY: json.loads(value.to_json())}, "metadata": {}}
    from IPython.core.formatters import DisplayFormatter  # noqa: PLC0415 - of ipywidgets; it takes a while

    data, _ = DisplayFormatter().format(value)  # type: ignore[no-untyped-call]  # IPython has none
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}
