"""Shares with their intervals: Wilson's score interval."""

from __future__ import annotations

from operator import index
from statistics import NormalDist
from typing import SupportsIndex

import polars as pl

from leadkit.errors import InvalidRequest


def wilson(k: SupportsIndex, n: SupportsIndex, *, level: float = 0.95) -> tuple[float | None, float | None]:
    """The Wilson score interval of a proportion, without continuity correction.

    ``(p + z²/2n ± z·√(p(1 - p)/n + z²/4n²)) / (1 + z²/n)``, with 0 as the low end of none and 1 as the high end of all.
    Source: Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001.

    Args:
        k: how many of them; also a whole number of NumPy's.
        n: how many in all, likewise; less than 2^63.
        level: the confidence level, between 0 and 1.

    Returns:
        The low and the high end, both between 0 and 1; ``(None, None)`` for n = 0.

    Raises:
        InvalidRequest: k or n is no whole number, negative or too large, k is more than n, or the level is not between
            0 and 1.
    """
    some, of = _count(k), _count(n)
    if some is None or of is None or not 0 <= some <= of < _TOO_MANY:
        raise InvalidRequest(
            f"wilson: k={k!r} of n={n!r} is refused: allowed are whole numbers with 0 <= k <= n, below 2^63."
        )
    frame = pl.DataFrame({"k": [some], "n": [of]}, schema={"k": pl.Int64, "n": pl.Int64})
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


def _count(given: SupportsIndex) -> int | None:
    """A whole number of any kind; None for all else, also for what is true or false."""
    try:
        return None if isinstance(given, bool) else index(given)
    except TypeError:
        return None


_TOO_MANY = 2**63
