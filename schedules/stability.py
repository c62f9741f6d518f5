"""Whether a run stays stable: the edge, the part of a curve above it, and the sum that decides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schedules.expectation import Expectation
from schedules.facts import count, number

Array = NDArray[np.float64]
LN10 = float(np.log(10))
BEYOND = float(np.log(np.finfo(np.float64).max))
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
        since: The same sum over the updates from the first one above the edge on, which decides what becomes of the
            noise that comes in there; NaN if it is not known.
        others: The sum without factors of exactly 0; NaN if it is not known.
        grown: Greatest growth of the expected loss, and its growth by the end, as logarithms.
    """

    edge: float
    above: NDArray[np.int64]
    log_sum: float
    top: float
    crossing: int
    since: float = np.nan
    others: float = np.nan
    grown: tuple[float, float] = (0.0, 0.0)


def stability(lr: Array, edge: float, expected: Expectation, schedule: int = 0, plain: bool = True) -> Stability:
    """Return how the curve `lr` (T,) stands to the edge, from what is expected of it.

    For SGD (`plain`) the sums are Σ log |1 − η_t λ_max|; for heavy ball, whose factors are matrices, they are read off
    θ itself.
    """
    above = np.flatnonzero(lr > edge)
    log = expected.log_mean[schedule, :, 0]
    since = others = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        log_loss = np.nan_to_num(expected.log_loss[schedule] - expected.log_loss[schedule, 0], nan=0.0, neginf=-np.inf)
        factors = np.log(np.abs(1 - 2 * lr / edge))
        if plain:
            others = float(factors[np.isfinite(factors)].sum())
        if above.size and plain:
            since = float(factors[above[0] :].sum())
        elif above.size:
            since = float(log[-1] - log[int(np.searchsorted(expected.steps, above[0]))])
    grown = (float(log_loss.max()), float(log_loss[-1]))
    if log[0] == -np.inf:
        return Stability(edge, above, np.nan, 0.0, -1, since, others, grown)
    gain = log - log[0]
    beyond = gain > 1e-9  # noqa: PLR2004 - rounding alone is no growth
    crossing = int(expected.steps[int(beyond.argmax())]) - 1 if beyond.any() else -1
    return Stability(edge, above, float(gain[-1]), max(0.0, float(gain.max())), crossing, since, others, grown)


def verdict(found: Stability, noisy: bool) -> str:
    """Say in words whether the run recovers or is lost, and by which sum."""
    edge = number(found.edge, 3)
    if not found.above.size:
        told = f"No rate is above the edge of {edge}"
        if found.top > 0:
            return f"{told}, yet momentum carried the sharp direction up to {_times(found.top)} its start."
        if noisy:
            return f"{told}: the start is forgotten, and what remains is the noise."
        return f"{told}, so no direction can grow."
    T = found.above
    pieces = 1 + int((np.diff(T) > 1).sum())
    where = f"update {T[0]:,}" if T.size == 1 else f"updates {T[0]:,} to {T[-1]:,}"
    where = f"{pieces} stretches within {where}" if pieces > 1 else where
    told = f"{count(T.size, 'rate')} {'is' if T.size == 1 else 'are'} above the edge of {edge} ({where}). "
    if noisy and not np.isnan(found.since):
        return told + _with_noise(found)
    if np.isnan(found.log_sum):
        return told + "The run starts on the minimum of the sharp direction, where it stays without noise."
    if found.log_sum == -np.inf:
        hit = "A rate of exactly 1/λ puts the sharp direction on its minimum, where it stays without noise"
        if np.isnan(found.others):
            return f"{told}{hit}."
        end = "the slightest disturbance would be lost" if found.others > 0 else "it would recover from disturbance"
        return f"{told}{hit}; the logarithms of its other factors add up to {_signed(found.others)}, so {end}."
    total = f"the logarithms of its factors add up to {_signed(found.log_sum)}"
    if found.log_sum > 0:
        return f"{told}In the sharp direction {total}, above 0: the run is lost."
    way = f"grew up to {_times(found.top)} its start on the way, but " if found.top > 0 else "held out: "
    return f"{told}The sharp direction {way}{total}, below 0: the run recovers."


def _with_noise(found: Stability) -> str:
    """Say what becomes of the noise that comes in above the edge."""
    highest, last = found.grown
    total = f"From there on the logarithms of the sharp direction's factors add up to {_signed(found.since)}"
    way = (
        f"the expected loss grows up to {_times(highest)} its start"
        if highest > 0
        else "the loss stays below its start"
    )
    if found.since > 0:
        return f"{total}, above 0, and {way}: the run is lost."
    if highest > 2 * BEYOND:
        return f"{total}, below 0, but {way} on the way, more than a float can hold: the run is lost."
    if last > 0:
        return f"{total}, below 0, yet {way} and ends above it: the run is lost."
    return f"{total}, below 0: {way}{', but' if highest > 0 else ', and'} the run recovers."


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−'}{number(abs(value), 3)}"


def _times(log: float) -> str:
    decades = log / LN10
    return f"{number(10**decades, 3)} times" if decades < BIG else f"about 10^{decades:.0f} times"
