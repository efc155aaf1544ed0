"""eBay's hosts by environment: production, eBay's sandbox, or one origin of your own."""

from __future__ import annotations

from leadkit.calls import check_origin
from leadkit.redaction import Secret, wrapped

PRODUCTION, SANDBOX = "production", "sandbox"


def environment(*, sandbox: bool, base_url: str | Secret | None) -> str:
    """The name of an environment; that of a `base_url`, which wins, is its origin.

    Raises:
        InvalidRequest: a `base_url` that a token must not go to.
    """
    base_url = wrapped(base_url)
    if base_url:
        return check_origin(base_url)
    return SANDBOX if sandbox else PRODUCTION


def origins(environment: str) -> dict[str, str]:
    """Where the calls of an environment go: ``api`` (Trading, tokens) and ``apiz`` (Leads)."""
    return {name: _origin(environment, name) for name in ("api", "apiz")}


def consent_origin(environment: str) -> str:
    """Where a seller consents; no token ever goes there."""
    return _origin(environment, "auth")


def _origin(environment: str, name: str) -> str:
    ebays = {PRODUCTION: f"https://{name}.ebay.com", SANDBOX: f"https://{name}.sandbox.ebay.com"}
    return ebays.get(environment, environment)
