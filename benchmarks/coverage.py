"""How often the 95 % intervals hold the truth: of the median wait, and of the share answered within 24 hours.

Waits are drawn from distributions whose median and share are known, each lead is seen at an age of its own, and 20 to
40 % of them are still open then. Every draw is one group of `lk.response_summary` and of `lk.survival_curve`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist, mean

import numpy as np
import numpy.typing as npt
import polars as pl

import leadkit as lk
from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import options, sizes_of

Hours = npt.NDArray[np.float64]
DAY = 24.0
NEVER = 0.2
MEDIAN, DAY_SHARE = "median", "within 24 h"
FEW = "hardly one followed for a day"


@dataclass(frozen=True, slots=True)
class Setting:
    """Waits and ages in hours, and what is true of the waits.

    Attributes:
        waits: so many waits, drawn; infinite where there is never a reply.
        ages: so many ages at which a lead is seen, drawn.
        median: the true median.
        within_a_day: the true share answered within 24 hours.
    """

    waits: Callable[[np.random.Generator, int], Hours]
    ages: Callable[[np.random.Generator, int], Hours]
    median: float
    within_a_day: float


def _never(draws: np.random.Generator, count: int) -> Hours:
    return np.where(draws.random(count) < NEVER, np.inf, draws.exponential(10, count))


SETTINGS: Mapping[str, Setting] = {
    "exponential, seen up to 3 days": Setting(
        waits=lambda draws, count: draws.exponential(15, count),
        ages=lambda draws, count: draws.uniform(0, 72, count),
        median=15 * log(2),
        within_a_day=1 - exp(-DAY / 15),
    ),
    "exponential, 40 % open": Setting(
        waits=lambda draws, count: draws.exponential(20, count),
        ages=lambda draws, count: draws.exponential(30, count),
        median=20 * log(2),
        within_a_day=1 - exp(-DAY / 20),
    ),
    "log-normal, a long tail": Setting(
        waits=lambda draws, count: draws.lognormal(log(6), 1.5, count),
        ages=lambda draws, count: draws.uniform(0, 60, count),
        median=6.0,
        within_a_day=NormalDist().cdf(log(DAY / 6) / 1.5),
    ),
    "Weibull, many at once": Setting(
        waits=lambda draws, count: 12 * draws.weibull(0.6, count),
        ages=lambda draws, count: draws.uniform(0, 60, count),
        median=12 * log(2) ** (1 / 0.6),
        within_a_day=1 - exp(-((DAY / 12) ** 0.6)),
    ),
    "one in five never": Setting(
        waits=_never,
        ages=lambda draws, count: draws.uniform(0, 168, count),
        median=10 * log((1 - NEVER) / (0.5 - NEVER)),
        within_a_day=(1 - NEVER) * (1 - exp(-DAY / 10)),
    ),
    "told in whole hours": Setting(
        waits=lambda draws, count: np.ceil(draws.exponential(15, count)),
        ages=lambda draws, count: np.floor(draws.uniform(0, 72, count)) + 0.5,
        median=11.0,
        within_a_day=1 - exp(-DAY / 15),
    ),
    FEW: Setting(
        waits=lambda draws, count: draws.exponential(8, count),
        ages=lambda draws, count: draws.uniform(0, 25, count),
        median=8 * log(2),
        within_a_day=1 - exp(-DAY / 8),
    ),
}


def main() -> int:
    parser = options(__doc__, draws=20_000, leads=200)
    given = parser.parse_args()
    draws = np.random.default_rng(2026)
    each = max(given.draws // given.runs, 1)
    found = {
        name: [held(setting, draws, each, given.leads) for _ in range(given.runs)] for name, setting in SETTINGS.items()
    }
    raw = {f"{what}: {name}": [one[what] for one in runs] for name, runs in found.items() for what in runs[0]}
    sizes, judged = sizes_of(parser, given)
    error = 100 * sqrt(0.95 * 0.05 / (each * given.runs))
    notes = [f"  the Monte Carlo standard error of a coverage is {error:.2f} points; 94 to 96 is what the method gives"]
    return finish(Report("coverage", sizes, judged, _figures(raw), raw, unit="%", notes=notes), given.json)


def held(setting: Setting, draws: np.random.Generator, groups: int, leads: int) -> dict[str, float]:
    """In percent: how often each interval held the truth, how often there was one, and how many waits were open."""
    times = drawn(setting, draws, groups, leads)
    median, day = pl.duration(microseconds=round(setting.median * 3.6e9)), pl.duration(hours=24)
    above = (pl.col("p50_high") >= median).fill_null(value=True)  # null: the interval has no upper end
    quantiles = lk.response_summary(times, by="draw").select((pl.col("p50_low") <= median) & above)
    curves = (
        lk.survival_curve(times, by="draw")
        .group_by("draw")
        .agg(pl.col("low", "high").filter(pl.col("t") <= day).last(), told=pl.col("t").max() >= day)
    )
    shares = curves.filter("told").select(
        (1 - pl.col("high") <= setting.within_a_day) & (1 - pl.col("low") >= setting.within_a_day)
    )
    return {
        MEDIAN: 100 * _share(quantiles),
        DAY_SHARE: 100 * _share(shares),
        "followed for 24 h": 100 * len(shares) / groups,
        "open": 100 * _share(times.select(pl.col("state") == "unanswered")),
    }


def drawn(setting: Setting, draws: np.random.Generator, groups: int, leads: int) -> pl.DataFrame:
    """So many groups of leads as `lk.response_times` gives them, with a column draw."""
    count = groups * leads
    wait, age = setting.waits(draws, count), setting.ages(draws, count)
    seen = pl.Series(np.minimum(wait, age) * 3.6e9).round().cast(pl.Int64).cast(pl.Duration("us"))
    answered = pl.Series(wait <= age)
    return pl.DataFrame({"draw": np.repeat(np.arange(groups), leads), "wait_lower": seen}).with_columns(
        pl.int_range(pl.len()).cast(pl.String).alias("lead_id"),
        pl.int_range(pl.len()).cast(pl.String).alias("episode_id"),
        pl.when(answered).then("wait_lower").alias("wait_upper"),
        pl.when(answered).then(pl.lit("answered_exact")).otherwise(pl.lit("unanswered")).alias("state"),
    )


def _figures(raw: Mapping[str, list[float]]) -> list[Figure]:
    """The coverages; where hardly one is followed for a day, what is said about a day is told and held to nothing."""
    asked = [name for name in raw if name.startswith((MEDIAN, DAY_SHARE))]
    free = {f"{DAY_SHARE}: {FEW}"}
    return [
        Figure(name, mean(raw[name]), "% of draws", bound=None if name in free else 94.0, at_least=True)
        for name in asked
    ]


def _share(flags: pl.DataFrame) -> float:
    """How many of these are true; 0 of none."""
    share = flags.to_series().mean()
    return float(share) if isinstance(share, float) else 0.0


if __name__ == "__main__":
    sys.exit(main())
