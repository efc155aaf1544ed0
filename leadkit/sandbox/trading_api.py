"""The Trading API's GetMyMessages: what it checks, and what it answers.

Failures come with HTTP 200. The page gives no number for bad input: here it is always 37, the parameter named.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from leadkit.sandbox.mail_xml import (
    HEADERS,
    MESSAGES,
    SUMMARY,
    Answer,
    Node,
    Problem,
    message_parts,
    selected,
    summary,
)
from leadkit.sandbox.mails import Mail
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


def matching(mails: Sequence[Mail], request: Request) -> Sequence[Mail]:
    """Return the messages that a request asks for; external ids take precedence over ids."""
    if not request.narrows:  # pages of a large mailbox need no look at all of it
        return mails
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
