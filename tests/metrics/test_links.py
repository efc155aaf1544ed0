"""Which thread and mail belong to a lead: what links, what is ambiguous, and what never links."""

import polars as pl
import pytest
from made_records import OTHER_ITEM, exchange, inbox, lead, leads, mail, messages, outcome, sent, talk

import leadkit as lk

ASKED = [exchange(1730000064), exchange(1730000065, created=30)]


def found(*rows, copies=(), **given):
    times = lk.response_times(leads(*rows), mail=mail(*copies) if copies else None, **given)
    return times.select("state", "link_rule").rows()


def test_r1_is_the_id_of_the_first_question_whatever_the_names_and_times():
    copy = inbox(200, 300, replied=True, external_message_id="1730000064", sender="AbCdEfGhIjK", item_id=None)
    times = lk.response_times(leads(lead(exchanges=ASKED)), mail=mail(copy))
    assert outcome(times) == ("answered_exact", "E2 user_response", 300, 300)
    assert times["link_rule"].item() == "R1"


def test_r1_of_a_guest_without_a_user_id():
    copy = inbox(0, 9, external_message_id="1730000064", sender=None)
    assert found(lead(exchanges=ASKED, user_id=None), copies=[copy]) == [("answered_exact", "R1")]


def test_the_id_of_a_later_question_is_not_the_question():
    copy = inbox(30, 60, replied=True, external_message_id="1730000065")
    times = lk.response_times(leads(lead(exchanges=ASKED)), mail=mail(copy))
    assert outcome(times) == ("answered_interval", "E2 user_response", 0, 60)
    assert times["link_rule"].item() == "R3"


def test_r1_comes_before_r2_and_the_other_mail_is_no_second_candidate():
    copies = [inbox(2, 50, external_message_id="1730000064"), inbox(3, 90, external_message_id="77")]
    times = lk.response_times(leads(lead(exchanges=ASKED)), mail=mail(*copies))
    assert outcome(times)[2] == 50
    assert times["link_rule"].item() == "R1"


def test_an_id_that_two_mails_or_two_leads_have_links_neither():
    copies = [inbox(500, 600, external_message_id="1730000064")] * 2
    assert found(lead(exchanges=ASKED, user_id=None), copies=copies) == [("unknown", None)]
    two = [lead(exchanges=ASKED, user_id=None), lead(exchanges=ASKED, user_id=None)]
    assert found(*two, copies=copies[:1]) == [("unknown", None)] * 2


@pytest.mark.parametrize("blank", ["", None])
def test_an_external_id_that_is_empty_links_nothing(blank):
    nameless = [exchange(1) | {"message_id": blank}]
    copy = inbox(0, 9, external_message_id=blank, sender=None)
    assert found(lead(exchanges=nameless, user_id=None), copies=[copy]) == [("unknown", None)]


@pytest.mark.parametrize(("minutes", "rule"), [(-10, "R2"), (10, "R2"), (10.01, "R3"), (-10.01, "R3")])
def test_r2_is_within_ten_minutes(minutes, rule):
    times = lk.response_times(leads(lead()), mail=mail(inbox(minutes, 400)))
    assert times["link_rule"].item() == rule
    assert outcome(times)[0] == {"R2": "answered_exact", "R3": "answered_interval"}[rule]


def test_two_mails_near_one_lead_are_ambiguous():
    times = lk.response_times(leads(lead()), mail=mail(inbox(0, 20), inbox(5, 20)))
    assert outcome(times) == ("answered_interval", "E2 user_response", 0, 20)  # by then, whichever it is
    assert times["link_rule"].item() == "R3"
    assert found(lead(), copies=[inbox(0, replied=False), inbox(5, replied=False)]) == [("unknown", None)]


def test_one_mail_near_two_leads_is_ambiguous():
    assert found(lead(0), lead(8), copies=[inbox(4, replied=False)]) == [("unknown", None)] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"item_id": OTHER_ITEM},
        {"item_id": None},
        {"sender": "john"},
        {"sender": None},
        {"sender": "AbCdEfGhIjK"},
        {"account": "other"},
        {"message_type": "AccountMessage"},
        {"message_id": None},
        {"folder_id": None},
        {"received_at": None},
    ],
)
def test_a_mail_of_another_listing_buyer_account_or_kind_does_not_link(other):
    assert found(lead(), copies=[inbox(0, 30, replied=True) | other]) == [("unknown", None)]


@pytest.mark.parametrize("kind", [None, "ClassifiedsContactSeller", "ContactEbayMember", "AskSellerQuestion"])
def test_what_members_write_to_each_other_links(kind):
    assert found(lead(), copies=[inbox(0, 30, message_type=kind)]) == [("answered_exact", "R2")]


@pytest.mark.parametrize(
    "other", [{"reference_id": OTHER_ITEM}, {"reference_id": None}, {"account": "other"}, {"conversation_id": None}]
)
def test_a_thread_of_another_listing_or_account_does_not_link(other):
    thread = messages((0, "jane"), (30, "dealer"), **other)
    assert found(lead(), messages=thread) == [("unknown", None)]
    latest = talk(30, "dealer", **other)
    assert found(lead(), conversations=latest) == [("unknown", None)]


@pytest.mark.parametrize("name", ["JANE", " jane "])
def test_names_are_compared_in_lower_case_and_an_immutable_id_is_another_name(name):
    thread = messages((0, "jane"), (30, "dealer"))
    assert found(lead(user_id=name), messages=thread) == [("answered_exact", "R3")]
    assert found(lead(user_id=name), copies=[sent(9)]) == [("answered_exact", "R3")]
    assert found(lead(user_id="AbCdEfGhIjK"), messages=thread, copies=[sent(9)]) == [("unknown", None)]


def test_a_sent_copy_links_by_either_of_its_names():
    copy = sent(30, recipient="AbCdEfGhIjK", send_to_name="Jane")
    assert found(lead(), copies=[copy]) == [("answered_exact", "R3")]


def test_a_reply_counts_for_every_open_lead_of_its_buyer_and_listing_only():
    rows = [lead(0), lead(2), lead(0, user_id="john"), lead(0, item_id=OTHER_ITEM), lead(40)]
    times = lk.response_times(leads(*rows), messages=messages((0, "jane"), (30, "dealer")))
    assert times["state"].to_list() == ["answered_exact"] * 2 + ["unknown"] * 3


def test_a_frame_without_account_links_by_the_rest():
    thread = messages((0, "jane"), (30, "dealer"))
    row = leads(lead())
    for frame, said in [(row.drop("account"), thread), (row, thread.drop("account"))]:
        times = lk.response_times(frame, messages=said)
        assert outcome(times)[0] == "answered_exact"
    nameless = pl.lit(None, dtype=pl.String).alias("account")
    times = lk.response_times(row.with_columns(nameless), messages=thread.with_columns(nameless))
    assert outcome(times)[0] == "answered_exact"
    assert times["account"].item() is None
