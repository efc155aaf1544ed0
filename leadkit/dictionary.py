"""The data dictionary: what every column of every table means."""

from __future__ import annotations

import difflib

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.mail_records import FOLDERS, MAIL
from leadkit.records import Table
from leadkit.sources.ebay_conversations import CONVERSATIONS, MESSAGES
from leadkit.sources.ebay_leads import LEADS
from leadkit.sources.leadsquared import CRM_LEADS
from leadkit.tables import describe as describe_table

TABLES: dict[str, Table] = {table.name: table for table in (LEADS, CONVERSATIONS, MESSAGES, MAIL, FOLDERS, CRM_LEADS)}


def describe(table: str) -> pl.DataFrame:
    """The data dictionary of a table.

    Args:
        table: its name, such as ``"leads"``.

    Returns:
        One row per column: column, dtype, unit, meaning, comes_from (where in the response, or what leadkit makes it
        of), null_when. The fields of a List column follow it as ``exchanges[].question``.

    Raises:
        InvalidRequest: there is no such table.
    """
    if table in TABLES:
        return describe_table(TABLES[table])
    near = difflib.get_close_matches(str(table), TABLES, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise InvalidRequest(f"describe: there is no table {table!r}; there are {', '.join(TABLES)}.{hint}")
