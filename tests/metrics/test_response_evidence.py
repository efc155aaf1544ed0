"""What each source proves by itself, and how that is brought together."""

import polars as pl
import pytest
from made_records import DAY, ITEM, at, exchange, inbox, lead, leads, mail, messages, outcome, sent, talk

import leadkit as lk


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("NEW", ("unanswered", "E8 status", 60, None)),
        ("RESPONDED", ("answered_interval", "E7 status", 0, 60)),
        ("ARCHIVED", ("unknown", None, None, None)),
        (None, ("unknown", None, None, None)),
    ],
)
def test_a_status_is_absence_an_interval_or_nothing(status, found):
    times = lk.response_times(leads(lead(status=status)))
    assert outcome(times) == found
    assert times["link_rule"].item() is None


@pytest.mark.parametrize(
    ("latest", "found"),
    [
        (talk(30, "dealer"), ("answered_interval", "E4 latest_message", 0, 30)),
        (talk(0, "dealer"), ("answered_interval", "E4 latest_message", 0, 0)),
        (talk(-1, "dealer", began=-9), ("unknown", None, None, None)),
        (talk(0, "JANE", began=0), ("unanswered", "E8 latest_message", DAY, None)),
        (talk(40, "jane", began=0), ("unknown", None, None, None)),
        (talk(0, "jane", began=None), ("unknown", None, None, None)),
        (talk(-30, "jane", began=-30), ("unknown", None, None, None)),
        (talk(None, None), ("unknown", None, None, None)),
        (talk(30, "dealer", other_party=None, latest_recipient=None), ("unknown", None, None, None)),
        (talk(30, "dealer", other_party=None), ("unknown", None, None, None)),
        (talk(0, "jane", other_party=None), ("unanswered", "E8 latest_message", DAY, None)),
        (talk(30, "eBay"), ("unknown", None, None, None)),
    ],
)
def test_a_latest_message_is_a_bound_absence_or_nothing(latest, found):
    times = lk.response_times(leads(lead()), conversations=latest)
    assert outcome(times) == found
    parties = latest.select("other_party", "latest_sender", "latest_recipient").row(0)
    linked = any(name is not None and name.lower() == "jane" for name in parties)
    assert times.select("link_rule", "conversation_id").row(0) == (("R3", "c1") if linked else (None, None))


def test_a_conversation_seen_twice_bounds_from_both_sides():
    twice = pl.concat([talk(0, "jane", seen=25), talk(40, "dealer", seen=50)])
    times = lk.response_times(leads(lead(status="RESPONDED", seen=60)), conversations=twice)
    assert outcome(times) == ("answered_interval", "E4 latest_message", 25, 40)
    assert (times["conversation_id"].item(), times["observed_at"].item()) == ("c1", at(60))


@pytest.mark.parametrize(
    ("copy", "found"),
    [
        (inbox(0, 48, replied=True), ("answered_exact", "E2 user_response", 48, 48)),
        (inbox(0, 48), ("answered_exact", "E2 user_response", 48, 48)),
        (inbox(0, 0, replied=True), ("answered_exact", "E2 user_response", 0, 0)),
        (inbox(0, replied=True), ("answered_interval", "E7 replied", 0, DAY)),
        (inbox(3, 2, replied=True), ("answered_interval", "E7 replied", 0, DAY)),
        (inbox(-5, -2, replied=True), ("unknown", None, None, None)),
        (inbox(-5, replied=True), ("unknown", None, None, None)),
        (inbox(-0.5, replied=True), ("answered_interval", "E7 replied", 0, DAY)),
        (inbox(0, replied=False), ("unanswered", "E8 replied", DAY, None)),
        (inbox(0), ("unknown", None, None, None)),
    ],
)
def test_the_copy_of_a_question_is_exact_an_interval_absence_or_nothing(copy, found):
    times = lk.response_times(leads(lead()), mail=mail(copy))
    assert outcome(times) == found
    assert times["link_rule"].item() == "R2"


def test_a_copy_fetched_twice_bounds_from_both_sides():
    twice = mail(inbox(0, replied=False, seen=20), inbox(0, replied=True, seen=70, message_id="m0"))
    assert outcome(lk.response_times(leads(lead()), mail=twice)) == ("answered_interval", "E5 polling", 20, 70)


def test_the_sample_of_the_api_page_is_47_minutes_and_50_seconds():
    times = lk.response_times(leads(lead()), mail=mail(inbox(0, 47 + 50 / 60, replied=True)))
    assert outcome(times)[2] == pytest.approx(47 + 50 / 60)


def test_a_sent_copy_is_exact_and_named():
    times = lk.response_times(leads(lead()), mail=mail(sent(-3), sent(33), sent(21)))
    assert outcome(times) == ("answered_exact", "E3 sent", 21, 21)
    assert (times["link_rule"].item(), times["reply_id"].item()) == ("R3", "m2")


def test_an_empty_sent_folder_proves_nothing():
    assert outcome(lk.response_times(leads(lead()), mail=mail(sent(9, item_id=None))))[0] == "unknown"


def test_a_reply_to_a_later_question_is_only_a_time_by_which_there_was_one():
    later = mail(inbox(300, 500, replied=True))
    times = lk.response_times(leads(lead()), mail=later)
    assert outcome(times) == ("answered_interval", "E2 user_response", 0, 500)
    assert times["link_rule"].item() == "R3"
    assert outcome(lk.response_times(leads(lead()), mail=mail(inbox(300, replied=False))))[0] == "unknown"


def test_exact_beats_interval_and_the_lowest_number_is_named():
    everything = {
        "messages": messages((0, "jane"), (30, "dealer")),
        "conversations": talk(30, "dealer", latest_message_id="c1-1"),
        "mail": mail(inbox(0, 30, replied=True), sent(30)),
    }
    responded = leads(lead(status="RESPONDED"))
    assert outcome(lk.response_times(responded, **everything)) == ("answered_exact", "E1 thread", 30, 30)
    del everything["messages"]
    assert outcome(lk.response_times(responded, **everything)) == ("answered_exact", "E2 user_response", 30, 30)
    everything["mail"] = mail(sent(30))
    assert outcome(lk.response_times(responded, **everything)) == ("answered_exact", "E3 sent", 30, 30)
    del everything["mail"]
    assert outcome(lk.response_times(responded, **everything)) == ("answered_interval", "E4 latest_message", 0, 30)


def test_intervals_of_different_sources_are_intersected():
    times = lk.response_times(
        leads(lead(status="NEW", seen=10)),
        conversations=talk(90, "dealer", began=0),
        mail=mail(inbox(0, replied=True, seen=70)),
    )
    assert outcome(times) == ("answered_interval", "E4 latest_message", 10, 70)


def test_the_clock_starts_at_the_first_question_where_the_lead_has_no_time():
    questions = [exchange(2, created=15), exchange(1, created=5), exchange(3, created=None)]
    times = lk.response_times(leads(lead(None, exchanges=questions)), messages=messages((5, "jane"), (25, "dealer")))
    assert outcome(times)[2:] == (20, 20)
    assert times["submitted_at"].item() == at(5)


def test_the_column_types_are_the_same_for_no_one_and_many_rows():
    none = lk.response_times(leads(), messages=messages(), conversations=talk(0, "jane").clear(), mail=mail())
    many = lk.response_times(leads(lead(), lead()), messages=messages((0, "jane")), mail=mail(sent(4)))
    assert none.is_empty()
    assert none.schema == many.schema == lk.response_times(leads(lead(item_id=ITEM))).schema
    assert many.columns == [
        *("account", "lead_id", "item_id", "user_id", "submitted_at", "episode_id", "state", "evidence", "link_rule"),
        *("conversation_id", "reply_id", "wait_lower", "wait_upper", "responded_at", "age", "business_wait_lower"),
        *("business_wait_upper", "business_age", "after_hours", "conflict", "observed_at"),
    ]
    assert many.schema["state"] == pl.Enum(["answered_exact", "answered_interval", "unanswered", "unknown"])
