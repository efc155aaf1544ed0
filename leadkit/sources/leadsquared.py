"""LeadSquared: leads by their ids.

Page: ``POST /v2/LeadManagement.svc/Leads/Retrieve/ByIds``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import polars as pl
from pydantic import BeforeValidator, Field

from leadkit.calls import Answer
from leadkit.crm_rows import CrmRows, read_rows
from leadkit.endpoint import Endpoint
from leadkit.errors import BadResponse, InvalidRequest, MissingColumns
from leadkit.fetch import Run, check_total, reading
from leadkit.leadsquared_errors import judge
from leadkit.parameters import Request, argument, refuse
from leadkit.problems import Problem, Problems
from leadkit.records import Column, Record, Table, ours, wire
from leadkit.tables import glance

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
    others = [_other(name) for name in unknown_columns(columns or ())]
    return replace(CRM_LEADS, asked=(*CRM_LEADS.columns[:-1], *others, CRM_LEADS.columns[-1])) if others else CRM_LEADS


def unknown_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of these names that can be columns of their own, each once whatever its case."""
    taken = {name.lower() for name in KNOWN}
    found: dict[str, str] = {}
    for name in names:
        if _API_NAME.fullmatch(name) and name.lower() not in taken and name not in CRM_LEADS.schema:
            found.setdefault(name.lower(), name)
    return tuple(found.values())


def _other(name: str) -> Column:
    """A column that leadkit knows nothing of: text, as it comes."""
    path = f"Leads[].{name}"
    return Column(name, "filled", "As the CRM keeps it.", None, _NOT_ASKED, path, comes_from=path, personal=True)


def _columns(value: Any) -> tuple[str, ...] | None:
    """The names to ask for: those that leadkit knows in the API's spelling, each once whatever its case."""
    if value is None:
        return None
    spelled = {name.lower(): name for name in KNOWN}
    asked: dict[str, str] = {}
    given = value.split(",") if isinstance(value, str) else value
    for one in given if isinstance(given, Iterable) and not isinstance(given, Mapping) else [given]:
        name = one.strip() if isinstance(one, str) else ""
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
        MissingColumns: a frame of several columns without ``prospect_id``.
    """
    if isinstance(ids, pl.LazyFrame):
        ids = ids.collect()
    if isinstance(ids, pl.DataFrame):
        name = ids.columns[0] if ids.width == 1 else "prospect_id"
        if name not in ids.columns:
            raise MissingColumns.of([name], ids.columns, needed_by="leads(ids)")
        ids = ids.get_column(name)
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
    rows, left = swept.rows, _without(request.ids, swept.rows)
    while left and not swept.cut and rows.count < swept.said:
        try:
            again = _sweep(run, table, request, left).rows
        except BadResponse:  # the count was wrong, and there is nothing to come: that it differs is told below
            break
        rows, before, left = CrmRows.of([rows, again]), len(left), _without(left, again)
        if len(left) == before:
            break
        detail = "the pages did not hold all that the API counts: what was left was asked for again"
        run.tell(table, "moved_pages", count=before, detail=detail)
    tell_rows(run.problems, table, rows, request.ids)
    if not swept.cut:
        _tell_absent(run, request, rows, left)
        check_total(run.problems, table, said=swept.said, came=rows.count, name="RecordCount")
    return run.first_rows(table, in_order(rows.each_once(), request.ids), request.max_rows)


@dataclass(frozen=True, slots=True)
class _Swept:
    """What came for some ids, and how many leads the API counts; `cut`: the user wants no more rows."""

    rows: CrmRows
    said: int
    cut: bool


def _sweep(run: Run, table: Table, request: CrmLeadsRequest, ids: Sequence[str]) -> _Swept:
    """The first page of every 10,000 ids, then all others; with `max_rows` so many ids after so many."""
    chunks = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
    rows = read_rows(table, [], []).with_ours(table, run.account, [])
    said = 0
    for group in [chunks] if request.max_rows is None else [[chunk] for chunk in chunks]:
        firsts = run.in_parallel(lambda chunk: _ask(run, request, chunk, 1), group)
        totals = [_counted(answer) for answer in firsts]
        rest = [
            (chunk, page)
            for chunk, total in zip(group, totals, strict=True)
            for page in range(2, request.pages(min(total, len(chunk))) + 1)
        ]
        answers = [*firsts, *run.in_parallel(lambda one: _ask(run, request, *one), rest)]
        rows = CrmRows.of([rows, _read(run, table, answers)]) if answers else rows
        said += sum(totals)
        if request.max_rows is not None and rows.count > request.max_rows:
            return _Swept(rows, said, cut=True)
    return _Swept(rows, said, cut=False)


def _ask(run: Run, request: CrmLeadsRequest, ids: Sequence[str], page: int) -> Answer:
    """One page, not yet read: reading takes its time, and the budget's is better used."""
    answer = run.send(BY_IDS, content=request.content(ids, page))
    run.progress.step(max(0, min(request.page_size, len(ids) - (page - 1) * request.page_size)))
    return answer


def _counted(answer: Answer) -> int:
    """How many leads the API counts."""
    look = partial(glance, CRM_LEADS, answer.body, call=_CALL)
    return int(reading(CRM_LEADS.name, answer.body, look, status=answer.status)["RecordCount"])


def _read(run: Run, table: Table, answers: Sequence[Answer]) -> CrmRows:
    """The rows of these answers, with what leadkit adds."""
    found = read_rows(table, [one.body for one in answers], [_CALL] * len(answers), status=answers[0].status)
    for answer, length, total in zip(answers, found.lengths, found.totals, strict=True):
        answer.entry.rows, answer.entry.total = length, total
    return found.with_ours(table, run.account, [one.fetched_at for one in answers])


def _without(ids: Sequence[str], rows: CrmRows) -> list[str]:
    came = set(rows.ids)
    return [one for one in ids if one.lower() not in came]


def in_order(leads: pl.DataFrame, ids: Iterable[str]) -> pl.DataFrame:
    """The leads in the order of these ids, then those that have none of them."""
    asked = pl.DataFrame({"asked": [one.lower() for one in ids]}, schema={"asked": pl.String}).with_row_index("place")
    return (
        leads.with_columns(asked=pl.col("prospect_id").str.to_lowercase())
        .join(asked, on="asked", how="left", maintain_order="left")
        .sort("place", nulls_last=True, maintain_order=True)
        .select(leads.columns)
    )


def tell_rows(problems: Problems, table: Table, rows: CrmRows, ids: Iterable[str] | None) -> None:
    """Tell what did not fit in the rows, which came twice, without an id, or unasked (where it is known what was)."""
    problems.add_misfits(rows.misfits, table, rows.frame)
    for error in rows.errors:
        detail = f"the API warns: {error['code'] or ''} {error['message'] or ''}".strip()
        problems.add(Problem(table.name, "api_warning", "Status", error["code"], detail=detail))
    asked = None if ids is None else {one.lower() for one in ids}
    unasked = (
        [] if asked is None else [key for key in rows.ids.drop_nulls().unique(maintain_order=True) if key not in asked]
    )
    told = (
        ("duplicate", len(rows.frame) - rows.count, None, "rows that came more than once are kept once"),
        ("row_without_id", rows.ids.null_count(), None, "kept, at the end of the frame"),
        ("unasked_id", len(unasked), next(iter(unasked), None), "came without being asked for: kept, at the end"),
    )
    for kind, count, key, detail in told:
        if count:
            problems.add(Problem(table.name, kind, "prospect_id", key, count=count, detail=detail))


def _tell_absent(run: Run, request: CrmLeadsRequest, rows: CrmRows, left: Iterable[str]) -> None:
    """Tell each id that did not come back, and each column that was asked for and is in no row."""
    tell_missing_columns(run, request, rows.keys)
    for one in left:
        run.tell(CRM_LEADS, "missing_id", column="prospect_id", row_key=one, detail="asked for, and did not come back")


def tell_missing_columns(run: Run, request: CrmLeadsRequest, keys: Collection[str]) -> None:
    """Tell each column that was asked for and is not among the keys of the rows, where there are rows."""
    for name in dict.fromkeys(("ProspectID", *(request.columns or ()))) if keys else ():
        if name.lower() not in keys:
            detail = "asked for, and in no row: null everywhere"
            run.tell(CRM_LEADS, "missing_column", column=KNOWN.get(name, name), detail=detail)


_CALL = "crm_leads (Leads/Retrieve/ByIds)"


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
