"""Where cycles of growing length begin.

Lengths are multiplied and starts are added up one cycle after the other, as real numbers. A closed form with a
logarithm puts some steps into the wrong cycle (it does so in two widely used libraries), and truncating each length to
a whole number drifts away from the rule.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SNAP = 1e-15  # relative, for each cycle before; a sum this near to a whole step is that step but for rounding


@lru_cache(maxsize=64)
def cycle_starts(first: int, mult: float, steps: int) -> NDArray[np.float64]:
    """Return the real step at which each cycle begins that begins before `steps`, the first one at 0.

    Args:
        first: Length of the first cycle [steps].
        mult: Length of each further cycle as a multiple of the one before, at least 1.
        steps: Length of the run [steps].

    Returns:
        float64, at least one value, increasing, read-only.
    """
    starts = np.arange(0, max(1, steps), first, dtype=np.float64) if mult == 1 else np.array(sums(first, mult, steps))
    starts.setflags(write=False)
    return starts


def cycle_of(k: Any, first: int, mult: float) -> tuple[Any, Any]:
    """Return start and length, both real [steps], of the cycle in which each step of `k` lies.

    Args:
        k: Step or array of steps since the first cycle began.
        first: Length of the first cycle [steps].
        mult: Growth of the lengths, at least 1.
    """
    starts = cycle_starts(first, mult, int(np.max(k)) + 1)
    lengths = length_of(np.arange(starts.size), first, mult)
    cycle = np.searchsorted(starts, k, side="right") - 1
    return starts[cycle], lengths[cycle]


# The two that follow are plain enough to be said in other languages too; see `schedules.javascript`.


def sums(first: float, mult: float, steps: float) -> list[float]:
    """Return what `cycle_starts` does, by adding up one length after the other."""
    starts = [0.0]
    start = 0.0
    length = first
    while start + length < steps:
        start = start + length
        length = length * mult
        whole = round(start)
        near = abs(start - whole) <= SNAP * len(starts) * start
        starts.append(whole if near else start)
    return starts


def length_of(cycle: Any, first: float, mult: float) -> Any:
    """Return the length of each cycle of `cycle`, counted from 0 [steps]."""
    return first * mult**cycle
