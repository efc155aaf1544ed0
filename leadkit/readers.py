"""The tables from response bodies that were saved: the same frames as from the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.fetch import check_total, completed, once_each, reading, tell_without_key, union
from leadkit.mail_records import FOLDERS, MAIL
from leadkit.mail_rows import (
    ENVELOPE,
    ROOT,
    folder_rows,
    mail_rows,
    merged,
    named,
    oldest_first,
    tell_in_folders,
    with_text,
)
from leadkit.problems import Problems
from leadkit.records import Table
from leadkit.saved_bodies import Bodies, SavedBody, checked_given, close_problems, saved_bodies, saved_xml
from leadkit.sellers import with_other_party, with_sender
from leadkit.sources.ebay_conversations import CONVERSATIONS, MESSAGES, newest_first
from leadkit.sources.ebay_leads import LEADS, read_leads_body
from leadkit.tables import Decoded, decode
from leadkit.trading import Said, read_answer, tell


def read_leads(
    bodies: Bodies,
    *,
    account: str = "ebay",
    fetched_at: datetime | None = None,
    problems: list[dict[str, Any]] | None = None,
    strict: bool = False,
) -> pl.DataFrame:
    """Leads from saved bodies of ``/classified_lead`` or ``/classified_lead/{itemId}``; each lead once, as last seen.

    Args:
        bodies: a path (a file, a folder of ``.json`` files, or a recording), bytes, a dict, or a list of them.
        account: the first column.
        fetched_at: when the bodies were fetched; None takes it from a recording's sidecar, else it is null.
        problems: a list that collects the problem rows, as dicts.
        strict: raise where a value does not fit its column.

    Raises:
        BadResponse: a body is not what the API promises.
        InvalidRequest: a path where nothing lies, something that is no body, or another argument of the wrong kind.
        NotFound: a folder without a body of this table.
    """
    found, given = Problems(), checked_given("leads", account, fetched_at, problems)
    leads = leads_of(saved_bodies(bodies, "leads", given.fetched_at), account, found)
    close_problems(found, problems, strict=strict)
    return leads


def read_conversations(
    bodies: Bodies,
    *,
    account: str = "ebay",
    fetched_at: datetime | None = None,
    sellers: Iterable[str] = (),
    problems: list[dict[str, Any]] | None = None,
    strict: bool = False,
) -> pl.DataFrame:
    """Conversations from saved bodies of ``/conversation``; each once, as last seen, newest first.

    Args:
        bodies: a path (a file, a folder of ``.json`` files, or a recording), bytes, a dict, or a list of them.
        account: the first column.
        fetched_at: when the bodies were fetched; None takes it from a recording's sidecar, else it is null.
        sellers: the seller's own names, for `other_party`.
        problems: a list that collects the problem rows, as dicts.
        strict: raise where a value does not fit its column.

    Raises:
        BadResponse: a body is not what the API promises.
        InvalidRequest: a path where nothing lies, something that is no body, or another argument of the wrong kind.
        NotFound: a folder without a body of this table.
    """
    found, given = Problems(), checked_given("conversations", account, fetched_at, problems, sellers)
    rows = conversations_of(saved_bodies(bodies, "conversations", given.fetched_at), account, given.names, found)
    close_problems(found, problems, strict=strict)
    return rows


def read_messages(
    bodies: Bodies,
    *,
    account: str = "ebay",
    fetched_at: datetime | None = None,
    sellers: Iterable[str] = (),
    conversation_id: str | Sequence[str] | None = None,
    reference_id: str | Sequence[str | None] | None = None,
    problems: list[dict[str, Any]] | None = None,
    strict: bool = False,
) -> pl.DataFrame:
    """Messages from saved bodies of ``/conversation/{id}``, sorted by conversation, time and id.

    Args:
        bodies: a path (a file, a folder of ``.json`` files, or a recording), bytes, a dict, or a list of them.
        account: the first column.
        fetched_at: when the bodies were fetched; None takes it from a recording's sidecar, else it is null.
        sellers: the seller's own names, for `from_seller`.
        conversation_id: of the bodies, one for all or one each; None takes it from the body's ``href``, else null.
        reference_id: the listing that they are about, likewise.
        problems: a list that collects the problem rows, as dicts.
        strict: raise where a value does not fit its column.

    Raises:
        BadResponse: a body is not what the API promises.
        InvalidRequest: a path where nothing lies, something that is no body, or not as many ids as bodies.
        NotFound: a folder without a body of this table.
    """
    found, given = Problems(), checked_given("messages", account, fetched_at, problems, sellers)
    saved = saved_bodies(bodies, "messages", given.fetched_at)
    ids = _one_each("conversation_id", conversation_id, len(saved))
    references = _one_each("reference_id", reference_id, len(saved))
    rows = messages_of(saved, account, given.names, found, ids=ids, references=references)
    close_problems(found, problems, strict=strict)
    return rows


def read_mail(
    bodies: Bodies,
    *,
    account: str = "ebay",
    fetched_at: datetime | None = None,
    problems: list[dict[str, Any]] | None = None,
    strict: bool = False,
) -> pl.DataFrame:
    """Messages of a mailbox from saved answers of ``GetMyMessages``; headers and bodies of a message are one row.

    Args:
        bodies: a path (a file, a folder of ``.xml`` files, or a recording), bytes, or a list of them.
        account: the first column.
        fetched_at: when the bodies were fetched; None takes it from each body's Timestamp.
        problems: a list that collects the problem rows, as dicts.
        strict: raise where a value does not fit its column.

    Raises:
        BadResponse: a body is not what the API promises, or an answer that failed.
        InvalidRequest: a path where nothing lies, something that is no body, or another argument of the wrong kind.
        NotFound: a folder without a body of this table.
    """
    found, given = Problems(), checked_given("mail", account, fetched_at, problems)
    rows = mail_of(saved_xml(bodies, "mail", given.fetched_at), account, found, at=given.fetched_at)
    close_problems(found, problems, strict=strict)
    return rows


def read_folders(
    bodies: Bodies,
    *,
    account: str = "ebay",
    fetched_at: datetime | None = None,
    problems: list[dict[str, Any]] | None = None,
    strict: bool = False,
) -> pl.DataFrame:
    """Folders of a mailbox from saved answers of ``GetMyMessages`` with ``ReturnSummary``; each once, as last seen.

    Args:
        bodies: a path (a file, a folder of ``.xml`` files, or a recording), bytes, or a list of them.
        account: the first column.
        fetched_at: when the bodies were fetched; None takes it from each body's Timestamp.
        problems: a list that collects the problem rows, as dicts.
        strict: raise where a value does not fit its column.

    Raises:
        BadResponse: a body is not what the API promises, or an answer that failed.
        InvalidRequest: a path where nothing lies, something that is no body, or another argument of the wrong kind.
        NotFound: a folder without a body of this table.
    """
    found, given = Problems(), checked_given("folders", account, fetched_at, problems)
    rows = folders_of(saved_xml(bodies, "folders", given.fetched_at), account, found, at=given.fetched_at)
    close_problems(found, problems, strict=strict)
    return rows


def leads_of(saved: Iterable[SavedBody], account: str, problems: Problems) -> pl.DataFrame:
    """The leads of these bodies, each once, as last seen."""
    frames = []
    for one in saved:
        bare = b'"totalLeads"' not in one.body and b'"itemId"' in one.body
        decoded = _decoded(LEADS, one, bare=bare)
        frames.append(read_leads_body(decoded, account, one.fetched_at, problems))
    leads = union(LEADS, frames)
    return leads.unique("lead_id", keep="last", maintain_order=True) if len(frames) > 1 else leads


def conversations_of(
    saved: Iterable[SavedBody], account: str, sellers: frozenset[str], problems: Problems
) -> pl.DataFrame:
    """The conversations of these bodies, each once, as last seen, newest first."""
    frames, totals = [], {}
    for one in {one.body: one for one in saved}.values():  # a sweep reads its first page again
        decoded = _decoded(CONVERSATIONS, one)
        frames.append(_page(CONVERSATIONS, decoded, problems, account=account, fetched_at=one.fetched_at))
        totals[_sweep_of(decoded)] = decoded.total("total")
    rows = once_each(CONVERSATIONS, union(CONVERSATIONS, frames))
    tell_without_key(problems, CONVERSATIONS, rows.get_column(CONVERSATIONS.key).null_count())
    check_total(problems, CONVERSATIONS, said=sum(totals.values()), came=len(rows), name="total")
    return newest_first(with_other_party(rows, sellers, problems))


def messages_of(
    saved: Sequence[SavedBody],
    account: str,
    sellers: frozenset[str],
    problems: Problems,
    *,
    ids: Sequence[str | None],
    references: Sequence[str | None],
) -> pl.DataFrame:
    """The messages of these bodies, sorted by conversation, time and id."""
    threads: dict[str | None, list[pl.DataFrame]] = {}
    totals: dict[str | None, int] = {}
    seen: set[tuple[str | None, bytes]] = set()
    for one, given, reference in zip(saved, ids, references, strict=True):
        decoded = _decoded(MESSAGES, one)
        key = given or _thread_in(decoded) or one.thread
        if key is not None and (key, one.body) in seen:
            continue  # as in conversations_of
        seen.add((key, one.body))
        ours = {"account": account, "fetched_at": one.fetched_at, "conversation_id": key, "reference_id": reference}
        threads.setdefault(key, []).append(_page(MESSAGES, decoded, problems, **ours))
        totals[key] = decoded.total("total")
    whole = {key: once_each(MESSAGES, pl.concat(frames)) for key, frames in threads.items() if key is not None}
    for key, frame in whole.items():
        check_total(problems, MESSAGES, said=totals[key], came=len(frame), name="total", key=key)
    rows = union(MESSAGES, [*whole.values(), *threads.get(None, [])])
    tell_without_key(problems, MESSAGES, rows.get_column(MESSAGES.key).null_count())
    return with_sender(rows.sort("conversation_id", "created_at", "message_id"), sellers, problems)


def mail_of(
    saved: Iterable[SavedBody],
    account: str,
    problems: Problems,
    *,
    at: datetime | None = None,
    beside: Iterable[SavedBody] = (),
) -> pl.DataFrame:
    """The messages of these bodies, each once with all that is known of it, the oldest first.

    The names of their folders are in these bodies, or in those `beside` them.
    """
    frames, folders = [], [FOLDERS.empty()]
    for one, said in _answers(MAIL, saved, problems):
        known = at or said.at or one.fetched_at
        frames.append(mail_rows(said, account=account, fetched_at=known, problems=problems))
        folders.append(folder_rows(said, account=account, fetched_at=known, problems=problems))
    for _, said in _answers(FOLDERS, beside, Problems()):
        folders.append(folder_rows(said, account=account, fetched_at=None, problems=Problems()))
    found = union(MAIL, frames)
    tell_in_folders(problems, found)
    rows = with_text(oldest_first(merged(found)))
    tell_without_key(problems, MAIL, rows.get_column(MAIL.key).null_count())
    return named(rows, pl.concat(folders))


def folders_of(
    saved: Iterable[SavedBody], account: str, problems: Problems, *, at: datetime | None = None
) -> pl.DataFrame:
    """The folders of these bodies and the row of their totals, each once, as last seen."""
    frames = [
        folder_rows(said, account=account, fetched_at=at or said.at or one.fetched_at, problems=problems)
        for one, said in _answers(FOLDERS, saved, problems)
    ]
    found = union(FOLDERS, frames)
    without_id = pl.col("folder_id").is_null()
    known = found.filter(~without_id).unique("folder_id", keep="last", maintain_order=True)
    return pl.concat([known, found.filter(without_id).unique("name", keep="last", maintain_order=True)])


def _answers(table: Table, saved: Iterable[SavedBody], problems: Problems) -> Iterator[tuple[SavedBody, Said]]:
    """What each body says of itself, told."""
    for one in saved:
        said = _said(table, one)
        tell(said, table, ENVELOPE, problems)
        yield one, said


def _said(table: Table, one: SavedBody) -> Said:
    call = f"{table.name} ({one.name})"
    return reading(table.name, one.body, lambda: read_answer(one.body, call=call, root=ROOT))


def _decoded(table: Table, one: SavedBody, *, bare: bool = False) -> Decoded:
    call = f"{table.name} ({one.name})"
    return reading(table.name, one.body, lambda: decode(table, one.body, call=call, bare=bare))


def _page(table: Table, decoded: Decoded, problems: Problems, **ours: object) -> pl.DataFrame:
    rows = completed(table, decoded.frame, **ours)
    problems.add_misfits(decoded.misfits, table, rows)
    return rows


def _sweep_of(decoded: Decoded) -> tuple[str, ...]:
    """Which sweep a page belongs to, by its own address without the offset: its last total counts."""
    query = parse_qsl(_address(decoded).query)
    return tuple(f"{name}={value}" for name, value in sorted(query) if name != "offset")


def _thread_in(decoded: Decoded) -> str | None:
    """The conversation's id out of the answer's own address, where it has one."""
    head, _, last = _address(decoded).path.rstrip("/").rpartition("/")
    return unquote(last) if head.endswith("/conversation") and last else None


def _address(decoded: Decoded) -> SplitResult:
    """The answer's own address; an empty one where it has none, or none that can be taken apart."""
    try:
        return urlsplit(str(decoded.envelope.get("href") or ""))
    except ValueError:
        return urlsplit("")


def _one_each(name: str, given: str | Sequence[str | None] | None, bodies: int) -> list[str | None]:
    if given is None or isinstance(given, str):
        return [given] * bodies
    if len(given) != bodies:
        raise InvalidRequest(f"{name} has {len(given)} ids for {bodies} bodies; give one for all, or one each.")
    return list(given)
