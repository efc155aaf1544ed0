"""One lead explained: its evidence, its link, both messages and the arithmetic of the wait."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.metrics.given import Needed, needed
from leadkit.metrics.masking import mask
from leadkit.metrics.response import TIMES
from leadkit.metrics.traces import AnyFrame, Row, traces_of
from leadkit.metrics.waits import UNKNOWN


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one lead; its repr is a text for people, in a notebook a table.

    Attributes:
        row: the lead's row of `response_times`, as a dict; times in UTC, a state that is none of the four ``unknown``.
        lines: what there is to say, as pairs of a heading and a sentence.
        records: every record about the lead, and about later ones of its buyer about its listing, a reply to which
            counts for it, too; oldest first: at, source, id, what, text; no rows without frames.
    """

    row: Row
    lines: tuple[tuple[str, str], ...]
    records: pl.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        everything = self._everything()
        width = max(len(heading) for heading, _ in everything)
        return "\n".join(f"{heading:<{width}}  {said}" for heading, said in everything)

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        rows = [
            f"<th {left}>{escape(heading)}</th><td {left}>{escape(said)}</td>" for heading, said in self._everything()
        ]
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"

    def masked(self) -> Explanation:
        """The same without personal data: who the buyer is, and what people wrote."""
        row = {**self.row, "user_id": "[masked]" if self.row["user_id"] else None}
        records = mask(self.records)
        return Explanation(row, tuple(_lines(row, records)), records)

    def _everything(self) -> list[tuple[str, str]]:
        return [*self.lines, *_record_lines(self.records)]


def explain(
    times: AnyFrame,
    lead_id: str,
    *,
    leads: AnyFrame | None = None,
    messages: AnyFrame | None = None,
    conversations: AnyFrame | None = None,
    mail: AnyFrame | None = None,
) -> Explanation:
    """Why a lead has the wait that it has: the evidence, the link, the question, the reply and the arithmetic.

    Give the frames that `times` was made from, as far as they are there, to see the records and what was written. The
    result shows personal data: it is for a person who may see the leads.

    Args:
        times: of `response_times`, also where its times were brought into another zone: they are told in UTC, and naive
            ones are read as UTC. A state that is null or none of the four counts as ``unknown``.
        lead_id: of the lead.
        leads: the leads.
        messages: the messages of the threads.
        conversations: the conversations.
        mail: the mailbox.

    Returns:
        An `Explanation`: ``print`` it, or let a notebook show it.

    Raises:
        InvalidRequest: there is no such lead (names the nearest), or two of different accounts, or a column has another
            dtype.
        MissingColumns: a frame lacks a column; names the nearest.

    Warns:
        LeadkitWarning: times without a zone are read as UTC.
    """
    row = _row_of(needed(times, _COLUMNS, by="explain", name="times"), lead_id)
    given = {"leads": leads, "messages": messages, "conversations": conversations, "mail": mail}
    records = traces_of(row, {name: frame for name, frame in given.items() if frame is not None})
    return Explanation(row, tuple(_lines(row, records)), records)


def _row_of(times: pl.LazyFrame, lead_id: str) -> Row:
    if not isinstance(lead_id, str):
        raise InvalidRequest(f"explain: lead_id={lead_id!r} is refused: allowed is a lead_id of times, a String.")
    state = pl.col("state").cast(TIMES["state"], strict=False).fill_null(pl.lit(UNKNOWN, TIMES["state"]))
    found = times.filter(pl.col("lead_id") == lead_id).with_columns(state).select(TIMES.names()).collect().to_dicts()
    if len(found) > 1:
        raise InvalidRequest(f"explain: lead_id={lead_id!r} is in {len(found)} rows of times; filter times by account.")
    if not found:
        raise InvalidRequest(f"explain: lead_id={lead_id!r} is not in times{_nearest(times, lead_id)}.")
    return found[0]


def _nearest(times: pl.LazyFrame, lead_id: str) -> str:
    alike = pl.col("lead_id").str.starts_with(lead_id[:2]) | pl.col("lead_id").str.ends_with(lead_id[-2:])
    some = times.filter(alike).select("lead_id").limit(1000).collect().to_series().to_list()
    near = difflib.get_close_matches(lead_id, some, n=2)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""


def _lines(row: Row, records: pl.DataFrame) -> Iterator[tuple[str, str]]:
    account = f", account {row['account']}" if row["account"] else ""
    yield "lead", f"{row['lead_id']}{account}, listing {row['item_id'] or '(none)'}, buyer {row['user_id'] or '(none)'}"
    yield "state", f"{row['state']}: {_STATES[row['state']]}"
    yield "evidence", row["evidence"] or "none"
    yield "link", _link(row)
    yield "question", _said(row["submitted_at"], _question(row, records))
    yield "reply", _reply(row, records)
    yield "wait", _wait(row)
    if row["business_age"] is not None:
        yield "business", _business(row)
    yield "seen", f"{_time(row['observed_at'])}, {_span(row['age'])} after the lead"
    if row["episode_id"] != row["lead_id"]:
        yield "episode", f"a duplicate of {row['episode_id']}, which counts for both"
    if row["conflict"]:
        yield "conflict", "two sources can't both be true; the one of the lower number was kept"


def _link(row: Row) -> str:
    rule = row["link_rule"]
    where = f", conversation {row['conversation_id']}" if row["conversation_id"] else ""
    if not rule:
        return "none: no thread or mail belongs to it for certain"
    return f"{rule}: {_RULES.get(rule, 'a rule that leadkit does not have')}{where}"


def _question(row: Row, records: pl.DataFrame) -> str | None:
    """The words of the lead itself, else of the first message of the buyer's about it."""
    since = pl.lit(row["submitted_at"], dtype=TIMES["submitted_at"])
    is_lead = pl.col("source") == "leads"
    written = ~is_lead & pl.col("what").str.contains("buyer") & (pl.col("at") >= since)
    asked = (is_lead & (pl.col("id") == row["lead_id"])) | written
    return _first_text(records.filter(asked).sort(~is_lead, maintain_order=True))


def _reply(row: Row, records: pl.DataFrame) -> str:
    if row["state"] == "answered_exact":
        key = row["reply_id"]
        text = None if key is None else _first_text(records.filter(pl.col("id") == key))
        return f"{_said(row['responded_at'], text)}, {f'message {key}' if key else 'a message of no known id'}"
    if row["state"] == "answered_interval":
        return f"after {_time(_plus(row, 'wait_lower'))}, not after {_time(_plus(row, 'wait_upper'))}"
    if row["state"] == "unanswered":
        return f"none up to {_time(row['observed_at'])}"
    return "not known"


def _wait(row: Row) -> str:
    asked, lower, upper = row["submitted_at"], row["wait_lower"], row["wait_upper"]
    if row["state"] == "answered_exact":
        return f"{_time(row['responded_at'])} - {_time(asked)} = {_span(upper)}"
    if row["state"] == "answered_interval":
        bounds = f"{_time(_plus(row, 'wait_upper'))} - {_time(asked)} = {_span(upper)}"
        return f"more than {_span(lower)}, at most {bounds}"
    if row["state"] == "unanswered":
        return f"more than {_time(row['observed_at'])} - {_time(asked)} = {_span(lower)}"
    return "not known"


def _business(row: Row) -> str:
    came = {True: "; the lead came while closed", False: "; the lead came while open", None: ""}[row["after_hours"]]
    lower, upper = row["business_wait_lower"], row["business_wait_upper"]
    if row["state"] == "unknown":
        wait = f"seen for {_span(row['business_age'])}"
    elif row["state"] == "answered_exact":
        wait = _span(upper)
    else:
        wait = f"more than {_span(lower)}" if upper is None else f"more than {_span(lower)}, at most {_span(upper)}"
    return f"{wait} in business hours{came}"


def _record_lines(records: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for at, source, key, what, text in records.rows():
        words = f": {_short(text)}" if text else ""
        yield f"  {source}", f"{_time(at)} {what} ({key}){words}"


def _first_text(records: pl.DataFrame) -> str | None:
    texts = records.get_column("text").drop_nulls()
    return None if texts.is_empty() else str(texts.item(0))


def _said(at: datetime | None, text: str | None) -> str:
    return f"{_time(at)}: {_short(text)}" if text else _time(at)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= _LINE else f'"{line[: _LINE - 1]}…"'


def _plus(row: Row, name: str) -> datetime | None:
    span: timedelta | None = row[name]
    at: datetime | None = row["submitted_at"]
    return None if at is None or span is None else at + span


def _time(at: datetime | None) -> str:
    return "(no time)" if at is None else f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"


def _span(span: timedelta | None) -> str:
    return "(not known)" if span is None else str(span)


def _kind(dtype: pl.DataType) -> Needed:
    if isinstance(dtype, pl.Datetime):
        return "time"
    return "span" if isinstance(dtype, pl.Duration) else "flag" if isinstance(dtype, pl.Boolean) else "text"


_COLUMNS = {name: _kind(dtype) for name, dtype in TIMES.items()}
_LINE = 160
_STATES: dict[str, str] = {
    "answered_exact": "the reply came at a known moment",
    "answered_interval": "the reply came within a known interval",
    "unanswered": "there was no reply, up to when it was seen",
    "unknown": "no record tells",
}
_RULES: dict[str, str] = {
    "R1": "the mail's external id is that of the lead's first question",
    "R2": "same listing and buyer, the mail within ten minutes of the lead",
    "R3": "same listing and buyer",
}
