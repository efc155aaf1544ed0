"""`import leadkit` against the import of what it stands on, as whole processes.

Names are loaded when they are used, so the first one that is used is told, too: `leadkit.Ebay`, all that a fetch needs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import interleaved, options, python, ratio, sizes_of

OURS, USED, PEER = "import leadkit", "import leadkit; leadkit.Ebay", "import polars, httpx, pydantic, lxml.etree"


def main() -> int:
    parser = options(__doc__)
    given = parser.parse_args()
    works = {code: _interpreter(code) for code in (OURS, PEER, USED)}
    interleaved(works, 1)  # the bytecode of all is cached now
    times = interleaved(works, given.runs)
    sizes, judged = sizes_of(parser, given)
    figures = [
        Figure(OURS, ratio(times, OURS, PEER), f"of {PEER}", bound=1.25),
        Figure(USED, ratio(times, USED, PEER), f"of {PEER}"),
    ]
    return finish(Report("imports", sizes, judged, figures, times), given.json)


def _interpreter(code: str) -> Callable[[], object]:
    return lambda: python("-c", code)


if __name__ == "__main__":
    sys.exit(main())
