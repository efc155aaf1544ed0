"""eBay Leads API: `classified_lead`, all listings or one.

Pages: ``GET /sell/leads/v1/classified_lead`` and ``/classified_lead/{itemId}`` (limited release).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from leadkit.records import Record, Table, ours, wire

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
