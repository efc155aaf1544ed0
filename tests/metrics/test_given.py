"""What a metric was given is checked once, for all of them, and refused in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

import leadkit as lk
from leadkit.metrics.given import as_given, groups, needed, span

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ALL = {"id": "text", "at": "time", "wait": "span", "fee": "money", "read": "flag", "unread": "count", "x": "any"}


def a_frame(**other):
    columns = {"id": ["a"], "at": [NOON], "wait": [timedelta(1)], "fee": [Decimal("1.50")], "read": [True]}
    return pl.DataFrame(columns | {"unread": [3], "x": [1.5]} | other)


def test_columns_come_in_one_form_and_the_others_stay():
    chicago = pl.Series([NOON]).dt.convert_time_zone("America/Chicago").dt.cast_time_unit("ns")
    found = needed(a_frame(at=chicago, fee=[2], more=[1]), ALL, by="turns").collect()
    assert found.schema["at"] == pl.Datetime("us", "UTC")
    assert found.schema["wait"] == pl.Duration("us")
    assert found.row(0) == ("a", NOON, timedelta(1), Decimal(2), True, 3, 1.5, 1)


def test_an_enum_is_a_text_and_null_fits_everywhere():
    names = a_frame().columns
    found = needed(a_frame(id=pl.Series(["a"], dtype=pl.Enum(["a"]))), ALL, by="turns").collect()
    assert found.schema["id"] == pl.String
    nothing = pl.DataFrame({name: [None] for name in names})
    assert needed(nothing, ALL, by="turns").collect().null_count().row(0) == (1,) * len(names)
    forgotten = nothing.with_columns(pl.lit(None, pl.List(pl.Null)).alias(name) for name in ALL)
    assert needed(forgotten, ALL, by="turns").collect_schema() == needed(nothing, ALL, by="turns").collect_schema()


def test_a_naive_time_is_read_as_utc_and_told():
    with pytest.warns(lk.LeadkitWarning, match=r"turns: at of messages has no time zone and is read as UTC") as told:
        found = needed(a_frame(at=[datetime(2026, 11, 2, 12)]), ALL, by="turns", name="messages")  # noqa: DTZ001 - naive on purpose
    assert found.collect()["at"].item() == NOON
    assert len(told) == 1


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        ("id", 1, "a String"),
        ("at", "2026-11-02", "a Datetime"),
        ("wait", 3, "a Duration"),
        ("fee", 1.5, "a Decimal, or whole numbers"),
        ("read", "yes", "a Boolean"),
        ("unread", 0.5, "whole numbers"),
    ],
)
def test_another_dtype_is_refused(column, value, wanted):
    with pytest.raises(lk.InvalidRequest, match=rf"turns: the column '{column}' is \w+; it has to be {wanted}"):
        needed(a_frame(**{column: [value]}), ALL, by="turns")


def test_missing_columns_are_named_with_the_nearest():
    with pytest.raises(lk.MissingColumns, match=r"turns\(leads\) needs the column 'fee' \(did you mean 'fees'\?\)"):
        needed(pl.LazyFrame({"fees": [1]}), {"fee": "money"}, by="turns")


def test_what_is_no_frame_is_refused():
    with pytest.raises(lk.InvalidRequest, match="turns: messages is a list; give a Polars DataFrame or LazyFrame"):
        needed([], ALL, by="turns", name="messages")


def test_the_kind_of_frame_that_came_goes_back():
    frame = a_frame()
    assert isinstance(as_given(frame, frame.lazy()), pl.DataFrame)
    assert isinstance(as_given(frame.lazy(), frame.lazy()), pl.LazyFrame)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (None, []),
        ("id", ["id"]),
        (["id", pl.col("at").dt.date().alias("day")], ["id", "day"]),
        (pl.col("unread") > 1, ["unread"]),
    ],
)
def test_groups_keep_their_names(by, names):
    frame = a_frame().lazy()
    assert frame.select(groups(by, frame, needed_by="turns")).collect_schema().names() == names


def test_groups_that_are_not_there_or_make_no_sense_are_refused():
    frame = a_frame().lazy()
    with pytest.raises(lk.MissingColumns, match=r"turns\(by=\) needs the column 'unred' \(did you mean 'unread'"):
        groups(["id", "unred"], frame, needed_by="turns")
    with pytest.raises(lk.InvalidRequest, match=r"turns: by=3 is refused: give a column name"):
        groups(3, frame, needed_by="turns")
    with pytest.raises(lk.InvalidRequest, match=r"turns: by= can't be computed"):
        groups(pl.col("id").dt.year(), frame, needed_by="turns")


@pytest.mark.parametrize(
    ("text", "found"),
    [("90s", 90), ("15m", 900), ("1h30m", 5400), ("2d", 172_800), ("1w", 604_800), (timedelta(seconds=5), 5)],
)
def test_a_span_of_time_is_read(text, found):
    assert span(text, name="sla", needed_by="turns") == timedelta(seconds=found)


@pytest.mark.parametrize("bad", ["", "1", "h", "0h", "-1h", "1 h", "1y", f"{10**12}d", 3600, None, timedelta(0)])
def test_what_is_no_span_is_refused(bad):
    with pytest.raises(lk.InvalidRequest, match=r"turns: sla=.* is refused: allowed is a span such as '15m'"):
        span(bad, name="sla", needed_by="turns")
