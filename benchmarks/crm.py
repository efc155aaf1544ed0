"""10,000 CRM leads in pages of 1,000, from bytes to a typed frame: leadkit against a bare `orjson.loads` of each page.

leadkit ends with a typed Polars frame, columns matched by name whatever its case, every row, problem and unknown key
found. The peer ends with dicts. No part of it waits for a budget: that is what `budget` measures.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

import leadkit as lk
from benchmarks.crm_body import OTHERS, made
from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import interleaved, options, ratio, sizes_of

OURS, ORJSON = "lk.read_crm_leads", "orjson.loads"


def main() -> int:
    parser = options(__doc__, leads=10_000, page=1_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages = made(given.leads, given.page, Path(folder))
    check_whole(pages, given.leads)
    works = _works(pages)
    interleaved(works, 2)  # whatever is made once, is made now
    times = interleaved(works, given.runs)
    wider = interleaved(_works(_wider(pages)), given.runs)
    late = interleaved(_works([*map(_wider_below, pages)]), given.runs)
    sizes, judged = sizes_of(parser, given)
    return finish(
        Report(
            subject="crm",
            sizes={**sizes, "bytes": sum(map(len, pages))},
            judged=judged,
            figures=[
                Figure("against orjson", ratio(times, OURS, ORJSON), "of orjson.loads", bound=1.25),
                Figure("a key more in every row", ratio(wider, OURS, ORJSON), "of orjson.loads"),
                Figure("a key more in one row of each page", ratio(late, OURS, ORJSON), "of orjson.loads"),
            ],
            raw={
                **times,
                **{f"{work}: a key more in every row": wider[work] for work in wider},
                **{f"{work}: a key more in one row of each page": late[work] for work in late},
            },
        ),
        given.json,
    )


def check_whole(pages: Sequence[bytes], leads: int) -> None:
    """Nothing is fast that loses a row."""
    found = lk.read_crm_leads(pages)
    if not len(found) == found["prospect_id"].n_unique() == leads:
        raise SystemExit(f"read_crm_leads made {len(found)} leads of {leads}")


def _works(pages: Sequence[bytes]) -> dict[str, Callable[[], object]]:
    return {OURS: lambda: lk.read_crm_leads(pages, columns=OTHERS), ORJSON: lambda: [*map(orjson.loads, pages)]}


def _wider(pages: Sequence[bytes]) -> list[bytes]:
    """The same pages with a key in every row that nobody asked for."""
    return [page.replace(_KEY, b'"mx_New":"new",' + _KEY) for page in pages]


def _wider_below(page: bytes) -> bytes:
    """The same page with such a key in one row, half-way down."""
    middle = page.index(_KEY, len(page) // 2)
    return page[:middle] + b'"mx_New":"new",' + page[middle:]


_KEY = b'"mx_Store":'


if __name__ == "__main__":
    sys.exit(main())
