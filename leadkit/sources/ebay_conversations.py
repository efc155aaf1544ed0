"""eBay Message API: conversations and the messages of their threads.

Pages: ``GET /commerce/message/v1/conversation`` and ``/conversation/{conversation_id}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import polars as pl
from pydantic import Field, model_validator

from leadkit.endpoint import Endpoint, Query
from leadkit.errors import InvalidRequest, MissingColumns, NotFound
from leadkit.fetch import (
    Body,
    Run,
    Unread,
    completed,
    more_than,
    once_each,
    read_together,
    swept_rows,
    union,
    within,
)
from leadkit.pages import Page, Sweep, sweep
from leadkit.parameters import ItemId, Request, Span, argument, refuse
from leadkit.records import Record, Table, ours, wire
from leadkit.sellers import with_other_party, with_sender

T = TypeVar("T")

_ROW = "conversations[]"
_LATEST = f"{_ROW}.latestMessage"
_ABSENT = "the API sent no latest message, or only a part of it"
_NO_REFERENCE = "the conversation is about no listing"
_ACCOUNT = "The account that it was fetched for."
_PAGING = ("href", "limit", "next", "offset", "prev", "total", "warnings")


class Media(Record):
    """One attachment of a message."""

    name: str | None = wire("mediaName", "Name of the file.", as_sent=True, personal=True)
    type: str | None = wire("mediaType", "IMAGE, PDF, DOC or TXT.")
    url: str | None = wire("mediaUrl", "Where the file lies.", personal=True)


class Conversation(Record):
    """One conversation with its latest message."""

    account: str | None = ours(_ACCOUNT, comes_from="Ebay(account=)")
    conversation_id: str | None = wire(f"{_ROW}.conversationId", "Id of the conversation.")
    conversation_type: str | None = wire(f"{_ROW}.conversationType", "FROM_MEMBERS or FROM_EBAY.")
    status: str | None = wire(f"{_ROW}.conversationStatus", "ACTIVE, ARCHIVED, DELETED, READ or UNREAD.")
    title: str | None = wire(
        f"{_ROW}.conversationTitle", "Title; may be the text of a message.", as_sent=True, personal=True
    )
    created_at: datetime | None = wire(f"{_ROW}.createdDate", "When the conversation began.", unit="UTC")
    reference_type: str | None = wire(f"{_ROW}.referenceType", "LISTING, as a rule.", null=_NO_REFERENCE)
    reference_id: str | None = wire(
        f"{_ROW}.referenceId", "Id of what it is about: of a LISTING, its item id.", null=_NO_REFERENCE
    )
    other_party: str | None = ours(
        "The one who is not the seller.",
        comes_from="latestMessage.senderUsername and .recipientUsername, the one that is not in sellers",
        null="no latest message, or it is not known who the seller is",
    )
    unread_count: int | None = wire(f"{_ROW}.unreadCount", "Unread messages.", unit="messages", json="number")
    latest_message_id: str | None = wire(f"{_LATEST}.messageId", "Id of the latest message.", null=_ABSENT)
    latest_at: datetime | None = wire(
        f"{_LATEST}.createdDate", "When the latest message was received.", unit="UTC", null=_ABSENT
    )
    latest_sender: str | None = wire(f"{_LATEST}.senderUsername", "Who sent it.", null=_ABSENT, personal=True)
    latest_recipient: str | None = wire(f"{_LATEST}.recipientUsername", "Who got it.", null=_ABSENT, personal=True)
    latest_subject: str | None = wire(
        f"{_LATEST}.subject", "Its subject, if it has one.", null=_ABSENT, as_sent=True, personal=True
    )
    latest_body: str | None = wire(f"{_LATEST}.messageBody", "Its text.", null=_ABSENT, as_sent=True, personal=True)
    latest_read: bool | None = wire(
        f"{_LATEST}.readStatus", "Whether the recipient has seen it.", null=_ABSENT, json="boolean"
    )
    latest_media: list[Media] | None = wire(f"{_LATEST}.messageMedia[]", "Its attachments.", null="none were sent")
    fetched_at: datetime | None = ours(
        "When the API answered.", comes_from="the Date header, else the clock", unit="UTC", null="a body without one"
    )


class Message(Record):
    """One message of a thread."""

    account: str | None = ours(_ACCOUNT, comes_from="Ebay(account=)")
    conversation_id: str | None = ours(
        "Id of the conversation; the thread's answer has none.",
        comes_from="the request",
        null="a saved body that does not tell",
    )
    reference_id: str | None = ours(
        "Id of what the conversation is about.", comes_from="the conversation", null=_NO_REFERENCE
    )
    message_id: str | None = wire("messages[].messageId", "Id of the message.")
    created_at: datetime | None = wire("messages[].createdDate", "When the message was received.", unit="UTC")
    sender: str | None = wire("messages[].senderUsername", "Who sent it.", personal=True)
    recipient: str | None = wire("messages[].recipientUsername", "Who got it.", personal=True)
    from_seller: bool | None = ours(
        "Whether the seller sent it.",
        comes_from="sender and sellers; without sellers, the one name that takes part in every thread",
        null="the sender is unknown, or it is not known who the seller is",
    )
    subject: str | None = wire(
        "messages[].subject", "Subject.", null="the message has none", as_sent=True, personal=True
    )
    body: str | None = wire("messages[].messageBody", "The text.", as_sent=True, personal=True)
    read: bool | None = wire("messages[].readStatus", "Whether the recipient has seen it.", json="boolean")
    media: list[Media] | None = wire("messages[].messageMedia[]", "The attachments.", null="none were sent")
    fetched_at: datetime | None = ours(
        "When the API answered.", comes_from="the Date header, else the clock", unit="UTC", null="a body without one"
    )


CONVERSATIONS = Table(
    name="conversations",
    record=Conversation,
    rows=_ROW,
    key="conversation_id",
    totals=("total",),
    envelope=("conversations", *_PAGING),
)

MESSAGES = Table(
    name="messages",
    record=Message,
    rows="messages[]",
    key="message_id",
    totals=("total",),
    envelope=("messages", "conversationStatus", "conversationTitle", "conversationType", *_PAGING),
)

_SCOPE = "https://api.ebay.com/oauth/api_scope/commerce.message"
GET_CONVERSATIONS = Endpoint(
    operation="getConversations",
    host="api",
    path="/commerce/message/v1/conversation",
    table=CONVERSATIONS,
    scope=_SCOPE,
)
GET_CONVERSATION = Endpoint(
    operation="getConversation",
    host="api",
    path="/commerce/message/v1/conversation/{}",
    table=MESSAGES,
    scope=_SCOPE,
)

STATUSES = ("ACTIVE", "ARCHIVED", "DELETED", "READ", "UNREAD", "ARCHIVE", "DELETE")
"""The newer specification's five, and the two that the older one spells differently."""
LARGEST_PAGE = 50


class ConversationsRequest(Span):
    """The arguments of ``Ebay.conversations``."""

    codes: ClassVar[Mapping[str, str]] = {"time": "355005", "order": "355004"}

    conversation_type: Literal["FROM_MEMBERS", "FROM_EBAY", "ALL"] = argument(
        "'FROM_MEMBERS', 'FROM_EBAY' or 'ALL' for both", "355002", default="FROM_MEMBERS"
    )
    status: Literal["ACTIVE", "ARCHIVED", "DELETED", "READ", "UNREAD", "ARCHIVE", "DELETE"] | None = argument(
        f"one of {', '.join(STATUSES)}, or None for all", "355001"
    )
    reference: Any = argument("a pair such as ('LISTING', '110043671232')", "355016")
    item_id: ItemId | None = argument("the number of a listing, such as '110043671232'", "355016")
    other_party: Annotated[str, Field(min_length=1, pattern=r"\S")] | None = argument(
        "the user name of the other one", "355006"
    )
    page_size: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = argument(
        f"a whole number from 1 to {LARGEST_PAGE}", "355009", default=LARGEST_PAGE
    )

    @model_validator(mode="before")
    @classmethod
    def _type_is_given(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("conversation_type", "FROM_MEMBERS") is None:
            refuse("conversation_type", "'FROM_MEMBERS', 'FROM_EBAY' or 'ALL': it is required", None, "355017")
        return values

    @model_validator(mode="after")
    def _one_reference(self) -> ConversationsRequest:
        if self.reference is None:
            return self
        if self.item_id is not None:
            refuse("reference", "either reference or item_id, which is short for ('LISTING', item_id)", self.reference)
        if not isinstance(self.reference, tuple | list) or len(self.reference) != 2:  # noqa: PLR2004 - a pair
            refuse("reference", "a pair such as ('LISTING', '110043671232')", self.reference, "355022")
        kind, key = self.reference
        if not kind:
            refuse("reference", "a pair that begins with its type, such as ('LISTING', …)", self.reference, "355022")
        if kind != "LISTING":
            refuse("reference", "the type 'LISTING', the only one that the API supports", self.reference, "355003")
        if not re.fullmatch(r"[0-9]+", str(key)) or not str(key).strip("0") or isinstance(key, bool):
            refuse("reference", "a positive whole number as its id", self.reference, "355016")
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """The types to sweep."""
        return ("FROM_MEMBERS", "FROM_EBAY") if self.conversation_type == "ALL" else (self.conversation_type,)

    @property
    def about(self) -> tuple[str, str] | None:
        """Type and id of what the conversations are about."""
        if self.item_id:
            return "LISTING", self.item_id
        return self.reference and (str(self.reference[0]), str(self.reference[1]))

    def query(self, kind: str, end: datetime | None, offset: int, limit: int) -> Query:
        """The query for one page; times are for FROM_MEMBERS only, the API can't filter the others."""
        kept = self.about or (None, None)
        members = kind == "FROM_MEMBERS"
        given = {
            "conversation_type": kind,
            "conversation_status": self.status,
            "reference_type": kept[0],
            "reference_id": kept[1],
            "start_time": _millis(self.start) if members else None,
            "end_time": _millis(end) if members else None,
            "other_party_username": self.other_party,
            "limit": limit,
            "offset": offset,
        }
        return tuple((name, str(value)) for name, value in given.items() if value is not None)


class MessagesRequest(Request):
    """The arguments of ``Ebay.messages``; `threads` are those of `threads_of`."""

    threads: list[dict[str, Any]] = Field(exclude=True)
    max_rows: Annotated[int, Field(ge=1)] | None = argument("a whole number from 1, or None for all rows")


def _millis(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def fetch_conversations(run: Run, request: ConversationsRequest) -> pl.DataFrame:
    """All conversations of the request, newest first."""
    end = run.clamped(CONVERSATIONS, request.start, request.end)
    frames = [_fetch_type(run, request, kind, end) for kind in request.types]
    found = with_other_party(union(CONVERSATIONS, frames), run.sellers, run.problems)
    return run.first_rows(CONVERSATIONS, newest_first(found), request.max_rows)


def newest_first(conversations: pl.DataFrame) -> pl.DataFrame:
    """By the latest message, as in an inbox; those without one at the end."""
    return conversations.sort("latest_at", "conversation_id", descending=[True, False], nulls_last=True)


def _fetch_type(run: Run, request: ConversationsRequest, kind: str, end: datetime | None) -> pl.DataFrame:
    def get(offset: int, limit: int) -> Page[Body]:
        body = run.ask(GET_CONVERSATIONS, request.query(kind, end, offset, limit))
        page = body.page("conversation_id")
        run.progress.expect(page.total)
        run.progress.step(body.rows)
        return page

    swept = sweep(get, limit=request.page_size, enough=more_than(request.max_rows))
    found = swept_rows(run, CONVERSATIONS, swept)
    return spoken_within(found, request.start, end) if kind == "FROM_EBAY" else found


def spoken_within(conversations: pl.DataFrame, start: datetime | None, end: datetime | None) -> pl.DataFrame:
    """Those whose latest message (else beginning) lies in the span: what the API does not filter is filtered here."""
    at = pl.coalesce("latest_at", "created_at").alias("at")
    return within(conversations.with_columns(at), "at", start, end).drop("at")


def fetch_messages(run: Run, request: MessagesRequest) -> pl.DataFrame:
    """All messages of these threads, sorted by conversation, time and id."""
    run.progress.expect(len(request.threads))

    def thread(row: dict[str, Any]) -> Sweep[Unread] | NotFound:
        found = _sweep_thread(run, row, request.max_rows)
        run.progress.step(1)
        return found

    found = _messages_of(run, request.threads, run.in_parallel(thread, request.threads))
    found = with_sender(found.sort("conversation_id", "created_at", "message_id"), run.sellers, run.problems)
    return run.first_rows(MESSAGES, found, request.max_rows)


def threads_of(conversations: object) -> list[dict[str, Any]]:
    """The threads of a frame of conversations, each once: id, type and what it is about.

    Raises:
        InvalidRequest: it is no frame.
        MissingColumns: it has not the columns.
    """
    if isinstance(conversations, pl.LazyFrame):
        conversations = conversations.collect()
    if not isinstance(conversations, pl.DataFrame):
        given = type(conversations).__name__
        raise InvalidRequest(
            f"messages: conversations is a {given}; give the frame that .conversations() returns. Nothing was sent.",
            source="messages",
        )
    missing = [name for name in ("conversation_id", "conversation_type") if name not in conversations.columns]
    if missing:
        raise MissingColumns.of(missing, conversations.columns, needed_by="messages(conversations)")
    kept = conversations.select(pl.col("conversation_id", "conversation_type", "^reference_id$").cast(pl.String))
    return kept.drop_nulls("conversation_id").unique("conversation_id", keep="first", maintain_order=True).to_dicts()


def _sweep_thread(run: Run, row: dict[str, Any], max_rows: int | None) -> Sweep[Unread] | NotFound:
    """All pages of one thread, or the error that says that it is gone."""
    kind = row["conversation_type"] or "FROM_MEMBERS"

    def get(offset: int, limit: int) -> Page[Unread]:
        paging = (("limit", str(limit)), ("offset", str(offset)))
        query = (("conversation_type", kind), *paging)
        return run.receive(GET_CONVERSATION, query, at=row["conversation_id"]).page("message_id")

    try:
        return sweep(get, limit=LARGEST_PAGE, enough=more_than(max_rows))
    except NotFound as gone:
        return gone


def _messages_of(run: Run, threads: list[dict[str, Any]], swept: list[Sweep[Unread] | NotFound]) -> pl.DataFrame:
    """The messages of all threads, each once; what is gone or does not add up is told thread by thread."""
    found = [(row, sweep) for row, sweep in zip(threads, swept, strict=True) if isinstance(sweep, Sweep)]
    pages = [(row, page.content) for row, sweep in found for page in sweep.pages]
    frame, lengths = read_together(run, MESSAGES, [unread for _, unread in pages])
    of_page = {
        "conversation_id": [row["conversation_id"] for row, _ in pages],
        "reference_id": [row.get("reference_id") for row, _ in pages],
        "fetched_at": [unread.answer.fetched_at for _, unread in pages],
    }
    owner = [index for index, length in enumerate(lengths) for _ in range(length)]
    ours = pl.DataFrame(of_page, schema={name: MESSAGES.schema[name] for name in of_page})[owner]
    rows = completed(MESSAGES, frame.hstack(ours), account=run.account)
    ids = iter(_chunks(rows.get_column("message_id").to_list(), lengths))
    for row, outcome in zip(threads, swept, strict=True):
        key = row["conversation_id"]
        if isinstance(outcome, NotFound):
            detail = f"the thread is gone (404, {outcome.code or 'no code'})"
            run.tell(MESSAGES, "missing_thread", column="conversation_id", row_key=key, detail=detail)
        else:
            by_page = [(page, next(ids)) for page in outcome.pages]
            last = [key for page, keys in by_page if page in outcome.last for key in keys]
            run.check_sweep(MESSAGES, outcome, last, key)
    of_last = pl.Series([page in sweep.last for _, sweep in found for page in sweep.pages], dtype=pl.Boolean)
    return once_each(MESSAGES, rows, within=("conversation_id",), last=of_last[owner])


def _chunks(values: list[T], lengths: list[int]) -> Iterator[list[T]]:
    ends = list(accumulate(lengths, initial=0))
    return (values[start:end] for start, end in pairwise(ends))
