"""The Trading API's GetMyMessages: what it checks, and what it answers.

Failures come with HTTP 200. The page gives no number for bad input: here it is always 37, the parameter named.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.mail_xml import (
    HEADERS,
    MESSAGES,
    SUMMARY,
    Answer,
    Node,
    Problem,
    document,
    message,
    message_parts,
    selected,
    summary,
    written,
)
from leadkit.sandbox.mailbox import FIRST_MAIL_ID
from leadkit.sandbox.mails import YEAR, Mail
from leadkit.sandbox.moments import DAY, HOUR, SECOND, as_text
from leadkit.sandbox.trading_request import (
    Request,
    TradingFailure,
    every,
    first,
    invalid,
    language,
    parse,
    read,
    unsupported,
)

SCOPE = "https://api.ebay.com/oauth/api_scope"
CALL = "GetMyMessages"
DEFAULT_VERSION = "1487"
NO_ID = "{id}"
HEADER = "x-ebay-api-"
TOKENS = {
    "931": "Auth token is invalid.",
    "932": "Auth token is hard expired.",
    "21917053": "Expired IAF token.",
}
GERMAN = {
    "2": "API-Aufruf wird nicht unterstützt.",
    "5": "XML-Fehler.",
    "37": "Eingabedaten sind ungültig.",
    "931": "Authentifizierungstoken ist ungültig.",
    "932": "Authentifizierungstoken ist abgelaufen.",
    "21917053": "IAF-Token ist abgelaufen.",
}


def check_headers(headers: Mapping[str, str]) -> str:
    """Check the headers of a call, but for the token; returns the version."""
    name = headers.get(f"{HEADER}call-name", "")
    if name != CALL:
        raise unsupported(name)
    for header in (f"{HEADER}compatibility-level", f"{HEADER}siteid"):
        if not re.fullmatch(r"\d{1,5}", headers.get(header, ""), re.ASCII):
            raise invalid(header.upper(), headers.get(header, ""), "The header must hold a number.")
    kind = headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "text/xml":
        raise invalid("Content-Type", kind, "The header must be text/xml.")
    return headers[f"{HEADER}compatibility-level"]


def token_of(headers: Mapping[str, str], root: Any) -> tuple[str, bool]:
    """Return the token, and whether it came in the body (then it is an Auth'n'Auth token)."""
    header = headers.get(f"{HEADER}iaf-token", "")
    inside = next(iter(every(root, "eBayAuthToken", "RequesterCredentials")), "")
    return (header, False) if header or not inside else (inside, True)


def refused_token(code: str) -> TradingFailure:
    """Make the failure of a token."""
    return TradingFailure(Problem(code, TOKENS[code], f"{TOKENS[code]} Get a new one and call again."))


def answer(mails: Sequence[Mail], root: Any, version: str, now: int) -> tuple[Answer, Request]:
    """Answer a checked call."""
    request = read(root, version)
    parts: list[Node] = []
    if SUMMARY in request.levels:
        parts.append(summary(mails))
    if request.levels & {HEADERS, MESSAGES}:
        parts += message_parts(page(matching(mails, request), request), request.levels)
    if request.selectors:
        parts = selected(parts, request.selectors)
    ack = "Warning" if request.warnings else "Success"
    return Answer(now, version, ack, first(root, "MessageID"), list(request.warnings), parts=parts), request


def failure(problem: Problem, body: bytes, version: str, now: int) -> Answer:
    """Answer a call that failed, as far as possible in the language that it asks for."""
    correlation, code = None, "en"
    try:
        root = parse(body)
        correlation, code = first(root, "MessageID"), language(root)
    except TradingFailure:
        pass  # its own problem is told
    if code == "de" and problem.code in GERMAN:
        problem = Problem(problem.code, GERMAN[problem.code], GERMAN[problem.code], parameters=problem.parameters)
    return Answer(now, version, "Failure", correlation, [problem])


def matching(mails: Sequence[Mail], request: Request) -> list[Mail]:
    """Return the messages that a request asks for; external ids take precedence over ids."""
    return [
        mail
        for mail in mails
        if (request.folder is None or mail.folder == request.folder)
        and (request.start is None or mail.at >= request.start)
        and (request.end is None or mail.at <= request.end)
        and (not request.external_ids or mail.external_id in request.external_ids)
        and (not request.ids or mail.message_id in request.ids)
        and (mail.high_priority or not request.high_priority)
    ]


def page(rows: Sequence[Mail], request: Request, number: int | None = None) -> Sequence[Mail]:
    """Return one page of these rows; one beyond the end is empty."""
    start = ((number or request.page) - 1) * request.entries
    return rows[start : start + request.entries]


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
    first = dealership.now_ms - count * SECOND
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
    times = {0: at, DAY: at + YEAR, 2 * DAY: at + HOUR}
    text = pattern.replace(NO_ID, str(mail_id))
    for blank, moment in times.items():
        text = text.replace(as_text(blank, dotted=True), as_text(moment, dotted=True))
    return text


def folders_body(dealership: Dealership) -> bytes:
    """Return what GetMyMessages answers to ReturnSummary."""
    return document(Answer(dealership.now_ms, DEFAULT_VERSION, parts=[summary(dealership.mail)]))
