"""Leads are joined by their ids, never by position; each id is asked once, and none is forgotten."""

from __future__ import annotations

import uuid
from typing import Any

import polars as pl
import pytest
from crm_api import Crm, asked, asking, kinds, lead, leads_of, unheard
from hypothesis import given
from hypothesis import strategies as st

import leadkit as lk

THREE = [lead(3), lead(1), lead(2)]


def ids_asked(server: Any) -> list[str]:
    return [one for arrived in server.arrived for one in asked(arrived)[0]]


def test_the_leads_stand_in_the_order_of_the_ids_whatever_the_order_of_the_answer() -> None:
    with asking(Crm(THREE)) as (crm, _):
        found = crm.leads(["id-00002", "id-00001", "id-00003"])
        assert crm.problems.is_empty()
    assert found.select("prospect_id", "first_name").rows() == [
        ("id-00002", "Ann 2"),
        ("id-00001", "Ann 1"),
        ("id-00003", "Ann 3"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        ["id-00001", "id-00002"],
        ("id-00001", "id-00002"),
        (one for one in ["id-00001", "id-00002"]),
        [" id-00001 ", "ID-00001", "\tid-00002"],
        pl.Series(["id-00001", "id-00002"]),
        pl.DataFrame({"prospect_id": ["id-00001", "id-00002"], "other": [1, 2]}),
        pl.LazyFrame({"prospect_id": ["id-00001", "id-00002"]}),
        pl.DataFrame({"mine": ["id-00001", "id-00002"]}),
        pl.DataFrame({"mine": ["id-00001", "id-00002"]})["mine"],
    ],
    ids=["list", "tuple", "generator", "blanks and case", "series", "frame", "lazy", "one column", "column"],
)
def test_ids_come_in_any_form(given: Any) -> None:
    with asking(Crm(THREE)) as (crm, server):
        found = crm.leads(given)
        assert crm.problems.is_empty()
    assert found["prospect_id"].to_list() == ["id-00001", "id-00002"]
    assert ids_asked(server) == ["id-00001", "id-00002"]


def test_one_id_alone_and_one_of_uuid_are_ids() -> None:
    key = uuid.UUID("0acb9356-bcd1-4128-b63a-97f52cb8cc3c")
    with asking(Crm([lead(1), lead(2, ProspectID=str(key).upper())])) as (crm, server):
        assert len(crm.leads("id-00001")) == len(crm.leads([key])) == len(crm.leads(key)) == 1  # type: ignore[arg-type]  # a lone one is taken, too
    assert ids_asked(server) == ["id-00001", str(key), str(key)]


@pytest.mark.parametrize("given", [[], [None], ["", "  "], pl.Series([], dtype=pl.String), pl.Series([None, None])])
def test_no_ids_are_no_call_and_the_same_columns(given: Any) -> None:
    with asking(Crm(THREE)) as (crm, server), unheard():
        nothing, some = crm.leads(given, ["mx_Store"]), crm.leads(["id-00001"], ["mx_Store"])
        assert len(server.arrived) == crm.requests.height == 1
    assert nothing.is_empty()
    assert nothing.schema == some.schema


def test_places_without_an_id_are_counted_and_told() -> None:
    with asking(Crm(THREE)) as (crm, server):
        with pytest.warns(lk.LeadkitWarning, match=r"blank_id \(2\)"):
            crm.leads(["id-00001", None, "id-00002", " "])
        assert crm.problems.select("kind", "column", "count").rows() == [("blank_id", "ids", 2)]
    assert ids_asked(server) == ["id-00001", "id-00002"]


@pytest.mark.parametrize("given", [7, None, {"id-1": 1}, b"id-1", [7], [["id-1"]], pl.Series([1, 2])])
def test_what_is_no_id_is_refused_before_anything_is_sent(given: Any) -> None:
    with asking(Crm(THREE)) as (crm, server), pytest.raises(lk.InvalidRequest, match=r"crm_leads: ids is .*give ids"):
        crm.leads(given)
    assert server.arrived == []


def test_a_frame_without_the_column_is_refused_with_the_nearest_name() -> None:
    with asking(Crm(THREE)) as (crm, server), pytest.raises(lk.MissingColumns, match="did you mean 'prospect_ids'"):
        crm.leads(pl.DataFrame({"prospect_ids": ["id-00001"], "other": [1]}))
    assert server.arrived == []


def test_each_id_that_does_not_come_back_is_a_row_of_the_problems() -> None:
    with asking(Crm(THREE)) as (crm, _):
        with pytest.warns(lk.LeadkitWarning, match=r"missing_id \(2\) in prospect_id"):
            found = crm.leads(["gone-1", "id-00001", "Gone-2"])
        missing = crm.problems
    assert found["prospect_id"].to_list() == ["id-00001"]
    assert missing.select("kind", "column", "row_key", "count").rows() == [
        ("missing_id", "prospect_id", "gone-1", 1),
        ("missing_id", "prospect_id", "Gone-2", 1),
    ]


def test_ten_thousand_missing_ids_are_told_in_linear_time() -> None:
    with asking(Crm([])) as (crm, _), unheard():
        assert crm.leads([f"id-{n}" for n in range(10_000)]).is_empty()
        assert crm.problems.filter(kind="missing_id").height == 10_000


def test_rows_without_an_id_are_kept_at_the_end_and_told() -> None:
    rows = [lead(1, ProspectID=None), lead(2), lead(3, ProspectID=" "), lead(1, ProspectID=None)]
    found, problems = leads_of({"RecordCount": 4, "Leads": rows}, ["id-00002"])
    assert found["first_name"].to_list() == ["Ann 2", "Ann 1", "Ann 3", "Ann 1"]
    assert found["prospect_id"].to_list() == ["id-00002", None, None, None]
    assert problems.select("kind", "column", "count").rows() == [("row_without_id", "prospect_id", 3)]


def test_rows_that_nobody_asked_for_are_kept_after_the_others_and_told() -> None:
    found, problems = leads_of({"RecordCount": 3, "Leads": THREE}, ["id-00002"])
    assert found["prospect_id"].to_list() == ["id-00002", "id-00003", "id-00001"]
    assert problems.select("kind", "row_key", "count").rows() == [("unasked_id", "id-00003", 2)]


def test_a_row_that_comes_twice_is_kept_once_as_last_seen() -> None:
    rows = [lead(1), lead(1, ProspectID="ID-00001", FirstName="Anna")]
    found, problems = leads_of({"RecordCount": 1, "Leads": rows})
    assert found.select("prospect_id", "first_name").rows() == [("ID-00001", "Anna")]
    assert kinds(problems) == ["duplicate"]


NUMBERS = st.integers(0, 40)
SPELLINGS = st.sampled_from([str.lower, str.upper, str.title, lambda text: f" {text}\n"])


@given(
    known=st.sets(NUMBERS, max_size=25),
    wanted=st.lists(st.tuples(NUMBERS, SPELLINGS), max_size=30),
    order=st.randoms(use_true_random=False),
    page_size=st.integers(1, 7),
)
def test_any_mix_of_ids_gives_each_known_lead_once_and_names_each_other(
    known: set[int], wanted: list[tuple[int, Any]], order: Any, page_size: int
) -> None:
    there = [lead(number) for number in known]
    order.shuffle(there)
    ids = [spell(f"id-{number:05d}") for number, spell in wanted]
    with asking(crm_api := Crm(there)) as (crm, server), unheard():
        found, problems = crm.leads(ids, page_size=page_size), crm.problems
    different = list(dict.fromkeys(number for number, _ in wanted))
    assert found["prospect_id"].to_list() == [f"id-{number:05d}" for number in different if number in known]
    assert found["first_name"].to_list() == [f"Ann {number}" for number in different if number in known]
    assert problems["kind"].unique().to_list() in ([], ["missing_id"])
    assert [key.lower() for key in problems["row_key"]] == [f"id-{n:05d}" for n in different if n not in known]
    came = len(found)
    assert len(server.arrived) == len(crm_api.calls) == (max(1, -(-came // page_size)) if ids else 0)
