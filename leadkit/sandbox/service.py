"""The sandbox's answers: what arrived, which fault strikes, what the API says."""

import asyncio
import re
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadkit.sandbox import consent, crm_api, leads_api, message_api
from leadkit.sandbox.bodies import encode
from leadkit.sandbox.crm_api import Budget
from leadkit.sandbox.damage import damaged, lengthened, new_thread
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.faults import Fault, Faults
from leadkit.sandbox.mailroom import Mailroom
from leadkit.sandbox.oauth_api import Tokens, bearer
from leadkit.sandbox.received import Received, receive
from leadkit.sandbox.refusals import Refusal, error_body, refuse, usual_error
from leadkit.sandbox.threads import Thread

Json = dict[str, Any]
LEADS, MESSAGE, TOKEN, TRADING, CRM = (
    "/sell/leads/v1/classified_lead",
    "/commerce/message/v1/conversation",
    "/identity/v1/oauth2/token",
    "/ws/api.dll",
    "/v2/LeadManagement.svc/Leads/Retrieve/ByIds",
)
JSON, XML = "application/json", "text/xml"
CUT = "leadkit.cut"  # the key under which a request's scope says where the answer ends too early
METHODS = ["GET", "POST", "PUT", "DELETE"]


class Service:
    """One dealership behind the documented paths, with the state of one run."""

    def __init__(self, dealership: Dealership, budget: Budget, *, approved: bool) -> None:
        self.dealership = dealership
        self.tokens = Tokens(dealership.seed, approved=approved)
        self.keys = crm_api.make_keys(dealership.seed)
        self.faults = Faults(dealership.seed, dealership.now_ms)
        self.requests: list[Received] = []
        self.crashes: list[Exception] = []
        self.stopping = False
        self._threads = list(dealership.threads)
        self._new_threads = 0
        self._grown: dict[str, Thread] = {}
        self._mailroom = Mailroom(dealership, self.tokens)
        self._budget = budget
        self._routes: tuple[tuple[str, str, Callable[..., Json | Response]], ...] = (
            ("GET", LEADS, self._all_leads),
            ("GET", f"{LEADS}/([^/]+)", self._leads_of_item),
            ("GET", MESSAGE, self._conversations),
            ("GET", f"{MESSAGE}/([^/]+)", self._messages),
            ("POST", TOKEN, self._exchange),
            ("GET", consent.PATH, self._authorize),
            ("GET", consent.ACCEPTED, lambda call, _: consent.accepted(call.parameters)),
            ("POST", TRADING, self._mail),
            ("POST", CRM, self._crm_leads),
        )

    def app(self) -> ASGIApp:
        """Return the ASGI application: the frozen date outside, gzip inside it, then the answers."""
        date = format_datetime(self.dealership.now, usegmt=True)
        layers = [Middleware(Wire, date=date), Middleware(GZipMiddleware, compresslevel=1)]
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=METHODS)], middleware=layers)

    async def _answer(self, request: Request) -> Response:
        try:
            call = await receive(request)
            self.requests.append(call)
            faults = self.faults.striking(call)
            request.scope[CUT] = next((fault.options["at"] for fault in faults if fault.kind == "cut"), None)
            return await self._delayed(call, faults)
        except Exception as crash:
            self.crashes.append(crash)
            raise

    async def _delayed(self, call: Received, faults: Sequence[Fault]) -> Response:
        await self._sleep(sum(fault.options["seconds"] for fault in faults if "seconds" in fault.options))
        if any(fault.kind == "expire_token" for fault in faults):
            self.tokens.end(bearer(call.authorization))
        return _instead(call, faults) or self._regular(call, faults)

    async def _sleep(self, seconds: float) -> None:
        while seconds > 0 and not self.stopping:
            await asyncio.sleep(min(seconds, 0.1))
            seconds -= 0.1

    def _regular(self, call: Received, faults: Sequence[Fault]) -> Response:
        try:
            payload = self._payload(call, faults)
        except Refusal as refusal:
            return Response(encode(refusal.body), refusal.status, refusal.headers, JSON)
        if not isinstance(payload, Response):
            payload = Response(encode(damaged(payload, faults)), media_type=JSON)
        share = next((fault.options["at"] for fault in faults if fault.kind == "truncated"), 1)
        if share == 1:
            return payload
        return Response(bytes(payload.body)[: int(len(payload.body) * share)], media_type=payload.media_type)

    def _payload(self, call: Received, faults: Sequence[Fault]) -> Json | Response:
        for method, path, handler in self._routes:
            found = re.fullmatch(path, call.path)
            if found and method == call.method:
                return handler(call, faults, *found.groups())
        raise refuse(2002, path=call.path)

    def _all_leads(self, call: Received, _: Sequence[Fault]) -> Json:
        self.tokens.check(call.authorization, leads_api.SCOPE)
        return leads_api.all_leads(self.dealership, call.parameters)

    def _leads_of_item(self, call: Received, _: Sequence[Fault], item_id: str) -> Json:
        self.tokens.check(call.authorization, leads_api.SCOPE)
        return leads_api.leads_of_item(self.dealership, item_id, call.parameters)

    def _conversations(self, call: Received, faults: Sequence[Fault]) -> Json:
        self.tokens.check(call.authorization, message_api.SCOPE)
        query = call.parameters
        for fault in faults:
            self._move_rows(fault, message_api.matching(self.dealership, self._threads, query), query)
        rows = message_api.matching(self.dealership, self._threads, query)
        page = message_api.page_of_conversations(rows, query)
        return _repeated(page, faults, lambda: message_api.page_of_conversations(rows, {**query, "offset": "0"}))

    def _messages(self, call: Received, faults: Sequence[Fault], conversation_id: str) -> Json:
        self.tokens.check(call.authorization, message_api.SCOPE)
        for fault in faults:
            if fault.kind == "long_thread":
                self._grow(conversation_id, fault.options["messages"])

        def page(query: dict[str, str]) -> Json:
            return message_api.page_of_messages(self._threads, conversation_id, query, grown=self._grown)

        return _repeated(page(call.parameters), faults, lambda: page({**call.parameters, "offset": "0"}))

    def _exchange(self, call: Received, _: Sequence[Fault]) -> Json:
        return self.tokens.exchange(call.authorization, dict(parse_qsl(call.body.decode("utf-8", "replace"))))

    def _authorize(self, call: Received, faults: Sequence[Fault]) -> Response:
        refused = {fault.options["scope"] for fault in faults if fault.kind == "refused_scope"}
        return consent.authorize(self.tokens, call.parameters, refused)

    def _mail(self, call: Received, faults: Sequence[Fault]) -> Response:
        return Response(self._mailroom.answer(call, faults), media_type=XML)

    def _crm_leads(self, call: Received, faults: Sequence[Fault]) -> Json:
        crm_api.check_keys(call.headers, call.parameters, self.keys)
        self._budget.take(call.at)
        page = crm_api.answer(self.dealership, call.headers, call.body)
        first = re.sub(rb'("PageIndex"\s*:\s*)\d+', rb"\g<1>1", call.body)
        return _repeated(page, faults, lambda: crm_api.answer(self.dealership, call.headers, first))

    def _move_rows(self, fault: Fault, rows: Sequence[Thread], query: dict[str, str]) -> None:
        if fault.kind == "remove_rows":
            gone = {id(thread) for thread in rows[fault.options["at"] :][: fault.options["rows"]]}
            self._threads = [thread for thread in self._threads if id(thread) not in gone]
        if fault.kind == "insert_rows":
            before = rows[fault.options["at"]] if fault.options["at"] < len(rows) else None
            place = self._threads.index(before) if before else len(self._threads)
            self._threads[place:place] = self._newcomers(fault.options["rows"], query["conversation_type"])

    def _newcomers(self, count: int, kind: str) -> list[Thread]:
        numbers = range(self._new_threads, self._new_threads + count)
        self._new_threads += count
        return [new_thread(number, kind, self.dealership.now_ms, self.dealership.seller) for number in numbers]

    def _grow(self, conversation_id: str, count: int) -> None:
        for thread in self._threads:
            if thread.conversation_id == conversation_id:
                self._grown[conversation_id] = lengthened(thread, count)


class Wire:
    """The outermost layer: dates every answer by the frozen clock, and cuts one off where a fault says so."""

    def __init__(self, app: ASGIApp, date: str) -> None:
        self._app = app
        self._date = (b"date", date.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""

        async def onward(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], self._date]}
            elif scope.get(CUT) is not None:
                kept = message["body"][: int(len(message["body"]) * scope[CUT])]
                message = {**message, "body": kept, "more_body": True}  # and nothing more: the server then hangs up
            await send(message)

        await self._app(scope, receive, onward)


def _instead(call: Received, faults: Sequence[Fault]) -> Response | None:
    """Return the answer of the first fault that stands in the place of the API's own."""
    for fault in faults:
        if fault.kind in INSTEAD:
            return INSTEAD[fault.kind](call, fault.options)
    return None


def _bytes(call: Received, options: Json) -> Response:
    body, kind = options["body"], options["content_type"]
    if body is None and call.path == TRADING:
        body, kind = f"<html><body><h1>{options['status']}</h1></body></html>".encode(), "text/html"
    if body is None:
        body = encode(usual_error(options["status"], call.path))
    return Response(body, options["status"], options["headers"], kind if body else None)


INSTEAD: dict[str, Callable[[Received, Json], Response]] = {
    "status": _bytes,
    "body": _bytes,
    "no_content": lambda _, __: Response(status_code=204),
    "gone_thread": lambda _, __: Response(encode(error_body(2002)), 404, media_type=JSON),
    "throttled": lambda _, options: Response(encode(crm_api.throttled()), options["status"], media_type=JSON),
    "mx_error": lambda _, options: Response(
        encode(crm_api.mx(options["type"], options["message"], options["status"]).body),
        options["status"],
        media_type=JSON,
    ),
    "too_large": lambda _, __: Response(encode(error_body(350000)), 500, media_type=JSON),
}


def _repeated(page: Json, faults: Sequence[Fault], first: Callable[[], Json]) -> Json:
    """Put the rows of the first page into this one, if a fault says so."""
    if not any(fault.kind == "repeat_page" for fault in faults):
        return page
    return {**page, **{name: rows for name, rows in first().items() if isinstance(rows, list)}}
