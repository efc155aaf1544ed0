"""Leads, messages, conversations and mail of one buyer, written out for tests; times are minutes after the lead."""

from datetime import UTC, datetime, timedelta

import polars as pl

from leadkit.mail_records import MAIL
from leadkit.sources.ebay_conversations import CONVERSATIONS, MESSAGES
from leadkit.sources.ebay_leads import LEADS

ITEM, OTHER_ITEM = "110043671232", "110043671299"
HOUR, DAY = 60, 1440
NEW, RESPONDED = {"status": "NEW"}, {"status": "RESPONDED"}


def at(minutes: float | None) -> datetime | None:
    """So many minutes after Monday noon."""
    return None if minutes is None else datetime(2026, 10, 5, 12, tzinfo=UTC) + timedelta(minutes=minutes)


def span(minutes: float | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def lead(submitted: float | None = 0, seen: float | None = HOUR, status: str | None = None, **other) -> dict:
    """A lead of jane's; without a status, nothing but its threads and mail tells of a reply."""
    return {
        "account": "demo",
        "item_id": ITEM,
        "user_id": "jane",
        "submitted_at": at(submitted),
        "status": status,
        "fetched_at": at(seen),
    } | other


def leads(*rows: dict) -> pl.DataFrame:
    """Leads a0, a1, ... where no id is given."""
    return pl.DataFrame(
        [{"lead_id": f"a{number}"} | row for number, row in enumerate(rows)], schema=LEADS.schema, strict=False
    )


def exchange(number: int, created: float | None = 0, response: str | None = None) -> dict:
    return {"message_id": str(number), "created_at": at(created), "question": "?", "response": response}


def messages(*said: tuple, seen: float | None = DAY, thread: str = "c1", **other) -> pl.DataFrame:
    """A thread of (minutes, who wrote): jane, dealer, eBay, or None where it is not known."""
    rows = [
        {
            "account": "demo",
            "conversation_id": thread,
            "reference_id": ITEM,
            "message_id": f"{thread}-{place}",
            "created_at": at(minutes),
            "sender": who,
            "recipient": "jane" if who == "dealer" else "dealer",
            "from_seller": None if who is None else who == "dealer",
            "body": f"{who or 'somebody'}'s words",
            "fetched_at": at(seen),
        }
        | other
        for place, (minutes, who) in enumerate(said)
    ]
    return pl.DataFrame(rows, schema=MESSAGES.schema)


def talk(
    latest: float | None, sender: str | None, *, began: float | None = 0, seen: float | None = DAY, **other
) -> pl.DataFrame:
    """A conversation with its latest message."""
    row = {
        "account": "demo",
        "conversation_id": "c1",
        "reference_id": ITEM,
        "other_party": "jane",
        "created_at": at(began),
        "latest_message_id": "c1-0",
        "latest_at": at(latest),
        "latest_sender": sender,
        "latest_recipient": "jane" if sender == "dealer" else "dealer",
        "fetched_at": at(seen),
    }
    return pl.DataFrame([row | other], schema=CONVERSATIONS.schema)


def inbox(
    received: float | None = 0,
    replied_at: float | None = None,
    replied: bool | None = None,
    *,
    seen: float | None = DAY,
    **other,
) -> dict:
    """The copy of what jane wrote."""
    return {
        "account": "demo",
        "folder_id": "0",
        "sender": "jane",
        "recipient": "dealer",
        "received_at": at(received),
        "replied_at": at(replied_at),
        "replied": replied,
        "item_id": ITEM,
        "fetched_at": at(seen),
    } | other


def sent(received: float, *, seen: float | None = DAY, **other) -> dict:
    """The copy of what the dealer wrote to jane."""
    return inbox(received, seen=seen) | {"folder_id": "1", "sender": "dealer", "recipient": "jane"} | other


def mail(*rows: dict) -> pl.DataFrame:
    """Messages m0, m1, ... where no id is given."""
    named = [{"message_id": f"m{number}"} | row for number, row in enumerate(rows)]
    return pl.DataFrame(named, schema=MAIL.schema)


def asked(number: int, submitted: float, seen: float | None = 100, **other) -> dict:
    """A lead with its own question, by whose id its mail is found."""
    return lead(submitted, seen, lead_id=f"a{number}", exchanges=[exchange(number, created=submitted)]) | other


def copy(
    number: int,
    received: float,
    replied_at: float | None = None,
    replied: bool | None = None,
    seen: float | None = 100,
) -> dict:
    """The copy of that question, of a sender who is hidden."""
    return inbox(received, replied_at, replied, seen=seen, external_message_id=str(number), sender=None)


def conflicts(times: pl.DataFrame) -> list[bool]:
    return times["conflict"].to_list()


def outcome(times: pl.DataFrame, row: int = 0) -> tuple:
    """State, evidence and the two waits in minutes, of one row."""
    found = times.row(row, named=True)
    lower, upper = (
        None if found[name] is None else found[name] / timedelta(minutes=1) for name in ("wait_lower", "wait_upper")
    )
    return found["state"], found["evidence"], lower, upper
