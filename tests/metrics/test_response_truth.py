"""Response times of invented dealerships, fetched over HTTP, against what really happened there."""

from itertools import product

import polars as pl
import pytest

import leadkit as lk
from leadkit.sandbox import Sandbox

QUICK = [7, 23, 101]
SEEDS = [*QUICK, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1000, 1017))]
SOURCES = ("messages", "conversations", "mail")
COMBINATIONS = [
    [name for name, is_there in zip(SOURCES, there, strict=True) if is_there]
    for there in product([False, True], repeat=3)
]
SHOWN_BY = {
    "messages": pl.col("reply_in_messages"),
    "conversations": pl.lit(value=False),
    "mail": pl.col("reply_in_sent") | pl.col("reply_in_user_response"),
}
"""Which sources show the moment of a reply; the list of conversations does not."""


@pytest.fixture(scope="module", params=SEEDS)
def fetched(request):
    with Sandbox(seed=request.param, leads=240) as sandbox:
        shop = sandbox.dealership
        with lk.Ebay(sandbox.token, base_url=sandbox.url, account="demo", sellers=shop.sellers, clock=shop.now) as ebay:
            leads, talks = ebay.leads(include_messages=True), ebay.conversations(conversation_type="ALL")
            frames = {"messages": ebay.messages(talks), "conversations": talks, "mail": ebay.mail()}
            return leads, frames, known(leads, shop.truth), {}


def known(leads, truth):
    """The truth about each lead that was fetched; exact repeats stand in the same order on both sides."""
    who = ("item_id", "submitted_at", "user_id", "external_email")
    nth = pl.int_range(pl.len()).over("item_id", "submitted_at", "user_id").alias("nth")
    there = truth.filter("in_leads_api").rename({"buyer": "user_id"}).with_columns(nth)
    has_answer = pl.col("exchanges").list.eval(pl.element().struct["response"].is_not_null()).list.any()
    named = leads.with_columns(pl.col("external_email").str.to_lowercase(), has_answer.alias("has_answer"), nth)
    named = named.select("lead_id", *who, "nth", "has_answer")
    there = there.with_columns(pl.col("external_email").str.to_lowercase())
    found = named.join(there, on=[*who, "nth"], how="left", nulls_equal=True, maintain_order="left")
    assert found["lead_no"].is_unique().all()
    assert found["lead_no"].null_count() == 0
    return found.with_columns(true_wait=pl.col("first_reply_at") - pl.col("submitted_at"))


def judged(fetched, combination):
    """The times from these sources beside the truth; each dealership's are kept while it is tested."""
    found = fetched[-1]
    if (key := tuple(combination)) not in found:
        found[key] = judged_anew(*fetched[:-1], combination)
    return found[key]


def judged_anew(leads, frames, truth, combination):
    times = lk.response_times(leads, **{name: frames[name] for name in combination})
    assert times["lead_id"].equals(leads["lead_id"])
    shown = pl.any_horizontal(pl.lit(value=False), *(SHOWN_BY[name] for name in combination))
    facts = truth.select(pl.exclude("user_id", "item_id", "submitted_at", "conversation_id", "lead_id"))
    return times.hstack(facts.with_columns(shown=shown))


all_combinations = pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda names: "+".join(["leads", *names]))


@all_combinations
def test_exact_waits_are_true_to_the_millisecond(fetched, combination):
    exact = judged(fetched, combination).filter(state="answered_exact")
    right = exact.filter(pl.col("true_wait") == pl.col("wait_lower"), pl.col("true_wait") == pl.col("wait_upper"))
    wrong = exact.join(right, on="lead_no", how="anti")
    assert wrong.filter(pl.col("conflict_kind").ne_missing("user_response")).is_empty()
    assert wrong.filter(~pl.col("conflict")).is_empty()  # a date that was planted wrong, and is flagged
    assert "messages" not in combination or wrong.is_empty()


@all_combinations
def test_intervals_contain_the_truth(fetched, combination):
    rows = judged(fetched, combination).filter(state="answered_interval")
    wait = pl.col("true_wait")
    inside = (wait > pl.col("wait_lower")) | ((wait == 0) & (pl.col("wait_lower") == 0))
    assert rows.filter(inside & (wait <= pl.col("wait_upper"))).height == rows.height
    assert rows.height or set(combination) >= {"messages", "mail"}


@all_combinations
def test_nothing_is_unanswered_that_was_visibly_answered(fetched, combination):
    rows = judged(fetched, combination).filter(state="unanswered")
    assert rows.filter(pl.col("shown") | (pl.col("status") == "RESPONDED")).is_empty()
    assert rows.height > 0
    assert rows.select((pl.col("wait_lower") == pl.col("age")).all(), pl.col("wait_upper").is_null().all()).row(0) == (
        True,
        True,
    )


@all_combinations
def test_exact_is_all_that_can_be_linked_and_nothing_else(fetched, combination):
    rows = judged(fetched, combination)
    assert rows.filter(state="answered_exact")["lead_no"].to_list() == rows.filter("shown")["lead_no"].to_list()


@all_combinations
def test_no_link_is_wrong(fetched, combination):
    rows = judged(fetched, combination)
    rows = rows.select("conversation_id", "reply_id", "evidence", "link_rule").hstack(
        fetched[2].select("reply_message_id", "sent_mail_id", "mail_link", true_conversation="conversation_id")
    )
    talks = rows.drop_nulls("conversation_id")
    assert talks["conversation_id"].equals(talks["true_conversation"], check_names=False)
    replies = rows.drop_nulls("reply_id")
    assert replies.filter(~pl.col("reply_id").is_in(pl.concat_list("reply_message_id", "sent_mail_id"))).is_empty()
    by_question = rows.filter(pl.col("evidence").is_in(["E2 user_response", "E7 replied", "E8 replied"]))
    assert by_question.filter(
        pl.col("link_rule").ne_missing(pl.col("mail_link")) & (pl.col("link_rule") != "R3")
    ).is_empty()


@all_combinations
def test_conflicts_are_the_planted_ones_that_these_sources_show(fetched, combination):
    rows = judged(fetched, combination)
    status = (pl.col("conflict_kind") == "status") & (pl.col("shown") | pl.col("has_answer"))
    date = (pl.col("conflict_kind") == "user_response") & pl.lit(value="mail" in combination)
    planted = rows.filter((status | date).fill_null(value=False))
    assert rows.filter("conflict")["lead_no"].to_list() == planted["lead_no"].to_list()


def test_with_all_sources_every_planted_conflict_is_found(fetched):
    rows = judged(fetched, SOURCES)
    assert rows["conflict"].equals(rows["conflict_planted"], check_names=False)
    assert rows["conflict"].any()


def test_episodes_are_those_of_the_dealership(fetched):
    rows = judged(fetched, SOURCES)
    number = dict(zip(rows["lead_id"], rows["lead_no"], strict=True))
    first = rows["episode_id"].replace_strict(number)
    expected = rows["duplicate_of"].fill_null(rows["lead_no"])
    unseen = ~rows["shown"] & rows["first_reply_at"].is_not_null()  # replies that no source shows end no episode here
    seen = ~rows["episode_id"].is_in(rows.filter(unseen)["episode_id"].implode())
    assert first.filter(seen).equals(expected.filter(seen), check_names=False)
    assert (first != rows["lead_no"]).any()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_at_a_moment_in_the_past_nothing_later_is_known(fetched, share):
    leads, frames, *_ = fetched
    first, last = leads["submitted_at"].min(), leads["submitted_at"].max()
    until = first + (last - first) * share
    rows = judged(fetched, SOURCES)
    then = lk.response_times(leads, as_of=until, **frames)
    known_then = rows.filter(pl.col("submitted_at") <= until)
    assert then["lead_id"].equals(known_then["lead_id"])
    exact = known_then["state"] == "answered_exact"
    answered = exact & (known_then["responded_at"] <= until)
    assert (then["state"] == "answered_exact").equals(answered, check_names=False)
    assert then.filter(exact & ~answered)["state"].unique().to_list() in ([], ["unanswered"])
    assert then["observed_at"].max() <= until


def test_lazy_frames_give_the_same(fetched):
    leads, frames, *_ = fetched
    lazily = lk.response_times(leads.lazy(), **{name: frame.lazy() for name, frame in frames.items()})
    assert lazily.collect().equals(lk.response_times(leads, **frames))
