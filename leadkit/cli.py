"""The command line: `leadkit demo`, `fetch`, `report`, `check`, `refresh`, `login`, `sandbox`."""

from __future__ import annotations

import io
import logging
import os
import shlex
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import leadkit as lk
from leadkit.cli_login import login
from leadkit.cli_notebooks import check, refresh, report
from leadkit.terminal import INTERRUPTED, console, say, speaking

if TYPE_CHECKING:
    import polars as pl

    from leadkit.sandbox import Sandbox
    from leadkit.shop import Shop

app = typer.Typer(
    name="leadkit",
    help="Sales leads from marketplaces as typed tables.",
    epilog="Begin with: leadkit demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks could show locals
    context_settings={"help_option_names": ["-h", "--help"]},
)


class TableName(StrEnum):
    """The tables that can be fetched."""

    leads = "leads"
    conversations = "conversations"
    messages = "messages"
    mail = "mail"
    folders = "folders"
    crm_leads = "crm_leads"


class Format(StrEnum):
    """The kinds of files."""

    parquet = "parquet"
    csv = "csv"


_FOLDER = Path("leadkit-demo")
Seed = Annotated[int, typer.Option(help="Which dealership; the same seed gives the same tables.", min=0)]
Leads = Annotated[int, typer.Option(help="How many leads it has.", min=1)]


def main() -> None:
    """Run the command line; what `leadkit` starts."""
    logging.getLogger("stamina").addHandler(logging.NullHandler())  # it would write bare words to stderr
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a currency or a folder may have letters that a pipe has not
    try:
        app()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            _leave_at_once()
        raise


@app.callback(invoke_without_command=True)
def _options(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"leadkit {lk.__version__}")
        raise typer.Exit


@app.command(epilog="Example: leadkit demo --leads 2000 --out tables")
def demo(
    seed: Seed = 7,
    leads: Leads = 800,
    out: Annotated[Path, typer.Option(help="The folder for the tables.", metavar="FOLDER")] = _FOLDER,
) -> None:
    """Fetch an invented dealership over HTTP, keep its tables as Parquet, say what is in them, write a report."""
    from leadkit import export, summary  # noqa: PLC0415 - so that --help need not wait for Polars
    from leadkit.reports.making import make_from  # noqa: PLC0415 - as above

    with speaking(interrupted="Interrupted: not all tables were written."):
        warnings.simplefilter("ignore", lk.LeadkitWarning)  # what was odd stands in the summary
        export.prepare(out, _FILES)
        export.check_ours(out / _REPORT)
        began = time.monotonic()
        with lk.demo(seed, leads) as shop:
            frames = all_tables(shop)
            took = time.monotonic() - began
            export.keep(frames, out)
            report = make_from(frames, out / _REPORT, zone=shop.zone, hours=shop.hours)
        page = console()
        dealership = len(shop.truth) if shop.truth is not None else 0
        summary.say_what_came(page, frames, seconds=took, of=dealership)
        summary.show(page, frames, zone=shop.zone, files=str(out / export.file_of("<table>")))
        summary.say_next(page, _next_lines(out, seed, leads))
        say(f"\nThe report, one page to open in a browser: {report.path}")


@app.command(epilog="Example: leadkit fetch leads --start 2026-08-01 --out leads.csv")
def fetch(  # noqa: PLR0917 - each is an option of the command line, given by its name
    table: Annotated[TableName, typer.Argument(help=f"{', '.join(TableName)}.", metavar="TABLE")],
    source: Annotated[str, typer.Option(help="env (your account), demo, or a folder.", metavar="WHERE")] = "env",
    start: Annotated[str | None, typer.Option(help="From this time on, such as 2026-08-01.", metavar="TIME")] = None,
    end: Annotated[str | None, typer.Option(help="Before this time.", metavar="TIME")] = None,
    zone: Annotated[str, typer.Option(help="The time zone of --start and --end.", metavar="ZONE")] = "UTC",
    include_messages: Annotated[  # noqa: FBT002 - an option without a value
        bool, typer.Option("--include-messages", help="Of leads: questions and answers.")
    ] = False,
    type: Annotated[
        str | None, typer.Option(help="Of conversations: FROM_MEMBERS, FROM_EBAY, ALL.", metavar="TYPE")
    ] = None,
    item_id: Annotated[str | None, typer.Option(help="About this listing only.", metavar="ID")] = None,
    status: Annotated[
        str | None, typer.Option(help="Answered, Unanswered; ACTIVE, UNREAD, …", metavar="STATUS")
    ] = None,
    folder: Annotated[
        list[int] | None, typer.Option(help="Of mail: 0 is the inbox, 1 sent; repeat it.", metavar="NUMBER")
    ] = None,
    bodies: Annotated[bool, typer.Option("--bodies", help="Of mail: the texts, too.")] = False,  # noqa: FBT002 - as above
    ids: Annotated[
        Path | None, typer.Option(help="Of crm_leads: one a line, or .csv, .parquet.", metavar="FILE")
    ] = None,
    ids_column: Annotated[str | None, typer.Option(help="Which of --ids, if not prospect_id.", metavar="NAME")] = None,
    columns: Annotated[str | None, typer.Option(help="Of crm_leads: FirstName,mx_Store,…", metavar="NAMES")] = None,
    format: Annotated[
        Format | None, typer.Option(help="parquet or csv, if --out does not tell.", metavar="FORMAT")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="TABLE.parquet if not given.", metavar="FILE")] = None,
    record: Annotated[Path | None, typer.Option(help="Keep every answer as it came, here.", metavar="FOLDER")] = None,
) -> None:
    """Fetch one table into a Parquet or CSV file. It holds raw personal data; only you may read it."""
    given = {
        "start": start,
        "end": end,
        "zone": None if zone == "UTC" else zone,
        "item_id": item_id,
        "status": status,
        "include_messages": include_messages,
        "conversation_type": type,
        "folder": folder,
        "bodies": bodies,
        "ids": ids,
        "ids_column": ids_column,
        "columns": columns,
    }
    arguments = _arguments_of(table, given)
    path, csv = _target(table, out, format)
    with speaking(interrupted=f"Interrupted: {path} was not written."):
        from leadkit import export  # noqa: PLC0415 - so that --help need not wait for Polars

        export.check_writable(path)
        with _shop(source, record) as shop:
            found = _FETCHES[table](shop, arguments)
        export.write(found, path, csv=csv)
        typer.echo(f"{path}: {len(found):,} rows of {table}. It holds raw personal data; only you may read it.")


app.command(epilog="Example: leadkit login --scope messages --scope mail")(login)
app.command(epilog="Example: leadkit report --source env --start 2026-08-01 --out august.html")(report)
app.command(epilog="Example: leadkit check notebooks")(check)
app.command(epilog="Example: leadkit refresh notebooks/01-getting-started.ipynb")(refresh)


@app.command(epilog="Example: leadkit sandbox --port 8765")
def sandbox(
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 0,
    seed: Seed = 7,
    leads: Leads = 800,
) -> None:
    """Serve the APIs of an invented dealership on this machine, until Ctrl-C."""
    from leadkit.sandbox import serve  # noqa: PLC0415 - the server is loaded when it is used

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with speaking(interrupted=None):
        try:
            serve(port, seed, leads, announce=_announce)
        except OSError as error:
            raise lk.LeadkitError(f"Port {port} can't be used: {error.strerror}. --port 0 takes a free one.") from error


_REPORT = "report.html"
_FILES = ("leads", "conversations", "messages", "mail", "folders", "crm_leads", "times", "problems", "requests")
_TALKS = ("start", "end", "zone", "item_id", "status", "conversation_type")
_TAKES: dict[TableName, tuple[str, ...]] = {
    TableName.leads: ("start", "end", "zone", "item_id", "status", "include_messages"),
    TableName.conversations: _TALKS,
    TableName.messages: _TALKS,
    TableName.mail: ("start", "end", "zone", "folder", "bodies"),
    TableName.folders: (),
    TableName.crm_leads: ("ids", "ids_column", "columns"),
}
_OPTIONS = {"conversation_type": "--type"}
_FETCHES: dict[TableName, Callable[[Shop, Mapping[str, Any]], pl.DataFrame]] = {
    TableName.leads: lambda shop, arguments: shop.ebay.leads(**arguments),
    TableName.conversations: lambda shop, arguments: shop.ebay.conversations(**arguments),
    TableName.messages: lambda shop, arguments: shop.ebay.messages(shop.ebay.conversations(**arguments)),
    TableName.mail: lambda shop, arguments: shop.ebay.mail(**arguments),
    TableName.folders: lambda shop, arguments: shop.ebay.folders(**arguments),
    TableName.crm_leads: lambda shop, arguments: _crm_leads(shop, **arguments),
}


def _crm_leads(
    shop: Shop, *, ids: Path | None = None, ids_column: str | None = None, columns: str | None = None
) -> pl.DataFrame:
    """The CRM leads whose ids stand in a file; without one those of the demo, or of the recording."""
    from leadkit.id_files import read_ids  # noqa: PLC0415 - so that --help need not wait for Polars

    if ids is None and not shop.ids:
        raise lk.InvalidRequest("crm_leads: no ids. --ids says which file holds them.")
    return shop.crm.leads(shop.ids if ids is None else read_ids(ids, ids_column), columns)


def all_tables(shop: Shop) -> dict[str, pl.DataFrame]:
    """Every table of a shop as a whole, the waits that they prove, then what was odd and what was asked."""
    import polars as pl  # noqa: PLC0415 - so that --help need not wait for Polars

    ebay, crm = shop.ebay, shop.crm
    conversations = ebay.conversations("ALL")
    found = {
        "leads": ebay.leads(include_messages=True),
        "conversations": conversations,
        "messages": ebay.messages(conversations),
        "mail": ebay.mail(bodies=True),
        "folders": ebay.folders(),
        "crm_leads": crm.leads(shop.ids),
    }
    found["times"] = lk.response_times(
        found["leads"],
        messages=found["messages"],
        conversations=conversations,
        mail=found["mail"],
        hours=shop.hours,
    )
    told = {name: pl.concat([getattr(ebay, name), getattr(crm, name)]) for name in ("problems", "requests")}
    return found | told


def _next_lines(folder: Path, seed: int, leads: int) -> list[str]:
    """Lines that run as they are, in the folder that the command ran in."""
    same = "" if (seed, leads) == (7, 800) else f"seed={seed}, leads={leads}"
    read = [f"{name} = pl.read_parquet({(folder / f'{name}.parquet').as_posix()!r})" for name in ("leads", "times")]
    return [
        "import leadkit as lk, polars as pl",
        *read,
        "print(*lk.findings(leads, times)['sentence'], sep='\\n')",
        f"shop = lk.demo({same}); shop.ebay.leads(status='Unanswered')",
    ]


def _refuse(given: object, option: str, tables: str) -> None:
    if given:
        raise typer.BadParameter(f"{option} is for {tables} only.")


def _arguments_of(table: TableName, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, as arguments of the fetch; one that the table does not take is refused."""
    chosen = {name: value for name, value in given.items() if value}
    for name in chosen:
        if name not in _TAKES[table]:
            takers = [other for other, names in _TAKES.items() if name in names]
            _refuse(name, _OPTIONS.get(name, f"--{name.replace('_', '-')}"), " and ".join(takers))
    if "ids_column" in chosen and "ids" not in chosen:
        raise typer.BadParameter("--ids-column says which column of --ids FILE, and no --ids was given.")
    return chosen


def _target(table: TableName, out: Path | None, kind: Format | None) -> tuple[Path, bool]:
    """The file to write, and whether as CSV."""
    path = out or Path(f"{table}.{kind or Format.parquet}")
    ending = path.suffix.lower().removeprefix(".")
    if kind is None and ending not in set(Format):
        raise typer.BadParameter(
            f"--out {path} ends neither with .parquet nor with .csv; --format says what it shall be."
        )
    if kind and ending in set(Format) and ending != kind:
        raise typer.BadParameter(f"--out {path} and --format {kind} contradict each other.")
    return path, (kind or ending) == Format.csv


@contextmanager
def _shop(source: str, record: Path | None) -> Iterator[Shop]:
    from leadkit import export  # noqa: PLC0415 - so that --help need not wait for Polars

    if source not in {"env", "demo"}:
        _refuse(record, "--record", "--source env and demo")
    if record is not None:
        export.make_folder(record)
    with lk.open(source, record=record) as shop:
        yield shop


def _announce(sandbox: Sandbox) -> None:
    """Say where it is, and how a client finds it; nothing is wrapped, so that it can be copied."""
    from leadkit.sandbox import environment  # noqa: PLC0415 - it is loaded by now

    variables = environment(sandbox)
    say(f"An invented dealership answers at {sandbox.url}", "bold")
    say("\nIn bash, zsh:", "bold cyan")
    for name, value in variables.items():
        say(f"export {name}={shlex.quote(value)}")
    say("\nIn PowerShell:", "bold cyan")
    for name, value in variables.items():
        quoted = value.replace("'", "''")
        say(f"$env:{name} = '{quoted}'")
    say("\nThen, for example: leadkit fetch leads. Ctrl-C stops the sandbox.", "dim")


def _leave_at_once() -> None:
    """End without waiting for calls that are still on their way in other threads."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
