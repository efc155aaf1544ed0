"""What the mailbox consists of: one message, and what is kept of a story."""

from dataclasses import dataclass

from leadkit.sandbox.cast import Listing
from leadkit.sandbox.moments import DAY

INBOX, SENT, DELETED = 0, 1, 2
CUSTOM = (7, 12)
FOLDERS = {INBOX: "Inbox", SENT: "Sent", DELETED: "Deleted", 7: "Financing & trade-ins", 12: "Sold <2026>"}
YEAR, SHORT_LIFE = 365 * DAY, 60 * DAY


@dataclass(frozen=True, slots=True)
class Mail:
    """One message of the mailbox; None is what the answer leaves out, ``""`` an empty element."""

    folder: int
    at: int
    sender: str | None
    recipient: str
    subject: str
    body: str
    message_id: str = ""
    life: int = YEAR
    send_to: str | None = None
    earlier: tuple[str, ...] = ()  # what had been written before, the newest first
    form: str = "escaped"  # how Text comes: "escaped" HTML, HTML in "cdata", "inline" elements, "plain", "notice"
    content: bool = False  # the text comes as Content, too
    flaw: str | None = None  # what is wrong with the XML: "ampersand", "nbsp", "control", "reference"
    external_id: str | None = None
    listing: Listing | None = None  # None: no ItemID
    message_type: str | None = None
    question_type: str | None = None
    flagged: bool = False
    read: bool = True
    high_priority: bool | None = None
    replied: bool | None = None
    replied_at: int | None = None  # UserResponseDate
    response: str | None = None  # ResponseDetails: "url", "no", "empty" or none
    media: tuple[tuple[str, str], ...] | None = None
    indented: bool = False  # Subject and ResponseURL hold a newline and indentation
    scene: int | None = None
    event: int | None = None  # which of the story's written events it is a copy of

    @property
    def expires_at(self) -> int:
        """When eBay drops it."""
        return self.at + self.life


@dataclass(frozen=True, slots=True)
class Habits:
    """What the mailbox keeps of one story; the same for all its messages, so that nothing misleads by half."""

    name: str | None  # how the buyer is called here
    inbox: bool
    sent: bool
    inbox_item: bool
    sent_item: bool
    external: str  # "number": as in the Leads API; "other", "empty" or "absent"
    replies: str  # "dated": Replied and UserResponseDate; "bare": Replied only; "absent": neither
