"""The small JSON files of a recording, read and checked: what is damaged is named, and says what to do."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError, field_validator

from leadkit.errors import BadResponse

F = TypeVar("F", bound="RecordedFile")


def _address(text: str) -> str:
    urlsplit(text)  # a ValueError where it can't be taken apart
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError("there is no such time zone") from None
    return name


class RecordedFile(BaseModel):
    """What a recorder writes beside the bodies."""

    model_config = ConfigDict(strict=True, frozen=True)


class Sidecar(RecordedFile):
    """What stands beside a body."""

    url: Annotated[str, AfterValidator(_address)]
    method: str
    status: int
    at: AwareDatetime
    source: str
    account: str | None = None
    operation: str | None = None
    content_type: str | None = None
    date: str | None = None
    fetch: int | None = None
    sent: str | None = None


class WhenFetched(RecordedFile):
    """What a sidecar tells of the time of its body."""

    date: str | None = None
    at: AwareDatetime | None = None


class Marker(RecordedFile):
    """What is told of a whole fetch, or of one that has begun."""

    source: str | None = None
    account: str | None = None
    parameters: dict[str, str] | None = None
    complete: bool | None = None
    rows: int | None = None
    at: datetime | None = None

    @field_validator("parameters")
    @classmethod
    def _now_is_a_moment(cls, given: dict[str, str] | None) -> dict[str, str] | None:
        if given and "now" in given and datetime.fromisoformat(given["now"]).tzinfo is None:
            raise ValueError("now has no zone")
        return given


class AccountFile(RecordedFile):
    """What a replay needs to know of an account."""

    account: str | None = None
    sellers: list[str] = []


class ShopFile(RecordedFile):
    """What is known of the shop that was recorded."""

    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    hours: str | None = None


def read_recorded(path: Path, kind: type[F]) -> F:
    """One of these files.

    Raises:
        BadResponse: it can't be read, or does not hold what a recorder writes.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        problem = f"it can't be read: {error.strerror}"
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = ": ".join([*map(str, first["loc"]), first["msg"]])
    raise damaged(path.name, problem)


def damaged(name: str, problem: str) -> BadResponse:
    """The error for a file of a recording, and what to do about it."""
    return BadResponse(
        f"{name} in the recording is damaged ({problem}). Record again, or take the file away: what it tells is then "
        "left out."
    )


def source_of(path: Path) -> str | None:
    """The source that a file names, also where the rest of it is damaged; None where it names none."""
    return _loosely(path, "source", str)


def status_of(path: Path) -> int | None:
    """The HTTP status that a file names, likewise."""
    return _loosely(path, "status", int)


def fetch_of(path: Path) -> int | None:
    """The fetch that a file says it belongs to, likewise."""
    return _loosely(path, "fetch", int)


T = TypeVar("T")


def _loosely(path: Path, name: str, kind: type[T]) -> T | None:
    try:
        told: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    found = told.get(name) if isinstance(told, dict) else None
    return found if isinstance(found, kind) else None
