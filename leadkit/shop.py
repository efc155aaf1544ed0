"""A shop: an account and what belongs to it; invented, from the environment, or recorded."""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass, field
from typing import Any, Self

import polars as pl

from leadkit.accounts import Ebay
from leadkit.ebay_tables import EbayTables
from leadkit.errors import InvalidRequest


@dataclass(slots=True, weakref_slot=True)
class Shop:
    """What `lk.demo` and `lk.open` return.

    Attributes:
        ebay: the eBay account.
        zone: the time zone of the dealership.
        truth: what really happened, known only of the invented dealership; else None.
    """

    ebay: EbayTables
    zone: str = "UTC"
    truth: pl.DataFrame | None = field(default=None, repr=False)
    _sandbox: Any = field(default=None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the account, and stop the sandbox of a demo."""
        self.ebay.close()
        if self._sandbox is not None:
            self._sandbox.stop()


def demo(seed: int = 7, leads: int = 800, *, record: str | os.PathLike[str] | None = None) -> Shop:
    """An invented dealership on a sandbox of this machine: no account, no network, the same tables on any day.

    Args:
        seed: which dealership; the same seed gives the same bytes everywhere.
        leads: how many leads it has.
        record: a folder that keeps every body as it came.

    Returns:
        A shop with `.ebay`, `.zone` and `.truth`. It ends when nobody uses its account any more, or with `.close()`.
    """
    from leadkit.sandbox import Sandbox  # noqa: PLC0415 - the server is loaded when it is used

    sandbox = Sandbox(seed=seed, leads=leads).start()
    dealership = sandbox.dealership
    ebay = Ebay(
        sandbox.token,
        base_url=sandbox.url,
        sellers=dealership.sellers,
        account="demo",
        record=record,
        clock=dealership.now,
    )
    weakref.finalize(ebay, sandbox.stop)  # the account may outlive the shop: lk.demo().ebay
    return Shop(ebay, dealership.zone, dealership.truth, sandbox)


def open(source: str | os.PathLike[str], *, record: str | os.PathLike[str] | None = None) -> Shop:
    """A shop by name: ``"demo"``, ``"env"``, or the path of saved bodies.

    Args:
        source: ``"demo"`` for the invented dealership, ``"env"`` for the account that the environment describes, else a
            folder that `record=` filled, or with bodies saved by hand (``leads.json``, ``conversations-1.json``, …).
        record: a folder that keeps every body as it came; not for saved bodies.

    Returns:
        A shop: `.ebay` has the tables, whatever they come from.

    Raises:
        InvalidRequest: no such folder, or no credentials in the environment.
    """
    if source == "demo":
        return demo(record=record)
    if source == "env":
        return Shop(Ebay.from_env(record=record), os.environ.get("LEADKIT_ZONE", "UTC"))
    if record is not None:
        raise InvalidRequest("open: record= is for what comes over the network; these bodies are saved already.")
    from leadkit.saved import Saved  # noqa: PLC0415 - Saved stands beside Ebay, and is rarely wanted

    return Shop(Saved(source))
