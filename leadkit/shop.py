"""A shop: an account and what belongs to it; invented, from the environment, or recorded."""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import polars as pl

from leadkit.accounts import Ebay
from leadkit.crm_account import LeadSquared, which_keys
from leadkit.crm_tables import CrmTables
from leadkit.ebay_tables import EbayTables
from leadkit.errors import InvalidRequest
from leadkit.metrics.hours import BusinessHours


@dataclass(slots=True, weakref_slot=True)
class Shop:
    """What `lk.demo` and `lk.open` return.

    Attributes:
        ebay: the eBay account.
        crm: the CRM account.
        ids: the ids of CRM leads to ask for; none where nobody told any.
        zone: the time zone of the dealership.
        hours: when it is open; None where nobody told.
        truth: what really happened, known only of the invented dealership; else None.
    """

    ebay: EbayTables
    crm: CrmTables
    ids: list[str] = field(default_factory=list, repr=False)
    zone: str = "UTC"
    hours: BusinessHours | None = None
    truth: pl.DataFrame | None = field(default=None, repr=False)
    _sandbox: Any = field(default=None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the accounts, and stop the sandbox of a demo."""
        self.ebay.close()
        self.crm.close()
        if self._sandbox is not None:
            self._sandbox.stop()


def demo(seed: int = 7, leads: int = 800, *, record: str | os.PathLike[str] | None = None) -> Shop:
    """An invented dealership on a sandbox of this machine: no account, no network, the same tables on any day.

    Args:
        seed: which dealership; the same seed gives the same bytes everywhere.
        leads: how many leads it has.
        record: a folder that keeps every body as it came.

    Returns:
        A shop with `.ebay`, `.crm`, `.ids`, `.zone`, `.hours` and `.truth`. It ends when nobody uses its accounts any
        more, or with `.close()`.
    """
    from leadkit.sandbox import Sandbox  # noqa: PLC0415 - the server is loaded when it is used

    sandbox = Sandbox(seed=seed, leads=leads).start()
    dealership = sandbox.dealership
    shared: dict[str, Any] = {"base_url": sandbox.url, "account": "demo", "record": record, "clock": dealership.now}
    ebay = Ebay(sandbox.token, sellers=dealership.sellers, **shared)
    crm = LeadSquared(sandbox.access_key, sandbox.secret_key, **shared)
    ebay.kept = crm.kept = guest = _Guest()
    weakref.finalize(guest, sandbox.stop)
    hours = BusinessHours(dealership.zone, dealership.hours)
    return Shop(ebay, crm, list(dealership.crm_ids), dealership.zone, hours, dealership.truth, sandbox)


class _Guest:
    """Held by a demo's accounts, which may outlive their shop: when the last one is gone, the sandbox stops."""


def open(source: str | os.PathLike[str], *, record: str | os.PathLike[str] | None = None) -> Shop:
    """A shop by name: ``"demo"``, ``"env"``, or the path of saved bodies.

    Args:
        source: ``"demo"`` for the invented dealership, ``"env"`` for the accounts that the environment describes (with
            ``LEADKIT_ZONE`` and ``LEADKIT_HOURS``, such as ``Mo-Sa 09:00-19:00``), else a folder that `record=` filled,
            or with bodies saved by hand (``leads.json``, ``crm_leads.json``, …).
        record: a folder that keeps every body as it came; not for saved bodies.

    Returns:
        A shop: `.ebay` and `.crm` have the tables, whatever they come from. With ``"env"``, an account without
        credentials says so when it is used.

    Raises:
        InvalidRequest: no such folder, or no credentials at all in the environment.
    """
    if source == "demo":
        return demo(record=record)
    if source == "env":
        return _from_env(record)
    if record is not None:
        raise InvalidRequest("open: record= is for what comes over the network; these bodies are saved already.")
    from leadkit.saved import Saved  # noqa: PLC0415 - Saved stands beside Ebay, and is rarely wanted

    saved = Saved(source)
    return Shop(saved, saved.crm, saved.crm.ids)


def _from_env(record: str | os.PathLike[str] | None) -> Shop:
    zone, weekly = os.environ.get("LEADKIT_ZONE", "UTC"), os.environ.get("LEADKIT_HOURS", "")
    hours = BusinessHours(zone, weekly) if weekly else None
    if not _told_of("LEADSQUARED"):
        return Shop(Ebay.from_env(record=record), _NoCrm(), zone=zone, hours=hours)
    ebay: EbayTables
    try:
        ebay = Ebay.from_env(record=record)
    except InvalidRequest as error:
        if _told_of("EBAY"):
            raise
        ebay = _NoEbay(str(error))
    return Shop(ebay, LeadSquared.from_env(record=record), zone=zone, hours=hours)


def _told_of(source: str) -> bool:
    """Whether the environment says anything of an account there."""
    return any(name.startswith(f"LEADKIT_{source}_") and value for name, value in os.environ.items())


class _NoEbay(EbayTables):
    """Stands where eBay has no credentials: every fetch says so."""

    def __init__(self, why: str) -> None:
        super().__init__(account="ebay", sellers=(), origins={}, max_parallel=1)
        self._why = why

    def __repr__(self) -> str:
        return "Ebay(no credentials)"

    def _now(self) -> datetime:
        raise InvalidRequest(self._why)


class _NoCrm(CrmTables):
    """Stands where the CRM has no credentials: every fetch says so."""

    def __init__(self) -> None:
        super().__init__(account="leadsquared", origins={}, max_parallel=1)

    def __repr__(self) -> str:
        return "LeadSquared(no credentials)"

    def _now(self) -> datetime:
        raise InvalidRequest(which_keys(access=True, secret=True))
