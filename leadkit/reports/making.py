"""Makes a report: runs a notebook, holds its numbers to what must be true, and writes one file, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from leadkit import private_file
from leadkit.errors import InvalidRequest, LeadkitError
from leadkit.metrics.hours import BusinessHours
from leadkit.notebooks import document
from leadkit.notebooks.checks import credentials
from leadkit.notebooks.document import Notebook, code_cells, place
from leadkit.notebooks.personal import without_personal
from leadkit.notebooks.running import environment, run
from leadkit.notebooks.secrets import known_secrets, without_secrets
from leadkit.reports.drawings import drawable
from leadkit.reports.inline import run_inline
from leadkit.reports.invariants import broken
from leadkit.reports.page import Theme, page
from leadkit.reports.parameters import ReportParameters, given
from leadkit.reports.shown import PLOTLY, differences, errors, richest
from leadkit.reports.tables import EVIDENCE, measured

OWN = Path(__file__).with_name("lead-report.ipynb")
"""The report that leadkit brings."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written.

    Attributes:
        path: where.
        size: in bytes.
        compared: whether every output was compared with the stored one.
    """

    path: Path
    size: int
    compared: bool


def make(parameters: ReportParameters, out: Path, *, notebook: Path | None = None, theme: Theme = "auto") -> Report:
    """Run a notebook with these parameters, and write what it shows as one HTML file that only you may read.

    leadkit's own notebook runs in this process. Another one runs in a kernel, in its own folder, and finds its
    parameters by `lk.report_parameters`. On the demo as it stands, outputs are compared with the stored ones; the
    frames that a notebook leaves behind are held to what must be true of any data.

    Args:
        parameters: what it is about.
        out: the file.
        notebook: None takes leadkit's own.
        theme: ``"auto"`` follows the reader's system.

    Raises:
        LeadkitError: a cell failed or shows an error, an output or a number is not what it must be, the notebook holds
            a credential or does not take parameters that were given, or a file can't be read or written. Nothing is
            written then.
    """
    _check_writable(out)
    parameters.check()
    path = notebook or OWN
    stored = document.read(path)
    if notebook is not None and (held := credentials(path, stored)):
        raise LeadkitError("\n".join([f"{path.name} is not run: a report shows its code.", *map(str, held)]))
    asked = replace(parameters, source=_absolute(parameters.source))
    takes = _takes(stored, path, parameters)
    if notebook is None:
        with given(asked.tables()):
            run_of = run_inline(stored, name=path.name)
        ran = Ran(run_of[0], broken(run_of[1]))
    else:
        ran = _run_in_kernel(stored, path, asked)
    compared = takes and parameters.is_plain_demo and any(cell["outputs"] for cell in code_cells(stored))
    _hold(ran, path.name, stored if compared else None)
    return _write(ran.notebook, out, name=path.name, theme=theme, reveal=parameters.reveal, compared=compared)


def make_from(
    frames: Mapping[str, pl.DataFrame], out: Path, *, zone: str, hours: BusinessHours | None, reveal: bool = False
) -> Report:
    """Write leadkit's own report of the demo from frames that are there: nothing is fetched, no kernel is started.

    Args:
        frames: leads (with exchanges), conversations, messages, mail and problems, as an account gives them; others are
            passed over.
        out: the file.
        zone: of the shop.
        hours: of the shop.
        reveal: whether personal data may be shown.

    Raises:
        LeadkitError: as `make` does.
    """
    _check_writable(out)
    used = {name: frames[name] for name in ("leads", *EVIDENCE, "problems")}
    asked = ReportParameters(reveal=reveal)
    with given(measured(asked, used, zone=zone, hours=hours, missing={})):
        notebook, names = run_inline(document.read(OWN), name=OWN.name)
    _hold(Ran(notebook, broken(names)), OWN.name, None)
    return _write(notebook, out, name=OWN.name, theme="auto", reveal=reveal, compared=False)


@dataclass(frozen=True, slots=True)
class Ran:
    """A notebook that ran to its end, and the rules that its frames break."""

    notebook: Notebook
    broken: list[str]


def _takes(stored: Notebook, path: Path, parameters: ReportParameters) -> bool:
    """Whether a notebook reads its parameters; one that does not must not be given any."""
    takes = any("report_parameters" in cell["source"] for cell in code_cells(stored))
    if not takes and parameters != ReportParameters(reveal=parameters.reveal):
        raise InvalidRequest(f"{path.name} would ignore what was asked for: it does not call lk.report_parameters().")
    return takes


def _run_in_kernel(stored: Notebook, path: Path, asked: ReportParameters) -> Ran:
    """The notebook run, with one cell more at its end that looks at its frames."""
    variables = environment(accounts=True) | asked.variables
    ran = run(stored, name=path.name, folder=path.parent, variables=variables, seconds=None, last=_INVARIANTS)
    *cells, looked = ran["cells"]
    told = "".join(output.get("text", "") for output in looked["outputs"] if output.get("name") == "stdout")
    if _MARK not in told:
        raise LeadkitError(f"{path.name}: its frames could not be looked at: it changed sys.stdout. Let it stay.")
    return Ran({**ran, "cells": cells}, json.loads(told.rpartition(_MARK)[2]))


def _hold(ran: Ran, name: str, stored: Notebook | None) -> None:
    """Refuse a run that shows an error or what can't be drawn, breaks a rule, or differs from what is stored."""
    _check_drawable(ran.notebook, name)
    if shown := list(errors(ran.notebook)):
        raise LeadkitError(f"{name} shows an error: {', '.join(shown)}. Mend its cell.")
    if ran.broken:
        raise LeadkitError(f"{name}: its numbers can't be right: {'; '.join(ran.broken)}.")
    if stored is not None and (off := list(differences(stored, ran.notebook))):
        raise LeadkitError(
            f"{name} does not show what is stored in it: {'; '.join(off)}. If it is meant: leadkit refresh {name}"
        )


def _check_drawable(notebook: Notebook, name: str) -> None:
    """Find out which cell shows a chart that a page which loads nothing can't draw."""
    for index, cell in enumerate(notebook["cells"]):
        for form, content in map(richest, cell.get("outputs", ())):
            try:
                drawable(content) if form == PLOTLY else None
            except LeadkitError as error:
                raise LeadkitError(f"{name}, {place(notebook, index)}: {error}") from None


def _write(notebook: Notebook, out: Path, *, name: str, theme: Theme, reveal: bool, compared: bool) -> Report:
    known = known_secrets()

    def clean(text: str) -> str:
        safe = without_secrets(text, known)
        return safe if reveal else without_personal(safe)

    content = page(notebook, name=name, theme=theme, clean=clean).encode()
    with _told(out):
        private_file.write(out, content)
    return Report(out, len(content), compared)


def _check_writable(out: Path) -> None:
    """Find out before a long run what would keep the file from being written."""
    with _told(out):
        if out.is_dir():
            raise LeadkitError(f"{out} can't be written: it is a folder. Name a file.")
        if not out.parent.is_dir():
            raise LeadkitError(f"{out} can't be written: there is no folder {out.parent}. Name another place.")


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Say which file it was and what to do where the system refuses."""
    try:
        yield
    except OSError as error:
        raise LeadkitError(f"{out} can't be written: {error.strerror or error}. Name another place.") from error


def _absolute(source: str) -> str:
    """A folder by its whole path, since a notebook runs in a folder of its own."""
    return source if source in {"demo", "env"} else str(Path(source).resolve())


_MARK = "leadkit-invariants:"
_INVARIANTS = (  # names of the notebook, such as print or json, may be its own
    f"__import__('sys').stdout.write({_MARK!r} + __import__('json').dumps("
    "__import__('leadkit.reports.invariants', fromlist=['broken']).broken(__import__('__main__').__dict__)))"
)
