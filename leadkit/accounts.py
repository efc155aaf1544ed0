"""Accounts: what the user holds."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field

from leadkit import hosts, stored_login
from leadkit.account_tables import Clock, Opened, as_clock, over_network
from leadkit.auth import GivenToken, RefreshedToken
from leadkit.ebay_tables import EbayTables
from leadkit.errors import InvalidRequest
from leadkit.parameters import Names, Request, argument, checked
from leadkit.recorder import Recorder
from leadkit.redaction import Secret, as_secret, wrapped
from leadkit.transport import Transport


class Ebay(EbayTables):
    """An eBay account: leads, conversations and messages as typed frames.

    Give a token, or all of `client_id`, `client_secret` and `refresh_token`.

    Args:
        token: an OAuth user token with the scopes that the tables need; it can't be renewed.
        client_id: the application's id.
        client_secret: the application's secret.
        refresh_token: from the user's consent.
        scopes: what refreshed tokens may do; empty for all that the user consented to.
        account: a name for the account, the first column of every table.
        sellers: the user names and immutable ids that are this seller.
        site: eBay's number of the site, for GetMyMessages; 0 is the US.
        trading_version: the version of the Trading API, for GetMyMessages.
        sandbox: eBay's own sandbox in place of production.
        base_url: send every call to this one origin; https, or http on this machine.
        max_parallel: how many calls may be on their way at once.
        record: a folder that keeps every body as it came.
        clock: the time where no server tells it; a function, or one aware datetime.

    Raises:
        InvalidRequest: no credentials, some of them missing, or a `base_url` that a token must not go to.
    """

    _auth: GivenToken | RefreshedToken | None

    def __init__(
        self,
        token: str | Secret | None = None,
        *,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        refresh_token: str | Secret | None = None,
        scopes: Iterable[str] = (),
        account: str = "ebay",
        sellers: str | Iterable[str] = (),
        site: int = 0,
        trading_version: str = "1487",
        sandbox: bool = False,
        base_url: str | Secret | None = None,
        max_parallel: int = 8,
        record: str | os.PathLike[str] | None = None,
        clock: Clock | datetime | None = None,
    ) -> None:
        # wrapped at once, all before one is refused: a traceback that shows this frame's variables shows no secret
        token, client_secret, refresh_token = wrapped(token), wrapped(client_secret), wrapped(refresh_token)
        base_url = wrapped(base_url)
        self.account, self._origins, self._auth = account, {}, None  # a traceback may show this half-made account
        token = as_secret(token, "Ebay: token")
        client_secret = as_secret(client_secret, "Ebay: client_secret")
        refresh_token = as_secret(refresh_token, "Ebay: refresh_token")
        origins = hosts.origins(hosts.environment(sandbox=sandbox, base_url=base_url))
        given = {
            "site": site,
            "trading_version": trading_version,
            "max_parallel": max_parallel,
            "account": account,
            "sellers": sellers,
            "scopes": scopes,
            "client_id": client_id,
        }
        settings = checked(Settings, "Ebay", given)
        super().__init__(account=account, sellers=settings.sellers, origins=origins, max_parallel=settings.max_parallel)
        self._clock = as_clock(clock)
        self._trading = (
            ("X-EBAY-API-SITEID", str(settings.site)),
            ("X-EBAY-API-COMPATIBILITY-LEVEL", settings.trading_version),
        )
        auth = self._credentials(token, client_id, client_secret, refresh_token, settings.scopes)
        self._auth = auth
        self._recorder = self._recorder_in(record)
        self._transport = Transport(
            auth=auth,
            origins=set(origins.values()),
            clock=self._clock,
            secrets=self._secrets,
            max_parallel=settings.max_parallel,
            recorder=self._recorder,
            log=self._log,
        )
        self._end = weakref.finalize(self, _close_all, self._transport, auth)  # for those who never close it

    def __repr__(self) -> str:
        hosts = sorted({urlsplit(origin).netloc for origin in self._origins.values()})
        return f"Ebay({self.account!r}, {' and '.join(hosts)}, {self._ends()})"

    @classmethod
    def from_env(cls, **settings: Any) -> Self:
        """The account that the environment describes; `settings` go to `Ebay` and win.

        Read are ``LEADKIT_EBAY_TOKEN``, or ``LEADKIT_EBAY_CLIENT_ID`` with ``_CLIENT_SECRET`` and ``_REFRESH_TOKEN``,
        then ``LEADKIT_EBAY_SELLERS`` (commas between), ``_ACCOUNT``, ``_SCOPES`` (spaces between), ``_BASE_URL`` and
        ``_SANDBOX`` (1 is eBay's own). With neither of the two tokens, the login that `leadkit login` has stored is
        used: that in the file ``LEADKIT_EBAY_LOGIN``, or in the user's configuration folder.

        Raises:
            InvalidRequest: the variables are not set and no login is stored, or the stored one does not fit them.
        """
        settings = {name: wrapped(value) if name in _HIDDEN else value for name, value in settings.items()}
        now = as_clock(settings.get("clock"))()
        return cls(**stored_login.completed({**_from_env(), **settings}, now))

    def close(self) -> None:
        """Close the connections."""
        self._end()

    def _now(self) -> datetime:
        return self._clock()

    def _open(self, source: str, parameters: Mapping[str, str]) -> AbstractContextManager[Opened]:
        return over_network(self._transport, self._recorder, self._clock(), source, parameters)

    def _ends(self) -> str:
        if self._auth is None:
            return "not made"
        if self._auth.expires_at is not None:
            return f"token ends {self._auth.expires_at:%Y-%m-%d %H:%M} UTC"
        return "token given, its end is not known" if isinstance(self._auth, GivenToken) else "no token yet"

    def _credentials(
        self,
        token: Secret | None,
        client_id: str | None,
        client_secret: Secret | None,
        refresh_token: Secret | None,
        scopes: tuple[str, ...],
    ) -> GivenToken | RefreshedToken:
        refreshing = {"client_id": client_id, "client_secret": client_secret, "refresh_token": refresh_token}
        given = [name for name, value in refreshing.items() if value]
        if token and not given:
            return GivenToken(token, account=self.account, secrets=self._secrets)
        if client_id and client_secret and refresh_token and not token:
            return RefreshedToken(
                client_id,
                client_secret,
                refresh_token,
                token_origin=self._origins["api"],
                clock=self._clock,
                secrets=self._secrets,
                scopes=scopes,
                account=self.account,
                log=None,
            )
        raise InvalidRequest(_which_credentials(given, has_token=bool(token)))

    def _recorder_in(self, folder: str | os.PathLike[str] | None) -> Recorder | None:
        if folder is None:
            return None
        recorder = Recorder(folder, account=self.account, secrets=self._secrets, clock=self._clock)
        recorder.describe_account(sellers=sorted(self._sellers))
        return recorder


class Settings(Request):
    """An account's settings, but for its secrets."""

    account: Annotated[str, Field(min_length=1)] = argument("a name", default="ebay")
    site: Annotated[int, Field(ge=0)] = argument("eBay's number of the site, such as 0 for the US", default=0)
    trading_version: Annotated[str, Field(pattern=r"^[0-9]{1,5}$")] = argument(
        "a version such as '1487'", default="1487"
    )
    sellers: Names = argument("a name or several", default=())
    scopes: Names = argument("names of scopes", default=())
    client_id: str | None = argument("a text")
    max_parallel: Annotated[int, Field(ge=1, le=64)] = argument("a whole number from 1 to 64", default=8)


def _close_all(*opened: Transport | GivenToken | RefreshedToken) -> None:
    for one in opened:
        one.close()


def _from_env() -> dict[str, Any]:
    found = {name: _variable(name) for name in _VARIABLES}
    settings = {name: value for name, value in found.items() if value}
    if "sellers" in settings:
        settings["sellers"] = [name.strip() for name in settings["sellers"].split(",") if name.strip()]
    if "scopes" in settings:
        settings["scopes"] = settings["scopes"].split()
    if "sandbox" in settings:
        settings["sandbox"] = _as_switch(settings["sandbox"])
    return settings


def _variable(name: str) -> Any:
    value = os.environ.get(f"LEADKIT_EBAY_{name.upper()}", "").strip()
    return wrapped(value) if name in _HIDDEN else value


def _as_switch(text: str) -> bool:
    switches = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in switches:
        raise InvalidRequest(f"LEADKIT_EBAY_SANDBOX={text!r} is refused: allowed is 1 for eBay's sandbox, or 0.")
    return switches[text.lower()]


_HIDDEN = ("token", "client_secret", "refresh_token", "base_url")
"""What no traceback may show: the secrets, and the address, which may hold a password until it is refused."""
_VARIABLES = (*_HIDDEN, "client_id", "sellers", "account", "scopes", "sandbox")


def _which_credentials(given: list[str], *, has_token: bool) -> str:
    if has_token:
        return f"Ebay: token= and {', '.join(given)} exclude each other: give a token, or what one is made from."
    missing = [name for name in ("client_id", "client_secret", "refresh_token") if name not in given]
    what = f"{', '.join(missing)} missing beside {', '.join(given)}" if given else "no credentials"
    return (
        f"Ebay: {what}. Set LEADKIT_EBAY_TOKEN, or LEADKIT_EBAY_CLIENT_ID, LEADKIT_EBAY_CLIENT_SECRET and "
        "LEADKIT_EBAY_REFRESH_TOKEN, and call Ebay.from_env() (or pass token=, …); or let the seller consent with "
        "`leadkit login`, which stores the last of them. "
        "Without an account, lk.demo() gives an invented dealership to work against."
    )
