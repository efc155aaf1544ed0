"""Tables for reports, written out; and pages looked at."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser

import polars as pl
from metrics.made_records import at, leads, mail, messages

from leadkit.problems import frame as problems_frame
from leadkit.reports.parameters import ReportParameters
from leadkit.reports.tables import ReportTables, measured

SAID = {"item_title": "2015 BMW 330i", "first_name": "Amy", "last_name": "Lee", "email": "amy@example.com"}
FEE = {"fee": Decimal("20.5"), "fee_currency": "USD"}


def tables(found: pl.DataFrame, *, reveal: bool = False, hours=None, **evidence: pl.DataFrame) -> ReportTables:
    """The tables of a report of these leads."""
    frames = {"leads": found, "problems": problems_frame([]), **evidence}
    asked = ReportParameters(reveal=reveal)
    return measured(asked, frames, zone="America/Chicago", hours=hours, missing={})


class Page(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """All texts, blanks joined."""
        return " ".join(" ".join(self.texts).split())


__all__ = ["FEE", "SAID", "Page", "at", "leads", "mail", "messages", "tables"]
