"""Duplicates: which leads are one episode, and which are not."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import DAY, OTHER_ITEM, at, inbox, lead, leads, mail, messages, talk

import leadkit as lk


def episodes(*rows, **given):
    return lk.response_times(leads(*rows), **given)["episode_id"].to_list()


@pytest.mark.parametrize(("gap", "same"), [(0, True), (5, True), (DAY, True), (DAY + 0.01, False)])
def test_leads_at_most_a_day_after_the_one_before_are_one_episode(gap, same):
    assert episodes(lead(0), lead(gap)) == ["a0", "a0" if same else "a1"]


def test_the_chain_goes_from_one_lead_to_the_next_and_the_order_of_rows_does_not_matter():
    rows = [lead(2 * DAY), lead(0), lead(DAY), lead(9 * DAY)]
    assert episodes(*rows) == ["a1", "a1", "a1", "a3"]


def test_of_two_at_the_same_moment_the_smaller_id_is_the_first_whatever_the_order_of_rows():
    frame = leads(lead(0, lead_id="b", status="NEW"), lead(0, lead_id="a", status="RESPONDED"))
    for rows in (frame, frame.reverse()):
        times = lk.response_times(rows)
        assert times["episode_id"].to_list() == ["a", "a"]
        assert lk.response_summary(times).select("leads", "unanswered", "answered_interval").row(0) == (1, 0, 1)


@pytest.mark.parametrize(
    ("reply", "same"),
    [(10, False), (59, False), (60, True), (61, True)],
)
def test_a_counted_reply_between_ends_an_episode(reply, same):
    thread = messages((0, "jane"), (reply, "dealer"))
    assert episodes(lead(0), lead(60), messages=thread) == ["a0", "a0" if same else "a1"]


@pytest.mark.parametrize(("reply", "same"), [(30, False), (90, True)])
def test_so_does_a_reply_that_is_only_known_to_have_come_by_then(reply, same):
    latest = talk(reply, "dealer")
    assert episodes(lead(0), lead(60), conversations=latest) == ["a0", "a0" if same else "a1"]


def test_a_reply_before_the_first_does_not_count():
    thread = messages((-60, "jane"), (-30, "dealer"), (0, "jane"))
    assert episodes(lead(0), lead(20), messages=thread) == ["a0", "a0"]


@pytest.mark.parametrize(
    "other",
    [{"item_id": OTHER_ITEM}, {"user_id": "john"}, {"account": "other"}, {"item_id": None}, {"submitted_at": None}],
)
def test_another_listing_buyer_or_account_is_another_episode(other):
    assert episodes(lead(0), lead(10) | other) == ["a0", "a1"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"item_id": "110", "user_id": "111"}, {"item_id": "111", "user_id": "110"}),
        ({"item_id": "110", "user_id": "110"}, {"item_id": "111", "user_id": "111"}),
        ({"account": "110", "item_id": "111"}, {"account": "111", "item_id": "110"}),
    ],
)
def test_the_same_text_in_another_column_is_something_else(first, second):
    assert episodes(lead(0) | first, lead(10) | second) == ["a0", "a1"]


def test_names_are_compared_in_lower_case():
    assert episodes(lead(0, user_id="Jane"), lead(5, user_id=" JANE")) == ["a0", "a0"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"external_email": "J@X.example"}, {"external_email": "j@x.example "}, True),
        ({"external_email": "j@x.example", "email": "a@b.example"}, {"external_email": "j@x.example"}, True),
        ({"external_email": "--", "email": "j@x.example"}, {"email": "j@x.example"}, True),
        ({"external_email": "j@x.example", "email": "a@b.example"}, {"email": "a@b.example"}, False),
        ({"email": "--"}, {"email": "--"}, False),
        ({"email": " "}, {"email": " "}, False),
        ({}, {}, False),
        ({"user_id": "j@x.example"}, {"email": "j@x.example"}, False),
        ({"user_id": "jane", "email": "a@b.example"}, {"user_id": "john", "email": "a@b.example"}, False),
    ],
)
def test_without_a_user_id_the_address_names_the_buyer_and_without_both_nothing_does(first, second, same):
    guests = [lead(0, user_id=None) | first, lead(10, user_id=None) | second]
    assert episodes(*guests) == ["a0", "a0" if same else "a1"]


def test_frames_without_addresses_still_have_episodes():
    frame = leads(lead(0), lead(5), lead(6, user_id=None)).drop("email", "external_email", "exchanges")
    assert lk.response_times(frame)["episode_id"].to_list() == ["a0", "a0", "a2"]


def test_two_leads_without_an_id_are_never_duplicates():
    assert episodes(lead(0, lead_id=None), lead(5), lead(9, lead_id=None)) == [None, "a1", None]


def test_polls_of_a_duplicate_are_one_row_of_its_episode():
    rows = [lead(0), lead(10), lead(10, lead_id="a1", seen=90, status="NEW")]
    assert episodes(*rows) == ["a0", "a0"]


def test_every_duplicate_keeps_its_own_wait():
    copies = mail(inbox(0, replied=False), inbox(30, 45, replied=True))
    times = lk.response_times(leads(lead(0), lead(30)), mail=copies)
    assert times["episode_id"].to_list() == ["a0", "a0"]
    assert times["wait_upper"].to_list() == [timedelta(minutes=45), timedelta(minutes=15)]


@given(
    st.lists(st.tuples(st.sampled_from(["ann", "bob"]), st.integers(0, 120)), max_size=12),
    st.lists(st.integers(0, 120), max_size=4),
)
def test_episodes_are_those_of_a_loop_over_the_leads(asked, replies):
    rows = [lead(hour * 60, user_id=name) for name, hour in asked]
    said = [
        messages(*((60 * hour, "dealer") for hour in replies), thread=name, recipient=name) for name in ("ann", "bob")
    ]
    found = lk.response_times(leads(*rows), messages=pl.concat(said))
    assert found["episode_id"].to_list() == list(by_hand(found.to_dicts()))


def by_hand(times):
    first, before = {}, {}
    for row in sorted(range(len(times)), key=lambda row: (times[row]["submitted_at"], row)):
        buyer, now = times[row]["user_id"], times[row]["submitted_at"]
        last = before.get(buyer)
        replied = last and last["responded_at"] and last["responded_at"] < now
        if last is None or replied or now - last["submitted_at"] > timedelta(days=1):
            first[buyer] = times[row]["lead_id"]
        before[buyer] = times[row]
        times[row]["episode"] = first[buyer]
    return (row["episode"] for row in times)


def test_the_first_lead_of_an_episode_is_the_one_whose_ids_are_equal():
    times = lk.response_times(leads(lead(0), lead(5), lead(9), lead(3 * DAY)))
    firsts = times.filter(pl.col("episode_id") == pl.col("lead_id"))
    assert firsts["submitted_at"].to_list() == [at(0), at(3 * DAY)]
