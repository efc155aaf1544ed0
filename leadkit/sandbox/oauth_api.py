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
ACCESS_SECONDS, REFRESH_SECONDS = 7_200, 47_304_000
REFUSED_PREFIXES = ("expired", "invalid")


class Tokens:
    """One application with one seller's consent; it remembers what it minted and what has ended."""

    def __init__(self, seed: int) -> None:
        dice = Dice(seed, "oauth")
        self.client_id = f"CedarLot-leadkit-SBX-{_letters(dice, 12)}"
        self.client_secret = f"SBX-{_letters(dice, 12)}-{_letters(dice, 8)}"
        self.refresh_token = f"v^1.1#i^1#r^1#sandbox{_letters(dice, 40)}=="
        self.code = f"v^1.1#i^1#c^1#sandbox{_letters(dice, 24)}"
        self._dice = dice
        self._scopes: dict[str, tuple[str, ...]] = {}
        self._seen: set[str] = set()
        self._ended: set[str] = set()
        self.token = self._mint(CONSENTED)

    def check(self, authorization: str, scope: str) -> None:
        """Refuse a token that is missing, malformed, ended, or short of a scope; any other one is welcome."""
        token = bearer(authorization)
        if not token or token in self._ended or token.startswith(REFUSED_PREFIXES):
            raise refuse(1001, "Look at the value of the Authorization header.")
        self._seen.add(token)
        if scope not in self._scopes.get(token, CONSENTED):
            raise refuse(1100, "Ask the seller to consent to the scope.", scope=scope)

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
        if form.get("refresh_token") != self.refresh_token:
            raise _flat(400, "invalid_grant", "The refresh token is wrong, has ended, or is another client's.")
        scopes = tuple(form.get("scope", " ".join(CONSENTED)).split())
        if not scopes or not set(scopes) <= set(CONSENTED):
            raise _flat(400, "invalid_scope", "A scope is unknown or goes beyond what the seller consented to.")
        return self._access(scopes)

    def _consented(self, form: Mapping[str, str]) -> dict[str, Any]:
        if form.get("code") != self.code or not form.get("redirect_uri"):
            raise _flat(
                400, "invalid_grant", "The authorization code is wrong or has been used, or the RuName is missing."
            )
        self.code = f"v^1.1#i^1#c^1#sandbox{_letters(self._dice, 24)}"
        lasting = {"refresh_token": self.refresh_token, "refresh_token_expires_in": REFRESH_SECONDS}
        return {**self._access(CONSENTED), **lasting}

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
