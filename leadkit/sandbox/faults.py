"""Faults on demand: what can go wrong between a client and an API, when and how often it shall."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leadkit.sandbox.dice import Dice
from leadkit.sandbox.moments import EPOCH, HOUR
from leadkit.sandbox.received import Received

REQUIRED = object()
TRADING, CRM, CONSENT = "/ws/api.dll", "/v2/LeadManagement.svc/", "/oauth2/authorize"
OWN_PATHS = {
    "trading_error": TRADING,
    "hard_expiration": TRADING,
    "xml": TRADING,
    "throttled": CRM,
    "mx_error": CRM,
    "refused_scope": CONSENT,
}

OPTIONS: dict[str, dict[str, Any]] = {
    "latency": {"seconds": REQUIRED},
    "status": {"status": REQUIRED, "headers": None, "body": None, "content_type": "application/json"},
    "body": {"body": REQUIRED, "status": 200, "headers": None, "content_type": "application/json"},
    "no_content": {},
    "cut": {"at": 0.5},
    "truncated": {"at": 0.5},
    "expire_token": {},
    "insert_rows": {"rows": 1, "at": 0},
    "remove_rows": {"rows": 1, "at": 0},
    "repeat_page": {},
    "gone_thread": {"conversation_id": None},
    "long_thread": {"messages": REQUIRED, "conversation_id": None},
    "wrong_total": {"delta": REQUIRED, "key": None},
    "unknown_keys": {"at": "", "key": "newKey", "value": "new", "rows": None},
    "object_in_scalar": {"at": REQUIRED, "value": {"unexpected": "object"}, "rows": 1},
    "value": {"at": REQUIRED, "value": REQUIRED, "rows": 1},
    "missing_key": {"at": REQUIRED, "rows": None},
    "too_large": {"hours": REQUIRED, "seconds": 0.0},
    "trading_error": {
        "code": REQUIRED,
        "severity": "Error",
        "ack": "Failure",
        "classification": "RequestError",
        "short": None,
        "long": None,
        "parameters": None,
        "root": "GetMyMessagesResponse",
    },
    "hard_expiration": {"at": "2026-11-05T12:00:00.000Z"},
    "xml": {"how": REQUIRED},
    "throttled": {"status": 429},
    "mx_error": {"type": "MXInvalidOperationException", "message": "The call failed.", "status": 500},
    "refused_scope": {"scope": "https://api.ebay.com/oauth/api_scope/sell.leads"},
}

IN_PLACE = {"status", "body", "no_content", "gone_thread", "too_large", "throttled", "mx_error"}


@dataclass(slots=True)
class Fault:
    """One fault that has been ordered, and how often it was met (``seen``) and struck (``hits``)."""

    kind: str
    path: str | None
    where: Mapping[str, str]
    after: int
    times: int | None
    share: float
    options: dict[str, Any]
    seen: int = 0
    hits: int = 0


@dataclass(slots=True)
class Faults:
    """The faults of one sandbox; ``add`` orders one, ``clear`` takes all back.

    Of those that stand in the place of an answer, one strikes a request and the others wait for the next one.

    Kinds and their options (defaults in brackets):

    * ``latency(seconds)``: the answer waits.
    * ``status(status, headers, body, content_type)``: this status instead of an answer; without a body the one that
      the API itself would send, with ``body=b""`` none. ``headers={"Retry-After": "1"}`` for a 429.
    * ``body(body, status=200, headers, content_type)``: these bytes instead of the answer: ``b"{}"``, ``b"[]"``, HTML,
      nothing, another encoding.
    * ``no_content()``: 204.
    * ``cut(at=0.5)``: the connection closes after this share of the body, short of the Content-Length.
    * ``truncated(at=0.5)``: a whole HTTP answer whose JSON ends after this share.
    * ``expire_token()``: the access token of the request is refused from now on.
    * ``insert_rows(rows=1, at=0)``, ``remove_rows(rows=1, at=0)``: so many conversations come or go for good, at this
      place of the list that the request asks for, just before it is answered. They strike once unless told otherwise.
    * ``repeat_page()``: the page holds the rows of the first one.
    * ``gone_thread(conversation_id)``: 404 for this conversation (or any).
    * ``long_thread(messages, conversation_id)``: this conversation (or each one asked for) has so many messages; the
      buyer wrote the additional ones, last.
    * ``wrong_total(delta, key)``: the total (or ``totalLeads``, or ``key``) is off by so many.
    * ``unknown_keys(at="", key="newKey", value="new", rows)``: one more key in each object at this level, or in the
      first ``rows`` of them. A level is written as in ``classifiedLeads[].responses[].leadFee``; ``""`` is the top.
    * ``object_in_scalar(at, value, rows=1)``: an object in a place as ``classifiedLeads[].responses[].submittedTime``.
    * ``value(at, value, rows=1)``: any JSON value in that place, also where nothing was sent.
    * ``missing_key(at, rows)``: nothing in that place.
    * ``too_large(hours, seconds=0)``: a window of leads wider than so many hours gets 500 with 350000, after so many
      seconds (for a client that gives up before).

    Those that change rows, keys, values and totals strike GetMyMessages (``/ws/api.dll``) and LeadSquared, too; a level
    of the first is written as in ``Messages.Message.Folder``. Of their own they have:

    * ``trading_error(code, severity="Error", ack="Failure", classification="RequestError", short, long, parameters,
      root="GetMyMessagesResponse")``: GetMyMessages tells this error, in HTTP 200; the rows stay unless ack is Failure.
    * ``hard_expiration(at)``: it tells until when the token lasts.
    * ``xml(how)``: its XML is broken or unusual: ``bare_ampersand``, ``nbsp``, ``control``, ``control_reference``,
      ``open_tag``, ``no_namespace``, ``prefix``, ``no_declaration``, ``doctype``, ``entity``, ``external_entity``
      (a file), ``exploding_entities``.
    * ``throttled(status=429)``: LeadSquared has had too many calls and says so with 429, 403, or in a 200.
    * ``mx_error(type, message, status=500)``: LeadSquared's verdict with this ExceptionType, also in a 200.
    * ``refused_scope(scope)``: the consent page refuses everything if this scope is among those asked for.
    """

    seed: int
    now_ms: int
    ordered: list[Fault] = field(default_factory=list)
    _dice: Dice = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._dice = Dice(self.seed, "faults")

    def add(
        self,
        kind: str,
        *,
        path: str | None = None,
        where: Mapping[str, str] | None = None,
        after: int = 0,
        times: int | None = None,
        share: float = 1.0,
        **options: Any,
    ) -> Fault:
        """Order a fault.

        Args:
            kind: One of the kinds above.
            path: Only requests whose path contains this.
            where: Only requests with these query parameters, or values in their XML or JSON body (the first of a name).
            after: How many such requests pass first.
            times: How many it strikes; None is all of them (rows come and go once).
            share: The share of those that it strikes, drawn from the sandbox's seed.
            **options: What the kind needs.

        Returns:
            The fault, which counts its hits.

        Raises:
            ValueError: There is no such kind, or it has no such option, or lacks one.
        """
        checked = _checked(kind, options)
        once = kind in {"insert_rows", "remove_rows"}
        fault = Fault(kind, path, dict(where or {}), after, times or (1 if once else None), share, checked)
        self.ordered.append(fault)
        return fault

    def clear(self) -> None:
        """Take all faults back; rows that came or went stay so."""
        self.ordered.clear()

    def striking(self, call: Received) -> list[Fault]:
        """Return the faults that strike this request; one at most of those that stand in the answer's place."""
        struck: list[Fault] = []
        for fault in list(self.ordered):
            taken = fault.kind in IN_PLACE and any(one.kind in IN_PLACE for one in struck)
            if not taken and self._concerns(fault, call) and self._strikes(fault):
                struck.append(fault)
        return struck

    def _concerns(self, fault: Fault, call: Received) -> bool:
        query = call.parameters
        told = {**call.inside, **query} if fault.where else query
        return (
            (fault.path or "") in call.path
            and OWN_PATHS.get(fault.kind, "") in call.path
            and all(told.get(name) == value for name, value in fault.where.items())
            and _is_thread(fault, call)
            and (fault.kind != "too_large" or self._hours(query) > fault.options["hours"])
        )

    def _strikes(self, fault: Fault) -> bool:
        fault.seen += 1
        due = fault.seen > fault.after and (fault.times is None or fault.hits < fault.times)
        struck = due and (fault.share >= 1 or self._dice.chance(fault.share))
        fault.hits += struck
        return struck

    def _hours(self, query: Mapping[str, str]) -> float:
        if "startTime" not in query:
            return float("inf")
        end = _milliseconds(query["endTime"]) if "endTime" in query else self.now_ms
        return (end - _milliseconds(query["startTime"])) / HOUR


def _checked(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    known = OPTIONS.get(kind)
    if known is None:
        raise ValueError(f"no fault is called {kind!r}; there are {', '.join(OPTIONS)}")
    missing = [name for name, default in known.items() if default is REQUIRED and name not in options]
    unknown = [name for name in options if name not in known]
    if missing or unknown:
        raise ValueError(f"fault {kind!r}: needs {missing or 'nothing more'}, does not know {unknown or 'nothing'}")
    return {**known, **options}


def _is_thread(fault: Fault, call: Received) -> bool:
    if "conversation_id" not in fault.options:
        return True
    wanted = fault.options["conversation_id"]
    return "/conversation/" in call.path and (wanted is None or call.path.endswith(f"/{wanted}"))


def _milliseconds(text: str) -> float:
    try:
        return (datetime.fromisoformat(text) - EPOCH) / timedelta(milliseconds=1)
    except (ValueError, TypeError):  # the API itself will refuse this time
        return float("nan")
