"""What the report of leadkit says: numbers of the metrics, in a dealer's words. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from leadkit import wording
from leadkit.metrics import findings as found
from leadkit.metrics.buckets import evidence_coverage
from leadkit.metrics.fees import fee_totals
from leadkit.metrics.financing import financing as answers_of
from leadkit.metrics.opening_hours import written
from leadkit.metrics.summary import response_summary
from leadkit.metrics.trade_ins import trade_ins as offered
from leadkit.reports import phrases
from leadkit.reports.blocks import Block, Card, Column, cards, facts, points, table
from leadkit.reports.phrases import Row
from leadkit.reports.tables import ReportTables


def scope(t: ReportTables) -> Block:
    """What the report is about, and what it rests on."""
    return facts(_scope(t))


def key_figures(t: ReportTables) -> Block:
    """How many leads, how fast they were answered, and what they cost."""
    row = response_summary(t.times).row(0, named=True)
    fees = fee_totals(t.leads, times=t.times).filter(pl.col("fee_currency").is_not_null()).to_dicts()
    return cards([*_answered(row), *_waits(row), *_costs(fees)])


def findings(t: ReportTables) -> Block:
    """What stands out, the most important first."""
    rows = found.findings(t.leads, t.times, zone=t.zone).to_dicts()
    return points(((row["severity"], row["title"], row["sentence"]) for row in rows), empty="Nothing stands out.")


def waits(t: ReportTables) -> Block:
    """How long buyers wait, by the calendar and in business hours."""
    clocks = {"By the calendar": "calendar"} | ({f"In business hours, {t.zone}": "business"} if t.hours else {})
    rows = {name: response_summary(t.times, clock=clock).row(0, named=True) for name, clock in clocks.items()}  # type: ignore[arg-type]  # both are clocks
    columns = [Column("Clock"), *(Column(heading, number=True) for heading in _QUANTILES | _WITHIN)]
    cells = (
        [
            name,
            *(phrases.quantile(row, one) for one in _QUANTILES.values()),
            *(phrases.share(row[one]) for one in _WITHIN.values()),
        ]
        for name, row in rows.items()
    )
    return table("How long buyers wait for the first answer", columns, cells, empty="no leads.")


def fees(t: ReportTables) -> Block:
    """What leads cost, each currency by itself."""
    rows = fee_totals(t.leads, times=t.times).to_dicts()
    columns = [Column("Currency"), Column("Leads", number=True), *(Column(heading, number=True) for heading in _MONEY)]
    cells = ([row["fee_currency"] or "No fee told", f"{row['leads']:,}", *_amounts(row)] for row in rows)
    return table("What leads cost", columns, cells, empty="no leads.")


def listings(t: ReportTables, *, rows: int = 10) -> Block:
    """The listings on which most buyers still wait."""
    titles = t.leads.group_by("item_id", maintain_order=True).agg(pl.col("item_title").drop_nulls().first())
    worst = (
        response_summary(t.times, by="item_id")
        .filter(pl.col("unanswered") > 0)
        .join(titles, on="item_id", how="left", nulls_equal=True)
        .sort("unanswered", "leads", "item_id", descending=[True, True, False], nulls_last=True)
        .head(rows)
    )
    columns = [
        Column("Listing"),
        *(Column(name, number=True) for name in ("Leads", "Still waiting", "Median wait")),
    ]
    cells = (
        [
            _listing(row),
            f"{row['leads']:,}",
            f"{row['unanswered']:,}",
            phrases.quantile(row, "p50"),
        ]
        for row in worst.to_dicts()
    )
    return table("Where most buyers still wait", columns, cells, empty=_nobody_waits(t))


def financing(t: ReportTables) -> Block:
    """What buyers said to the financing question."""
    row = answers_of(t.leads).row(0, named=True)
    columns = [Column("Answer"), Column("Leads", number=True), Column("Share of those who said something", number=True)]
    cells = [
        [
            "Wants financing",
            f"{row['yes']:,}",
            phrases.share_range(row, "yes_share", "yes_share_low", "yes_share_high"),
        ],
        ["No, or passed over", f"{row['no_or_unanswered']:,}", ""],
        ["Not asked, or not given", f"{row['not_given']:,}", ""],
    ]
    return table("Who asks for financing", columns, cells if row["leads"] else [], empty="no leads.")


def trade_ins(t: ReportTables, *, rows: int = 12) -> Block:
    """Which makes buyers offer in trade."""
    makes = offered(t.leads).head(rows).to_dicts()
    columns = [Column("Make"), Column("Leads", number=True), Column("Share of all leads", number=True)]
    cells = (
        [_MAKES.get(row["make"], row["make"]), f"{row['leads']:,}", phrases.share_range(row, "share", "low", "high")]
        for row in makes
    )
    return table("What buyers offer in trade", columns, cells, empty="no leads.")


def waiting(t: ReportTables, *, rows: int = 12) -> Block:
    """The newest leads that nobody has answered."""
    people = t.leads.select("account", "lead_id", "item_title", "first_name", "last_name", "fee", "fee_currency")
    newest = (
        t.times.filter(pl.col("state") == "unanswered")
        .sort("submitted_at", "lead_id", descending=[True, False], nulls_last=True)
        .head(rows)
        .join(
            people.unique(["account", "lead_id"], keep="last"), on=["account", "lead_id"], how="left", nulls_equal=True
        )
        .sort("submitted_at", "lead_id", descending=[True, False], nulls_last=True)
    )
    columns = [
        Column("Asked"),
        Column("Listing"),
        Column("Buyer"),
        Column("Waits", number=True),
        Column("Fee", number=True),
    ]
    cells = (
        [phrases.when(row["submitted_at"], t.zone), *_asked(row, reveal=t.parameters.reveal)]
        for row in newest.to_dicts()
    )
    caption = f"The newest leads without an answer (times in {t.zone})"
    return table(caption, columns, cells, empty=_nobody_waits(t))


def certainty(t: ReportTables) -> Block:
    """What the answers rest on."""
    rows = evidence_coverage(t.times).to_dicts()
    columns = [Column("State"), Column("Known from"), Column("Leads", number=True), Column("Share", number=True)]
    cells = (
        [_STATES[row["state"]], phrases.source_of(row["evidence"]), f"{row['leads']:,}", wording.share(row["share"])]
        for row in rows
    )
    return table("What the answers rest on", columns, cells, empty="no leads.")


def oddities(t: ReportTables) -> Block:
    """What did not fit when the data was fetched."""
    counted = (
        t.problems.group_by("source", "kind", maintain_order=True).agg(pl.col("count").sum()).sort("source", "kind")
    )
    columns = [Column("Table"), Column("What"), Column("How often", number=True)]
    cells = ([row["source"], row["kind"].replace("_", " "), f"{row['count']:,}"] for row in counted.to_dicts())
    return table("What was odd in the data", columns, cells, empty="nothing.")


_QUANTILES = {"Half wait at most": "p50", "3 of 4": "p75", "9 of 10": "p90"}
_WITHIN = {
    "Answered in 5 min": "answered_within_5m",
    "15 min": "answered_within_15m",
    "1 h": "answered_within_1h",
    "24 h": "answered_within_24h",
}
_MONEY = {
    "Charged": "gross",
    "Credits": "credits",
    "Total": "total",
    "Per lead": "per_lead",
    "Per answered lead": "per_answered_lead",
    "Spent on unanswered": "unanswered_spend",
}
_STATES = {
    "answered_exact": "Answered, and when",
    "answered_interval": "Answered, when is known roughly",
    "unanswered": "Not answered",
    "unknown": "Not known",
}
_MAKES = {"none": "No trade-in", "unknown": "A make that is not known"}
_FIRST, _LAST = pl.col("submitted_at").min(), pl.col("submitted_at").max().alias("last")
_DEMO = "An invented dealership on this machine (the demo)"
_NAMES = {"messages": "Messages of the threads", "conversations": "Conversations", "mail": "Mailbox"}


def _scope(t: ReportTables) -> Iterator[tuple[str, str]]:
    asked, times = t.parameters, t.times
    names = {"demo": _DEMO, "env": "The accounts of this environment"}
    yield "Data", names.get(asked.source) or f"Saved in {Path(asked.source).name}"
    accounts = t.leads.get_column("account").unique().drop_nulls().sort().to_list()
    yield "Account", wording.listed(accounts) or "none has leads"
    first, last, seen = times.select(_FIRST, _LAST, pl.col("observed_at").max()).row(0)
    span = f", from {phrases.when(first, t.zone)} to {phrases.when(last, t.zone)}" if first else ""
    yield "Leads", wording.count(times.height, "lead") + span
    if asked.start or asked.end:
        yield "Asked for", f"{asked.start or 'the first one'} to {asked.end or 'the last one'}"
    yield "As seen at", phrases.when(seen, t.zone)
    yield "Times are in", t.zone
    hours = f"{written(t.hours.schedule.weekly)} in {t.hours.zone}" if t.hours else None
    yield "Business hours", hours or "not told: waits are by the calendar only"
    for name, why in t.missing.items():
        yield f"{_NAMES[name]}: missing", why
    yield "Personal data", "shown: handle this file like the leads themselves" if asked.reveal else "masked"


def _answered(row: Row) -> Iterator[Card]:
    again = f"and {wording.count(row['duplicates'], 'repeat')} within a day" if row["duplicates"] else ""
    yield Card("Leads", f"{row['leads']:,}", again)
    answered = row["answered_exact"] + row["answered_interval"]
    unknown = f", of {row['unknown']:,} nothing is known" if row["unknown"] else ""
    yield Card("Answered", f"{answered:,}", f"{row['unanswered']:,} not answered{unknown}")


def _waits(row: Row) -> Iterator[Card]:
    yield Card("Half of the buyers wait at most", phrases.quantile(row, "p50"), phrases.median_range(row))
    hour, day = (phrases.share(row[name]) for name in ("answered_within_1h", "answered_within_24h"))
    yield Card("Answered within 1 hour", hour, f"within 24 hours: {day}")


def _costs(fees: list[Row]) -> Iterator[Card]:
    if not fees:
        yield Card("Fees", "none told")
        return
    for row in fees:
        each = phrases.money(row["per_answered_lead"], row["fee_currency"])
        yield Card("Lead fees", phrases.money(row["total"], row["fee_currency"]), f"{each} per answered lead")


def _nobody_waits(t: ReportTables) -> str:
    """Why no lead waits: there is none, each has its answer, or it is not known."""
    if t.times.is_empty():
        return "there are no leads."
    unknown = t.times.filter(pl.col("state") == "unknown").height
    return f"no lead is known to wait; of {unknown:,} nothing is known." if unknown else "every lead is answered."


def _listing(row: Row) -> str:
    """A listing by its title, with its number: several may have one title."""
    title, number = row["item_title"] or "No title", row["item_id"]
    return f"{title} ({number})" if number else title


def _amounts(row: Row) -> Iterator[str]:
    return (phrases.amount_alone(row[name], row["fee_currency"]) for name in _MONEY.values())


def _asked(row: Row, *, reveal: bool) -> Iterator[str]:
    yield row["item_title"] or row["item_id"] or "No listing"
    name = " ".join(filter(None, (row["first_name"], row["last_name"])))
    yield (name if reveal else "masked") if name else "no name"
    yield "not known" if row["age"] is None else wording.span(row["age"])
    yield phrases.money(row["fee"], row["fee_currency"])
