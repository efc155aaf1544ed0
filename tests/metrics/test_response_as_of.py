"""What was known at a moment in the past, and the business clock."""

from datetime import date, datetime

import polars as pl
import pytest
from made_records import DAY, at, inbox, lead, leads, mail, messages, outcome, sent, span, talk

import leadkit as lk

UNTIL = 100


def as_of(*rows, until=UNTIL, **given):
    return lk.response_times(leads(*rows), as_of=at(until), **given)


def test_leads_after_it_leave_and_those_at_it_stay():
    times = as_of(lead(0), lead(UNTIL), lead(UNTIL + 0.01), lead(None))
    assert times["lead_id"].to_list() == ["a0", "a1", "a3"]


@pytest.mark.parametrize(
    ("reply", "found"),
    [(UNTIL, ("answered_exact", "E1 thread", UNTIL, UNTIL)), (UNTIL + 1, ("unanswered", "E8 thread", UNTIL, None))],
)
def test_a_message_after_it_is_not_yet_known_and_the_thread_was_open_then(reply, found):
    times = as_of(lead(), messages=messages((0, "jane"), (reply, "dealer"), (reply + 9, None)))
    assert outcome(times) == found
    assert times["observed_at"].item() == at(UNTIL)
    assert times["reply_id"].item() == ("c1-1" if found[3] else None)


def test_absence_that_was_seen_later_held_then():
    assert outcome(as_of(lead(seen=900, status="NEW"))) == ("unanswered", "E8 status", UNTIL, None)
    assert outcome(as_of(lead(), mail=mail(inbox(0, replied=False)))) == ("unanswered", "E8 replied", UNTIL, None)
    assert outcome(as_of(lead(), conversations=talk(0, "jane"))) == ("unanswered", "E8 latest_message", UNTIL, None)


def test_responded_seen_later_says_nothing_and_seen_by_then_it_does():
    assert outcome(as_of(lead(seen=900, status="RESPONDED"))) == ("unknown", None, None, None)
    assert outcome(as_of(lead(seen=90, status="RESPONDED"))) == ("answered_interval", "E7 status", 0, 90)
    assert outcome(as_of(lead(), mail=mail(inbox(0, replied=True)))) == ("unknown", None, None, None)


def test_an_earlier_absence_censors_where_it_was_seen():
    polls = [lead(seen=30, status="NEW"), lead(seen=900, status="RESPONDED", lead_id="a0")]
    assert outcome(as_of(*polls)) == ("unanswered", "E8 status", 30, None)


@pytest.mark.parametrize(
    ("copy", "then", "later"),
    [
        (inbox(0, 300, replied=True), "E8 replied", "E2 user_response"),
        (sent(300), "E8 sent", "E3 sent"),
    ],
)
def test_a_date_after_it_is_absence_up_to_it(copy, then, later):
    assert outcome(as_of(lead(), mail=mail(copy))) == ("unanswered", then, UNTIL, None)
    assert outcome(as_of(lead(), mail=mail(copy), until=300)) == ("answered_exact", later, 300, 300)


def test_a_question_a_bound_or_a_latest_message_after_it_does_not_exist_yet():
    assert outcome(as_of(lead(95), mail=mail(inbox(104, replied=False))))[0] == "unknown"
    assert outcome(as_of(lead(), mail=mail(inbox(30, 300))))[0] == "unknown"
    assert outcome(as_of(lead(), conversations=talk(300, "dealer")))[0] == "unknown"
    assert outcome(as_of(lead(95), conversations=talk(103, "jane", began=103)))[0] == "unknown"


def test_what_is_newer_than_all_evidence_changes_nothing():
    given = {"messages": messages((0, "jane"), (30, "dealer")), "mail": mail(inbox(0, 30, replied=True))}
    rows = [lead(status="NEW"), lead(5000, seen=6000, status="NEW")]
    assert as_of(*rows, until=9000, **given).equals(lk.response_times(leads(*rows), **given))


@pytest.mark.parametrize(
    "given",
    ["2026-10-05T14:00:00Z", "2026-10-05T16:00:00+02:00", "2026-10-05T14:00", datetime(2026, 10, 5, 14)],  # noqa: DTZ001 - naive on purpose
)
def test_a_moment_is_given_in_many_ways(given):
    times = lk.response_times(leads(lead(0, seen=900, status="NEW"), lead(121)), as_of=given)
    assert outcome(times)[2] == 120
    assert len(times) == 1


def test_a_date_is_its_beginning():
    rows = leads(lead(0, seen=5000, status="NEW"))
    assert outcome(lk.response_times(rows, as_of=date(2026, 10, 6)))[2] == 720
    assert lk.response_times(rows, as_of="2026-10-05").is_empty()


@pytest.mark.parametrize("bad", ["yesterday", 5, 20261005, "", "9999-12-31T23:59:59-23:00"])
def test_what_is_no_moment_is_refused(bad):
    with pytest.raises(lk.InvalidRequest, match=r"response_times: as_of=.* is refused: allowed is a date, a datetime"):
        lk.response_times(leads(), as_of=bad)
    with pytest.raises(lk.InvalidRequest, match=r"turns: as_of=.* is refused"):
        lk.turns(messages(), as_of=bad)


HOURS = lk.BusinessHours("UTC", "Mo-Fr 09:00-17:00")


def business(times):
    return times.select("business_wait_lower", "business_wait_upper", "business_age", "after_hours").rows()


def test_the_business_clock_stands_beside_the_calendars():
    rows = [lead(0, seen=DAY, status="NEW"), lead(600, seen=2 * DAY)]
    times = lk.response_times(
        leads(*rows), messages=messages((600, "jane"), (DAY + 60, "dealer"), seen=2 * DAY), hours=HOURS
    )
    assert outcome(times, 1)[2:] == (DAY - 540, DAY - 540)
    assert business(times) == [
        (span(540), span(540), span(960), False),
        (span(240), span(240), span(660), True),
    ]


def test_an_unanswered_leads_business_wait_is_open_and_an_interval_has_both():
    three = [lead(0, seen=DAY, status="NEW"), lead(0, seen=180, status="RESPONDED"), lead(0, seen=180)]
    rows = [row | {"user_id": name} for row, name in zip(three, ["jane", "john", "ann"], strict=True)]
    times = lk.response_times(leads(*rows), hours=HOURS)
    assert business(times) == [
        (span(480), None, span(480), False),
        (span(0), span(180), span(180), False),
        (None, None, span(180), False),
    ]


def test_without_hours_and_for_an_account_without_them_the_business_clock_is_null():
    rows = [lead(status="NEW"), lead(status="NEW", account="other")]
    assert business(lk.response_times(leads(*rows))) == [(None,) * 4] * 2
    found = business(lk.response_times(leads(*rows), hours={"demo": HOURS}))
    assert found == [(span(60), None, span(60), False), (None,) * 4]


def test_hours_of_no_account_that_is_there_are_told():
    table = leads(lead(status="NEW"))
    cases = [
        (table, {"other": HOURS}, "hours has a calendar for 'other', and leads has no row of such an account"),
        (table.drop("account"), {"demo": HOURS}, "leads has no column 'account'"),
        (table.drop("account").lazy(), {"demo": HOURS}, "leads has no column 'account'"),
        (table, {}, "hours has no calendar"),
        (table.lazy(), {}, "hours has no calendar"),
    ]
    for frame, given, why in cases:
        with pytest.warns(lk.LeadkitWarning, match=f"response_times: .*{why}, so the business clock is null") as told:
            times = lk.response_times(frame, hours=given)
        assert [one.filename for one in told] == [__file__]
        assert business(times.lazy().collect()) == [(None,) * 4]
    lk.response_times(table.clear(), hours={"other": HOURS})  # without rows, and before they are looked at, no word
    assert business(lk.response_times(table.lazy(), hours={"other": HOURS}).collect()) == [(None,) * 4]


def test_hours_that_are_none_are_refused_also_for_a_lazy_frame():
    with pytest.raises(lk.InvalidRequest, match="hours='9 to 5' is refused"):
        lk.response_times(leads().lazy(), hours="9 to 5")
    with pytest.raises(lk.InvalidRequest, match="hours=3 is refused"):
        lk.turns(messages(), hours=3)


def test_the_business_clock_works_lazily():
    frame = leads(lead(status="NEW"), lead(status="RESPONDED"))
    lazily = lk.response_times(frame.lazy(), hours=HOURS)
    assert lazily.collect().equals(lk.response_times(frame, hours=HOURS))
    assert lazily.select(pl.col("business_age").sum()).collect().item() == span(120)
