"""A shop: an account and what belongs to it; invented, from the environment, or recorded."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

import polars as pl

from leadkit.accounts import Ebay
from leadkit.crm_account import LeadSquared, which_keys
from leadkit.crm_tables import CrmTables
from leadkit.ebay_tables import EbayTables
from leadkit.errors import BadResponse, InvalidRequest, LeadkitError
from leadkit.metrics.hours import BusinessHours
from leadkit.shop_file import keep_shop, kept_shop

if TYPE_CHECKING:
    from leadkit.sandbox import Sandbox
    from leadkit.saved_crm import SavedCrm

T = TypeVar("T")


@dataclass(slots=True, weakref_slot=True)
class Shop:
    """What `lk.demo` and `lk.open` return.

    Attributes:
        ebay: the eBay account.
        crm: the CRM account.
        ids: the ids of CRM leads to ask for; none where nobody told any. Those of a recording are read when they are
            asked for.
        zone: the time zone of the dealership.
        hours: when it is open; None where nobody told.
        truth: what really happened, known only of the invented dealership; else None.
    """

    ebay: EbayTables
    crm: CrmTables
    _ids: list[str] | Callable[[], list[str]] = field(default_factory=list, repr=False)
    zone: str = "UTC"
    hours: BusinessHours | None = None
    truth: pl.DataFrame | None = field(default=None, repr=False)
    _sandbox: Any = field(default=None, repr=False)

    @property
    def ids(self) -> list[str]:
        """The ids of CRM leads to ask for."""
        if callable(self._ids):
            self._ids = self._ids()
        return self._ids

    @ids.setter
    def ids(self, ids: list[str]) -> None:
        self._ids = ids

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
    try:
        return _demo_on(sandbox, record)
    except BaseException:
        sandbox.stop()
        raise


def _demo_on(sandbox: Sandbox, record: str | os.PathLike[str] | None) -> Shop:
    dealership = sandbox.dealership
    shared: dict[str, Any] = {"base_url": sandbox.url, "account": "demo", "record": record, "clock": dealership.now}
    ebay = Ebay(sandbox.token, sellers=dealership.sellers, **shared)
    crm = LeadSquared(sandbox.access_key, sandbox.secret_key, **shared)
    ebay.kept = crm.kept = guest = _Guest()
    weakref.finalize(guest, sandbox.stop)
    hours = BusinessHours(dealership.zone, dealership.hours)
    if record is not None:
        keep_shop(record, zone=dealership.zone, hours=dealership.hours)
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
        credentials says so when it is used; so does one whose recording is damaged.

    Raises:
        InvalidRequest: no such folder, or no credentials at all in the environment.
        BadResponse: the recordings of both accounts are damaged, or what it tells of the shop is.
    """
    if source == "demo":
        return demo(record=record)
    if source == "env":
        return _from_env(record)
    if record is not None:
        raise InvalidRequest("open: record= is for what comes over the network; these bodies are saved already.")
    return _from_recording(source)


def _from_recording(folder: str | os.PathLike[str]) -> Shop:
    """The shop in a folder; where the recording of one account is damaged, the other one can be used."""
    from leadkit.saved import Saved  # noqa: PLC0415 - Saved stands beside Ebay, and is rarely wanted
    from leadkit.saved_crm import SavedCrm  # noqa: PLC0415 - likewise

    told = kept_shop(folder)
    ebay, crm = _or_damage(Saved, folder), _or_damage(SavedCrm, folder)
    if isinstance(ebay, BadResponse) and isinstance(crm, BadResponse):
        raise ebay
    return Shop(
        _NoEbay(ebay, "damaged recording") if isinstance(ebay, BadResponse) else ebay,
        _NoCrm(crm, "damaged recording") if isinstance(crm, BadResponse) else crm,
        partial(_ids_in, crm),
        zone=told.zone,
        hours=_hours_in(told.zone, told.hours),
    )


def _hours_in(zone: str, weekly: str | None) -> BusinessHours | None:
    try:
        return BusinessHours(zone, weekly) if weekly else None
    except InvalidRequest as error:
        problem = str(error)
    raise BadResponse(f"shop.json in the recording is damaged: {problem} Correct it, or take the file away.")


def _or_damage(saved: Callable[[str | os.PathLike[str]], T], folder: str | os.PathLike[str]) -> T | BadResponse:
    try:
        return saved(folder)
    except BadResponse as error:
        return error.with_traceback(None)


def _ids_in(crm: SavedCrm | BadResponse) -> list[str]:
    if isinstance(crm, BadResponse):
        raise BadResponse(str(crm))
    return crm.ids


def _from_env(record: str | os.PathLike[str] | None) -> Shop:
    zone, weekly = os.environ.get("LEADKIT_ZONE", "UTC"), os.environ.get("LEADKIT_HOURS", "")
    hours = BusinessHours(zone, weekly) if weekly else None
    ebay, crm = _ebay_from_env(record), _crm_from_env(record)
    if record is not None:
        keep_shop(record, zone=zone, hours=weekly or None)
    return Shop(ebay, crm, zone=zone, hours=hours)


def _ebay_from_env(record: str | os.PathLike[str] | None) -> EbayTables:
    """The account; a stand-in where nothing is told of it, but of the CRM."""
    try:
        return Ebay.from_env(record=record)
    except InvalidRequest as error:
        if _told_of("EBAY") or not _told_of("LEADSQUARED"):
            raise
        return _NoEbay(error.with_traceback(None), "no credentials")


def _crm_from_env(record: str | os.PathLike[str] | None) -> CrmTables:
    if not _told_of("LEADSQUARED"):
        return _NoCrm(InvalidRequest(which_keys(access=True, secret=True)), "no credentials")
    return LeadSquared.from_env(record=record)


def _told_of(source: str) -> bool:
    """Whether the environment says anything of an account there."""
    return any(name.startswith(f"LEADKIT_{source}_") and value for name, value in os.environ.items())


class _NoEbay(EbayTables):
    """Stands where eBay can't be used: every fetch says why."""

    def __init__(self, why: LeadkitError, shown: str) -> None:
        super().__init__(account="ebay", sellers=(), origins={}, max_parallel=1)
        self._why, self._shown = why, shown

    def __repr__(self) -> str:
        return f"Ebay({self._shown})"

    def _now(self) -> datetime:
        raise type(self._why)(str(self._why))


class _NoCrm(CrmTables):
    """Stands where the CRM can't be used: every fetch says why."""

    def __init__(self, why: LeadkitError, shown: str) -> None:
        super().__init__(account="leadsquared", origins={}, max_parallel=1)
        self._why, self._shown = why, shown

    def __repr__(self) -> str:
        return f"LeadSquared({self._shown})"

    def _now(self) -> datetime:
        raise type(self._why)(str(self._why))
