"""The rows of LeadSquared's answers: whatever columns were asked for, spelled as the answer likes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

import polars as pl

from leadkit.decode.layout import first_keys
from leadkit.decode.walk import Misfit
from leadkit.fetch import completed, reading
from leadkit.leadsquared_errors import errors_beside
from leadkit.records import Column, Table
from leadkit.tables import Decoded, decode, decode_alike, joined


@dataclass(frozen=True)
class CrmRows:
    """The rows of one or more answers; of each how many it has and how many the API counts.

    `keys_of_each` are the keys of each answer's first row, in small letters; `errors` what the API says went wrong.
    """

    frame: pl.DataFrame
    misfits: Sequence[Misfit]
    lengths: Sequence[int]
    totals: Sequence[int]
    keys_of_each: Sequence[frozenset[str]]
    errors: Sequence[Mapping[str, Any]] = ()

    def with_ours(self, table: Table, account: str, fetched_at: Sequence[datetime | None]) -> CrmRows:
        """The same with all columns of the table: the account and, of each answer, when it was fetched."""
        times = pl.DataFrame({"at": fetched_at, "rows": self.lengths}, schema=_TIMES)
        at = times.select(pl.col("at").repeat_by("rows").explode(empty_as_null=False, keep_nulls=True)).to_series()
        return replace(self, frame=completed(table, self.frame.with_columns(at.alias("fetched_at")), account=account))

    @classmethod
    def of(cls, parts: Sequence[CrmRows]) -> CrmRows:
        """Several of them as one."""
        before = accumulate((len(part.frame) for part in parts), initial=0)
        return cls(
            frame=pl.concat([part.frame for part in parts]),
            misfits=[
                misfit if misfit.row is None else replace(misfit, row=misfit.row + start)
                for start, part in zip(before, parts, strict=False)
                for misfit in part.misfits
            ],
            lengths=[length for part in parts for length in part.lengths],
            totals=[total for part in parts for total in part.totals],
            keys_of_each=[keys for part in parts for keys in part.keys_of_each],
            errors=[error for part in parts for error in part.errors],
        )

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of all answers."""
        return frozenset[str]().union(*self.keys_of_each)

    @cached_property
    def ids(self) -> pl.Series:
        """The ids of the rows, in small letters; null where there is none."""
        return self.frame.get_column("prospect_id").str.to_lowercase()

    @property
    def count(self) -> int:
        """How many leads these are, each id once; those without one can't be told apart."""
        return self.ids.drop_nulls().n_unique() + self.ids.null_count()

    def filled(self, table: Table) -> CrmRows:
        """The rows of each id, where an answer has no such column at all, filled from those before it."""
        if self.count == len(self.frame):
            return self
        sent = dict(self._sent(table))
        rows = (
            pl.DataFrame({"who": self.ids})
            .with_row_index("row")
            .with_columns(
                pl.col("who").fill_null(pl.format(" {}", "row"))  # a row without an id is nobody's
            )
        )
        places = rows.hstack([came.alias(f"sent {name}") for name, came in sent.items()]).select(
            pl.when(pl.col(f"sent {name}")).then("row").forward_fill().over("who").alias(name) for name in sent
        )
        filled = [self.frame.get_column(name).gather(places.get_column(name)) for name in sent]
        return replace(self, frame=self.frame.with_columns(filled))

    def _sent(self, table: Table) -> Iterator[tuple[str, pl.Series]]:
        """Each column of the answers, and of which rows it came: a null that came is what is known last."""
        owner = pl.Series(
            [number for number, length in enumerate(self.lengths) for _ in range(length)], dtype=pl.UInt32
        )
        for column in table.columns:
            if column.path:
                key = column.path.removeprefix("Leads[].").lower()
                came = pl.Series([key in keys for keys in self.keys_of_each], dtype=pl.Boolean)
                yield column.name, came.gather(owner) | self.frame.get_column(column.name).is_not_null()

    def each_once(self) -> pl.DataFrame:
        """The rows, each id once, as it was last seen; those without one at the end, all of them."""
        if self.count == len(self.frame) and not self.ids.null_count():
            return self.frame
        has_id = self.ids.is_not_null()
        last = pl.int_range(len(self.ids), eager=True).filter(has_id & self.ids.reverse().is_first_distinct().reverse())
        return pl.concat([self.frame[last], self.frame.filter(~has_id)])


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

    def share(start: int) -> CrmRows:
        end = start + _SHARE
        return _read_some(table, bodies[start:end], calls[start:end], status=status)

    starts = range(0, len(bodies), _SHARE)
    if len(starts) < 2:  # noqa: PLR2004 - there is nothing to share
        return share(0)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return CrmRows.of([*pool.map(share, starts)])


def _read_some(table: Table, bodies: Sequence[bytes], calls: Sequence[str], *, status: int | None) -> CrmRows:
    """As `read_rows`, in one go where all these bodies spell their keys alike."""
    bodies = [body.replace(b"{mxnewline}", rb"\n") for body in bodies]  # as JSON writes a newline
    keys = [tuple(keys_of(body)) for body in bodies]
    wide, strays = _widened(table, frozenset(key for own in keys for key in own))
    tables = [_spelled(wide, own) for own in keys]
    alike = len(bodies) > 1 and len(set(tables)) == 1
    found = (decode_alike(tables[0], bodies) if alike else None) or joined(
        wide, [_decoded(*one, status=status) for one in zip(tables, bodies, calls, strict=True)]
    )
    return CrmRows(
        frame=found.frame.drop(strays).with_columns(_no_blanks(table)),
        misfits=[
            *(replace(misfit, path=_path_in(table, misfit.path)) for misfit in found.misfits),
            *(_unknown(found.frame.get_column(name), name) for name in strays),
        ],
        lengths=found.lengths,
        totals=[int(envelope["RecordCount"]) for envelope in found.envelopes],
        keys_of_each=[frozenset(map(str.lower, own)) for own in keys],
        errors=[error for envelope in found.envelopes for error in errors_beside(envelope)],
    )


@lru_cache(maxsize=64)
def _widened(table: Table, keys: frozenset[str]) -> tuple[Table, tuple[str, ...]]:
    """The table with a column for each key that nobody asked for, so that it is told without a closer look."""
    known = {column.path.lower() for column in table.columns if column.path}
    paths = {f"leads[].{key.lower()}": f"Leads[].{key}" for key in sorted(keys) if _PLAIN.fullmatch(key)}
    strays = tuple(path for lower, path in paths.items() if lower not in known)
    columns = (Column(path, "code", "", None, "", path, comes_from=path) for path in strays)
    return (replace(table, asked=(*table.columns, *columns)) if strays else table), strays


def _unknown(values: pl.Series, path: str) -> Misfit:
    there = values.is_not_null()
    detail = "not in leadkit's tables; holds a value"
    return Misfit("unknown_key", path, there.arg_max() if there.any() else None, None, detail, max(1, int(there.sum())))


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


@lru_cache(maxsize=64)
def _spelled(table: Table, keys: tuple[str, ...]) -> Table:
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


_SHARE = 5
"""So many answers are typed at once: more of them take less time alone, and leave less to do side by side."""
_TIMES = pl.Schema({"at": pl.Datetime("us", "UTC"), "rows": pl.Int64()})
_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_LIST = re.compile(rb'"Leads"\s*:\s*\[')
