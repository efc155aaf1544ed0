"""Answers kept as they came: the bodies, a sidecar for each, a marker for each whole fetch."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from leadkit.calls import Call, Reply
from leadkit.errors import InvalidRequest
from leadkit.folder_path import folder_path
from leadkit.redaction import Secrets


@dataclass(slots=True)
class FetchRecord:
    """A fetch that is being recorded; set `rows` when they are known."""

    number: int
    rows: int | None = None
    numbers: list[int] = field(default_factory=list)


class Recorder:
    """Keeps each final answer of an account in a folder: ``0007-messages.json`` and ``0007-messages.meta.json``.

    Args:
        directory: made if it is not there (for the owner only); what it already holds stays.
        account: the name of the account, for the sidecars.
        secrets: what must not stand in any sidecar.
        clock: the time for the markers.
    """

    def __init__(
        self, directory: str | os.PathLike[str], *, account: str, secrets: Secrets, clock: Callable[[], datetime]
    ) -> None:
        self.directory = folder_path("record", directory)
        self._account = account
        self._secrets = secrets
        self._clock = clock
        self._one_fetch = threading.RLock()
        self._writing = threading.Lock()
        self._current: FetchRecord | None = None
        self._last = 0
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidRequest(
                f"record={str(directory)!r} can't be made: {error.strerror}; give a folder to write to."
            ) from None

    def __repr__(self) -> str:
        return f"Recorder({self._account})"

    @contextlib.contextmanager
    def fetch(self, source: str, parameters: Mapping[str, str]) -> Iterator[FetchRecord]:
        """Everything recorded inside belongs to one fetch, which is whole if the block ends without an exception.

        A second fetch waits for the first to end, so that each answer has one fetch to belong to.
        """
        with self._one_fetch:
            told = {
                "source": source,
                "parameters": self._secrets.redact_all(dict(parameters)),
                "account": self._account,
            }
            record, outer = FetchRecord(self._open(told)), self._current
            self._current = record
            try:
                yield record
            finally:
                self._current = outer
            self._close(record, told)

    def describe_account(self, *, sellers: Sequence[str]) -> None:
        """Keep what a replay needs to know of the account, in ``account.json``."""
        write_json(self.directory / ACCOUNT, {"account": self._account, "sellers": list(sellers)})

    def record(self, call: Call, reply: Reply) -> None:
        """Keep one final answer, whatever its status."""
        fetch = self._current
        with self._writing:
            number, place = self._reserve()
            body = self.directory / f"{number:04d}-{_word(call.source)}{_extension(reply.headers)}"
            write_json(sidecar_of(body), self._sidecar(call, reply, fetch))
            place.write_bytes(reply.body)
            place.replace(body)
            if fetch is not None:
                fetch.numbers.append(number)

    def _sidecar(self, call: Call, reply: Reply, fetch: FetchRecord | None) -> dict[str, Any]:
        told = {
            "url": call.url,
            "method": call.method,
            "status": reply.status,
            "at": reply.fetched_at.isoformat(),
            "account": self._account,
            "source": call.source,
            "operation": call.operation,
            "content_type": reply.headers.get("content-type"),
            "date": reply.headers.get("date"),
            "fetch": None if fetch is None else fetch.number,
            "sent": content_digest(call.content),
        }
        return {name: self._secrets.redact_all(value) for name, value in told.items()}

    def _reserve(self) -> tuple[int, Path]:
        """The next number that nobody has, other processes included, and the file that holds its place."""
        number = self._last + 1 if self._last else 1 + max(_numbers(self.directory, NUMBERED), default=0)
        while True:
            place = self.directory / f".{number:04d}"
            if _made(place):
                if number not in set(_numbers(self.directory, NUMBERED)):
                    self._last = number
                    return number, place
                place.unlink()  # another process was quicker, and is done
            number += 1

    def _open(self, told: Mapping[str, Any]) -> int:
        """The number of a new fetch; its open marker stays behind if the fetch does not end well."""
        number = 1 + max(_numbers(self.directory, MARKER), default=0)
        while not _made(self.directory / f"fetch-{number:04d}.open.json") or self._marker(number).exists():
            number += 1
        write_json(self.directory / f"fetch-{number:04d}.open.json", {**told, "complete": False, "at": self._now()})
        return number

    def _close(self, record: FetchRecord, told: Mapping[str, Any]) -> None:
        numbers = record.numbers
        counted = {"rows": record.rows, "first": min(numbers, default=None), "last": max(numbers, default=None)}
        write_json(self._marker(record.number), {**told, "complete": True, **counted, "at": self._now()})
        (self.directory / f"fetch-{record.number:04d}.open.json").unlink()

    def _marker(self, number: int) -> Path:
        return self.directory / f"fetch-{number:04d}.json"

    def _now(self) -> str:
        return self._clock().isoformat()


ACCOUNT = "account.json"
NUMBERED = re.compile(r"(\d{4,})-")
MARKER = re.compile(r"fetch-(\d{4,})(\.open)?\.json")
_OWNER_ONLY = 0o600


def sidecar_of(body: Path) -> Path:
    """Where the sidecar of a body stands."""
    return body.with_name(f"{body.stem}.meta.json")


def content_digest(content: bytes | None) -> str | None:
    """What tells two request bodies apart without keeping them."""
    return None if content is None else hashlib.blake2b(content, digest_size=16).hexdigest()


def _numbers(directory: Path, pattern: re.Pattern[str]) -> Iterator[int]:
    """The numbers in the names of the files that are there."""
    with os.scandir(directory) as there:
        for entry in there:
            if match := pattern.match(entry.name):
                yield int(match[1])


def _made(path: Path) -> bool:
    """Make an empty file for the owner only; False where it was there already."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
    except FileExistsError:
        return False
    return True


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    """Write a JSON file for the owner only, whole or not at all."""
    handle, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=2)
    Path(temporary).replace(path)


def _word(source: str) -> str:
    """A source as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", source) or "answer"


def _extension(headers: Mapping[str, str]) -> str:
    """The ending for a body of this content type; JSON where nothing else is said."""
    content_type = headers.get("content-type", "").lower()
    return next((f".{kind}" for kind in ("html", "xml") if kind in content_type), ".json")
