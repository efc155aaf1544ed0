"""Notebooks run and written in their one form: two runs give the same bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from leadkit.errors import LeadkitError
from leadkit.notebooks.canonical import canonical
from leadkit.notebooks.document import read, written
from leadkit.notebooks.running import environment, run


def refresh(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Run each notebook and write it; gives its file, and whether it changed.

    Raises:
        LeadkitError: a cell failed, or a file can't be written; that notebook stays as it was.
    """
    variables = environment(accounts=False)
    for path in paths:
        before = read(path)
        ran = run(before, name=str(path), folder=path.parent, variables=variables)
        yield path, _write(path, written(canonical(ran)))


def _write(path: Path, text: str) -> bool:
    """Put the text in the file's place, whole, unless it is there already."""
    if path.read_bytes() == text.encode():
        return False
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_bytes(text.encode())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise LeadkitError(f"{path} can't be written: {error.strerror}.") from error
    return True
