"""Whatever is fetched of a story, and whenever: what is said of the first reply agrees with the story."""

from datetime import timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import at, inbox, lead, leads, mail, messages, sent, talk

import leadkit as lk

MOMENTS = st.integers(1, 60)
ANY_TIME = st.integers(-20, 60)
STORY = st.lists(st.tuples(ANY_TIME, st.sampled_from(["jane", "dealer"])), max_size=5)
SEEN = st.lists(MOMENTS, max_size=2, unique=True)
WATCHED = st.fixed_dictionaries({"status": SEEN, "thread": SEEN, "latest": SEEN, "inbox": SEEN, "sent": st.booleans()})
MINUTE = timedelta(minutes=1)


def told(story, watched):
    """The lead at minute 0 with its question, and what was fetched of the story at each of these moments."""
    said = sorted([(0.0, "jane"), *((moment + 0.5, who) for moment, who in story)])  # never in the instant of a fetch
    reply = next((moment for moment, who in said if moment > 0 and who == "dealer"), None)

    def until(seen):
        return [(moment, who) for moment, who in said if moment <= seen]

    statuses = [(seen, "NEW" if reply is None or seen < reply else "RESPONDED") for seen in watched["status"]]
    rows = [lead(seen=seen, status=status, lead_id="a0") for seen, status in statuses] or [lead()]
    threads = [messages(*until(seen), seen=seen) for seen in watched["thread"]]
    latest = [
        talk(*until(seen)[-1], began=until(seen)[0][0], seen=seen, latest_message_id=None) for seen in watched["latest"]
    ]
    copies = [
        inbox(
            0,
            reply if reply and seen >= reply and seen % 2 else None,
            replied=reply is not None and seen >= reply,
            seen=seen,
            message_id="q",
        )
        for seen in watched["inbox"]
    ]
    copies += [sent(moment) for moment, who in said if who == "dealer" and watched["sent"]]
    frames = {
        "messages": pl.concat([messages(), *threads]),
        "conversations": pl.concat([talk(0, "jane").clear(), *latest]),
        "mail": mail(*copies),
    }
    return leads(*rows), {name: frame for name, frame in frames.items() if len(frame)}, reply


def check(times, reply, newest):
    """What is said of the one lead agrees with its first reply, if there was one by the newest moment."""
    (row,) = times.to_dicts()
    lower, upper = (None if row[name] is None else row[name] / MINUTE for name in ("wait_lower", "wait_upper"))
    assert not row["conflict"]
    assert row["observed_at"] <= at(newest)
    if row["state"] == "answered_exact":
        assert lower == upper == reply
    elif row["state"] == "answered_interval":
        assert lower < reply <= upper
    elif row["state"] == "unanswered":
        assert lower == row["age"] / MINUTE
        assert reply is None or lower < reply
        assert upper is None
    else:
        assert lower is None
        assert upper is None
    return row


@settings(max_examples=60)
@given(STORY, WATCHED)
def test_what_is_said_agrees_with_the_story(story, watched):
    rows, frames, reply = told(story, watched)
    row = check(lk.response_times(rows, **frames), reply, 24 * 60)
    if "messages" in frames and reply is not None and max(watched["thread"]) > reply:
        assert row["evidence"] == "E1 thread"
        assert row["state"] == "answered_exact"
    if watched["status"]:
        assert row["state"] != "unknown"


@settings(max_examples=60)
@given(STORY, WATCHED, MOMENTS)
def test_so_does_what_was_known_at_a_moment_in_the_past(story, watched, until):
    rows, frames, reply = told(story, watched)
    row = check(lk.response_times(rows, as_of=at(until), **frames), reply, until)
    if row["state"].startswith("answered"):
        assert reply < until
    if "messages" in frames and max(watched["thread"]) >= until:
        assert row["state"] == ("unanswered" if reply is None or reply > until else "answered_exact")


@settings(max_examples=25)
@given(STORY, WATCHED)
def test_more_sources_never_say_less(story, watched):
    rows, frames, _ = told(story, watched)
    everything = lk.response_times(rows, **frames).row(0, named=True)
    order = ["answered_exact", "answered_interval", "unanswered", "unknown"]
    for name in frames:
        fewer = lk.response_times(rows, **{other: frame for other, frame in frames.items() if other != name}).row(
            0, named=True
        )
        assert everything["observed_at"] >= fewer["observed_at"] or everything["state"] == "unanswered"
        if fewer["state"] == "unknown":
            continue
        assert everything["state"] != "unknown"
        assert everything["wait_lower"] >= fewer["wait_lower"]
        if fewer["wait_upper"] is not None:
            assert everything["wait_upper"] <= fewer["wait_upper"]
            assert order.index(everything["state"]) <= order.index(fewer["state"])
