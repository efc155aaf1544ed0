"""GetMyMessages' answers as XML: which element comes at which detail level, and the envelope around them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import quote

from leadkit.sandbox.bodies import MEDIA_URL
from leadkit.sandbox.mail_text import text_xml, xml
from leadkit.sandbox.mails import DELETED, FOLDERS, INBOX, Mail
from leadkit.sandbox.moments import as_text

Node: TypeAlias = "tuple[str, str | list[Node]]"  # a name, and what is inside: XML or more nodes
HEADERS, MESSAGES, SUMMARY = "ReturnHeaders", "ReturnMessages", "ReturnSummary"
NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
CONTACT_URL = "http://contact.ebay.com/ws/eBayISAPI.dll?M2MContact"
INDENT = "\n            "
TITLE_LENGTH = 55


@dataclass(frozen=True, slots=True)
class Problem:
    """One of the Errors of an answer."""

    code: str
    short: str
    long: str
    severity: str = "Error"
    classification: str = "RequestError"
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Answer:
    """An answer before it becomes bytes, so that a fault can get at it."""

    at: int
    version: str
    ack: str = "Success"
    correlation: str | None = None
    problems: list[Problem] = field(default_factory=list)
    expiration: str | None = None
    parts: list[Node] = field(default_factory=list)
    root: str = "GetMyMessagesResponse"


def document(answer: Answer) -> bytes:
    """Write an answer."""
    head: list[Node] = [("Timestamp", as_text(answer.at, dotted=True)), ("Ack", answer.ack)]
    head += [("CorrelationID", xml(answer.correlation))] if answer.correlation is not None else []
    problems = "".join(_problem(problem) for problem in answer.problems)
    version = [("Version", answer.version), ("Build", f"E{answer.version}_CORE_APIMSG_19101244_R1")]
    warning = [("HardExpirationWarning", xml(answer.expiration))] if answer.expiration else []
    inside = written(head) + problems + written([*version, *warning, *answer.parts])
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{answer.root} xmlns="{NAMESPACE}">{inside}</{answer.root}>'.encode()
    )


def written(nodes: Sequence[Node]) -> str:
    """Write nodes one after the other."""
    return "".join(
        f"<{name}>{inside if isinstance(inside, str) else written(inside)}</{name}>" if inside else f"<{name}/>"
        for name, inside in nodes
    )


def selected(nodes: Sequence[Node], names: Collection[str]) -> list[Node]:
    """Keep what an OutputSelector names, with the containers around it."""
    kept: list[Node] = []
    for name, inside in nodes:
        if name in names:
            kept.append((name, inside))
        elif not isinstance(inside, str) and (rest := selected(inside, names)):
            kept.append((name, rest))
    return kept


def message_parts(mails: Sequence[Mail], levels: Collection[str]) -> list[Node]:
    """Return the container of these messages; that of the alerts, which is always empty, comes with headers."""
    alerts: list[Node] = [("Alerts", "")] if HEADERS in levels else []
    return [*alerts, ("Messages", [("Message", message(mail, levels)) for mail in mails])]


def message(mail: Mail, levels: Collection[str]) -> list[Node]:
    """Return one message: ItemID and what the table of detail levels leaves out come with headers only."""
    headers, bodies = HEADERS in levels, MESSAGES in levels
    listing = mail.listing if headers else None
    rows: list[tuple[str, str | list[Node] | None]] = [
        ("Sender", _text(mail.sender)),
        ("RecipientUserID", _text(mail.recipient)),
        ("SendToName", _text(mail.send_to)),
        ("Subject", _subject(mail)),
        ("MessageID", mail.message_id),
        ("ExternalMessageID", mail.external_id),
        ("Text", text_xml(mail) if bodies else None),
        ("Flagged", _truth(mail.flagged)),
        ("Read", _truth(mail.read)),
        ("ReceiveDate", as_text(mail.at, dotted=True)),
        ("ExpirationDate", as_text(mail.expires_at, dotted=True)),
        ("ItemID", listing.item_id if listing else None),
        ("ResponseDetails", _response(mail)),
        ("Folder", [("FolderID", str(mail.folder))]),
        ("Content", xml(mail.body) if bodies and mail.content else None),
        ("MessageType", mail.message_type),
        ("ListingStatus", "Active" if mail.message_type == "AskSellerQuestion" else None),
        ("QuestionType", mail.question_type),
        ("Replied", _truth(mail.replied)),
        ("HighPriority", _truth(mail.high_priority)),
        ("ItemEndTime", as_text(listing.ended_at, dotted=True) if listing and listing.ended_at else None),
        ("ItemTitle", xml(listing.title[:TITLE_LENGTH]) if listing else None),
    ]
    return [(name, inside) for name, inside in rows if inside is not None] + _media(mail)


def summary(mails: Sequence[Mail]) -> Node:
    """Return the counts of the whole mailbox and of each folder; Inbox and Sent have no names here."""
    folders = [("FolderSummary", _folder(number, mails)) for number in FOLDERS]
    return ("Summary", [("FlaggedMessageCount", _count(mail.flagged for mail in mails)), *folders, *_counts(mails)])


def _folder(number: int, mails: Sequence[Mail]) -> list[Node]:
    inside = [mail for mail in mails if mail.folder == number]
    name: list[Node] = [("FolderName", xml(FOLDERS[number]))] if number >= DELETED else []
    alerts: list[Node] = [("NewAlertCount", "0"), ("TotalAlertCount", "0")] if number == INBOX else []
    return [("FolderID", str(number)), *name, *alerts, *_counts(inside)]


def _counts(mails: Sequence[Mail]) -> list[Node]:
    high = [mail for mail in mails if mail.high_priority]
    return [
        ("NewHighPriorityCount", _count(not mail.read for mail in high)),
        ("NewMessageCount", _count(not mail.read for mail in mails)),
        ("TotalHighPriorityCount", str(len(high))),
        ("TotalMessageCount", str(len(mails))),
    ]


def _count(truths: Iterable[bool]) -> str:
    return str(sum(truths))


def _problem(problem: Problem) -> str:
    rows: list[Node] = [
        ("ShortMessage", xml(problem.short)),
        ("LongMessage", xml(problem.long)),
        ("ErrorCode", xml(problem.code)),
        ("SeverityCode", problem.severity),
    ]
    parameters = "".join(
        f'<ErrorParameters ParamID="{xml(name)}"><Value>{xml(value)}</Value></ErrorParameters>'
        for name, value in problem.parameters.items()
    )
    return f"<Errors>{written(rows)}{parameters}{written([('ErrorClassification', problem.classification)])}</Errors>"


def _subject(mail: Mail) -> str:
    subject = xml(mail.subject) + ("&#11;" if mail.flaw == "reference" else "")
    return subject.replace(", ending", f",{INDENT}ending") if mail.indented else subject


def _response(mail: Mail) -> list[Node] | None:
    """Return the details of the response; ResponseURL has the ExternalMessageID as its qid."""
    date: list[Node] = []
    if mail.replied_at is not None:
        date = [("UserResponseDate", as_text(mail.replied_at, dotted=True))]
    if mail.response != "url":
        enabled: list[Node] = [("ResponseEnabled", "false")] if mail.response == "no" else []
        return [*enabled, *date] if mail.response or date else None
    return [("ResponseEnabled", "true"), ("ResponseURL", _url(mail)), *date]


def _url(mail: Mail) -> str:
    query = {"requested": quote(mail.sender or ""), "qid": mail.external_id, "redirect": "0"}
    query = {"item": mail.listing.item_id if mail.listing else None, **query, "messageid": f"m{mail.message_id}"}
    parts = [f"{name}={value}" for name, value in query.items() if value]
    first = CONTACT_URL + (f"&{INDENT}" if mail.indented else "&")
    url = first + "&".join(parts)
    return url if mail.flaw == "ampersand" else url.replace("&", "&amp;")


def _media(mail: Mail) -> list[Node]:
    if mail.media is None:
        return []
    rows: list[Node] = [
        ("MessageMedia", [("MediaName", xml(name)), ("MediaURL", f"{MEDIA_URL}{mail.message_id}/{quote(name)}")])
        for name, _ in mail.media
    ]
    return rows or [("MessageMedia", "")]


def _text(value: str | None) -> str | None:
    return None if value is None else xml(value)


def _truth(value: bool | None) -> str | None:  # noqa: FBT001 -- it is the value itself
    return None if value is None else str(value).lower()
