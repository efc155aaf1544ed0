"""Bodies that were saved, in whatever form they are given, and the other arguments of those who read them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from leadkit.errors import InvalidRequest, NotFound
from leadkit.folder_path import folder_path
from leadkit.parameters import A_TIME, Moment, Names, Request, argument, checked
from leadkit.problems import Problems, as_dicts
from leadkit.recorded_files import WhenFetched, read_recorded
from leadkit.recorder import sidecar_of
from leadkit.recording import is_recording, recorded_bodies
from leadkit.retry_after import http_date

Bodies = (
    str | os.PathLike[str] | bytes | Mapping[str, Any] | Iterable[str | os.PathLike[str] | bytes | Mapping[str, Any]]
)


@dataclass(frozen=True, slots=True)
class SavedBody:
    """One body, where it was found, when it was fetched, and which thread it is of where its place tells that."""

    name: str
    body: bytes = field(repr=False)
    fetched_at: datetime | None
    thread: str | None = None


def saved_bodies(bodies: Bodies, source: str, fetched_at: datetime | None) -> list[SavedBody]:
    """The bodies of this table in whatever form they were given."""
    if isinstance(bodies, str | os.PathLike):
        return _from_path(_path(bodies, ".json"), source, ".json", fetched_at)
    if isinstance(bodies, bytes):
        return [SavedBody("bytes", bodies, fetched_at)]
    if isinstance(bodies, Mapping):
        return [SavedBody("dict", json.dumps(bodies, default=str).encode(), fetched_at)]
    if isinstance(bodies, Iterable):
        return [saved for one in bodies for saved in saved_bodies(one, source, fetched_at)]
    raise InvalidRequest(f"bodies is a {type(bodies).__name__}; give a path, bytes, a dict, or a list of them.")


def saved_xml(bodies: Bodies, source: str, fetched_at: datetime | None) -> list[SavedBody]:
    """As `saved_bodies`, of XML: a folder's .xml files; a dict can't be one."""
    if isinstance(bodies, Mapping):
        raise InvalidRequest("bodies is a dict; these answers are XML: give a path, bytes, or a list of them.")
    if isinstance(bodies, str | os.PathLike):
        return _from_path(_path(bodies, ".xml"), source, ".xml", fetched_at)
    if isinstance(bodies, bytes) or not isinstance(bodies, Iterable):
        return saved_bodies(bodies, source, fetched_at)
    return [saved for one in bodies for saved in saved_xml(one, source, fetched_at)]


def _path(given: str | os.PathLike[str], ending: str) -> Path:
    return folder_path("bodies", given, allowed=f"the path of a file, or of a folder of {ending} files")


def _from_path(path: Path, source: str, ending: str, fetched_at: datetime | None) -> list[SavedBody]:
    if path.is_dir():
        files = _in_folder(path, source, ending)
        return [saved for file in files for saved in _from_path(file, source, ending, fetched_at)]
    if not path.is_file():
        raise InvalidRequest(f"bodies: there is nothing at {str(path)!r}; give a file or a folder of {ending} files.")
    return [SavedBody(path.name, path.read_bytes(), fetched_at or _recorded_at(path))]


def _in_folder(folder: Path, source: str, ending: str) -> list[Path]:
    """All files with this ending, in capitals or not; of a recording only the JSON of this table."""
    if ending == ".json" and is_recording(folder):
        found, sought = recorded_bodies(folder, source), f"recorded answer (HTTP 200) and no file of {source}"
    else:
        there = (file for file in folder.iterdir() if not file.name.lower().endswith(".meta.json"))
        found, sought = sorted(file for file in there if file.suffix.lower() == ending), f"{ending} file"
    if not found:
        advice = f"Give a file, a folder of {ending} files, or a recording of {source}."
        raise NotFound(f"{source}: there is no {sought} in {str(folder)!r}. {advice}", source=source)
    return found


def _recorded_at(path: Path) -> datetime | None:
    sidecar = sidecar_of(path)
    if not sidecar.is_file():
        return None
    told = read_recorded(sidecar, WhenFetched)
    return http_date(told.date) or told.at


class Given(Request):
    """What a reader is given besides the bodies."""

    account: str | None = argument("a name")
    fetched_at: Moment = argument(f"{A_TIME}, or None")
    problems: list[Any] | None = argument("a list, which collects them, or None")
    sellers: Names = argument("a name or several", default=())

    @property
    def names(self) -> frozenset[str]:
        """The seller's own names."""
        return frozenset(self.sellers)


def checked_given(
    source: str, account: object, fetched_at: object = None, problems: object = None, sellers: object = ()
) -> Given:
    """What a reader of this table is given, checked.

    Raises:
        InvalidRequest: names the argument that is of the wrong kind.
    """
    given = {"account": account, "fetched_at": fetched_at, "problems": problems, "sellers": sellers}
    return checked(Given, source, given)


def close_problems(found: Problems, collected: list[dict[str, Any]] | None, *, strict: bool) -> None:
    """Hand the problems over, and warn or raise."""
    if collected is not None:
        collected += as_dicts(found)
    found.close(strict=strict)
