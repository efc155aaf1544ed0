"""A progress bar for long fetches: in a terminal or a notebook, silent in CI and pipes."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Any


class Progress:
    """A bar that appears once a fetch takes longer than a second; `shown=None` decides by where it runs."""

    def __init__(self, what: str, *, shown: bool | None = None) -> None:
        self._what = what
        self._shown = _watched() if shown is None else shown
        self._bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def expect(self, total: int) -> None:
        """Say how many there will be; the bar begins here."""
        if not self._shown:
            return
        if self._bar is None:
            from tqdm.auto import tqdm  # noqa: PLC0415 - loaded when a bar is drawn

            self._bar = tqdm(total=total, desc=self._what, unit=" rows", delay=1.0, leave=False)
        self._bar.total = total

    def step(self, count: int) -> None:
        """So many more are done."""
        if self._bar is not None:
            self._bar.update(count)


def _watched() -> bool:
    if os.environ.get("CI"):
        return False
    return sys.stderr.isatty() or _in_notebook()


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell else None
    return type(running).__name__ == "ZMQInteractiveShell"
