"""A fetch: asks an endpoint over its pages, checks what came against the API's own totals, and says what was odd."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import polars as pl
import polars.selectors as cs

from leadkit.calls import Answer, Sender
from leadkit.decode.text import Number
from leadkit.endpoint import Endpoint, Query
from leadkit.error_bodies import read_error_body
from leadkit.errors import BadResponse
from leadkit.pages import Page, Sweep
from leadkit.parameters import clamp_end
from leadkit.problems import Problem, Problems
from leadkit.progress import Progress
from leadkit.records import Table
from leadkit.tables import Decoded, decode, decode_together, joined, read_envelope

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Body:
    """One answer, read: its rows with the columns of the response, and what stands around them."""

    decoded: Decoded
    fetched_at: datetime | None

    @property
    def rows(self) -> int:
        """How many rows came."""
        return len(self.decoded.frame)

    @property
    def envelope(self) -> dict[str, Any]:
        """What stands around the rows; empty for 204."""
        return self.decoded.envelope

    def page(self, key: str) -> Page[Body]:
        """This answer as one page of several."""
        return _page(self.envelope, self, lambda: tuple(self.decoded.frame.get_column(key).to_list()))


@dataclass(frozen=True, slots=True)
class Unread:
    """One answer whose envelope is read, and whose rows are read later, together with those of many others."""

    table: Table
    answer: Answer
    envelope: dict[str, Any]

    @property
    def body(self) -> bytes:
        """Its bytes; for 204 those of an empty list."""
        empty = f'{{"{self.table.envelope_list}":[],"total":0}}'.encode()
        return empty if self.answer.status == _NO_CONTENT else self.answer.body

    @property
    def rows(self) -> int:
        """How many rows it has; read for this alone."""
        return len(self.decoded().frame)

    def page(self, key: str) -> Page[Unread]:
        """This answer as one page of several; its rows are read at once only where the paging needs their ids."""
        return _page(self.envelope, self, lambda: tuple(self.decoded().frame.get_column(key).to_list()))

    def decoded(self) -> Decoded:
        """Its rows, read for this answer alone."""
        return _reading(self.answer, lambda: decode(self.table, self.body, call=_call_of(self.answer)))


@dataclass
class Run:
    """One fetch on its way: over what it asks, for whom, and what was odd so far."""

    sender: Sender
    origins: Mapping[str, str]
    account: str
    sellers: frozenset[str]
    now: datetime
    max_parallel: int
    problems: Problems
    progress: Progress
    stopped: threading.Event = field(default_factory=threading.Event)

    def send(
        self,
        endpoint: Endpoint,
        query: Query = (),
        *,
        at: str = "",
        attempts: int = 4,
        content: bytes | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Answer:
        """One call, its answer not yet read."""
        if self.stopped.is_set():
            raise InterruptedError
        origin = self.origins[endpoint.host]
        return self.sender.send(
            endpoint.call(origin, query, at=at, attempts=attempts, content=content, headers=headers)
        )

    def ask(self, endpoint: Endpoint, query: Query, *, at: str = "", attempts: int = 4) -> Body:
        """One call, its answer read."""
        answer, table, bare = self.send(endpoint, query, at=at, attempts=attempts), endpoint.table, endpoint.bare
        if answer.status == _NO_CONTENT:
            return Body(Decoded.nothing(table), answer.fetched_at)
        decoded = _reading(answer, lambda: decode(table, answer.body, call=_call_of(answer), bare=bare))
        self._tell_warnings(table, decoded.envelope)
        answer.entry.rows = len(decoded.frame)
        if decoded.envelope and not bare:
            answer.entry.total = int(decoded.envelope[table.totals[-1]])
        return Body(decoded, answer.fetched_at)

    def receive(self, endpoint: Endpoint, query: Query, *, at: str = "") -> Unread:
        """One call of many; only the envelope of its answer is read now."""
        answer = self.send(endpoint, query, at=at)
        if answer.status == _NO_CONTENT:
            return Unread(endpoint.table, answer, {"total": Number("0")})
        table = endpoint.table
        envelope = _reading(answer, lambda: read_envelope(table, answer.body, call=_call_of(answer)))
        self._tell_warnings(table, envelope)
        answer.entry.total = int(envelope["total"])
        return Unread(table, answer, envelope)

    def tell(self, table: Table, kind: str, **details: Any) -> None:
        """Put a problem of this table on record."""
        self.problems.add(Problem(table.name, kind, **details))

    def _tell_warnings(self, table: Table, envelope: Mapping[str, Any]) -> None:
        """An answer may hold warnings beside its rows: what the API said is told as it said it."""
        warned = envelope.get("warnings")
        for said in read_error_body(json.dumps({"errors": warned}).encode()) if warned else ():
            detail = f"the API warns: {said.get('code') or ''} {said.get('message') or ''}".strip()
            self.tell(table, "api_warning", column="warnings", detail=detail)

    def clamped(self, table: Table, start: datetime | None, end: datetime | None) -> datetime | None:
        """The end to use: one in the future is clamped and told."""
        used = clamp_end(end, start, self.now)
        if used != end:
            detail = (
                f"end lies in the future; {used:%Y-%m-%dT%H:%M:%SZ} is used, and what comes later is not in the frame"
            )
            self.tell(table, "clamped_end", column="end", example=f"{end:%Y-%m-%dT%H:%M:%SZ}", detail=detail)
        return used

    def first_rows(self, table: Table, frame: pl.DataFrame, max_rows: int | None) -> pl.DataFrame:
        """At most `max_rows` rows; that there are more is told."""
        if max_rows is not None and len(frame) > max_rows:
            self.tell_cut(table, max_rows)
        return frame.head(max_rows) if max_rows is not None else frame

    def tell_cut(self, table: Table, max_rows: int) -> None:
        """Put on record that this is not the whole."""
        self.tell(table, "cut", detail=f"there are more than max_rows={max_rows:,} rows; the others are not here")

    def check_sweep(self, table: Table, swept: Sweep[Any], ids: Sequence[str | None], key: str | None = None) -> None:
        """Tell what moved, what came twice, and where the last sweep's rows differ from its total.

        A sweep that the user cut short proves nothing of the total.
        """
        if swept.sweeps > 1:
            again = f"the list changed while it was read: swept {swept.sweeps} times, all that was seen is kept"
            self.tell(table, "moved_pages", row_key=key, detail=again + ("" if swept.steady else ", still changing"))
        different = len(set(ids) - {None}) + ids.count(None)
        if different < len(ids):
            detail = "rows that came more than once are kept once"
            self.tell(table, "duplicate", column=table.key, row_key=key, count=len(ids) - different, detail=detail)
        tell_without_key(self.problems, table, ids.count(None), key)
        if not swept.cut:
            check_total(self.problems, table, said=swept.last[-1].total, came=different, name="total", key=key)

    def in_parallel(self, work: Callable[[T], U], items: Sequence[T]) -> list[U]:
        """`work` over all items, several at a time, results in the order of the items; the first error ends it all."""
        pool = ThreadPoolExecutor(max(1, min(self.max_parallel, len(items))))
        try:
            futures = [pool.submit(work, item) for item in items]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            failed = next((future for future in futures if future in done and future.exception()), None)
            return [future.result() for future in ([failed] if failed else futures)]
        except BaseException:
            self.stopped.set()  # calls that are on their way end by themselves, no other begins
            raise
        finally:
            pool.shutdown(wait=not self.stopped.is_set(), cancel_futures=True)


_NO_CONTENT = 204


def _reading(answer: Answer, read: Callable[[], T]) -> T:
    return reading(answer.call.source, answer.body, read, status=answer.status)


def reading(source: str, body: bytes, read: Callable[[], T], *, status: int | None = None) -> T:
    """What `read` makes of a body; where it is not what was promised, the error names its source and what the API said.

    The error leaves without the frames below, whose variables hold the body.
    """
    try:
        return read()
    except BadResponse as error:
        failed = _named(error, source, status, read_error_body(body))
    del body
    raise failed


def _named(error: BadResponse, source: str, status: int | None, said: list[dict[str, Any]]) -> BadResponse:
    if not (said and said[0].get("code")):
        return BadResponse(str(error), source=source, status=status, code=error.code, errors=error.errors)
    first = said[0]
    message = f"{error} The API said: {first['code']} {first.get('message') or ''}".rstrip()
    return BadResponse(message, source=source, status=status, code=first["code"], errors=said)


def _call_of(answer: Answer) -> str:
    return f"{answer.call.source} ({answer.call.operation})"


def _page(envelope: dict[str, Any], content: T, read_ids: Callable[[], tuple[str | None, ...]]) -> Page[T]:
    step = envelope.get("limit")
    return Page(
        read_ids=read_ids,
        total=int(envelope.get("total", 0)),
        more=bool(envelope.get("next")),
        step=int(step) if isinstance(step, Number) and step.isdecimal() else None,
        content=content,
    )


def check_total(problems: Problems, table: Table, *, said: int, came: int, name: str, key: str | None = None) -> None:
    """A `total_mismatch` problem where the API's own count differs from the rows that came."""
    if said != came:
        detail = f"the API's {name} says {said:,}, {came:,} came"
        problems.add(Problem(table.name, "total_mismatch", name, key, example=str(said), detail=detail))


def completed(table: Table, frame: pl.DataFrame, **ours: object) -> pl.DataFrame:
    """The frame with the columns that leadkit adds, null where not given, in the table's order and dtypes."""
    absent = [name for name in table.schema if name not in frame.columns]
    added = frame.with_columns(pl.lit(ours.get(name)).cast(table.schema[name]).alias(name) for name in {*absent, *ours})
    return added.select(table.schema.names())


def more_than(max_rows: int | None) -> Callable[[list[Page[Any]]], bool]:
    """Whether these pages hold more rows than the user wants."""
    return lambda pages: max_rows is not None and sum(page.content.rows for page in pages) > max_rows


def swept_rows(run: Run, table: Table, swept: Sweep[Body]) -> pl.DataFrame:
    """All rows of a sweep, each once in its latest form, checked against the API's total."""
    rows = union(table, [page_rows(run, table, page.content) for page in swept.pages])
    ids = [key for page in swept.last for key in page.ids]
    run.check_sweep(table, swept, ids)
    of_last = [page in swept.last for page in swept.pages for _ in page.ids]
    return once_each(table, rows, last=pl.Series(of_last, dtype=pl.Boolean))


def page_rows(run: Run, table: Table, body: Body) -> pl.DataFrame:
    """The rows of one page as the table has them; its misfits go to the problems."""
    rows = completed(table, body.decoded.frame, account=run.account, fetched_at=body.fetched_at)
    run.problems.add_misfits(body.decoded.misfits, table, rows)
    return rows


def read_together(run: Run, table: Table, answers: Sequence[Unread]) -> tuple[pl.DataFrame, list[int]]:
    """The rows of many answers, one after the other, and how many each has; misfits go to the problems."""
    found = decode_together(table, [unread.body for unread in answers]) or joined(
        table, [unread.decoded() for unread in answers]
    )
    run.problems.add_misfits(found.misfits, table, found.frame)
    for unread, length in zip(answers, found.lengths, strict=True):
        unread.answer.entry.rows = length
    return found.frame, found.lengths


def once_each(
    table: Table, rows: pl.DataFrame, *, within: Sequence[str] = (), last: pl.Series | None = None
) -> pl.DataFrame:
    """Each key once, as it was last seen; rows without a key are all kept.

    `last` says which rows are of the last sweep: of those without a key that an earlier one brought, the same ones came
    again.
    """
    keyed = rows.filter(pl.col(table.key).is_not_null())
    keyed = keyed.unique([*within, table.key], keep="last", maintain_order=True)
    return pl.concat([keyed, _without_key(table, rows, last)])


def _without_key(table: Table, rows: pl.DataFrame, last: pl.Series | None) -> pl.DataFrame:
    nameless = rows.get_column(table.key).is_null()
    found = rows.filter(nameless)
    if last is None or found.is_empty():
        return found
    looks, of_last = looks_of(found), last.filter(nameless)
    came_again = looks.is_in(looks.filter(of_last).implode())
    return found.filter(of_last | (looks.is_first_distinct() & ~came_again))


def looks_of(rows: pl.DataFrame) -> pl.Series:
    """What stands in each row, as a number; lists and the time of the fetch left out."""
    return rows.select(~cs.nested() - cs.by_name("fetched_at")).hash_rows()


def tell_without_key(problems: Problems, table: Table, count: int, key: str | None = None) -> None:
    """A `row_without_id` problem where rows came without a key."""
    if count:
        detail = "kept: nobody can tell whether one of them is there twice"
        problems.add(Problem(table.name, "row_without_id", table.key, key, count=count, detail=detail))


def within(frame: pl.DataFrame, column: str, start: datetime | None, end: datetime | None) -> pl.DataFrame:
    """The rows from `start` to before `end`, and those whose time could not be read."""
    at = pl.col(column)
    after = pl.lit(value=True) if start is None else at >= start
    before = pl.lit(value=True) if end is None else at < end
    return frame.filter(at.is_null() | (after & before))


def union(table: Table, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All rows, one frame after the other; the table's empty frame where there are none."""
    return pl.concat([table.empty(), *frames], rechunk=True)


@contextmanager
def collecting(problems: Problems, into: list[Problem], *, strict: bool) -> Iterator[Problems]:
    """At the end, also of a failed fetch, what was odd goes on record; the warning comes only with a result."""
    try:
        yield problems
    finally:
        into += list(problems)
    problems.close(strict=strict)
