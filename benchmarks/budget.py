"""75 calls of a CRM account whose budget is 25 in 5 s, against the time that the budget itself forces.

The server is the sandbox in another process. It keeps the same budget and refuses what exceeds it: a call that came too
early would show as one that was sent twice.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import leadkit as lk
from benchmarks.figures import Figure, Report, finish
from benchmarks.slow_sandbox import slow_sandbox
from benchmarks.timing import interleaved, options, sizes_of

OURS, REST = "crm.leads", "rest of a window"
CALLS = 25


def main() -> int:
    parser = options(__doc__, calls=75, window=5.0, leads=800)
    given = parser.parse_args()
    sent: list[int] = []
    with (
        slow_sandbox(0, given.leads, window=given.window) as api,
        lk.LeadSquared(*api["keys"], base_url=api["url"], per_seconds=given.window) as crm,
    ):

        def sweep() -> None:
            before = len(crm.requests)
            crm.leads(api["ids"][: given.calls], page_size=1)
            sent.append(int(crm.requests.get_column("attempts").slice(before).sum()))

        sweep()  # whatever is loaded once, is loaded now
        times = interleaved({REST: lambda: time.sleep(given.window), OURS: sweep}, given.runs)
    sizes, judged = sizes_of(parser, given)
    floor = given.window * ((given.calls - 1) // CALLS)
    figures = [
        Figure(OURS, median(times[OURS]) / floor, f"times the floor of {floor:g} s", bound=1.05),
        Figure("calls sent", max(sent) / given.calls, "times as many as there are pages", bound=1.0),
    ]
    return finish(Report("budget", sizes, judged, figures, {OURS: times[OURS]}), given.json)


if __name__ == "__main__":
    sys.exit(main())
