"""The median wait of leads that are sorted already: `response_summary` sorts them each time, an explorer only once."""

from __future__ import annotations

import polars as pl

from leadkit.metrics.steps import falls, quantile, read, shares, with_band
from leadkit.metrics.summary import of_both


def median_curve(waits: pl.LazyFrame, *, level: float = 0.95) -> pl.LazyFrame:
    """The median of Kaplan and Meier and the ends of its interval, in one row; no row where there are no waits.

    Args:
        waits: t (Duration) and replied (Boolean), nothing null, sorted by t.
        level: the confidence level of the interval.

    Returns:
        _code (0), p50, p50_low and p50_high.
    """
    curve = shares(waits.select(pl.lit(0, pl.UInt32).alias("_code"), "t", "replied"), groups=False)
    return read(with_band(falls(curve), level=level, by="median_curve"), [quantile("p50", 0.5)])


def median_of_both(upper: pl.DataFrame, lower: pl.DataFrame) -> pl.DataFrame:
    """p50, p50_low, p50_high and p50_earliest as in `response_summary`, from the two curves of `median_curve`."""
    return (
        pl.DataFrame({"_code": [0]}, schema={"_code": pl.UInt32})
        .join(upper, on="_code", how="left")
        .join(lower, on="_code", how="left", suffix="_at_lower")
        .with_columns(of_both("p50"))
        .select("p50", "p50_low", "p50_high", "p50_earliest")
    )
