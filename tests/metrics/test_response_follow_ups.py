"""Replies in the mailbox to other messages of a buyer's count, and leave room beside what the question's copy says."""

import pytest
from made_records import (
    NEW,
    RESPONDED,
    asked,
    at,
    conflicts,
    copy,
    exchange,
    inbox,
    leads,
    mail,
    messages,
    outcome,
    span,
)

import leadkit as lk


def of_jane(number, received, replied_at=None, replied=None, seen=100):
    """The copy of that question, whose sender is known."""
    return copy(number, received, replied_at, replied, seen) | {"sender": "jane"}


def test_a_dated_reply_to_an_earlier_question_counts_for_the_later_lead():
    rows = leads(asked(0, 0), asked(1, 10, **NEW))
    times = lk.response_times(rows, mail=mail(of_jane(0, 0, 30, True), of_jane(1, 10, None, False)))
    assert outcome(times, 0) == ("answered_exact", "E2 user_response", 30, 30)
    assert outcome(times, 1)[0::3] == ("answered_interval", 20)
    assert conflicts(times) == [False, False]  # NEW and "not replied" are said of the later lead alone
    before = lk.response_times(rows, mail=mail(of_jane(0, 0, 9, True), of_jane(1, 10, None, False)))
    assert outcome(before, 1) == ("unanswered", "E8 replied", 90, None)


def test_no_reply_to_a_lead_does_not_deny_one_to_a_message_before_it():
    rows, earlier = leads(asked(0, 0, **NEW)), inbox(-30, 70, True)
    times = lk.response_times(rows, mail=mail(earlier))
    assert outcome(times) == ("answered_interval", "E2 user_response", 0, 70)
    assert conflicts(times) == [False]
    until = lk.response_times(leads(asked(0, 0, 60, **NEW)), mail=mail(earlier))
    assert outcome(until)[2:] == (60, 70)
    own = lk.response_times(rows, mail=mail(earlier, of_jane(0, 0, 20, True)))
    assert outcome(own) == ("answered_exact", "E2 user_response", 20, 20)
    assert conflicts(own) == [True]


def test_replied_to_a_follow_up_without_a_date_is_a_reply_by_then():
    question, follow_up = of_jane(0, 0, None, False), inbox(30, None, True, seen=80)
    times = lk.response_times(leads(asked(0, 0)), mail=mail(question, follow_up))
    assert outcome(times) == ("answered_interval", "E5 polling", 30, 80)
    assert conflicts(times) == [False]
    alone = lk.response_times(leads(asked(0, 0)), mail=mail(follow_up))
    assert outcome(alone) == ("answered_interval", "E7 replied", 0, 80)
    assert alone["link_rule"].to_list() == ["R3"]
    earlier = inbox(-30, None, True, seen=80)  # what was replied to before the lead may have been replied to before it
    assert outcome(lk.response_times(leads(asked(0, 0)), mail=mail(question, earlier)))[0] == "unanswered"
    then = lk.response_times(leads(asked(0, 0)), mail=mail(question, follow_up), as_of=at(79))
    assert outcome(then) == ("unanswered", "E8 replied", 79, None)


@pytest.mark.parametrize("other", [inbox(30, 70, True), inbox(-30, 70, True), inbox(30, None, True, seen=70)])
def test_a_response_date_after_a_reply_to_another_message_is_not_the_first(other):
    times = lk.response_times(leads(asked(0, 0)), mail=mail(of_jane(0, 0, 90, True), other))
    assert outcome(times)[0] == "answered_interval"
    assert outcome(times)[2:] == (0, 70)
    assert conflicts(times) == [False]
    assert times["responded_at"].to_list() == [None]
    first = lk.response_times(leads(asked(0, 0)), mail=mail(of_jane(0, 0, 70, True), other))
    assert outcome(first) == ("answered_exact", "E2 user_response", 70, 70)


@pytest.mark.parametrize(
    "later", [asked(1, 30, 80, **RESPONDED), asked(1, 30, 80, exchanges=[exchange(1, 30, "Yes.")])]
)
def test_nor_after_a_reply_to_a_later_lead(later):
    times = lk.response_times(leads(asked(0, 0), later), mail=mail(copy(0, 0, 90, True)))
    assert outcome(times)[0] == "answered_interval"
    assert outcome(times)[2:] == (0, 80)
    assert conflicts(times) == [False, False]


def test_after_the_leads_own_status_it_contradicts():
    times = lk.response_times(leads(asked(0, 0, 80, **RESPONDED)), mail=mail(copy(0, 0, 90, True)))
    assert outcome(times) == ("answered_exact", "E2 user_response", 90, 90)
    assert conflicts(times) == [True]


@pytest.mark.parametrize("reply", [(70, True), (None, True)])
def test_no_reply_to_the_question_does_not_deny_one_to_a_follow_up(reply):
    copies = mail(of_jane(0, 0, None, False, seen=100), inbox(30, *reply, seen=80))
    times = lk.response_times(leads(asked(0, 0)), mail=copies)
    assert outcome(times)[2:] == (30, reply[0] or 80)
    assert conflicts(times) == [False]
    thread = messages((0, "jane"), (20, "dealer"), (30, "jane"))
    times = lk.response_times(leads(asked(0, 0)), mail=copies, messages=thread)
    assert outcome(times) == ("answered_exact", "E1 thread", 20, 20)
    assert conflicts(times) == [True]  # up to 30 there was none, says the copy


def test_the_question_that_is_asked_again_by_its_own_copy_is_not_another():
    polls = [of_jane(0, 0, None, flag, seen=seen) | {"message_id": "q"} for flag, seen in ((False, 40), (True, 90))]
    assert outcome(lk.response_times(leads(asked(0, 0)), mail=mail(*polls))) == (
        "answered_interval",
        "E5 polling",
        40,
        90,
    )


def test_the_copy_that_shows_the_reply_is_counted_as_seen():
    times = lk.response_times(leads(asked(0, 0, 40)), mail=mail(inbox(30, 70, True, seen=120)))
    assert outcome(times) == ("answered_interval", "E2 user_response", 0, 70)
    assert times["observed_at"].to_list() == [at(120)]
    assert times["age"].to_list() == [span(120)]
