"""Open time up to any moment: a prefix sum over intervals, and one look-up for each moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl


@dataclass(frozen=True, eq=False)
class OpenTime:
    """Intervals that are sorted and apart, ready to be asked; moments and spans are in microseconds.

    Attributes:
        opens: where each interval begins.
        closes: where each ends.
    """

    opens: pl.Series
    closes: pl.Series
    _grid: _Grid | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_grid", _grid(self.opens))

    def until(self, at: pl.Expr) -> pl.Expr:
        """How long it was open up to these moments, from the first interval on; anything for null.

        Of a moment after n openings that is the time up to there had the n-th interval no end, or up to that end,
        whichever is less.
        """
        total = (self.closes - self.opens).cum_sum()
        endless = pl.concat([pl.Series([_EVER]), total - self.closes])
        ended = pl.concat([pl.Series([0]), total])
        opened = self._opened(at)
        return pl.min_horizontal(at + pl.lit(endless).gather(opened), pl.lit(ended).gather(opened))

    def holds(self, at: pl.Expr) -> pl.Expr:
        """Whether it is open at these moments: from the opening on, and no more at the closing. Null for null."""
        ends = pl.concat([pl.Series([-_EVER]), self.closes])
        return at < pl.lit(ends).gather(self._opened(at))

    def next(self, at: pl.Expr) -> pl.Expr:
        """The first moment from these on at which it is open; null where none follows, and for null."""
        begins = self.opens.extend_constant(None, 1)
        following = pl.lit(begins).gather(self._opened(at))
        return pl.when(self.holds(at)).then(at).when(at.is_not_null()).then(following)

    def _opened(self, at: pl.Expr) -> pl.Expr:
        """How many openings there were up to these moments, the moment included; anything for null."""
        if self._grid is None:
            return pl.lit(self.opens).search_sorted(at, side="right")
        return pl.lit(self._grid.opened).gather(((at - self._grid.since) // self._grid.cell).clip(0, self._grid.last))


@dataclass(frozen=True, eq=False, slots=True)
class _Grid:
    """Openings counted on a grid that every opening lies on: a division in place of a search."""

    since: int
    cell: int
    opened: pl.Series

    @property
    def last(self) -> int:
        return len(self.opened) - 1


def _grid(opens: pl.Series) -> _Grid | None:
    """The grid of these openings; None where there are none, or it would be too fine to help."""
    if opens.is_empty():
        return None
    at = opens.to_numpy()
    cell = int(np.gcd.reduce(np.diff(at))) or 1  # of a single opening: any
    since = int(at[0]) - cell
    cells = np.append((at - since) // cell, (at[-1] - since) // cell + 1)
    if cells[-1] > _FINEST:
        return None
    opened = np.repeat(np.arange(len(cells), dtype=np.uint32), np.diff(cells, prepend=0))
    return _Grid(since, cell, pl.Series(opened))


_EVER = 2**62  # beyond every moment that is asked about
_FINEST = 2**22  # cells, of four bytes each
