"""The contract: every parameter, field, header, status, code and sample of four pages, and its place in leadkit."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Row:
    """One line of contract.csv."""

    source: str
    kind: str
    name: str
    place: str

    @property
    def id(self) -> str:
        return f"{self.source},{self.kind},{self.name}"

    @cached_property
    def column(self) -> re.Match[str] | None:
        """The parts of a place that is a column: table, column, and the field of a list's elements."""
        return re.fullmatch(r"(leads|conversations|messages)\.(\w+)(?:\[\](?:\.(\w+))?)?", self.place)

    @property
    def is_due(self) -> bool:
        """Whether it belongs to the Leads or the Message API; the others come with their sources."""
        return self.source in {"leads", "conversations"} or (
            self.kind == "sample" and bool(re.search(r"\(page [12]\b", self.name))
        )

    @property
    def is_of_the_crm(self) -> bool:
        """Whether it belongs to LeadSquared's page, whose tests stand in a file of their own."""
        return self.source == "crm_leads" or (self.kind == "sample" and "(page 4" in self.name)

    @property
    def is_of_the_mailbox(self) -> bool:
        """Whether it belongs to the page of GetMyMessages, whose tests stand in a file of their own."""
        return self.source == "mail" or (self.kind == "sample" and "(page 3" in self.name)


def read_rows() -> list[Row]:
    text = Path(__file__).with_name("contract.csv").read_text(encoding="utf-8")
    return [Row(*line) for line in csv.reader(text.splitlines())][1:]


ROWS = read_rows()
Check = Callable[..., None]


def each(kind: str, wanted: Callable[[Row], object] = bool) -> Callable[[Check], Check]:
    """Run a test once for each due row of this kind, under the row's own name."""
    rows = [row for row in ROWS if row.is_due and row.kind == kind and wanted(row)]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in rows])


def each_of_crm(kind: str, wanted: Callable[[Row], object] = bool) -> Callable[[Check], Check]:
    """As `each`, for the rows of LeadSquared."""
    rows = [row for row in ROWS if row.is_of_the_crm and row.kind == kind and wanted(row)]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in rows])


def each_of_mail(kind: str, wanted: Callable[[Row], object] = bool) -> Callable[[Check], Check]:
    """As `each`, for the rows of GetMyMessages."""
    rows = [row for row in ROWS if row.is_of_the_mailbox and row.kind == kind and wanted(row)]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in rows])
