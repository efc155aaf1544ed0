"""A path that a user gives."""

from __future__ import annotations

import os
from pathlib import Path

from leadkit.errors import InvalidRequest


def folder_path(name: str, given: object) -> Path:
    """The path of a folder that was given as this argument.

    Raises:
        InvalidRequest: it is no path at all.
    """
    if isinstance(given, str | os.PathLike) and "\0" not in os.fspath(given):
        return Path(given)
    raise InvalidRequest(f"{name}={given!r} is refused: allowed is the path of a folder.")
