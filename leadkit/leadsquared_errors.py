"""What LeadSquared says when it refuses: its statuses and its bodies contradict each other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from leadkit.calls import Reply, Verdict
from leadkit.error_bodies import read_error_body
from leadkit.errors import Forbidden, LeadkitError, NotFound, RateLimited, Unauthorized


def judge(reply: Reply) -> Verdict | None:
    """What the CRM says in a body, which decides over the status; None where the status says it all.

    Too many calls come as 429, as 403, or as an error inside 200. Any other ``MX…`` exception is a verdict on the
    request, also where it speaks of limits: the same one would be refused again, also where the status is 500.
    """
    said = _errors_in(reply)
    words = " ".join(f"{one['code'] or ''} {one['message']}" for one in said)
    if reply.status == _TOO_MANY or (reply.status in _THROTTLING and any(map(_is_throttling, said))):
        spent = _OF_THE_DAY.search(words) is not None
        by_status = reply.status == _TOO_MANY and not spent
        advice = "The calls of the day are used up: ask again tomorrow." if spent else None
        return None if by_status else Verdict(RateLimited, said, advice=advice, retry=not spent)
    if reply.status in _REFUSED:
        kind, advice = _REFUSED[reply.status]
        host = _HOST.search(words) if kind is Unauthorized else None
        return Verdict(
            kind,
            said,
            advice=f"The API names the host of the account: give host={host[0].lower()!r}." if host else advice,
        )
    if reply.status == _OK or (reply.status >= _FAILED and words.startswith("MX")):
        return Verdict(LeadkitError, said) if said else None
    return None


def _is_throttling(error: dict[str, Any]) -> bool:
    """Whether an error is of the calls in a time: by its exception, else by the sentence that the page has for it."""
    code = error["code"] or ""
    words = _THE_SENTENCE if code.startswith("MX") else _IN_OTHER_WORDS
    return bool(_EXCEPTION.search(code) or words.search(error["message"]))


def errors_beside(envelope: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The errors that an answer lists beside its rows; `envelope` is what stands around them."""
    return read_error_body(json.dumps(envelope).encode()) if _says_that_it_failed(envelope) else []


def _says_that_it_failed(decoded: Mapping[str, Any]) -> bool:
    return str(decoded.get("Status")).lower() in {"error", "failed"}


def _errors_in(reply: Reply) -> list[dict[str, Any]]:
    """The errors that a body lists; a 200 has some only where it says so."""
    if reply.status != _OK:
        return read_error_body(reply.body)
    if b'"Status"' not in reply.body[:_LONGEST_ERROR]:
        return []
    try:
        decoded = json.loads(reply.body)
    except (ValueError, RecursionError):
        return []
    failed = isinstance(decoded, dict) and _says_that_it_failed(decoded)
    return read_error_body(reply.body) if failed and not decoded.get("Leads") else []


_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _FAILED = 200, 401, 403, 404, 429, 500
_LONGEST_ERROR = 10_000
_THROTTLING = {_OK, _FORBIDDEN}
_EXCEPTION = re.compile(r"rate_?limit|call_?limit|throttl|too_?many_?(?:calls|requests)", re.I)
_THE_SENTENCE = re.compile(r"\bAPI calls? (?:have |has )?exceeded\b", re.I)
_IN_OTHER_WORDS = re.compile(
    rf"{_THE_SENTENCE.pattern}|\brate ?limit|\bthrottl|\btoo many (?:API )?(?:calls|requests)\b"
    r"|\b(?:API|calls?|requests?) (?:limit|quota)\b|^\W*limit exceeded\W*$",
    re.I,
)
_OF_THE_DAY = re.compile(r"\b(?:day|days|daily|today)\b|24 ?h", re.I)
_HOST = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.leadsquared\.com\b", re.I)
_REFUSED: dict[int, tuple[type[LeadkitError], str]] = {
    _UNAUTHORIZED: (Unauthorized, "Check access_key and secret_key, and host=: it differs from region to region."),
    _FORBIDDEN: (Forbidden, "The user behind these keys may not call this API: have an administrator allow it."),
    _NOT_FOUND: (NotFound, "There is no such API at this address: check host= (or base_url=)."),
}
