"""The tables of an eBay account, as methods: what `Ebay` and `Saved` have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import polars as pl

from leadkit.account_tables import AccountTables
from leadkit.fetch import Run
from leadkit.mail_records import FOLDERS
from leadkit.mail_request import FoldersRequest, MailRequest
from leadkit.sources import ebay_conversations, ebay_leads, ebay_mailbox

Time = date | datetime | str | None


class EbayTables(AccountTables):
    """The tables of an eBay account; `Ebay` asks the API for them, `Saved` a recording."""

    def __init__(self, *, account: str, sellers: Iterable[str], origins: Mapping[str, str], max_parallel: int) -> None:
        super().__init__(account=account, sellers=sellers, origins=origins, max_parallel=max_parallel)
        self._trading: ebay_mailbox.Headers = ()

    def leads(
        self,
        start: Time = None,
        end: Time = None,
        *,
        status: str | None = None,
        include_messages: bool = False,
        item_id: str | int | None = None,
        zone: str = "UTC",
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """Leads on active listings, one row each; `lk.describe("leads")` has the columns.

        Args:
            start: the first moment; a date, a datetime or an ISO string. None sends no bound.
            end: the first moment that is not in it any more. One in the future is clamped and told.
            status: ``"Answered"``, ``"Unanswered"`` or None for both.
            include_messages: also the questions and answers (column ``exchanges``).
            item_id: of this listing only.
            zone: the zone of bare dates and naive times.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            InvalidRequest: an argument that the API would refuse; nothing was sent.
            LeadkitError: the API's own error, by its name.
        """
        arguments = {
            "zone": zone,
            "start": start,
            "end": end,
            "status": status,
            "include_messages": include_messages,
            "item_id": item_id,
            "max_rows": max_rows,
        }
        request, work = ebay_leads.LeadsRequest, ebay_leads.fetch_leads
        return self._fetch("leads", request, arguments, work, strict=strict, progress=progress)

    def conversations(
        self,
        conversation_type: str = "FROM_MEMBERS",
        *,
        status: str | None = None,
        start: Time = None,
        end: Time = None,
        item_id: str | int | None = None,
        reference: tuple[str, str | int] | None = None,
        other_party: str | None = None,
        page_size: int = 50,
        zone: str = "UTC",
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """Conversations with their latest message, one row each, newest first.

        Args:
            conversation_type: ``"FROM_MEMBERS"``, ``"FROM_EBAY"``, or ``"ALL"`` for both, in two sweeps.
            status: ``"ACTIVE"``, ``"ARCHIVED"``, ``"DELETED"``, ``"READ"``, ``"UNREAD"`` or None.
            start: messages from this time on. The API filters FROM_MEMBERS; FROM_EBAY is filtered here, by the latest
                message.
            end: messages before this time.
            item_id: about this listing; short for ``reference=("LISTING", item_id)``.
            reference: a pair of type and id.
            other_party: with this user only.
            page_size: rows a call, 1 to 50.
            zone: the zone of bare dates and naive times.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            InvalidRequest: an argument that the API would refuse; nothing was sent.
            LeadkitError: the API's own error, by its name.
        """
        arguments = {
            "zone": zone,
            "start": start,
            "end": end,
            "conversation_type": conversation_type,
            "status": status,
            "item_id": item_id,
            "reference": reference,
            "other_party": other_party,
            "page_size": page_size,
            "max_rows": max_rows,
        }
        request, work = ebay_conversations.ConversationsRequest, ebay_conversations.fetch_conversations
        return self._fetch("conversations", request, arguments, work, strict=strict, progress=progress)

    def messages(
        self,
        conversations: pl.DataFrame | pl.LazyFrame,
        *,
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """All messages of these conversations, one row each, sorted by conversation, time and id.

        Threads are asked for in parallel, all their pages; one that is gone is a ``missing_thread`` problem.

        Args:
            conversations: a frame with ``conversation_id`` and ``conversation_type``, such as `conversations` returns.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            MissingColumns: the frame lacks one of the two columns.
            InvalidRequest: something else than a frame was given.
            LeadkitError: the API's own error, by its name.
        """
        arguments = {"threads": ebay_conversations.threads_of(conversations), "max_rows": max_rows}
        request, work = ebay_conversations.MessagesRequest, ebay_conversations.fetch_messages
        return self._fetch("messages", request, arguments, work, strict=strict, progress=progress)

    def mail(
        self,
        folder: int | str | Iterable[int | str] | None = None,
        *,
        start: Time = None,
        end: Time = None,
        ids: str | Iterable[str] | None = None,
        external_ids: str | Iterable[str] | None = None,
        bodies: bool = False,
        high_priority: bool = False,
        page_size: int = 200,
        output: str | Iterable[str] | None = None,
        error_language: str | None = None,
        warning_level: str | None = None,
        zone: str = "UTC",
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """Messages of the mailbox (My Messages), one row each, the oldest first.

        Headers are read page by page, then with ``bodies=True`` the texts, ten messages a call; both are joined by
        ``message_id``. An id that was asked for and did not come is a ``missing_id`` problem.

        Args:
            folder: the number of a folder or several; 0 is the inbox, 1 what was sent. None does not restrict.
            start: messages received from this time on.
            end: messages received before this time. One in the future is clamped and told.
            ids: these messages only, by their ``message_id``; an empty list is no call and no rows.
            external_ids: these messages only, by their ``external_message_id``.
            bodies: also the texts (columns ``html`` and ``text``).
            high_priority: messages of high priority only.
            page_size: headers a call, 1 to 200.
            output: restrict what the API sends to these fields, such as ``"Subject"``; the id is always among them.
            error_language: the language of the API's errors, such as ``"de_DE"``.
            warning_level: ``"High"`` lets the API warn of elements that it does not know.
            zone: the zone of bare dates and naive times.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            InvalidRequest: an argument that the API would refuse; nothing was sent.
            LeadkitError: the API's own error, by its name; also where it came with HTTP 200.
        """
        arguments = {
            "zone": zone,
            "start": start,
            "end": end,
            "folder": folder,
            "ids": ids,
            "external_ids": external_ids,
            "bodies": bodies,
            "high_priority": high_priority,
            "page_size": page_size,
            "output": output,
            "error_language": error_language,
            "warning_level": warning_level,
            "max_rows": max_rows,
        }

        def work(run: Run, request: MailRequest) -> pl.DataFrame:
            return ebay_mailbox.fetch_mail(run, request, self._trading)

        return self._fetch("mail", MailRequest, arguments, work, strict=strict, progress=progress)

    def folders(
        self, *, max_rows: int | None = None, strict: bool = False, progress: bool | None = None
    ) -> pl.DataFrame:
        """The folders of the mailbox with their counts, and one row without ``folder_id`` for all of them.

        Args:
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            InvalidRequest: `max_rows` is no such number; nothing was sent.
            LeadkitError: the API's own error, by its name; also where it came with HTTP 200.
        """

        def work(run: Run, request: FoldersRequest) -> pl.DataFrame:
            return run.first_rows(FOLDERS, ebay_mailbox.fetch_folders(run, request, self._trading), request.max_rows)

        return self._fetch("folders", FoldersRequest, {"max_rows": max_rows}, work, strict=strict, progress=progress)
