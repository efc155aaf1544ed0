"""How long buyers waited for the first reply: from everything that was fetched, each lead by its own evidence."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from leadkit.metrics import lead_records, mail_evidence
from leadkit.metrics.episodes import with_episodes
from leadkit.metrics.given import Frame, as_given, if_there, needed
from leadkit.metrics.mail_evidence import MAIL, follow_up_facts, question_facts, sent_facts
from leadkit.metrics.as_of import moment
from leadkit.metrics.deferred import deferred
from leadkit.metrics.thread_evidence import ACCOUNT, CONVERSATIONS, MESSAGES, SKEW, latest_facts, thread_facts
from leadkit.metrics.verdict import STATES, judged

_ME = "response_times"
AnyFrame = pl.DataFrame | pl.LazyFrame


def response_times(
    leads: Frame,
    *,
    messages: AnyFrame | None = None,
    conversations: AnyFrame | None = None,
    mail: AnyFrame | None = None,
    as_of: datetime | str | None = None,
) -> Frame:
    """One row per lead: whether, when and how surely the seller's first reply came, from all evidence that is given."""
    until = moment(as_of, name="as_of", needed_by=_ME)
    asked = needed(leads, lead_records.NEEDED | if_there(leads, lead_records.USED), by=_ME)
    talks = said = mails = None
    if conversations is not None:
        talks = needed(conversations, CONVERSATIONS | if_there(conversations, ACCOUNT), by=_ME, name="conversations")
    if messages is not None:
        said = needed(messages, MESSAGES | if_there(messages, ACCOUNT), by=_ME, name="messages")
    if mail is not None:
        mails = needed(mail, MAIL | if_there(mail, mail_evidence.USED), by=_ME, name="mail")
    if isinstance(leads, pl.LazyFrame):
        return deferred(lambda: _times(asked, said, talks, mails, until), SCHEMA)
    return _times(asked, said, talks, mails, until).collect()


def _times(leads, messages, conversations, mail, until):
    records = lead_records.lead_records(leads, until)
    facts = lead_records.one_row_each(records)
    sources = []
    if conversations is not None:
        sources.append(latest_facts(facts, conversations, until))
    if messages is not None:
        sources.append(thread_facts(facts, messages, conversations, until))
    if mail is not None:
        sources.append(question_facts(facts, mail, records, until))
        sources.append(follow_up_facts(facts, mail, until))
        sources.append(sent_facts(facts, mail, until))
    for source in sources:
        facts = facts.join(source, on="row", how="left", maintain_order="left")
    found = with_episodes(judged(facts))
    return found.select(_columns(set(found.collect_schema())))

SPAN, AT = pl.Duration("us"), pl.Datetime("us", "UTC")
SCHEMA = pl.Schema(
    {
        "account": pl.String(),
        "lead_id": pl.String(),
        "item_id": pl.String(),
        "user_id": pl.String(),
        "submitted_at": AT,
        "episode_id": pl.String(),
        "state": STATES,
        "evidence": pl.String(),
        "link_rule": pl.String(),
        "conversation_id": pl.String(),
        "reply_id": pl.String(),
        "wait_lower": SPAN,
        "wait_upper": SPAN,
        "responded_at": AT,
        "age": SPAN,
        "business_wait_lower": SPAN,
        "business_wait_upper": SPAN,
        "business_age": SPAN,
        "after_hours": pl.Boolean(),
        "conflict": pl.Boolean(),
        "observed_at": AT,
    }
)


def _columns(there: set[str]) -> list[pl.Expr]:
    submitted, upper, age = pl.col("submitted_at"), pl.coalesce("reply_at", "by"), pl.col("seen_at") - pl.col("submitted_at")
    answered = pl.col("state") == "answered_interval"
    lower = pl.coalesce("reply_at", "after") - submitted
    return [
        _or_null("account", there),
        *("lead_id item_id user_id submitted_at episode_id state".split()),pl.col("evidence").cast(pl.String),
        _rule(there).alias("link_rule"),
        _conversation(there).alias("conversation_id"),
        _reply_id(there).alias("reply_id"),
        pl.when(answered).then(lower.fill_null(pl.duration())).otherwise(lower).alias("wait_lower"),
        (upper - submitted).alias("wait_upper"),
        pl.col("reply_at").alias("responded_at"),
        pl.when(age >= pl.duration()).then(age).alias("age"),
        *(pl.lit(None, dtype=pl.Duration("us")).alias(f"business_{name}") for name in ("wait_lower", "wait_upper", "age")),
        pl.lit(None, dtype=pl.Boolean).alias("after_hours"),
        "conflict",
        pl.col("seen_at").alias("observed_at"),
    ]


def _or_null(name: str, there: set[str]) -> pl.Expr:
    return pl.col(name) if name in there else pl.lit(None, dtype=pl.String).alias(name)


def _conversation(there: set[str]) -> pl.Expr:
    return pl.coalesce(_or_null("conversation_id", there), _or_null("latest_conversation_id", there))


def _rule(there: set[str]) -> pl.Expr:
    """By which rule the thread or the mail was found that the evidence comes from, else the one that is linked."""
    if not there & {"conversation_id", "latest_conversation_id", "mail_rule"}:
        return pl.lit(None, dtype=pl.String)
    evidence, by_mail = pl.col("evidence"), _or_null("mail_rule", there)
    by_place = pl.lit("R3")
    of_question = (evidence == "E2 user_response") & pl.col("reply_at").is_not_null()
    linked = pl.when(_conversation(there).is_not_null()).then(by_place)
    return (
        pl.when(of_question | evidence.is_in(["E7 replied", "E8 replied"]))
        .then(by_mail)
        .when(evidence.is_in(["E1 thread", "E2 user_response", "E3 sent", "E4 latest_message", "E8 thread", "E8 latest_message", "E8 sent"]))
        .then(by_place)
        .otherwise(pl.coalesce(linked, by_mail))
    )


def _reply_id(there: set[str]) -> pl.Expr:
    in_thread = _or_null("thread_reply_id", there)
    if "sent_id" not in there:
        return in_thread
    same = (pl.col("sent_at") - pl.col("reply_at")).abs() <= SKEW
    return pl.coalesce(in_thread, pl.when(same).then("sent_id"))
