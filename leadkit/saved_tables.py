"""What all saved accounts have in common: a recorded fetch is replayed, everything else is filtered here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl

from leadkit.account_tables import AccountTables, Opened, R, as_parameters
from leadkit.dictionary import TABLES
from leadkit.errors import NotFound
from leadkit.fetch import Run
from leadkit.parameters import Request, checked
from leadkit.recorder import FetchRecord
from leadkit.recording import Recorded, RecordedFetch, Replay, bodies
from leadkit.saved_bodies import SavedBody
from leadkit.trading import verdict


class SavedTables(AccountTables):
    """An account whose answers lie in a folder; what it can't replay, `_filtered` makes of all that is there."""

    _folder: Path
    _fetches: list[RecordedFetch]
    _known = False

    def __repr__(self) -> str:
        whole = [fetch.source for fetch in self._fetches if fetch.complete]
        there = ", ".join(f"{name} ({whole.count(name)})" for name in dict.fromkeys(whole)) or "hand-saved bodies"
        return f"{type(self).__name__}({self.account!r}, {self._folder.name}: {there})"

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
        raise NotImplementedError

    def _bodies(self, source: str, run: Run) -> list[SavedBody]:
        """Every body of a table: of whole fetches, of single answers, and saved by hand."""
        found = self._there(source)
        self._tell(run, source, found=bool(found))
        return found

    def _there(self, source: str) -> list[SavedBody]:
        answers = [answer for fetch in self._whole(source) for answer in fetch.answers if _has_data(answer)]
        return [*map(_as_body, answers), *(_saved_by_hand(path) for path in bodies(self._folder, source))]

    def _tell(self, run: Run, source: str, *, found: bool) -> None:
        table = TABLES[source]
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


def _has_data(answer: Recorded) -> bool:
    """Whether the API gave what it was asked for: a page behind the last may have been refused with HTTP 200."""
    return answer.status == _OK and verdict(answer.reply()) is None


def _as_body(answer: Recorded) -> SavedBody:
    thread = unquote(answer.path.rpartition("/")[2]) if answer.source == "messages" else None
    return SavedBody(answer.file.name, answer.reply().body, answer.at, thread)


def _saved_by_hand(path: Path) -> SavedBody:
    """A file in a folder of messages may have the number of its conversation for a name."""
    thread = path.stem if path.parent.name == "messages" and path.stem.isdecimal() else None
    return SavedBody(path.name, path.read_bytes(), None, thread)


def _arguments(fetch: RecordedFetch) -> dict[str, str]:
    return {name: value for name, value in fetch.parameters.items() if name != "now"}


def _now_of(fetch: RecordedFetch) -> datetime | None:
    now = fetch.parameters.get("now")
    return datetime.fromisoformat(now) if now else None
