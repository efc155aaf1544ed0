"""LeadSquared: leads by their ids.

Page: ``POST /v2/LeadManagement.svc/Leads/Retrieve/ByIds``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import polars as pl
from pydantic import BeforeValidator, Field

from leadkit.decode.layout import first_keys
from leadkit.decode.walk import Misfit
from leadkit.endpoint import Endpoint
from leadkit.errors import InvalidRequest
from leadkit.fetch import Run, check_total, completed, reading, union
from leadkit.leadsquared_errors import judge
from leadkit.parameters import Request, argument, refuse
from leadkit.problems import Problem, Problems
from leadkit.records import Column, Record, Table, ours, wire
from leadkit.tables import decode

_NOT_ASKED = "empty there, or not asked for"


class CrmLead(Record):
    """One lead as the CRM keeps it; further columns of a request come before ``fetched_at``."""

    account: str | None = ours("The account that it was fetched for.", comes_from="LeadSquared(account=)")
    prospect_id: str | None = wire("Leads[].ProspectID", "Id of the lead.")
    prospect_auto_id: str | None = wire("Leads[].ProspectAutoId", "Its number.", null=_NOT_ASKED)
    created_at: datetime | None = wire(
        "Leads[].CreatedOn", "When it was made.", unit="UTC", null=_NOT_ASKED, zoneless=True
    )
    modified_at: datetime | None = wire(
        "Leads[].ModifiedOn", "When it was last changed.", unit="UTC", null=_NOT_ASKED, zoneless=True
    )
    stage: str | None = wire("Leads[].ProspectStage", "How far it has come.", null=_NOT_ASKED)
    first_name: str | None = wire("Leads[].FirstName", "First name.", null=_NOT_ASKED, personal=True)
    last_name: str | None = wire("Leads[].LastName", "Last name.", null=_NOT_ASKED, personal=True)
    email: str | None = wire("Leads[].EmailAddress", "E-mail address.", null=_NOT_ASKED, personal=True)
    phone: str | None = wire("Leads[].Phone", "Phone, as kept there.", null=_NOT_ASKED, personal=True)
    owner_email: str | None = wire(
        "Leads[].OwnerIdEmailAddress", "E-mail address of the user who owns it.", null=_NOT_ASKED, personal=True
    )
    company_type: str | None = wire("Leads[].CompanyType", "Number of the kind of company.", null=_NOT_ASKED)
    fetched_at: datetime | None = ours(
        "When the API answered.", comes_from="the Date header, else the clock", unit="UTC", null="a body without one"
    )


CRM_LEADS = Table(
    name="crm_leads",
    record=CrmLead,
    rows="Leads[]",
    key="prospect_id",
    totals=("RecordCount",),
    envelope=("RecordCount", "Leads"),
)

KNOWN = {column.path.removeprefix("Leads[]."): column.name for column in CRM_LEADS.columns if column.path}
"""The API's name of each column that is always there, and ours."""
MOST_IDS = 10_000
LARGEST_PAGE = 1_000
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_A_NAME = "names of the API such as 'FirstName' or 'mx_Store', in a list or with commas between, or None"


def table_of(columns: Iterable[str] | None) -> Table:
    """The table of a request: the known columns, every other one under its own name, and when it was fetched."""
    known = {name.lower() for name in KNOWN}
    others = [_other(name) for name in columns or () if name.lower() not in known]
    return replace(CRM_LEADS, asked=(*CRM_LEADS.columns[:-1], *others, CRM_LEADS.columns[-1])) if others else CRM_LEADS


def _other(name: str) -> Column:
    """A column that leadkit knows nothing of: text, as it comes."""
    path = f"Leads[].{name}"
    return Column(name, "text", "As the CRM keeps it.", None, _NOT_ASKED, path, comes_from=path, personal=True)


def _columns(value: Any) -> tuple[str, ...] | None:
    """The names to ask for: those that leadkit knows in the API's spelling, each once whatever its case."""
    if value is None:
        return None
    spelled = {name.lower(): name for name in KNOWN}
    asked: dict[str, str] = {}
    for name in (one.strip() for one in (value.split(",") if isinstance(value, str) else value)):
        if not _API_NAME.fullmatch(name):
            raise ValueError("no name of a column")
        asked.setdefault(name.lower(), spelled.get(name.lower(), name))
    for name in asked.values():
        if name in CRM_LEADS.schema:
            hint = next((api for api, ours in KNOWN.items() if ours == name), "another name")
            refuse("columns", f"the API's name of it, {hint}: {name!r} is leadkit's", value)
    return tuple(asked.values())


class CrmLeadsRequest(Request):
    """The arguments of ``LeadSquared.leads``; `ids` and `blanks` are those of `ids_of`."""

    ids: tuple[str, ...]
    blanks: int = Field(default=0, exclude=True)
    columns: Annotated[tuple[str, ...] | None, BeforeValidator(_columns)] = argument(_A_NAME)
    page_size: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = argument(
        f"a whole number from 1 to {LARGEST_PAGE:,}", default=LARGEST_PAGE
    )
    max_rows: Annotated[int, Field(ge=1)] | None = argument("a whole number from 1, or None for all rows")

    def pages(self, rows: int) -> int:
        """How many pages so many rows take, or as many of them as the user wants."""
        return -(-min(rows, rows if self.max_rows is None else self.max_rows + 1) // self.page_size)

    def content(self, ids: Sequence[str], page: int) -> bytes:
        """The body that asks for one page of these ids; ProspectID is always among the columns."""
        names = dict.fromkeys(("ProspectID", *(tuple(KNOWN) if self.columns is None else self.columns)))
        asked = {
            "SearchParameters": {"LeadIds": list(ids)},
            "Columns": {"Include_CSV": ",".join(names)},
            "Paging": {"PageIndex": page, "PageSize": self.page_size},
        }
        return json.dumps(asked).encode()


def ids_of(ids: object) -> tuple[tuple[str, ...], int]:
    """The ids to ask for, each once whatever its case, and how many places held none.

    Raises:
        InvalidRequest: something else than ids; nothing was sent.
    """
    if isinstance(ids, pl.LazyFrame):
        ids = ids.collect()
    if isinstance(ids, pl.DataFrame):
        ids = ids.get_column("prospect_id" if "prospect_id" in ids.columns or ids.width != 1 else ids.columns[0])
    given = [ids] if isinstance(ids, str | UUID) else ids
    if not isinstance(given, Iterable) or isinstance(given, Mapping | bytes):
        raise _no_ids(type(ids).__name__)
    first: dict[str, str] = {}
    blanks = 0
    for one in given:
        if one is not None and not isinstance(one, str | UUID):
            raise _no_ids(f"a list with a {type(one).__name__}")
        text = "" if one is None else str(one).strip()
        blanks += not text
        if text:
            first.setdefault(text.lower(), text)
    return tuple(first.values()), blanks


def _no_ids(given: str) -> InvalidRequest:
    allowed = "give ids of leads as text: a list, a Series, or a frame with the column prospect_id"
    return InvalidRequest(f"crm_leads: ids is {given}; {allowed}. Nothing was sent.", source="crm_leads")


def fetch_crm_leads(run: Run, request: CrmLeadsRequest) -> pl.DataFrame:
    """The leads with these ids, in the order of the ids; then those that came besides.

    Where the pages hold fewer leads than the API counts, since they moved or were cut, what is left is asked for again,
    as long as that helps.
    """
    table = table_of(request.columns)
    run.progress.expect(len(request.ids))
    if request.blanks:
        run.tell(table, "blank_id", column="ids", count=request.blanks, detail="no id stood there, none was asked for")
    swept = _sweep(run, table, request, request.ids)
    pages, left = swept.pages, _without(request.ids, swept.pages)
    while left and not swept.cut and _count(pages) < swept.said:
        again = _sweep(run, table, request, left).pages
        pages, before, left = [*pages, *again], len(left), _without(left, again)
        if len(left) == before:
            break
        detail = "the pages did not hold all that the API counts: what was left was asked for again"
        run.tell(table, "moved_pages", count=before, detail=detail)
    tell_rows(run.problems, pages, request.ids)
    if not swept.cut:
        _tell_absent(run, table, request, pages, left)
        check_total(run.problems, table, said=swept.said, came=_count(pages), name="RecordCount")
    return run.first_rows(table, in_order(table, [page.rows for page in pages], request.ids), request.max_rows)


@dataclass(frozen=True, slots=True)
class CrmPage:
    """One answer, read: its rows, the table in its spelling, the keys of its first row, what did not fit, the count."""

    rows: pl.DataFrame
    table: Table
    keys: frozenset[str]
    misfits: Sequence[Misfit]
    total: int

    @property
    def ids(self) -> list[str | None]:
        """The ids of its rows, in small letters."""
        return self.rows.get_column("prospect_id").str.to_lowercase().to_list()


@dataclass(frozen=True, slots=True)
class _Swept:
    """All pages for some ids, and how many leads the API counts; `cut`: the user wants no more rows."""

    pages: list[CrmPage]
    said: int
    cut: bool


def _sweep(run: Run, table: Table, request: CrmLeadsRequest, ids: Sequence[str]) -> _Swept:
    """The first page of every 10,000 ids, then all others; with `max_rows` so many ids after so many."""
    chunks = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
    pages: list[CrmPage] = []
    said = 0
    for group in [chunks] if request.max_rows is None else [[chunk] for chunk in chunks]:
        firsts = run.in_parallel(lambda chunk: _ask(run, table, request, chunk, 1), group)
        rest = [
            (chunk, page)
            for chunk, first in zip(group, firsts, strict=True)
            for page in range(2, request.pages(min(first.total, len(chunk))) + 1)
        ]
        pages += [*firsts, *run.in_parallel(lambda one: _ask(run, table, request, *one), rest)]
        said += sum(first.total for first in firsts)
        if request.max_rows is not None and _count(pages) > request.max_rows:
            return _Swept(pages, said, cut=True)
    return _Swept(pages, said, cut=False)


def _ask(run: Run, table: Table, request: CrmLeadsRequest, ids: Sequence[str], page: int) -> CrmPage:
    answer = run.send(BY_IDS, content=request.content(ids, page))
    call = f"{table.name} ({BY_IDS.operation})"
    found = reading(table.name, answer.body, lambda: read_page(table, answer.body, call=call), status=answer.status)
    answer.entry.rows, answer.entry.total = len(found.rows), found.total
    run.progress.step(len(found.rows))
    return replace(found, rows=completed(table, found.rows, account=run.account, fetched_at=answer.fetched_at))


def _without(ids: Sequence[str], pages: Iterable[CrmPage]) -> list[str]:
    came = {key for page in pages for key in page.ids}
    return [one for one in ids if one.lower() not in came]


def _count(pages: Iterable[CrmPage]) -> int:
    """How many leads came, each id once; those without one can't be told apart."""
    ids = [key for page in pages for key in page.ids]
    return len(set(ids) - {None}) + ids.count(None)


def in_order(table: Table, frames: Iterable[pl.DataFrame], ids: Iterable[str]) -> pl.DataFrame:
    """The leads in the order of these ids, each id once, as it was last seen; then those without one of them."""
    asked = pl.DataFrame({"asked": [one.lower() for one in ids]}, schema={"asked": pl.String}).with_row_index("place")
    rows = union(table, frames).with_columns(asked=pl.col("prospect_id").str.to_lowercase())
    keyed = rows.filter(pl.col("asked").is_not_null()).unique("asked", keep="last", maintain_order=True)
    return (
        pl.concat([keyed, rows.filter(pl.col("asked").is_null())])
        .join(asked, on="asked", how="left", maintain_order="left")
        .sort("place", nulls_last=True, maintain_order=True)
        .select(table.schema.names())
    )


def tell_rows(problems: Problems, pages: Sequence[CrmPage], ids: Iterable[str] | None) -> None:
    """Tell what did not fit in the rows, which came twice, without an id, or unasked (where it is known what was)."""
    for page in pages:
        problems.add_misfits(page.misfits, page.table, page.rows)
    keys = [key for page in pages for key in page.ids]
    came = dict.fromkeys(key for key in keys if key is not None)
    asked = came.keys() if ids is None else {one.lower() for one in ids}
    unasked = [key for key in came if key not in asked]
    nameless = keys.count(None)
    told = (
        ("duplicate", len(keys) - nameless - len(came), None, "rows that came more than once are kept once"),
        ("row_without_id", nameless, None, "kept, at the end of the frame"),
        ("unasked_id", len(unasked), next(iter(unasked), None), "came without being asked for: kept, at the end"),
    )
    for kind, count, key, detail in told:
        if count:
            problems.add(Problem("crm_leads", kind, "prospect_id", key, count=count, detail=detail))


def _tell_absent(
    run: Run, table: Table, request: CrmLeadsRequest, pages: Sequence[CrmPage], left: Iterable[str]
) -> None:
    """Tell each id that did not come back, and each column that was asked for and is in no row."""
    keys = frozenset().union(*(page.keys for page in pages))
    for name in ("ProspectID", *(request.columns or ())):
        if keys and name.lower() not in keys:
            column = KNOWN.get(name, name)
            run.tell(table, "missing_column", column=column, detail="asked for, and in no row: null everywhere")
    for one in left:
        run.tell(table, "missing_id", column="prospect_id", row_key=one, detail="asked for, and did not come back")


def read_page(table: Table, body: bytes, *, call: str) -> CrmPage:
    """One body as a page: columns are known by their names whatever their case, ``{mxnewline}`` is a newline.

    The first row tells how the answer spells its keys, so that it is decoded at full speed; where a later row spells
    them otherwise, all of them are respelled first.
    """
    opened = _LIST.search(body)
    keys = first_keys(body, opened.end()) if opened else []
    spelled = _spelled(table, keys)
    decoded = decode(spelled, body, call=call)
    paths = {column.path.lower() for column in spelled.columns if column.path}
    if any(misfit.kind == "unknown_key" and misfit.path.lower() in paths for misfit in decoded.misfits):
        decoded = decode(spelled, _respelled(body, spelled), call=call)
    rows = decoded.frame.with_columns(_cleaned(spelled, newlines=_NEWLINE.encode() in body))
    return CrmPage(rows, spelled, frozenset(map(str.lower, keys)), decoded.misfits, decoded.total("RecordCount"))


def _spelled(table: Table, keys: Sequence[str]) -> Table:
    """The table with its columns at the keys that an answer uses."""
    found = {f"Leads[].{key}".lower(): f"Leads[].{key}" for key in reversed(keys)}
    moved = [
        replace(column, path=found.get(column.path.lower(), column.path)) if column.path else column
        for column in table.columns
    ]
    return table if tuple(moved) == table.columns else replace(table, asked=tuple(moved))


def _respelled(body: bytes, table: Table) -> bytes:
    """The body with one spelling of each key. In valid JSON no text can look like a key: its quotes are escaped."""
    names = {
        name.lower(): name
        for name in (column.path.removeprefix("Leads[].").encode() for column in table.columns if column.path)
    }
    pattern = re.compile(rb'"(%b)"(?=\s*:)' % b"|".join(map(re.escape, names)), re.IGNORECASE)
    return pattern.sub(lambda key: b'"%b"' % names[key[1].lower()], body)


def _cleaned(table: Table, *, newlines: bool) -> list[pl.Expr]:
    """What texts need beyond their type: newlines, and null for a blank one."""
    texts = [column for column in table.columns if column.path and column.dtype == pl.String]
    read = {column.name: pl.col(column.name) for column in texts if newlines or column.kind == "text"}
    if newlines:
        read = {name: text.str.replace_all(_NEWLINE, "\n", literal=True) for name, text in read.items()}
    return [pl.when(text.str.strip_chars() != "").then(text).alias(name) for name, text in read.items()]


_LIST = re.compile(rb'"Leads"\s*:\s*\[')
_NEWLINE = "{mxnewline}"


BY_IDS = Endpoint(
    operation="Leads/Retrieve/ByIds",
    host="crm",
    path="/v2/LeadManagement.svc/Leads/Retrieve/ByIds",
    table=CRM_LEADS,
    scope="",
    headers=(("Content-Type", "application/json"),),
    method="POST",
    judge=judge,
)
