"""Recorded or hand-saved bodies in the place of an account."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl

from leadkit.ebay_tables import EbayTables, Opened, R, as_parameters
from leadkit.errors import NotFound
from leadkit.fetch import Run, within
from leadkit.parameters import Request, checked
from leadkit.readers import SavedBody, conversations_of, folders_of, leads_of, mail_of, messages_of
from leadkit.recorder import ACCOUNT, FetchRecord
from leadkit.recording import Recorded, RecordedFetch, Replay, bodies, recorded_fetches
from leadkit.sources.ebay_conversations import (
    CONVERSATIONS,
    MESSAGES,
    ConversationsRequest,
    MessagesRequest,
    spoken_within,
)
from leadkit.sources.ebay_leads import LEADS, LeadsRequest
from leadkit.sources.ebay_mailbox import FOLDERS, MAIL, FoldersRequest, MailRequest, tell_missing


class Saved(EbayTables):
    """The tables of a recorded account, offline: the same calls give the same frames.

    A call with the arguments of a recorded fetch replays it, answer by answer. A call with others, and bodies that
    were saved by hand, are read as a whole and filtered here; a fetch whose recording was interrupted is left out.

    Args:
        path: a folder that ``record=`` filled, or one with bodies named after their table: ``leads.json``,
            ``conversations-1.json``, ``messages/3120000007.json``.
        account: the first column; None takes the recorded name.
        sellers: the seller's own names; None takes the recorded ones.

    Raises:
        InvalidRequest: there is no such folder.
        BadResponse: a sidecar or a marker in it can't be read.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        account: str | None = None,
        sellers: Iterable[str] | None = None,
    ) -> None:
        self._folder = Path(path)
        self._fetches = recorded_fetches(self._folder)
        self._known = False
        told = _account(self._folder)
        super().__init__(
            account=account or told.get("account", "ebay"),
            sellers=told.get("sellers", ()) if sellers is None else sellers,
            origins={"api": "", "apiz": ""},
            max_parallel=1,
        )

    def __repr__(self) -> str:
        whole = [fetch.source for fetch in self._fetches if fetch.complete]
        there = ", ".join(f"{name} ({whole.count(name)})" for name in dict.fromkeys(whole)) or "hand-saved bodies"
        return f"Saved({self.account!r}, {self._folder.name}: {there})"

    def _now(self) -> datetime:
        times = [_now_of(fetch) for fetch in self._fetches]
        return max((time for time in times if time), default=datetime.now(UTC))

    def _fetch(
        self,
        source: str,
        kind: type[R],
        arguments: Mapping[str, Any],
        work: Callable[[Run, R], pl.DataFrame],
        *,
        strict: bool,
        progress: bool | None,
    ) -> pl.DataFrame:
        request = checked(kind, source, arguments, now=self._now())
        told = len(self._found)
        self._known = self._recorded(source, as_parameters(request)) is not None
        if self._known:
            try:
                return super()._fetch(source, kind, arguments, work, strict=strict, progress=progress)
            except NotFound as error:
                if error.code != "not_recorded":
                    raise
            del self._found[told:]  # a call that got no whole answer was not recorded: what was, is read without it
        return super()._fetch(source, kind, arguments, self._filtered, strict=strict, progress=progress)

    @contextmanager
    def _open(self, source: str, parameters: Mapping[str, str]) -> Iterator[Opened]:
        fetch = self._recorded(source, parameters)
        replay = Replay(() if fetch is None else fetch, secrets=self._secrets)
        try:
            yield Opened(replay, (fetch and _now_of(fetch)) or self._now(), FetchRecord(0))
        finally:
            self._log.entries += replay.log.entries

    def _recorded(self, source: str, parameters: Mapping[str, str]) -> RecordedFetch | None:
        """The newest whole fetch of this table with these arguments."""
        same = [fetch for fetch in self._whole(source) if _arguments(fetch) == dict(parameters)]
        return same[-1] if same else None

    def _whole(self, source: str) -> list[RecordedFetch]:
        return [fetch for fetch in self._fetches if fetch.source == source and fetch.complete]

    def _filtered(self, run: Run, request: Request) -> pl.DataFrame:
        """All that is there of a table, filtered here."""
        filters: dict[type[Request], Callable[..., pl.DataFrame]] = {
            LeadsRequest: self._filtered_leads,
            ConversationsRequest: self._filtered_conversations,
            MessagesRequest: self._filtered_messages,
            MailRequest: self._filtered_mail,
            FoldersRequest: self._filtered_folders,
        }
        return filters[type(request)](run, request)

    def _filtered_leads(self, run: Run, request: LeadsRequest) -> pl.DataFrame:
        end = run.clamped(LEADS, request.start, request.end)
        found = leads_of(self._bodies("leads", run), run.account, run.problems)
        found = within(found, "submitted_at", request.start, end)
        if request.status:
            answered = pl.col("status") == "RESPONDED"
            found = found.filter(answered if request.status == "Answered" else ~answered)
        if request.item_id:
            found = found.filter(pl.col("item_id") == request.item_id)
        if not request.include_messages:
            found = found.with_columns(pl.lit(None, dtype=LEADS.schema["exchanges"]).alias("exchanges"))
        return run.first_rows(LEADS, found, request.max_rows)

    def _filtered_conversations(self, run: Run, request: ConversationsRequest) -> pl.DataFrame:
        end = run.clamped(CONVERSATIONS, request.start, request.end)
        found = conversations_of(self._bodies("conversations", run), run.account, run.sellers, run.problems)
        found = spoken_within(found, request.start, end).filter(pl.col("conversation_type").is_in(request.types))
        if request.status in _BY_UNREAD:
            found = found.filter((pl.col("unread_count").fill_null(0) > 0) == _BY_UNREAD[request.status])
        elif request.status:
            found = found.filter(pl.col("status").str.strip_chars_end("D") == request.status.rstrip("D"))
        if reference := request.about:
            found = found.filter(reference_type=reference[0], reference_id=reference[1])
        if request.other_party:
            found = found.filter(pl.col("other_party").str.to_lowercase() == request.other_party.casefold())
        return run.first_rows(CONVERSATIONS, found, request.max_rows)

    def _filtered_messages(self, run: Run, request: MessagesRequest) -> pl.DataFrame:
        saved = self._bodies("messages", run)
        unknown: list[str | None] = [None] * len(saved)
        found = messages_of(saved, run.account, run.sellers, run.problems, ids=unknown, references=unknown)
        wanted = pl.DataFrame(request.threads, schema={"conversation_id": pl.String, "reference_id": pl.String})
        there = set(found.get_column("conversation_id"))
        for key in wanted.get_column("conversation_id"):
            if key not in there:
                run.tell(
                    MESSAGES, "missing_thread", column="conversation_id", row_key=key, detail="not among the bodies"
                )
        found = found.drop("reference_id").join(wanted, on="conversation_id", how="inner", maintain_order="left")
        return run.first_rows(MESSAGES, found.select(MESSAGES.schema.names()), request.max_rows)

    def _filtered_mail(self, run: Run, request: MailRequest) -> pl.DataFrame:
        end = run.clamped(MAIL, request.start, request.end)
        found = mail_of(self._bodies("mail", run), run.account, run.problems)
        tell_missing(run, request, found)
        found = within(found, "received_at", request.start, end)
        for wanted, column in (
            (request.folder, "folder_id"),
            (request.ids, "message_id"),
            (request.external_ids, "external_message_id"),
        ):
            found = found if wanted is None else found.filter(pl.col(column).is_in(wanted))
        if request.high_priority:
            found = found.filter("high_priority")
        if not request.bodies:
            found = found.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("html", "text"))
        return run.first_rows(MAIL, found, request.max_rows)

    def _filtered_folders(self, run: Run, _: FoldersRequest) -> pl.DataFrame:
        return folders_of(self._bodies("folders", run), run.account, run.problems)

    def _bodies(self, source: str, run: Run) -> list[SavedBody]:
        """Every body of a table: of whole fetches, of single answers, and saved by hand."""
        answers = [answer for fetch in self._whole(source) for answer in fetch.answers if answer.status == _OK]
        by_hand = [_saved_by_hand(path) for path in bodies(self._folder, source)]
        self._tell(run, source, found=bool(answers or by_hand))
        return [*map(_as_body, answers), *by_hand]

    def _tell(self, run: Run, source: str, *, found: bool) -> None:
        table = {table.name: table for table in (LEADS, CONVERSATIONS, MESSAGES, MAIL, FOLDERS)}[source]
        broken = [fetch for fetch in self._fetches if fetch.source == source and not fetch.complete]
        if not found:
            why = "its recording was interrupted; record it again" if broken else f"there is only: {self!r}"
            raise NotFound(f"{source}: nothing whole is saved in {self._folder.name}: {why}.", source=source)
        if broken:
            run.tell(table, "incomplete_recording", count=len(broken), detail="left out: it was interrupted")
        if self._whole(source) and not self._known:
            detail = "no recorded fetch has these arguments: all that was recorded is filtered here"
            run.tell(table, "filtered_here", detail=detail)


_OK = 200
_BY_UNREAD = {"UNREAD": True, "READ": False}


def _as_body(answer: Recorded) -> SavedBody:
    thread = unquote(answer.path.rpartition("/")[2]) if answer.source == "messages" else None
    return SavedBody(answer.file.name, answer.file.read_bytes(), answer.at, thread)


def _saved_by_hand(path: Path) -> SavedBody:
    """A file in a folder of messages may have the number of its conversation for a name."""
    thread = path.stem if path.parent.name == "messages" and path.stem.isdecimal() else None
    return SavedBody(path.name, path.read_bytes(), None, thread)


def _arguments(fetch: RecordedFetch) -> dict[str, str]:
    return {name: value for name, value in fetch.parameters.items() if name != "now"}


def _now_of(fetch: RecordedFetch) -> datetime | None:
    now = fetch.parameters.get("now")
    return datetime.fromisoformat(now) if now else None


def _account(folder: Path) -> dict[str, Any]:
    path = folder / ACCOUNT
    told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return told if isinstance(told, dict) else {}
