"""Each field of the answers stands in its own column, typed, and in no other."""

from collections.abc import Callable
from functools import cache

import polars as pl
import pytest
from contract_accounts import a_thread, an_account
from contract_bodies import (
    COLUMNS,
    NOT_IN_THE_BODY,
    Json,
    bare,
    body_with,
    cells,
    column_fields,
    dtype_of,
    full_body,
    places_of,
    planted,
    put,
    spelled_out,
    steps,
    table_of,
    take,
)
from contract_rows import Row, each
from contract_server import answering, as_json

import leadkit as lk

ITEM = "110043671232"
FETCHES: dict[str, Callable[[lk.Ebay, str | None], pl.DataFrame]] = {
    "leads": lambda ebay, item_id: ebay.leads(include_messages=True, item_id=item_id),
    "conversations": lambda ebay, _: ebay.conversations(),
    "messages": lambda ebay, _: ebay.messages(a_thread()),
}
IDENTITY = "item_id submitted_at user_id email external_email first_name last_name phone postal_code"
MADE_OF = {f"leads.{name}": {"leads.lead_id"} for name in IDENTITY.split()} | {
    "messages.sender": {"messages.from_seller"}
}
"""Columns that leadkit makes of others, and of no others."""


def fetched(table: str, body: Json, *, of_item: bool = False) -> pl.DataFrame:
    """What the account makes of this one answer."""
    with answering(as_json(bare(body) if of_item else body)) as server, an_account(server.url) as ebay:
        found = FETCHES[table](ebay, ITEM if of_item else None)
    assert len(server.asked) == len(found) == 1
    return found


@cache
def whole(table: str, *, of_item: bool = False) -> pl.DataFrame:
    """What becomes of a body that has every field."""
    return fetched(table, full_body(table), of_item=of_item)


@cache
def bare_row(table: str) -> pl.DataFrame:
    """What becomes of a body whose one row has no field at all."""
    return fetched(table, body_with(table, []))


def with_a_column(row: Row) -> bool:
    return bool(row.column)


@each("field", with_a_column)
def test_a_planted_value_is_in_its_column_and_in_no_other(row: Row) -> None:
    for field in spelled_out(row):
        table, (_, expected) = table_of(field), planted(field)
        found = cells(table, whole(table))
        assert found[field.place] == expected
        assert places_of(expected, found) == {field.place}


@each("field", lambda row: with_a_column(row) and row.source == "leads")
def test_one_listing_alone_fills_the_same_column(row: Row) -> None:
    _, expected = planted(row)
    found = cells("leads", whole("leads", of_item=True))
    assert places_of(expected, found) == {row.place}


@each("field", with_a_column)
def test_a_field_that_comes_alone_leaves_all_other_columns_there_and_null(row: Row) -> None:
    for field in spelled_out(row):
        table, (_, expected) = table_of(field), planted(field)
        frame = fetched(table, body_with(table, [field]))
        filled = {name for name in frame.columns if frame[name][0] is not None} - NOT_IN_THE_BODY[table]
        assert frame.columns == COLUMNS[table]
        assert filled == {field.place.partition("[]")[0].partition(".")[2]}
        assert places_of(expected, cells(table, frame)) == {field.place}


@pytest.mark.parametrize("absent", ["null", "missing"])
@each("field", with_a_column)
def test_an_absent_value_is_null_there_and_changes_nothing_else(row: Row, absent: str) -> None:
    for field in spelled_out(row):
        table, body = table_of(field), full_body(table_of(field))
        before = cells(table, whole(table))
        take(body, steps(field))
        if absent == "null":
            put(body, steps(field), None)
        frame = fetched(table, body)
        after = cells(table, frame)
        own = {field.place, field.place.partition("[]")[0]} | MADE_OF.get(field.place, set())
        assert frame.columns == COLUMNS[table]
        assert field.place in after
        assert after[field.place] is None
        assert {place for place in before if before[place] != after[place]} == own


@each("field", with_a_column)
def test_a_field_has_its_type_with_and_without_a_value(row: Row) -> None:
    for field in spelled_out(row):
        table = table_of(field)
        for frame in (whole(table), bare_row(table)):
            assert _dtype(frame, field) == dtype_of(field)


@each("field", lambda row: with_a_column(row) and dtype_of(row) == pl.Boolean)
def test_false_is_an_answer_and_not_null(row: Row) -> None:
    table, body = table_of(row), full_body(table_of(row))
    put(body, steps(row), False)
    assert cells(table, fetched(table, body))[row.place] is False


@each("field", lambda row: with_a_column(row) and "[]" in row.place)
def test_a_list_is_null_without_its_container_and_empty_when_it_was_sent_empty(row: Row) -> None:
    for field in spelled_out(row):
        table, body = table_of(field), full_body(table_of(field))
        path = _list_above(field)
        column = field.place.partition("[]")[0]
        put(body, path, [])
        assert cells(table, fetched(table, body))[column] == []
        take(body, path)
        assert cells(table, fetched(table, body))[column] is None


def test_the_tables_of_the_fields_have_no_column_that_no_field_fills() -> None:
    filled = {
        table: {field.column[2] for field in column_fields() if field.column and table_of(field) == table}
        for table in COLUMNS
    }
    asked_for = {"messages": {"reference_id"}}  # of the conversation that was asked for; tested with the parameters
    for table, columns in COLUMNS.items():
        assert filled[table] | NOT_IN_THE_BODY[table] | asked_for.get(table, set()) == set(columns)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_body_with_every_field_has_nothing_odd(table: str) -> None:
    with answering(as_json(full_body(table))) as server, an_account(server.url) as ebay:
        FETCHES[table](ebay, None)
        assert ebay.problems.rows() == []


def _dtype(frame: pl.DataFrame, field: Row) -> object:
    assert field.column
    _, column, inner = field.column.groups()
    dtype = frame.schema[column]
    if inner is None:
        return dtype
    assert isinstance(dtype, pl.List)
    assert isinstance(dtype.inner, pl.Struct)
    return {one.name: one.dtype for one in dtype.inner.fields}[inner]


def _list_above(field: Row) -> list[str]:
    """The path of the array whose elements the list column holds."""
    path = steps(field)
    last = "memberMessageExchange" if "memberMessageExchange" in path else "messageMedia"
    return path[: path.index(last) + 1]
