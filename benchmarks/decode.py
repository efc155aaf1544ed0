"""One JSON body of 40,000 leads becomes the typed table, against `orjson.loads` and against bidkit's objects.

Ours is `lk.read_leads(body)` whole: the typed table with its lead ids, all problems and unknown keys found. The peers
end with dicts and with pydantic objects: no table, no time or money typed, no word about what did not fit.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import orjson

import leadkit as lk
from benchmarks.body import made
from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import Times, interleaved, options, ratio, sizes_of

OURS, ORJSON, BIDKIT = "lk.read_leads", "orjson.loads", "bidkit"


def main() -> int:
    parser = options(__doc__, leads=40_000)
    given = parser.parse_args()
    warnings.simplefilter("ignore", lk.LeadkitWarning)  # two variants are damaged on purpose
    with tempfile.TemporaryDirectory() as folder:
        body = made(given.leads, Path(folder)).read_bytes()
        small = made(max(given.leads // 28, 1), Path(folder)).read_bytes()
    check_whole(body)
    works = {**_works(body), **_bidkit(body)}
    interleaved({**_works(small), **_bidkit(small)}, 1)  # whatever is made once, is made now
    times = interleaved(works, given.runs)
    others = {name: interleaved(_works(one), given.runs) for name, one in variants(body, small).items()}
    sizes, judged = sizes_of(parser, given)
    return finish(
        Report(
            subject="decode",
            sizes={**sizes, "bytes": len(body)},
            judged=judged,
            figures=[*_judged(times), *(_told(name, one) for name, one in others.items())],
            raw={**times, **{f"{work}: {name}": one[work] for name, one in others.items() for work in one}},
            notes=() if BIDKIT in times else ["  bidkit is not installed: pip install -e '.[dev]'"],
        ),
        given.json,
    )


def check_whole(body: bytes) -> None:
    """Nothing is fast that loses a row: as many leads as the body says, every one with an id of its own."""
    leads, said = lk.read_leads(body), orjson.loads(body)["totalLeads"]
    if not len(leads) == leads["lead_id"].n_unique() == said:
        raise SystemExit(f"read_leads made {len(leads)} leads of {said}")


def variants(body: bytes, small: bytes) -> dict[str, bytes]:
    """The same leads in other clothes."""
    status = b'"leadStatus":'
    return {
        "an unknown key in every lead": body.replace(status, b'"newKey":"new",' + status),
        "written by json.dumps as it stands": json.dumps(orjson.loads(body)).encode(),
        "a body of 1 MB": small,
        "an object in place of one time": damaged(body),
    }


def damaged(body: bytes) -> bytes:
    """The body with an object in a scalar's place, in its middle."""
    key = b'"submittedTime":'
    at = body.index(key, len(body) // 2) + len(key)
    return body[:at] + b'{"unexpected":"object"}' + body[body.index(b'"', at + 1) + 1 :]


def _works(body: bytes) -> dict[str, Callable[[], object]]:
    return {OURS: lambda: lk.read_leads(body), ORJSON: lambda: orjson.loads(body)}


def _bidkit(body: bytes) -> dict[str, Callable[[], object]]:
    """Straight from the bytes, which is faster than what bidkit's own client does: `json()`, then validation."""
    if find_spec("bidkit") is None:
        return {}
    from bidkit.generated.models.sell_leads import ClassifiedLeadsListResponse  # noqa: PLC0415 - it may be absent

    return {BIDKIT: lambda: ClassifiedLeadsListResponse.model_validate_json(body)}


def _judged(times: Times) -> list[Figure]:
    faster = ratio(times, BIDKIT, OURS) if BIDKIT in times else None
    return [
        Figure("against orjson", ratio(times, OURS, ORJSON), "of orjson.loads", bound=1.0, goal=0.6),
        Figure("against bidkit", faster, "times faster than bidkit's objects", bound=5, goal=8, at_least=True),
    ]


def _told(name: str, times: Times) -> Figure:
    return Figure(name, ratio(times, OURS, ORJSON), "of orjson.loads")


if __name__ == "__main__":
    sys.exit(main())
