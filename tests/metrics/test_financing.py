"""The financing question: three answers kept apart, each share with Wilson's interval."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_leads import later, made
from polars.testing import assert_frame_equal

import leadkit as lk

COLUMNS = {
    "leads": pl.Int64(),
    "yes": pl.Int64(),
    "no_or_unanswered": pl.Int64(),
    "not_given": pl.Int64(),
    **{
        f"{share}{end}": pl.Float64()
        for share in ("yes_share", "yes_of_all", "answer_rate")
        for end in ("", "_low", "_high")
    },
    "few": pl.Enum(["n<10", "n<30"]),
}
ANSWERS = st.lists(st.tuples(st.sampled_from([True, False, None]), st.sampled_from(["a", "b", None])), max_size=40)


def asked(answers):
    return made([{"financing": answer, "item_id": item} for answer, item in answers])


def test_three_answers_are_counted_apart_and_each_share_says_of_what():
    (found,) = lk.financing(asked([(True, "a")] * 3 + [(False, "a")] * 7 + [(None, "a")] * 10)).to_dicts()
    assert list(found) == list(COLUMNS)
    assert (found["leads"], found["yes"], found["no_or_unanswered"], found["not_given"]) == (20, 3, 7, 10)
    assert (found["yes_share"], found["yes_of_all"], found["answer_rate"]) == (0.3, 0.15, 0.5)
    for share, k, n in (("yes_share", 3, 10), ("yes_of_all", 3, 20), ("answer_rate", 10, 20)):
        assert (found[f"{share}_low"], found[f"{share}_high"]) == lk.wilson(k, n)
    assert found["few"] == "n<30"


def test_where_nobody_answered_there_is_no_share_but_a_rate():
    (found,) = lk.financing(asked([(None, "a")] * 4)).to_dicts()
    assert (found["yes_share"], found["yes_share_low"], found["yes_share_high"]) == (None, None, None)
    assert (found["yes_of_all"], found["yes_of_all_low"], found["answer_rate"], found["few"]) == (0, 0, 0, "n<10")


@pytest.mark.parametrize("rows", [[], [(True, "a")], [(True, "a"), (None, None)]])
@pytest.mark.parametrize("given_as", [pl.DataFrame, pl.LazyFrame])
def test_without_groups_there_is_one_row_also_over_no_leads(rows, given_as):
    found = lk.financing(given_as(asked(rows)))
    assert isinstance(found, given_as)
    assert dict(found.lazy().collect_schema()) == COLUMNS
    assert found.lazy().collect()["leads"].to_list() == [len(rows)]


def test_groups_stand_in_order_with_null_last():
    found = lk.financing(asked([(True, "b"), (False, None), (None, "a")]), by="item_id")
    assert found.select("item_id", "yes", "no_or_unanswered", "not_given").rows() == [
        ("a", 0, 0, 1),
        ("b", 1, 0, 0),
        (None, 0, 1, 0),
    ]
    assert lk.financing(asked([]), by="item_id").is_empty()


def test_of_several_records_of_a_lead_the_last_fetched_counts():
    leads = made(
        [
            {"lead_id": "x", "financing": True, "fetched_at": later(2)},
            {"lead_id": "x", "financing": None, "fetched_at": later(1)},
        ]
    )
    assert lk.financing(leads).select("leads", "yes").row(0) == (1, 1)


def test_the_level_widens_the_intervals():
    leads = asked([(True, "a")] * 3 + [(False, "a")] * 7)
    (found,) = lk.financing(leads, level=0.99).to_dicts()
    assert (found["yes_share_low"], found["yes_share_high"]) == lk.wilson(3, 10, level=0.99)
    with pytest.raises(lk.InvalidRequest, match="financing: level=95 is refused"):
        lk.financing(leads, level=95)


@given(ANSWERS, st.randoms(use_true_random=False), st.sampled_from([None, "item_id"]))
def test_rows_sum_to_all_leads_whatever_the_order_and_the_engine(answers, random, by):
    found = lk.financing(asked(answers), by=by)
    assert found["leads"].sum() == len(answers)
    assert found["yes"].sum() == sum(answer is True for answer, _ in answers)
    parts = found.select(pl.sum_horizontal("yes", "no_or_unanswered", "not_given")).to_series()
    assert parts.to_list() == found["leads"].to_list()
    mixed = asked(random.sample(answers, len(answers)))
    assert_frame_equal(lk.financing(mixed, by=by), found)
    assert_frame_equal(lk.financing(mixed.lazy(), by=by).collect(), found)


def test_what_is_not_a_flag_and_what_is_missing_is_refused():
    leads = asked([(True, "a")])
    with pytest.raises(lk.InvalidRequest, match="financing: the column 'financing' is String; it has to be a Boolean"):
        lk.financing(leads.with_columns(financing=pl.lit("yes")))
    with pytest.raises(lk.MissingColumns, match=r"financing\(leads\) needs the column 'financing'"):
        lk.financing(leads.drop("financing"))
    with pytest.raises(lk.InvalidRequest, match="financing: by= would give a second column 'yes'"):
        lk.financing(leads, by=pl.col("item_id").alias("yes"))
    nothing = lk.financing(leads.with_columns(financing=pl.lit(None)))
    assert nothing.select("leads", "not_given").row(0) == (1, 1)
