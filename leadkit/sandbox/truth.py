"""The truth about every lead of the invented dealership: one frame, each column told by one small function."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from leadkit.sandbox.leads import Lead
from leadkit.sandbox.mailbox import is_named_alike, is_thread_linkable
from leadkit.sandbox.mails import Mail

if TYPE_CHECKING:  # a dealership makes its own truth
    from leadkit.sandbox.dealership import Dealership

Cell = Callable[["Dealership", Lead], Any]


def truth_of(shop: "Dealership") -> pl.DataFrame:
    """Return one row per lead in order of submission: who asked, and what really happened next.

    Columns: lead_no; account_seller; item_id; listing_ended (its leads are gone from the Leads API); buyer (as the
    Leads API names them, null if not logged in), buyer_user_name, buyer_immutable_id, email, external_email;
    submitted_at; fee and fee_currency (null: no amount was told); status (leadStatus); lead_message_id (the
    question's messageID in the Leads API); first_reply_at (first message of the seller's, automatic or not, at or
    after submission: also in conversations that eBay has since deleted); first_human_reply_at (automatic ones left
    out, phone calls counted); replied_by (how the very first reply came: message, auto, phone); in_leads_api;
    conversation_id, question_message_id, reply_message_id (null where no conversation is left, or nobody wrote);
    duplicate_of (the first lead_no of its episode); spam.

    Of the mailbox: mail_message_id and external_message_id (the question's Inbox copy; null without one), mail_replied
    and user_response_at (its Replied and UserResponseDate, as sent), sent_mail_id (the Sent copy of the first reply).
    Of LeadSquared: crm_id (the ProspectID; null where the lead never came, or was deleted there).

    What each source shows of the first reply, Booleans: reply_in_messages (the thread holds it and names listing and
    buyer as the lead does), reply_in_sent (so does its Sent copy), reply_in_user_response (the question's Inbox copy
    has a UserResponseDate and mail_link is not null). mail_link: by which rule that copy finds its lead: ``R1`` (its
    ExternalMessageID is the lead_message_id), else ``R2`` (listing, buyer and minute); names are compared case-folded.

    conflict_planted: two sources contradict each other on purpose; conflict_kind says how: ``status`` (NEW, although
    one of the three shows an earlier reply) or ``user_response`` (a UserResponseDate long before the reply that thread
    and Sent copy show, so not the truth). Only leads that the Leads API shows have conflicts.
    """
    cells = {name: [cell(shop, lead) for lead in shop.leads] for name, (_, cell) in TRUTH.items()}
    frame = pl.DataFrame(cells, schema={name: dtype for name, (dtype, _) in TRUTH.items()})
    moments = [name for name, (dtype, _) in TRUTH.items() if dtype == pl.Datetime("ms")]
    return frame.with_columns(pl.col(moments).dt.cast_time_unit("us").dt.replace_time_zone("UTC"))


def _message_id(shop: "Dealership", lead: Lead, place: int | None) -> str | None:
    thread = shop.thread_of(lead)
    return thread.messages[place].message_id if thread and place is not None else None


def _conversation_id(shop: "Dealership", lead: Lead) -> str | None:
    thread = shop.thread_of(lead)
    return thread.conversation_id if thread else None


def _question_copy(shop: "Dealership", lead: Lead) -> Mail | None:
    return shop.mailbox.copy(lead.scene, lead.question)


def _of_question(name: str) -> Cell:
    """Return what the Inbox copy of the question has under this name."""
    return lambda shop, lead: getattr(_question_copy(shop, lead), name, None)


def _sent_copy(shop: "Dealership", lead: Lead) -> Mail | None:
    return shop.mailbox.copy(lead.scene, lead.reply)


def _reply_in_messages(shop: "Dealership", lead: Lead) -> bool:
    return lead.reply is not None and is_thread_linkable(shop.thread_of(lead), lead)


def _reply_in_sent(shop: "Dealership", lead: Lead) -> bool:
    copy = _sent_copy(shop, lead)
    return copy is not None and copy.listing is not None and is_named_alike(copy.recipient, lead.buyer)


def _reply_in_user_response(shop: "Dealership", lead: Lead) -> bool:
    copy = _question_copy(shop, lead)
    return copy is not None and copy.replied_at is not None and _mail_link(shop, lead) is not None


def _mail_link(shop: "Dealership", lead: Lead) -> str | None:
    copy = _question_copy(shop, lead)
    if copy is None:
        return None
    if copy.external_id == str(lead.exchanges[0].number):
        return "R1"
    return "R2" if copy.listing is not None and is_named_alike(copy.sender, lead.buyer) else None


def _conflict(shop: "Dealership", lead: Lead) -> str | None:
    if lead.listing.ended_at is not None:
        return None
    seen = (_reply_in_messages, _reply_in_sent, _reply_in_user_response)
    if not lead.responded and any(shown(shop, lead) for shown in seen):
        return "status"
    return "user_response" if lead.number in shop.mailbox.conflicts else None


AT = pl.Datetime("ms")
TRUTH: dict[str, tuple[pl.DataType, Cell]] = {
    "lead_no": (pl.Int64(), lambda _, lead: lead.number),
    "account_seller": (pl.String(), lambda shop, _: shop.seller),
    "item_id": (pl.String(), lambda _, lead: lead.listing.item_id),
    "listing_ended": (pl.Boolean(), lambda _, lead: lead.listing.ended_at is not None),
    "buyer": (pl.String(), lambda _, lead: lead.buyer.lead_name),
    "buyer_user_name": (pl.String(), lambda _, lead: lead.buyer.user_name),
    "buyer_immutable_id": (pl.String(), lambda _, lead: lead.buyer.immutable_id),
    "email": (pl.String(), lambda _, lead: lead.email),
    "external_email": (pl.String(), lambda _, lead: lead.external_email),
    "submitted_at": (AT, lambda _, lead: lead.submitted_at),
    "fee": (pl.Decimal(38, 6), lambda _, lead: Decimal(lead.fee.value) if lead.fee.value else None),
    "fee_currency": (pl.String(), lambda _, lead: lead.fee.currency),
    "status": (pl.String(), lambda _, lead: "RESPONDED" if lead.responded else "NEW"),
    "lead_message_id": (pl.Int64(), lambda _, lead: lead.exchanges[0].number if lead.exchanges else None),
    "first_reply_at": (AT, lambda _, lead: lead.outcome.first_reply_at),
    "first_human_reply_at": (AT, lambda _, lead: lead.outcome.first_human_reply_at),
    "replied_by": (pl.String(), lambda _, lead: lead.outcome.replied_by),
    "in_leads_api": (pl.Boolean(), lambda _, lead: lead.listing.ended_at is None),
    "conversation_id": (pl.String(), _conversation_id),
    "question_message_id": (pl.String(), lambda shop, lead: _message_id(shop, lead, lead.question)),
    "reply_message_id": (pl.String(), lambda shop, lead: _message_id(shop, lead, lead.reply)),
    "duplicate_of": (pl.Int64(), lambda _, lead: lead.duplicate_of),
    "spam": (pl.Boolean(), lambda _, lead: lead.spam),
    "mail_message_id": (pl.String(), _of_question("message_id")),
    "external_message_id": (pl.String(), _of_question("external_id")),
    "mail_replied": (pl.Boolean(), _of_question("replied")),
    "user_response_at": (AT, _of_question("replied_at")),
    "sent_mail_id": (pl.String(), lambda shop, lead: getattr(_sent_copy(shop, lead), "message_id", None)),
    "crm_id": (pl.String(), lambda shop, lead: shop.crm.of_lead.get(lead.number)),
    "reply_in_messages": (pl.Boolean(), _reply_in_messages),
    "reply_in_sent": (pl.Boolean(), _reply_in_sent),
    "reply_in_user_response": (pl.Boolean(), _reply_in_user_response),
    "mail_link": (pl.String(), _mail_link),
    "conflict_planted": (pl.Boolean(), lambda shop, lead: _conflict(shop, lead) is not None),
    "conflict_kind": (pl.String(), _conflict),
}
