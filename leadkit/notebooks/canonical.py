"""The one form in which notebooks are kept: what a run leaves to chance is taken out, what it shows stays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from leadkit.notebooks.document import Cell, Notebook

SANITIZE = Path(__file__).with_name("sanitize.cfg")
"""What may differ between two runs, as nbval reads it."""
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def canonical(notebook: Notebook) -> Notebook:
    """The notebook with fixed ids and counts from 1 on, without state of widgets and without what is volatile.

    Ids that are there and differ from each other stay; others are made from the cell's place. Of metadata only the
    tags of cells stay, and a title; cells of code without code leave. Addresses and the kernel's temporary files are
    written as `SANITIZE` says.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] != "code" or cell["source"].strip()]
    return {
        "cells": [_cell(*one) for one in zip(cells, _ids(cells), _counts(cells), strict=True)],
        "metadata": _KERNEL | {key: notebook["metadata"][key] for key in ("title",) if key in notebook["metadata"]},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def sanitized(text: str) -> str:
    """The text with what may differ between two runs replaced."""
    for pattern, replacement in _sanitizers():
        text = pattern.sub(replacement, text)
    return text


@cache
def _sanitizers() -> list[tuple[re.Pattern[str], str]]:
    pairs = re.findall(r"^regex: (.+)\nreplace: (.+)$", SANITIZE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(re.compile(pattern), replacement) for pattern, replacement in pairs]


def _ids(cells: list[Cell]) -> list[str]:
    own = [str(cell.get("id", "")) for cell in cells]
    taken = {key for key in own if own.count(key) == 1 and key}
    return [key if key in taken else _free(f"cell-{number}", taken) for number, key in enumerate(own, start=1)]


def _free(wanted: str, taken: set[str]) -> str:
    while wanted in taken:
        wanted += "-more"
    taken.add(wanted)
    return wanted


def _counts(cells: list[Cell]) -> list[int]:
    """For each cell how many code cells there are up to it."""
    numbers, count = [], 0
    for cell in cells:
        count += cell["cell_type"] == "code"
        numbers.append(count)
    return numbers


def _cell(cell: Cell, key: str, count: int) -> Cell:
    tags = sorted(cell["metadata"].get("tags", []))
    kept = {"cell_type": cell["cell_type"], "id": key, "metadata": {"tags": tags} if tags else {}}
    kept |= {"source": cell["source"]} | {name: cell[name] for name in ("attachments",) if name in cell}
    if cell["cell_type"] == "code":
        kept |= {"execution_count": count, "outputs": _outputs(cell["outputs"], count)}
    return kept


def _outputs(outputs: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    found = []
    for streamed, together in groupby(outputs, key=lambda output: output["output_type"] == "stream"):
        group = list(together)
        found += _streams(group) if streamed else [one for output in group if (one := _output(output, count))]
    return found


def _streams(outputs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each stream in one piece, errors first: how the two mix is chance."""
    texts: dict[str, str] = {}
    for output in outputs:
        texts[output["name"]] = texts.get(output["name"], "") + output["text"]
    return [{"output_type": "stream", "name": name, "text": sanitized(texts[name])} for name in sorted(texts)]


def _output(output: dict[str, Any], count: int) -> dict[str, Any] | None:
    """An output without the view of a widget, whose text stands beside it; None if nothing else was there."""
    if "data" not in output:
        return output
    data = {kind: _content(content) for kind, content in output["data"].items() if kind != WIDGET_VIEW}
    if not data:
        return None
    numbered = {"execution_count": count} if output["output_type"] == "execute_result" else {}
    return {"output_type": output["output_type"], "data": data, "metadata": {}} | numbered


def _content(content: Any) -> Any:  # text, or the JSON of a chart
    return sanitized(content) if isinstance(content, str) else content


_KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
