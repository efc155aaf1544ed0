"""Business hours of a million waits of up to two years, against one sort of a million moments.

The calendar is new in each run, so its intervals are made anew; it has a lunch break, a country's holidays and some
dates of its own. The sort is Polars' own, of the moments at which the waits begin.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count

import numpy as np
import polars as pl

import leadkit as lk
from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import Times, interleaved, options, ratio, sizes_of

SORT, SERIES, STREAMED, ODD = "a sort", "elapsed", "elapsed, streamed", "elapsed, an opening at an odd second"
YEARS = timedelta(days=730)


def main() -> int:
    parser = options(__doc__, pairs=1_000_000)
    given = parser.parse_args()
    waits = made(given.pairs)
    check(waits)
    times = interleaved(works(waits), given.runs + 1)
    times = {name: values[1:] for name, values in times.items()}  # whatever is made once, was made in the first
    sizes, judged = sizes_of(parser, given)
    return finish(Report("hours", sizes, judged, figures(times), times), given.json)


def made(pairs: int) -> pl.DataFrame:
    """Waits that begin within two years and last up to two years, in no order."""
    dice = np.random.default_rng(7)
    asked = pl.Series(dice.integers(0, YEARS // timedelta(microseconds=1), pairs))
    waited = pl.Series(dice.integers(0, YEARS // timedelta(microseconds=1), pairs))
    begun = pl.lit(datetime(2024, 11, 1, tzinfo=UTC))
    return pl.select(asked=begun + asked.cast(pl.Duration("us"))).with_columns(
        answered=pl.col("asked") + waited.cast(pl.Duration("us"))
    )


def calendar(opens: str = "09:00") -> lk.BusinessHours:
    """Each differs from the one before in a date far away: nothing that was kept of one fits another."""
    return lk.BusinessHours(
        "America/Chicago",
        f"Mo-Fr {opens}-12:00,13:00-18:00; Sa 10:00-14:00",
        holidays="US",
        special={"2025-12-24": "09:00-12:00", date(2040, 1, 1) + timedelta(days=next(_NUMBERS)): []},
        breaks={"2025-07-03": "15:00-18:00"},
    )


def check(waits: pl.DataFrame) -> None:
    """Nothing is fast that is wrong: some waits are the sum of the intervals that a person would look at."""
    hours, some = calendar(), waits.head(10)
    shown = [hours.to_frame(*bounds)["duration"].sum() for bounds in some.rows()]
    if hours.elapsed(some["asked"], some["answered"]).to_list() != shown:
        raise SystemExit("the waits are not the sum of the open intervals")


def works(waits: pl.DataFrame) -> dict[str, Callable[[], object]]:
    """What is timed: each makes its calendar and all that follows from it."""
    asked, answered, lazy = waits["asked"], waits["answered"], waits.lazy()
    return {
        SORT: asked.sort,
        SERIES: lambda: calendar().elapsed(asked, answered),
        STREAMED: lambda: lazy.select(calendar().elapsed("asked", "answered")).collect(engine="streaming"),
        ODD: lambda: calendar("09:00:07").elapsed(asked, answered),
    }


def figures(times: Times) -> list[Figure]:
    """Only the plain case has a bound."""
    return [
        Figure("against a sort", ratio(times, SERIES, SORT), "sorts of as many moments", bound=12, goal=3),
        Figure(STREAMED, ratio(times, STREAMED, SORT), "sorts"),
        Figure(ODD, ratio(times, ODD, SORT), "sorts"),
    ]


_NUMBERS = count()

if __name__ == "__main__":
    sys.exit(main())
