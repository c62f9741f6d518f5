"""The toy optimiser: its computing beside a plain loop, and a move of a slider until everything is painted."""

import asyncio
import random
import time
from collections.abc import Callable

import numpy as np

from benchmarks.browser import chromium, new_page, visit
from benchmarks.report import Table, median, percentile
from benchmarks.servers import OURS, serving
from schedules import FAMILIES, curve
from schedules.expectation import expect
from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer
from schedules.outlook import outlook
from schedules.problems import Logistic, Problem, Quadratic
from schedules.simulation import simulate

ROUNDS, PRESSES, WARM_UP = 7, 100, 8
RUN, SEEDS = 10_000, 32
COMPUTE_GOAL, MOVE_GOAL = 50.0, 100.0  # ms
QUADRATIC = Quadratic(5_000.0, 100.0, 30.0)
FIGURES = ("schedule", "loss", "path")
WATCH = """(names) => {
  const views = []
  const walk = (view) => {
    if (names.includes(view.model?.name)) views.push(view)
    for (const child of view.child_views ?? []) walk(child)
  }
  for (const view of Object.values(Bokeh.index.roots ?? Bokeh.index)) walk(view)
  window.painted = {}
  for (const view of views) {
    const paint = view.paint.bind(view)
    view.paint = (...parts) => {
      paint(...parts)
      window.painted[view.model.name] = performance.now()
    }
  }
  document.addEventListener("keydown", () => (window.painted = {pressed: performance.now()}), true)
}"""


async def measure(rounds: int | None = None) -> list[Table]:
    """Time the toy optimiser; see the module."""
    return [_computing(rounds or ROUNDS), await _moves(rounds or PRESSES)]


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
            goal=f"≤ {COMPUTE_GOAL:g}" if judged else "",
            met=median(ms) <= COMPUTE_GOAL if judged else None,
        )
    return table


async def _moves(presses: int) -> Table:
    table = Table(
        f"training: key press on the peak slider to painted, T = {RUN:,}, milliseconds, {presses} presses",
        ["what is painted", "p50", "p95", "longest"],
        ["Schedule, path and loss, with exact band, three runs, edge, key values, ranking and both sentences."],
    )
    with serving(OURS) as urls:
        async with chromium() as browser:
            page = await new_page(browser)
            await visit(page, urls[OURS])
            await page.evaluate(WATCH, list(FIGURES))
            await page.get_by_role("slider", name="Peak rate eta_max").focus()
            samples: list[dict[str, float]] = []
            for number in range(-WARM_UP, presses):
                await asyncio.sleep(random.uniform(0.3, 0.4))
                await page.keyboard.press("ArrowLeft" if number % 40 < 20 else "ArrowRight")
                await page.wait_for_function(
                    "(names) => names.every((name) => window.painted[name])", arg=list(FIGURES), polling=10
                )
                if number >= 0:
                    samples.append(await page.evaluate("() => window.painted"))
    for name, names in (("schedule", ("schedule",)), ("schedule, path and loss", FIGURES)):
        ms = [max(sample[each] for each in names) - sample["pressed"] for sample in samples]
        judged = len(names) > 1
        p95 = percentile(ms, 95)
        table.add(
            name,
            *(f"{percentile(ms, percent):.1f}" for percent in (50, 95, 100)),
            goal=f"p95 ≤ {MOVE_GOAL:g}" if judged else "",
            met=p95 <= MOVE_GOAL if judged else None,
        )
    return table
