"""What a report is about: told on the command line, read by the notebook that makes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from leadkit.errors import InvalidRequest

if TYPE_CHECKING:
    from leadkit.reports.tables import ReportTables

VARIABLE = "LEADKIT_REPORT"
"""The variable of the environment in which a notebook's kernel finds its parameters, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParameters:
    """What `leadkit report` was told; in a notebook that is run by hand, the demo.

    Attributes:
        source: ``"demo"``, ``"env"`` or a folder of saved bodies, as `lk.open` takes it.
        start: leads from this time on; None: from the first on.
        end: leads before this time; None: up to the last.
        account: of the account of this name only; None: of all.
        hours: the business hours, such as ``"Mo-Sa 09:00-19:00"``; None: those of the shop, if it has any.
        zone: the time zone of all times that are shown and of `start` and `end`; None: the shop's.
        reveal: whether personal data may be shown.
    """

    source: str = "demo"
    start: str | None = None
    end: str | None = None
    account: str | None = None
    hours: str | None = None
    zone: str | None = None
    reveal: bool = False

    def tables(self) -> ReportTables:
        """Fetch what a report needs, and measure the waits; personal data is masked, unless `reveal`.

        Raises:
            LeadkitError: a table could not be fetched, or there is no such account.
        """
        from leadkit.reports.tables import fetched  # noqa: PLC0415 - Polars is loaded when it is used

        given = _GIVEN.get()
        return fetched(self) if given is None else given

    def check(self) -> None:
        """Refuse a zone or business hours that can't be read, before anything is fetched.

        Raises:
            InvalidRequest: says which, and what is allowed.
        """
        from leadkit.metrics.hours import BusinessHours  # noqa: PLC0415 - as above
        from leadkit.metrics.zones import zone_named  # noqa: PLC0415 - as above

        zone = "UTC" if self.zone is None else zone_named(self.zone).key
        if self.hours:
            BusinessHours(zone, self.hours)

    @property
    def variables(self) -> dict[str, str]:
        """The environment that hands them to a kernel."""
        return {VARIABLE: json.dumps(asdict(self))}

    @property
    def is_plain_demo(self) -> bool:
        """Whether the same tables come on any day: then the outputs are the ones that are stored."""
        return self == ReportParameters()


def report_parameters() -> ReportParameters:
    """What the report shall be about, for the notebook that makes it.

    Returns:
        The parameters that `leadkit report` was given. Where a notebook is opened by hand or checked, they are those
        of the demo, so that its stored outputs can be compared.

    Raises:
        InvalidRequest: LEADKIT_REPORT is set by hand and can't be read.
    """
    given = _GIVEN.get()
    if given is not None:
        return given.parameters
    try:
        return ReportParameters(**json.loads(os.environ.get(VARIABLE) or "{}"))
    except (TypeError, ValueError):
        raise InvalidRequest(f"{VARIABLE} can't be read. Take it away: leadkit report sets it by itself.") from None


@contextmanager
def given(tables: ReportTables) -> Iterator[None]:
    """Let `report_parameters` give tables that are there already."""
    token = _GIVEN.set(tables)
    try:
        yield
    finally:
        _GIVEN.reset(token)


_GIVEN: ContextVar[ReportTables | None] = ContextVar("leadkit_report", default=None)
