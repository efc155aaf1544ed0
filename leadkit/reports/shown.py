"""What a reader sees of an output: the richest of its forms, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadkit.notebooks.canonical import canonical
from leadkit.notebooks.document import Notebook, code_cells, place

PLOTLY = "application/vnd.plotly.v1+json"
FORMS = (PLOTLY, "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
"""From the richest to the plainest."""


def richest(output: dict[str, Any]) -> tuple[str, Any]:
    """The form of an output that is shown, and its content; of a stream its name."""
    if output["output_type"] == "stream":
        return output["name"], output["text"]
    data = output.get("data", {})
    form = next((form for form in FORMS if form in data), "")
    content = data.get(form)
    return form, {name: content[name] for name in ("data", "layout")} if form == PLOTLY else content


def differences(stored: Notebook, ran: Notebook) -> Iterator[str]:
    """Where what a run shows is not what is stored; both are brought into their one form first."""
    before, after = canonical(stored), canonical(ran)
    for index, (old, new) in enumerate(zip(before["cells"], after["cells"], strict=True)):
        if [*map(richest, old.get("outputs", ()))] != [*map(richest, new.get("outputs", ()))]:
            yield place(before, index)


def errors(notebook: Notebook) -> Iterator[str]:
    """The names of errors that it shows."""
    outputs = (output for cell in code_cells(notebook) for output in cell["outputs"])
    return (str(output.get("ename")) for output in outputs if output["output_type"] == "error")
