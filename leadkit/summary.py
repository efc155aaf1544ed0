"""What `leadkit demo` prints: a few frames counted with Polars, and one screen made of them.

Only counts, sums, names of statuses and currencies, and the first and the last moment: nothing of any person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

TIMES = {
    "leads": ("submitted_at", "submitted_at"),
    "conversations": ("created_at", "latest_at"),
    "messages": ("created_at", "created_at"),
    "mail": ("received_at", "received_at"),
    "crm_leads": ("created_at", "modified_at"),
}
"""Where the first and the last moment of a table stand."""
TELLS = (
    ("leads", "who asked, which ad, what fee, NEW or RESPONDED", "when you answered, ended ads"),
    ("messages", "every message with its time", "deleted threads, guests"),
    ("mail", "UserResponseDate, the Sent folder", "more than a year back"),
    ("crm_leads", "when a lead reached the CRM, its stage", "replies"),
)
"""What each source can and can't tell."""


def show(console: Console, frames: Mapping[str, pl.DataFrame], *, zone: str, files: str) -> None:
    """Print the summary of what was fetched.

    Args:
        console: where to.
        frames: all tables, the problems and the requests.
        zone: the zone in which times are shown.
        files: where each of them is kept, ``<table>`` in place of its name.
    """
    leads, problems = frames["leads"], frames["problems"]
    shares = [
        _part("Leads by status", _shares(by_status(leads))),
        _part("Financing wanted", _shares(financing(leads))),
        _part("Trade-in", _shares(trade_ins(leads))),
    ]
    _print(console, _part("Tables", _tables(tables(frames, zone)), note=f"times in {zone}; files: {files}"))
    _print(console, _part("What each source tells", _told(), note="phone calls are in none"))
    _print(console, Columns(shares, padding=(0, 4)))
    _print(console, _part("Fees", _fees(fees(leads)), note="as charged, each currency by itself"))
    _print(console, _part("What was odd", _odd(odd(problems))))


def say_what_came(console: Console, frames: Mapping[str, pl.DataFrame], *, seconds: float, of: int) -> None:
    """Print how the tables of an invented dealership came, and how many leads it has in all."""
    requests = frames["requests"]
    megabytes = (requests.get_column("bytes").sum() or 0) / 1_000_000
    console.print()
    console.print(
        Text.assemble(("An invented dealership", "bold"), ", fetched over HTTP from a sandbox on this machine:")
    )
    console.print(f"{len(requests):,} calls, {megabytes:.1f} MB, {seconds:.1f} s.")
    if of > len(frames["leads"]):
        console.print(f"It has {of:,} leads; the Leads API tells only of those on active listings.")
    console.print()


def say_next(console: Console, lines: Sequence[str]) -> None:
    """Print lines of Python to go on with, whole, so that they can be copied."""
    console.print(_heading("Next, in Python"))
    for line in lines:
        console.print(Text(f"  {line}", style="green"), soft_wrap=True)


def tables(frames: Mapping[str, pl.DataFrame], zone: str) -> pl.DataFrame:
    """One row per table of a source: table, rows, first and last (its moments as text in that zone, else null)."""
    rows = [
        {"table": name, "rows": len(frame), **_span(name, frame, zone)}
        for name, frame in frames.items()
        if name not in {"problems", "requests"}
    ]
    return pl.DataFrame(rows, schema={"table": pl.String, "rows": pl.Int64, "first": pl.String, "last": pl.String})


def by_status(leads: pl.DataFrame) -> pl.DataFrame:
    """One row per status: name, leads; the most frequent first."""
    return (
        leads.group_by(pl.col("status").fill_null("not given").alias("name"))
        .agg(pl.len().cast(pl.Int64).alias("leads"))
        .sort("leads", "name", descending=[True, False])
    )


def financing(leads: pl.DataFrame) -> pl.DataFrame:
    """How many want financing: name, leads; eBay sends false also where the question was passed over."""
    answer = pl.col("financing")
    return _counted(leads, {"yes": answer, "no or not answered": ~answer, "not given": answer.is_null()})


def trade_ins(leads: pl.DataFrame) -> pl.DataFrame:
    """How many offer a car: name, leads; placeholders such as N/A in make, model and year offer none."""
    said = [_says_something(f"trade_in_{part}") for part in ("make", "model", "year")]
    return _counted(leads, {"offered": pl.any_horizontal(said), "none": ~pl.any_horizontal(said)})


def fees(leads: pl.DataFrame) -> pl.DataFrame:
    """One row per currency: currency, leads, gross, credits (0 or less), total; then one of leads without an amount."""
    fee = pl.col("fee")
    totals = (
        leads.filter(fee.is_not_null())
        .group_by(pl.col("fee_currency").fill_null("not given").alias("currency"))
        .agg(
            pl.len().cast(pl.Int64).alias("leads"),
            fee.filter(fee > 0).sum().alias("gross"),
            fee.filter(fee < 0).sum().alias("credits"),
            fee.sum().alias("total"),
        )
        .sort("leads", "currency", descending=[True, False])
    )
    missing = _counted(leads, {"no amount": fee.is_null()}).rename({"name": "currency"})
    return pl.concat([totals, missing.filter(pl.col("leads") > 0)], how="diagonal")


def odd(problems: pl.DataFrame) -> pl.DataFrame:
    """One row per kind of problem and column: kind, place, count, detail (of the first); the most frequent first."""
    place = pl.concat_str("source", "column", separator=".", ignore_nulls=True)
    return (
        problems.group_by("kind", place.alias("place"), maintain_order=True)
        .agg(pl.col("count").sum(), pl.col("detail").first())
        .sort("count", descending=True, maintain_order=True)
    )


_NOTHING_SAID = ("", "-", "--", "n/a", "na", "no", "none", "null", "unknown", "?")
_MOST_ODD = 6  # rows of a screen


def _span(name: str, frame: pl.DataFrame, zone: str) -> dict[str, str | None]:
    if name not in TIMES:
        return {"first": None, "last": None}
    first, last = (pl.col(column).dt.convert_time_zone(zone).dt.to_string("%Y-%m-%d %H:%M") for column in TIMES[name])
    return frame.select(first.min().alias("first"), last.max().alias("last")).row(0, named=True)


def _counted(leads: pl.DataFrame, groups: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """How many leads each expression is true of: name, leads."""
    counts = leads.select(expression.sum().cast(pl.Int64).alias(name) for name, expression in groups.items())
    return counts.unpivot(variable_name="name", value_name="leads")


def _says_something(column: str) -> pl.Expr:
    return ~pl.col(column).fill_null("").str.strip_chars().str.to_lowercase().is_in(_NOTHING_SAID)


def _tables(found: pl.DataFrame) -> Table:
    grid = _grid("", ">rows", "first", "last")
    for name, rows, first, last in found.iter_rows():
        grid.add_row(_text(name), f"{rows:,}", first or "", last or "")
    return grid


def _told() -> Table:
    grid = _grid("", "it tells", "it can't tell")
    for name, tells, misses in TELLS:
        grid.add_row(name, tells, Text(misses, style="dim"))
    return grid


def _shares(found: pl.DataFrame) -> RenderableType:
    of = found.get_column("leads").sum()
    if not of:
        return _nothing("no leads")
    grid = _grid("", ">", ">")
    for name, leads in found.iter_rows():
        grid.add_row(_text(name), f"{leads:,}", Text(f"{leads / of:.0%}", style="dim"))
    return grid


def _fees(found: pl.DataFrame) -> RenderableType:
    if found.is_empty():
        return _nothing("no leads")
    grid = _grid("", ">leads", ">charged", ">credits", ">total")
    for currency, leads, *sums in found.iter_rows():
        grid.add_row(_text(currency), f"{leads:,}", *map(_money, sums))
    return grid


def _money(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}"


def _odd(found: pl.DataFrame) -> RenderableType:
    if found.is_empty():
        return _nothing("nothing")
    grid = _grid("", ">", "", "")
    for kind, place, count, detail in found.head(_MOST_ODD).iter_rows():
        grid.add_row(Text(kind, style="yellow"), f"{count:,}", _text(place), _text(detail or ""))
    left = len(found) - _MOST_ODD
    return Group(grid, Text(f"and {left} more kinds, in problems.parquet", style="dim")) if left > 0 else grid


def _nothing(words: str) -> Text:
    return Text(words, style="dim")


def _grid(*columns: str) -> Table:
    """A table without lines; a name that begins with > stands to the right, with its numbers."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(name.strip(">") for name in columns))
    for name in columns:
        right = name.startswith(">")
        grid.add_column(name.strip(">"), justify="right" if right else "left", header_style="dim", no_wrap=right)
    return grid


def _part(title: str, body: RenderableType, *, note: str = "") -> Group:
    return Group(_heading(title, note), Padding(body, (0, 0, 0, 2), expand=False))


def _heading(title: str, note: str = "") -> Text:
    return Text.assemble((title, "bold cyan"), (f"  {note}" if note else "", "dim"))


def _print(console: Console, part: RenderableType) -> None:
    console.print(part)
    console.print()


def _text(told: str) -> Text:
    """A text from the API, without what could steer a terminal."""
    return Text("".join(letter if letter.isprintable() else "�" for letter in told))
