"""GetMyMessages in one run of the sandbox: the mailbox as it is now, and the faults that strike its answers."""

from collections.abc import Sequence
from dataclasses import replace

from leadkit.sandbox import trading_api
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.faults import Fault
from leadkit.sandbox.mail_damage import broken, damage
from leadkit.sandbox.mail_xml import Answer, document, message_parts, selected
from leadkit.sandbox.mails import INBOX, Mail
from leadkit.sandbox.moments import SECOND
from leadkit.sandbox.oauth_api import Tokens
from leadkit.sandbox.received import Received
from leadkit.sandbox.trading_request import Request, TradingFailure, parse, read

FIRST_NEW_ID = 990_000_000_000


class Mailroom:
    """Answers calls, and remembers which messages came or went meanwhile."""

    def __init__(self, dealership: Dealership, tokens: Tokens) -> None:
        self._dealership = dealership
        self._tokens = tokens
        self._mails: list[Mail] | None = None
        self._new = 0

    def answer(self, call: Received, faults: Sequence[Fault]) -> bytes:
        """Answer ``POST /ws/api.dll``."""
        try:
            answer = self._regular(call, faults)
        except TradingFailure as failure:
            version = call.headers.get("x-ebay-api-compatibility-level", trading_api.DEFAULT_VERSION)
            answer = trading_api.failure(failure.problem, call.body, version, self._dealership.now_ms)
        for fault in faults:
            damage(answer, fault)
        return broken(document(answer), faults)

    def _regular(self, call: Received, faults: Sequence[Fault]) -> Answer:
        version = trading_api.check_headers(call.headers)
        root = parse(call.body)
        code = self._tokens.trading_verdict(*trading_api.token_of(call.headers, root), trading_api.SCOPE)
        if code:
            raise trading_api.refused_token(code)
        for fault in faults:
            self._move_rows(fault, root, version)
        answer, request = trading_api.answer(self._rows(), root, version, self._dealership.now_ms)
        if any(fault.kind == "repeat_page" for fault in faults):
            self._repeat(answer, request)
        return answer

    def _rows(self) -> list[Mail]:
        if self._mails is None:
            self._mails = list(self._dealership.mail)
        return self._mails

    def _repeat(self, answer: Answer, request: Request) -> None:
        """Put the rows of the first page into the answer."""
        rows = trading_api.page(trading_api.matching(self._rows(), request), request, number=1)
        parts = message_parts(rows, request.levels)
        names = {name for name, _ in parts}
        parts = selected(parts, request.selectors) if request.selectors else parts
        answer.parts = [part for part in answer.parts if part[0] not in names] + parts

    def _move_rows(self, fault: Fault, root: object, version: str) -> None:
        if fault.kind not in {"insert_rows", "remove_rows"}:
            return
        mails = self._rows()
        rows = trading_api.matching(mails, read(root, version))
        place, count = fault.options["at"], fault.options["rows"]
        if fault.kind == "remove_rows":
            gone = {mail.message_id for mail in rows[place : place + count]}
            self._mails = [mail for mail in mails if mail.message_id not in gone]
        else:
            at = mails.index(rows[place]) if place < len(rows) else len(mails)
            mails[at:at] = [self._newcomer(rows) for _ in range(count)]

    def _newcomer(self, rows: Sequence[Mail]) -> Mail:
        """Make a message that arrives while a client is listing them."""
        self._new += 1
        now, seller = self._dealership.now_ms, self._dealership.seller
        folder = rows[0].folder if rows else INBOX
        fresh = Mail(folder, now - SECOND, f"new_buyer{self._new}", seller, "New", "Hello?", send_to=seller)
        return replace(fresh, message_id=str(FIRST_NEW_ID + self._new), read=False)
