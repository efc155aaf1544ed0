"""Accounts: what the user holds, and asks for tables."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit

import polars as pl
from pydantic import Field

from leadkit.auth import GivenToken, RefreshedToken
from leadkit.calls import Sender, check_origin
from leadkit.errors import InvalidRequest
from leadkit.fetch import Run, collecting
from leadkit.parameters import Request, argument, checked
from leadkit.problems import Problem, Problems
from leadkit.problems import frame as problems_frame
from leadkit.progress import Progress
from leadkit.recorder import FetchRecord, Recorder
from leadkit.redaction import Secret, Secrets
from leadkit.request_log import RequestLog
from leadkit.sources import ebay_conversations, ebay_leads
from leadkit.transport import Transport

Clock = Callable[[], datetime]
Time = date | datetime | str | None

_PRODUCTION = {"api": "https://api.ebay.com", "apiz": "https://apiz.ebay.com"}
_SANDBOX = {"api": "https://api.sandbox.ebay.com", "apiz": "https://apiz.sandbox.ebay.com"}


@dataclass(frozen=True, slots=True)
class Opened:
    """One fetch that may begin: what answers its calls, what time it is, and who is told how many rows came."""

    sender: Sender
    now: datetime
    record: FetchRecord


class EbayTables:
    """The tables of an eBay account; `Ebay` asks the API for them, `Saved` a recording."""

    def __init__(self, *, account: str, sellers: Iterable[str], origins: Mapping[str, str], max_parallel: int) -> None:
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

    def leads(
        self,
        start: Time = None,
        end: Time = None,
        *,
        status: str | None = None,
        include_messages: bool = False,
        item_id: str | int | None = None,
        zone: str = "UTC",
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """Leads on active listings, one row each; `lk.describe("leads")` has the columns.

        Args:
            start: the first moment; a date, a datetime or an ISO string. None sends no bound.
            end: the first moment that is not in it any more. One in the future is clamped and told.
            status: ``"Answered"``, ``"Unanswered"`` or None for both.
            include_messages: also the questions and answers (column ``exchanges``).
            item_id: of this listing only.
            zone: the zone of bare dates and naive times.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            InvalidRequest: an argument that the API would refuse; nothing was sent.
            LeadkitError: the API's own error, by its name.
        """
        arguments = {
            "zone": zone,
            "start": start,
            "end": end,
            "status": status,
            "include_messages": include_messages,
            "item_id": item_id,
            "max_rows": max_rows,
        }
        request, work = ebay_leads.LeadsRequest, ebay_leads.fetch_leads
        return self._fetch("leads", request, arguments, work, strict=strict, progress=progress)

    def conversations(
        self,
        conversation_type: str = "FROM_MEMBERS",
        *,
        status: str | None = None,
        start: Time = None,
        end: Time = None,
        item_id: str | int | None = None,
        reference: tuple[str, str | int] | None = None,
        other_party: str | None = None,
        page_size: int = 50,
        zone: str = "UTC",
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """Conversations with their latest message, one row each, newest first.

        Args:
            conversation_type: ``"FROM_MEMBERS"``, ``"FROM_EBAY"``, or ``"ALL"`` for both, in two sweeps.
            status: ``"ACTIVE"``, ``"ARCHIVED"``, ``"DELETED"``, ``"READ"``, ``"UNREAD"`` or None.
            start: messages from this time on. The API filters FROM_MEMBERS; FROM_EBAY is filtered here, by the latest
                message.
            end: messages before this time.
            item_id: about this listing; short for ``reference=("LISTING", item_id)``.
            reference: a pair of type and id.
            other_party: with this user only.
            page_size: rows a call, 1 to 50.
            zone: the zone of bare dates and naive times.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            InvalidRequest: an argument that the API would refuse; nothing was sent.
            LeadkitError: the API's own error, by its name.
        """
        arguments = {
            "zone": zone,
            "start": start,
            "end": end,
            "conversation_type": conversation_type,
            "status": status,
            "item_id": item_id,
            "reference": reference,
            "other_party": other_party,
            "page_size": page_size,
            "max_rows": max_rows,
        }
        request, work = ebay_conversations.ConversationsRequest, ebay_conversations.fetch_conversations
        return self._fetch("conversations", request, arguments, work, strict=strict, progress=progress)

    def messages(
        self,
        conversations: pl.DataFrame | pl.LazyFrame,
        *,
        max_rows: int | None = None,
        strict: bool = False,
        progress: bool | None = None,
    ) -> pl.DataFrame:
        """All messages of these conversations, one row each, sorted by conversation, time and id.

        Threads are asked for in parallel, all their pages; one that is gone is a ``missing_thread`` problem.

        Args:
            conversations: a frame with ``conversation_id`` and ``conversation_type``, such as `conversations` returns.
            max_rows: at most so many rows; that there are more is told.
            strict: raise where a value does not fit its column, instead of null and a problem row.
            progress: a progress bar; None shows it in a terminal or a notebook.

        Raises:
            MissingColumns: the frame lacks one of the two columns.
            InvalidRequest: something else than a frame was given.
            LeadkitError: the API's own error, by its name.
        """
        arguments = {"threads": ebay_conversations.threads_of(conversations), "max_rows": max_rows}
        request, work = ebay_conversations.MessagesRequest, ebay_conversations.fetch_messages
        return self._fetch("messages", request, arguments, work, strict=strict, progress=progress)

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


class Ebay(EbayTables):
    """An eBay account: leads, conversations and messages as typed frames.

    Give a token, or all of `client_id`, `client_secret` and `refresh_token`.

    Args:
        token: an OAuth user token with the scopes that the tables need; it can't be renewed.
        client_id: the application's id.
        client_secret: the application's secret.
        refresh_token: from the user's consent.
        scopes: what refreshed tokens may do; empty for all that the user consented to.
        account: a name for the account, the first column of every table.
        sellers: the user names and immutable ids that are this seller.
        site: eBay's number of the site, for GetMyMessages; 0 is the US.
        trading_version: the version of the Trading API, for GetMyMessages.
        sandbox: eBay's own sandbox in place of production.
        base_url: send every call to this one origin; https, or http on this machine.
        max_parallel: how many calls may be on their way at once.
        record: a folder that keeps every body as it came.
        clock: the time where no server tells it; a function, or one aware datetime.

    Raises:
        InvalidRequest: no credentials, some of them missing, or a `base_url` that a token must not go to.
    """

    _auth: GivenToken | RefreshedToken | None

    def __init__(
        self,
        token: str | Secret | None = None,
        *,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        refresh_token: str | Secret | None = None,
        scopes: Iterable[str] = (),
        account: str = "ebay",
        sellers: str | Iterable[str] = (),
        site: int = 0,
        trading_version: str = "1487",
        sandbox: bool = False,
        base_url: str | None = None,
        max_parallel: int = 8,
        record: str | os.PathLike[str] | None = None,
        clock: Clock | datetime | None = None,
    ) -> None:
        # wrapped at once: a traceback that shows this frame's variables shows no secret
        token, client_secret, refresh_token = _wrapped(token), _wrapped(client_secret), _wrapped(refresh_token)
        self.account, self._origins, self._auth = account, {}, None  # a traceback may show this half-made account
        names = [sellers] if isinstance(sellers, str) else sellers
        origin = base_url and check_origin(base_url)
        origins = dict.fromkeys(_PRODUCTION, origin) if origin else (_SANDBOX if sandbox else _PRODUCTION)
        settings = checked(Settings, "Ebay", {"site": site, "max_parallel": max_parallel, "account": account})
        super().__init__(account=account, sellers=names, origins=origins, max_parallel=settings.max_parallel)
        self._clock = _as_clock(clock)
        self._site, self._trading_version = settings.site, trading_version
        auth = self._credentials(token, client_id, client_secret, refresh_token, tuple(scopes))
        self._auth = auth
        self._recorder = self._recorder_in(record)
        self._transport = Transport(
            auth=auth,
            origins=set(origins.values()),
            clock=self._clock,
            secrets=self._secrets,
            max_parallel=settings.max_parallel,
            recorder=self._recorder,
            log=self._log,
        )
        self._end = weakref.finalize(self, _close_all, self._transport, auth)  # for those who never close it

    def __repr__(self) -> str:
        hosts = sorted({urlsplit(origin).netloc for origin in self._origins.values()})
        return f"Ebay({self.account!r}, {' and '.join(hosts)}, {self._ends()})"

    @classmethod
    def from_env(cls, **settings: Any) -> Self:
        """The account that the environment describes; `settings` go to `Ebay` and win.

        Read are ``LEADKIT_EBAY_TOKEN``, or ``LEADKIT_EBAY_CLIENT_ID`` with ``_CLIENT_SECRET`` and ``_REFRESH_TOKEN``,
        then ``LEADKIT_EBAY_SELLERS`` (commas between), ``_ACCOUNT``, ``_SCOPES`` (spaces between) and ``_BASE_URL``.

        Raises:
            InvalidRequest: the variables are not set.
        """
        return cls(**{**_from_env(), **settings})

    def close(self) -> None:
        """Close the connections."""
        self._end()

    def _now(self) -> datetime:
        return self._clock()

    @contextmanager
    def _open(self, source: str, parameters: Mapping[str, str]) -> Iterator[Opened]:
        now = self._clock()
        if self._recorder is None:
            yield Opened(self._transport, now, FetchRecord(0))
            return
        with self._recorder.fetch(source, {**parameters, "now": now.isoformat()}) as record:
            yield Opened(self._transport, now, record)

    def _ends(self) -> str:
        if self._auth is None:
            return "not made"
        if self._auth.expires_at is not None:
            return f"token ends {self._auth.expires_at:%Y-%m-%d %H:%M} UTC"
        return "token given, its end is not known" if isinstance(self._auth, GivenToken) else "no token yet"

    def _credentials(
        self,
        token: Secret | None,
        client_id: str | None,
        client_secret: Secret | None,
        refresh_token: Secret | None,
        scopes: tuple[str, ...],
    ) -> GivenToken | RefreshedToken:
        refreshing = {"client_id": client_id, "client_secret": client_secret, "refresh_token": refresh_token}
        given = [name for name, value in refreshing.items() if value]
        if token and not given:
            return GivenToken(token, account=self.account, secrets=self._secrets)
        if client_id and client_secret and refresh_token and not token:
            return RefreshedToken(
                client_id,
                client_secret,
                refresh_token,
                token_origin=self._origins["api"],
                clock=self._clock,
                secrets=self._secrets,
                scopes=scopes,
                account=self.account,
                log=None,
            )
        raise InvalidRequest(_which_credentials(given, has_token=bool(token)))

    def _recorder_in(self, folder: str | os.PathLike[str] | None) -> Recorder | None:
        if folder is None:
            return None
        recorder = Recorder(folder, account=self.account, secrets=self._secrets, clock=self._clock)
        recorder.describe_account(sellers=sorted(self._sellers))
        return recorder


R = TypeVar("R", bound=Request)


class Settings(Request):
    """The numbers among an account's settings."""

    account: Annotated[str, Field(min_length=1)] = argument("a name", default="ebay")
    site: Annotated[int, Field(ge=0)] = argument("eBay's number of the site, such as 0 for the US", default=0)
    max_parallel: Annotated[int, Field(ge=1, le=64)] = argument("a whole number from 1 to 64", default=8)


def as_parameters(request: Request) -> dict[str, str]:
    """The arguments as text, for a recording: what was not given is left out."""
    fields = type(request).model_fields
    return {name: str(value) for name, value in request if value is not None and not fields[name].exclude}


def _close_all(*opened: Transport | GivenToken | RefreshedToken) -> None:
    for one in opened:
        one.close()


def _wrapped(value: str | Secret | None) -> Secret | None:
    return Secret(value) if isinstance(value, str) and value else value or None


def _as_clock(clock: Clock | datetime | None) -> Clock:
    if clock is None:
        return lambda: datetime.now(UTC)
    if callable(clock):
        return clock
    if isinstance(clock, datetime) and clock.tzinfo:
        return lambda: clock
    raise InvalidRequest(f"clock={clock!r} is refused: allowed is a function, an aware datetime or None.")


def _from_env() -> dict[str, Any]:
    found = {name: os.environ.get(f"LEADKIT_EBAY_{name.upper()}", "").strip() for name in _VARIABLES}
    settings: dict[str, Any] = {name: value for name, value in found.items() if value}
    if "sellers" in settings:
        settings["sellers"] = [name.strip() for name in settings["sellers"].split(",") if name.strip()]
    if "scopes" in settings:
        settings["scopes"] = settings["scopes"].split()
    return settings


_VARIABLES = ("token", "client_id", "client_secret", "refresh_token", "sellers", "account", "scopes", "base_url")


def _which_credentials(given: list[str], *, has_token: bool) -> str:
    if has_token:
        return f"Ebay: token= and {', '.join(given)} exclude each other: give a token, or what one is made from."
    missing = [name for name in ("client_id", "client_secret", "refresh_token") if name not in given]
    what = f"{', '.join(missing)} missing beside {', '.join(given)}" if given else "no credentials"
    return (
        f"Ebay: {what}. Set LEADKIT_EBAY_TOKEN, or LEADKIT_EBAY_CLIENT_ID, LEADKIT_EBAY_CLIENT_SECRET and "
        "LEADKIT_EBAY_REFRESH_TOKEN, and call Ebay.from_env() (or pass token=, …). "
        "Without an account, lk.demo() gives an invented dealership to work against."
    )
