"""The non-parametric maximum likelihood of interval-censored values, over the innermost intervals, in NumPy.

EM (Turnbull 1976) in turn with steps of the iterative convex minorant (Groeneboom and Wellner 1992; Jongbloed 1998),
as Wellner and Zhan (1997) combine them: EM alone takes thousands of rounds where most of the mass has to go to zero.
Every observation covers neighbouring innermost intervals, so a round is a few prefix sums, of cost O(n + m).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
KKT_GAP = 1e-6
_LIKELIHOOD_GAP = 1e-9  # of all observations together; what is left to gain is at most count times the gap
_TINY = 1e-300
_EM_STEPS = 3


@dataclass(frozen=True, slots=True)
class Covers:
    """Which innermost intervals each distinct observation covers, from `first` to `last`, and its share of all."""

    first: Whole
    last: Whole
    weight: Floats
    size: int

    @classmethod
    def of(cls, first: Whole, last: Whole, size: int) -> Covers:
        """Observations that cover the same intervals are one with their weight."""
        pairs, counts = np.unique(first * size + last, return_counts=True)
        return cls(pairs // size, pairs % size, counts / len(first), size)

    def held(self, mass: Floats) -> Floats:
        """The mass that each observation covers."""
        total = np.concatenate([[0.0], np.cumsum(mass)])
        held = np.where(self.first == self.last, mass[self.first], total[self.last + 1] - total[self.first])
        return np.maximum(held, _TINY)

    def log_likelihood(self, mass: Floats) -> float:
        """Of one observation, on average."""
        return float(self.weight @ np.log(self.held(mass)))

    def pull(self, mass: Floats) -> Floats:
        """The gradient: at the maximum 1 where there is mass, and at most 1 elsewhere."""
        share = self.weight / self.held(mass)
        starts = np.bincount(self.first, share, self.size)
        ends = np.bincount(self.last, share, self.size)
        return np.cumsum(starts - np.concatenate([[0.0], ends[:-1]]))


def maximum_likelihood(covers: Covers, count: int, rounds: int) -> tuple[Floats, float]:
    """The mass of each innermost interval, and the KKT gap: by how much the steepest gradient is above 1.

    It ends where the gap is at most `KKT_GAP` and either at most 1e-9 of log-likelihood are left to gain or nothing
    was gained; or after so many rounds.
    """
    mass = np.full(covers.size, 1 / covers.size)
    likelihood = -np.inf
    for _ in range(rounds):
        gap = float(covers.pull(mass).max()) - 1
        before, likelihood = likelihood, covers.log_likelihood(mass)
        if gap <= KKT_GAP and (gap * count <= _LIKELIHOOD_GAP or likelihood <= before):
            break
        mass = _improved(covers, mass)
    return mass, float(covers.pull(mass).max()) - 1


def _improved(covers: Covers, mass: Floats) -> Floats:
    for _ in range(_EM_STEPS):
        mass = _scaled(mass * covers.pull(mass))
    leap = _convex_minorant_step(covers, mass)
    return _scaled(np.maximum(leap, mass / 1000))  # what is zero would stay zero in EM


def _convex_minorant_step(covers: Covers, mass: Floats) -> Floats:
    """A Newton step of the cumulative masses, with the Hessian's diagonal, made monotone and cut until it helps."""
    share = covers.weight / covers.held(mass)
    curvature = _at_boundaries(covers, share / covers.held(mass), sign=1)
    gradient = _at_boundaries(covers, share, sign=-1)
    here = np.cumsum(mass)[:-1]
    there = np.clip(_isotonic(here + gradient / curvature, curvature), 0, 1)
    step = np.diff(there, prepend=0.0, append=1.0) - mass
    slope, base = float(gradient @ (there - here)), covers.log_likelihood(mass)
    lengths = (0.5**halvings for halvings in range(20))
    helps = (one for one in lengths if covers.log_likelihood(mass + one * step) >= base + 1e-4 * one * slope)
    return mass + next(helps, 0.0) * step


def _at_boundaries(covers: Covers, value: Floats, *, sign: int) -> Floats:
    """Summed where one innermost interval ends and the next begins: of observations that end there, and that begin."""
    ends, begins = (np.bincount(one, value, covers.size).astype(np.float64) for one in (covers.last, covers.first))
    return ends[:-1] + sign * begins[1:]


def _isotonic(values: Floats, weights: Floats) -> Floats:
    """The nearest values that never fall, by least squares: pool adjacent violators, the one loop over intervals."""
    blocks: list[tuple[float, float, int]] = []
    for pair in zip(values.tolist(), weights.tolist(), strict=True):
        value, weight, length = *pair, 1
        while blocks and blocks[-1][0] >= value:
            other, heavy, long = blocks.pop()
            value = (other * heavy + value * weight) / (heavy + weight)
            weight, length = heavy + weight, length + long
        blocks.append((value, weight, length))
    level: Floats = np.array([value for value, _, _ in blocks])
    return np.repeat(level, [length for _, _, length in blocks])


def _scaled(mass: Floats) -> Floats:
    scaled: Floats = np.maximum(mass, _TINY) / mass.sum()
    return scaled
