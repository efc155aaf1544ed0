"""One XML body of 15,000 message headers becomes the typed table, against bare lxml and against ebaysdk's dicts.

Ours is `lk.read_mail(body)` whole. lxml ends with a tree from which nothing has been read, ebaysdk with dicts of texts.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

import leadkit as lk
from benchmarks.body import made
from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import Times, interleaved, options, ratio, sizes_of

OURS, LXML, EBAYSDK = "lk.read_mail", "lxml.etree.fromstring", "ebaysdk .dict()"


def main() -> int:
    parser = options(__doc__, headers=15_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        body = made(given.headers, Path(folder), kind="mail").read_bytes()
        small = made(40, Path(folder), kind="mail").read_bytes()
    check_whole(body, given.headers)
    interleaved(_works(small), 1)  # whatever is made once, is made now
    times = interleaved(_works(body), given.runs)
    sizes, judged = sizes_of(parser, given)
    return finish(
        Report(
            subject="mail",
            sizes={**sizes, "bytes": len(body)},
            judged=judged,
            figures=_judged(times),
            raw=times,
            notes=() if EBAYSDK in times else ["  ebaysdk is not installed: pip install -e '.[dev]'"],
        ),
        given.json,
    )


def check_whole(body: bytes, headers: int) -> None:
    """Nothing is fast that loses a row: so many messages, every one with an id of its own."""
    found = lk.read_mail(body)
    if not len(found) == found["message_id"].n_unique() == headers:
        raise SystemExit(f"read_mail made {len(found)} messages of {headers}")


def _works(body: bytes) -> dict[str, Callable[[], object]]:
    return {OURS: lambda: lk.read_mail(body), LXML: lambda: etree.fromstring(body), **_ebaysdk(body)}


def _ebaysdk(body: bytes) -> dict[str, Callable[[], object]]:
    """As its own client does with the bytes of an answer."""
    if find_spec("ebaysdk") is None:
        return {}
    from ebaysdk.response import Response, ResponseDataObject  # noqa: PLC0415 - it may be absent

    return {EBAYSDK: lambda: Response(ResponseDataObject({"content": body}), verb="GetMyMessages").dict()}


def _judged(times: Times) -> list[Figure]:
    faster = ratio(times, EBAYSDK, OURS) if EBAYSDK in times else None
    return [
        Figure("against lxml", ratio(times, OURS, LXML), "of lxml.etree.fromstring", bound=3.5, goal=2),
        Figure("against ebaysdk", faster, "times faster than ebaysdk's dicts", bound=5, goal=8, at_least=True),
    ]


if __name__ == "__main__":
    sys.exit(main())
