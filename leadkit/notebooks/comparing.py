"""Notebooks run anew by nbval, which compares every output with the one that is stored."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from leadkit.errors import LeadkitError
from leadkit.notebooks.canonical import SANITIZE
from leadkit.notebooks.running import CELL_SECONDS, INSTALL, environment


def compare(paths: Sequence[Path]) -> None:
    """Run notebooks in kernels of this Python and compare what they show; what nbval says goes to the terminal.

    Raises:
        LeadkitError: an output differs or a cell fails, or nbval is not installed.
    """
    if importlib.util.find_spec("nbval") is None:
        raise LeadkitError(f"Notebooks are compared by nbval, which is not installed: {INSTALL}")
    done = subprocess.run([*_COMMAND, *map(str, paths)], env=environment(accounts=False), check=False)
    if done.returncode:
        raise LeadkitError(
            "A notebook does not show what is stored in it; see above. If the change is meant: leadkit refresh"
        )


_COMMAND = (
    sys.executable,
    *("-m", "pytest", "-c", str(Path(__file__).with_name("pytest.ini")), "--rootdir", ".", "-p", "no:cacheprovider"),
    *("--nbval", "--nbval-current-env", "--nbval-cell-timeout", str(CELL_SECONDS)),
    *("--nbval-sanitize-with", str(SANITIZE)),
)
