"""Recorded or hand-saved bodies in the place of a CRM account."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

import polars as pl

from leadkit.crm_readers import crm_of, crm_rows_of
from leadkit.crm_tables import CrmTables
from leadkit.fetch import Run
from leadkit.folder_path import folder_path
from leadkit.problems import Problems
from leadkit.recorded_files import damaged
from leadkit.recording import RecordedFetch, bodies, recorded_fetches
from leadkit.saved_bodies import SavedBody, checked_given
from leadkit.saved_tables import SavedTables
from leadkit.sources.leadsquared import (
    CRM_LEADS,
    KNOWN,
    CrmLeadsRequest,
    ids_of,
    in_order,
    table_of,
    tell_missing_columns,
)


class SavedCrm(SavedTables, CrmTables):
    """The leads of a recorded CRM account, offline: the same calls give the same frames, as `Saved` does.

    Args:
        path: a folder that ``record=`` filled, or one with bodies named ``crm_leads.json``, ``crm_leads-2.json``.
        account: the first column; None takes the recorded name.

    Raises:
        InvalidRequest: there is no such folder.
        BadResponse: a sidecar or a marker of its fetches can't be read; eBay's do not matter here.
    """

    def __init__(self, path: str | os.PathLike[str], *, account: str | None = None) -> None:
        checked_given("SavedCrm", account)
        self._folder = folder_path("path", path)
        self._fetches = recorded_fetches(self._folder, of=[CRM_LEADS.name])
        recorded = [fetch.account for fetch in self._fetches]
        super().__init__(account=account or (*recorded, "leadsquared")[0], origins={"crm": ""}, max_parallel=1)

    @property
    def ids(self) -> list[str]:
        """The ids that the recorded fetches asked for, each once whatever its case, as it was spelled first.

        Without any, they are those in the bodies that were saved by hand.

        Raises:
            BadResponse: a marker whose ids can't be read, or a body that is not what the API promises.
        """
        asked, _ = ids_of(one for fetch in self._whole(CRM_LEADS.name) for one in _ids_of(fetch))
        return list(asked) or list(self._ids_by_hand())

    def _ids_by_hand(self) -> Iterator[str]:
        saved = [SavedBody(path.name, path.read_bytes(), None) for path in bodies(self._folder, CRM_LEADS.name)]
        yield from crm_of(saved, self.account, Problems()).get_column("prospect_id").drop_nulls()

    def _filtered(self, run: Run, request: CrmLeadsRequest) -> pl.DataFrame:  # type: ignore[override]  # it has one table
        """The leads with these ids among all that is there."""
        saved = self._bodies(CRM_LEADS.name, run)
        rows, table = crm_rows_of(saved, run.account, run.problems, request.columns or ())
        tell_missing_columns(run, request, rows.keys)
        found = _only_asked(rows.filled(table).each_once(), request)
        wanted = pl.Series([one.lower() for one in request.ids], dtype=pl.String)
        found = in_order(found.filter(pl.col("prospect_id").str.to_lowercase().is_in(wanted.implode())), request.ids)
        there = set(found.get_column("prospect_id").str.to_lowercase())
        for one in request.ids:
            if one.lower() not in there:
                run.tell(CRM_LEADS, "missing_id", column="prospect_id", row_key=one, detail="not among the bodies")
        return run.first_rows(table_of(request.columns), found, request.max_rows)


def _only_asked(leads: pl.DataFrame, request: CrmLeadsRequest) -> pl.DataFrame:
    """The leads with the columns of this request; a known one that it does not ask for is null."""
    schema = table_of(request.columns).schema
    asked = {"ProspectID", *(KNOWN if request.columns is None else request.columns)}
    others = [ours for api, ours in KNOWN.items() if api not in asked]
    return leads.select(schema.names()).with_columns(pl.lit(None, dtype=schema[name]).alias(name) for name in others)


def _ids_of(fetch: RecordedFetch) -> tuple[str, ...]:
    """The ids as a marker keeps them: a tuple in Python's own words."""
    try:
        found = ast.literal_eval(fetch.parameters.get("ids", "()"))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        found = None
    if not isinstance(found, tuple) or not all(isinstance(one, str) for one in found):
        raise damaged(f"fetch-{fetch.number:04d}.json", "parameters: ids: no ids stand there")
    return found
