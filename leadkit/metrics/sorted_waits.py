"""The median wait of leads that are sorted already: `response_summary` sorts them each time, an explorer only once.

It is read from the same steps by the same rules: only steps at which somebody replied, and the last one, decide.
"""

from __future__ import annotations

import polars as pl

from leadkit.metrics.proportions import normal_quantile
from leadkit.metrics.steps import log_log, quantile, read
from leadkit.metrics.summary import of_both


def median_curve(waits: pl.LazyFrame, *, level: float = 0.95) -> pl.LazyFrame:
    """The median of Kaplan and Meier and the ends of its interval, in one row; no row where there are no waits.

    Args:
        waits: t (Duration) and replied (Boolean), nothing null, sorted by t, and at one t the replies first.
        level: the confidence level of the interval.

    Returns:
        _code (0), p50, p50_low and p50_high.
    """
    z = normal_quantile(level, by="median_curve")
    left = pl.col("left")
    term = pl.when(pl.col("replied") & (left > 1)).then(1 / (left * (left - 1))).otherwise(0.0)
    curve = (
        waits.with_columns(left=pl.int_range(pl.len(), 0, -1).cast(pl.Float64))
        .filter(pl.col("replied") | (left == 1))
        .with_columns(
            unanswered_share=pl.when("replied").then(1 - 1 / left).otherwise(1.0).cum_prod(), greenwood=term.cum_sum()
        )
        .filter(pl.col("t").ne_missing(pl.col("t").shift(-1)))
        .select(pl.lit(0, pl.UInt32).alias("_code"), "t", "unanswered_share", log_log(-z).alias("low"), log_log(z).alias("high"))
    )
    return read(curve, [quantile("p50", 0.5)])


def median_of_both(upper: pl.DataFrame, lower: pl.DataFrame) -> pl.DataFrame:
    """p50, p50_low, p50_high and p50_earliest as in `response_summary`, from the two curves of `median_curve`."""
    return (
        pl.DataFrame({"_code": [0]}, schema={"_code": pl.UInt32})
        .join(upper, on="_code", how="left")
        .join(lower, on="_code", how="left", suffix="_at_lower")
        .with_columns(of_both("p50"))
        .select("p50", "p50_low", "p50_high", "p50_earliest")
    )
