"""CRM leads from response bodies that were saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from leadkit.crm_pages import open_pages
from leadkit.crm_rows import CrmRows, read_pages
from leadkit.fetch import check_total
from leadkit.parameters import checked
from leadkit.problems import Problems
from leadkit.records import Table
from leadkit.saved_bodies import Bodies, SavedBody, checked_given, close_problems, saved_bodies
from leadkit.sources.leadsquared import (
    CRM_LEADS,
    CrmLeadsRequest,
    table_of,
    tell_rows,
    unknown_columns,
)


def read_crm_leads(
    bodies: Bodies,
    *,
    account: str = "leadsquared",
    fetched_at: datetime | None = None,
    columns: Iterable[str] | str | None = None,
    problems: list[dict[str, Any]] | None = None,
    strict: bool = False,
) -> pl.DataFrame:
    """CRM leads from saved bodies of ``Leads/Retrieve/ByIds``; each once, with what is known of it last.

    Args:
        bodies: a path (a file, a folder of ``.json`` files, or a recording), bytes, a dict, or a list of them.
        account: the first column.
        fetched_at: when the bodies were fetched; None takes it from a recording's sidecar, else it is null.
        columns: the API's names of the columns to read besides the known ones; None reads all that the bodies have.
        problems: a list that collects the problem rows, as dicts.
        strict: raise where a value does not fit its column.

    Raises:
        BadResponse: a body is not what the API promises.
        InvalidRequest: a path where nothing lies, something that is no body, or no name of a column.
        NotFound: a folder without a body of this table.
    """
    found, given = Problems(), checked_given(CRM_LEADS.name, account, fetched_at, problems)
    request = checked(CrmLeadsRequest, CRM_LEADS.name, {"ids": (), "columns": columns})
    rows = crm_of(saved_bodies(bodies, CRM_LEADS.name, given.fetched_at), account, found, columns=request.columns)
    close_problems(found, problems, strict=strict)
    return rows


def crm_of(
    saved: Sequence[SavedBody],
    account: str,
    problems: Problems,
    *,
    columns: Iterable[str] | None = None,
) -> pl.DataFrame:
    """The leads of these bodies, each once; what the last body was not asked for is taken from one before it."""
    asked = () if columns is None else tuple(columns)
    rows, table = crm_rows_of(saved, account, problems, asked)
    wanted = table if columns is None else table_of(asked)
    return rows.filled(table).each_once()[wanted.schema.names()]


def crm_rows_of(
    saved: Sequence[SavedBody], account: str, problems: Problems, asked: tuple[str, ...]
) -> tuple[CrmRows, Table]:
    """All rows of these bodies, with what was odd in them told, and the table that they are of."""
    table, rows = _read(saved, asked)
    rows = rows.with_ours(table, account, [one.fetched_at for one in saved])
    tell_rows(problems, table, rows, None)
    _check_totals(problems, rows)
    return rows, table


def _read(saved: Sequence[SavedBody], asked: tuple[str, ...]) -> tuple[Table, CrmRows]:
    """The rows with all columns that the bodies have: those of the rows, then those that only a walk finds."""
    calls = [f"{CRM_LEADS.name} ({one.name})" for one in saved]
    pages = open_pages(CRM_LEADS, [one.body for one in saved], calls)
    names = unknown_columns((*asked, *(key for page in pages for key in page.keys)))
    table = table_of(names)
    rows = read_pages(table, pages)
    later = [m.path.removeprefix("Leads[].") for m in rows.misfits if m.kind == "unknown_key"]
    more = unknown_columns((*names, *later))
    return (table, rows) if more == names else (table_of(more), read_pages(table_of(more), pages))


def _check_totals(problems: Problems, rows: CrmRows) -> None:
    """Pages of one sweep say the same count; whole sweeps have a multiple of it."""
    by_total: dict[int, int] = defaultdict(int)
    for total, length in zip(rows.totals, rows.lengths, strict=True):
        by_total[total] += length
    for total, came in by_total.items():
        sweeps = max(1, -(-came // total)) if total else 1
        check_total(problems, CRM_LEADS, said=total * sweeps, came=came, name="RecordCount")
