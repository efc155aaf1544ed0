"""Open time up to any moment, by a prefix sum over intervals and one binary search for each moment."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_EVER = 2**62  # microseconds: beyond every moment that is asked about


@dataclass(frozen=True, eq=False)
class OpenTime:
    """Intervals that are sorted and apart, ready to be asked; moments and spans are in microseconds.

    Attributes:
        opens: where each interval begins.
        closes: where each ends.
    """

    opens: pl.Series
    closes: pl.Series

    def until(self, at: pl.Expr) -> pl.Expr:
        """How long it was open up to these moments, from the first interval on; anything for null.

        Of a moment after n openings that is the time up to there had the n-th interval no end, or up to that end,
        whichever is less.
        """
        total = (self.closes - self.opens).cum_sum()
        endless = pl.concat([pl.Series([_EVER]), total - self.closes])
        ended = pl.concat([pl.Series([0]), total])
        passed = self._passed(self.opens, at)
        return pl.min_horizontal(at + pl.lit(endless).gather(passed), pl.lit(ended).gather(passed))

    def holds(self, at: pl.Expr) -> pl.Expr:
        """Whether it is open at these moments: from the opening on, and no more at the closing. Null for null."""
        ends = pl.concat([pl.Series([-_EVER]), self.closes])
        return at < pl.lit(ends).gather(self._passed(self.opens, at))

    def next(self, at: pl.Expr) -> pl.Expr:
        """The first moment from these on at which it is open; null where none follows, and for null."""
        begins = self.opens.extend_constant(None, 1)
        following = pl.lit(begins).gather(self._passed(self.closes, at))
        return pl.when(at < following).then(following).when(following.is_not_null()).then(at)

    @staticmethod
    def _passed(ends: pl.Series, at: pl.Expr) -> pl.Expr:
        return pl.lit(ends).search_sorted(at, side="right")  # 0 for null
