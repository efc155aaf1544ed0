"""What arrived at the sandbox, for tests to look at."""

import re
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

LEAF = re.compile(r"""(?:<|(?="))("?\w+"?)(?:>|\s*:\s*)([^<{}\[\],]+)""")


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came; headers and body, which hold credentials, stay out of the repr."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: float = 0.0  # seconds of a clock that only ever goes forward

    @property
    def parameters(self) -> dict[str, str]:
        """The query by name; of a repeated one the first."""
        found: dict[str, str] = {}
        for name, value in self.query:
            found.setdefault(name, value)
        return found

    @property
    def inside(self) -> dict[str, str]:
        """The values in an XML or a JSON body by the name that they stand under; of a repeated one the first."""
        found: dict[str, str] = {}
        for name, value in LEAF.findall(self.body.decode("utf-8", "replace")):
            found.setdefault(name.strip('"'), value.strip().strip('"'))
        return found

    @property
    def authorization(self) -> str:
        """The Authorization header, or nothing."""
        return self.headers.get("authorization", "")


async def receive(request: Request) -> Received:
    """Read a request whole."""
    query = parse_qsl(request.url.query, keep_blank_values=True)
    return Received(
        request.method, request.url.path, query, dict(request.headers), await request.body(), time.monotonic()
    )
