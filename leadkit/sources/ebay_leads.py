"""eBay Leads API: `classified_lead`, all listings or one.

Pages: ``GET /sell/leads/v1/classified_lead`` and ``/classified_lead/{itemId}`` (limited release).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from itertools import count
from typing import ClassVar, Literal

import polars as pl

from leadkit.endpoint import Endpoint, Query
from leadkit.fetch import Body, Run, check_total, completed, union, within
from leadkit.pages import by_window
from leadkit.parameters import ItemId, Span, argument, whole_seconds
from leadkit.problems import Problem, Problems
from leadkit.records import Record, Table, ours, wire
from leadkit.tables import Decoded

_ROW = "classifiedLeads[].responses[]"
_EXCHANGE = f"{_ROW}.memberMessage.memberMessageExchange[]"
_NO_CONTACT = "the buyer gave none"


class Exchange(Record):
    """One question of the buyer with the seller's answer, if there is one."""

    message_id: str | None = wire("question.messageID", "Id of the question.", json="number")
    created_at: datetime | None = wire("creationDate", "When the question was asked.", unit="UTC")
    question: str | None = wire("question.body", "The question.", as_sent=True, personal=True)
    response: str | None = wire(
        "response", "The seller's answer; the API gives it no time.", as_sent=True, personal=True
    )


class Lead(Record):
    """One lead: a buyer who answered a classified ad."""

    account: str | None = ours("The account that it was fetched for.", comes_from="Ebay(account=)")
    lead_id: str | None = ours(
        "Id of the lead; the API has none.",
        comes_from="digest of account, item, submitted time and the buyer's identity fields, "
        "with an ordinal for exact repeats inside one body",
    )
    item_id: str | None = wire("classifiedLeads[].itemId", "Id of the listing.")
    item_title: str | None = wire("classifiedLeads[].itemTitle", "Title of the listing.", as_sent=True)
    submitted_at: datetime | None = wire(f"{_ROW}.submittedTime", "When the lead was submitted.", unit="UTC")
    status: str | None = wire(f"{_ROW}.leadStatus", "NEW, or RESPONDED: the seller has answered.")
    user_id: str | None = wire(
        f"{_ROW}.userId", "The buyer's eBay user name or immutable id.", null="not logged in", personal=True
    )
    email: str | None = wire(
        f"{_ROW}.email", "The buyer's e-mail address on eBay.", null="not logged in", personal=True
    )
    external_email: str | None = wire(
        f"{_ROW}.externalEmail", "The e-mail address typed into the form (Motors).", null=_NO_CONTACT, personal=True
    )
    first_name: str | None = wire(
        f"{_ROW}.contactInformation.firstName", "First name.", null=_NO_CONTACT, personal=True
    )
    last_name: str | None = wire(f"{_ROW}.contactInformation.lastName", "Last name.", null=_NO_CONTACT, personal=True)
    phone: str | None = wire(f"{_ROW}.contactInformation.phone", "Phone, as typed.", null=_NO_CONTACT, personal=True)
    postal_code: str | None = wire(
        f"{_ROW}.contactInformation.postalCode", "Postal code.", null=_NO_CONTACT, personal=True
    )
    message: str | None = wire(
        f"{_ROW}.additionalInformation", "The buyer's first message.", as_sent=True, personal=True
    )
    financing: bool | None = wire(
        f"{_ROW}.financingAnswer",
        "The answer to the financing question; false may also mean that it was not answered.",
        json="boolean",
        values={"0": "", "1": "true", "2": "false"},
        null="not asked, or not answered (also a 0, as the older API sent it)",
    )
    trade_in_make: str | None = wire(f"{_ROW}.tradeInMake", "Make of the trade-in, as sent.", as_sent=True)
    trade_in_model: str | None = wire(f"{_ROW}.tradeInModel", "Model of the trade-in, as sent.", as_sent=True)
    trade_in_year: str | None = wire(f"{_ROW}.tradeInYear", "Year of the trade-in, as sent.", as_sent=True)
    fee: Decimal | None = wire(
        f"{_ROW}.leadFee.amount.value",
        "Charged for this lead; negative is a credit.",
        unit="fee_currency",
        null="no amount was sent, which is not a fee of 0",
    )
    fee_currency: str | None = wire(f"{_ROW}.leadFee.amount.currency", "Currency of the fee.", unit="ISO 4217")
    fee_original: Decimal | None = wire(
        f"{_ROW}.leadFee.amount.convertedFromValue",
        "The fee before it was converted.",
        unit="fee_original_currency",
        null="not converted",
    )
    fee_original_currency: str | None = wire(
        f"{_ROW}.leadFee.amount.convertedFromCurrency",
        "Currency before the conversion.",
        unit="ISO 4217",
        null="not converted",
    )
    fee_description: str | None = wire(f"{_ROW}.leadFee.description", "What the fee is for.", as_sent=True)
    exchanges: list[Exchange] | None = wire(
        _EXCHANGE, "The questions and answers on this lead.", null="messages were not asked for, or none were sent"
    )
    fetched_at: datetime | None = ours(
        "When the API answered.", comes_from="the Date header, else the clock", unit="UTC", null="a body without one"
    )


LEADS = Table(
    name="leads",
    record=Lead,
    rows=_ROW,
    key="lead_id",
    totals=("totalItems", "totalLeads"),
    envelope=("totalItems", "totalLeads", "classifiedLeads", "warnings"),
    bare_key="itemId",
)

_SCOPE = "https://api.ebay.com/oauth/api_scope/sell.leads"
_HEADERS = (("Content-Type", "application/json"),)  # page 1 asks for it, the newer specification does not; harmless
ALL_LISTINGS = Endpoint(
    operation="getAllClassifiedLeads",
    host="apiz",
    path="/sell/leads/v1/classified_lead",
    table=LEADS,
    scope=_SCOPE,
    headers=_HEADERS,
)
ONE_LISTING = Endpoint(
    operation="getClassifiedLeadsByItemId",
    host="apiz",
    path="/sell/leads/v1/classified_lead/{}",
    table=LEADS,
    scope=_SCOPE,
    headers=_HEADERS,
    bare=True,
)


class LeadsRequest(Span):
    """The arguments of ``Ebay.leads``."""

    codes: ClassVar[Mapping[str, str]] = {"time": "352003", "future": "352004", "order": "352005"}

    status: Literal["Answered", "Unanswered"] | None = argument("'Answered', 'Unanswered' or None for both", "352006")
    include_messages: bool = argument("True or False", "352007", default=False)
    item_id: ItemId | None = argument("the number of a listing, such as '110043671232'", "352002")

    def query(self, low: datetime | None, high: datetime | None) -> Query:
        """The query for a window; the API takes whole seconds, both bounds included."""
        given = {
            "startTime": low and low.strftime(_SECONDS),
            "endTime": high and high.strftime(_SECONDS),
            "includeMessages": str(self.include_messages).lower(),  # the two operations have different defaults
            "status": self.status,
        }
        return tuple((name, value) for name, value in given.items() if value)


def fetch_leads(run: Run, request: LeadsRequest) -> pl.DataFrame:
    """All leads of the request: one call, more only where its answer would be too large."""
    endpoint = ALL_LISTINGS if request.item_id is None else ONE_LISTING
    end = run.clamped(LEADS, request.start, request.end)
    low, high = whole_seconds(request.start, end)
    asked = count()

    def get(low: datetime | None, high: datetime | None) -> Body:
        attempts = 2 if next(asked) else 4  # a half that fails is rather halved again than asked again
        return run.ask(endpoint, request.query(low, high), at=request.item_id or "", attempts=attempts)

    bodies = list(by_window(get, low, high, now=run.now))
    frames = [read_leads_body(body.decoded, run.account, body.fetched_at, run.problems) for body in bodies]
    leads = union(LEADS, frames)
    if len(frames) > 1:
        leads = leads.unique("lead_id", keep="last", maintain_order=True)
    _tell_empty(run.problems, (item for body in bodies for item in body.decoded.empty), leads)
    return run.first_rows(LEADS, within(leads, "submitted_at", request.start, end), request.max_rows)


def read_leads_body(decoded: Decoded, account: str, fetched_at: datetime | None, problems: Problems) -> pl.DataFrame:
    """One decoded body as leads with their ids; its misfits and totals go to the problems."""
    leads = with_ids(completed(LEADS, decoded.frame, account=account, lead_id=None, fetched_at=fetched_at))
    problems.add_misfits(decoded.misfits, LEADS, leads)
    if decoded.envelope.keys() >= set(LEADS.totals):
        check_total(problems, LEADS, said=decoded.total("totalItems"), came=decoded.groups, name="totalItems")
        check_total(problems, LEADS, said=decoded.total("totalLeads"), came=len(leads), name="totalLeads")
    return leads


def with_ids(leads: pl.DataFrame) -> pl.DataFrame:
    """The leads of one body with their ``lead_id``: a digest of what a lead keeps whatever becomes of it.

    Exact repeats inside the body are told apart by an ordinal.
    """
    seeds = leads.select(pl.concat_str(_as_seed(name) for name in _IDENTITY)).to_series().to_list()
    told_apart = _with_ordinals(seeds)
    ids = [blake2b(seed.encode(), digest_size=10).hexdigest() for seed in told_apart]  # Polars' own hash may change
    return leads.with_columns(pl.Series("lead_id", ids, dtype=pl.String))


def _with_ordinals(seeds: Iterable[str]) -> Iterator[str]:
    met: dict[str, int] = {}  # a loop, as the hashing is one already: a window over the seeds takes three times as long
    for seed in seeds:
        met[seed] = nth = met.get(seed, -1) + 1
        yield f"{seed}{nth}"


def _as_seed(name: str) -> pl.Expr:
    column = pl.col(name).dt.epoch("us") if name == "submitted_at" else pl.col(name)
    text = column.cast(pl.String)
    return pl.concat_str(text.str.len_bytes(), pl.lit(":"), text).fill_null("-")  # no text can fake two fields


def _tell_empty(problems: Problems, empty: Iterable[str | None], leads: pl.DataFrame) -> None:
    with_leads = set(leads.get_column("item_id"))
    for item in dict.fromkeys(empty):
        if item not in with_leads:
            problems.add(Problem("leads", "empty_listing", "item_id", item, detail="a listing without leads"))


_SECONDS = "%Y-%m-%dT%H:%M:%SZ"
_IDENTITY = (
    "account",
    "item_id",
    "submitted_at",
    "user_id",
    "email",
    "external_email",
    "first_name",
    "last_name",
    "phone",
    "postal_code",
)
