"""What the command line says: plain lines that can be copied, and errors as one sentence each."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import typer
from rich.console import Console
from rich.text import Text

import leadkit as lk

INTERRUPTED = 130


@contextmanager
def speaking(*, interrupted: str | None) -> Iterator[None]:
    """Turn errors, warnings and Ctrl-C into one line on stderr each; `interrupted=None` takes Ctrl-C for a good end."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", lk.LeadkitWarning)
        warnings.showwarning = _warn
        try:
            yield
        except lk.LeadkitError as error:
            complain(f"leadkit: {error}", "red")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            if interrupted is None:
                return
            complain(("\n" if sys.stderr.isatty() else "") + interrupted)
            raise typer.Exit(INTERRUPTED) from None


def say(line: str, style: str = "") -> None:
    """One line on stdout, never wrapped."""
    console().print(Text(line, style=style), soft_wrap=True)


def complain(line: str, style: str = "yellow") -> None:
    """One line on stderr, never wrapped."""
    console(stderr=True).print(Text(line, style=style), soft_wrap=True)


def console(*, stderr: bool = False) -> Console:
    """Colours and bold in a terminal; neither in a pipe, nor where NO_COLOR is set."""
    return Console(stderr=stderr, highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")


_IN_PYTHON, _FROM_HERE = "See .problems for the rows.", "In Python, .problems has the rows."


def _warn(  # noqa: PLR0917 - the signature of warnings.showwarning
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, lk.LeadkitWarning):
        complain(f"leadkit: {str(message).replace(_IN_PYTHON, _FROM_HERE)}")
    else:
        (file or sys.stderr).write(warnings.formatwarning(message, category, filename, lineno, line))
