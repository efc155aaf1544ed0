"""What `leadkit demo` prints: the numbers, what stands out in them, what they are made of.

Only counts, sums, waits, names of statuses and currencies, and moments of all leads: nothing of any person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import polars as pl
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leadkit import wording
from leadkit.metrics.fees import fee_totals
from leadkit.metrics.figures import Row, known
from leadkit.metrics.financing import financing
from leadkit.metrics.findings import findings
from leadkit.metrics.proportions import wilson
from leadkit.metrics.summary import response_summary
from leadkit.metrics.trade_ins import trade_ins


def show(console: Console, frames: Mapping[str, pl.DataFrame], *, zone: str, files: str) -> None:
    """Print the summary of what was fetched.

    Args:
        console: where to.
        frames: all tables, with the times of `response_times`, the problems and the requests.
        zone: the zone in which times are shown.
        files: where each of them is kept, ``<table>`` in place of its name.
    """
    leads, times = frames["leads"], frames["times"]
    shares = [
        _part("Leads by status", _shares(by_status(leads))),
        _part("Financing wanted", _shares(financing_answers(leads))),
        _part("Trade-in", _shares(offers(leads))),
    ]
    _print(console, _part("Replies", _replies(replies(times)), note=_REPLIES))
    _print(console, _part("What stands out", _stands_out(findings(leads, times, zone=zone))))
    _print(console, _part("Fees", _fees(fee_totals(leads, times=times)), note="each currency by itself"))
    _print(console, Columns(shares, padding=(0, 4)))
    _print(console, _part("Tables", _tables(frames, zone), note=files))
    _print(console, _part("What each source tells", _told(), note="phone calls are in none"))
    _print(console, _part("What was odd", _odd(odd(frames["problems"]))))


def say_what_came(console: Console, frames: Mapping[str, pl.DataFrame], *, seconds: float, of: int) -> None:
    """Print how the tables of an invented dealership came, and how many leads it has in all."""
    requests = frames["requests"]
    megabytes = (requests.get_column("bytes").sum() or 0) / 1_000_000
    console.print()
    console.print(
        Text.assemble(("An invented dealership", "bold"), ", fetched over HTTP from a sandbox on this machine:")
    )
    there = len(frames["leads"])
    ended = f" {there:,} of {of:,} leads are on active listings." if of > there else ""
    console.print(f"{len(requests):,} calls, {megabytes:.1f} MB, {seconds:.1f} s.{ended}")
    console.print()


def say_next(console: Console, lines: Sequence[str]) -> None:
    """Print lines of Python to go on with, whole, so that they can be copied."""
    console.print(_heading("Next, in Python"))
    for line in lines:
        console.print(Text(f"  {line}", style="green"), soft_wrap=True)


def replies(times: pl.DataFrame) -> pl.DataFrame:
    """Naive and honest numbers side by side, as text: what, naive, honest, interval.

    Naive is what the leads say whose wait is known exactly; honest counts those that still wait, too.
    """
    naive, honest = response_summary(times.filter(state="answered_exact")), response_summary(times)
    alone, whole = naive.row(0, named=True), honest.row(0, named=True)
    rows = [
        ("median wait", _median(alone), _median(whole), _interval(whole)),
        *((f"within {words}", _share(alone[name]), _share(whole[name]), "") for words, name in _WITHIN.items()),
        ("no reply", "not counted", *_unanswered(whole)),
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("what", "naive", "honest", "interval"), pl.String), orient="row")


def by_status(leads: pl.DataFrame) -> pl.DataFrame:
    """One row per status: name, leads; the most frequent first."""
    return (
        leads.group_by(pl.col("status").fill_null("not given").alias("name"))
        .agg(pl.len().cast(pl.Int64).alias("leads"))
        .sort("leads", "name", descending=[True, False])
    )


def financing_answers(leads: pl.DataFrame) -> pl.DataFrame:
    """How many want financing: name, leads; eBay sends false also where the question was passed over."""
    names = {"yes": "yes", "no_or_unanswered": "no or not answered", "not_given": "not given"}
    return financing(leads).select(*names).rename(names).unpivot(variable_name="name", value_name="leads")


def offers(leads: pl.DataFrame) -> pl.DataFrame:
    """How many offer a car: name, leads; placeholders such as N/A in make, model and year offer none."""
    made, count = pl.col("make"), pl.col("leads")
    counts = {"offered": made != "none", "none": made == "none"}
    offered = trade_ins(leads).select(count.filter(rows).sum().alias(name) for name, rows in counts.items())
    return offered.unpivot(variable_name="name", value_name="leads")


def odd(problems: pl.DataFrame) -> pl.DataFrame:
    """One row per kind of problem and column: kind, place, count, detail (of the first); the most frequent first."""
    place = pl.concat_str("source", "column", separator=".", ignore_nulls=True)
    return (
        problems.group_by("kind", place.alias("place"), maintain_order=True)
        .agg(pl.col("count").sum(), pl.col("detail").first())
        .sort("count", descending=True, maintain_order=True)
    )


TELLS = (
    ("leads", "who, which ad, what fee, NEW or RESPONDED", "when answered; ended ads"),
    ("messages", "every message with its time", "deleted threads, guests"),
    ("mail", "UserResponseDate, the Sent folder", "more than a year back"),
    ("crm_leads", "when a lead reached the CRM, its stage", "replies"),
)
"""What each source can and can't tell."""
_REPLIES = "naive: the known waits alone; honest: those who still wait count"
_WITHIN = {"1 h": "answered_within_1h", "24 h": "answered_within_24h"}
_NONE = "-"
_MOST_SAID = 4  # findings of a screen
_MOST_ODD = 4  # rows of a screen
_STYLES = {"high": "red", "medium": "yellow", "low": "dim"}
_NOT_A_TABLE = {"problems", "requests"}


def _median(row: Row) -> str:
    return wording.bounds(row["p50_earliest"], row["p50"]) if known(row) else _NONE


def _interval(row: Row) -> str:
    return "" if row["p50_low"] is None else wording.bounds(row["p50_low"], row["p50_high"])


def _unanswered(row: Row) -> tuple[str, str]:
    """The share of leads without a reply, and its interval."""
    n = known(row)
    if not n:
        return _NONE, ""
    low, high = wilson(row["unanswered"], n)
    return _share(row["unanswered"] / n), f"{_share(low)} to {_share(high)}"


def _share(share: float | None) -> str:
    return _NONE if share is None else wording.share(share)


def _replies(found: pl.DataFrame) -> Table:
    grid = _grid("", ">naive", ">honest", "95 % interval")
    for what, naive, honest, interval in found.iter_rows():
        grid.add_row(what, Text(naive, style="dim"), Text(honest, style="bold"), interval)
    return grid


def _stands_out(found: pl.DataFrame) -> RenderableType:
    """The first finding of each topic, as its title."""
    if found.is_empty():
        return _nothing("nothing")
    grid = _grid("", "")
    for severity, title in (
        found.unique("topic", keep="first", maintain_order=True).head(_MOST_SAID)["severity", "title"].iter_rows()
    ):
        grid.add_row(Text(severity, style=_STYLES[severity]), _text(title))
    return grid


def _tables(frames: Mapping[str, pl.DataFrame], zone: str) -> RenderableType:
    """How many rows each table has, and from when to when the leads came."""
    counted = {name: f"{len(frame):,}" for name, frame in frames.items() if name not in _NOT_A_TABLE}
    grid = _grid(*(f">{name}" for name in counted))
    grid.add_row(*counted.values())
    at = frames["leads"].get_column("submitted_at").dt.convert_time_zone(zone)
    moments = [f"{moment:%Y-%m-%d %H:%M}" for moment in (at.min(), at.max()) if isinstance(moment, datetime)]
    return Group(grid, _nothing(f"leads from {' to '.join(moments)}, {zone}")) if moments else grid


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


def _fees(totals: pl.DataFrame) -> RenderableType:
    if totals.is_empty():
        return _nothing("no leads")
    grid = _grid("", ">leads", ">credits", ">total", ">for no reply", ">a lead", ">an answered lead")
    sums = ("credits", "total", "unanswered_spend", "per_lead", "per_answered_lead")
    for row in totals.iter_rows(named=True):
        currency = row["fee_currency"] or ("not given" if row["charged"] else "no amount")
        grid.add_row(_text(currency), f"{row['leads']:,}", *(_money(row[name], row["fee_currency"]) for name in sums))
    return grid


def _money(amount: Decimal | None, currency: str | None) -> str:
    return _NONE if amount is None else wording.money(amount, currency).rpartition(" ")[2]


def _odd(found: pl.DataFrame) -> RenderableType:
    if found.is_empty():
        return _nothing("nothing")
    shown = found.head(_MOST_ODD)
    grid = _grid("", ">", "", "")
    for column in grid.columns[:-1]:
        column.no_wrap = True
    for kind, place, count, detail in shown.iter_rows():
        words = _text(detail or "")
        words.no_wrap, words.overflow = True, "ellipsis"  # a line for each; the whole stands in problems.parquet
        grid.add_row(Text(kind, style="yellow"), f"{count:,}", _text(place), words)
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
