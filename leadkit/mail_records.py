"""What a mailbox holds, as GetMyMessages sends it: messages, folders, and what is said of all folders together."""

from __future__ import annotations

from datetime import datetime

from leadkit.records import Record, Table, ours, wire

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


class Totals(Record):
    """What the summary says of all folders together."""

    messages: int | None = wire(f"{_TOTAL}.TotalMessageCount", "Messages.")
    new_messages: int | None = wire(f"{_TOTAL}.NewMessageCount", "New messages.")
    high_priority: int | None = wire(f"{_TOTAL}.TotalHighPriorityCount", "Messages of high priority.")
    new_high_priority: int | None = wire(f"{_TOTAL}.NewHighPriorityCount", "New messages of high priority.")
    flagged: int | None = wire(f"{_TOTAL}.FlaggedMessageCount", "Flagged messages.")


MAIL = Table(name="mail", record=Mail, rows=_ROW, key="message_id", totals=())
FOLDERS = Table(name="folders", record=Folder, rows=_FOLDER, key="folder_id", totals=())
TOTALS = Table(name="folders", record=Totals, rows=_TOTAL, key="messages", totals=())
