"""A lead whose record has no time: where its clock starts, and where it can't be told."""

import polars as pl
import pytest
from made_records import DAY, OTHER_ITEM, at, exchange, inbox, lead, leads, mail, messages, outcome, sent

import leadkit as lk

THREAD = messages((2, "dealer"), (5, "jane"), (9, "jane"), (25, "dealer"))
MAIL = mail(inbox(600), inbox(7, replied=False), sent(3))
UNKNOWN = ("unknown", None, None, None)


def began(*rows, **given):
    """When each clock starts."""
    return lk.response_times(leads(*rows), **given)["submitted_at"].to_list()


def test_without_a_question_it_starts_at_the_first_message_of_the_buyers():
    times = lk.response_times(leads(lead(None)), messages=THREAD, mail=MAIL)
    assert times["submitted_at"].item() == at(5)
    assert outcome(times) == ("answered_exact", "E1 thread", 20, 20)
    assert outcome(lk.response_times(leads(lead(None, seen=60, status="NEW")), messages=THREAD.head(2))) == (
        *("unanswered", "E8 thread"),
        *(DAY - 5, None),
    )


def test_without_a_thread_it_starts_at_the_first_mail_from_the_buyer():
    times = lk.response_times(leads(lead(None, status="NEW", seen=60)), mail=MAIL)
    assert (times["submitted_at"].item(), times["age"].item()) == (at(7), at(DAY) - at(7))
    assert outcome(times) == ("unanswered", "E8 replied", DAY - 7, None)
    assert began(lead(None), messages=THREAD.clear(), mail=MAIL) == [at(7)]


def test_its_own_time_and_its_first_question_come_before_all_else():
    question = exchange(1, created=6)
    assert began(lead(1, exchanges=[question]), messages=THREAD, mail=MAIL) == [at(1)]
    assert began(lead(None, exchanges=[question]), messages=THREAD, mail=MAIL) == [at(6)]
    assert began(lead(None, exchanges=[exchange(1, created=None)]), messages=THREAD, mail=MAIL) == [at(5)]


@pytest.mark.parametrize("other", [{"item_id": OTHER_ITEM}, {"user_id": "john"}, {"user_id": None}, {"account": "b"}])
def test_what_others_wrote_or_about_another_listing_starts_no_clock(other):
    times = lk.response_times(leads(lead(None, status="NEW", **other)), messages=THREAD, mail=MAIL)
    assert times["submitted_at"].item() is None
    assert outcome(times) == UNKNOWN


def test_of_two_leads_of_a_buyer_about_a_listing_nobody_knows_which_one_a_message_began():
    assert began(lead(None), lead(0), messages=THREAD, mail=MAIL) == [None, at(0)]
    assert began(lead(None), lead(None), messages=THREAD, mail=MAIL) == [None, None]
    assert began(lead(None, lead_id=None), lead(None, lead_id=None), messages=THREAD) == [None, None]
    assert began(lead(None), lead(None, user_id="JANE "), messages=THREAD) == [None, None]


def test_two_records_of_one_lead_are_one():
    times = lk.response_times(leads(lead(None, seen=10, lead_id="a"), lead(None, lead_id="a")), messages=THREAD)
    assert outcome(times) == ("answered_exact", "E1 thread", 20, 20)


def test_a_lead_of_no_known_time_is_never_dropped():
    rows = lead(None, status="RESPONDED"), lead(0, status="NEW", user_id="john", seen=60)
    for given in ({}, {"messages": THREAD.clear()}, {"mail": MAIL.clear(), "as_of": at(30)}):
        times = lk.response_times(leads(*rows), **given)
        assert times["lead_id"].to_list() == ["a0", "a1"]
        assert outcome(times) == UNKNOWN
        assert times["age"][0] is None


def test_a_clock_that_starts_after_as_of_takes_its_lead_away():
    assert began(lead(None), messages=THREAD, as_of=at(4)) == []
    assert began(lead(None), messages=THREAD, as_of=at(5)) == [at(5)]


def test_without_accounts_and_lazily_it_is_the_same():
    bare = leads(lead(None)).drop("account")
    assert lk.response_times(bare, messages=THREAD.drop("account"))["submitted_at"].to_list() == [at(5)]
    lazy = lk.response_times(leads(lead(None)).lazy(), messages=THREAD.lazy(), mail=MAIL.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().equals(lk.response_times(leads(lead(None)), messages=THREAD, mail=MAIL))
