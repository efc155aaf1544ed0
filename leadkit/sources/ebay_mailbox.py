"""eBay Trading API: GetMyMessages, the mailbox of a seller and its folders.

Page: ``POST /ws/api.dll`` with the call ``GetMyMessages``. Headers come in pages without a count, bodies by ten ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from leadkit.endpoint import Endpoint
from leadkit.errors import LeadkitError
from leadkit.fetch import Run, check_total, once_each, reading, tell_without_key, union, within
from leadkit.mail_records import FOLDERS, MAIL
from leadkit.mail_request import CALL, FoldersRequest, MailRequest
from leadkit.mail_rows import (
    ENVELOPE,
    NAMES,
    ROOT,
    folder_rows,
    keys_of,
    mail_rows,
    merged,
    named,
    oldest_first,
    tell_in_folders,
    with_text,
)
from leadkit.pages import Page, by_number
from leadkit.records import Table
from leadkit.trading import (
    TOKEN_HEADER,
    is_beyond_the_last_page,
    note,
    read_answer,
    tell,
    verdict,
    written,
)

_ENDPOINT: dict[str, Any] = {
    "operation": CALL,
    "host": "api",
    "path": "/ws/api.dll",
    "scope": "https://api.ebay.com/oauth/api_scope",
    "method": "POST",
    "headers": (("X-EBAY-API-CALL-NAME", CALL), ("Content-Type", "text/xml")),
    "token_header": TOKEN_HEADER,
    "judge": verdict,
}
GET_MAIL = Endpoint(table=MAIL, **_ENDPOINT)
GET_FOLDERS = Endpoint(table=FOLDERS, **_ENDPOINT)

IDS_A_CALL = 10
DEFAULT_PAGE = 25
"""So many messages the API sends where nobody says how many; it never has smaller pages unasked."""
_COUNT = "TotalMessageCount"
Headers = tuple[tuple[str, str], ...]


def fetch_mail(run: Run, request: MailRequest, headers: Headers) -> pl.DataFrame:
    """All messages of the request, the oldest first; `headers` are those of the account (site, version)."""
    end = run.clamped(MAIL, request.start, request.end)
    mailbox = _Mailbox(MAIL, run, request, headers, end)
    swept = {folder: mailbox.in_folder(folder) for folder in request.folders}
    found = union(MAIL, swept.values())
    tell_missing(run, request, found)
    tell_without_key(run.problems, MAIL, found.get_column("message_id").null_count())
    tell_in_folders(run.problems, found)
    found = once_each(MAIL, within(found, "received_at", request.start, end))
    found = run.first_rows(MAIL, oldest_first(found), request.max_rows)
    if request.bodies:
        found = mailbox.with_bodies(found)
    found = with_text(mailbox.with_names(found))
    mailbox.check_counts({folder: len(rows) for folder, rows in swept.items()})
    return found


def fetch_folders(run: Run, _: FoldersRequest, headers: Headers) -> pl.DataFrame:
    """The folders, and the row of their totals."""
    return _Mailbox(FOLDERS, run, MailRequest.model_construct(), headers, None).summary


@dataclass(frozen=True)
class _Mailbox:
    """A mailbox that is being read, for one of its tables."""

    table: Table
    run: Run
    request: MailRequest
    headers: Headers
    end: datetime | None

    def in_folder(self, folder: str | None) -> pl.DataFrame:
        """The headers in one folder, or in all of them; those of the ids that were asked for."""
        for ids, name in ((self.request.ids, "MessageIDs"), (self.request.external_ids, "ExternalMessageIDs")):
            if ids is not None:
                return self._by_ids("ReturnHeaders", ids, name, FolderID=folder)
        swept = by_number(
            lambda numbers: self.run.in_parallel(lambda number: self._page(folder, number), numbers),
            size=self.request.page_size,
            at_once=self.run.max_parallel,
            enough=self._are_enough,
            more=lambda came: self._is_more(folder, came),
        )
        rows = union(MAIL, [page.content for page in swept.pages])
        once = once_each(MAIL, rows)
        if again := len(rows) - len(once) + sum(len(page.ids) for page in swept.repeated):
            detail = "messages that came more than once are kept once"
            self.run.tell(MAIL, "duplicate", column=MAIL.key, count=again, detail=detail)
        return once

    def with_bodies(self, mail: pl.DataFrame) -> pl.DataFrame:
        """The messages with their texts; one whose text did not come is told."""
        ids = mail.get_column("message_id").drop_nulls().to_list()
        self.run.progress.expect(len(ids))
        found = self._by_ids("ReturnMessages", ids, "MessageIDs")
        came = set(found.get_column("message_id"))
        for key in ids:
            if key not in came:
                self.run.tell(MAIL, "missing_id", column="message_id", row_key=key, detail="its body did not come")
        if others := len(found) - len(came & set(ids)):
            detail = "bodies of messages that were not asked for, or have no id, are left out"
            self.run.tell(MAIL, "unasked_id", column="message_id", count=others, detail=detail)
        return oldest_first(merged(union(MAIL, [mail, found.filter(pl.col("message_id").is_in(ids))])))

    def with_names(self, mail: pl.DataFrame) -> pl.DataFrame:
        """The messages with the names of their folders, asked for where they are not known."""
        nameless = mail.filter(pl.col("folder_name").is_null()).get_column("folder_id").drop_nulls()
        return named(mail, self.summary if set(nameless) - set(NAMES) else FOLDERS.empty())

    @cached_property
    def summary(self) -> pl.DataFrame:
        """The folders, and the row of their totals."""
        return self._ask(GET_FOLDERS, written(CALL, {"DetailLevel": "ReturnSummary"}))

    @cached_property
    def counts(self) -> dict[str | None, int]:
        """How many messages there are by the summary, in each folder and (None) in all; those of high priority alone.

        It only serves to check what came: where the API refuses it, that is told, and nothing can be checked.
        """
        count = "high_priority" if self.request.high_priority else "messages"
        try:
            return dict(self.summary.select("folder_id", count).drop_nulls(count).iter_rows())
        except LeadkitError as error:
            detail = f"the summary of the folders could not be had: nobody knows whether all came ({error})"
            self.run.tell(MAIL, "unchecked_total", column=_COUNT, detail=detail)
            return {}

    def check_counts(self, came: Mapping[str | None, int]) -> None:
        """Tell where the summary's count of what was read whole differs from what came."""
        for folder, rows in came.items():
            looked_at = self._is_whole(rows) and "summary" not in self.__dict__
            if not (looked_at or self._is_of_a_part() or self._are_enough(rows + 1)) and folder in self.counts:
                check_total(self.run.problems, MAIL, said=self.counts[folder], came=rows, name=_COUNT, key=folder)

    def _is_more(self, folder: str | None, came: int) -> bool:
        """Whether a short page may not be the last: the summary counts more, or has no count of just this."""
        if self._is_whole(came) or self._are_enough(came + 1):
            return False
        return self._is_of_a_part() or (bool(self.counts) and self.counts.get(folder, came + 1) > came)

    def _is_whole(self, came: int) -> bool:
        """Whether so few came that no size of a page can have cut them; nobody needs to ask how many there are."""
        return came == 0 or came < DEFAULT_PAGE <= self.request.page_size

    def _is_of_a_part(self) -> bool:
        """Whether it is asked for something that the summary has no count of."""
        asked = self.request
        return bool(asked.start or self.end or asked.ids is not None or asked.external_ids is not None)

    def _are_enough(self, rows: int) -> bool:
        """Whether so many are more than the user wants."""
        return self.request.max_rows is not None and rows > self.request.max_rows

    def _page(self, folder: str | None, number: int) -> Page[pl.DataFrame]:
        paging = {"EntriesPerPage": self.request.page_size, "PageNumber": number}
        content = self.request.asked("ReturnHeaders", self.end, FolderID=folder, Pagination=paging)
        try:
            found = self._ask(GET_MAIL, content)
        except LeadkitError as error:
            if number == 1 or not is_beyond_the_last_page(error):
                raise
            found = MAIL.empty()
        keys = keys_of(found)
        return Page(lambda: keys, total=0, more=False, step=None, content=found)

    def _by_ids(self, level: str, ids: Sequence[str], container: str, **more: str | None) -> pl.DataFrame:
        def ask(some: Sequence[str]) -> pl.DataFrame:
            listed = {container: {container.removesuffix("s"): list(some)}}
            found = self._ask(GET_MAIL, self.request.asked(level, None, StartTime=None, **more, **listed))
            self.run.progress.step(len(some))
            return found

        batches = [ids[at : at + IDS_A_CALL] for at in range(0, len(ids), IDS_A_CALL)]
        return once_each(MAIL, union(MAIL, self.run.in_parallel(ask, batches)))

    def _ask(self, endpoint: Endpoint, content: bytes) -> pl.DataFrame:
        """One call, its answer read and noted."""
        answer = self.run.send(endpoint, content=content, headers=self.headers)
        call = f"{endpoint.table.name} ({CALL})"
        account, at, problems = self.run.account, answer.fetched_at, self.run.problems
        said = reading(
            endpoint.table.name,
            answer.body,
            lambda: read_answer(answer.body, call=call, root=ROOT),  # unlike a partial it shows no body in a traceback
            status=answer.status,
        )
        note(answer, said, problems.clean)
        tell(said, self.table, ENVELOPE, problems)
        rows = mail_rows if endpoint.table is MAIL else folder_rows
        found = rows(said, account=account, fetched_at=said.at or at, problems=problems)
        answer.entry.rows = len(found)
        return found


def tell_missing(run: Run, request: MailRequest, found: pl.DataFrame) -> None:
    """Each id that was asked for and did not come."""
    for wanted, column in ((request.ids, "message_id"), (request.external_ids, "external_message_id")):
        came = set(found.get_column(column)) if wanted else set()
        for key in wanted or ():
            if key not in came:
                run.tell(MAIL, "missing_id", column=column, row_key=key, detail="asked for, and not in the answers")
