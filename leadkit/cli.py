"""The command line: `leadkit demo`, `leadkit fetch`, `leadkit sandbox`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:

    pass

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


class Format(StrEnum):
    """The kinds of files."""

    parquet = "parquet"
    csv = "csv"


Seed = Annotated[int, typer.Option(help="Which dealership; the same seed gives the same tables.", min=0)]
Leads = Annotated[int, typer.Option(help="How many leads it has.", min=0)]


def main() -> None:
    """Run the command line; what `leadkit` starts."""
    logging.getLogger("stamina").addHandler(logging.NullHandler())  # else it writes bare words where logging is not set up
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a name may have letters that a pipe has not
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
    out: Annotated[Path, typer.Option(help="The folder for the tables.", metavar="FOLDER")] = Path("leadkit-demo"),
) -> None:
    """Fetch an invented dealership over HTTP, keep its tables as Parquet, say what is in them: no account needed."""
    from leadkit import summary  # noqa: PLC0415 - so that --help need not wait for Polars

    with _speaking(interrupted="Interrupted: nothing was written."):
        _prepare(out)
        began = time.monotonic()
        with lk.demo(seed, leads) as shop:
            frames = _all_tables(shop.ebay)
            took = time.monotonic() - began
            _keep(frames, out, seed, leads)
        console = _console()
        _say_what_it_is(console, frames, shop, seed=seed, seconds=took)
        summary.show(console, frames, zone=shop.zone, folder=_shown(out), files={name: _file(name) for name in frames})
        summary.say_next(console, _next_lines(out, seed, leads))


@app.command(epilog="Example: leadkit fetch leads --start 2026-08-01 --out leads.csv")
def fetch(
    table: Annotated[TableName, typer.Argument(help="What to fetch.")],
    source: Annotated[str, typer.Option(help="env: the account in the environment; demo; or a folder.")] = "env",
    start: Annotated[str | None, typer.Option(help="From this time on: 2026-08-01, or with a time.")] = None,
    end: Annotated[str | None, typer.Option(help="Before this time.")] = None,
    zone: Annotated[str, typer.Option(help="The zone of --start and --end.")] = "UTC",
    include_messages: Annotated[bool, typer.Option("--include-messages", help="leads: questions and answers.")] = False,  # noqa: FBT002 - an option
    type: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option(help="conversations, messages: FROM_MEMBERS, FROM_EBAY or ALL.")
    ] = None,
    item_id: Annotated[str | None, typer.Option(help="Of this listing only.")] = None,
    status: Annotated[
        str | None, typer.Option(help="leads: Answered, Unanswered; conversations: ACTIVE, UNREAD, …")
    ] = None,
    format: Annotated[Format | None, typer.Option(help="Else by the ending of --out.")] = None,  # noqa: A002 - likewise
    out: Annotated[Path | None, typer.Option(help="The file. [default: TABLE.parquet]", metavar="FILE")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Also keep every answer as it came here.", metavar="FOLDER")
    ] = None,
) -> None:
    """Fetch one table into a Parquet or CSV file. It holds raw personal data; only you may read it."""
    filters = {"start": start, "end": end, "zone": zone, "item_id": item_id, "status": status}
    if table is TableName.leads:
        _refuse(type, "--type", "conversations and messages")
        arguments = {**filters, "include_messages": include_messages}
    else:
        _refuse(include_messages, "--include-messages", "leads")
        arguments = {**filters, "conversation_type": type or "FROM_MEMBERS"}
    path, csv = _target(table, out, format)
    with _speaking(interrupted=f"Interrupted: {path} was not written."):
        from leadkit import export  # noqa: PLC0415 - so that --help need not wait for Polars

        export.check_writable(path)
        with _account(source, record) as account:
            found = _FETCHES[table](account, arguments)
        export.write(found, path, csv=csv)
        typer.echo(f"{path}: {len(found):,} rows of {table}. It holds raw personal data; only you may read it.")


@app.command(epilog="Example: leadkit sandbox --port 8765")
def sandbox(
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 0,
    seed: Seed = 7,
    leads: Leads = 800,
) -> None:
    """Serve the APIs of an invented dealership on this machine, until Ctrl-C."""
    from leadkit.sandbox import serve  # noqa: PLC0415 - the server is loaded when it is used

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _speaking(interrupted=None):
        try:
            serve(port, seed, leads, announce=_announce)
        except OSError as error:
            raise lk.LeadkitError(f"Port {port} can't be used: {error.strerror}. --port 0 takes a free one.") from error


INTERRUPTED = 130
_FILES = ("leads", "conversations", "messages", "problems", "requests")
_WRITER = {"leadkit": "demo"}
_FETCHES: dict[TableName, Any] = {
    TableName.leads: lambda account, arguments: account.leads(**arguments),
    TableName.conversations: lambda account, arguments: account.conversations(**arguments),
    TableName.messages: lambda account, arguments: account.messages(account.conversations(**arguments)),
}
