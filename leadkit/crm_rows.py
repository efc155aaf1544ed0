"""The rows of LeadSquared's answers: whatever columns were asked for, spelled as the answer likes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from leadkit.decode.layout import first_keys
from leadkit.decode.walk import Misfit
from leadkit.fetch import completed, reading
from leadkit.records import Table
from leadkit.tables import Decoded, decode, decode_alike, joined


@dataclass(frozen=True, slots=True)
class CrmRows:
    """The rows of one or more answers; of each how many it has and how many the API counts.

    `keys` are those of each answer's first row, in small letters.
    """

    frame: pl.DataFrame
    misfits: Sequence[Misfit]
    lengths: Sequence[int]
    totals: Sequence[int]
    keys: frozenset[str]

    def with_ours(self, table: Table, account: str, fetched_at: Sequence[datetime | None]) -> CrmRows:
        """The same with all columns of the table: the account and, of each answer, when it was fetched."""
        times = pl.DataFrame({"at": fetched_at, "rows": self.lengths}, schema=_TIMES)
        at = times.select(pl.col("at").repeat_by("rows").explode(empty_as_null=False, keep_nulls=True)).to_series()
        return replace(self, frame=completed(table, self.frame.with_columns(at.alias("fetched_at")), account=account))

    @property
    def ids(self) -> list[str | None]:
        """The ids of the rows, in small letters."""
        return self.frame.get_column("prospect_id").str.to_lowercase().to_list()


def read_rows(table: Table, bodies: Sequence[bytes], calls: Sequence[str], *, status: int | None = None) -> CrmRows:
    """The rows of these answers: columns known by name whatever its case, ``{mxnewline}`` a newline, no blank texts.

    Args:
        table: what to read, as `table_of` gives it.
        bodies: the answers.
        calls: names each of them in errors.
        status: with which they came, where they came over HTTP.

    Raises:
        BadResponse: a body is not JSON, its envelope is absent, or something else stands where rows belong.
    """
    bodies = [body.replace(b"{mxnewline}", rb"\n") for body in bodies]  # as JSON writes a newline
    keys = [keys_of(body) for body in bodies]
    tables = [_spelled(table, own) for own in keys]
    alike = len(bodies) > 1 and len(set(tables)) == 1
    found = (decode_alike(tables[0], bodies) if alike else None) or joined(
        table, [_decoded(*one, status=status) for one in zip(tables, bodies, calls, strict=True)]
    )
    return CrmRows(
        frame=found.frame.with_columns(_no_blanks(table)),
        misfits=[replace(misfit, path=_path_in(table, misfit.path)) for misfit in found.misfits],
        lengths=found.lengths,
        totals=[int(envelope["RecordCount"]) for envelope in found.envelopes],
        keys=frozenset(key.lower() for own in keys for key in own),
    )


def keys_of(body: bytes) -> list[str]:
    """The keys of a body's first row."""
    opened = _LIST.search(body)
    return first_keys(body, opened.end()) if opened else []


def _decoded(table: Table, body: bytes, call: str, *, status: int | None) -> Decoded:
    """One body; where a later row spells its keys otherwise than the first one, all of them are respelled first."""
    decoded = reading(table.name, body, lambda: decode(table, body, call=call), status=status)
    paths = {_path_in(table, misfit.path) for misfit in decoded.misfits if misfit.kind == "unknown_key"}
    if paths.isdisjoint(column.path for column in table.columns if column.path):
        return decoded
    return decode(table, _respelled(body, table), call=call)


def _spelled(table: Table, keys: Sequence[str]) -> Table:
    """The table with its columns at the keys that an answer uses, so that it is decoded at full speed."""
    found = {f"leads[].{key.lower()}": f"Leads[].{key}" for key in reversed(keys)}
    moved = tuple(
        replace(column, path=found.get(column.path.lower(), column.path)) if column.path else column
        for column in table.columns
    )
    return table if moved == table.columns else replace(table, asked=moved)


def _respelled(body: bytes, table: Table) -> bytes:
    """The body with one spelling of each key. In valid JSON no text can look like a key: its quotes are escaped."""
    names = [column.path.removeprefix("Leads[].").encode() for column in table.columns if column.path]
    spelled = {name.lower(): name for name in names}
    pattern = re.compile(rb'"(%b)"(?=\s*:)' % b"|".join(map(re.escape, names)), re.IGNORECASE)
    return pattern.sub(lambda key: b'"%b"' % spelled[key[1].lower()], body)


def _path_in(table: Table, path: str) -> str:
    """A wire path as this table spells it."""
    return next((one.path for one in table.columns if one.path and one.path.lower() == path.lower()), path)


def _no_blanks(table: Table) -> list[pl.Expr]:
    """Null for a blank text; others are left as they came."""
    texts = (pl.col(column.name) for column in table.columns if column.path and column.kind == "text")
    return [pl.when(text.str.strip_chars() != "").then(text) for text in texts]


_TIMES = pl.Schema({"at": pl.Datetime("us", "UTC"), "rows": pl.Int64()})
_LIST = re.compile(rb'"Leads"\s*:\s*\[')
