"""Turnbull's estimate: the distribution of waits of which some are known only as an interval."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import polars as pl

from leadkit.errors import InvalidRequest, LeadkitWarning
from leadkit.metrics.npmle import KKT_GAP, Covers, Whole, maximum_likelihood
from leadkit.metrics.spans import kind_of, waits
from leadkit.metrics.waits import one_of

Closed = Literal["right", "both"]


def turnbull(lower: pl.Series, upper: pl.Series, *, closed: Closed = "right", rounds: int = 1000) -> pl.DataFrame:
    """Turnbull's non-parametric maximum likelihood estimate of how waits are distributed, from intervals.

    The mass sits on innermost intervals: those from a left end to a right end with no other end between. How it is
    spread inside one is not known. The estimate is where the gradient of the log-likelihood is nowhere more than 1e-6
    above that of the mass (the Karush-Kuhn-Tucker gap), which EM alone does not reach by small steps. Sources:
    Turnbull 1976; Gentleman and Geyer 1994; Wellner and Zhan 1997.

    Args:
        lower: Durations or numbers, not negative. Rows where it is null are left out.
        upper: the same; null or infinite where the wait is open (censored), equal to lower where it is known exactly.
        closed: ``"right"``: a wait lies in (lower, upper], so that with exact and open waits alone the estimate is
            that of Kaplan and Meier, ties included. ``"both"``: in [lower, upper], as R and lifelines take it; the
            share that still waits just before t, ``P(T ≥ t)``, is then the sum of mass with right ≥ t.
        rounds: at most so many rounds; it takes ten to a hundred.

    Returns:
        One row per innermost interval, sorted: left, right (as the bounds came; null where it is open; equal for a
        point), mass, and unanswered_share, which is ``P(T > right)``, the sum of the masses after it (Float64). No row
        without rows.

    Raises:
        InvalidRequest: no Series, other dtypes, other lengths, bounds that are none (negative, NaN, an upper one below
            its lower one), or closed or rounds is none.

    Warns:
        LeadkitWarning: the rounds were too few; says the gap.

    Examples:
        >>> import polars as pl
        >>> turnbull(pl.Series([0, 2, 3, 3]), pl.Series([2, 2, None, None])).rows()
        [(2, 2, 0.5, 0.5), (3, None, 0.5, 0.0)]
    """
    one_of(closed, Closed, name="closed", function="turnbull")
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise InvalidRequest(f"turnbull: rounds={rounds!r} is refused: allowed is a whole number above 0.")
    bounds = _bounds(lower, upper)
    ends, first, last = _innermost(bounds, closed)
    if bounds.is_empty():
        return ends.with_columns(mass=pl.lit(0.0), unanswered_share=pl.lit(0.0))
    mass, gap = maximum_likelihood(Covers.of(first, last, len(ends)), len(bounds), rounds)
    if gap > KKT_GAP:
        said = f"turnbull: not at its maximum after {rounds} rounds (KKT gap {gap:.1e}); give more rounds."
        warnings.warn(said, LeadkitWarning, stacklevel=2)
    after = pl.col("mass").cum_sum(reverse=True).shift(-1, fill_value=0.0)
    return ends.with_columns(mass=pl.Series(mass)).with_columns(unanswered_share=after)


def _bounds(lower: object, upper: object) -> pl.DataFrame:
    low = waits(lower, name="lower", function="turnbull")
    high = waits(upper, name="upper", function="turnbull", open_ended=True)
    if len(low) != len(high):
        raise InvalidRequest(f"turnbull: lower has {len(low)} rows and upper {len(high)}; give one of each.")
    common = _in_common(low, high)
    bounds = pl.DataFrame({"lower": low.cast(common), "upper": high.cast(common)}).drop_nulls("lower")
    if crossed := bounds.filter(pl.col("lower") > pl.col("upper")).height:
        raise InvalidRequest(f"turnbull: in {crossed} of {len(low)} rows upper is below lower; swap them.")
    return bounds


def _in_common(low: pl.Series, high: pl.Series) -> pl.DataType:
    """The dtype that holds both; a Series of nulls alone adds nothing to it."""
    told = [one.head(0).to_frame("t") for one in (low, high) if one.null_count() < len(one)] or [low.to_frame("t")]
    if len({isinstance(one.schema["t"], pl.Duration) for one in told}) > 1:
        raise InvalidRequest(
            f"turnbull: lower is {kind_of(low)} and upper {kind_of(high)}; give both as Durations or as numbers."
        )
    return pl.concat(told, how="vertical_relaxed").schema["t"]


def _innermost(bounds: pl.DataFrame, closed: Closed) -> tuple[pl.DataFrame, Whole, Whole]:
    """The innermost intervals as left and right; of each row of bounds, the first and the last one that it covers."""
    values = pl.concat([bounds["lower"], bounds["upper"]])
    belongs = (bounds["lower"].eq_missing(bounds["upper"]) | (closed == "both")).to_numpy()
    # at one time: left ends that belong to their interval, then right ends, then left ends that do not
    kind = np.concatenate([np.where(belongs, 0, 2), np.full(len(bounds), 1)])
    place = values.rank("dense").fill_null(len(values) + 1).to_numpy().astype(np.int64) * 3 + kind
    order = np.argsort(place, kind="stable")
    is_right = kind[order] == 1
    at = np.flatnonzero(is_right[1:] & ~is_right[:-1])  # a left end, and the next end is a right one
    lefts, rights = place[order[at]], place[order[at + 1]]
    first = np.searchsorted(lefts, place[: len(bounds)], side="left")
    last = np.searchsorted(rights, place[len(bounds) :], side="right") - 1
    ends = pl.DataFrame({"left": values.gather(order[at]), "right": values.gather(order[at + 1])})
    return ends, first, last
