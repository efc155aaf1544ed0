"""What keeps a notebook from being compared, or from being shown: found without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leadkit.notebooks.document import Cell, Notebook, code_cells, place, texts_in
from leadkit.notebooks.literals import literals_in
from leadkit.notebooks.personal import addresses_in, phones_in
from leadkit.notebooks.secrets import forms_in, known_secrets

LARGEST = 200_000
"""Bytes of a notebook with its outputs."""
MARKERS = frozenset(
    {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception", "pytest-validate-ignore-output"}
)
"""Tags, and comments in upper case with underscores, that switch the comparison of a cell off."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must not be in a notebook.

    Attributes:
        notebook: its file.
        where: the cell, or empty where it is the notebook as a whole.
        what: what was found; neither the secret nor the person.
        to_do: what to do about it.
    """

    notebook: Path
    where: str
    what: str
    to_do: str

    def __str__(self) -> str:
        where = f", {self.where}" if self.where else ""
        return f"{self.notebook}{where}: {self.what}. {self.to_do}"


def findings(path: Path, notebook: Notebook, *, allow_personal: bool = False) -> list[Finding]:
    """All that is wrong with a notebook, in the order of its cells.

    Args:
        path: its file.
        notebook: what is in it.
        allow_personal: let e-mail addresses and phones pass.
    """
    whole = [Finding(path, "", what, to_do) for what, to_do in _of_the_whole(path, notebook)]
    looks = [look for look in _LOOKS if not (allow_personal and look is _personal)]
    cells = [
        Finding(path, place(notebook, index), what, to_do)
        for index, cell in enumerate(notebook["cells"])
        for look in looks
        for what, to_do in look(cell)
    ]
    return whole + cells + [Finding(path, where, what, to_do) for where, what, to_do in _literals(notebook)]


def credentials(path: Path, notebook: Notebook) -> list[Finding]:
    """The secrets that the texts and the code of a notebook hold; outputs are not looked at.

    Args:
        path: its file.
        notebook: what is in it.
    """
    told = [
        (place(notebook, index), what, to_do)
        for index, cell in enumerate(notebook["cells"])
        for what, to_do in _secrets({"source": cell["source"]})
    ]
    return [Finding(path, *one) for one in [*told, *_literals(notebook)]]


Found = Iterator[tuple[str, str]]


def _of_the_whole(path: Path, notebook: Notebook) -> Found:
    size = path.stat().st_size
    if size > LARGEST:
        yield f"it has {size:,} bytes, more than {LARGEST:,}", "Show fewer rows, and totals in the place of raw rows."
    if "widgets" in notebook["metadata"]:
        yield "it holds the state of widgets", _REFRESH
    code = [cell for cell in code_cells(notebook) if cell["source"].strip()]
    if not code:
        yield "it has no code, so that nothing can be compared", "Name only notebooks that show something."
    elif [cell["execution_count"] for cell in code] != list(range(1, len(code) + 1)):
        yield "its cells are not numbered 1, 2, 3, …: it was stripped, or not run in order", _REFRESH
    elif not any(cell["outputs"] for cell in code):
        yield "it has no outputs, so that nothing can be compared", _REFRESH
    for text in texts_in(notebook["metadata"]):
        yield from ((f"its metadata hold what looks like {kind}", _REVOKE) for kind in forms_in(text))


def _errors(cell: Cell) -> Found:
    for output in cell.get("outputs", ()):
        if output["output_type"] == "error":
            yield f"its output is an error ({output.get('ename', 'unnamed')})", "Mend the cell. " + _REFRESH


def _markers(cell: Cell) -> Found:
    tags = MARKERS.intersection(map(str.lower, cell["metadata"].get("tags", ())))
    words = {word.lower().replace("_", "-") for word in re.findall(r"^\s*#\s*([A-Z_]+)", cell["source"], re.MULTILINE)}
    for marker in sorted(tags | (MARKERS & words if cell["cell_type"] == "code" else set())):
        yield f"{marker} switches its comparison off", "Take it away, and make the output the same in every run."


def _secrets(cell: Cell) -> Found:
    known = known_secrets()
    for text in texts_in(cell):
        yield from ((f"it holds what looks like {kind}", _REVOKE) for kind in forms_in(text))
        if known.redact(text) != text:
            yield "it holds the value of a LEADKIT_ variable of your environment", _REVOKE


def _personal(cell: Cell) -> Found:
    kinds = {"an e-mail address that could be real": addresses_in, "a phone number that could be real": phones_in}
    texts = list(texts_in(cell))
    for kind, found_in in kinds.items():
        if many := len({found for text in texts for found in found_in(text)}):
            more = f" ({many} of them)" if many > 1 else ""
            yield f"it holds {kind}{more}", "Show lk.mask(frame); --allow-personal lets it pass."


def _live(cell: Cell) -> Found:
    shown = [*texts_in(cell.get("outputs", [])), *([cell["source"]] if cell["cell_type"] == "markdown" else [])]
    if any(re.search(r"<script", text, re.IGNORECASE) for text in shown):
        yield "it shows a <script>", "Show text, tables and charts; a page may not run what a notebook brings."
    if any(_REMOTE.search(text) for text in shown):
        yield "it loads something from the network when it is looked at", "Put it into the notebook, or take it away."


def _literals(notebook: Notebook) -> Iterator[tuple[str, str, str]]:
    """Credentials in the code; cells that are no Python say so."""
    cells = [(index, cell) for index, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]
    sources = []
    for index, cell in cells:
        source = _as_python(cell["source"])
        sources.append(source or "")
        if source is None:
            yield place(notebook, index), "its code can't be read as Python", "Mend it, or make it text."
    for number, account in dict.fromkeys(literals_in(sources)):
        yield place(notebook, cells[number][0]), f"a text is given to {account} as a credential", _FROM_ENVIRONMENT


def _as_python(source: str) -> str | None:
    """The code with its magic lines turned into calls; None where it still is no Python."""
    from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415 - of ipywidgets; it takes a while

    plain = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]  # IPython has none
    try:
        ast.parse(plain)
    except (SyntaxError, ValueError):
        return None
    return plain


_LOOKS: tuple[Callable[[Cell], Found], ...] = (_errors, _markers, _secrets, _personal, _live)
_REFRESH = "Run: leadkit refresh"
_REVOKE = "Take it away, and revoke it: it was written to a file."
_FROM_ENVIRONMENT = "Take it from the environment: lk.open('env')."
_REMOTE = re.compile(
    r"<(?:img|link|iframe|video|audio|source|embed|object|base|use|image)\b[^>]*?(?:src|href|data|srcset)\s*=\s*[\"']?(?:https?:)?//"
    r"|@import|url\(\s*[\"']?(?:https?:)?//|!\[[^\]]*\]\(\s*<?(?:https?:)?//|http-equiv",
    re.IGNORECASE,
)
