"""Whether a run stays stable: the edge, the part of a curve above it, and the sum that decides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schedules.expectation import Expectation
from schedules.facts import count, number

Array = NDArray[np.float64]
LN10 = float(np.log(10))
BIG = 6.0  # decades; factors beyond are written as a power of ten


@dataclass(frozen=True)
class Stability:
    """How a curve stands to the edge.

    Attributes:
        edge: The rate from which on a constant one diverges.
        above: The updates whose rate is above it, int64.
        log_sum: Sum of the logarithms of the factors by which the sharp direction shrinks or grows over the run; NaN if
            it starts on its minimum.
        top: Greatest growth of the sharp direction on the way, as a logarithm; 0 if it never exceeds its start.
        crossing: First update with which it exceeds its start; −1 if it never does.
    """

    edge: float
    above: NDArray[np.int64]
    log_sum: float
    top: float
    crossing: int


def stability(lr: Array, edge: float, expected: Expectation, schedule: int = 0) -> Stability:
    """Return how the curve `lr` (T,) stands to the edge, from what is expected of it.

    For SGD the sum is Σ log |1 − η_t λ_max|; for heavy ball it is read off θ itself, whose factors are matrices.
    """
    log = expected.log_mean[schedule, :, 0]
    if log[0] == -np.inf:
        return Stability(edge, np.flatnonzero(lr > edge), np.nan, 0.0, -1)
    grown = log - log[0]
    beyond = grown > 1e-9  # noqa: PLR2004 - rounding alone is no growth
    crossing = int(expected.steps[int(beyond.argmax())]) - 1 if beyond.any() else -1
    return Stability(edge, np.flatnonzero(lr > edge), float(grown[-1]), max(0.0, float(grown.max())), crossing)


def verdict(found: Stability, noisy: bool) -> str:
    """Say in words whether the run recovers or is lost, and by which sum."""
    edge = number(found.edge, 3)
    if not found.above.size:
        told = f"No rate is above the edge of {edge}"
        if found.top > 0:
            return f"{told}, yet momentum carried the sharp direction up to {_times(found.top)} its start."
        return f"{told}, so each direction can only shrink."
    T = found.above
    where = f"update {T[0]:,}" if T.size == 1 else f"updates {T[0]:,} to {T[-1]:,}"
    told = f"{count(T.size, 'rate')} {'is' if T.size == 1 else 'are'} above the edge of {edge} ({where}). "
    if np.isnan(found.log_sum):
        return told + "The run starts on the minimum of the sharp direction, where it stays without noise."
    if found.log_sum == -np.inf:
        return told + "A rate of exactly 1/λ put the sharp direction on its minimum, where it stays without noise."
    total = f"the logarithms of its factors add up to {_signed(found.log_sum)}"
    if found.log_sum > 0:
        return f"{told}In the sharp direction {total}, above 0: the run is lost."
    way = f"grew up to {_times(found.top)} its start on the way, but " if found.top > 0 else "held out: "
    end = "without noise the run recovers" if noisy else "the run recovers"
    return f"{told}The sharp direction {way}{total}, below 0: {end}."


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−'}{number(abs(value), 3)}"


def _times(log: float) -> str:
    decades = log / LN10
    return f"{number(10**decades, 3)} times" if decades < BIG else f"about 10^{decades:.0f} times"
