"""Shares with their intervals: Wilson's score interval."""

from __future__ import annotations

from statistics import NormalDist

import polars as pl

from leadkit.errors import InvalidRequest


def wilson(k: int, n: int, *, level: float = 0.95) -> tuple[float | None, float | None]:
    """The Wilson score interval of a proportion, without continuity correction.

    ``(p + z²/2n ± z·√(p(1 - p)/n + z²/4n²)) / (1 + z²/n)``, with 0 as the low end of none and 1 as the high end of all.
    Source: Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001.

    Args:
        k: how many of them.
        n: how many in all.
        level: the confidence level, between 0 and 1.

    Returns:
        The low and the high end, both between 0 and 1; ``(None, None)`` for n = 0.

    Raises:
        InvalidRequest: k or n is no whole number, negative, k is more than n, or the level is not between 0 and 1.
    """
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in (k, n))
    if not whole or not 0 <= k <= n:
        raise InvalidRequest(f"wilson: k={k!r} of n={n!r} is refused: allowed are whole numbers with 0 <= k <= n.")
    frame = pl.DataFrame({"k": [k], "n": [n]}, schema={"k": pl.Int64, "n": pl.Int64})
    low, high = frame.select(*wilson_bounds(pl.col("k"), pl.col("n"), level=level)).row(0)
    return low, high


def wilson_bounds(k: pl.Expr, n: pl.Expr, *, level: float = 0.95, by: str = "wilson") -> tuple[pl.Expr, pl.Expr]:
    """The ends of `wilson` as two expressions, named ``low`` and ``high``; null where n is 0 or null."""
    z = normal_quantile(level, by=by)
    some = pl.when(n > 0).then(n.cast(pl.Float64))
    p = k / some
    middle = p + z * z / (2 * some)
    half = z * (p * (1 - p) / some + z * z / (4 * some * some)).sqrt()
    scale = 1 + z * z / some
    low = pl.when((k == 0) & (n > 0)).then(0.0).otherwise((middle - half) / scale)
    high = pl.when((k == n) & (n > 0)).then(1.0).otherwise((middle + half) / scale)
    return low.alias("low"), high.alias("high")


def normal_quantile(level: float, *, by: str) -> float:
    """How many standard deviations to each side hold this share of a normal distribution.

    Raises:
        InvalidRequest: the level is not between 0 and 1.
    """
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise InvalidRequest(f"{by}: level={level!r} is refused: allowed is a number between 0 and 1, such as 0.95.")
    return NormalDist().inv_cdf((1 + level) / 2)
