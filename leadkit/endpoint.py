"""An endpoint is a value: where it is, what it answers, which scope it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from leadkit.calls import Call, Judge
from leadkit.records import Table

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Endpoint:
    """One operation of an API.

    Attributes:
        operation: the API's own name for it.
        host: which of the account's origins it is on.
        path: with ``{}`` for an id.
        table: what the answers hold.
        scope: the OAuth scope that it needs.
        bare: an answer is one element of the table's outer list, without an envelope.
        idempotent: asking twice changes nothing, so it may be asked again.
        headers: sent with every call.
        method: GET, or POST for those that ask in a body.
        token_header: where the token travels.
        judge: reads in an answer what its status does not say.
    """

    operation: str
    host: Literal["apiz", "api", "crm"]
    path: str
    table: Table
    scope: str
    bare: bool = False
    idempotent: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    token_header: str = "Authorization"
    judge: Judge | None = None

    def call(
        self,
        origin: str,
        query: Query,
        *,
        at: str = "",
        attempts: int = 4,
        content: bytes | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Call:
        """The request for these parameters; `at` is the id in the path, `headers` go beside the endpoint's own."""
        return Call(
            source=self.table.name,
            operation=self.operation,
            origin=origin,
            path=self.path.format(quote(at, safe="")),
            query=query,
            method=self.method,
            headers=(*self.headers, *headers),
            content=content,
            idempotent=self.idempotent,
            attempts=attempts,
            token_header=self.token_header,
            judge=self.judge,
        )
