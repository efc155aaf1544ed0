"""Runs a notebook in a kernel of this Python, in an environment that is the same everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadkit.errors import LeadkitError
from leadkit.notebooks.document import Cell, Notebook, place
from leadkit.notebooks.personal import without_personal
from leadkit.notebooks.secrets import without_secrets

FIXED = {
    "PLOTLY_RENDERER": "plotly_mimetype",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "POLARS_TABLE_WIDTH": "120",
    "CI": "true",  # no progress bars: whether one appears is chance
}
"""What the outputs of a notebook may depend on, held still."""
CELL_SECONDS = 120
"""How long a cell of a notebook that is kept may take."""
INSTALL = "pip install 'leadkit[report]'"
"""Brings what runs notebooks and compares them."""
_ACCOUNTS = ("LEADKIT_EBAY_", "LEADKIT_LEADSQUARED_", "LEADKIT_REPORT")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a cell did not end well; kernels tell it as a name, a value and lines of a traceback.

    Attributes:
        name: of the exception's class.
        value: what it says.
    """

    name: str
    value: str

    def __str__(self) -> str:
        first = without_personal(without_secrets(self.value)).strip().partition("\n")[0]
        return f"{self.name}: {first}" if first else self.name


def environment(*, accounts: bool) -> dict[str, str]:
    """The environment of a kernel: this process's, with `FIXED` in it.

    Args:
        accounts: with the credentials of the accounts. Notebooks that are kept run without them: what they show can
            then be nobody's but the demo's.
    """
    own = {name: value for name, value in os.environ.items() if accounts or not name.startswith(_ACCOUNTS)}
    return own | FIXED


def run(
    notebook: Notebook,
    *,
    name: str,
    folder: Path,
    variables: Mapping[str, str],
    seconds: int | None = CELL_SECONDS,
    last: str = "",
) -> Notebook:
    """The notebook with the outputs of a new run, all cells in order.

    Args:
        notebook: what to run; it stays as it is.
        name: what it is called, for messages.
        folder: the working folder.
        variables: the environment of the kernel.
        seconds: how long a cell may take; None: as long as it takes.
        last: code of ours that runs after its cells; what comes back has one cell more.

    Raises:
        LeadkitError: a cell failed, took too long or ended the kernel (says which, and why), or nbclient is missing.
    """
    client, failed = _client(_longer(notebook, last) if last else notebook, seconds)
    begun = [0]
    client.on_cell_start = lambda **told: begun.append(told["cell_index"])
    with tempfile.TemporaryDirectory() as profile:  # nobody's start-up files run, nobody's history is written
        own = {**variables, "IPYTHONDIR": profile}
        try:
            client.execute(cwd=str(folder.resolve()), env=own, stderr=subprocess.DEVNULL)
        except failed as error:
            ours = begun[-1] == len(notebook["cells"])
            where = "after its last cell" if ours else place(notebook, begun[-1])
            raise LeadkitError(f"{name}, {where}: {_why(error, seconds)}") from None
    return json.loads(json.dumps(client.nb))  # type: ignore[no-any-return]  # as it went in, with its outputs


def _longer(notebook: Notebook, source: str) -> Notebook:
    """A notebook with one cell more, which only a kernel sees."""
    cell: Cell = {
        "cell_type": "code",
        "id": "last",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    return {**notebook, "cells": [*notebook["cells"], cell], "nbformat_minor": 5}


def _client(notebook: Notebook, seconds: int | None) -> tuple[Any, tuple[type[Exception], ...]]:
    """What runs this notebook in a kernel of its own, and the errors with which that may end."""
    try:
        from nbclient import NotebookClient  # noqa: PLC0415 - of the extra, and loaded when it is used
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError  # noqa: PLC0415 - as above
        from nbformat import from_dict  # noqa: PLC0415 - as above
    except ImportError:
        raise LeadkitError(f"A notebook is run by nbclient, which is not installed: {INSTALL}") from None
    cleared = {**notebook, "cells": [_cleared(cell) for cell in notebook["cells"]]}
    running = from_dict(cleared)  # type: ignore[no-untyped-call]  # nbformat has none
    client = NotebookClient(running, timeout=seconds, store_widget_state=False, record_timing=False)
    client.km = _kernels()()
    client.owns_km = True
    return client, (CellExecutionError, CellTimeoutError, DeadKernelError)


def _kernels() -> Callable[[], Any]:
    """Makes managers of kernels of this Python: the one that is called python3 may be another's."""
    from ipykernel.kernelspec import RESOURCES, get_kernel_dict  # noqa: PLC0415 - of the extra, loaded when it is used
    from jupyter_client.kernelspec import KernelSpec  # noqa: PLC0415 - as above
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415 - as above

    class OwnKernel(AsyncKernelManager):
        """A kernel of this Python, whatever its notebook asks for."""

        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())

    return OwnKernel


def _cleared(cell: Cell) -> Cell:
    """A cell without what an earlier run left, which must not stop on an error that it may show."""
    if cell["cell_type"] != "code":
        return cell
    return {**cell, "metadata": {}, "execution_count": None, "outputs": []}


def _why(error: Exception, seconds: int | None) -> str:
    if isinstance(error, TimeoutError):
        return f"it took longer than {seconds} s."
    if isinstance(error, RuntimeError):
        return "its kernel ended; it may have been out of memory."
    return str(Failure(error.ename, error.evalue))  # type: ignore[attr-defined]  # of a CellExecutionError
