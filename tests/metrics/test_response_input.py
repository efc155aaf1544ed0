"""Response times of odd input: each kind has a defined answer; lazy frames give what eager ones give."""

from datetime import UTC, datetime

import polars as pl
import pytest
from made_records import DAY, at, exchange, inbox, lead, leads, mail, messages, outcome, sent, talk

import leadkit as lk
from leadkit.metrics.deferred import asked_of

GIVEN = {
    "messages": messages((0, "jane"), (30, "dealer")),
    "conversations": talk(30, "dealer", latest_message_id="c1-1"),
    "mail": mail(inbox(0, 30, replied=True), sent(30)),
}
NEEDED = {
    "leads": "lead_id item_id user_id submitted_at status fetched_at",
    "messages": "conversation_id reference_id message_id created_at sender recipient from_seller fetched_at",
    "conversations": "conversation_id reference_id other_party created_at latest_message_id latest_at latest_sender "
    "latest_recipient fetched_at",
    "mail": "message_id external_message_id folder_id sender recipient received_at replied_at replied item_id "
    "fetched_at",
}
COLUMNS = [(table, column) for table, columns in NEEDED.items() for column in columns.split()]


def called(table, change):
    frames = {"leads": leads(lead()), **GIVEN}
    frames[table] = change(frames[table])
    return lk.response_times(frames.pop("leads"), **frames)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_missing_column_is_named_with_the_nearest(table, column):
    with pytest.raises(lk.MissingColumns, match=rf"response_times\({table}\) needs the column '{column}'.*'{column}_'"):
        called(table, lambda frame: frame.rename({column: f"{column}_"}))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_another_dtype_is_refused(table, column):
    with pytest.raises(lk.InvalidRequest, match=rf"response_times: the column '{column}' is Binary; it has to be a"):
        called(table, lambda frame: frame.with_columns(pl.lit(b"?").alias(column)))


@pytest.mark.parametrize("table", NEEDED)
def test_what_is_no_frame_is_refused(table):
    with pytest.raises(lk.InvalidRequest, match=f"response_times: {table} is a list; give a Polars DataFrame or Lazy"):
        called(table, lambda _: [])


def test_only_the_columns_that_it_needs_are_enough():
    frames = {"leads": leads(lead()), **GIVEN}
    few = {table: frames[table].select(columns.split()) for table, columns in NEEDED.items()}
    assert outcome(lk.response_times(few.pop("leads"), **few)) == ("answered_exact", "E1 thread", 30, 30)


def test_exchanges_of_another_form_are_refused():
    for column in (pl.lit("text"), pl.lit([1]), pl.lit([{"message_id": "1", "created_at": "noon", "response": ""}])):
        with pytest.raises(
            lk.InvalidRequest, match=r"the column 'exchanges' is .*; it has to be the list of questions"
        ):
            lk.response_times(leads(lead()).with_columns(column.alias("exchanges")))
    numbers = pl.element().struct.with_fields(response=pl.lit(5))
    asked = leads(lead(exchanges=[exchange(1)])).with_columns(pl.col("exchanges").list.eval(numbers))
    with pytest.raises(lk.InvalidRequest, match=r"the column 'exchanges' is .*; it has to be the list of questions"):
        lk.response_times(asked)
    nothing = leads(lead(status="NEW")).with_columns(pl.lit(None).alias("exchanges"))
    assert outcome(lk.response_times(nothing, mail=GIVEN["mail"]))[0] == "answered_exact"


def test_null_and_categorical_fields_of_exchanges_fit():
    answered = leads(lead(exchanges=[exchange(1, response="Yes.")]))

    def found(**fields):
        inner = pl.element().struct.with_fields(**fields)
        return outcome(lk.response_times(answered.with_columns(pl.col("exchanges").list.eval(inner)), **GIVEN))

    of_status = lk.response_times(
        answered.with_columns(
            pl.col("exchanges").list.eval(
                pl.element().struct.with_fields(response=pl.field("response").cast(pl.Categorical))
            )
        )
    )
    assert outcome(of_status) == ("answered_interval", "E7 response", 0, 60)
    exact = ("answered_exact", "E1 thread", 30, 30)
    assert found(response=pl.lit(None)) == found(created_at=pl.lit(None)) == exact
    empty = leads(lead(exchanges=[exchange(1)])).with_columns(
        pl.col("exchanges").list.eval(pl.element().struct.with_fields(response=pl.lit(None)))
    )
    assert outcome(lk.response_times(empty))[0] == "unknown"


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "Pacific/Apia"])
def test_times_of_any_zone_and_unit_are_the_same_moments(zone, unit):
    def moved(frame):
        times = pl.selectors.datetime()
        return frame.with_columns(times.dt.convert_time_zone(zone).dt.cast_time_unit(unit))

    questions = leads(lead(status="NEW", exchanges=[exchange(1, response="Yes.")]))
    inner = pl.element().struct.with_fields(pl.field("created_at").dt.convert_time_zone(zone).dt.cast_time_unit(unit))
    frame = moved(questions).with_columns(pl.col("exchanges").list.eval(inner))
    found = lk.response_times(frame, **{name: moved(one) for name, one in GIVEN.items()})
    assert found.equals(lk.response_times(questions, **GIVEN))


def test_naive_times_are_utc_and_told_once_for_each_frame():
    naive = pl.selectors.datetime().dt.replace_time_zone(None)
    with pytest.warns(lk.LeadkitWarning, match=r"response_times: .* no time zone and is read as UTC") as told:
        found = lk.response_times(
            leads(lead()).with_columns(naive), **{name: one.with_columns(naive) for name, one in GIVEN.items()}
        )
    assert len(told) == 4
    assert {warning.filename for warning in told} == {__file__}
    assert outcome(found) == ("answered_exact", "E1 thread", 30, 30)
    inner = pl.element().struct.with_fields(pl.field("created_at").dt.replace_time_zone(None))
    questions = leads(lead(None, status="NEW", exchanges=[exchange(1, response="Yes.")]))
    times = lk.response_times(questions.with_columns(pl.col("exchanges").list.eval(inner)))
    assert times["submitted_at"].item() == at(0)


def test_columns_that_are_null_throughout_give_unknown():
    nothing = pl.DataFrame({name: [None, None] for name in NEEDED["leads"].split()})
    times = lk.response_times(nothing, **{name: one.clear() for name, one in GIVEN.items()})
    assert times["state"].to_list() == ["unknown", "unknown"]
    assert times.select("evidence", "wait_lower", "wait_upper", "age", "observed_at").null_count().row(0) == (2,) * 5
    assert times.schema == lk.response_times(leads()).schema


@pytest.mark.parametrize("table", ["messages", "conversations", "mail"])
def test_columns_of_a_source_that_are_null_throughout_prove_nothing(table):
    empty = pl.DataFrame({name: [None] for name in NEEDED[table].split()})
    assert outcome(lk.response_times(leads(lead()), **{table: empty}))[0] == "unknown"


def test_times_at_the_ends_of_the_calendar_do_not_break_it():
    far = datetime(9999, 12, 31, tzinfo=UTC)
    first, last = (
        lead() | {"submitted_at": moment, "status": "NEW", "fetched_at": far}
        for moment in (datetime(1, 1, 1, tzinfo=UTC), far)
    )
    times = lk.response_times(leads(first, last))
    assert times["state"].to_list() == ["unanswered", "unanswered"]


def test_other_columns_of_any_name_do_no_harm():
    names = [
        "row",
        "record",
        "key",
        "buyer",
        "by",
        "after",
        "seen_at",
        "new_at",
        "reply_at",
        "contradicted",
        "episode_id",
    ]
    other = [pl.lit("x").alias(name) for name in names]
    found = lk.response_times(
        leads(lead(), lead()).with_columns(other), **{name: one.with_columns(other) for name, one in GIVEN.items()}
    )
    assert found.equals(lk.response_times(leads(lead(), lead()), **GIVEN))


ROWS = [
    lead(),
    lead(5, status="NEW"),
    lead(5, lead_id="a1", status="RESPONDED", seen=90),
    lead(6, user_id="john", status="NEW"),
    lead(7, user_id=None, email="x@y.example", status="RESPONDED"),
    lead(9, user_id=None, email="x@y.example"),
    lead(3 * DAY, seen=4 * DAY, exchanges=[exchange(5)]),
]


def test_a_lazy_frame_gives_one_with_the_same_rows_in_the_same_order():
    eagerly = lk.response_times(leads(*ROWS), **GIVEN)
    lazily = lk.response_times(leads(*ROWS).lazy(), **{name: one.lazy() for name, one in GIVEN.items()})
    assert isinstance(lazily, pl.LazyFrame)
    assert lazily.collect_schema() == eagerly.schema
    for engine in ("in-memory", "streaming"):
        assert lazily.collect(engine=engine).equals(eagerly)


def test_a_lazy_frame_computes_only_what_is_asked_for():
    eagerly = lk.response_times(leads(*ROWS), **GIVEN)
    lazily = lk.response_times(leads(*ROWS).lazy(), **GIVEN)
    exact = pl.col("state") == "answered_exact"
    assert (
        lazily.filter(exact)
        .select("lead_id", "wait_upper")
        .collect()
        .equals(eagerly.filter(exact).select("lead_id", "wait_upper"))
    )
    assert lazily.head(2).collect().equals(eagerly.head(2))
    assert lazily.select(pl.len()).collect().item() == 6


def test_of_a_plan_only_what_is_asked_for_is_left():
    plan = pl.LazyFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
    assert asked_of(plan, None, None, None).collect().equals(plan.collect())
    assert asked_of(plan, ["a"], pl.col("a") > 1, 1).collect().to_dicts() == [{"a": 2}]  # Polars calls it in a thread


def test_a_lazy_frame_is_read_when_it_is_collected_and_not_before():
    read = []
    frame = leads(*ROWS).lazy().map_batches(lambda rows: read.append(1) or rows)
    lazily = lk.response_times(frame)
    lazily.collect_schema()
    assert not read
    assert lazily.collect().equals(lk.response_times(leads(*ROWS)))
    assert read
