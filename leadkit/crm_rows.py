"""The rows of LeadSquared's answers: whatever columns were asked for, spelled as the answer likes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any

import polars as pl

from leadkit.crm_pages import CrmPage, keys_of, open_pages
from leadkit.decode.casting import typed
from leadkit.decode.walk import Misfit
from leadkit.decode.wire import Wire
from leadkit.fetch import reading
from leadkit.leadsquared_errors import errors_beside
from leadkit.records import Table
from leadkit.tables import Decoded, decode


@dataclass(frozen=True)
class CrmRows:
    """The rows of one or more answers; of each how many it has and how many the API counts.

    `keys_of_each` are the keys of each answer, in small letters; of one that was walked those of its first row, and
    those with values. `errors` is what the API says went wrong.
    """

    frame: pl.DataFrame
    misfits: Sequence[Misfit]
    lengths: Sequence[int]
    totals: Sequence[int]
    keys_of_each: Sequence[frozenset[str]]
    errors: Sequence[Mapping[str, Any]] = ()

    def with_ours(self, table: Table, account: str, fetched_at: Sequence[datetime | None]) -> CrmRows:
        """The same with all columns of the table: the account and, of each answer, when it was fetched."""
        fetched = pl.Series("fetched_at", fetched_at, dtype=_TIME)
        times = [fetched.new_from_index(place, length) for place, length in enumerate(self.lengths)]
        accounts = pl.Series("account", [account], dtype=pl.String).new_from_index(0, len(self.frame))
        frame = self.frame.hstack([accounts, pl.concat([fetched.clear(), *times])])
        return replace(self, frame=frame[table.schema.names()])

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

    @cached_property
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
    """The rows of these answers, as `read_pages` reads them; `calls` names each of them in errors."""
    return read_pages(table, open_pages(table, bodies, calls), status=status)


def read_pages(table: Table, pages: Sequence[CrmPage], *, status: int | None = None) -> CrmRows:
    """The rows of these answers: columns known by name whatever its case, no blank texts.

    Args:
        table: what to read, as `table_of` gives it.
        pages: the answers.
        status: with which they came, where they came over HTTP.

    Raises:
        BadResponse: a body is not JSON, its envelope is absent, or something else stands where rows belong.
    """
    parts = [part for _, same in groupby(pages, _columns) for part in _read_same(table, list(same), status)]
    return parts[0] if len(parts) == 1 else CrmRows.of([_nothing(table), *parts])


def _columns(page: CrmPage) -> object:
    frame = page.frame
    if frame is None:
        return None
    return frame.columns if set(frame.dtypes) <= {pl.String} else frame.schema


def _nothing(table: Table) -> CrmRows:
    columns = [column.name for column in table.columns if column.path]
    return CrmRows(table.empty().select(columns), [], [], [], [])


def _read_same(table: Table, pages: Sequence[CrmPage], status: int | None) -> list[CrmRows]:
    """Answers with the same columns are typed as one frame, others walked one by one."""
    frames = [page.frame for page in pages if page.frame is not None]
    found = pl.concat(frames, rechunk=True) if frames else None
    if found is None or (wire := _wire(table, found)) is None:
        return [_walked(table, page, status) for page in pages]
    frame, misfits = typed(wire, table.columns)
    return [
        CrmRows(
            frame=frame,
            misfits=[*misfits, *_strays(table, found)],
            lengths=[len(one) for one in frames],
            totals=[page.total for page in pages],
            keys_of_each=[frozenset(map(str.lower, found.columns))] * len(frames),
        )
    ]


def _wire(table: Table, frame: pl.DataFrame) -> Wire | None:
    """The columns of the table at their paths; None where one of them has two spellings, or holds other than texts."""
    spellings: dict[str, list[str]] = {}
    for key in frame.columns:
        spellings.setdefault(_place(key), []).append(key)
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(frame))
    columns = []
    for path in (column.path for column in table.columns if column.path):
        keys = spellings.get(path.lower(), [])
        column = frame.get_column(keys[0]) if keys else nothing
        if len(keys) > 1 or column.dtype not in {pl.String, pl.Null}:
            return None
        columns.append(column.cast(pl.String).alias(path))
    return Wire(pl.DataFrame(columns))


def _place(key: str) -> str:
    """The wire path of a key, in small letters."""
    return f"leads[].{key.lower()}"


def _strays(table: Table, frame: pl.DataFrame) -> list[Misfit]:
    """The keys that nobody asked for."""
    known = {column.path.lower() for column in table.columns if column.path}
    return [_unknown(frame.get_column(key)) for key in frame.columns if _place(key) not in known]


def _unknown(values: pl.Series) -> Misfit:
    there = values.is_not_null()
    count, first = int(there.sum()), there.arg_max()
    detail = "not in leadkit's tables; holds a value"
    return Misfit("unknown_key", f"Leads[].{values.name}", first if count else None, None, detail, max(1, count))


def _walked(table: Table, page: CrmPage, status: int | None) -> CrmRows:
    """One answer, each of its rows looked at."""
    keys = keys_of(page.body)
    decoded = _decoded(_spelled(table, keys), page, status)
    filled = (one.path for one in table.columns if one.path and not _is_null(decoded.frame.get_column(one.name)))
    return CrmRows(
        frame=decoded.frame,
        misfits=[replace(misfit, path=_path_in(table, misfit.path)) for misfit in decoded.misfits],
        lengths=[len(decoded.frame)],
        totals=[decoded.total("RecordCount")],
        keys_of_each=[frozenset(key.lower() for key in (*keys, *(path.removeprefix("Leads[].") for path in filled)))],
        errors=errors_beside(decoded.envelope),
    )


def _is_null(column: pl.Series) -> bool:
    return column.null_count() == len(column)


def _decoded(table: Table, page: CrmPage, status: int | None) -> Decoded:
    """One body; where a later row spells its keys otherwise than the first one, all of them are respelled first."""
    decoded = reading(table.name, page.body, lambda: decode(table, page.body, call=page.call), status=status)
    paths = {_path_in(table, misfit.path) for misfit in decoded.misfits if misfit.kind == "unknown_key"}
    if paths.isdisjoint(column.path for column in table.columns if column.path):
        return decoded
    return decode(table, _respelled(page.body, table), call=page.call)


def _spelled(table: Table, keys: Sequence[str]) -> Table:
    """The table with its columns at the keys that an answer uses."""
    found = {_place(key): f"Leads[].{key}" for key in reversed(keys)}
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


_TIME = pl.Datetime("us", "UTC")
