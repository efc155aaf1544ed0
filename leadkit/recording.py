"""Recorded answers, found in a folder and played again in place of the network."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from leadkit.calls import Answer, Call, Reply
from leadkit.error_bodies import named_error
from leadkit.errors import BadResponse, InvalidRequest, NotFound
from leadkit.folder_path import folder_path
from leadkit.recorded_files import Marker, Sidecar, damaged, fetch_of, read_recorded, source_of, status_of
from leadkit.recorder import MARKER, NUMBERED, FetchRecord, Recorder, content_digest, sidecar_of
from leadkit.redaction import Secrets
from leadkit.request_log import RequestLog

__all__ = [
    "FetchRecord",
    "Recorded",
    "RecordedFetch",
    "Recorder",
    "Replay",
    "bodies",
    "is_recording",
    "recorded_bodies",
    "recorded_fetches",
]


def recorded_fetches(directory: str | os.PathLike[str], *, of: Collection[str] | None = None) -> list[RecordedFetch]:
    """The fetches recorded in a folder, in the order in which they began; the incomplete ones say so.

    Answers that were recorded outside of any fetch follow as fetches without a number, one for each source.

    Args:
        directory: the folder.
        of: these sources only: what is damaged of others does no harm; None for all.

    Raises:
        InvalidRequest: there is no such folder.
        BadResponse: a sidecar or a marker can't be read.
    """
    folder = _folder(directory)
    sidecars = [path for path in folder.glob("*.meta.json") if of is None or _source_by_name(path) in {*of, None}]
    answers = sorted(map(_recorded, sidecars), key=lambda answer: answer.number)
    markers = dict(_markers(folder, of))
    numbers = sorted(markers.keys() | {answer.fetch for answer in answers if answer.fetch is not None})
    inside = [_fetch(number, markers.get(number, Marker()), answers) for number in numbers]
    loose = dict.fromkeys(answer.source for answer in answers if answer.fetch is None)
    found = inside + [_loose(source, answers) for source in loose]
    return found if of is None else [fetch for fetch in found if fetch.source in of]


def bodies(directory: str | os.PathLike[str], source: str) -> list[Path]:
    """The bodies of a table that were saved by hand, without a sidecar, in the order of their names.

    The name tells the table (``leads.json``, ``leads-2026-08.json``), or that of the folder it stands in
    (``leads/august.json``).
    """
    folder = _folder(directory)
    named = re.compile(rf"(?<![a-z])(?<!crm_){re.escape(source)}(?![a-z])")
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in (".json", ".xml")
        and not _is_ours(path)
        and (named.search(path.stem.lower()) or source in path.relative_to(folder).parts[:-1])
    )


def is_recording(folder: Path) -> bool:
    """Whether a recorder wrote into this folder."""
    return any(path.name.endswith(".meta.json") or MARKER.fullmatch(path.name) for path in folder.iterdir())


def recorded_bodies(folder: Path, source: str) -> list[Path]:
    """The bodies of a table in a recording, in the order of their names: its answers with data, and `bodies`."""
    answers = [_body_of(sidecar) for sidecar in folder.glob("*.meta.json") if _has_data_of(sidecar, source)]
    return sorted([*answers, *bodies(folder, source)])


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer; the body stays on disk until it is asked for."""

    number: int
    file: Path = field(repr=False)
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    sent: str | None
    status: int
    at: datetime
    account: str
    source: str
    operation: str
    headers: Mapping[str, str] = field(repr=False)
    fetch: int | None

    def reply(self) -> Reply:
        """The answer as it came over the wire.

        Raises:
            BadResponse: its body is not there any more.
        """
        try:
            return Reply(self.status, self.headers, self.file.read_bytes(), self.at)
        except OSError as error:
            problem = f"it can't be read: {error.strerror}"
        raise damaged(self.file.name, problem)


@dataclass(frozen=True, slots=True)
class RecordedFetch:
    """The answers of one fetch; a fetch that failed or was interrupted is not complete."""

    number: int | None
    source: str
    account: str
    parameters: Mapping[str, str]
    complete: bool
    rows: int | None
    at: datetime | None
    answers: tuple[Recorded, ...] = field(repr=False)


class Replay:
    """A sender that answers from recorded answers in place of the network.

    A call is known by its method, path, query in any order and body; the host does not matter. Several answers to
    the same call are given in the order in which they were recorded, and the last of them from then on.

    Args:
        recorded: a folder, one recorded fetch, or answers.
        secrets: what must not leave in any message.
    """

    def __init__(
        self, recorded: str | os.PathLike[str] | RecordedFetch | Iterable[Recorded], *, secrets: Secrets | None = None
    ) -> None:
        self.log = RequestLog()
        self._secrets = Secrets() if secrets is None else secrets
        self._lock = threading.Lock()
        self._answers: dict[_Key, list[Recorded]] = {}
        for answer in _answers(recorded):
            self._answers.setdefault(_key_of(answer), []).append(answer)

    def __repr__(self) -> str:
        return f"Replay({len(self._answers)} calls)"

    def send(self, call: Call) -> Answer:
        """The recorded answer, or the error that the recorded status stands for.

        Raises:
            NotFound: with the code ``"not_recorded"`` for a call that was never made.
        """
        recorded = self._next(call)
        reply = recorded.reply()
        entry = self.log.begin(call.source, call.operation, recorded.at)
        entry.status, entry.attempts, entry.bytes, entry.seconds = reply.status, 1, len(reply.body), 0.0
        verdict = None if call.judge is None else call.judge(reply)
        if verdict is not None or not 200 <= reply.status < 300:  # noqa: PLR2004  HTTP's successes
            raise named_error(call, reply, secrets=self._secrets, verdict=verdict)
        return Answer.of(call, reply, entry)

    def close(self) -> None:
        """Nothing is open."""

    def _next(self, call: Call) -> Recorded:
        key = (call.method, call.path, tuple(sorted(call.query)), content_digest(call.content))
        with self._lock:
            answers = self._answers.get(key, [])
            if answers:
                return answers.pop(0) if len(answers) > 1 else answers[0]
        raise self._not_recorded(call)

    def _not_recorded(self, call: Call) -> NotFound:
        same = sorted({_shown(key) for key in self._answers if key[:2] == (call.method, call.path)})
        there = same or sorted({key[1] for key in self._answers}) or ["nothing"]
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        message = (
            f"{call.source}: {call.operation} was not recorded with these arguments. Recorded is: "
            f"{'; '.join(there[:_SHOWN])}{more}. Ask with the arguments of the recorded fetch, or record this one."
        )
        return NotFound(self._secrets.redact(message), source=call.source, code="not_recorded")


_Key = tuple[str, str, tuple[tuple[str, str], ...], str | None]
_SHOWN = 5


def _answers(recorded: str | os.PathLike[str] | RecordedFetch | Iterable[Recorded]) -> Iterable[Recorded]:
    if isinstance(recorded, RecordedFetch):
        return recorded.answers
    if isinstance(recorded, str | os.PathLike):
        return [answer for fetch in recorded_fetches(recorded) for answer in fetch.answers]
    return recorded


def _key_of(answer: Recorded) -> _Key:
    return (answer.method, answer.path, tuple(sorted(answer.query)), answer.sent)


def _shown(key: _Key) -> str:
    query = "&".join(f"{name}={value}" for name, value in key[2])
    return f"{key[1]}?{query}" if query else key[1]


def _folder(directory: str | os.PathLike[str]) -> Path:
    folder = folder_path("path", directory)
    if not folder.is_dir():
        raise InvalidRequest(f"There is no folder {str(folder)!r}; give one with recorded or saved bodies.")
    return folder


def _has_data_of(sidecar: Path, source: str) -> bool:
    """Whether an answer is of this table, as far as its sidecar or its name tells, and no error."""
    told = source_of(sidecar) or _source_by_name(sidecar)
    return told in {source, None} and status_of(sidecar) in {_OK, None}


_OK = 200


def _is_ours(path: Path) -> bool:
    """Whether a recorder wrote this file."""
    return path.name.endswith(".meta.json") or bool(MARKER.fullmatch(path.name)) or sidecar_of(path).exists()


def _markers(folder: Path, of: Collection[str] | None) -> Iterator[tuple[int, Marker]]:
    """The markers by the number of their fetch; one for a whole fetch replaces the one that was made at its start."""
    for path in sorted(folder.glob("fetch-*.json"), key=lambda path: (not path.name.endswith(".open.json"), path.name)):
        if match := MARKER.fullmatch(path.name):
            try:
                yield int(match[1]), read_recorded(path, Marker)
            except BadResponse:
                if of is None or _source_of_marker(path, int(match[1])) in {*of, None}:
                    raise


def _source_of_marker(path: Path, number: int) -> str | None:
    """Whose fetch a damaged marker is for: it says so itself, or an answer of the fetch does."""
    own = (sidecar for sidecar in path.parent.glob("*.meta.json") if fetch_of(sidecar) == number)
    return source_of(path) or next(map(source_of, own), None)


def _source_by_name(sidecar: Path) -> str | None:
    """The source in the name that a recorder gives; None for another name."""
    number = NUMBERED.match(sidecar.name)
    return sidecar.name[number.end() :].removesuffix(".meta.json") if number else None


def _fetch(number: int, marker: Marker, answers: list[Recorded]) -> RecordedFetch:
    own = tuple(answer for answer in answers if answer.fetch == number)
    first = own[0] if own else None
    return RecordedFetch(
        number=number,
        source=marker.source or (first.source if first else ""),
        account=marker.account or (first.account if first else ""),
        parameters=marker.parameters or {},
        complete=marker.complete is True,
        rows=marker.rows,
        at=marker.at,
        answers=own,
    )


def _loose(source: str, answers: list[Recorded]) -> RecordedFetch:
    own = tuple(answer for answer in answers if answer.fetch is None and answer.source == source)
    return RecordedFetch(None, source, own[0].account, {}, complete=False, rows=None, at=None, answers=own)


def _recorded(sidecar: Path) -> Recorded:
    told = read_recorded(sidecar, Sidecar)
    url = urlsplit(told.url)
    number = NUMBERED.match(sidecar.name)
    named = {"content-type": told.content_type, "date": told.date}
    return Recorded(
        number=int(number[1]) if number else 0,
        file=_body_of(sidecar),
        method=told.method,
        path=url.path,
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        sent=told.sent,
        status=told.status,
        at=told.at,
        account=told.account or "",
        source=told.source,
        operation=told.operation or "",
        headers={name: value for name, value in named.items() if value},
        fetch=told.fetch,
    )


def _body_of(sidecar: Path) -> Path:
    """The body beside a sidecar, whatever it ends with."""
    stem = sidecar.name.removesuffix(".meta.json")
    found = [sidecar.with_name(stem + ending) for ending in (".json", ".xml", ".html")]
    return next((body for body in found if body.exists()), found[0])
