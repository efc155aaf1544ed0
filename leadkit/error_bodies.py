"""What an API says when it refuses, read tolerantly and turned into our named errors."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from leadkit.calls import Call, Reply, Verdict
from leadkit.errors import (
    BadResponse,
    Forbidden,
    LeadkitError,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
)
from leadkit.redaction import Secrets


def read_error_body(body: bytes) -> list[dict[str, Any]]:
    """All errors that a body lists, each with code, message, parameters, domain and category.

    Besides eBay's ``{"errors": [...]}`` it reads the other shapes that were seen: ``error`` as a list, an object or
    the flat OAuth pair, ``errorMessage.error``, ``parameter``, a bare list, a JSON text, HTML, plain text, nothing.
    """
    try:
        decoded = json.loads(body[: _LONGEST_BODY + 1])
    except (ValueError, RecursionError):  # cut, hostile nesting: no JSON for us either
        return _from_text(body)
    listed = [_canonical(error) for error in _listed(decoded)]
    return [error for error in listed if error["code"] or error["message"]]


def named_error(
    call: Call,
    reply: Reply,
    *,
    secrets: Secrets,
    attempts: int = 1,
    resets_at: datetime | None = None,
    verdict: Verdict | None = None,
) -> LeadkitError:
    """The error of our tree for an answer that is no success, free of secrets; a verdict wins over the status."""
    errors = secrets.redact_all(list(verdict.errors) if verdict else read_error_body(reply.body))
    kind = verdict.kind if verdict else _kind(reply.status)
    said = "." if kind is BadResponse and verdict is None else _said(errors)
    what = f"{call.source}: {call.operation} answered {reply.status}{_times(attempts)}{said}"
    code = errors[0]["code"] if errors else None
    advice = (verdict and verdict.advice) or _advice(kind, reply, secrets, resets_at)
    error = kind(
        f"{what} {advice}",
        source=call.source,
        status=reply.status,
        code="redirect_refused" if kind is BadResponse and verdict is None else code,
        errors=errors,
    )
    if isinstance(error, RateLimited):
        error.resets_at = resets_at
    return error


def quota_is_spent(body: bytes) -> bool:
    """Whether a 429 speaks of the day's quota, so that asking again in a minute is of no use."""
    text = " ".join(f"{error['message']} {error.get('long_message', '')}" for error in read_error_body(body))
    return bool(_PER_DAY.search(text)) or bool(_SPENT.search(text) and not _SOON.search(text))


_PER_DAY = re.compile(
    r"\bdaily\b|\b(?:per|a|each|for the|for this|this)[ -]day\b|\btoday\b|\b24[ -]?h(?:ours?)?\b", re.I
)
_SPENT = re.compile(r"\bquota\b.*\b(?:exceeded|exhausted|spent|used up|reached)\b", re.I | re.S)
_SOON = re.compile(r"\b(?:seconds?|minutes?|hours?|hourly)\b", re.I)
_LONGEST_BODY = 200_000  # more of an error is read by nobody, and redacting it costs time
_LONGEST_TEXT = 300
_ADVICE: dict[type[LeadkitError], str] = {
    LeadkitError: "Correct what it names; the same request would be refused again.",
    Unauthorized: (
        "The token or the keys are not accepted; a user token lasts about two hours. Get a new token, or give "
        "client_id, client_secret and refresh_token so that it is renewed for you; if the consent itself has ended, "
        "run `leadkit login`."
    ),
    Forbidden: (
        "The account may not use this API or the token lacks its scope. The Leads API is a limited release that eBay "
        "grants per application; for a missing scope consent again with it (`leadkit login`)."
    ),
    NotFound: "Check the id that was asked for; what it named may be gone.",
    ServerError: "The fault is on the API's side: try again later, or ask for less at once (a shorter time span).",
}


def _kind(status: int) -> type[LeadkitError]:
    named = {401: Unauthorized, 403: Forbidden, 404: NotFound, 429: RateLimited}
    if status in named:
        return named[status]
    if status >= 500:  # noqa: PLR2004  where HTTP's server errors begin
        return ServerError
    return LeadkitError if status >= 400 else BadResponse  # noqa: PLR2004  where HTTP's client errors begin


def _times(attempts: int) -> str:
    return "" if attempts <= 1 else f" after {attempts} attempts"


def _said(errors: list[dict[str, Any]]) -> str:
    """What the API said, as the end of a sentence: codes, messages, parameters."""
    if not errors:
        return " and did not say why."
    said = "; ".join(_one(error) for error in errors)
    return f": {said}" + ("" if said.endswith((".", "!", "?")) else ".")


def _one(error: Mapping[str, Any]) -> str:
    message = error.get("long_message") or error["message"]
    pairs = ", ".join(f"{pair['name']} = {pair['value']}" for pair in error["parameters"])
    start = " ".join(part for part in (error["code"], _cut(message or "")) if part)
    return f"{start} ({pairs})" if pairs else start


def _advice(kind: type[LeadkitError], reply: Reply, secrets: Secrets, resets_at: datetime | None) -> str:
    if kind is BadResponse:
        return f"A redirect to {_redirect_host(reply, secrets)} was refused: the token goes to its own origin only."
    if kind is not RateLimited:
        return _ADVICE[kind]
    if resets_at is not None:
        return f"The limit resets at {resets_at:%Y-%m-%d %H:%M:%S} UTC: ask again then."
    if quota_is_spent(reply.body):
        return "The quota of the day is spent, and the answer does not say when it resets: ask again tomorrow."
    return "Too many calls in too short a time: wait a while, or make fewer calls in parallel."


def _redirect_host(reply: Reply, secrets: Secrets) -> str:
    """The host of a Location header and nothing else of it; it may carry anything."""
    match = re.match(r"(?:https?:)?//(?:[^/?#@]*@)?([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]+\])", _location(reply))
    return secrets.redact(match[1]) if match else "another address"


def _location(reply: Reply) -> str:
    return reply.headers.get("location", "")


def _listed(decoded: Any) -> Iterator[Any]:
    """Each error in a decoded body, whichever envelope it stands in."""
    if isinstance(decoded, list):
        yield from decoded
    elif isinstance(decoded, dict):
        envelope = next((decoded[key] for key in _ENVELOPES if isinstance(decoded.get(key), list | dict)), None)
        yield from [decoded] if envelope is None else _listed(envelope) if _is_envelope(envelope) else [envelope]
    elif isinstance(decoded, str):
        yield decoded


def _is_envelope(inner: Any) -> bool:
    return isinstance(inner, list) or any(isinstance(inner.get(key), list | dict) for key in _ENVELOPES)


_ENVELOPES = ("errors", "error", "errorMessage", "Errors", "Message")
_CODES = ("errorId", "code", "errorCode", "ErrorCode", "ExceptionType", "error")
_MESSAGES = (
    "message",
    "longMessage",
    "error_description",
    "ExceptionMessage",
    "errorMessage",
    "Message",
    "description",
    "error",
)


def _canonical(error: Any) -> dict[str, Any]:
    """One error in our shape."""
    if not isinstance(error, dict):
        return _plain(str(error))
    code, message = _first(error, _CODES), _first(error, _MESSAGES)
    if code is None and message is None and error:
        return _plain(json.dumps(error, ensure_ascii=False))
    known: dict[str, Any] = {
        "code": code,
        "message": message or code or "",
        "parameters": _parameters(error.get("parameters", error.get("parameter"))),
        "domain": _first(error, ("domain",)),
        "category": _first(error, ("category",)),
    }
    long_message = _first(error, ("longMessage",))
    return known | {"long_message": long_message} if long_message and long_message != message else known


def _first(error: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these keys that holds a text or a number, as text."""
    values = (error.get(name) for name in names)
    found = (str(value).strip() for value in values if isinstance(value, str | int) and not isinstance(value, bool))
    return next((text for text in found if text), None)


def _parameters(given: Any) -> list[dict[str, str]]:
    pairs = given if isinstance(given, list) else [given]
    return [
        {"name": str(pair.get("name", "")), "value": str(pair.get("value", ""))}
        for pair in pairs
        if isinstance(pair, dict)
    ]


def _from_text(body: bytes) -> list[dict[str, Any]]:
    """The words of a body that is no JSON: of an HTML page its title, else its text."""
    text = body[:_LONGEST_BODY].decode("utf-8", "replace").lstrip("\ufeff")
    if len(body) > _LONGEST_BODY:
        text = re.sub(r"(?<!\S)\S++\Z", "", text)  # half a secret would not be known as one
    title = re.search(r"<title[^<>]*>([^<]*)</title>", text, re.I)
    words = title[1] if title and title[1].strip() else re.sub(r"<[^<>]*>", " ", text)
    plain = " ".join(html.unescape(words).split())
    return [_plain(plain)] if plain else []


def _plain(message: str) -> dict[str, Any]:
    return {"code": None, "message": message, "parameters": [], "domain": None, "category": None}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
