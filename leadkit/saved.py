"""Recorded or hand-saved bodies in the place of an account."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cached_property

import polars as pl

from leadkit.dictionary import TABLES
from leadkit.ebay_tables import EbayTables
from leadkit.fetch import Run, within
from leadkit.folder_path import folder_path
from leadkit.mail_records import FOLDERS, MAIL
from leadkit.mail_request import FoldersRequest, MailRequest
from leadkit.mail_rows import only_selected
from leadkit.parameters import Request
from leadkit.readers import conversations_of, folders_of, leads_of, mail_of, messages_of
from leadkit.recorded_files import AccountFile, read_recorded
from leadkit.recorder import ACCOUNT
from leadkit.recording import recorded_fetches
from leadkit.saved_bodies import checked_given
from leadkit.saved_crm import SavedCrm
from leadkit.saved_tables import SavedTables
from leadkit.sources.ebay_conversations import (
    CONVERSATIONS,
    MESSAGES,
    ConversationsRequest,
    MessagesRequest,
    spoken_within,
)
from leadkit.sources.ebay_leads import LEADS, LeadsRequest
from leadkit.sources.ebay_mailbox import tell_missing


class Saved(SavedTables, EbayTables):
    """The tables of a recorded account, offline: the same calls give the same frames.

    A call with the arguments of a recorded fetch replays it, answer by answer. A call with others, and bodies that
    were saved by hand, are read as a whole and filtered here; a fetch whose recording was interrupted is left out.

    Args:
        path: a folder that ``record=`` filled, or one with bodies named after their table: ``leads.json``,
            ``conversations-1.json``, ``messages/3120000007.json``.
        account: the first column; None takes the recorded name.
        sellers: the seller's own names; None takes the recorded ones.

    Raises:
        InvalidRequest: there is no such folder.
        BadResponse: a sidecar, a marker or ``account.json`` in it can't be read; the CRM's do not matter here.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        account: str | None = None,
        sellers: Iterable[str] | None = None,
    ) -> None:
        given = checked_given("Saved", account, sellers=() if sellers is None else sellers)
        self._folder = folder_path("path", path)
        self._fetches = recorded_fetches(self._folder, of=TABLES.keys() - {"crm_leads"})
        path = self._folder / ACCOUNT
        told = read_recorded(path, AccountFile) if path.is_file() else AccountFile()
        super().__init__(
            account=account or told.account or "ebay",
            sellers=told.sellers if sellers is None else given.sellers,
            origins={"api": "", "apiz": ""},
            max_parallel=1,
        )

    @cached_property
    def crm(self) -> SavedCrm:
        """The CRM account that was recorded into the same folder."""
        return SavedCrm(self._folder)

    def _filtered(self, run: Run, request: Request) -> pl.DataFrame:
        """All that is there of a table, filtered here."""
        filters: dict[type[Request], Callable[..., pl.DataFrame]] = {
            LeadsRequest: self._filtered_leads,
            ConversationsRequest: self._filtered_conversations,
            MessagesRequest: self._filtered_messages,
            MailRequest: self._filtered_mail,
            FoldersRequest: self._filtered_folders,
        }
        return filters[type(request)](run, request)

    def _filtered_leads(self, run: Run, request: LeadsRequest) -> pl.DataFrame:
        end = run.clamped(LEADS, request.start, request.end)
        found = leads_of(self._bodies("leads", run), run.account, run.problems)
        found = within(found, "submitted_at", request.start, end)
        if request.status:
            answered = pl.col("status") == "RESPONDED"
            found = found.filter(answered if request.status == "Answered" else ~answered)
        if request.item_id:
            found = found.filter(pl.col("item_id") == request.item_id)
        if not request.include_messages:
            found = found.with_columns(pl.lit(None, dtype=LEADS.schema["exchanges"]).alias("exchanges"))
        return run.first_rows(LEADS, found, request.max_rows)

    def _filtered_conversations(self, run: Run, request: ConversationsRequest) -> pl.DataFrame:
        end = run.clamped(CONVERSATIONS, request.start, request.end)
        found = conversations_of(self._bodies("conversations", run), run.account, run.sellers, run.problems)
        found = spoken_within(found, request.start, end).filter(pl.col("conversation_type").is_in(request.types))
        if request.status in _BY_UNREAD:
            found = found.filter((pl.col("unread_count").fill_null(0) > 0) == _BY_UNREAD[request.status])
        elif request.status:
            found = found.filter(pl.col("status").str.strip_chars_end("D") == request.status.rstrip("D"))
        if reference := request.about:
            found = found.filter(reference_type=reference[0], reference_id=reference[1])
        if request.other_party:
            found = found.filter(pl.col("other_party").str.to_lowercase() == request.other_party.casefold())
        return run.first_rows(CONVERSATIONS, found, request.max_rows)

    def _filtered_messages(self, run: Run, request: MessagesRequest) -> pl.DataFrame:
        saved = self._bodies("messages", run)
        unknown: list[str | None] = [None] * len(saved)
        found = messages_of(saved, run.account, run.sellers, run.problems, ids=unknown, references=unknown)
        wanted = pl.DataFrame(request.threads, schema={"conversation_id": pl.String, "reference_id": pl.String})
        there = set(found.get_column("conversation_id"))
        for key in wanted.get_column("conversation_id"):
            if key not in there:
                run.tell(
                    MESSAGES, "missing_thread", column="conversation_id", row_key=key, detail="not among the bodies"
                )
        found = found.drop("reference_id").join(wanted, on="conversation_id", how="inner", maintain_order="left")
        return run.first_rows(MESSAGES, found.select(MESSAGES.schema.names()), request.max_rows)

    def _filtered_mail(self, run: Run, request: MailRequest) -> pl.DataFrame:
        end = run.clamped(MAIL, request.start, request.end)
        found = mail_of(self._bodies("mail", run), run.account, run.problems, beside=self._there("folders"))
        if request.folder is not None:
            found = found.filter(pl.col("folder_id").is_in(request.folder))
        tell_missing(run, request, found)
        found = within(found, "received_at", request.start, end)
        for wanted, column in ((request.ids, "message_id"), (request.external_ids, "external_message_id")):
            found = found if wanted is None else found.filter(pl.col(column).is_in(wanted))
        if request.high_priority:
            found = found.filter("high_priority")
        if request.output:
            found = only_selected(found, request.output, bodies=request.bodies)
        if not request.bodies:
            found = found.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("html", "text"))
        return run.first_rows(MAIL, found, request.max_rows)

    def _filtered_folders(self, run: Run, request: FoldersRequest) -> pl.DataFrame:
        found = folders_of(self._bodies("folders", run), run.account, run.problems)
        return run.first_rows(FOLDERS, found, request.max_rows)


_BY_UNREAD = {"UNREAD": True, "READ": False}
