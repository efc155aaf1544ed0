"""Damaged bodies of all four APIs: a frame or an error of ours. `python -m benchmarks.fuzz` reads 100,000 of them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import polars as pl
import pytest
from house.project import ROOT

from benchmarks.fuzz import reading

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("table", reading.READERS)
def test_whatever_a_damaged_body_is_only_an_error_of_ours_comes_of_it(table: str) -> None:
    outcomes = reading.read_all(2026, table, range(80))
    assert outcomes.counts.total() == 80
    assert [f"{table} {number}: {what}" for _, number, what in outcomes.found] == []


@pytest.mark.parametrize(
    ("seed", "table", "number"),
    [
        (41, "leads", 2896),
        (41, "leads", 6248),
        (41, "crm_leads", 4201),
        (41, "crm_leads", 5155),
        (41, "crm_leads", 5194),
        (2026, "leads", 8240),
        (2026, "mail", 7819),
    ],
)
def test_what_long_runs_found(seed: int, table: str, number: int) -> None:
    assert reading.read_all(seed, table, range(number, number + 1)).found == []


def test_the_same_number_makes_the_same_body() -> None:
    assert reading.made(7, "mail", 4)[0] == reading.made(7, "mail", 4)[0]
    assert len({reading.made(seed, "mail", number)[0] for seed in (7, 8) for number in range(30)}) > 50


@pytest.mark.parametrize(
    ("came", "what"),
    [
        (KeyError("fee"), "KeyError: 'fee'"),
        (pl.exceptions.PanicException("index out of bounds"), "PanicException: index out of bounds"),
        (pl.DataFrame({"account": ["ebay"]}), "TypeError: the columns are Schema"),
    ],
)
def test_what_must_not_be_is_found(came: Any, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: list[bytes], *, problems: list[dict[str, Any]] | None = None) -> pl.DataFrame:
        if isinstance(came, BaseException):
            raise came
        return came if problems is not None else pl.DataFrame()

    reading._schema_of("leads")  # the columns that were promised, of the real reader
    monkeypatch.setitem(reading.READERS, "leads", read)
    (found,) = reading.read_all(7, "leads", range(1)).found
    assert found[:2] == ("leads", 0)
    assert found[2].startswith(what)


def test_the_counts_are_printed_by_api() -> None:
    command = [sys.executable, "-m", "benchmarks.fuzz", "--bodies", "12", "--processes", "1"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    apis = [line.partition(":")[0] for line in ran.stdout.splitlines()]
    assert apis[:4] == ["Leads", "Message", "GetMyMessages", "LeadSquared"]
    assert "12 bodies; the slowest" in ran.stdout
