"""What a seller is asked to allow, and the page that asks it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote, urlencode

from leadkit import hosts, private_file
from leadkit.errors import InvalidRequest
from leadkit.sources import ebay_conversations, ebay_leads

_BASE = "https://api.ebay.com/oauth/api_scope"
SCOPES = {"leads": ebay_leads.ALL_LISTINGS.scope, "messages": ebay_conversations.GET_CONVERSATION.scope, "mail": _BASE}


@dataclass(frozen=True, slots=True)
class Consent:
    """What a seller is asked to allow.

    Attributes:
        client_id: the application's id.
        runame: what eBay calls the application's redirect address; a name, not an address.
        scopes: what is asked for, in full.
        environment: where, as `hosts` names it.
        state: comes back with the answer, and tells it from an answer that somebody else has planted.
    """

    client_id: str
    runame: str
    scopes: tuple[str, ...]
    environment: str = hosts.PRODUCTION
    state: str = field(default_factory=lambda: token_urlsafe(24), repr=False)

    def url(self, *, sign_in: bool = False) -> str:
        """The page to open; `sign_in` asks for the password also where the browser is signed in."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": self.runame,
            "response_type": "code",
            "scope": " ".join(self.scopes),
            "state": self.state,
        } | ({"prompt": "login"} if sign_in else {})
        return f"{hosts.consent_origin(self.environment)}/oauth2/authorize?{urlencode(query, quote_via=quote)}"


def consent_to(
    client_id: str, runame: str, scopes: Iterable[str] = (), *, environment: str = hosts.PRODUCTION
) -> Consent:
    """What to ask a seller for.

    Args:
        client_id: the application's id.
        runame: the application's RuName.
        scopes: ``leads``, ``messages``, ``mail`` (or ``base``, the same), or whole scopes; empty for all three.
        environment: where, as `hosts` names it.

    Raises:
        InvalidRequest: an unknown scope, a redirect address in the RuName's place, or one of them missing.
    """
    for name, value in (("CLIENT_ID", client_id), ("RUNAME", runame)):
        if not value:
            raise InvalidRequest(
                f"login: LEADKIT_EBAY_{name} is not set (or --{_option(name)}). developer.ebay.com shows it under "
                "Application Keys and User Tokens."
            )
    if not re.fullmatch(r"[\w.-]+", runame, re.ASCII):
        raise InvalidRequest(
            "login: the RuName is refused. It is a name such as Your_Company-YourApp-abcdef-ghijk, which eBay shows "
            "beside the redirect address, and not that address."
        )
    return Consent(client_id, runame, _in_full(scopes or SCOPES), environment)


def short_names(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes as `--scope` takes them: by the name of what they give, where they have one."""
    names = {scope: name for name, scope in SCOPES.items()}
    return tuple(names.get(scope, scope) for scope in scopes)


def resumed(consent: Consent, file: Path, now: datetime) -> Consent:
    """The same consent as an earlier run asked for within the hour, so that its page still counts; else this one, kept.

    Args:
        consent: what is asked for now.
        file: where the last one is kept.
        now: the time.

    Raises:
        InvalidRequest: the file can't be written.
    """
    before = _kept(file, now)
    if before is not None and replace(consent, state=before.state) == before:
        return before
    try:
        private_file.write(file, json.dumps({**asdict(consent), "asked_at": now.isoformat()}).encode())
    except OSError as error:
        raise InvalidRequest(
            f"login: {file.parent} can't be written: {error.strerror}. --out names another file."
        ) from None
    return consent


def without(consent: Consent) -> str:
    """What to do where a scope is refused."""
    names = short_names(consent.scopes)
    rest = " ".join(f"--scope {name}" for name in names if name != "leads")
    if "leads" in names and rest:
        return (
            "Mostly it is sell.leads, a limited release that eBay grants per application. "
            f"Without it: leadkit login {rest}"
        )
    if names == ("mail",):
        return "Ask eBay's developer support what the application may ask for."
    return "Ask for fewer, such as: leadkit login --scope mail"


_HOUR = timedelta(hours=1)


def _option(variable: str) -> str:
    return variable.lower().replace("_", "-")


def _in_full(scopes: Iterable[str]) -> tuple[str, ...]:
    """Each scope once, in full."""
    return tuple(dict.fromkeys(_one_in_full(scope) for scope in scopes))


def _one_in_full(scope: str) -> str:
    known = SCOPES | {"base": _BASE}
    if scope in known:
        return known[scope]
    if re.fullmatch(rf"{re.escape(_BASE)}(/[\w./]+)?", scope, re.ASCII):
        return scope
    near = difflib.get_close_matches(scope, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise InvalidRequest(
        f"login: scope={scope!r} is refused: allowed is {', '.join(known)}, or a whole scope such as {_BASE}/"
        f"sell.leads.{hint}"
    )


def _kept(file: Path, now: datetime) -> Consent | None:
    """What was asked for last; None where it is too old, or where the file can't be trusted."""
    try:
        told = json.loads(private_file.read(file))
        age = now - datetime.fromisoformat(told.pop("asked_at"))
        kept = Consent(**{**told, "scopes": tuple(told["scopes"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # as if it were not there
        return None
    return kept if timedelta() <= age < _HOUR and isinstance(kept.state, str) and kept.state else None
