"""Train with a framework's optimizer under our rates, from our start, on our draws, and compare each step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import schedules
from oracles.comparison import TALLIES, Tally
from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer
from schedules.problems import BATCH, Logistic, Problem, Quadratic
from schedules.simulation import simulate

T = 250
SEEDS = (0, 1, 2)
PROBLEMS: dict[str, Problem] = {
    "quadratic": Quadratic(10.0, 10.0),
    "noisy quadratic": Quadratic(10.0, 10.0, 1.0, (1.0, -2.0)),
    "logistic": Logistic(10.0, 10.0),
    "separable logistic": Logistic(10.0, 10.0, "separable"),
    "minibatch logistic": Logistic(10.0, 10.0, batch=BATCH),
}
LINEAR = [SGD(), HeavyBall(0.5), HeavyBall(0.9)]
ADAMS = [Adam(), Adam(0.9, 0.95, 1e-4), Adam(0.99, 0.9999, 1e-2), Adam(0.0, 0.9), Adam(0.5, 0.0, 1e-3)]
RATES = {
    "warmup_cosine": schedules.curve("warmup_cosine", T=T, Tw=40, eta_max=1.0, eta_min=0.05),
    "triangular": schedules.curve("triangular", T=T, eta_max=1.0, eta_min=0.1, cycle_length=90),
}
# Adam divides by the size of a gradient, so where that vanishes it makes two last bits that differ into two runs that
# differ. Such runs are compared update by update on our gradients, which autograd has checked.
OWN = [
    *[(problem, optimizer) for problem in PROBLEMS for optimizer in LINEAR],
    *[(problem, optimizer) for problem in ("noisy quadratic", "minibatch logistic") for optimizer in ADAMS[:3]],
]
GIVEN = [(problem, optimizer) for problem in PROBLEMS for optimizer in ADAMS]


def draws_of(problem: Problem) -> Any:
    """Return what chance decides in each update, (T, R, …), or None without noise."""
    return problem.draws(SEEDS, T) if problem.random else None


def ours(problem: Problem, optimizer: Optimizer, rates: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rates (T,), θ before and after each update (T + 1, R, D), and the gradients between (T, R, D)."""
    lr = RATES[rates] * (0.1 if isinstance(optimizer, Adam) else 0.9 * optimizer.edge(problem.sharpness))
    theta = np.moveaxis(simulate(problem, optimizer, lr, SEEDS).theta[0], 1, 0)
    draws = draws_of(problem)
    gradients = [problem.gradient(theta[t], None if draws is None else draws[t]) for t in range(T)]
    return lr, theta, np.array(gradients)


def trains(framework: str, cases: list[tuple[str, Optimizer]], tolerance: float) -> Callable[..., Callable[..., None]]:
    """Make a test of a function that trains by a framework and returns θ after each update, shape (T, R, D).

    Args:
        framework: Its name and version.
        cases: Problems and optimizers to try. In `GIVEN` ones the function is handed our gradients, else None.
        tolerance: Greatest difference that still counts as rounding, relative to the greatest coordinate so far.
    """

    def declare(theirs: Callable[..., np.ndarray]) -> Callable[..., None]:
        @pytest.mark.parametrize("rates", RATES)
        @pytest.mark.parametrize(("problem", "optimizer"), cases, ids=str)
        def test(problem: str, optimizer: Optimizer, rates: str) -> None:
            lr, path, gradients = ours(PROBLEMS[problem], optimizer, rates)
            found = theirs(PROBLEMS[problem], optimizer, lr, gradients if cases is GIVEN else None)
            assert found.shape == path[1:].shape
            reached = np.maximum.accumulate(np.abs(path).max(axis=(1, 2)))[1:]
            away = np.abs(found - path[1:]).max(axis=(1, 2)) / reached
            worst = int(np.argmax(away))  # a NaN, if there is one
            how = ", our gradients" if cases is GIVEN else ""
            tally = TALLIES.setdefault((f"{type(optimizer).__name__}, {problem}{how}", framework), Tally())
            tally.sets += 1
            tally.steps += away.size
            tally.error = max(tally.error, float(away[worst]))
            assert away[worst] <= tolerance, f"update {worst}: {framework} has {found[worst]}, we {path[1 + worst]}"

        test.__name__ = test.__qualname__ = theirs.__name__
        test.__module__, test.__doc__ = theirs.__module__, theirs.__doc__
        return test

    return declare
