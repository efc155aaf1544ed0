"""Each row of LeadSquared's page: what is sent, what each field becomes, and what each status means."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from contract_accounts import NOW
from contract_rows import Row, each_of_crm
from contract_server import Answer, Server, answering, as_json

import leadkit as lk

pytestmark = pytest.mark.filterwarnings("ignore::leadkit.LeadkitWarning")  # most ask for leads that are not there
PATH = "/v2/LeadManagement.svc/Leads/Retrieve/ByIds"
THREE = [
    "0acb9356-bcd1-4128-b63a-97f52cb8cc3c",
    "3aee22bd-8419-422a-8242-c510df9af021",
    "6ba78830-bd39-435f-8687-460b677f3fb4",
]
SAMPLE_REQUEST = {
    "SearchParameters": {"LeadIds": THREE},
    "Columns": {
        "Include_CSV": "CreatedOn, ModifiedOn, CompanyType, EmailAddress, ProspectId, OwnerIdEmailAddress, "
        "ProspectAutoID, FirstName, LastName, ProspectStage"
    },
    "Paging": {"PageIndex": 1, "PageSize": 1000},
}
SAMPLE_ROWS: list[dict[str, str | None]] = [
    {
        "CreatedOn": "2018-03-06 06:55:46.000",
        "ModifiedOn": "2018-09-18 11:27:52.000",
        "CompanyType": "5003",
        "EmailAddress": None,
        "FirstName": "Ringo",
        "LastName": "Starr",
        "ProspectStage": "Opportunity",
    },
    {
        "CreatedOn": "2017-12-06 06:39:17.000",
        "ModifiedOn": "2018-07-27 09:20:50.000",
        "CompanyType": None,
        "EmailAddress": "john@example.com",
        "FirstName": "John",
        "LastName": "Lennon",
        "ProspectStage": "Prospect",
    },
    {
        "CreatedOn": "2017-12-06 06:27:04.000",
        "ModifiedOn": "2018-04-17 10:46:26.000",
        "CompanyType": None,
        "EmailAddress": None,
        "FirstName": "Paul",
        "LastName": "McCartney",
        "ProspectStage": "Prospect",
    },
]
SAMPLE_BODY = {"RecordCount": 3, "Leads": SAMPLE_ROWS}
TIMES = {"CreatedOn", "ModifiedOn"}
COLUMNS = [
    "account",
    "prospect_id",
    "prospect_auto_id",
    "created_at",
    "modified_at",
    "stage",
    "first_name",
    "last_name",
    "email",
    "phone",
    "owner_email",
    "company_type",
    "fetched_at",
]


@contextmanager
def a_crm(url: str, **settings: Any) -> Any:
    with lk.LeadSquared("u$rkey", "a-secret-key", base_url=url, clock=NOW, account="contract", **settings) as crm:
        yield crm


def fetched(answer: Answer | Callable[..., Answer], ids: Any = (THREE[0],), **arguments: Any) -> tuple[Any, Server]:
    """The frame, or how the fetch ends, and what arrived."""
    with answering(answer) as server, a_crm(server.url) as crm:
        try:
            return crm.leads(ids, **arguments), server
        except lk.LeadkitError as error:
            return error, server


def sent(server: Server) -> dict[str, Any]:
    (one,) = server.asked
    found: dict[str, Any] = json.loads(one.body)
    return found


def wire_name(row: Row) -> str:
    name = row.name.removeprefix("Leads.")
    return "mx_Any_Thing" if name.startswith("mx_*") else name


def column_name(row: Row) -> str:
    place = row.place.removeprefix("crm_leads.")
    return wire_name(row) if place == "<its own name>" else place


def planted(row: Row) -> tuple[str, Any]:
    """A value as JSON has it, and as the column should have it."""
    if wire_name(row) in TIMES:
        return "2026-03-04 05:06:07.089", datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
    return "planted 🚗 é =1+1", "planted 🚗 é =1+1"


def is_column(row: Row) -> bool:
    return row.place.startswith("crm_leads.")


NOTHING = as_json({"RecordCount": 0})


@each_of_crm(
    "parameter", lambda row: row.name in {"SearchParameters.LeadIds", "Columns.Include_CSV", "Paging.PageSize"}
)
def test_the_argument_arrives_as_the_parameter(row: Row) -> None:
    _, server = fetched(NOTHING, THREE, columns=["mx_Store"], page_size=7)
    top, _, name = row.name.partition(".")
    expected = {"LeadIds": THREE, "Include_CSV": "ProspectID,mx_Store", "PageSize": 7}
    assert sent(server)[top][name] == expected[name]
    assert server.asked[0].method == "POST"


@each_of_crm("parameter", lambda row: row.name == "Paging.PageIndex")
def test_pages_are_counted_from_one(row: Row) -> None:
    assert row.place == "paging"

    def page(asked: Any) -> Answer:
        number = json.loads(asked.body)["Paging"]["PageIndex"]
        return as_json({"RecordCount": 3, "Leads": [{"ProspectID": THREE[number - 1]}]})

    found, server = fetched(page, THREE, columns=[], page_size=1)
    assert found["prospect_id"].to_list() == THREE
    assert sorted(json.loads(one.body)["Paging"]["PageIndex"] for one in server.asked) == [1, 2, 3]


@each_of_crm("parameter", lambda row: row.name == "accessKey, secretKey")
def test_the_keys_stand_in_the_headers_and_never_in_the_address(row: Row) -> None:
    _, server = fetched(NOTHING)
    names = row.place.removeprefix("headers ").lower().split(", ")
    assert [server.asked[0].headers[name] for name in names] == ["u$rkey", "a-secret-key"]
    assert (server.asked[0].path, server.asked[0].query) == (PATH, {})


@each_of_crm("parameter", lambda row: row.name == "{host}")
def test_the_host_is_an_argument(row: Row) -> None:
    assert row.place == "LeadSquared(host=)"
    with lk.LeadSquared("key", "secret", host="api-in21.leadsquared.com") as crm:
        assert "api-in21.leadsquared.com" in repr(crm)


@each_of_crm("parameter", lambda row: row.place == "split")
def test_more_ids_than_the_api_takes_are_split(row: Row) -> None:
    most = int("".join(filter(str.isdigit, row.name)))
    with pytest.warns(lk.LeadkitWarning, match="missing_id"):
        _, server = fetched(NOTHING, [f"id-{number}" for number in range(most + 1)])
    assert sorted(len(json.loads(one.body)["SearchParameters"]["LeadIds"]) for one in server.asked) == [1, most]


@each_of_crm("header")
def test_the_header_is_sent(row: Row) -> None:
    name, _, value = row.name.partition(": ")
    _, server = fetched(NOTHING)
    assert (row.place, server.asked[0].headers[name.lower()]) == ("sent", value)


@each_of_crm("field", is_column)
def test_a_planted_value_is_in_its_column_and_in_no_other(row: Row) -> None:
    value, expected = planted(row)
    with pytest.warns(lk.LeadkitWarning):
        found, _ = fetched(as_json({"RecordCount": 1, "Leads": [{wire_name(row): value}]}), columns=[wire_name(row)])
    own = column_name(row)
    assert [name for name in found.columns if found[name][0] == expected] == [own]
    assert found.columns == ([*COLUMNS[:-1], own, "fetched_at"] if own not in COLUMNS else COLUMNS)


@pytest.mark.parametrize("absent", ["null", "blank", "missing"])
@each_of_crm("field", is_column)
def test_an_absent_value_is_null_and_the_column_keeps_its_type(row: Row, absent: str) -> None:
    values = {"null": {wire_name(row): None}, "blank": {wire_name(row): " "}, "missing": {}}
    with pytest.warns(lk.LeadkitWarning):
        found, _ = fetched(as_json({"RecordCount": 1, "Leads": [values[absent]]}), columns=[wire_name(row)])
    time = pl.Datetime("us", "UTC")
    assert found[column_name(row)].to_list() == [None]
    assert found.schema[column_name(row)] == (time if wire_name(row) in TIMES else pl.String)


@each_of_crm("field", lambda row: row.name == "RecordCount")
def test_the_count_stands_in_the_requests_and_is_checked(row: Row) -> None:
    rows = [{"ProspectID": THREE[0]}]
    for count, kinds in ((1, []), (2, ["total_mismatch"])):
        with answering(as_json({row.name: count, "Leads": rows})) as server, a_crm(server.url) as crm:
            if kinds:
                with pytest.warns(lk.LeadkitWarning, match=kinds[0]):
                    crm.leads(THREE[:1], [])
            else:
                crm.leads(THREE[:1], [])
            assert crm.problems["kind"].to_list() == kinds
            assert crm.requests.select("rows", "total").rows() == [(1, count)]


VERDICT = {"Status": "Error", "ExceptionType": "MXInvalidInputException", "ExceptionMessage": "No such column."}
THROTTLED = {
    "Status": "Error",
    "ExceptionType": "MXAPIRateLimitExceededException",
    "ExceptionMessage": "API calls exceeded the limit of 25 in 5 second(s)",
}
ENDS: dict[str, tuple[Answer, type[lk.LeadkitError], int]] = {
    "200 with Status Error": (as_json(VERDICT), lk.LeadkitError, 1),
    "400": (as_json(VERDICT, 400), lk.LeadkitError, 1),
    "401": (as_json(VERDICT, 401), lk.Unauthorized, 1),
    "404": (as_json(VERDICT, 404), lk.NotFound, 1),
    "500 with an MX body": (as_json(VERDICT, 500), lk.LeadkitError, 1),
    "500 without": ((500, {}, b""), lk.ServerError, 4),
}


@each_of_crm("status", lambda row: row.name in ENDS)
def test_the_status_ends_the_fetch_with_its_error(row: Row, no_pauses: None) -> None:
    answer, kind, calls = ENDS[row.name]
    error, server = fetched(answer)
    assert (type(error), error.source, error.status, len(server.asked)) == (kind, "crm_leads", answer[0], calls)
    assert error.code == (None if row.name == "500 without" else "MXInvalidInputException")


@each_of_crm("status", lambda row: row.name == "401")
def test_the_right_host_is_told_where_the_api_names_it(row: Row) -> None:
    assert "right host" in row.place
    words = "Invalid keys. Call https://api-us11.leadsquared.com instead."
    error, _ = fetched(as_json(VERDICT | {"ExceptionMessage": words}, 401))
    assert isinstance(error, lk.Unauthorized)
    assert "host='api-us11.leadsquared.com'" in str(error)


@pytest.mark.parametrize("status", [200, 403, 429])
@each_of_crm("status", lambda row: row.name in {"429", "200 with Status Error"})
def test_throttling_is_waited_out(row: Row, status: int, no_pauses: None) -> None:
    left = [as_json(THROTTLED, status)] * 2

    def answer(_: object) -> Answer:
        return left.pop() if left else as_json({"RecordCount": 1, "Leads": [{"ProspectID": THREE[0]}]})

    found, server = fetched(answer, columns=[])
    assert (len(found), len(server.asked)) == (1, 3)


@each_of_crm("status", lambda row: row.name == "200")
def test_200_is_rows(row: Row) -> None:
    found, _ = fetched(as_json({"RecordCount": 1, "Leads": [{"ProspectID": THREE[0]}]}), columns=[])
    assert (row.place, found["prospect_id"].to_list()) == ("rows", THREE[:1])


@each_of_crm("sample")
def test_the_sample_of_page_4_goes_out_and_comes_in_as_it_is_printed(row: Row) -> None:
    assert "page 4" in row.name
    columns = SAMPLE_REQUEST["Columns"]["Include_CSV"]  # type: ignore[index]  # a dict of dicts
    with pytest.warns(lk.LeadkitWarning, match="missing_id"):
        found, server = fetched(as_json(SAMPLE_BODY), THREE, columns=columns)
    request = sent(server)
    asked = {name.strip().lower() for name in columns.split(",")}
    assert {name.lower() for name in request["Columns"]["Include_CSV"].split(",")} == asked
    assert (request["SearchParameters"], request["Paging"]) == (
        SAMPLE_REQUEST["SearchParameters"],
        SAMPLE_REQUEST["Paging"],
    )
    told = "created_at", "modified_at", "company_type", "email", "first_name", "last_name", "stage"
    assert found.select(told).rows() == [
        (_at("2018-03-06 06:55:46"), _at("2018-09-18 11:27:52"), "5003", None, "Ringo", "Starr", "Opportunity"),
        (
            _at("2017-12-06 06:39:17"),
            _at("2018-07-27 09:20:50"),
            None,
            "john@example.com",
            "John",
            "Lennon",
            "Prospect",
        ),
        (_at("2017-12-06 06:27:04"), _at("2018-04-17 10:46:26"), None, None, "Paul", "McCartney", "Prospect"),
    ]
    assert found["prospect_id"].to_list() == [None, None, None]
    assert found.columns == COLUMNS


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
