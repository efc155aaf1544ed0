"""The invented dealership: listings, leads and conversations, all from one seed, with the truth about every lead."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from leadkit.sandbox.cast import make_immutable_id, make_listings
from leadkit.sandbox.crm import Crm, make_crm
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.leads import Lead, make_leads
from leadkit.sandbox.mailbox import Clerk, Mail, Mailbox, make_mailbox
from leadkit.sandbox.moments import SECOND, as_datetime, moment
from leadkit.sandbox.plot import play
from leadkit.sandbox.threads import Thread, make_threads

Cell = Callable[["Dealership", Lead], Any]


class Dealership:
    """Cedar Lot Motors of Chicago: the same bytes for the same seed, on every machine."""

    zone = "America/Chicago"
    hours = "Mo-Sa 09:00-19:00"
    seller = "cedar_lot_motors"

    def __init__(self, seed: int = 7, leads: int = 800) -> None:
        self.seed = seed
        clock = Dice(seed, "clock")
        self.now_ms = moment(2026, 11, 2, 6) + clock.between(60, 5400) * SECOND
        self.sellers = (self.seller, make_immutable_id(Dice(seed, "seller")))
        self.listings = make_listings(seed, leads, self.now_ms)
        self._scenes = play(seed, leads, self.listings, self.now_ms)
        self.leads = make_leads(seed, self._scenes)
        with_leads = {lead.listing.item_id for lead in self.leads}
        self.empty_items = frozenset(one.item_id for one in self.listings) - with_leads
        self._threads = make_threads(seed, self._scenes, self.listings, self.sellers, self.now_ms)

    def __repr__(self) -> str:
        return f"<Dealership seed={self.seed}: {len(self.leads)} leads, {len(self.threads)} conversations>"

    @property
    def now(self) -> datetime:
        """The frozen clock."""
        return as_datetime(self.now_ms)

    @property
    def threads(self) -> tuple[Thread, ...]:
        """All conversations, the newest first."""
        return self._threads.listed

    def thread_of(self, lead: Lead) -> Thread | None:
        """Find the conversation that a lead is part of, if eBay still has it."""
        return self._threads.of_scene.get(lead.scene)

    @cached_property
    def mailbox(self) -> Mailbox:
        """The seller's My Messages, made when first asked for."""
        clerk = Clerk(Dice(self.seed, "mailbox"), self.seller, self.now_ms)
        return make_mailbox(clerk, self._scenes, self.leads, self._threads)

    @property
    def mail(self) -> tuple[Mail, ...]:
        """All messages of the mailbox that have not expired, the oldest first."""
        return self.mailbox.mails

    @cached_property
    def crm(self) -> Crm:
        """The dealership's leads in LeadSquared, made when first asked for."""
        return make_crm(self.seed, self.leads, self.now_ms)

    @property
    def crm_ids(self) -> tuple[str, ...]:
        """The ids to ask LeadSquared for: a few in capitals, one twice, a few that are not there (any more)."""
        return self.crm.ids

    @cached_property
    def truth(self) -> pl.DataFrame:
        """One row per lead in order of submission: who asked, and what really happened next.

        Columns: lead_no; account_seller; item_id; listing_ended (its leads are gone from the Leads API); buyer (as the
        Leads API names them, null if not logged in), buyer_user_name, buyer_immutable_id, email, external_email;
        submitted_at; fee and fee_currency (null: no amount was told); status (leadStatus); lead_message_id (the
        question's messageID in the Leads API); first_reply_at (first message of the seller's, automatic or not, at or
        after submission: also in conversations that eBay has since deleted); first_human_reply_at (automatic ones left
        out, phone calls counted); replied_by (how the very first reply came: message, auto, phone); in_leads_api;
        conversation_id, question_message_id, reply_message_id (null where no conversation is left, or nobody wrote);
        duplicate_of (the first lead_no of its episode); spam.
        """
        cells = {name: [cell(self, lead) for lead in self.leads] for name, (_, cell) in TRUTH.items()}
        frame = pl.DataFrame(cells, schema={name: dtype for name, (dtype, _) in TRUTH.items()})
        moments = [name for name, (dtype, _) in TRUTH.items() if dtype == pl.Datetime("ms")]
        return frame.with_columns(pl.col(moments).dt.cast_time_unit("us").dt.replace_time_zone("UTC"))


def _message_id(shop: Dealership, lead: Lead, place: int | None) -> str | None:
    thread = shop.thread_of(lead)
    return thread.messages[place].message_id if thread and place is not None else None


def _conversation_id(shop: Dealership, lead: Lead) -> str | None:
    thread = shop.thread_of(lead)
    return thread.conversation_id if thread else None


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
}
