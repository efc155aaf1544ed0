"""No row of the contract is forgotten."""

import importlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from contract_rows import ROWS, Row

HERE = Path(__file__)
DUE = {
    ("leads", "parameter"): 5,
    ("leads", "header"): 4,
    ("leads", "field"): 27,
    ("leads", "status"): 5,
    ("leads", "code"): 7,
    ("conversations", "parameter"): 10,
    ("conversations", "header"): 2,
    ("conversations", "field"): 32,
    ("conversations", "status"): 6,
    ("conversations", "code"): 12,
    ("all", "sample"): 2,
}
OF_THE_CRM = {"crm_leads": 31, "all": 1}
OF_THE_MAILBOX = {"mail": 79, "all": 1}


def test_the_contract_has_224_rows_each_once() -> None:
    assert len(ROWS) == len({row.id for row in ROWS}) == 224


def test_112_rows_are_due() -> None:
    assert Counter((row.source, row.kind) for row in ROWS if row.is_due) == DUE
    assert sum(DUE.values()) == 112


def test_32_rows_are_of_the_crm() -> None:
    assert Counter(row.source for row in ROWS if row.is_of_the_crm) == OF_THE_CRM
    assert sum(OF_THE_CRM.values()) == 32


def test_80_rows_are_of_the_mailbox() -> None:
    assert Counter(row.source for row in ROWS if row.is_of_the_mailbox) == OF_THE_MAILBOX
    assert sum(OF_THE_MAILBOX.values()) == 80


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_a_check_handles_the_row(row: Row) -> None:
    assert row.id in handled(), f"no test takes {row.id}, whose place is {row.place!r}"


@cache
def handled() -> frozenset[str]:
    return frozenset(_handled())


def _handled() -> Iterator[str]:
    """The rows that the tests of the other files are run for."""
    for file in sorted(HERE.parent.glob("test_contract_*.py")):
        functions = vars(importlib.import_module(file.stem)).values() if file != HERE else ()
        for mark in (mark for function in functions for mark in getattr(function, "pytestmark", ())):
            if mark.name == "parametrize" and mark.args[0] == "row":
                yield from (given.id for given in mark.args[1])
