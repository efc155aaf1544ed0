"""Columns: known ones typed and always there, others as text under their own names, in whatever case they come."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from crm_api import Crm, asked, asking, kinds, lead, leads_of, unheard
from loopback import Served

import leadkit as lk

UTC_TIME = pl.Datetime("us", "UTC")
KNOWN = {
    "account": pl.String(),
    "prospect_id": pl.String(),
    "prospect_auto_id": pl.String(),
    "created_at": UTC_TIME,
    "modified_at": UTC_TIME,
    "stage": pl.String(),
    "first_name": pl.String(),
    "last_name": pl.String(),
    "email": pl.String(),
    "phone": pl.String(),
    "owner_email": pl.String(),
    "company_type": pl.String(),
}
DEFAULT = (
    "ProspectID,ProspectAutoId,CreatedOn,ModifiedOn,ProspectStage,FirstName,LastName,EmailAddress,Phone,"
    "OwnerIdEmailAddress,CompanyType"
)


def one(**more: Any) -> dict[str, Any]:
    return {"RecordCount": 1, "Leads": [lead(1, **more)]}


def sent(columns: Any) -> str:
    with asking(Crm([lead(1)])) as (crm, server), unheard():
        crm.leads(["id-00001"], columns)
    return ",".join(asked(server.arrived[0])[1])


@pytest.mark.parametrize(
    ("columns", "csv"),
    [
        (None, DEFAULT),
        ([], "ProspectID"),
        (["FirstName"], "ProspectID,FirstName"),
        (["firstname", "mx_Store", "PROSPECTID"], "ProspectID,FirstName,mx_Store"),
        (("ProspectId", "prospectautoid"), "ProspectID,ProspectAutoId"),
        ("FirstName, mx_Store ,mx_store", "ProspectID,FirstName,mx_Store"),
        (["mx_B", "mx_A", "mx_b"], "ProspectID,mx_B,mx_A"),
    ],
    ids=str,
)
def test_each_column_is_asked_for_once_and_the_id_always(columns: Any, csv: str) -> None:
    assert sent(columns) == csv


@pytest.mark.parametrize("rows", [0, 1, 2])
@pytest.mark.parametrize("others", [[], ["mx_Store"], ["mx_B", "Score", "mx_A"]], ids=str)
def test_the_schema_is_the_same_for_no_one_and_many_rows(rows: int, others: list[str]) -> None:
    with asking(Crm([lead(number) for number in range(rows)])) as (crm, _), unheard():
        found = crm.leads(["id-00000", "id-00001"], ["FirstName", *others])
    assert dict(found.schema) == KNOWN | dict.fromkeys(others, pl.String()) | {"fetched_at": UTC_TIME}
    assert list(found.schema) == [*KNOWN, *others, "fetched_at"]
    assert len(found) == rows


def test_a_known_column_that_was_not_asked_for_is_there_and_null() -> None:
    found, problems = leads_of(one(), columns=["FirstName", "EmailAddress", "CreatedOn"])
    assert problems.is_empty()
    assert found["phone"].to_list() == [None]
    assert found["first_name"].to_list() == ["Ann 1"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("stage", "ProspectStage"),
        ("email", "EmailAddress"),
        ("account", "another name"),
        ("fetched_at", "another name"),
    ],
)
def test_a_name_of_ours_is_refused_with_the_name_of_the_api(name: str, hint: str) -> None:
    with asking(Crm([])) as (crm, server), pytest.raises(lk.InvalidRequest, match=f"the API's name of it, {hint}"):
        crm.leads(["id-1"], [name])
    assert server.arrived == []


@pytest.mark.parametrize(
    "columns", [["a b"], ["a-b"], ["a,b"], [""], "a,,b", [7], ["x.y"], 7, {"a": 1}, ["1st"]], ids=str
)
def test_what_is_no_name_of_a_column_is_refused(columns: Any) -> None:
    with asking(Crm([])) as (crm, server), pytest.raises(lk.InvalidRequest, match="columns="):
        crm.leads(["id-1"], columns)
    assert server.arrived == []


@pytest.mark.parametrize("size", [0, 1001, "7", None, 2.5])
def test_a_page_size_that_the_api_would_refuse_is_refused_here(size: Any) -> None:
    with asking(Crm([])) as (crm, server), pytest.raises(lk.InvalidRequest, match="page_size="):
        crm.leads(["id-1"], page_size=size)
    assert server.arrived == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-03-06 06:55:46.000", datetime(2018, 3, 6, 6, 55, 46, tzinfo=UTC)),
        ("2018-03-06 06:55:46", datetime(2018, 3, 6, 6, 55, 46, tzinfo=UTC)),
        ("2018-03-06 06:55:46.789", datetime(2018, 3, 6, 6, 55, 46, 789_000, tzinfo=UTC)),
        (" 2018-03-06 06:55:46.000 ", datetime(2018, 3, 6, 6, 55, 46, tzinfo=UTC)),
        ("2018-03-06T06:55:46", datetime(2018, 3, 6, 6, 55, 46, tzinfo=UTC)),
        ("2018-03-06T06:55:46.5Z", datetime(2018, 3, 6, 6, 55, 46, 500_000, tzinfo=UTC)),
        ("2018-03-06T06:55:46+05:30", datetime(2018, 3, 6, 1, 25, 46, tzinfo=UTC)),
        ("", None),
        ("  ", None),
        (None, None),
    ],
    ids=str,
)
def test_a_time_is_utc_in_each_form_that_was_seen(text: str | None, moment: datetime | None) -> None:
    body = {"RecordCount": 2, "Leads": [lead(1, CreatedOn=text), lead(2, CreatedOn="2018-03-06 06:55:46.000")]}
    found, problems = leads_of(body, ["id-00001", "id-00002"])
    assert found["created_at"].to_list() == [moment, datetime(2018, 3, 6, 6, 55, 46, tzinfo=UTC)]
    assert problems.is_empty()


@pytest.mark.parametrize("text", ["06/03/2018", "2018-03-06", "2018-02-30 00:00:00", "soon"])
def test_what_is_no_time_is_null_and_told(text: str) -> None:
    found, problems = leads_of(one(CreatedOn=text))
    assert found["created_at"].to_list() == [None]
    assert problems.select("kind", "column", "row_key", "example").rows() == [
        ("bad_value", "created_at", "id-00001", text)
    ]
    with asking(Crm([lead(1, CreatedOn=text)])) as (crm, _), unheard(), pytest.raises(lk.BadResponse):
        crm.leads(["id-00001"], strict=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a{mxnewline}b", "a\nb"),
        ("{mxnewline}", None),
        ("a\\{mxnewline}b", "a\\\nb"),
        (" as it stands ", " as it stands "),
        ("", None),
        (" \t", None),
        (None, None),
        ("0", "0"),
        ("true", "true"),
        ("+91-9876543210", "+91-9876543210"),
        ('"quoted": \\ {"FirstName":"x"}', '"quoted": \\ {"FirstName":"x"}'),
        ("🚗 é", "🚗 é"),
        (5003, "5003"),
        (1.70, "1.7"),
        (True, "true"),
    ],
    ids=str,
)
def test_another_column_is_the_text_as_it_was_sent(value: Any, text: str | None) -> None:
    found, problems = leads_of(one(mx_Note=value), columns=["mx_Note"])
    assert found["mx_Note"].to_list() == [text]
    assert problems.is_empty()


def test_a_mark_behind_a_backslash_is_no_json_and_is_not_guessed_at() -> None:
    body = json.dumps(one(mx_Note="a@")).encode()
    with pytest.raises(lk.BadResponse, match="not JSON"):
        leads_of(Served(body=body.replace(b"@", rb"\{mxnewline}")), columns=["mx_Note"])
    found, _ = leads_of(Served(body=body.replace(b"@", rb"\\\\{mxnewline}")), columns=["mx_Note"])
    assert found["mx_Note"].to_list() == ["a\\\\\n"]


def test_a_number_keeps_its_digits() -> None:
    body = json.dumps(one(mx_Note="@")).replace('"@"', "12345678901234567890.1234567890")
    found, problems = leads_of(Served(body=body.encode()), columns=["mx_Note"])
    assert found["mx_Note"].to_list() == ["12345678901234567890.1234567890"]
    assert problems.is_empty()


def test_a_known_text_is_stripped_and_newlines_in_it_are_newlines() -> None:
    found, _ = leads_of(one(FirstName=" Ann{mxnewline}Lee ", LastName="  ", Phone="{mxnewline}"))
    assert found.select("first_name", "last_name", "phone").rows() == [("Ann\nLee", None, None)]


@pytest.mark.parametrize("asked_as", ["mx_store", "mx_Store", "MX_STORE"])
@pytest.mark.parametrize("sent_as", ["mx_store", "mx_Store", "Mx_sTORE"])
def test_names_are_matched_without_case_and_the_column_has_the_name_that_was_asked_for(
    asked_as: str, sent_as: str
) -> None:
    rows = [{sent_as: f"Lot {n}", "PROSPECTID": f"id-{n}", "firstName": "Ann"} for n in range(3)]
    found, problems = leads_of({"RecordCount": 3, "Leads": rows}, ["id-0", "id-1", "id-2"], [asked_as, "FIRSTNAME"])
    assert found[asked_as].to_list() == ["Lot 0", "Lot 1", "Lot 2"]
    assert found["first_name"].to_list() == ["Ann"] * 3
    assert problems.is_empty()


def test_rows_that_spell_a_name_in_several_ways_lose_nothing() -> None:
    rows = [{name: f"id-{n}", "mx_Store": "Lot"} for n, name in enumerate(("ProspectID", "ProspectId", "prospectid"))]
    rows[1]["MX_STORE"] = rows[1].pop("mx_Store")
    found, problems = leads_of({"RecordCount": 3, "Leads": rows}, ["id-0", "id-1", "id-2"], ["mx_Store"])
    assert found.select("prospect_id", "mx_Store").rows() == [("id-0", "Lot"), ("id-1", "Lot"), ("id-2", "Lot")]
    assert problems.is_empty()


def test_one_row_with_two_spellings_keeps_the_first_and_tells() -> None:
    row = {"ProspectID": "id-1", "mx_Store": "Lot", "MX_STORE": "Other"}
    found, problems = leads_of({"RecordCount": 1, "Leads": [row]}, ["id-1"], ["mx_Store"])
    assert found["mx_Store"].to_list() == ["Lot"]
    assert kinds(problems) == ["repeated_key"]


@pytest.mark.parametrize(
    "row",
    [
        '{"ProspectID": null, "ProspectId": "abc", "FirstName": null, "firstname": "Ann"}',
        '{"ProspectID": null, "prospectid": null, "ProspectId": "abc", "firstname": "Ann", "FIRSTNAME": "Bo"}',
        '{"ProspectID": null, "ProspectID": "abc", "firstname": null, "firstname": "Ann"}',
    ],
)
def test_of_two_spellings_in_one_row_the_one_with_a_value_is_kept_and_told(row: str) -> None:
    body = Served(body=f'{{"RecordCount": 2, "Leads": [{{"ProspectID": "id-1", "FirstName": "Cy"}}, {row}]}}'.encode())
    for served in (body, Served(body=f'{{"RecordCount": 1, "Leads": [{row}]}}'.encode())):
        found, problems = leads_of(served, ["abc"] if served is not body else ["id-1", "abc"], ["FirstName"])
        assert found.select("prospect_id", "first_name").rows()[-1] == ("abc", "Ann")
        assert kinds(problems) == ["repeated_key"]


def test_a_null_in_another_spelling_takes_nothing_away() -> None:
    row = {"ProspectID": "abc", "ProspectId": None, "FirstName": "Ann", "firstname": None}
    found, _ = leads_of({"RecordCount": 1, "Leads": [row]}, ["abc"], ["FirstName"])
    assert found.select("prospect_id", "first_name").rows() == [("abc", "Ann")]


def test_a_key_that_nobody_asked_for_is_told_and_nothing_else_is_lost() -> None:
    rows = [lead(1, mx_New="x"), lead(2), lead(3, mx_New=None, mx_Newer={"a": ["b"]})]
    found, problems = leads_of({"RecordCount": 3, "Leads": rows}, ["id-00001", "id-00002", "id-00003"])
    assert found["first_name"].to_list() == ["Ann 1", "Ann 2", "Ann 3"]
    assert dict(problems.select("column", "kind").rows()) == dict.fromkeys(
        ["Leads[].mx_New", "Leads[].mx_Newer"], "unknown_key"
    )


def test_an_object_in_place_of_a_text_is_null_there_and_told() -> None:
    rows = [lead(1, FirstName={"first": "Ann"}, mx_Store=["Lot"]), lead(2, mx_Store="Lot")]
    found, problems = leads_of({"RecordCount": 2, "Leads": rows}, ["id-00001", "id-00002"], ["FirstName", "mx_Store"])
    assert found.select("first_name", "mx_Store").rows() == [(None, None), ("Ann 2", "Lot")]
    assert sorted(problems.select("kind", "column").rows()) == [("bad_value", "first_name"), ("bad_value", "mx_Store")]


def test_a_column_that_was_asked_for_and_never_comes_is_told_once() -> None:
    with asking(Crm([lead(1), lead(2)])) as (crm, _):
        with pytest.warns(lk.LeadkitWarning, match="missing_column"):
            found = crm.leads(["id-00001", "id-00002"], ["FirstName", "Phone", "mx_Stroe"])
        assert crm.problems.select("kind", "column").rows() == [
            ("missing_column", "phone"),
            ("missing_column", "mx_Stroe"),
        ]
    assert found["mx_Stroe"].to_list() == [None, None]


def test_a_column_that_only_a_later_row_has_is_not_missing() -> None:
    for odd in ("x", ["x"]):  # the second one is walked
        rows = [lead(1), lead(2, Phone="1", mx_Store="Lot"), lead(3, mx_New=odd)]
        body = {"RecordCount": 3, "Leads": rows}
        found, problems = leads_of(body, ["id-00001", "id-00002", "id-00003"], ["Phone", "mx_Store"])
        assert found.select("phone", "mx_Store").rows() == [(None, None), ("1", "Lot"), (None, None)]
        assert kinds(problems) == ["unknown_key"]


def test_pages_of_which_only_some_are_odd_keep_their_order_and_tell_the_right_rows() -> None:
    plain, odd = [lead(1), lead(2, CreatedOn="soon")], [lead(3), lead(4, FirstName=["Ann"])]
    wide, cased = [lead(5), lead(6, mx_New="x")], [{"PROSPECTID": "id-00007", "createdon": "late"}]
    pages = [json.dumps({"RecordCount": 7, "Leads": rows}).encode() for rows in (plain, odd, wide, cased)]
    told: list[dict[str, Any]] = []
    with unheard():
        found = lk.read_crm_leads(pages, columns=[], problems=told)
    assert found["prospect_id"].to_list() == [f"id-{number:05d}" for number in range(1, 8)]
    assert [(row["kind"], row["column"], row["row_key"], row["count"]) for row in told] == [
        ("bad_value", "created_at", "id-00002", 2),
        ("bad_value", "first_name", "id-00004", 1),
    ]


@pytest.mark.parametrize("value", [5003, 1.7, True, None], ids=str)
def test_a_value_of_a_key_that_nobody_asked_for_may_be_of_any_kind(value: Any) -> None:
    rows = [lead(1), lead(2, mx_New=value), lead(3)]
    found, problems = leads_of({"RecordCount": 3, "Leads": rows}, ["id-00001", "id-00002", "id-00003"])
    assert found["first_name"].to_list() == ["Ann 1", "Ann 2", "Ann 3"]
    assert problems.select("kind", "column", "count").rows() == [("unknown_key", "Leads[].mx_New", 1)]


def test_examples_of_other_columns_are_masked_for_they_may_be_personal() -> None:
    found, problems = leads_of(one(mx_Note=["Ann Lee"]), columns=["mx_Note"])
    assert found["mx_Note"].to_list() == [None]
    assert "Ann Lee" not in str(problems.rows())


def test_the_dictionary_has_the_columns_of_the_frame() -> None:
    described = lk.describe("crm_leads")
    assert described["column"].to_list() == [*KNOWN, "fetched_at"]
    assert described["comes_from"].to_list()[1] == "Leads[].ProspectID"
    assert described.filter(pl.col("dtype").str.contains("Datetime"))["unit"].to_list() == ["UTC"] * 3
