"""`leadkit report`, `leadkit check`, `leadkit refresh`: what is made of notebooks whose outputs are kept."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import leadkit as lk
from leadkit.terminal import complain, say, speaking

Notebooks = Annotated[list[Path], typer.Argument(help="Notebooks, and folders of them.", metavar="PATH...")]


class Theme(StrEnum):
    """The colours of a report."""

    auto = "auto"
    light = "light"
    dark = "dark"


def report(  # noqa: PLR0917 - each is an option of the command line, given by its name
    notebook: Annotated[Path | None, typer.Argument(help="leadkit's own if not given.", metavar="[NOTEBOOK]")] = None,
    source: Annotated[str, typer.Option(help="demo, env (your account), or a folder.", metavar="WHERE")] = "demo",
    start: Annotated[str | None, typer.Option(help="Leads from this time on.", metavar="TIME")] = None,
    end: Annotated[str | None, typer.Option(help="Leads before this time.", metavar="TIME")] = None,
    account: Annotated[str | None, typer.Option(help="Of this account only.", metavar="NAME")] = None,
    hours: Annotated[
        str | None, typer.Option(help="Business hours, such as 'Mo-Sa 09:00-19:00'.", metavar="HOURS")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="The time zone of all times.", metavar="ZONE")] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show personal data.")] = False,  # noqa: FBT002 - an option without a value
    theme: Annotated[Theme, typer.Option(help="auto follows the reader's system.")] = Theme.auto,
    out: Annotated[Path, typer.Option(help="The file to write.", metavar="FILE")] = Path("leadkit-report.html"),
) -> None:
    """Write one HTML file about your leads, which opens without a network; or nothing, if a number can't be right."""
    with speaking(interrupted=f"Interrupted: {out} was not written."):
        from leadkit.reports.making import make  # noqa: PLC0415 - so that --help need not wait
        from leadkit.reports.parameters import ReportParameters  # noqa: PLC0415 - as above

        asked = ReportParameters(
            source=source, start=start, end=end, account=account, hours=hours, zone=zone, reveal=reveal
        )
        made = make(asked, out, notebook=notebook, theme=theme.value)
        compared = " Every output is the one that is stored." if made.compared else ""
        personal = " It shows personal data." if reveal else ""
        say(f"{made.path}: {made.size / 1_000_000:.1f} MB.{compared}{personal} Only you may read it.")


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
