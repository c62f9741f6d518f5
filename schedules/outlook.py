"""What training under a schedule comes to: the expected loss with its spread, the expected path, and single runs."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schedules.expectation import Expectation, expect, is_exact
from schedules.facts import number
from schedules.optimizers import Optimizer
from schedules.problems import Array, Problem
from schedules.simulation import Training, check_rates, recorded, simulate, simulate_slowly

BEYOND = float(np.log(np.finfo(np.float64).max))  # the greatest logarithm of a number
SHOWN = 3  # single runs
AVERAGED = 16  # runs whose average stands for an expectation that is not known exactly
MOST_SAMPLED = 131_072  # updates; beyond, single runs of an exact case are left out
FINE, COARSE = 16_384, 256  # recorded steps: of an exact curve, and of single runs beside it
STEPPED = 4096  # recorded steps of runs that are averaged


@dataclass(frozen=True)
class Outlook:
    """The outcome of training under one schedule.

    Attributes:
        steps: Recorded steps, int64, shape (K,).
        loss: Expected loss, shape (K,): exact, or the average over runs.
        sd: Standard deviation of the loss, shape (K,).
        path: Expected θ, shape (K, D).
        runs: Single runs; None where there is no noise, or too many updates.
        exact: What the expectation is, if it is exact.
        diverged_at: First recorded step at which θ is more than a float can hold, where a run breaks off; −1 if there
            is none. From there on `loss` is infinite.
    """

    steps: NDArray[np.int64]
    loss: Array
    sd: Array
    path: Array
    runs: Training | None
    exact: Expectation | None
    diverged_at: int

    def at(self, step: int) -> int:
        """Return where in the arrays the last recorded step stands that is not after `step`."""
        return int(self.steps.searchsorted(step, side="right")) - 1

    def reach(self, level: float) -> int:
        """Return the first recorded step with an expected loss of at most `level`; −1 if there is none."""
        there = self.loss <= level
        return int(self.steps[int(there.argmax())]) if there.any() else -1

    @property
    def lost(self) -> bool:
        """Whether the run breaks off, or ends worse than it began."""
        return self.diverged_at >= 0 or not self.loss[-1] <= self.loss[0]

    @property
    def best(self) -> float:
        """The least expected loss on the way."""
        return float(np.nanmin(self.loss))

    @property
    def average(self) -> float:
        """The expected loss averaged over the run, by the trapezoid rule over the recorded steps."""
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float(np.trapezoid(self.loss, self.steps) / self.steps[-1])
        return mean if np.isfinite(mean) else np.inf


def stride(T: int, most: int) -> int:
    """Return the least power of two that leaves at most `most` of `T` steps."""
    return int(2 ** max(0, int(np.ceil(np.log2(T / most)))))


def outlook(problem: Problem, optimizer: Optimizer, lr: Array, seed: int = 0) -> Outlook:
    """Return what training under the curve `lr` (T,) comes to."""
    slowly = outlook_slowly(problem, optimizer, lr, seed)
    while True:
        try:
            next(slowly)
        except StopIteration as end:
            found: Outlook = end.value
            return found


def outlook_slowly(problem: Problem, optimizer: Optimizer, lr: Array, seed: int = 0) -> Generator[int, None, Outlook]:
    """Do as `outlook` does, and yield the number of updates made each few milliseconds."""
    rates = check_rates(lr)
    T = rates.shape[1]
    if is_exact(problem, optimizer):
        exact = expect(problem, optimizer, rates, at=_early(T))
        runs = None
        if problem.random and T <= MOST_SAMPLED:
            runs = simulate(problem, optimizer, rates, seeds_of(seed, SHOWN), every=max(2, stride(T, COARSE)))
        # θ in the sharp direction, not the loss, decides: its square leaves the floats long before it does.
        size = (exact.log_loss[0] - np.log(problem.sharpness / 2)) / 2
        lost = _first(exact.steps, size > BEYOND)
        return Outlook(
            exact.steps, _gone(exact.steps, exact.loss[0], lost), exact.sd[0], exact.mean[0], runs, exact, lost
        )
    seeds = seeds_of(seed, AVERAGED if problem.random else 1)
    found = yield from simulate_slowly(problem, optimizer, rates, seeds, every=stride(T, STEPPED))
    with np.errstate(over="ignore", invalid="ignore"):
        loss, sd, path = found.loss[0].mean(axis=0), found.loss[0].std(axis=0), found.theta[0].mean(axis=0)
    shown = Training(found.steps, found.theta[:, :SHOWN], found.loss[:, :SHOWN], found.diverged_at[:, :SHOWN])
    lost = _first(found.steps, ~np.isfinite(path).all(axis=-1))
    loss = _gone(found.steps, loss, lost)
    return Outlook(found.steps, loss, sd, path, shown if problem.random else None, None, lost)


def describe_outlook(found: Outlook, goal: float) -> str:
    """Say in words what a run comes to; `goal` is the share of the first loss that it should get down to."""
    how = "exact" if found.exact else f"average of {AVERAGED} runs" if found.runs else "without noise"
    start, end = float(found.loss[0]), float(found.loss[-1])
    if found.diverged_at >= 0:
        return (
            f"The run starts at a loss of {number(start, 3)} and breaks off at update {found.diverged_at:,}, "
            "where its numbers are more than a float can hold."
        )
    if start == end == 0:
        return "The run starts on the minimum and stays there."
    verb = "falls" if end < start else "rises" if end > start else "stays"
    digits = next((d for d in (3, 4, 6, 9, 12) if number(start, d) != number(end, d)), 3)
    way = f"{verb} from {number(start, digits)} to {number(end, digits)} ({how})"
    if not np.isfinite(found.loss).all():
        way += ", on the way through more than a float can hold, though the run itself goes on"
    at = found.reach(goal * start)
    there = f"it is down to {number(100 * goal, 3)} percent of its start at update {at:,}"
    return f"The expected loss {way}; {there if at >= 0 else f'it never gets to {number(100 * goal, 3)} percent'}."


def cost(problem: Problem, optimizer: Optimizer, T: int) -> int:
    """Return how many updates must be made one by one: 0 where all of it is exact."""
    return 0 if is_exact(problem, optimizer) else T


def seeds_of(seed: int, amount: int) -> Sequence[int]:
    """Return the seeds of the single runs, the same number of them apart for each `seed`, so that none comes twice."""
    return range(seed * AVERAGED, seed * AVERAGED + amount)


def _early(T: int) -> NDArray[np.int64]:
    """Return the steps to record: every one of a run that is not long, else the early ones, where most happens."""
    strided = recorded(T, stride(T, FINE))
    return strided if T <= FINE else np.union1d(np.arange(FINE // 2), strided)


def _first(steps: NDArray[np.int64], holds: NDArray[np.bool_]) -> int:
    return int(steps[int(holds.argmax())]) if holds.any() else -1


def _gone(steps: NDArray[np.int64], loss: Array, lost: int) -> Array:
    """Return a loss that is infinite from step `lost` on, whatever exact arithmetic would bring back."""
    return np.where(steps >= lost, np.inf, loss) if lost >= 0 else loss
