"""What all accounts have in common: fetches that are checked, told and logged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import polars as pl

from leadkit.calls import Sender
from leadkit.errors import BadResponse, InvalidRequest
from leadkit.fetch import Run, collecting
from leadkit.parameters import Request, checked
from leadkit.problems import Problem, Problems
from leadkit.problems import frame as problems_frame
from leadkit.progress import Progress
from leadkit.recorder import FetchRecord, Recorder
from leadkit.redaction import Secrets
from leadkit.request_log import RequestLog

R = TypeVar("R", bound=Request)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Opened:
    """One fetch that may begin: what answers its calls, what time it is, and who is told how many rows came."""

    sender: Sender
    now: datetime
    record: FetchRecord


class AccountTables:
    """An account's fetches, and what is known of them; the tables are its children's.

    Attributes:
        account: its name, the first column of every table.
        kept: whatever shall live as long as the account.
    """

    kept: object = None

    def __init__(
        self, *, account: str, sellers: Iterable[str] = (), origins: Mapping[str, str], max_parallel: int
    ) -> None:
        self.account = account
        self._sellers = frozenset(sellers)
        self._origins = dict(origins)
        self._max_parallel = max_parallel
        self._secrets = Secrets()
        self._log = RequestLog()
        self._found: list[Problem] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let everything go that is open; tables that were fetched stay."""

    def _now(self) -> datetime:
        raise NotImplementedError

    def _open(self, source: str, parameters: Mapping[str, str]) -> AbstractContextManager[Opened]:
        raise NotImplementedError

    @property
    def requests(self) -> pl.DataFrame:
        """One row per HTTP call.

        Columns: at, source, operation, status, ack, attempts, rows, total, bytes, seconds, correlation_id, version,
        build.
        """
        return self._log.frame()

    @property
    def problems(self) -> pl.DataFrame:
        """One row per thing that did not fit: source, kind, column, row_key, count, example, detail."""
        return problems_frame(self._found)

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
        """Check the arguments, run the fetch, put on record what was odd."""
        request = checked(kind, source, arguments, now=self._now())
        try:
            return self._worked(source, request, work, strict=strict, progress=progress)
        except BadResponse as error:  # a body that is not what was promised may hold our own keys
            clean = _told_without(self._secrets, error)
        raise clean

    def _worked(
        self, source: str, request: R, work: Callable[[Run, R], pl.DataFrame], *, strict: bool, progress: bool | None
    ) -> pl.DataFrame:
        problems = Problems(self._secrets.redact)
        with (
            collecting(problems, self._found, strict=strict),
            self._open(source, as_parameters(request)) as opened,
            Progress(source, shown=progress) as bar,
        ):
            run = Run(
                sender=opened.sender,
                origins=self._origins,
                account=self.account,
                sellers=self._sellers,
                now=opened.now,
                max_parallel=self._max_parallel,
                problems=problems,
                progress=bar,
            )
            found = work(run, request)
            opened.record.rows = len(found)
        return found


def _told_without(secrets: Secrets, error: BadResponse) -> BadResponse:
    """What a body was refused for, without the keys that it may hold; it leaves without the frames that have them."""
    return type(error)(
        secrets.redact(str(error)),
        source=error.source,
        status=error.status,
        code=error.code and secrets.redact(error.code),
        errors=secrets.redact_all(error.errors),
    )


@contextmanager
def over_network(
    sender: Sender, recorder: Recorder | None, now: datetime, source: str, parameters: Mapping[str, str]
) -> Iterator[Opened]:
    """A fetch that asks the API, recorded where there is a recorder."""
    if recorder is None:
        yield Opened(sender, now, FetchRecord(0))
        return
    with recorder.fetch(source, {**parameters, "now": now.isoformat()}) as record:
        yield Opened(sender, now, record)


def as_parameters(request: Request) -> dict[str, str]:
    """The arguments as text, for a recording: what was not given is left out."""
    fields = type(request).model_fields
    return {name: str(value) for name, value in request if value is not None and not fields[name].exclude}


def as_clock(clock: Clock | datetime | None) -> Clock:
    """The clock that was given: a function, one aware datetime for ever, or the computer's."""
    if clock is None:
        return lambda: datetime.now(UTC)
    if callable(clock):
        return clock
    if isinstance(clock, datetime) and clock.tzinfo:
        return lambda: clock
    raise InvalidRequest(f"clock={clock!r} is refused: allowed is a function, an aware datetime or None.")
