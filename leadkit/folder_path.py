"""A path that a user gives."""

from __future__ import annotations

import os
from pathlib import Path

from leadkit.errors import InvalidRequest


def folder_path(name: str, given: object, *, allowed: str = "the path of a folder") -> Path:
    """The path, of a folder where nothing else is allowed, that was given as this argument.

    Raises:
        InvalidRequest: it is no path at all, or an empty one, which would be the current folder.
    """
    if isinstance(given, str | os.PathLike) and os.fspath(given) and "\0" not in os.fspath(given):
        return Path(given)
    here = "; the current folder is '.'" if given == "" else ""
    raise InvalidRequest(f"{name}={given!r} is refused: allowed is {allowed}{here}.")
