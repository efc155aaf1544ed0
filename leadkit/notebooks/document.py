"""A notebook as plain dicts, texts in one piece: read from a file, and written as Jupyter writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from leadkit.errors import LeadkitError

Notebook = dict[str, Any]
Cell = dict[str, Any]


def read(path: Path) -> Notebook:
    """The notebook in a file.

    Raises:
        LeadkitError: it can't be read, or is no notebook of format 4.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LeadkitError(f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise LeadkitError(f"{path} is no notebook: it is not JSON. Open it in Jupyter and save it anew.") from error
    if not _is_notebook(found):
        raise LeadkitError(f"{path} is no notebook of format 4. Open it in Jupyter and save it anew.")
    return {**found, "cells": [_joined_cell(cell) for cell in found["cells"]]}


def written(notebook: Notebook) -> str:
    """The text of a notebook's file, in the form that Jupyter gives it: texts as lists of lines, keys sorted."""
    split = {**notebook, "cells": [_each_text(cell, _split) for cell in notebook["cells"]]}
    return json.dumps(split, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def found_in(paths: Iterable[Path]) -> list[Path]:
    """The notebooks that are named, and those in the folders that are named, without Jupyter's checkpoints.

    Raises:
        LeadkitError: there are none, or a path is not there.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise LeadkitError(f"{path} is not there.")
    named = [one for path in paths for one in (sorted(path.rglob("*.ipynb")) if path.is_dir() else [path])]
    notebooks = [path for path in dict.fromkeys(named) if ".ipynb_checkpoints" not in path.parts]
    if not notebooks:
        raise LeadkitError(f"No notebook (*.ipynb) in {', '.join(map(str, paths))}.")
    return notebooks


def code_cells(notebook: Notebook) -> Iterator[Cell]:
    """Its code cells, in order."""
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def place(notebook: Notebook, index: int) -> str:
    """Where a cell stands, as a reader finds it: ``cell 5`` from the top, and of code what Jupyter numbers it as."""
    if notebook["cells"][index]["cell_type"] != "code":
        return f"cell {index + 1}"
    return f"cell {index + 1}, In [{sum(1 for _ in code_cells({'cells': notebook['cells'][: index + 1]}))}]"


def texts_in(value: Any) -> Iterator[str]:  # undecoded JSON
    """Every text in JSON, without the bytes of pictures and arrays."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "bdata" and not key.startswith(("image/png", "image/jpeg")):
                yield key
                yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def _is_notebook(found: Any) -> bool:  # undecoded JSON
    if not isinstance(found, dict) or found.get("nbformat") != 4 or not isinstance(found.get("cells"), list):  # noqa: PLR2004 - the format of every Jupyter since 2015
        return False
    return all(
        isinstance(cell, dict) and "source" in cell and cell.get("cell_type") in _KINDS for cell in found["cells"]
    )


def _joined_cell(cell: Cell) -> Cell:
    kept = {"metadata": {}, **cell}
    if cell["cell_type"] == "code":
        kept = {"execution_count": None, "outputs": [], **kept}
    return _each_text(kept, _joined)


def _each_text(cell: Cell, change: Any) -> Cell:
    """The cell with its source, its streams and its texts of any kind changed so."""
    changed = {**cell, "source": change(cell["source"])}
    if "outputs" in cell:
        changed["outputs"] = [_each_text_of(output, change) for output in cell["outputs"]]
    return changed


def _each_text_of(output: dict[str, Any], change: Any) -> dict[str, Any]:
    changed = dict(output)
    if "text" in output:
        changed["text"] = change(output["text"])
    if "data" in output:
        changed["data"] = {
            kind: content if kind.endswith("json") else change(content) for kind, content in output["data"].items()
        }
    return changed


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _split(text: str) -> list[str]:
    return text.splitlines(keepends=True)


_KINDS = {"code", "markdown", "raw"}
