"""First response times by the rules of the definitions, each worked through on a thread of a few messages."""

import polars as pl
import pytest
from made_records import DAY, HOUR, at, exchange, inbox, lead, leads, mail, messages, outcome, sent, span, talk

import leadkit as lk


def test_the_wait_is_from_the_lead_to_the_sellers_first_message():
    times = lk.response_times(
        leads(lead()), messages=messages((0, "jane"), (30, "jane"), (60, "dealer"), (90, "dealer"))
    )
    assert outcome(times) == ("answered_exact", "E1 thread", 60, 60)
    (row,) = times.to_dicts()
    assert row["responded_at"] == at(60)
    assert (row["link_rule"], row["conversation_id"], row["reply_id"]) == ("R3", "c1", "c1-2")
    assert (row["observed_at"], row["age"], row["conflict"]) == (at(DAY), span(DAY), False)


def test_a_reply_before_the_lead_does_not_count_and_one_in_the_same_instant_does():
    old = messages((-50, "jane"), (-1, "dealer"), (0, "jane"), (40, "dealer"))
    assert outcome(lk.response_times(leads(lead()), messages=old))[2:] == (40, 40)
    instant = messages((0, "jane"), (0, "dealer"))
    assert outcome(lk.response_times(leads(lead()), messages=instant)) == ("answered_exact", "E1 thread", 0, 0)


def test_of_two_replies_in_one_instant_the_first_id_is_named():
    both = messages((0, "jane"), (5, "dealer"), (5, "dealer")).sort("message_id", descending=True)
    assert lk.response_times(leads(lead()), messages=both)["reply_id"].item() == "c1-1"


def test_what_ebay_itself_writes_is_no_reply_and_no_question():
    noise = messages((1, "EBAY"), (2, "eBay"), recipient="jane")
    assert outcome(lk.response_times(leads(lead()), messages=noise))[0] == "unknown"
    with_reply = pl.concat([noise, messages((0, "jane"), (3, "dealer"), message_id="x")])
    assert outcome(lk.response_times(leads(lead()), messages=with_reply))[2:] == (3, 3)


def test_a_seller_who_opens_the_thread_after_the_lead_has_replied():
    assert outcome(lk.response_times(leads(lead()), messages=messages((7, "dealer"))))[2:] == (7, 7)


def test_a_thanks_at_the_end_changes_nothing():
    thread = messages((0, "jane"), (9, "dealer"), (20, "jane"))
    assert outcome(lk.response_times(leads(lead()), messages=thread))[2:] == (9, 9)


def test_several_leads_of_one_buyer_each_get_their_own_wait_from_one_reply():
    three = leads(lead(0), lead(10), lead(3000))
    times = lk.response_times(
        three, messages=messages((0, "jane"), (10, "jane"), (60, "dealer"), (3000, "jane"), seen=9000)
    )
    assert [outcome(times, row)[2:] for row in range(3)] == [(60, 60), (50, 50), (6000, None)]
    assert times["state"].to_list() == ["answered_exact", "answered_exact", "unanswered"]


def test_the_order_of_the_messages_and_the_same_message_twice_do_not_matter():
    thread = messages((0, "jane"), (30, "dealer"), (60, "jane"), (90, "dealer"))
    again = pl.concat(
        [
            thread.sort("created_at", descending=True),
            thread.with_columns(fetched_at=pl.col("fetched_at").dt.offset_by("1h")),
        ]
    )
    times = lk.response_times(leads(lead()), messages=again)
    assert outcome(times)[2:] == (30, 30)
    assert times["observed_at"].item() == at(DAY + HOUR)


# Each row is censored at the time of its own evidence.


def test_each_row_is_censored_at_its_own_time_and_not_at_the_newest_of_the_input():
    times = lk.response_times(leads(lead(0, seen=30, status="NEW"), lead(0, seen=9000, status="NEW", user_id="john")))
    assert [outcome(times, row)[2] for row in (0, 1)] == [30, 9000]
    assert times["observed_at"].to_list() == [at(30), at(9000)]


def test_of_two_records_of_one_lead_the_later_one_censors():
    times = lk.response_times(leads(lead(seen=30, status="NEW")), messages=messages((0, "jane"), seen=500))
    assert outcome(times) == ("unanswered", "E8 thread", 500, None)
    times = lk.response_times(leads(lead(seen=600, status="NEW")), messages=messages((0, "jane"), seen=500))
    assert outcome(times) == ("unanswered", "E8 status", 600, None)


def test_without_any_evidence_the_state_is_unknown_and_never_unanswered():
    times = lk.response_times(leads(lead(), lead(seen=None, status="NEW"), lead(seen=None, status="RESPONDED")))
    assert [outcome(times, row) for row in range(3)] == [("unknown", None, None, None)] * 3
    assert times["age"].to_list() == [span(HOUR), None, None]
    assert not times["conflict"].any()


@pytest.mark.parametrize("seen", [-5, None])
def test_a_record_from_before_the_lead_or_without_a_time_proves_nothing(seen):
    times = lk.response_times(
        leads(lead(seen=seen, status="RESPONDED")),
        messages=messages((0, "jane"), seen=seen),
        conversations=talk(0, "jane", seen=seen),
        mail=mail(inbox(replied=False, seen=seen)),
    )
    assert outcome(times) == ("unknown", None, None, None)
    assert times["age"].item() is None


# Polling: one lead in several snapshots.


def test_a_lead_seen_new_and_later_responded_has_an_interval():
    polls = leads(
        lead(seen=10, status="NEW"),
        lead(seen=20, status="NEW", lead_id="a0"),
        lead(seen=45, status="RESPONDED", lead_id="a0"),
    )
    times = lk.response_times(polls)
    assert times["lead_id"].to_list() == ["a0"]
    assert outcome(times) == ("answered_interval", "E5 polling", 20, 45)
    assert times["observed_at"].item() == at(45)


def test_a_lead_that_is_gone_from_later_snapshots_is_censored_where_it_was_last_seen():
    first = leads(lead(seen=10, status="NEW"), lead(seen=10, status="NEW", user_id="john"))
    second = leads(lead(seen=900, status="NEW", user_id="john", lead_id="a1"))
    times = lk.response_times(pl.concat([first, second]))
    assert [outcome(times, row)[2] for row in (0, 1)] == [10, 900]


def test_rows_come_in_the_order_in_which_their_leads_first_appear():
    polls = leads(
        lead(lead_id="z", seen=10),
        lead(lead_id="b"),
        lead(lead_id="z", seen=5, status="NEW"),
        lead(lead_id="a"),
        lead(lead_id="b"),
    )
    times = lk.response_times(polls)
    assert times["lead_id"].to_list() == ["z", "b", "a"]
    assert times["state"].to_list() == ["unanswered", "unknown", "unknown"]


def test_one_lead_id_in_two_accounts_is_two_leads_and_without_an_id_every_row_is_one():
    other = leads(lead(lead_id="a0"), lead(lead_id="a0", account="other"), lead(lead_id=None), lead(lead_id=None))
    times = lk.response_times(other)
    assert len(times) == 4
    assert times["episode_id"].to_list() == ["a0", "a0", None, None]


def test_absence_seen_after_an_answer_is_a_conflict_and_does_not_count():
    polls = leads(
        lead(seen=10, status="NEW"),
        lead(seen=20, status="RESPONDED", lead_id="a0"),
        lead(seen=30, status="NEW", lead_id="a0"),
    )
    times = lk.response_times(polls)
    assert outcome(times) == ("answered_interval", "E5 polling", 10, 20)
    assert times["conflict"].item()


# False conflicts.


def test_new_before_the_reply_and_a_thread_after_it_is_no_conflict():
    times = lk.response_times(
        leads(lead(seen=10, status="NEW")), messages=messages((0, "jane"), (30, "dealer"), seen=60)
    )
    assert outcome(times)[0] == "answered_exact"
    assert not times["conflict"].item()


def test_responded_against_an_older_open_thread_is_an_interval_and_no_conflict():
    times = lk.response_times(leads(lead(seen=60, status="RESPONDED")), messages=messages((0, "jane"), seen=20))
    assert outcome(times) == ("answered_interval", "E5 polling", 20, 60)
    assert not times["conflict"].item()
    assert times["link_rule"].item() == "R3"


@pytest.mark.parametrize(("seen", "conflict"), [(29, False), (30, False), (31, True)])
def test_new_is_a_conflict_only_after_the_reply(seen, conflict):
    times = lk.response_times(leads(lead(seen=seen, status="NEW")), messages=messages((0, "jane"), (30, "dealer")))
    assert outcome(times) == ("answered_exact", "E1 thread", 30, 30)
    assert times["conflict"].item() is conflict


def test_responded_before_the_threads_first_reply_is_a_conflict_and_the_thread_stands():
    times = lk.response_times(leads(lead(seen=20, status="RESPONDED")), messages=messages((0, "jane"), (30, "dealer")))
    assert outcome(times) == ("answered_exact", "E1 thread", 30, 30)
    assert times["conflict"].item()


def test_responded_against_a_younger_open_thread_is_a_conflict_and_the_status_stands():
    times = lk.response_times(leads(lead(seen=20, status="RESPONDED")), messages=messages((0, "jane"), seen=60))
    assert outcome(times) == ("answered_interval", "E7 status", 0, 20)
    assert times["conflict"].item()


def test_new_with_an_answer_in_the_same_record_is_a_conflict_and_an_interval():
    times = lk.response_times(leads(lead(status="NEW", exchanges=[exchange(1, response="Yes.")])))
    assert outcome(times) == ("answered_interval", "E7 response", 0, 60)
    assert times["conflict"].item()


@pytest.mark.parametrize("question", [exchange(1), exchange(1, response=" "), exchange(1, created=-5, response="Yes.")])
def test_a_blank_answer_and_one_to_a_question_before_the_lead_are_none(question):
    assert outcome(lk.response_times(leads(lead(status="NEW", exchanges=[question]))))[0] == "unanswered"


# Several exact sources.


@pytest.mark.parametrize(("reply", "conflict"), [(40, False), (29.5, False), (28, True)])
@pytest.mark.parametrize("source", ["sent", "response"])
def test_a_later_copy_does_not_contradict_the_thread_and_one_over_a_minute_earlier_does(source, reply, conflict):
    copy = sent(reply) if source == "sent" else inbox(0, reply, replied=True)
    times = lk.response_times(leads(lead()), messages=messages((0, "jane"), (30, "dealer")), mail=mail(copy))
    assert outcome(times) == ("answered_exact", "E1 thread", 30, 30)
    assert times["conflict"].item() is conflict


@pytest.mark.parametrize(("reply", "conflict"), [(30.5, False), (40, True), (20, True)])
def test_without_a_thread_two_exact_dates_that_differ_are_a_conflict_and_the_response_date_stands(reply, conflict):
    times = lk.response_times(leads(lead()), mail=mail(inbox(0, 30, replied=True), sent(reply)))
    assert outcome(times) == ("answered_exact", "E2 user_response", 30, 30)
    assert times["conflict"].item() is conflict
    assert times["reply_id"].item() == (None if conflict else "m1")


# Unknown senders and cut threads.


def test_an_unknown_sender_after_the_lead_without_a_known_reply_leaves_it_unknown():
    assert outcome(lk.response_times(leads(lead()), messages=messages((0, "jane"), (20, None))))[0] == "unknown"


def test_an_unknown_sender_before_the_known_reply_makes_it_an_interval():
    times = lk.response_times(leads(lead()), messages=messages((0, "jane"), (20, None), (50, "dealer")))
    assert outcome(times) == ("answered_interval", "E1 thread", 0, 50)
    assert times["conversation_id"].item() == "c1"
    assert times["reply_id"].item() is None


@pytest.mark.parametrize("minutes", [-20, 70])
def test_an_unknown_sender_before_the_lead_or_after_the_reply_does_not_matter(minutes):
    thread = messages((0, "jane"), (50, "dealer"), (minutes, None))
    assert outcome(lk.response_times(leads(lead()), messages=thread)) == ("answered_exact", "E1 thread", 50, 50)


def test_a_sender_who_is_the_leads_buyer_resolves_an_unknown_one():
    unknown = messages((0, "JANE"), (5, "Jane")).with_columns(from_seller=pl.lit(None, dtype=pl.Boolean))
    assert outcome(lk.response_times(leads(lead()), messages=unknown)) == ("unanswered", "E8 thread", DAY, None)


@pytest.mark.parametrize(("who", "state"), [("jane", "answered_exact"), ("dealer", "answered_interval")])
def test_a_message_without_a_time_may_have_been_the_first_reply_unless_it_is_the_buyers(who, state):
    thread = messages((0, "jane"), (None, who), (50, "dealer"))
    assert outcome(lk.response_times(leads(lead()), messages=thread))[0] == state


def test_a_thread_that_lacks_its_latest_message_proves_no_absence():
    cut = messages((0, "jane"))
    whole = talk(0, "jane", latest_message_id="c1-0", latest_sender=None)
    assert outcome(lk.response_times(leads(lead()), messages=cut, conversations=whole))[:2] == (
        "unanswered",
        "E8 thread",
    )
    more = talk(40, None, latest_message_id="c1-9")
    assert outcome(lk.response_times(leads(lead()), messages=cut, conversations=more))[0] == "unknown"
    newer = talk(DAY + 5, None, latest_message_id="c1-9")  # came after the thread was read
    assert outcome(lk.response_times(leads(lead()), messages=cut, conversations=newer))[0] == "unanswered"


def test_a_thread_that_lacks_its_beginning_may_lack_the_first_reply():
    cut = messages((40, "jane"), (50, "dealer"))
    whole = talk(50, None, began=40, latest_message_id="c1-1")
    assert outcome(lk.response_times(leads(lead()), messages=cut, conversations=whole))[0] == "answered_exact"
    longer = talk(50, None, began=0, latest_message_id="c1-1")
    assert outcome(lk.response_times(leads(lead()), messages=cut, conversations=longer)) == (
        "answered_interval",
        "E1 thread",
        0,
        50,
    )
    old = talk(50, None, began=-900, latest_message_id="c1-1")  # what is missing came before this lead
    late = leads(lead(45))
    assert outcome(lk.response_times(late, messages=cut, conversations=old))[0] == "answered_exact"


def test_a_thread_without_a_message_about_this_lead_proves_no_absence():
    assert outcome(lk.response_times(leads(lead()), messages=messages((-90, "jane"), (-80, "dealer"))))[0] == "unknown"


def test_two_threads_are_open_only_while_both_are_and_the_first_reply_in_either_counts():
    first, second = messages((0, "jane"), seen=100), messages((1, "jane"), seen=80, thread="c2")
    times = lk.response_times(leads(lead()), messages=pl.concat([first, second]))
    assert outcome(times) == ("unanswered", "E8 thread", 80, None)
    assert times["conversation_id"].item() is None  # it is not one
    answered = messages((1, "jane"), (7, "dealer"), thread="c2")
    times = lk.response_times(leads(lead()), messages=pl.concat([first, answered]))
    assert outcome(times)[2:] == (7, 7)
    assert times["conversation_id"].item() == "c2"
