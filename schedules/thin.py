"""Choose the steps of a curve that a plot needs, so that what is sent does not grow with the run."""

import numpy as np
from numpy.typing import NDArray

BUDGET = 1000  # points; about one for every second pixel of a wide plot


def thin(lr: NDArray[np.float64], keep: NDArray[np.int64], budget: int = BUDGET) -> NDArray[np.int64]:
    """Return the steps to draw: all of them if they are few, else at most `budget`.

    The run is cut into equal buckets. The first, lowest and highest step of each are drawn, so that the outline stays
    right even where a curve turns within one pixel. Steps in `keep`, and the step before each, are drawn exactly; if
    they alone are more than half of the budget, they are too dense to be told apart and the outline stands for them.

    Args:
        lr: The curve, shape (T,).
        keep: Steps that must be drawn: joins, peaks, restarts.
        budget: Greatest number of steps returned.

    Returns:
        int64, increasing, with the first and the last step.
    """
    T = lr.size
    if budget >= T:
        return np.arange(T)
    exact = _distinct(np.concatenate([keep, keep - 1, [0, T - 1]]))
    exact = exact[(exact >= 0) & (exact < T)]
    if exact.size > budget // 2:
        exact = np.array([0, T - 1])
    edges = np.linspace(0, T, (budget - exact.size) // 3 + 1).astype(np.int64)
    starts = edges[:-1]
    width = -(-T // starts.size)
    # Equal rows for one vectorised search: each row begins at its bucket and may look one step into the next.
    rows = np.minimum(starts[:, None] + np.arange(width), T - 1)
    values = lr[rows]
    first = np.arange(starts.size)
    lowest, highest = rows[first, values.argmin(axis=1)], rows[first, values.argmax(axis=1)]
    return np.unique(np.concatenate([exact, starts, lowest, highest]))


def _distinct(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each step once, in order; for the million events of a dense run many times faster than `np.unique`."""
    ordered = np.sort(steps)
    return np.asarray(ordered[np.append(True, np.diff(ordered) > 0)], dtype=np.int64)
