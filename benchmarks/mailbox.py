"""A mailbox of 100,000 headers fetched over HTTP, and a message of 2 MB: each header, each byte takes the same time.

The exponent is how the time grows with the size: 1 is linear, 2 quadratic. The sandbox runs in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from math import log
from statistics import median

import leadkit as lk
from benchmarks.figures import Figure, Report, finish
from benchmarks.large_mailbox import FORMS, long_message
from benchmarks.slow_sandbox import slow_sandbox
from benchmarks.timing import Times, interleaved, options, sizes_of

SMALL = 431


def main() -> int:
    parser = options(__doc__, headers=100_000, megabytes=2.0)
    given = parser.parse_args()
    counts = sorted({SMALL, max(given.headers // 10, 1), given.headers})
    sizes = [int(given.megabytes * part * 1_000_000) for part in (0.5, 1)]
    times = interleaved(texts(sizes), given.runs) | mailboxes(counts, given.runs)
    told, judged = sizes_of(parser, given)
    figures = [
        Figure(f"text in {form}", exponent(times, [_text(size, form) for size in sizes], sizes), _GROWS, bound=1.25)
        for form in FORMS
    ]
    last = counts[-2:]
    figures += [
        Figure("mailbox", exponent(times, [_mailbox(count) for count in last], last), _GROWS, bound=1.25),
        *(Figure(name := _mailbox(count), median(times[name]) / count * 1000, "ms a header") for count in counts),
    ]
    return finish(Report("mailbox", told, judged, figures, times), given.json)


def texts(sizes: list[int]) -> dict[str, Callable[[], object]]:
    """The reading of one long message in each form and size, once checked."""
    works: dict[str, Callable[[], object]] = {}
    for form in FORMS:
        for size in sizes:
            body, words = long_message(size, form)
            if lk.read_mail(body)["text"].to_list() != [words]:
                raise SystemExit(f"the text of {size:,} bytes in {form} came out otherwise")
            works[_text(size, form)] = lambda body=body: lk.read_mail(body)
    return works


def mailboxes(counts: list[int], runs: int) -> Times:
    """The seconds to fetch mailboxes of so many headers, 200 a page."""
    with ExitStack() as stack:
        works = {_mailbox(count): _fetch(stack, count) for count in counts}
        return interleaved(works, runs)


def _fetch(stack: ExitStack, count: int) -> Callable[[], object]:
    api = stack.enter_context(slow_sandbox(0, 0, mails=count))
    ebay = stack.enter_context(lk.Ebay(api["token"], base_url=api["url"], sellers=api["sellers"]))

    def fetch() -> object:
        found = ebay.mail()
        if not len(found) == found["message_id"].n_unique() == count:
            raise SystemExit(f"{len(found):,} headers of {count:,} came")
        return found

    return fetch


def exponent(times: Times, names: list[str], sizes: list[int]) -> float:
    """How the time grows from the first of these works to the second, whose sizes are given."""
    small, large = (median(times[name]) for name in names)
    return log(large / small) / log(sizes[1] / sizes[0])


def _text(size: int, form: str) -> str:
    return f"{size / 1_000_000:g} MB in {form}"


def _mailbox(count: int) -> str:
    return f"{count:,} headers"


_GROWS = "is the exponent of the time"

if __name__ == "__main__":
    sys.exit(main())
