"""What the sandbox's mailbox should become, from what the dealership knows of each message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from leadkit.sandbox.mails import FOLDERS, Mail

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: int | None) -> datetime | None:
    return None if at is None else EPOCH + timedelta(milliseconds=at)


def header(mail: Mail) -> dict[str, Any]:
    """The columns of one message that its header fills and that the dealership knows."""
    listing = mail.listing
    return {
        "message_id": mail.message_id,
        "external_message_id": mail.external_id or None,
        "folder_id": str(mail.folder),
        "folder_name": FOLDERS[mail.folder],
        "sender": mail.sender or None,
        "recipient": mail.recipient or None,
        "send_to_name": mail.send_to or None,
        "subject": " ".join(mail.subject.split()) or None,
        "received_at": moment(mail.at),
        "expires_at": moment(mail.expires_at),
        "replied_at": moment(mail.replied_at),
        "item_id": listing.item_id if listing else None,
        "item_end_at": moment(listing.ended_at) if listing else None,
        "message_type": mail.message_type,
        "question_type": mail.question_type,
        "flagged": mail.flagged,
        "high_priority": mail.high_priority,
        "read": mail.read,
        "replied": mail.replied,
    }


def plain(text: str) -> str:
    """A text by its words: how its lines are wrapped is another matter."""
    return " ".join(text.split())
