"""What comes back from a seller's consent, and the login that it is exchanged for."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from leadkit import hosts
from leadkit.consent import Consent, without
from leadkit.errors import BadResponse, Forbidden, LeadkitError, Unauthorized
from leadkit.redaction import Secret, Secrets
from leadkit.stored_login import StoredLogin
from leadkit.token_server import Advice, TokenServer


@dataclass(frozen=True, slots=True)
class Returned:
    """What a seller brought back: one of a code, a refusal of eBay, and a problem that another paste can mend."""

    code: Secret | None = None
    refusal: str | None = None
    problem: str | None = None
    state_checked: bool = True


def read_back(consent: Consent, pasted: Secret) -> Returned:
    """The code in the address that a seller ended up at, or in a bare code; url-encoded once, twice or not at all."""
    text = pasted.reveal().strip().strip("\"'<>")
    if not _ADDRESS.search(text):
        return _without_code(_plain(text)) or Returned(Secret(_plain(text)), state_checked=False)
    fields = _fields(text)
    problem = _other_state(consent, fields)
    if problem:
        return Returned(problem=problem)
    if "error" in fields and "code" not in fields:
        return Returned(refusal=fields["error"] if re.fullmatch(r"[a-z_]{1,60}", fields["error"]) else "unknown error")
    code = _plain(fields.get("code", ""))
    return _without_code(code) or Returned(Secret(code))


def refused(consent: Consent, code: str) -> LeadkitError:
    """The error for what eBay said in the place of a code."""
    if code == "access_denied":
        told = (
            "The consent was declined, so there is nothing to store. To change that, run the command again and agree."
        )
    elif code in _SCOPE_REFUSED:
        told = f"eBay refused everything because the application may not ask for one of the scopes. {without(consent)}"
    else:
        told = "eBay gave no code. Check the client id, the RuName and the environment, and run the command again."
    return Forbidden(f"login: {code}. {told}", source="oauth", code=code)


def exchange(
    consent: Consent,
    code: Secret,
    client_secret: Secret,
    *,
    clock: Callable[[], datetime],
    account: str = "ebay",
    secrets: Secrets | None = None,
) -> StoredLogin:
    """The login that a code is good for; each code is good once and for some five minutes.

    Args:
        consent: what the code was given for.
        code: what eBay sent back.
        client_secret: the application's secret.
        clock: the time, for when the login ends.
        account: a name for the account.
        secrets: learns the code and all tokens, so that no message shows one.

    Raises:
        Unauthorized: the code has ended or was used, or the keys do not belong together.
        LeadkitError: the token server can't be reached, or answers with something else.
    """
    known = Secrets() if secrets is None else secrets
    known.register(code)
    origin = hosts.origins(consent.environment)["api"]
    server = TokenServer(consent.client_id, client_secret, origin=origin, clock=clock, secrets=known)
    form: dict[str, str | Secret] = {"grant_type": "authorization_code", "code": code, "redirect_uri": consent.runame}
    try:
        minted = server.ask("exchangeCode", form, advice=_EXCHANGE_ADVICE, idempotent=False)
    finally:
        server.close()
    if isinstance(minted, LeadkitError):
        raise minted
    if minted.refresh_token is None:
        raise BadResponse(
            "oauth: exchangeCode gave a token for two hours and no refresh token. Check that the RuName is one for "
            "OAuth, and run the command again.",
            source="oauth",
        )
    return StoredLogin(
        account=account,
        client_id=consent.client_id,
        environment=consent.environment,
        scopes=minted.scopes or consent.scopes,
        obtained_at=minted.held.obtained_at,
        ends_at=minted.refresh_ends_at,
        refresh_token=minted.refresh_token,
    )


_ADDRESS = re.compile(r"(?:^|[?&])(?:code|error)=")
_SCOPE_REFUSED = {"invalid_scope", "unauthorized_scope"}
_SHORTEST, _LONGEST = 12, 4096
_AFTERWARDS = "Paste the address of the page that the browser shows after you have agreed."
_EXCHANGE_ADVICE: Advice = {
    "invalid_grant": (
        Unauthorized,
        "The code is not accepted: it is good once and for 299 seconds, and only with the RuName that it was asked "
        "for. Run the command again and paste the address at once.",
    ),
    "invalid_scope": (Forbidden, "The application may not ask for one of the scopes. Ask for fewer with --scope."),
}


def _fields(text: str) -> dict[str, str]:
    """The query of an address; a code keeps its ``#`` where it was pasted without url-encoding."""
    query = re.sub(r"\A[^?&=]*\?", "", text)
    pairs = [pair.partition("=")[::2] for pair in reversed(query.split("&"))]  # of a repeated name the first wins
    return {name: value if _is_raw(value) else unquote(value.partition("#")[0]) for name, value in pairs}


def _is_raw(value: str) -> bool:
    return value.startswith("v^")


def _other_state(consent: Consent, fields: dict[str, str]) -> str | None:
    """Why an address is not the answer to this consent; a refusal may come without its state."""
    if "state" not in fields:
        return None if "code" not in fields else f"The address has no state, so nobody knows whose it is. {_AFTERWARDS}"
    if hmac.compare_digest(fields["state"].encode("utf-8", "replace"), consent.state.encode()):
        return None
    return (
        "The address is the answer to another consent: its state is not the one that was sent. Open the address above, "
        "agree, and paste where you end up."
    )


def _plain(code: str) -> str:
    """The code without url-encoding; a plain one holds a ``#``, so what has one is left alone."""
    for _ in range(2):
        code = code if "#" in code else unquote(code)
    return code


def _without_code(text: str) -> Returned | None:
    """Why a text can't be a code; None if it can."""
    if "://" in text or text.startswith("www."):
        return Returned(problem=f"The address holds no code. {_AFTERWARDS}")
    if re.fullmatch(r"[\x21-\x7e]+", text) and _SHORTEST <= len(text) <= _LONGEST:
        return None
    return Returned(problem=f"That is neither an address with a code nor a code, or it was cut. {_AFTERWARDS}")
