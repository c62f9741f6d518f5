"""The toy optimiser: its computing beside a plain loop."""

import time
from collections.abc import Callable

import numpy as np

from benchmarks.report import Table, median
from schedules import FAMILIES, curve
from schedules.expectation import expect
from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer
from schedules.outlook import outlook
from schedules.problems import Logistic, Problem, Quadratic
from schedules.simulation import simulate

ROUNDS = 7
RUN, SEEDS = 10_000, 32
GOAL = 50.0  # ms: within one move of a slider
QUADRATIC = Quadratic(5_000.0, 100.0, 30.0)


async def measure(rounds: int | None = None) -> list[Table]:
    """Time the toy optimiser; see the module."""
    return [_computing(rounds or ROUNDS)]


def plain_loop(lr: np.ndarray, seeds: int) -> np.ndarray:
    """Train every schedule under SGD on the quadratic, one update after the other, as anyone would write it."""
    S, T = lr.shape
    noise = np.random.default_rng(0).standard_normal((T, seeds, 2))
    theta = np.ones((S, seeds, 2))
    losses = np.empty((T, S, seeds))
    for t in range(T):
        gradient = QUADRATIC.curvature * theta + QUADRATIC.noise * noise[t]
        theta = theta - lr[:, t, None, None] * gradient
        losses[t] = 0.5 * (QUADRATIC.curvature * theta**2).sum(axis=-1)
    return losses


def _computing(rounds: int) -> Table:
    table = Table(
        f"training: computing, T = {RUN:,}, milliseconds",
        ["what", "best", "median", "plain loop / median"],
        ["A plain loop trains all families with 32 seeds on the quadratic under SGD, one update after the other."],
    )
    every = np.stack([curve(key, T=RUN) for key in FAMILIES])
    one = every[:1]
    ways: dict[str, Callable[[], object]] = {
        "plain loop, all families, 32 seeds": lambda: plain_loop(every, SEEDS),
        "all families, 32 seeds, 626 steps recorded": lambda: simulate(QUADRATIC, SGD(), every, range(SEEDS), every=16),
        "all families, exact, every step": lambda: expect(QUADRATIC, SGD(), every),
    }
    pairs: list[tuple[str, Problem, Optimizer]] = [
        ("quadratic, SGD", QUADRATIC, SGD()),
        ("quadratic, momentum", QUADRATIC, HeavyBall()),
        ("quadratic, Adam, 16 runs", QUADRATIC, Adam()),
        ("logistic, full batch, SGD", Logistic(5_000.0, 100.0), SGD()),
        ("logistic, minibatch, SGD, 16 runs", Logistic(5_000.0, 100.0, batch=8), SGD()),
    ]
    for name, problem, optimizer in pairs:
        ways[f"one curve: {name}"] = lambda problem=problem, optimizer=optimizer: outlook(problem, optimizer, one[0])
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if number:  # the first round draws the noise, which is kept
                times[name].append(1e3 * (time.perf_counter() - start))
    unit = median(times["plain loop, all families, 32 seeds"])
    for name, ms in times.items():
        judged = name.startswith("all families, 32")
        table.add(
            name,
            f"{min(ms):.1f}",
            f"{median(ms):.1f}",
            f"{unit / median(ms):.1f}",
            goal=f"≤ {GOAL:g}" if judged else "",
            met=median(ms) <= GOAL if judged else None,
        )
        if judged:
            table.find("families", f"{median(ms):.1f} ms", median(ms) <= GOAL)
    return table
