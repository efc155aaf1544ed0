"""Everything that leadkit raises.

```
LeadkitError
├── InvalidRequest    found before sending (also a ValueError)
├── Unauthorized      401: the token or the keys are not accepted
├── Forbidden         403: no access to this API, or a scope is missing
├── NotFound          404
├── RateLimited       429, or a spent quota
├── ServerError       5xx, after the retries
├── NetworkError      no answer: broken connection, timeout, name not found
├── BadResponse       an answer that is not what the API promises
└── MissingColumns    a frame lacks a column that a function needs (also a ValueError)
LeadkitWarning        something was odd, and the result stands
```
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any


class LeadkitError(Exception):
    """The root of all errors raised here.

    Attributes:
        source: the table that was asked for, such as ``"leads"``; None outside a fetch.
        status: the HTTP status; None where nothing was answered.
        code: the API's own error code, always a String (``"352003"``); None where there is none.
        errors: all errors that the API listed, each a dict with ``code``, ``message`` and ``parameters``.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        status: int | None = None,
        code: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message)
        self.source = source
        self.status = status
        self.code = code
        self.errors = [dict(error) for error in errors]


class InvalidRequest(LeadkitError, ValueError):
    """An argument that the API would refuse; nothing was sent."""


class Unauthorized(LeadkitError):
    """The token or the keys are not accepted (HTTP 401)."""


class Forbidden(LeadkitError):
    """The account may not use this API, or the token lacks its scope (HTTP 403)."""


class NotFound(LeadkitError):
    """There is no such thing (HTTP 404)."""


class RateLimited(LeadkitError):
    """Too many calls, or the daily quota is spent (HTTP 429).

    Attributes:
        resets_at: when calls are accepted again, an aware datetime; None where the answer does not tell.
    """

    resets_at: datetime | None = None


class ServerError(LeadkitError):
    """The API failed, and went on failing when asked again (HTTP 5xx)."""


class NetworkError(LeadkitError):
    """No answer came: a broken connection, a timeout, an unknown host."""


class BadResponse(LeadkitError):
    """A body that is not what the API promises: truncated, empty, HTML, without its envelope."""


class MissingColumns(LeadkitError, ValueError):
    """A frame lacks columns that a function needs."""

    @classmethod
    def of(cls, missing: Iterable[str], present: Iterable[str], *, needed_by: str) -> MissingColumns:
        """The error for these missing columns, with the nearest names that are there."""
        there = list(present)
        hints = [_hint(name, there) for name in missing]
        return cls(f"{needed_by} needs the column{'s' if len(hints) > 1 else ''} {', '.join(hints)}.")


class LeadkitWarning(UserWarning):
    """Something was odd; the result stands, and ``.problems`` has the details."""


def _hint(name: str, there: list[str]) -> str:
    near = difflib.get_close_matches(name, there, n=2, cutoff=0.6)
    return f"{name!r} (did you mean {' or '.join(map(repr, near))}?)" if near else repr(name)
