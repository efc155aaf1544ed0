"""eBay Message API: conversations and the messages of their threads.

Pages: ``GET /commerce/message/v1/conversation`` and ``/conversation/{conversation_id}``.
"""

from __future__ import annotations

from datetime import datetime

from leadkit.records import Record, Table, ours, wire

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
