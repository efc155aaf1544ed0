"""Bodies of GetMyMessages, made from the dealership without HTTP."""

from collections.abc import Sequence
from dataclasses import replace

from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.mail_xml import HEADERS, Answer, document, message, message_parts, summary, written
from leadkit.sandbox.mailbox import FIRST_MAIL_ID
from leadkit.sandbox.mails import YEAR, Mail
from leadkit.sandbox.moments import DAY, HOUR, SECOND, as_text
from leadkit.sandbox.trading_api import DEFAULT_VERSION

NO_ID = "{id}"
NO_TIMES = tuple(as_text(at, dotted=True) for at in (0, DAY, 2 * DAY))


def mail_body(
    dealership: Dealership,
    detail_level: str = HEADERS,
    *,
    folder: int | None = None,
    ids: Sequence[str] | None = None,
    page: int = 1,
    entries: int = 200,
) -> bytes:
    """Return what GetMyMessages answers to these inputs; ``ids`` may be more than the ten of a call."""
    wanted = None if ids is None else set(ids)
    rows = [mail for mail in dealership.mail if folder in {None, mail.folder}]
    rows = [mail for mail in rows if wanted is None or mail.message_id in wanted]
    parts = message_parts(rows[(page - 1) * entries : page * entries], {detail_level})
    return document(Answer(dealership.now_ms, DEFAULT_VERSION, parts=parts))


def mail_headers_body(count: int, seed: int = 7) -> bytes:
    """Return so many headers in one well-formed body, for benchmarks: ids and times rise, the rest repeats."""
    dealership = Dealership(seed, 400)
    patterns = [_pattern(mail) for mail in dealership.mail]
    first = dealership.now_ms - HOUR - count * SECOND
    rows = (
        _printed(patterns[place % len(patterns)], FIRST_MAIL_ID + place, first + place * SECOND)
        for place in range(count)
    )
    return document(Answer(dealership.now_ms, DEFAULT_VERSION, parts=[("Alerts", ""), ("Messages", "".join(rows))]))


def _pattern(mail: Mail) -> str:
    """Write a header whose id and times are placeholders."""
    replied_at = None if mail.replied_at is None else 2 * DAY
    blank = replace(mail, message_id=NO_ID, at=0, life=DAY, replied_at=replied_at, flaw=None)
    return written([("Message", message(blank, {HEADERS}))])


def _printed(pattern: str, mail_id: int, at: int) -> str:
    text = pattern.replace(NO_ID, str(mail_id))
    for blank, moment in zip(NO_TIMES, (at, at + YEAR, at + HOUR), strict=True):
        if blank in text:
            text = text.replace(blank, as_text(moment, dotted=True))
    return text


def folders_body(dealership: Dealership) -> bytes:
    """Return what GetMyMessages answers to ReturnSummary."""
    return document(Answer(dealership.now_ms, DEFAULT_VERSION, parts=[summary(dealership.mail)]))
