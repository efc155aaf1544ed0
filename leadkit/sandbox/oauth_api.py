"""The OAuth token endpoint, and which access tokens the sandbox takes."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from leadkit.sandbox import leads_api, message_api
from leadkit.sandbox.cast import ID_LETTERS
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.refusals import Refusal, refuse

CONSENTED = ("https://api.ebay.com/oauth/api_scope", leads_api.SCOPE, message_api.SCOPE)
ACCESS_SECONDS, REFRESH_SECONDS, CODE_SECONDS = 7_200, 47_304_000, 299
REFUSED_PREFIXES = ("expired", "invalid")


class Tokens:
    """One application with one seller's consent; it remembers what it minted and what has ended.

    Args:
        seed: Of the credentials.
        approved: Whether eBay has let the application use the Leads API, a limited release.
    """

    def __init__(self, seed: int, *, approved: bool = True) -> None:
        dice = Dice(seed, "oauth")
        self.consentable = CONSENTED if approved else tuple(one for one in CONSENTED if one != leads_api.SCOPE)
        self.client_id = f"CedarLot-leadkit-SBX-{_letters(dice, 12)}"
        self.client_secret = f"SBX-{_letters(dice, 12)}-{_letters(dice, 8)}"
        self.refresh_token = f"v^1.1#i^1#r^1#sandbox{_letters(dice, 40)}=="
        self.runame = f"Cedar_Lot_Motor-CedarLot-leadki-{_letters(Dice(seed, 'runame'), 8)}"
        self._dice = dice
        self._codes: dict[str, tuple[tuple[str, ...], float]] = {}
        self._clock = 0.0
        self._refresh = {self.refresh_token: self.consentable}
        self.code = self.consent(self.consentable)
        self._scopes: dict[str, tuple[str, ...]] = {}
        self._seen: set[str] = set()
        self._ended: set[str] = set()
        self.token = self._mint(self.consentable)

    def let_pass(self, seconds: float) -> None:
        """Move the clock by which codes end."""
        self._clock += seconds

    def consent(self, scopes: tuple[str, ...]) -> str:
        """Make the code for a consent to these scopes; it is good once, and for 299 s."""
        code = f"v^1.1#i^1#c^1#sandbox{_letters(self._dice, 24)}"
        self._codes[code] = (scopes, self._clock + CODE_SECONDS)
        return code

    def check(self, authorization: str, scope: str) -> None:
        """Refuse a token that is missing, malformed, ended, or short of a scope; any other one is welcome."""
        token = bearer(authorization)
        if not token or token in self._ended or token.startswith(REFUSED_PREFIXES):
            raise refuse(1001, "Look at the value of the Authorization header.")
        self._seen.add(token)
        if scope not in self._scopes.get(token, self.consentable):
            raise refuse(1100, "Ask the seller to consent to the scope.", scope=scope)

    def trading_verdict(self, token: str, in_body: bool, scope: str) -> str | None:  # noqa: FBT001 -- it comes with the token
        """Return the Trading API's error code for a token, or nothing; one in the body is an Auth'n'Auth token."""
        if not token or token.startswith("invalid") or scope not in self._scopes.get(token, self.consentable):
            return "931"
        if token in self._ended or token.startswith("expired"):
            return "932" if in_body else "21917053"
        self._seen.add(token)
        return None

    def end(self, token: str | None = None) -> None:
        """End one access token, or all that have been minted or used so far."""
        self._ended |= {token} if token else self._seen | set(self._scopes)

    def exchange(self, authorization: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer ``POST /identity/v1/oauth2/token``."""
        if _basic(authorization) != (self.client_id, self.client_secret):
            raise _flat(401, "invalid_client", "The client id or the client secret is wrong.")
        grant = form.get("grant_type")
        if grant == "refresh_token":
            return self._refreshed(form)
        if grant == "authorization_code":
            return self._consented(form)
        raise _flat(400, "unsupported_grant_type", "Only refresh_token and authorization_code are taken here.")

    def _refreshed(self, form: Mapping[str, str]) -> dict[str, Any]:
        consented = self._refresh.get(form.get("refresh_token", ""))
        if consented is None:
            raise _flat(400, "invalid_grant", "The refresh token is wrong, has ended, or is another client's.")
        scopes = tuple(form.get("scope", " ".join(consented)).split())
        if not scopes or not set(scopes) <= set(consented):
            raise _flat(400, "invalid_scope", "A scope is unknown or goes beyond what the seller consented to.")
        return self._access(scopes)

    def _consented(self, form: Mapping[str, str]) -> dict[str, Any]:
        if form.get("redirect_uri") != self.runame:
            raise _flat(400, "invalid_grant", "The redirect_uri is not the RuName that the consent was given to.")
        scopes, end = self._codes.pop(form.get("code", ""), ((), 0.0))
        if not scopes or self._clock >= end:
            raise _flat(400, "invalid_grant", "The authorization code is wrong, has been used, or is older than 299 s.")
        if self.code not in self._codes:
            self.code = self.consent(self.consentable)
        lasting = {"refresh_token": self._lasting(scopes), "refresh_token_expires_in": REFRESH_SECONDS}
        return {**self._access(scopes), **lasting}

    def _lasting(self, scopes: tuple[str, ...]) -> str:
        """Return the refresh token of a consent; that to everything is the one that stands."""
        if set(scopes) == set(self.consentable):
            return self.refresh_token
        token = f"v^1.1#i^1#r^1#sandbox{_letters(self._dice, 40)}=="
        self._refresh[token] = scopes
        return token

    def _access(self, scopes: tuple[str, ...]) -> dict[str, Any]:
        return {
            "access_token": self._mint(scopes),
            "expires_in": ACCESS_SECONDS,
            "token_type": "User Access Token",
        }

    def _mint(self, scopes: tuple[str, ...]) -> str:
        token = f"v^1.1#i^1#sandbox{_letters(self._dice, 48)}"
        self._scopes[token] = scopes
        return token


def bearer(authorization: str) -> str:
    """Return the token of an Authorization header, or nothing."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if scheme.lower() == "basic" else None


def _flat(status: int, error: str, description: str) -> Refusal:
    return Refusal(status, {"error": error, "error_description": description})


def _letters(dice: Dice, count: int) -> str:
    return "".join(dice.pick(ID_LETTERS) for _ in range(count))
