"""Which schedule wins, exactly, over a map of cases at equal peak.

On the quadratic the expected final loss is bias + σ² × variance, and neither depends on σ. So one pass over a run
length gives all noise levels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.curves import curve
from schedules.expectation import expect
from schedules.optimizers import Optimizer
from schedules.problems import Quadratic

Array = NDArray[np.float64]
WARMUP_SHARE = 0.1


@dataclass(frozen=True)
class Contestant:
    """A schedule that takes part: its name, and its family with parameters for a run of T updates."""

    key: str
    title: str
    letter: str
    family: str

    def values(self, T: int, eta_max: float) -> dict[str, Any]:
        """Return its parameters for `T` updates at the peak `eta_max`: floors at 0, one drop to a tenth half-way."""
        own: dict[str, dict[str, Any]] = {
            "step": {"gamma": 0.1, "drop_every": -(-T // 2)},
            "warmup_cosine": {"eta_min": 0.0},
            "warmup_linear": {"eta_min": 0.0},
        }
        Tw = int(WARMUP_SHARE * T) if self.key == "warmup_cosine" else 0
        return {"T": T, "Tw": Tw, "eta_max": eta_max, **own.get(self.family, {})}

    def curve(self, T: int, eta_max: float) -> Array:
        """Return its curve, shape (T,)."""
        return curve(self.family, **self.values(T, eta_max))


CONTESTANTS: Mapping[str, Contestant] = MappingProxyType(
    {
        entry.key: entry
        for entry in (
            Contestant("constant", "Constant", "C", "constant"),
            Contestant("cosine", "Cosine", "∿", "warmup_cosine"),
            Contestant("linear", "Linear", "L", "warmup_linear"),
            Contestant("inverse_sqrt", "Inverse square root", "√", "inverse_sqrt"),
            Contestant("step", "Step", "S", "step"),
            Contestant("warmup_cosine", "Warmup, then cosine", "W", "warmup_cosine"),
        )
    }
)


@dataclass(frozen=True)
class Contest:
    """The outcome of a contest.

    Attributes:
        noises: σ of each row.
        across: T or κ of each column.
        loss: Expected final loss, shape (contestants, rows, columns), in the order of `CONTESTANTS`.
    """

    noises: Array
    across: Array
    loss: Array

    def winner(self, row: int, column: int) -> Contestant:
        """Return who has the least expected final loss in a cell; of equals, the first."""
        return tuple(CONTESTANTS.values())[int(np.argmin(self.loss[:, row, column]))]

    def margin(self, row: int, column: int) -> float:
        """Return how many times greater the second-least loss of a cell is."""
        first, second = np.sort(self.loss[:, row, column])[:2]
        if first == second:
            return 1.0  # both beyond all floats, or both too small for one
        return float(second / first) if first > 0 else np.inf


def over_lengths(
    problem: Quadratic, optimizer: Optimizer, eta_max: float, noises: Sequence[float], lengths: Sequence[int]
) -> Contest:
    """Return who wins by noise σ and run length T; of `problem`, curvature and start count."""
    columns = [_final(problem, optimizer, eta_max, noises, T) for T in lengths]
    return Contest(np.array(noises), np.array(lengths, dtype=np.float64), np.stack(columns, axis=-1))


def over_conditions(
    problem: Quadratic,
    optimizer: Optimizer,
    eta_max: float,
    noises: Sequence[float],
    conditions: Sequence[float],
    T: int,
) -> Contest:
    """Return who wins by noise σ and condition number κ, in runs of `T` updates."""
    problems = [Quadratic(problem.sharpness, kappa, 0.0, problem.start) for kappa in conditions]
    columns = [_final(each, optimizer, eta_max, noises, T) for each in problems]
    return Contest(np.array(noises), np.array(conditions, dtype=np.float64), np.stack(columns, axis=-1))


def _final(problem: Quadratic, optimizer: Optimizer, eta_max: float, noises: Sequence[float], T: int) -> Array:
    """Return the expected final loss, shape (contestants, noises)."""
    lr = np.stack([entry.curve(T, eta_max) for entry in CONTESTANTS.values()])
    unit = Quadratic(problem.sharpness, problem.condition, 1.0, problem.start)
    end = expect(unit, optimizer, lr, every=T)
    bias = end.bias[:, -1]
    with np.errstate(over="ignore", invalid="ignore"):
        variance = 0.5 * np.sum(unit.curvature * end.variance[:, -1], axis=-1)
        parts = [bias + sigma**2 * variance if sigma else bias for sigma in noises]
        return np.asarray(np.nan_to_num(np.stack(parts, axis=-1), nan=np.inf, posinf=np.inf))
