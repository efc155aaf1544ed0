"""`leadkit check` and `leadkit refresh`: notebooks whose outputs are kept, and can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import leadkit as lk
from leadkit.terminal import complain, say, speaking

Notebooks = Annotated[list[Path], typer.Argument(help="Notebooks, and folders of them.", metavar="PATH...")]


def check(
    paths: Notebooks,
    allow_personal: Annotated[  # noqa: FBT002 - an option without a value
        bool, typer.Option("--allow-personal", help="Let e-mail addresses and phones pass.")
    ] = False,
) -> None:
    """Look for what must not be in a notebook, then run each anew and compare every output with the stored one."""
    with speaking(interrupted="Interrupted: not all notebooks were compared."):
        from leadkit.notebooks import checks, comparing, document  # noqa: PLC0415 - so that --help need not wait

        found_in = document.found_in(paths)
        found = [
            finding
            for path in found_in
            for finding in checks.findings(path, document.read(path), allow_personal=allow_personal)
        ]
        for finding in found:
            complain(str(finding))
        if found:
            raise lk.LeadkitError(f"{_counted(len(found), 'finding')}; nothing was run.")
        comparing.compare(found_in)
        say(f"{_counted(len(found_in), 'notebook')}: each output is the one that is stored.")


def refresh(paths: Notebooks) -> None:
    """Run notebooks without any account and write their outputs, in a form that is the same after every run."""
    with speaking(interrupted="Interrupted: not all notebooks were run."):
        from leadkit.notebooks import document, refreshing  # noqa: PLC0415 - so that --help need not wait

        for path, changed in refreshing.refresh(document.found_in(paths)):
            say(f"{path}: {'written' if changed else 'the same'}")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
