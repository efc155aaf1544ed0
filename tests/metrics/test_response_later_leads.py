"""A reply that only a later lead shows counts for the earlier leads of that buyer about that listing."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_records import (
    NEW,
    OTHER_ITEM,
    RESPONDED,
    asked,
    at,
    conflicts,
    copy,
    exchange,
    inbox,
    lead,
    leads,
    mail,
    messages,
    outcome,
    sent,
    span,
    talk,
)

import leadkit as lk

NEVER = 10_000
OPEN = ("unanswered", "E8 status", 100, None)
"""What is known of a lead at 0 that was NEW at 100."""


# Presence.


@pytest.mark.parametrize(
    ("later", "copies", "evidence"),
    [
        (RESPONDED, [], "E7 status"),
        ({"exchanges": [exchange(1, created=30, response="Yes.")]}, [], "E7 response"),
        ({}, [copy(1, 30, replied=True)], "E7 replied"),
        ({}, [copy(1, 30, 70, replied=True)], "E2 user_response"),
    ],
)
def test_what_only_the_later_lead_shows_counts_for_the_earlier_one(later, copies, evidence):
    rows = leads(asked(0, 0), asked(1, 30) | later)
    times = lk.response_times(rows, mail=mail(*copies) if copies else None)
    upper = 70 if evidence.startswith("E2") else 100
    assert outcome(times) == ("answered_interval", evidence, 0, upper)
    assert times["link_rule"][0] == (None if evidence in ("E7 status", "E7 response") else "R3")
    assert conflicts(times) == [False, False]


def test_what_the_earlier_lead_shows_does_not_count_for_the_later_one():
    times = lk.response_times(leads(asked(0, 0, **RESPONDED), asked(1, 30, **NEW)))
    assert outcome(times, 0) == ("answered_interval", "E7 status", 0, 100)
    assert outcome(times, 1) == ("unanswered", "E8 status", 70, None)


@pytest.mark.parametrize(
    "other", [{"item_id": OTHER_ITEM}, {"item_id": None}, {"user_id": "john"}, {"user_id": None}, {"account": "other"}]
)
def test_another_listing_buyer_or_account_says_nothing(other):
    assert outcome(lk.response_times(leads(lead(0, 100, **NEW), lead(30, 100, **RESPONDED) | other))) == OPEN


def test_leads_without_a_buyer_are_nobodys_and_an_address_names_one():
    guests = [lead(0, 100, user_id=None, **NEW), lead(30, 100, user_id=None, **RESPONDED)]
    assert outcome(lk.response_times(leads(*guests))) == OPEN
    known = [
        row | {"email": "--", "external_email": name}
        for row, name in zip(guests, ["J@x.example", "j@X.example "], strict=True)
    ]
    assert outcome(lk.response_times(leads(*known))) == ("answered_interval", "E5 polling", 30, 100)


def test_of_two_in_one_moment_the_one_that_stands_below_is_the_later_one():
    one, other = lead(0, 100, lead_id="new", **NEW), lead(0, 100, lead_id="responded", **RESPONDED)
    assert outcome(lk.response_times(leads(one, other))) == ("answered_interval", "E5 polling", 0, 100)
    assert outcome(lk.response_times(leads(other, one)), 1) == OPEN


def test_the_earliest_presence_of_a_chain_counts_whatever_the_order_of_the_rows():
    chain = [lead(0, 50), lead(10, 90, **RESPONDED), lead(20, 70, **RESPONDED), lead(30, 60, **NEW)]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        times = lk.response_times(leads(*(chain[place] for place in order)))
        found = {place: outcome(times, row)[2:] for row, place in enumerate(order)}
        assert found == {0: (0, 70), 1: (0, 60), 2: (0, 50), 3: (30, None)}


def test_the_record_of_the_later_lead_is_evidence_of_the_earlier_one():
    rows = [lead(0, 40, **NEW), lead(30, 90, **RESPONDED), lead(30, 200, lead_id="a1", **RESPONDED)]
    times = lk.response_times(leads(*rows))
    assert outcome(times) == ("answered_interval", "E5 polling", 30, 90)
    assert times["observed_at"].to_list() == [at(200), at(200)]
    assert times["age"].to_list() == [span(200), span(170)]
    mails = lk.response_times(leads(asked(0, 0, 40), asked(1, 30, 40)), mail=mail(copy(1, 30, replied=True, seen=120)))
    assert mails["observed_at"].to_list() == [at(120), at(120)]


# Absence.


@pytest.mark.parametrize(("mails", "evidence"), [((), "E8 status"), ([copy(0, 0, replied=False)], "E8 replied")])
def test_absence_of_the_lead_alone_holds_up_to_the_later_lead_that_has_a_reply(mails, evidence):
    first = asked(0, 0) if mails else asked(0, 0, **NEW)
    alone = lk.response_times(leads(first), mail=mail(*mails))
    assert outcome(alone) == ("unanswered", evidence, 100, None)
    times = lk.response_times(leads(first, asked(1, 30, **RESPONDED)), mail=mail(*mails))
    assert outcome(times) == ("answered_interval", "E5 polling", 30, 100)
    assert times["wait_lower"][0] == times["submitted_at"][1] - times["submitted_at"][0]
    assert conflicts(times) == [False, False]


def test_absence_from_before_the_later_lead_stays_as_it_is():
    times = lk.response_times(leads(lead(0, 20, **NEW), lead(30, 100, **RESPONDED)))
    assert outcome(times) == ("answered_interval", "E5 polling", 20, 100)


def test_polls_of_the_later_lead_bound_the_reply_from_both_sides():
    polls = [lead(30, seen, lead_id="a1", status=status) for seen, status in [(50, "NEW"), (80, "RESPONDED")]]
    times = lk.response_times(leads(lead(0, 100, **NEW), *polls))
    assert outcome(times, 0) == ("answered_interval", "E5 polling", 50, 80)
    assert outcome(times, 1) == ("answered_interval", "E5 polling", 20, 50)
    assert conflicts(times) == [False, False]
    early = leads(lead(0, 40, **NEW), *polls)
    assert outcome(lk.response_times(early)) == ("answered_interval", "E5 polling", 40, 80)


def test_the_reply_may_have_been_one_to_any_of_several_later_leads():
    rows = [
        lead(0, 100, **NEW),
        lead(10, 60, lead_id="b", **NEW),
        lead(10, 100, lead_id="b", **RESPONDED),
        lead(40, 90, lead_id="c", **RESPONDED),
    ]
    assert outcome(lk.response_times(leads(*rows))) == ("answered_interval", "E5 polling", 40, 90)


@pytest.mark.parametrize(("status", "lower"), [(None, 30), ("NEW", 60)])
def test_nobody_is_unanswered_for_longer_than_is_known_of_the_later_lead(status, lower):
    times = lk.response_times(leads(lead(0, 100, **NEW), lead(30, 60, status=status)))
    assert outcome(times) == ("unanswered", "E8 status", lower, None)
    assert times["observed_at"][0] == at(lower)
    older = lk.response_times(leads(lead(0, 50, **NEW), lead(30, 60, **NEW)))
    assert outcome(older) == ("unanswered", "E8 status", 50, None)


# Contradictions.


@pytest.mark.parametrize(
    ("given", "evidence", "by"),
    [
        ({"messages": messages((0, "jane"), (30, "jane"), (70, "dealer"))}, "E1 thread", 70),
        ({"mail": mail(sent(70))}, "E3 sent", 70),
        ({"conversations": talk(70, "dealer")}, "E4 latest_message", 70),
    ],
)
@pytest.mark.parametrize(
    ("later", "denied"),
    [
        (lead(30, 100), False),
        (lead(30, 100, **RESPONDED), False),
        (lead(30, 60, **NEW), False),
        (lead(70, 100), False),
        (lead(30, 100, **NEW), True),
        (lead(71, 100), True),
        (lead(30, 100, exchanges=[exchange(1, 30, "Yes.")], **NEW), True),
    ],
)
def test_new_after_a_reply_is_no_conflict_where_the_reply_may_be_one_to_a_later_lead(
    given, evidence, by, later, denied
):
    times = lk.response_times(leads(lead(0, 100, **NEW), later), **given)
    assert outcome(times)[3] == by
    assert times["conflict"][0] is denied
    if not denied:
        assert times["evidence"][0] == evidence


def test_a_whole_thread_without_a_reply_still_contradicts_one():
    thread = messages((0, "jane"), (30, "jane"), seen=120)
    times = lk.response_times(leads(lead(0, 100, **NEW), lead(30, 100, **RESPONDED)), messages=thread)
    assert outcome(times) == ("answered_interval", "E5 polling", 30, 100)
    assert conflicts(times) == [True, True]
    earlier = messages((0, "jane"), (30, "jane"), seen=60)
    times = lk.response_times(leads(lead(0, 100, **NEW), lead(30, 100, **RESPONDED)), messages=earlier)
    assert outcome(times) == ("answered_interval", "E5 polling", 60, 100)
    assert conflicts(times) == [False, False]


def test_so_does_a_latest_message_that_is_the_first():
    rows = leads(lead(0, 100, **NEW), lead(5, 100, **RESPONDED))
    times = lk.response_times(rows, conversations=talk(0, "jane", seen=120))
    assert conflicts(times) == [True, True]


@pytest.mark.parametrize(
    ("first", "copies"),
    [
        ([asked(0, 0, 40, **RESPONDED), asked(0, 0, 90, **NEW)], []),
        ([asked(0, 0, 40, **RESPONDED)], [copy(0, 0, replied=False)]),
        ([asked(0, 0, **NEW)], [copy(0, 0, 40, replied=True)]),
        ([asked(0, 0, **NEW)], [copy(0, 0, replied=True, seen=40)]),
        (
            [asked(0, 0)],
            [copy(0, 0, replied=flag, seen=when) | {"message_id": "q"} for flag, when in ((True, 40), (False, 90))],
        ),
    ],
    ids=range(5),
)
def test_what_a_lead_says_against_itself_is_a_conflict_with_and_without_a_later_one(first, copies):
    given = {"mail": mail(*copies)} if copies else {}
    assert conflicts(lk.response_times(leads(*first), **given)) == [True]
    for status in (None, "RESPONDED"):
        assert conflicts(lk.response_times(leads(*first, asked(1, 30, status=status)), **given)) == [True, False]


def test_responded_before_the_threads_first_reply_is_a_conflict_of_the_earlier_lead_too():
    thread = messages((0, "jane"), (30, "jane"), (80, "dealer"))
    times = lk.response_times(leads(lead(0, 100), lead(30, 50, **RESPONDED)), messages=thread)
    assert outcome(times) == ("answered_exact", "E1 thread", 80, 80)
    assert conflicts(times) == [True, True]


# The past, and plans.


def test_at_a_moment_in_the_past_only_what_was_known_counts():
    rows = leads(lead(0, 100, **NEW), lead(30, 60, lead_id="a1", **NEW), lead(30, 90, lead_id="a1", **RESPONDED))

    def then(until):
        return outcome(lk.response_times(rows, as_of=at(until)))

    assert then(100) == then(90) == ("answered_interval", "E5 polling", 60, 90)
    assert then(89) == ("unanswered", "E8 status", 60, None)  # later it is seen that there may have been one by then
    assert then(40) == ("unanswered", "E8 status", 40, None)
    assert then(29) == ("unanswered", "E8 status", 29, None)  # the other lead did not exist yet


ROWS = leads(
    lead(0, 100, **NEW),
    lead(30, 100, **RESPONDED),
    lead(0, 100, user_id="john", **NEW),
    lead(50, 100, exchanges=[exchange(1, 50, "Yes.")], user_id="John"),
    lead(60, 100, user_id="john", **NEW),
    lead(0, 100, user_id="ann", **NEW),
    lead(0, 90, lead_id="a0", **NEW),
)
COPIES = mail(inbox(0, replied=False, seen=95), inbox(50, replied=True, sender="john"), inbox(60, sender="john"))


@pytest.mark.parametrize("mails", [None, COPIES])
def test_a_lazy_frame_gives_the_same(mails):
    eager = lk.response_times(ROWS, mail=mails)
    lazily = lk.response_times(ROWS.lazy(), mail=mails)
    assert lazily.collect().equals(eager)
    assert lazily.collect(engine="streaming").equals(eager)
    assert lazily.select("lead_id", "wait_lower").filter(pl.col("lead_id") == "a0").collect()["wait_lower"].item() == (
        span(30)
    )


# What is said agrees with what happened.


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20), st.lists(st.integers(0, 30), max_size=2)),
        min_size=1,
        max_size=4,
    ),
    st.none() | st.integers(0, 50),
)
def test_what_is_said_agrees_with_the_replies_to_each_lead(stories, until):
    replies = [None if wait is None else submitted + wait + 0.5 for submitted, wait, _ in stories]
    rows = [
        _polled_once(number, submitted, reply, seen)
        for number, ((submitted, _, polls), reply) in enumerate(zip(stories, replies, strict=True))
        for seen in polls or [None]
    ]
    times = lk.response_times(leads(*rows), as_of=at(until))
    for row in times.to_dicts():
        number = int(row["lead_id"][1:])
        own = (stories[number][0], number)
        counted = [reply for place, reply in enumerate(replies) if reply and (stories[place][0], place) >= own]
        first = span(min(counted, default=NEVER) - own[0])
        lower, upper = row["wait_lower"], row["wait_upper"]
        assert not row["conflict"]
        assert lower is None or lower < first
        assert upper is None or first <= upper <= row["age"]


def _polled_once(number, submitted, reply, wait):
    seen = None if wait is None else submitted + wait
    is_answered = reply is not None and seen is not None and seen >= reply
    return lead(submitted, seen, "RESPONDED" if is_answered else "NEW", lead_id=f"a{number}")


# Everything against a loop over the leads, whose rules are written out anew in `Told` and `row_of`.

MOMENT = st.integers(0, 40)
POLLS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["NEW", "RESPONDED", None]), st.booleans()), max_size=3)
COPY = st.none() | st.tuples(st.integers(0, 30), st.sampled_from([None, False, True, "at 0", "at 4", "at 9"]))
BUYERS = ("jane", "john", "mary", "mike", "rosa", "ruth")
ASKED = st.tuples(st.sampled_from(BUYERS), MOMENT, POLLS, COPY)
TALKS = st.fixed_dictionaries({}, optional={"thread": st.none() | MOMENT, "latest": MOMENT, "until": MOMENT})
SEEN = 50
"""When threads and conversations were fetched."""


@settings(max_examples=150, deadline=None)
@given(st.lists(ASKED, min_size=1, max_size=15), TALKS)
@example([("jane", 0, [(9, "NEW", False)], None), ("jane", 3, [(3, "RESPONDED", False)], None)], {})
@example([("jane", 0, [(9, "NEW", False)], None), ("jane", 3, [], None)], {"latest": 3})
@example([("jane", 0, [(9, "NEW", False)], None), ("jane", 0, [(0, "RESPONDED", False)], None)], {})
@example([("jane", 0, [(9, "NEW", False)], (9, "at 9")), ("jane", 3, [(6, "NEW", False)], (9, "at 4"))], {"until": 8})
@example([("jane", 0, [(9, "NEW", False)], (9, True)), ("jane", 3, [], None)], {})
@example([("jane", 0, [(5, "NEW", False)], None), ("jane", 3, [(2, "RESPONDED", False), (9, "NEW", False)], None)], {})
@example([("jane", 0, [(4, "NEW", False)], None), ("jane", 3, [(2, "RESPONDED", False)], (6, False))], {})
def test_it_is_what_a_loop_over_the_leads_gives(stories, talks):
    rows = [row for number, story in enumerate(stories) for row in polled(number, *story[:3])]
    copies = [mailed(number, story[1], *story[3]) for number, story in enumerate(stories) if story[3]]
    times = lk.response_times(leads(*rows), mail=mail(*copies), as_of=at(talks.get("until")), **talked(stories, talks))
    found = times.select("state", "wait_lower", "wait_upper", "conflict", "observed_at").rows()
    assert found == list(by_hand(stories, talks))


def polled(number, buyer, submitted, polls):
    """The records of a lead; one that says nothing where it was never fetched."""
    for wait, status, is_answered in polls or [(None, None, False)]:
        question = exchange(number, submitted, "Yes." if is_answered else None)
        seen = None if wait is None else submitted + wait
        yield lead(submitted, seen, status, lead_id=f"a{number}", user_id=buyer, exchanges=[question])


def mailed(number, submitted, wait, said):
    """The copy of its question: replied or not, or replied so many minutes after it."""
    dated = isinstance(said, str)
    replied_at = submitted + int(said[3:]) if dated else None
    return copy(number, submitted, replied_at, True if dated else said, submitted + wait)


def talked(stories, talks):
    """A thread for each buyer with at most one reply, and a conversation of which a message of the seller's is last."""
    frames = {}
    for buyer in sorted({story[0] for story in stories}):
        if "thread" in talks:
            said = [(story[1], buyer) for story in stories if story[0] == buyer] + [(talks["thread"], "dealer")]
            thread = messages(*(one for one in said if one[0] is not None), thread=buyer, seen=SEEN)
            named = thread.with_columns(recipient=pl.when("from_seller").then(pl.lit(buyer)).otherwise("recipient"))
            frames.setdefault("messages", []).append(named)
        if "latest" in talks:
            latest = talk(talks["latest"], "dealer", conversation_id=buyer, other_party=buyer, seen=SEEN)
            frames.setdefault("conversations", []).append(latest.with_columns(latest_message_id=pl.lit(None)))
    return {name: pl.concat(of) for name, of in frames.items()}


def by_hand(stories, talks):
    until = talks.get("until") if talks.get("until") is not None else NEVER
    there = [(when, number, buyer) for number, (buyer, when, *_) in enumerate(stories) if when <= until]
    told = {number: Told(stories[number], until) for _, number, _ in there}
    for when, number, buyer in there:
        later = [told[other[1]] for other in there if other[2] == buyer and other[:2] > (when, number)]
        yield row_of(told[number], later, talks, until)


class Told:
    """What is said of one lead alone, known at a moment: its own reply, absence, and whether that is consistent."""

    def __init__(self, story, until):
        _, self.at, polls, of_mail = story
        seen = [(self.at + wait, status, is_answered) for wait, status, is_answered in polls]
        self.by = [
            when for when, status, is_answered in seen if when <= until and (status == "RESPONDED" or is_answered)
        ]
        new = [min(when, until) for when, status, _ in seen if status == "NEW"]
        self.absent = [when for when in new if not self.by or when < min(self.by)]
        self.absent = [max(self.absent)] if self.absent else []
        fetched = [max(min(when, until) for when, *_ in seen)] if seen else []
        self.denied = fetched if any(self.by and when >= min(self.by) for when in new) else []
        self.is_against_itself = bool(self.denied)
        self.seen, self.shows = [*fetched], fetched if self.by else []
        self.dated = None
        if of_mail:
            self.add_mail(*of_mail, until)

    def add_mail(self, wait, said, until):
        seen = self.at + wait
        replied_at = self.at + int(said[3:]) if isinstance(said, str) else None
        if replied_at is not None and replied_at <= until:
            self.dated = replied_at
        elif replied_at is not None:
            self.absent.append(until)
        elif said is True and seen <= until:
            self.by.append(seen)
        elif said is False:
            self.absent.append(min(seen, until))
        self.seen.append(min(seen, until))
        if self.dated is not None or (said is True and seen <= until):
            self.shows.append(min(seen, until))

    def chance(self):
        """From when on a reply to this one may have come."""
        return max([self.at, *(when for when in self.absent if not self.by or when < min(self.by))])

    def denial(self):
        return max([self.at, *self.absent, *self.denied])

    def contradicts(self, when):
        return any(when >= by for by in self.by) or (self.dated is not None and when > self.dated)


def row_of(own, later, talks, until):
    in_talk = [talks["thread"]] if talks.get("thread") is not None and own.at <= talks["thread"] <= until else []
    latest = [talks["latest"]] if "latest" in talks and own.at <= talks["latest"] <= until else []
    of_later = [when for one in later for when in [*one.by, *([] if one.dated is None else [one.dated])]]
    is_first = own.dated is not None and own.dated <= min(of_later, default=NEVER)
    exact = in_talk[0] if in_talk else own.dated if is_first else None
    by = min([*own.by, *of_later, *latest], default=None)
    reply = by if exact is None else exact

    def is_against(when):
        return reply is not None and (when >= reply if exact is None else when > reply)

    chance, denial = (min([of(one) for one in later], default=NEVER) for of in (Told.chance, Told.denial))
    real = [when for when in own.absent if is_against(when) and (when <= chance or denial > reply)]
    absent = [min(when, chance) for when in own.absent if when not in real]
    if "thread" in talks and not in_talk:
        absent.append(min(SEEN, until))
        real += [when for when in absent[-1:] if is_against(when)]
    after = max([when for when in [*absent, *real] if by is None or when < by], default=None)
    conflict = bool(real) or own.is_against_itself or (exact is not None and by is not None and by < exact - 1)
    conflict |= any(
        own.contradicts(when) for when in own.absent if when > chance or exact is None or own.dated == exact
    )
    conflict |= bool(in_talk) and own.dated is not None and own.dated < in_talk[0] - 1
    newest = [
        *own.seen,
        *(when for one in later for when in one.shows),
        *([min(SEEN, until)] if {"thread", "latest"} & talks.keys() else []),
    ]
    observed = (
        after
        if reply is None and after is not None
        else max([*newest, *([] if exact is None else [exact])], default=None)
    )
    if exact is not None:
        state, lower, upper = "answered_exact", exact - own.at, exact - own.at
    elif by is not None:
        state, lower, upper = "answered_interval", 0 if after is None else after - own.at, by - own.at
    else:
        state, lower, upper = ("unknown", None, None) if after is None else ("unanswered", after - own.at, None)
    return state, span(lower), span(upper), conflict, at(observed)
