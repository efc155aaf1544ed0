"""Masked frames: nothing of a person is left, and what was the same is still the same."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_leads import made

import leadkit as lk
from leadkit.dictionary import TABLES
from leadkit.metrics.masking import INSIDE, LABELLED, TEXTS
from leadkit.sandbox import Sandbox

SECRET = "Zebra-Quux"
MADE_OF_PERSONAL_ONES = {"other_party"}  # a record can't declare that of a column that leadkit adds
VALUES = st.lists(st.none() | st.sampled_from(["ana", "bo", "--", ""]) | st.text(max_size=3), max_size=12)


def a_row(table):
    """One row in which every text is the secret, also inside of lists."""
    return pl.DataFrame({column.name: [a_value(column)] for column in table.columns}, schema=table.schema)


def a_value(column):
    if column.kind == "list":
        return [{child.name: a_value(child) for child in column.children}]
    return SECRET if is_text(column) else None


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_what_the_records_call_personal_is_masked(table):
    row = a_row(table)
    masked = lk.mask(row)
    assert masked.columns == row.columns
    for column in table.columns:
        kept = str(masked[column.name].to_list())
        assert not column.personal or SECRET not in kept
        for child in column.children:
            assert (SECRET in str(masked[column.name][0][0][child.name])) == (is_text(child) and not child.personal)
        if not column.children and not column.personal:
            assert (SECRET in kept) == (is_text(column) and column.name not in MADE_OF_PERSONAL_ONES)


def test_the_columns_known_here_are_those_of_the_records():
    tables = [table.columns for table in TABLES.values()]
    fields = [child for columns in tables for column in columns for child in column.children]
    assert {one.name for columns in tables for one in columns if one.personal} <= LABELLED | TEXTS
    assert {one.name for one in fields if one.personal} <= INSIDE


def is_text(column):
    return column.dtype == pl.String


def test_columns_of_any_name_may_be_there():
    frame = pl.DataFrame({"__row": [7, 8], "_row": [1, 2], "email": ["ana", "ana"]})
    assert lk.mask(frame).rows() == [(7, 1, "email 1"), (8, 2, "email 1")]
    assert lk.mask(frame.lazy()).collect().equals(lk.mask(frame))


def test_leads_are_masked_column_by_column():
    leads = made(
        [
            {
                "user_id": "ana",
                "email": "ana@example.com",
                "first_name": "Ana",
                "message": "Is it there?",
                "phone": None,
            },
            {"user_id": "bo", "email": "--", "first_name": "Bo", "message": "", "phone": "555-0100"},
            {"user_id": "ana", "email": "ana@example.com", "first_name": "Ana", "message": None, "phone": "555-0101"},
        ]
    )
    found = lk.mask(leads)
    assert found["user_id"].to_list() == ["user_id 1", "user_id 2", "user_id 1"]
    assert found["email"].to_list() == ["email 1", "--", "email 1"]
    assert found["first_name"].to_list() == ["first_name 1", "first_name 2", "first_name 1"]
    assert found["message"].to_list() == ["[12 characters]", "[0 characters]", None]
    assert found["phone"].to_list() == [None, "phone 1", "phone 2"]
    assert found.drop(LABELLED | TEXTS, strict=False).equals(leads.drop(LABELLED | TEXTS, strict=False))
    assert found.schema == leads.schema


def test_texts_in_lists_and_structs_are_masked_and_their_shape_stays():
    exchange = {"message_id": "1", "created_at": None, "question": "How much?", "response": None}
    found = lk.mask(
        made([{"exchanges": [exchange, exchange]}, {"exchanges": []}, {"exchanges": None}, {"exchanges": [None]}])
    )
    masked = exchange | {"question": "[9 characters]"}
    assert found["exchanges"].to_list() == [[masked, masked], [], None, [None]]


def test_a_frame_of_any_shape_is_masked():
    frame = pl.DataFrame(
        {
            "who": [{"email": "ana@example.com", "n": 1}, None],
            "email": [["ana@example.com"], []],
            "sender": pl.Series(["ana", "bo"], dtype=pl.Categorical),
            "sender_right": ["bo", "bo"],
            "phone": [5550100, None],
            "pair": pl.Series([["a", "b"], None], dtype=pl.Array(pl.String, 2)),
            "mx_Store": ["Oak Park", None],
            "EmailAddress": ["ana@example.com", ""],
            "n": [1, 2],
        }
    )
    assert lk.mask(frame).to_dict(as_series=False) == {
        "who": [{"email": "[15 characters]", "n": 1}, None],
        "email": [["[15 characters]"], []],
        "sender": ["sender 1", "sender 2"],
        "sender_right": ["sender 1", "sender 1"],
        "phone": ["phone 1", None],
        "pair": [["a", "b"], None],
        "mx_Store": ["[8 characters]", None],
        "EmailAddress": ["[15 characters]", "[0 characters]"],
        "n": [1, 2],
    }


@given(VALUES)
def test_equality_survives_and_the_value_does_not(values):
    frame = pl.DataFrame({"sender": values}, schema={"sender": pl.String})
    masked = lk.mask(frame)["sender"].to_list()
    pairs = set(zip(values, masked, strict=True))
    assert len(pairs) == len(set(values)) == len(set(masked))
    assert all((before is None) == (after is None) for before, after in pairs)
    order = list(dict.fromkeys(after for after in masked if after not in (None, "--")))
    assert order == [f"sender {number}" for number in range(1, len(order) + 1)]
    assert lk.mask(frame.lazy()).collect(engine="streaming")["sender"].to_list() == masked


def test_tables_of_a_dealership_keep_no_person_when_masked():
    with Sandbox(seed=7, leads=60) as sandbox:
        shop = sandbox.dealership
        with lk.Ebay(sandbox.token, base_url=sandbox.url, sellers=shop.sellers, clock=shop.now) as ebay:
            leads, talks = ebay.leads(include_messages=True), ebay.conversations()
            tables = {"leads": leads, "talks": talks, "messages": ebay.messages(talks)}
    people = shop.truth.select("buyer", "email", "external_email").unpivot()["value"].drop_nulls()
    names = set(people) | set(leads["message"].drop_nulls()) | set(tables["messages"]["body"].drop_nulls())
    for name, table in tables.items():
        told, kept = (frame.write_json() for frame in (table, lk.mask(table)))
        assert any(one in told for one in names if len(one) > 5), name
        assert not [one for one in names if len(one) > 5 and one in kept]


def test_masked_twice_is_masked_and_lazy_frames_stay_lazy():
    frame = made([{"user_id": "ana"}, {}])
    assert lk.mask(lk.mask(frame))["user_id"].to_list() == ["user_id 1", None]
    assert isinstance(lk.mask(frame.lazy()), pl.LazyFrame)
    assert lk.mask(made([])).schema == made([]).schema


def test_what_is_no_frame_is_refused():
    with pytest.raises(lk.InvalidRequest, match="mask: frame is a str; give a Polars DataFrame or LazyFrame"):
        lk.mask("ana@example.com")


@pytest.mark.parametrize("name", ["email", "sender_right", "body", "mx_Store"])
@pytest.mark.parametrize("dtype", [pl.Object, pl.Binary], ids=str)
def test_a_personal_column_that_is_no_text_is_refused(name, dtype):
    values = pl.Series(name, [b"\xff" if dtype == pl.Binary else object(), None], dtype=dtype)
    for frame in (pl.DataFrame([values]), pl.LazyFrame([values])):
        with pytest.raises(lk.InvalidRequest, match=f"mask: the column '{name}' is {dtype}; it has to be a String"):
            lk.mask(frame)
    other = values.alias("kept").to_frame()
    assert lk.mask(other)["kept"].to_list() == values.to_list()
