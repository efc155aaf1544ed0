"""eBay Trading API: GetMyMessages, the mailbox of a seller and its folders.

Page: ``POST /ws/api.dll`` with the call ``GetMyMessages``. Headers come in pages without a count, bodies by ten ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from leadkit.decode.html_text import newest_message
from leadkit.decode.xml import children
from leadkit.endpoint import Endpoint
from leadkit.errors import LeadkitError
from leadkit.fetch import Run, check_total, completed, once_each, reading, union, within
from leadkit.mail_request import CALL, FoldersRequest, MailRequest
from leadkit.pages import Page, by_number
from leadkit.problems import Problems
from leadkit.records import Record, Table, ours, wire
from leadkit.tables import decode_elements
from leadkit.trading import TOKEN_HEADER, Said, note, read_answer, rows_inside, tell, verdict, with_blanks, written

_ROW = "Messages.Message[]"
_FOLDER = "Summary.FolderSummary[]"
_TOTAL = "Summary[]"
_ACCOUNT = "The account that it was fetched for."
_HEADERS_ONLY = "not sent, or the message was fetched without its headers"
_BODY = "bodies were not asked for, or the message has none"
_TOTALS_ROW = "; in the row without a folder, of all folders"


class MailMedia(Record):
    """One attachment of a message."""

    name: str | None = wire("MediaName", "Name of the picture.", as_sent=True, personal=True)
    type: str | None = wire("MediaType", "Its type; GetMyMessages does not send any.")
    url: str | None = wire("MediaURL", "Where the picture lies.", personal=True)


class Mail(Record):
    """One message in a seller's mailbox."""

    account: str | None = ours(_ACCOUNT, comes_from="Ebay(account=)")
    message_id: str | None = wire(f"{_ROW}.MessageID", "Id of the message in My Messages.")
    external_message_id: str | None = wire(
        f"{_ROW}.ExternalMessageID", "Id of the message in GetMemberMessages.", null="the message was made without one"
    )
    folder_id: str | None = wire(f"{_ROW}.Folder.FolderID", "Id of its folder: 0 inbox, 1 sent, others are the user's.")
    folder_name: str | None = wire(
        f"{_ROW}.Folder.FolderName", "Name of its folder, else the one that the summary of folders has."
    )
    sender: str | None = wire(f"{_ROW}.Sender", "Who sent it.", personal=True)
    recipient: str | None = wire(f"{_ROW}.RecipientUserID", "Who got it.", personal=True)
    send_to_name: str | None = wire(f"{_ROW}.SendToName", "The name that it was sent to.", personal=True)
    subject: str | None = wire(f"{_ROW}.Subject", "Subject, on one line.", as_sent=True, personal=True)
    received_at: datetime | None = wire(f"{_ROW}.ReceiveDate", "When My Messages received it.", unit="UTC")
    expires_at: datetime | None = wire(f"{_ROW}.ExpirationDate", "When the message expires.", unit="UTC")
    replied_at: datetime | None = wire(
        f"{_ROW}.ResponseDetails.UserResponseDate",
        "When the user responded to it.",
        unit="UTC",
        null="no response, or the API did not tell its time",
    )
    item_id: str | None = wire(f"{_ROW}.ItemID", "Id of the listing.", null=_HEADERS_ONLY)
    item_title: str | None = wire(f"{_ROW}.ItemTitle", "Title of the listing.", as_sent=True)
    item_end_at: datetime | None = wire(f"{_ROW}.ItemEndTime", "When the listing ended.", unit="UTC")
    listing_status: str | None = wire(
        f"{_ROW}.ListingStatus", "Status of the listing when the question was asked: Active, Ended, Completed."
    )
    message_type: str | None = wire(
        f"{_ROW}.MessageType", "ClassifiedsContactSeller is a lead; AskSellerQuestion, ResponseToASQQuestion, …"
    )
    question_type: str | None = wire(f"{_ROW}.QuestionType", "General, Shipping, Payment, …")
    flagged: bool | None = wire(f"{_ROW}.Flagged", "Whether it has a flag.")
    high_priority: bool | None = wire(f"{_ROW}.HighPriority", "Whether it is marked as of high priority.")
    read: bool | None = wire(f"{_ROW}.Read", "Whether the user has seen it.")
    replied: bool | None = wire(f"{_ROW}.Replied", "Whether there has been a reply.")
    response_enabled: bool | None = wire(f"{_ROW}.ResponseDetails.ResponseEnabled", "Whether it can be responded to.")
    response_url: str | None = wire(
        f"{_ROW}.ResponseDetails.ResponseURL", "Where to respond to it.", null="it can't be responded to", personal=True
    )
    html: str | None = wire(
        f"{_ROW}.Text", "The text as sent: often HTML of the whole thread.", null=_BODY, as_sent=True, personal=True,
        markup=True,
    )  # fmt: skip
    text: str | None = wire(
        f"{_ROW}.Content",
        "Plain text: Content as sent, else the newest message taken out of Text.",
        null=_BODY,
        as_sent=True,
        personal=True,
        markup=True,
    )
    media: list[MailMedia] | None = wire(f"{_ROW}.MessageMedia[]", "Its pictures.", null="none were sent")
    fetched_at: datetime | None = ours(
        "When the API answered.",
        comes_from="Timestamp, else the Date header, else the clock",
        unit="UTC",
        null="a body without one",
    )


class Folder(Record):
    """One folder of a mailbox, or (without a folder_id) all of them together."""

    account: str | None = ours(_ACCOUNT, comes_from="Ebay(account=)")
    folder_id: str | None = wire(f"{_FOLDER}.FolderID", "Id of the folder.", null="the row of the totals")
    name: str | None = wire(
        f"{_FOLDER}.FolderName", "Name of the folder; the API leaves out those of 0 and 1, Inbox and Sent."
    )
    messages: int | None = wire(f"{_FOLDER}.TotalMessageCount", f"Messages in it{_TOTALS_ROW}.", unit="messages")
    new_messages: int | None = wire(f"{_FOLDER}.NewMessageCount", f"New ones among them{_TOTALS_ROW}.", unit="messages")
    high_priority: int | None = wire(
        f"{_FOLDER}.TotalHighPriorityCount", f"Those of high priority{_TOTALS_ROW}.", unit="messages"
    )
    new_high_priority: int | None = wire(
        f"{_FOLDER}.NewHighPriorityCount", f"New ones of high priority{_TOTALS_ROW}.", unit="messages"
    )
    alerts: int | None = wire(
        f"{_FOLDER}.TotalAlertCount", "Alerts; the API counts them as flagged now.", unit="alerts"
    )
    new_alerts: int | None = wire(f"{_FOLDER}.NewAlertCount", "New alerts, likewise.", unit="alerts")
    flagged: int | None = ours(
        "Flagged messages of all folders.",
        comes_from="Summary.FlaggedMessageCount",
        unit="messages",
        null="the row of a folder",
    )
    fetched_at: datetime | None = ours(
        "When the API answered.",
        comes_from="Timestamp, else the Date header, else the clock",
        unit="UTC",
        null="a body without one",
    )


class _Totals(Record):
    """What the summary says of all folders together."""

    messages: int | None = wire(f"{_TOTAL}.TotalMessageCount", "Messages.")
    new_messages: int | None = wire(f"{_TOTAL}.NewMessageCount", "New messages.")
    high_priority: int | None = wire(f"{_TOTAL}.TotalHighPriorityCount", "Messages of high priority.")
    new_high_priority: int | None = wire(f"{_TOTAL}.NewHighPriorityCount", "New messages of high priority.")
    flagged: int | None = wire(f"{_TOTAL}.FlaggedMessageCount", "Flagged messages.")


MAIL = Table(name="mail", record=Mail, rows=_ROW, key="message_id", totals=())
FOLDERS = Table(name="folders", record=Folder, rows=_FOLDER, key="folder_id", totals=())
_TOTALS = Table(name="folders", record=_Totals, rows=_TOTAL, key="messages", totals=())

ROOT = f"{CALL}Response"
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
NAMES = {"0": "Inbox", "1": "Sent"}
"""The folders whose names the API does not send."""
ENVELOPE = frozenset(
    {"Timestamp", "Ack", "Version", "Build", "CorrelationID", "Errors", "HardExpirationWarning", "Messages", "Summary"}
    | {"Alerts", "EIASToken", "NotificationEventName", "RecipientUserID"}
)

Headers = tuple[tuple[str, str], ...]


def fetch_mail(run: Run, request: MailRequest, headers: Headers) -> pl.DataFrame:
    """All messages of the request, the oldest first; `headers` are those of the account (site, version)."""
    end = run.clamped(MAIL, request.start, request.end)
    mailbox = _Mailbox(MAIL, run, request, headers, end)
    swept = {folder: mailbox.in_folder(folder) for folder in request.folders}
    found = union(MAIL, swept.values())
    tell_missing(run, request, found)
    found = once_each(MAIL, within(found, "received_at", request.start, end))
    found = run.first_rows(MAIL, oldest_first(found), request.max_rows)
    if request.bodies:
        found = mailbox.with_bodies(found)
    found = mailbox.with_names(found)
    mailbox.check_counts({folder: len(rows) for folder, rows in swept.items()})
    return found


def fetch_folders(run: Run, _: FoldersRequest, headers: Headers) -> pl.DataFrame:
    """The folders, and the row of their totals."""
    return _Mailbox(FOLDERS, run, MailRequest.model_construct(), headers, None).summary


def oldest_first(mail: pl.DataFrame) -> pl.DataFrame:
    """In the order in which the mailbox received them, as the API sends them."""
    return mail.sort("received_at", "message_id", nulls_last=True)


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
            detail = "messages that came in more than one page are kept once"
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
        found = self._ask(GET_MAIL, content)
        keys = _keys(found)
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


def mail_rows(said: Said, *, account: str, fetched_at: datetime | None, problems: Problems) -> pl.DataFrame:
    """The messages of one answer; what was odd in them goes to the problems."""
    decoded = decode_elements(MAIL, rows_inside(said.root, "Messages", "Message", MAIL, problems))
    rows = completed(MAIL, decoded.frame, account=account, fetched_at=fetched_at)
    problems.add_misfits(decoded.misfits, MAIL, rows)
    return _with_text(rows).with_columns(
        with_blanks(rows.get_column("subject"), as_one=" "), with_blanks(rows.get_column("response_url"), as_one="")
    )


def folder_rows(said: Said, *, account: str, fetched_at: datetime | None, problems: Problems) -> pl.DataFrame:
    """The folders of one answer and the row of their totals; what was odd in them goes to the problems."""
    summaries = children(said.root, "Summary")
    found = [folder for summary in summaries for folder in children(summary, "FolderSummary")]
    decoded = decode_elements(FOLDERS, found)
    rows = completed(FOLDERS, decoded.frame, account=account, fetched_at=fetched_at)
    problems.add_misfits(decoded.misfits, FOLDERS, rows)
    for folder in found:
        folder.getparent().remove(folder)
    of_all = decode_elements(_TOTALS, summaries)
    total = completed(FOLDERS, of_all.frame, account=account, fetched_at=fetched_at)
    without_id = [replace(misfit, row=None) for misfit in of_all.misfits]
    problems.add_misfits(without_id, _TOTALS, of_all.frame)
    known = pl.col("folder_id").replace_strict(NAMES, default=None, return_dtype=pl.String)
    return union(FOLDERS, [rows.with_columns(name=pl.coalesce("name", known)), total])


def merged(mail: pl.DataFrame) -> pl.DataFrame:
    """Each message once, with the last that is known of each of its columns; those without an id are all kept."""
    known = mail.filter(pl.col("message_id").is_not_null())
    if known.get_column("message_id").n_unique() == len(mail):
        return mail
    once = known.group_by("message_id", maintain_order=True).agg(pl.all().drop_nulls().last()).select(mail.columns)
    return pl.concat([once, mail.filter(pl.col("message_id").is_null())])


def named(mail: pl.DataFrame, folders: pl.DataFrame) -> pl.DataFrame:
    """The messages with the names that the folders have."""
    known = NAMES | dict(folders.select("folder_id", "name").drop_nulls().iter_rows())
    name = pl.col("folder_id").replace_strict(known, default=None, return_dtype=pl.String)
    return mail.with_columns(folder_name=pl.coalesce("folder_name", name))


def _with_text(rows: pl.DataFrame) -> pl.DataFrame:
    """The plain text of those that have HTML and no Content."""
    if rows.get_column("html").null_count() == len(rows):
        return rows
    pairs = rows.select("text", "html").iter_rows()
    texts = [newest_message(html) if not (text or "").strip() and html else text for text, html in pairs]
    return rows.with_columns(pl.Series("text", texts, dtype=pl.String))


def tell_missing(run: Run, request: MailRequest, found: pl.DataFrame) -> None:
    """Each id that was asked for and did not come."""
    for wanted, column in ((request.ids, "message_id"), (request.external_ids, "external_message_id")):
        came = set(found.get_column(column)) if wanted else set()
        for key in wanted or ():
            if key not in came:
                run.tell(MAIL, "missing_id", column=column, row_key=key, detail="asked for, and not in the answers")


def _keys(rows: pl.DataFrame) -> tuple[str, ...]:
    """By what the rows of a page are known when they come again: their ids, else what stands in them."""
    ids = rows.get_column("message_id")
    if ids.has_nulls():
        ids = ids.fill_null(rows.drop("media", "fetched_at").hash_rows().cast(pl.String))
    return tuple(ids)
