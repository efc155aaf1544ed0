"""The table of a CRM account, as a method: what `LeadSquared` and a saved one have in common."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import polars as pl

from leadkit.account_tables import AccountTables
from leadkit.sources import leadsquared

Ids = Iterable[str | UUID | None] | pl.Series | pl.DataFrame | pl.LazyFrame | str


class CrmTables(AccountTables):
    """The table of a CRM account; `LeadSquared` asks the API for it, a recording has it already."""

    def leads(
        self,
        ids: Ids,
        columns: Iterable[str] | str | None = None,
        *,
        page_size: int = leadsquared.LARGEST_PAGE,
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """The leads with these ids, one row each, in their order; ``lk.describe("crm_leads")`` has the columns.

        Each id is asked for once, whatever its case; one that does not come back is a ``missing_id`` problem. Rows that
        come without an id, or unasked, stand at the end and are told. More than the API's 10,000 ids are split.

        Args:
            ids: ids of leads as text: a list, a Series, or a frame with the column ``prospect_id``. Places without one
                are passed over and told; no ids, no call.
            columns: the API's names of the columns to ask for, in a list or with commas between, in any case;
                ProspectID is always asked for. Those that leadkit knows have names and types of their own and are null
                if not asked for; any other comes as text, as it was sent, under the name given here and in this order,
                before ``fetched_at``. None asks for those that leadkit knows.
            page_size: rows a call, 1 to 1,000.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            InvalidRequest: an argument that the API would refuse; nothing was sent.
            LeadkitError: the API's own error, by its name; also where it came with HTTP 200.
        """
        given, blanks = leadsquared.ids_of(ids)
        arguments = {
            "ids": given,
            "blanks": blanks,
            "columns": columns,
            "page_size": page_size,
            "max_rows": max_rows,
        }
        request, work = leadsquared.CrmLeadsRequest, leadsquared.fetch_crm_leads
        return self._fetch("crm_leads", request, arguments, work, strict=strict, progress=progress)
