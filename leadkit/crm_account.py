"""LeadSquared: the CRM account that the user holds."""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field

from leadkit.account_tables import Clock, Opened, as_clock, over_network
from leadkit.calls import check_origin
from leadkit.crm_tables import CrmTables
from leadkit.errors import InvalidRequest
from leadkit.parameters import Request, argument, checked
from leadkit.recorder import Recorder
from leadkit.redaction import Secret, Secrets, as_secret, wrapped
from leadkit.transport import Budget, Transport

HOST = "api.leadsquared.com"
_AT_ONCE = 8
"""How many calls may be on their way: enough for 25 in 5 s, as long as an answer takes less than 1.6 s.

The budget's first calls are out the sooner the more there are, and all later ones follow them a window apart.
"""


class LeadSquared(CrmTables):
    """A LeadSquared account: its leads as a typed frame.

    Args:
        access_key: the access key of a user.
        secret_key: its secret key.
        host: the account's API host, which differs by region, such as ``"api-in21.leadsquared.com"``.
        account: a name for the account, the first column of every table.
        calls: how many calls the account may make ...
        per_seconds: ... in so many seconds, retries included.
        base_url: send every call to this origin in place of the host; https, or http on this machine.
        record: a folder that keeps every body as it came.
        clock: the time where no server tells it; a function, or one aware datetime.

    Raises:
        InvalidRequest: a key is missing, or a host or a `base_url` that keys must not go to.
    """

    def __init__(
        self,
        access_key: str | Secret | None,
        secret_key: str | Secret | None,
        *,
        host: str = HOST,
        account: str = "leadsquared",
        calls: int = 25,
        per_seconds: float = 5,
        base_url: str | Secret | None = None,
        record: str | os.PathLike[str] | None = None,
        clock: Clock | datetime | None = None,
    ) -> None:
        # wrapped at once, all before one is refused: a traceback that shows this frame's variables shows no secret
        access_key, secret_key, base_url = wrapped(access_key), wrapped(secret_key), wrapped(base_url)
        self.account, self._origins = account, {}  # a traceback may show this half-made account
        access_key = as_secret(access_key, "LeadSquared: access_key")
        secret_key = as_secret(secret_key, "LeadSquared: secret_key")
        given = {"host": host, "account": account, "calls": calls, "per_seconds": per_seconds}
        settings = checked(Settings, "LeadSquared", given)
        self._budget = Budget(settings.calls, settings.per_seconds)
        origin = check_origin(base_url) if base_url else f"https://{settings.host.lower()}"
        super().__init__(account=account, origins={"crm": origin}, max_parallel=_AT_ONCE)
        self._clock = as_clock(clock)
        keys = Keys(access_key, secret_key, secrets=self._secrets)
        self._recorder = None
        if record is not None:
            self._recorder = Recorder(record, account=account, secrets=self._secrets, clock=self._clock)
        self._transport = Transport(
            auth=keys,
            origins={origin},
            clock=self._clock,
            secrets=self._secrets,
            max_parallel=_AT_ONCE,
            budget=self._budget,
            recorder=self._recorder,
            log=self._log,
        )
        self._end = weakref.finalize(self, self._transport.close)  # for those who never close it

    def __repr__(self) -> str:
        hosts = ", ".join(urlsplit(origin).netloc for origin in self._origins.values())
        budget = f"{self._budget.calls} calls in {self._budget.per_seconds:g} s" if hosts else "not made"
        return f"LeadSquared({self.account!r}, {hosts}, {budget})"

    @classmethod
    def from_env(cls, **settings: Any) -> Self:
        """The account that the environment describes; `settings` go to `LeadSquared` and win.

        Read are ``LEADKIT_LEADSQUARED_ACCESS_KEY`` and ``_SECRET_KEY``, then ``_HOST``, ``_ACCOUNT`` and ``_BASE_URL``.

        Raises:
            InvalidRequest: the variables are not set.
        """
        settings = {name: wrapped(value) if name in _HIDDEN else value for name, value in settings.items()}
        return cls(**{**_from_env(), **settings})

    def close(self) -> None:
        """Close the connections."""
        self._end()

    def _now(self) -> datetime:
        return self._clock()

    def _open(self, source: str, parameters: Mapping[str, str]) -> AbstractContextManager[Opened]:
        return over_network(self._transport, self._recorder, self._clock(), source, parameters)


class Settings(Request):
    """What an account is made with, but for its keys."""

    host: Annotated[
        str, Field(pattern=r"^(?i:[a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.(?i:[a-z0-9]([a-z0-9-]*[a-z0-9])?))+$")
    ] = argument(f"the bare name of a host, such as {HOST!r} or 'api-in21.leadsquared.com'", default=HOST)
    account: Annotated[str, Field(min_length=1)] = argument("a name", default="leadsquared")
    calls: Annotated[int, Field(ge=1, le=10_000)] = argument("a whole number from 1 to 10,000", default=25)
    per_seconds: Annotated[float, Field(gt=0, le=86_400, strict=False)] = argument("seconds, more than 0", default=5.0)


class Keys:
    """The two keys of a LeadSquared account, which travel in headers.

    Args:
        access_key: the access key.
        secret_key: the secret key.
        secrets: learns both, so that they are redacted everywhere.

    Raises:
        InvalidRequest: a key is missing, or holds what can't stand in a header.
    """

    def __init__(self, access_key: Secret | None, secret_key: Secret | None, *, secrets: Secrets) -> None:
        if access_key is None or secret_key is None:
            raise InvalidRequest(which_keys(access=access_key is None, secret=secret_key is None))
        for name, key in (("access_key", access_key), ("secret_key", secret_key)):
            if not _KEY.fullmatch(key.reveal()):
                raise InvalidRequest(f"LeadSquared: {name} holds blanks or other characters that no key has.")
            secrets.register(key)
        self._access_key, self._secret_key = access_key, secret_key

    def __repr__(self) -> str:
        return "Keys()"

    def token(self) -> Secret:
        """The secret key; `header` puts the access key beside it."""
        return self._secret_key

    def header(self, token: Secret, name: str) -> dict[str, str]:
        """The headers that carry both keys, revealed: for the moment of sending."""
        return {"x-LSQ-AccessKey": self._access_key.reveal(), "x-LSQ-SecretKey": token.reveal()}

    def renew(self, stale: Secret) -> bool:
        """False: keys do not change by themselves."""
        return False


def _from_env() -> dict[str, Any]:
    """What the environment tells; the keys and the address are wrapped at once, and None where it does not."""
    found = {name: _variable(name) for name in ("host", "account")}
    hidden = {name: wrapped(_variable(name)) for name in _HIDDEN}
    return {name: value for name, value in found.items() if value} | hidden


def _variable(name: str) -> str:
    return os.environ.get(f"LEADKIT_LEADSQUARED_{name.upper()}", "").strip()


_HIDDEN = ("access_key", "secret_key", "base_url")
"""What no traceback may show: the keys, and the address, which may hold a password until it is refused."""
_KEY = re.compile(r"[!-~]+")


def which_keys(*, access: bool, secret: bool) -> str:
    """Which of the two keys is missing, and how to give it."""
    missing = " and ".join(name for name, absent in (("access_key", access), ("secret_key", secret)) if absent)
    return (
        f"LeadSquared: {missing} missing. Set LEADKIT_LEADSQUARED_ACCESS_KEY and LEADKIT_LEADSQUARED_SECRET_KEY, and "
        "call LeadSquared.from_env() (or pass both keys). Without an account, lk.demo() gives an invented dealership."
    )
