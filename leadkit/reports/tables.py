"""What a report is made of: the tables of a shop, the waits measured from them, and what could not be had."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from leadkit.errors import Forbidden, InvalidRequest, LeadkitError, LeadkitWarning, NotFound
from leadkit.metrics.hours import BusinessHours
from leadkit.metrics.masking import mask
from leadkit.metrics.response import response_times
from leadkit.metrics.zones import zone_named
from leadkit.reports.parameters import ReportParameters
from leadkit.shop import Shop, open


@dataclass(frozen=True, slots=True)
class ReportTables:
    """The tables of a report; personal data is masked in all of them, unless `parameters.reveal`.

    Attributes:
        parameters: what was asked for.
        leads: with their exchanges.
        times: of `lk.response_times`, from all evidence that was there.
        messages: of the threads; None where they could not be had.
        conversations: that members began; None likewise.
        mail: inbox and Sent folder; None likewise.
        problems: what did not fit.
        zone: the time zone of what is shown.
        hours: the business hours; None where nobody told.
        missing: for each table that could not be had, why.
    """

    parameters: ReportParameters
    leads: pl.DataFrame
    times: pl.DataFrame
    messages: pl.DataFrame | None
    conversations: pl.DataFrame | None
    mail: pl.DataFrame | None
    problems: pl.DataFrame
    zone: str
    hours: BusinessHours | None
    missing: Mapping[str, str] = field(default_factory=dict)


def fetched(parameters: ReportParameters) -> ReportTables:
    """The tables of the shop that the parameters name.

    The leads must be there. Evidence that the account may not read, or that was not saved, is left out and told.

    Raises:
        LeadkitError: the leads could not be fetched, there is no such account, or no such zone or business hours.
    """
    parameters.check()
    with open(parameters.source) as shop:
        zone = zone_named(parameters.zone or shop.zone).key
        hours = BusinessHours(zone, parameters.hours) if parameters.hours else shop.hours
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LeadkitWarning)  # what was odd in the data stands in the report
            frames, missing = _frames(shop, parameters, zone)
    return measured(parameters, frames, zone=zone, hours=hours, missing=missing)


def measured(
    parameters: ReportParameters,
    frames: Mapping[str, pl.DataFrame],
    *,
    zone: str,
    hours: BusinessHours | None,
    missing: Mapping[str, str],
) -> ReportTables:
    """The tables of a report from frames that are there: leads, problems and what there is of evidence."""
    own = {name: _of_account(frame, parameters.account) for name, frame in frames.items() if name != "problems"}
    if parameters.account is not None and own["leads"].is_empty():
        _refuse_account(frames["leads"], parameters.account)
    evidence = {name: own.get(name) for name in EVIDENCE}
    times = response_times(own["leads"], hours=hours, **evidence)  # type: ignore[arg-type]  # by name
    shown = dict(own) if parameters.reveal else {name: mask(frame) for name, frame in own.items()}
    return ReportTables(
        parameters=parameters,
        leads=shown["leads"],
        times=times if parameters.reveal else mask(times),
        messages=shown.get("messages"),
        conversations=shown.get("conversations"),
        mail=shown.get("mail"),
        problems=frames["problems"],
        zone=zone,
        hours=hours,
        missing=missing,
    )


EVIDENCE = ("messages", "conversations", "mail")
"""The tables that tell when a lead was answered."""
_LEFT_OUT = (Forbidden, NotFound)


def _frames(shop: Shop, parameters: ReportParameters, zone: str) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    """The frames that came, and why the others did not."""
    ebay, start = shop.ebay, parameters.start
    zone = zone if start or parameters.end else "UTC"  # without a bound it says nothing, and a recording has UTC
    leads = ebay.leads(start, parameters.end, include_messages=True, zone=zone, progress=False)
    frames = {"leads": leads}
    missing: dict[str, str] = {}
    # the end is of the leads: their answers may come after it
    wanted: dict[str, Callable[[], pl.DataFrame]] = {
        "conversations": lambda: ebay.conversations(start=start, zone=zone, progress=False),
        "messages": lambda: ebay.messages(frames["conversations"], progress=False),
        "mail": lambda: ebay.mail((0, 1), start=start, zone=zone, progress=False),
    }
    for name, fetch in wanted.items():
        if name == "messages" and "conversations" not in frames:
            missing[name] = "they are found by the conversations, which are missing"
            continue
        try:
            frames[name] = fetch()
        except _LEFT_OUT as error:
            missing[name] = _why(error, parameters.source)
    return frames | {"problems": ebay.problems}, missing


def _why(error: LeadkitError, source: str) -> str:
    """Why a table could not be had, in words for a reader of the report."""
    of_folder = isinstance(error, NotFound) and source not in {"demo", "env"}
    return "it was not saved, or not to its end" if of_folder else str(error)


def _of_account(frame: pl.DataFrame, account: str | None) -> pl.DataFrame:
    return frame if account is None else frame.filter(pl.col("account") == account)


def _refuse_account(leads: pl.DataFrame, account: str) -> None:
    there = leads.get_column("account").unique().sort().to_list()
    known = ", ".join(map(repr, there)) or "none: there are no leads"
    raise InvalidRequest(f"report: account={account!r} has no leads here. Accounts with leads: {known}.")
