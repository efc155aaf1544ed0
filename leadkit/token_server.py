"""The token server: what a consent or a refresh token is exchanged at, with the application's own keys."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from leadkit.calls import Answer, Call, Reply, Verdict
from leadkit.errors import BadResponse, Forbidden, LeadkitError, Unauthorized
from leadkit.redaction import Secret, Secrets
from leadkit.request_log import RequestLog
from leadkit.token_cache import Held
from leadkit.transport import Transport

Advice = dict[str, tuple[type[LeadkitError], str]]


@dataclass(frozen=True, slots=True)
class Minted:
    """What the token server gave.

    Attributes:
        held: the access token and the span in which it holds.
        refresh_token: the one to use from now on; None where none was sent.
        refresh_ends_at: when that one ends; None where it was not said.
        scopes: what was granted; empty where it was not said.
    """

    held: Held
    refresh_token: Secret | None = None
    refresh_ends_at: datetime | None = None
    scopes: tuple[str, ...] = ()


class TokenServer:
    """Makes access tokens.

    Args:
        client_id: the application's id.
        client_secret: the application's secret.
        origin: where it is, such as ``"https://api.ebay.com"``.
        clock: the time, for when a token ends.
        secrets: learns every token that comes.
        log: where the calls are noted.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: Secret,
        *,
        origin: str,
        clock: Callable[[], datetime],
        secrets: Secrets,
        log: RequestLog | None = None,
    ) -> None:
        self._origin, self._clock, self._secrets = origin, clock, secrets
        secrets.register(client_secret)
        self._sender = Transport(
            auth=_ClientKeys(client_id, client_secret),
            origins=[origin],
            clock=clock,
            secrets=secrets,
            log=log,
            max_body=2**20,
        )

    def __repr__(self) -> str:
        return f"TokenServer({self._origin})"

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()

    def ask(
        self, operation: str, form: Mapping[str, str | Secret], *, advice: Advice, idempotent: bool = True
    ) -> Minted | LeadkitError:
        """A token, or why there is none, to be raised by a frame that knows no secret.

        Args:
            operation: what the call is named in logs and messages.
            form: names and values as they are sent; a code or a token as a Secret.
            advice: the error and what to do, for codes such as ``invalid_grant``.
            idempotent: whether it may be sent again when nobody knows if it arrived.
        """
        asked_at = self._clock()
        try:
            answer = self._sender.send(self._call(operation, form, idempotent=idempotent))
        except LeadkitError as error:
            return _advised(error, operation, KEYS_ADVICE | advice)
        return self._read(answer, asked_at)

    def _call(self, operation: str, form: Mapping[str, str | Secret], *, idempotent: bool) -> Call:
        return Call(
            source="oauth",
            operation=operation,
            origin=self._origin,
            path="/identity/v1/oauth2/token",
            method="POST",
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
            content=urlencode({name: _revealed(value) for name, value in form.items()}).encode(),
            idempotent=idempotent,
            judge=self._learn,
        )

    def _learn(self, reply: Reply) -> Verdict | None:
        """No verdict; but the tokens in an answer, also in a refusal, are secrets from here on."""
        told = _decoded(reply.body)
        for token in (told.get("access_token"), told.get("refresh_token")):
            if isinstance(token, str):
                self._secrets.register(token)
        return None

    def _read(self, answer: Answer, asked_at: datetime) -> Minted | BadResponse:
        """What stands in an answer."""
        told = _decoded(answer.body)
        problem = _problem(told)
        if problem:
            message = f"oauth: {answer.call.operation} answered {answer.status}, but {problem}. Try again later."
            return BadResponse(message, source="oauth", status=answer.status)
        return _minted(told, asked_at)


class _ClientKeys:
    """Signs the requests for tokens with the application's own keys."""

    def __init__(self, client_id: str, client_secret: Secret) -> None:
        self._client_id = client_id
        self._client_secret = client_secret

    def token(self) -> Secret:
        return self._client_secret

    def header(self, token: Secret, name: str = "Authorization") -> dict[str, str]:
        pair = base64.b64encode(f"{self._client_id}:{token.reveal()}".encode())
        return {name: f"Basic {pair.decode('ascii')}"}

    def renew(self, stale: Secret) -> bool:
        return False


KEYS_ADVICE: Advice = {
    "invalid_client": (
        Unauthorized,
        "client_id and client_secret do not belong together, or belong to another environment: eBay's sandbox and "
        "production have different keys.",
    ),
}
REFRESH_ADVICE: Advice = {
    "invalid_grant": (
        Unauthorized,
        "The refresh token is not accepted: it has ended, was revoked, the user has changed the password, or it was "
        "cut when it was copied. Consent again with `leadkit login`.",
    ),
    "invalid_scope": (
        Forbidden,
        "The user has not consented to one of the scopes. Leave the scopes out to get all that were consented to, or "
        "consent again with them (`leadkit login`).",
    ),
}
_MORE = ("refresh_token", "refresh_token_expires_in", "scope")
_LONGEST_LIFE = 10 * 365 * 24 * 3600  # seconds; more is no time span


def _revealed(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _advised(error: LeadkitError, operation: str, advice: Advice) -> LeadkitError:
    """The error of the token server with the advice for its OAuth code."""
    if error.code not in advice:
        return error
    kind, what_to_do = advice[error.code]
    said = error.errors[0]["message"]
    told = f" ({said})" if said and said != error.code else ""
    message = f"oauth: {operation} answered {error.status}: {error.code}{told}. {what_to_do}"
    return kind(message, source=error.source, status=error.status, code=error.code, errors=error.errors)


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _problem(told: dict[str, Any]) -> str | None:
    """What is wrong with an answer that should hold a token."""
    if not _can_be_sent(told.get("access_token")):
        return "without an access_token that could be sent"
    return None if _is_a_life(told.get("expires_in")) else "without the seconds that the token lasts (expires_in)"


def _minted(told: dict[str, Any], asked_at: datetime) -> Minted:
    held = Held(Secret(told["access_token"]), asked_at, asked_at + timedelta(seconds=told["expires_in"]))
    refresh_token, lasts, scope = (told.get(name) for name in _MORE)
    return Minted(
        held,
        refresh_token=Secret(str(refresh_token)) if _can_be_sent(refresh_token) else None,
        refresh_ends_at=asked_at + timedelta(seconds=int(lasts)) if lasts and _is_a_life(lasts) else None,
        scopes=tuple(scope.split()) if isinstance(scope, str) else (),
    )


def _can_be_sent(token: Any) -> bool:
    return isinstance(token, str) and re.fullmatch(r"[\x21-\x7e]+", token) is not None


def _is_a_life(seconds: Any) -> bool:
    return isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < _LONGEST_LIFE
