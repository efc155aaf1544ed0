"""How long buyers waited for the first reply: each lead by its own evidence, from all that was fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import polars as pl
import polars.selectors as cs

from leadkit.metrics.answered import answered_columns
from leadkit.metrics.as_of import moment
from leadkit.metrics.beginnings import begun
from leadkit.metrics.buyers import asked_again
from leadkit.metrics.clocks import Hours, business_columns
from leadkit.metrics.deferred import deferred, held
from leadkit.metrics.episodes import with_episodes
from leadkit.metrics.given import Frame, if_there, needed
from leadkit.metrics.later_leads import with_later
from leadkit.metrics.lead_records import LEADS, LEADS_USED, lead_records, one_row_each
from leadkit.metrics.links import ACCOUNT, questions_in
from leadkit.metrics.mail_evidence import MAIL, MAIL_USED, follow_up_facts, question_facts, sent_facts, with_follow_ups
from leadkit.metrics.thread_evidence import CONVERSATIONS, MESSAGES, OWNER, latest_facts, thread_facts
from leadkit.metrics.verdict import STATES, bounded, judged

AnyFrame = pl.DataFrame | pl.LazyFrame

_SPAN, _AT = pl.Duration("us"), pl.Datetime("us", "UTC")
TIMES = pl.Schema(
    {
        "account": pl.String(),
        "lead_id": pl.String(),
        "item_id": pl.String(),
        "user_id": pl.String(),
        "submitted_at": _AT,
        "episode_id": pl.String(),
        "state": STATES,
        "evidence": pl.String(),
        "link_rule": pl.String(),
        "conversation_id": pl.String(),
        "reply_id": pl.String(),
        "wait_lower": _SPAN,
        "wait_upper": _SPAN,
        "responded_at": _AT,
        "age": _SPAN,
        "business_wait_lower": _SPAN,
        "business_wait_upper": _SPAN,
        "business_age": _SPAN,
        "after_hours": pl.Boolean(),
        "conflict": pl.Boolean(),
        "observed_at": _AT,
    }
)
"""The columns of `response_times`."""


def response_times(
    leads: Frame,
    *,
    messages: AnyFrame | None = None,
    conversations: AnyFrame | None = None,
    mail: AnyFrame | None = None,
    as_of: datetime | date | str | None = None,
    hours: Hours | None = None,
) -> Frame:
    """How long each buyer waited for the seller's first reply, as exactly as the given records prove it.

    A reply is a message of the seller's to that buyer about that listing, automatic or not, at or after the lead: one
    before it does not count, and one in the same instant is a wait of 0. A reply counts for every open lead of that
    buyer and listing, and each lead has its own wait. Replies by phone, and in threads that can't be linked, show only
    in the lead's status.

    **Evidence**, the strongest first; `evidence` names the one that a row rests on:

    * exact: ``E1 thread`` (the first message of the seller's in `messages`), ``E2 user_response`` (UserResponseDate of
      the question's copy in `mail`, not before the question), ``E3 sent`` (the first copy in the Sent folder);
    * by a known time: ``E1 thread`` and ``E2 user_response`` where something may have come before, ``E4
      latest_message`` (of `conversations`, the seller's), ``E7 replied``, ``E7 status`` (RESPONDED), ``E7 response``
      (the lead holds an answer, which has no time);
    * not up to a known time: ``E8 thread`` (a whole thread with the buyer's message and no reply), ``E8
      latest_message`` (it is the first one, the buyer's), ``E8 replied`` (false), ``E8 sent``, ``E8 status`` (NEW);
    * both: ``E5 polling``, not at one time and yes at a later one.

    Exact beats interval; intervals are intersected. What can't be true together is a `conflict`, and the source of the
    lower number stands: absence seen after a reply, a Sent copy or UserResponseDate more than 60 s before the thread's
    first reply, or those two more than 60 s apart without a thread. A later one does not contradict the thread. A
    UserResponseDate is exact for its message only: where a reply to another message or to a later lead came before it,
    the first one is known by then.

    **Later leads** of the same account, listing and buyer: what shows a reply to one of them counts for those before
    it, too. What is said of one lead alone (``E8 status``, ``E8 replied``) counts up to when a later one came, or up to
    when that one had no reply either, and contradicts no reply that may be one to it.

    **Links.** ``R1``: the mail's external_message_id is the message_id of the lead's first question (leads fetched with
    ``include_messages=True``). ``R2``: same listing and buyer, received within ten minutes of the lead. ``R3``: same
    listing and buyer. More than one candidate is no link. Buyers are compared by user id in lower case; a user name and
    an immutable id are not taken for the same buyer, and a thread without a listing is not linked.

    **Whole threads.** A thread is taken for whole unless `conversations` has a latest message or a beginning of it that
    `messages` lacks (``max_rows`` cuts threads): then it proves no absence. A message whose sender is not known
    (from_seller null) may be the reply: before the known one at r, the wait is in (0, r]; without one, nothing is
    known of it. A record without fetched_at proves neither absence nor a status.

    **Several records** of one account and lead_id (polls, one frame below the other) are one row, where the first of
    them stands. **Duplicates** (same account, listing and buyer, else e-mail, at most 24 hours after the one before,
    which was not known to be answered by then) share the `episode_id` of the first.

    Args:
        leads: needs lead_id, item_id, user_id, submitted_at, status and fetched_at; account, email, external_email and
            exchanges are used if they are there. Where submitted_at is null, the clock starts at the first question of
            exchanges; without one, if it is the buyer's only lead about the listing, at the first of `messages` that
            the buyer wrote about it; then at the first of `mail`. A lead without any of these is ``unknown``.
        messages: of the threads; needs conversation_id, reference_id, message_id, created_at, sender, recipient,
            from_seller and fetched_at. The ``sender`` eBay does not count.
        conversations: needs conversation_id, reference_id, other_party, created_at, latest_message_id, latest_at,
            latest_sender, latest_recipient and fetched_at.
        mail: inbox and Sent folder; needs message_id, external_message_id, folder_id, sender, recipient, received_at,
            replied_at, replied, item_id and fetched_at; send_to_name and message_type are used if they are there.
        as_of: what was known at this moment (a naive one, and a date, is UTC): later leads leave, so that
            ``len(leads) - len(times)`` counts them; messages and dates after it are not yet known; absence seen later
            held then, too; RESPONDED seen later says nothing. None: everything.
        hours: a `BusinessHours`, or one for each account, for the business clock.

    Returns:
        One row per lead in the order of `leads`, with times in UTC and spans as Durations:

        * account, lead_id, item_id, user_id, submitted_at, episode_id;
        * state (``answered_exact``, ``answered_interval``, ``unanswered`` or, without any evidence, ``unknown``),
          evidence, link_rule (of the evidence, else of the thread or mail that is linked), conversation_id (of the
          reply, else the only one linked), reply_id (of the message, or of its Sent copy);
        * wait_lower and wait_upper: equal if exact; (wait_lower, wait_upper] if an interval, a wait of 0 in it where
          wait_lower is 0; unanswered: age and null; unknown: both null;
        * responded_at (exact only), age (observed_at - submitted_at; null if that is negative);
        * business_wait_lower, business_wait_upper, business_age: the same by the business clock, and after_hours, the
          lead came while closed; null without `hours`, or where the account has none;
        * conflict; observed_at: when the newest record about the lead, or about a reply to a later one, was fetched;
          unanswered: up to when it was open.

        No rows give the same columns. Naive times are read as UTC, and told. A LazyFrame of leads gives one, which
        holds a few numbers of each lead but not all its columns while it runs.

    Raises:
        MissingColumns: a frame lacks a column that it needs; names the nearest.
        InvalidRequest: an argument is no frame, a column has another dtype, `as_of` is no time, or `hours` no calendar.

    Warns:
        LeadkitWarning: `hours` has no calendar for any account of `leads`, or they have no column account (of a
            LazyFrame, whose values are not looked at, only the latter); or naive times are read as UTC.

    Source: the questions of issue trackers, help desks and survival analysis are compared in docs/metrics.md.
    """
    wanted = LEADS | if_there(leads, LEADS_USED)
    rows = needed(leads, wanted, by=_ME).select(*wanted)
    said = talks = mails = None
    if messages is not None:
        wanted = MESSAGES | if_there(messages, OWNER)
        said = needed(messages, wanted, by=_ME, name="messages").select(*wanted).with_columns(ACCOUNT)
    if conversations is not None:
        wanted = CONVERSATIONS | if_there(conversations, OWNER)
        talks = needed(conversations, wanted, by=_ME, name="conversations").select(*wanted).with_columns(ACCOUNT)
    if mail is not None:
        wanted = MAIL | if_there(mail, MAIL_USED)
        mails = needed(mail, wanted, by=_ME, name="mail").select(*wanted).with_columns(ACCOUNT)
    given = _Given(said, talks, mails, moment(as_of, name="as_of", needed_by=_ME), business_columns(hours, leads))
    if isinstance(leads, pl.DataFrame):
        return _plan(rows, given, held).collect()
    return deferred(partial(_plan, rows, given, _left), TIMES)


@dataclass(frozen=True)
class _Given:
    """What the leads are looked up in, checked, and how to look at it."""

    messages: pl.LazyFrame | None
    conversations: pl.LazyFrame | None
    mail: pl.LazyFrame | None
    until: datetime | None
    business: list[pl.Expr]


def _plan(rows: pl.LazyFrame, given: _Given, hold: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.LazyFrame:
    """The result as a plan; `hold` computes what is used several times, where there is memory for it."""
    begins = begun(rows.with_row_index("record"), given.messages, given.mail)
    records = hold(lead_records(begins, given.until))
    leads = hold(one_row_each(records))
    sources = [held(source) for source in _sources(records, leads, given)]
    repeated = _repeated(leads, sources)
    found = with_later(_joined(leads, sources), repeated)
    times = with_episodes(hold(judged(found)), repeated)
    told = times.select(answered_columns(times.collect_schema()))
    return told.with_columns(given.business).select(TIMES.names())


def _repeated(leads: pl.LazyFrame, sources: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    """The leads of buyers who have several about a listing, in their order, with all times that are known of each."""
    few = asked_again(leads)
    if few.is_empty():
        return few
    known = bounded(_joined(leads.join(few.lazy(), on="row"), sources))
    times = known.select("key", "row", "lead_id", "contradicted", cs.datetime())
    return times.sort("key", "submitted_at", "row").collect(engine="streaming")


def _joined(leads: pl.LazyFrame, sources: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    for source in sources:
        leads = leads.join(source, on="row", how="left", maintain_order="left")
    return with_follow_ups(leads)


def _sources(records: pl.LazyFrame, leads: pl.LazyFrame, given: _Given) -> Iterator[pl.LazyFrame]:
    if given.messages is not None:
        yield thread_facts(leads, given.messages, given.conversations, given.until)
    if given.conversations is not None:
        yield latest_facts(leads, given.conversations, given.until)
    if given.mail is not None:
        links = held(questions_in(given.mail, leads, records))
        yield question_facts(leads, given.mail, links, given.until)
        yield follow_up_facts(leads, given.mail, links, given.until)
        yield sent_facts(leads, given.mail, given.until)


def _left(plan: pl.LazyFrame) -> pl.LazyFrame:
    return plan


_ME = "response_times"
