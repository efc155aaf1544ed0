"""137 conversations read from an API that takes 0.1 s for each answer, eight calls at a time.

The floor is what the waiting alone takes: ceil(137 / 8) answers one after another. Bare httpx in eight threads, which
only reads the bytes, shows what part of the rest is HTTP's. The sandbox runs in another process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from statistics import median

import httpx
import polars as pl

import leadkit as lk
from benchmarks.figures import Figure, Report, finish
from benchmarks.slow_sandbox import slow_sandbox
from benchmarks.timing import Times, interleaved, options, sizes_of

OURS, BARE = "ebay.messages", "bare httpx"
PARALLEL = 8


def main() -> int:
    parser = options(__doc__, threads=137, latency=0.1, leads=800)
    given = parser.parse_args()
    with slow_sandbox(given.latency, given.leads) as api:
        times = measured(api["url"], api["token"], api["sellers"], given.threads, given.runs)
    sizes, judged = sizes_of(parser, given)
    floor = ceil(given.threads / PARALLEL) * given.latency
    figures = [
        Figure(OURS, median(times[OURS]) / floor, f"times the floor of {floor:.1f} s", bound=1.3),
        Figure(BARE, median(times[BARE]) / floor, f"times the floor of {floor:.1f} s"),
    ]
    return finish(Report("threads", sizes, judged, figures, times), given.json)


def measured(url: str, token: str, sellers: Sequence[str], threads: int, runs: int) -> Times:
    """Both clients are open and connected before the clock starts: whoever asks for threads has asked for a list."""
    headers = {"Authorization": f"Bearer {token}"}
    with (
        lk.Ebay(token, base_url=url, sellers=sellers, max_parallel=PARALLEL) as ebay,
        httpx.Client(base_url=url, headers=headers, limits=httpx.Limits(max_connections=PARALLEL)) as client,
    ):
        talks = chosen(ebay, threads)
        read = bare(client, talks.get_column("conversation_id").to_list())
        read()
        return interleaved({OURS: lambda: ebay.messages(talks), BARE: read}, runs)


def chosen(ebay: lk.Ebay, threads: int) -> pl.DataFrame:
    """So many conversations, of those that take one call."""
    talks = ebay.conversations()
    of_one_page = ebay.messages(talks).group_by("conversation_id").len().filter(pl.col("len") <= _PAGE)
    talks = talks.join(of_one_page, on="conversation_id", how="semi").head(threads)
    if len(talks) < threads:
        raise SystemExit(f"there are only {len(talks)} such conversations: give more --leads")
    return talks


def bare(client: httpx.Client, ids: Sequence[str]) -> Callable[[], list[bytes]]:
    """The same calls by httpx alone."""

    def get(one: str) -> bytes:
        query: dict[str, str | int] = {"conversation_type": "FROM_MEMBERS", "limit": _PAGE, "offset": 0}
        return client.get(f"/commerce/message/v1/conversation/{one}", params=query).raise_for_status().content

    def read() -> list[bytes]:
        with ThreadPoolExecutor(PARALLEL) as pool:
            return list(pool.map(get, ids))

    return read


_PAGE = 50

if __name__ == "__main__":
    sys.exit(main())
