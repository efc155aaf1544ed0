"""Files that only their owner can read, written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tempfile
from pathlib import Path


class NotPrivateError(ValueError):
    """A file that others can read, that is somebody else's, or that is no plain file; the message says which."""


def read(path: Path) -> bytes:
    """The bytes of a file, read through the handle whose owner and mode were looked at.

    Raises:
        NotPrivateError: others could have read or written it.
        OSError: it can't be opened; a symbolic link can't, either.
    """
    with io.FileIO(path, opener=_opened) as file:
        problem = _problem(os.fstat(file.fileno()))
        if problem:
            raise NotPrivateError(problem)
        return file.read(_LONGEST)


def write(path: Path, content: bytes) -> None:
    """Write a file of mode 0600; a folder that is not there is made with mode 0700.

    Raises:
        OSError: the folder can't be made or written in; what was there before stays.
    """
    path.parent.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)  # 0600 from its first moment
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        raise


def close_folder(folder: Path) -> None:
    """Make a folder of our own, and let nobody else look into it.

    Raises:
        OSError: it can't be made, or is not ours.
    """
    folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    folder.chmod(_FOLDER)


_FOLDER = 0o700
_LONGEST = 2**20


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))  # a pipe can't hang us


def _problem(found: os.stat_result) -> str | None:
    """Why a file can't be trusted; Windows has neither owners by number nor modes."""
    if not stat.S_ISREG(found.st_mode):
        return "it is no plain file"
    if not hasattr(os, "getuid"):
        return None  # pragma: no cover - on Windows alone
    if found.st_uid != os.getuid():
        return "it belongs to another user"
    return "others can read or change it" if found.st_mode & 0o077 else None
