"""The invented dealership: listings, leads and conversations, all from one seed, with the truth about every lead."""

from datetime import datetime
from functools import cached_property

import polars as pl

from leadkit.sandbox.cast import make_immutable_id, make_listings
from leadkit.sandbox.clerk import Clerk
from leadkit.sandbox.crm import Crm, make_crm
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.leads import Lead, make_leads
from leadkit.sandbox.mailbox import Mailbox, make_mailbox
from leadkit.sandbox.mails import Mail
from leadkit.sandbox.moments import SECOND, as_datetime, moment
from leadkit.sandbox.plot import play
from leadkit.sandbox.threads import Thread, make_threads
from leadkit.sandbox.truth import truth_of


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
        """One row per lead in order of submission: what was sent, and what happened next. ``truth_of`` explains it."""
        return truth_of(self)
