"""Access tokens kept between sessions, in a file that only its owner can read."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from leadkit import private_file
from leadkit.errors import LeadkitWarning
from leadkit.redaction import Secret


@dataclass(frozen=True, slots=True)
class Held:
    """An access token and the span in which it holds."""

    token: Secret
    obtained_at: datetime
    expires_at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it can be used now and for a while: two minutes, or half the life of a shorter token."""
        early = min(timedelta(minutes=2), (self.expires_at - self.obtained_at) / 2)
        return self.obtained_at <= now < self.expires_at - early


class TokenCache:
    """One token in one file, mode 0600 in a folder of mode 0700.

    A file that is broken, readable by others or somebody else's counts as none and is replaced.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.json"

    def __repr__(self) -> str:
        return f"TokenCache({self._path.name})"

    def read(self) -> Held | None:
        """The token that is kept, if there is one and the file can be trusted."""
        try:
            return _held(private_file.read(self._path)) if self._path.exists() else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):  # whatever is wrong: as if it were not there
            return None

    def write(self, held: Held) -> None:
        """Keep a token; where the folder can't be written, say so and go on."""
        try:
            self._write(held)
        except OSError as error:
            problem = error.strerror or type(error).__name__
        else:
            return
        warnings.warn(
            f"The access token could not be kept for the next session ({problem}); a new one is made then. "
            "Give cache_dir a folder that you can write to.",
            LeadkitWarning,
            stacklevel=2,
        )

    def _write(self, held: Held) -> None:
        private_file.close_folder(self._path.parent)
        private_file.write(self._path, _text(held))


def _text(held: Held) -> bytes:
    told = {"obtained_at": held.obtained_at.isoformat(), "expires_at": held.expires_at.isoformat()}
    return json.dumps({"access_token": held.token.reveal(), **told}).encode()


def _held(text: bytes) -> Held:
    told: dict[str, Any] = json.loads(text)
    held = Held(
        Secret(str(told["access_token"])),
        datetime.fromisoformat(told["obtained_at"]),
        datetime.fromisoformat(told["expires_at"]),
    )
    if not told["access_token"] or held.expires_at.tzinfo is None or held.obtained_at.tzinfo is None:
        raise ValueError
    return held
