"""Notebooks written out: cells, and what they showed."""

from __future__ import annotations

import json
from pathlib import Path

PLOTLY = "application/vnd.plotly.v1+json"


def text(source: str, **more) -> dict:
    return {"cell_type": "markdown", "id": "text", "metadata": {}, "source": source, **more}


def code(source: str, *outputs: dict, count: int | None = 1, **more) -> dict:
    cell = {"cell_type": "code", "id": "code", "metadata": {}, "source": source}
    return {**cell, "execution_count": count, "outputs": list(outputs), **more}


def result(content: object, kind: str = "text/plain") -> dict:
    return {"output_type": "execute_result", "data": {kind: content}, "metadata": {}, "execution_count": 1}


def shown(content: object, kind: str = "text/html") -> dict:
    return {"output_type": "display_data", "data": {kind: content}, "metadata": {}}


def stream(content: str, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": content}


def failed(name: str = "ValueError") -> dict:
    return {"output_type": "error", "ename": name, "evalue": "no", "traceback": []}


def chart(*values: float, **layout) -> dict:
    return {"data": [{"type": "bar", "x": ["a", "b"], "y": list(values)}], "layout": layout}


def notebook(*cells: dict, **metadata) -> dict:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write(path: Path, *cells: dict, **metadata) -> Path:
    path.write_text(json.dumps(notebook(*cells, **metadata)), encoding="utf-8")
    return path
