"""Turns: the published cases, the rules, and a loop over the messages that must agree."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import DAY, at, lead, leads, messages, span

import leadkit as lk

CASES = json.loads((Path(__file__).parent.parent / "cases" / "conversations.json").read_text(encoding="utf-8"))["cases"]
WRITERS = {"buyer": "jane", "seller": "dealer"}
COLUMNS = [
    *("account", "conversation_id", "turn", "buyer_initiated", "asked_at", "last_asked_at", "answered_at", "wait"),
    *("open_for", "business_wait"),
]


def thread_of(case):
    """The messages of a case that the other side sees; notes and automatic ones are none."""
    start = datetime.fromisoformat(case["messages"][0][0])
    said = [(datetime.fromisoformat(moment) - start, who) for moment, who in case["messages"] if who in WRITERS]
    moved = messages(*((gap / timedelta(minutes=1), WRITERS[who]) for gap, who in said))
    return moved.with_columns(pl.col("created_at") - at(0) + start, fetched_at=pl.lit(start + timedelta(days=9)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_published_cases_are_met(case):
    thread, expected = thread_of(case), case["expected"]
    waits = [wait.total_seconds() for wait in lk.turns(thread)["wait"].drop_nulls()]
    submitted = thread["created_at"].min()
    asked = leads(lead() | {"submitted_at": submitted, "fetched_at": submitted})
    first = lk.response_times(asked, messages=thread)["wait_lower"].item().total_seconds()
    found = {
        "reply_seconds": waits,
        "mean_reply_seconds": sum(waits) / len(waits),
        "max_reply_seconds": max(waits),
        "first_response_seconds": first,
    }
    assert expected == {name: found[name] for name in expected}


def rows(found, *names):
    return found.select(
        names or ("turn", "buyer_initiated", "asked_at", "last_asked_at", "answered_at", "wait", "open_for")
    ).rows()


def test_a_turn_is_what_the_buyer_writes_until_the_seller_does():
    thread = messages((0, "jane"), (5, "jane"), (60, "dealer"), (61, "dealer"), (90, "jane"), (100, "dealer"))
    found = lk.turns(thread)
    assert rows(found) == [
        (1, True, at(0), at(5), at(60), span(60), None),
        (2, True, at(90), at(90), at(100), span(10), None),
    ]
    assert found.columns == COLUMNS
    assert found.select("account", "conversation_id", "business_wait").row(0) == ("demo", "c1", None)


def test_an_open_turn_is_open_and_a_thanks_opens_one():
    found = lk.turns(messages((0, "jane"), (60, "dealer"), (70, "jane"), (80, "jane"), seen=100))
    assert rows(found, "answered_at", "wait", "open_for") == [(at(60), span(60), None), (None, None, span(30))]


def test_the_first_turn_after_a_seller_who_began_is_none_of_the_buyers_making():
    found = lk.turns(messages((0, "dealer"), (5, "jane"), (9, "dealer"), (12, "jane")))
    assert rows(found, "turn", "buyer_initiated", "wait") == [(1, False, span(4)), (2, True, None)]


def test_a_seller_alone_and_ebay_alone_have_no_turn():
    assert lk.turns(messages((0, "dealer"), (5, "dealer"))).is_empty()
    assert lk.turns(messages((0, "eBay"), (5, "EBAY"))).is_empty()
    without = messages((0, "jane"), (3, "eBay"), (5, "dealer"))
    assert rows(lk.turns(without), "last_asked_at", "wait") == [(at(0), span(5))]


def test_messages_of_one_instant_go_by_their_ids():
    asked_first = messages((0, "jane"), (0, "dealer"))
    assert rows(lk.turns(asked_first), "buyer_initiated", "wait") == [(True, span(0))]
    assert rows(lk.turns(messages((0, "dealer"), (0, "jane"))), "buyer_initiated", "wait") == [(False, None)]


def test_threads_and_accounts_are_apart_and_sorted():
    parts = [
        messages((0, "jane"), thread="c2", seen=50),
        messages((1, "dealer"), (2, "jane"), (3, "dealer"), thread="c10"),
        messages((4, "jane"), thread="c10", account="b", seen=60),
    ]
    found = lk.turns(pl.concat(parts).sample(fraction=1, shuffle=True, seed=3))
    assert rows(found, "conversation_id", "account", "turn", "wait", "open_for") == [
        ("c10", "b", 1, None, span(56)),
        ("c10", "demo", 1, span(1), None),
        ("c2", "demo", 1, None, span(50)),
    ]


def test_a_thread_fetched_twice_is_one_and_open_until_the_later_time():
    first = messages((0, "jane"), seen=30)
    again = messages((0, "jane"), (40, "jane"), seen=90)
    assert rows(lk.turns(pl.concat([again, first]))) == [(1, True, at(0), at(40), None, None, span(90))]
    assert rows(lk.turns(pl.concat([first, first.with_columns(fetched_at=at(70))])), "open_for") == [(span(70),)]


def test_an_account_named_like_a_thread_is_not_that_thread():
    threads = [
        messages((0, "jane"), (5, "dealer")).with_columns(account=pl.lit(account), conversation_id=pl.lit(thread))
        for account, thread in (("a", "b"), ("b", "a"), ("a", "a"), ("b", "b"))
    ]
    assert lk.turns(pl.concat(threads))["wait"].to_list() == [timedelta(minutes=5)] * 4


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([(0, "jane"), (5, None), (9, "dealer")], [(1, True, None, None)]),
        ([(0, None), (5, "jane"), (9, "dealer")], [(1, None, None, None)]),
        ([(0, "jane"), (5, None)], [(1, True, None, None)]),
        ([(0, "jane"), (5, "dealer"), (6, None)], [(1, True, span(5), None)]),
        ([(0, "jane"), (5, "dealer"), (6, None), (7, "jane")], [(1, True, span(5), None), (2, True, None, None)]),
        (
            [(0, "jane"), (5, "dealer"), (6, None), (7, "dealer"), (8, "jane")],
            [(1, True, span(5), None), (2, True, None, span(DAY - 8))],
        ),
        ([(0, None)], []),
    ],
)
def test_an_unknown_sender_leaves_the_turn_that_it_stands_in_unknown(said, found):
    assert rows(lk.turns(messages(*said)), "turn", "buyer_initiated", "wait", "open_for") == found


def test_as_of_leaves_later_messages_out_and_turns_open():
    thread = messages((0, "jane"), (60, "dealer"), (70, "jane"), seen=DAY)
    found = lk.turns(thread, as_of=at(50))
    assert rows(found) == [(1, True, at(0), at(0), None, None, span(50))]
    assert rows(lk.turns(thread, as_of=at(60)), "wait", "open_for") == [(span(60), None)]
    assert lk.turns(thread, as_of=at(9000)).equals(lk.turns(thread))


def test_an_open_turn_without_a_time_of_fetching_is_open_for_nobody_knows():
    assert rows(lk.turns(messages((0, "jane"), seen=None)), "wait", "open_for") == [(None, None)]
    assert rows(lk.turns(messages((9, "jane"), seen=5)), "wait", "open_for") == [(None, None)]


def test_messages_without_thread_or_time_are_left_out():
    odd = pl.concat([messages((0, "jane"), thread=None, conversation_id=None), messages((None, "jane"), (5, "jane"))])
    assert rows(lk.turns(odd), "conversation_id", "asked_at") == [("c1", at(5))]


def test_the_business_clock_stands_beside():
    hours = lk.BusinessHours("UTC", "Mo-Fr 09:00-17:00")
    thread = messages((0, "jane"), (DAY, "dealer"), (DAY + 1, "jane"))
    assert rows(lk.turns(thread, hours=hours), "business_wait") == [(span(480),), (None,)]
    assert rows(lk.turns(thread, hours={"demo": hours, "other": hours}), "business_wait") == [(span(480),), (None,)]


def test_hours_of_no_account_that_is_there_are_told():
    thread = messages((0, "jane"), (DAY, "dealer"))
    hours = lk.BusinessHours("UTC", "Mo-Fr 09:00-17:00")
    cases = [
        (thread, {"other": hours}, "hours has a calendar for 'other', and messages has no row of such an account"),
        (thread.with_columns(account=pl.lit(None)), {"other": hours}, "messages has no row of such an account"),
        (thread.drop("account"), {"demo": hours}, "messages has no column 'account'"),
        (thread.drop("account").lazy(), {"demo": hours}, "messages has no column 'account'"),
        (thread, {}, "hours has no calendar"),
        (thread.lazy(), {}, "hours has no calendar"),
    ]
    for frame, calendars, why in cases:
        with pytest.warns(lk.LeadkitWarning, match=f"turns: .*{why}, so the business clock is null; give") as told:
            found = lk.turns(frame, hours=calendars)
        assert [one.filename for one in told] == [__file__]
        assert rows(found.lazy().collect(), "business_wait") == [(None,)]
    lk.turns(thread.clear(), hours={"other": hours})  # without rows, and before they are looked at, there is no word
    assert rows(lk.turns(thread.lazy(), hours={"other": hours}).collect(), "business_wait") == [(None,)]


NEEDED = ["conversation_id", "message_id", "created_at", "from_seller", "fetched_at"]


@pytest.mark.parametrize("column", NEEDED)
def test_columns_that_are_missing_or_of_another_dtype_are_refused(column):
    thread = messages((0, "jane"))
    with pytest.raises(lk.MissingColumns, match=rf"turns\(messages\) needs the column '{column}'"):
        lk.turns(thread.drop(column))
    with pytest.raises(lk.InvalidRequest, match=rf"turns: the column '{column}' is Binary; it has to be a"):
        lk.turns(thread.with_columns(pl.lit(b"?").alias(column)))


def test_what_is_no_frame_is_refused():
    with pytest.raises(lk.InvalidRequest, match="turns: messages is a dict; give a Polars DataFrame or LazyFrame"):
        lk.turns({})


def test_the_columns_that_it_needs_are_enough_and_naive_times_are_told():
    thread = messages((0, "jane"), (4, "dealer")).select(NEEDED)
    assert rows(lk.turns(thread), "account", "wait") == [(None, span(4))]
    with pytest.warns(lk.LeadkitWarning, match="turns: created_at, fetched_at of messages has no time zone"):
        found = lk.turns(thread.with_columns(pl.selectors.datetime().dt.replace_time_zone(None)))
    assert found.equals(lk.turns(thread))


def test_no_one_and_many_rows_have_the_same_columns():
    none, nulls = lk.turns(messages()), lk.turns(pl.DataFrame({name: [None] for name in NEEDED}))
    assert none.schema == nulls.schema == lk.turns(messages((0, "jane"), (4, "dealer"))).schema
    assert none.is_empty()
    assert nulls.is_empty()
    assert list(none.schema.values())[2:6] == [pl.Int64, pl.Boolean, *[pl.Datetime("us", "UTC")] * 2]


SAID = st.lists(
    st.tuples(
        st.sampled_from(["c1", "c2", "c3"]), st.integers(0, 8), st.sampled_from(["jane", "dealer", "eBay", None])
    ),
    max_size=14,
)


@given(SAID, st.randoms(use_true_random=False))
def test_turns_are_those_of_a_loop_over_the_messages_eagerly_and_lazily(said, shuffle):
    rows_of = [(thread, minute, who, f"{number:02}") for number, (thread, minute, who) in enumerate(said)]
    frames = [messages((minute, who), thread=thread, message_id=key) for thread, minute, who, key in rows_of]
    shuffle.shuffle(frames)
    frame = pl.concat([messages(), *frames])
    found = lk.turns(frame)
    names = (
        "conversation_id",
        "turn",
        "buyer_initiated",
        "asked_at",
        "last_asked_at",
        "answered_at",
        "wait",
        "open_for",
    )
    assert found.select(names).rows() == list(by_hand(rows_of))
    assert lk.turns(frame.lazy()).collect(engine="streaming").equals(found)


def by_hand(said):
    for thread in ("c1", "c2", "c3"):
        lines = sorted((minute, key, who) for name, minute, who, key in said if name == thread and who != "eBay")
        number, run = 0, []
        for minute, _, who in [*lines, (None, "", "dealer")]:
            if who != "dealer":
                run.append((minute, who))
                continue
            asked = [moment for moment, writer in run if writer == "jane"]
            if asked:
                number += 1
                whole = len(asked) == len(run)
                began = True if number > 1 else {"jane": True, "dealer": False, None: None}[lines[0][2]]
                answered = minute if whole else None
                wait = span(minute - asked[0]) if whole and minute is not None else None
                still = span(DAY - asked[0]) if whole and minute is None else None
                yield thread, number, began, at(asked[0]), at(asked[-1]), at(answered), wait, still
            run = []


def test_the_truth_of_a_dealership_is_found_in_its_first_turns():
    with lk.demo(seed=23, leads=120) as shop:
        found = lk.turns(shop.ebay.messages(shop.ebay.conversations()))
        truth = shop.truth
    told = truth.filter(
        pl.col("question_message_id").is_not_null(), pl.len().over("conversation_id") == 1
    )  # one lead in the thread
    both = told.join(found, on="conversation_id").filter(pl.col("asked_at") >= pl.col("submitted_at"))
    first = both.sort("turn").unique("conversation_id", keep="first")
    assert first["answered_at"].equals(first["first_reply_at"], check_names=False)
    assert first["answered_at"].is_not_null().sum() > 20
    assert found["asked_at"].max() < datetime(2026, 11, 3, tzinfo=UTC)
