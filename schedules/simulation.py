"""Training runs under schedules, for many schedules and seeds at once.

Axes, in this order: S schedules, R seeds, the recorded steps, D coordinates. Step 0 is the start, step t the state
after t updates.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedules.optimizers import SGD, HeavyBall, Optimizer, State, apply
from schedules.problems import Array, Problem, Quadratic

SLICE = 500  # updates between two signs of life
CHUNK = 16_384  # numbers worked on at once, so that they fit into the processor's cache


@dataclass(frozen=True)
class Training:
    """Training runs.

    Attributes:
        steps: The recorded steps, from 0 to T, int64, shape (K,); every step unless asked otherwise.
        theta: θ at these steps, shape (S, R, K, D).
        loss: The loss there, without the noise of an estimate, shape (S, R, K).
        diverged_at: First recorded step whose loss is beyond all floats, int64, shape (S, R); −1 if there is none.
            θ itself follows some updates later, unless lower rates bring the run back before.
    """

    steps: NDArray[np.int64]
    theta: Array
    loss: Array
    diverged_at: NDArray[np.int64]


def simulate(
    problem: Problem, optimizer: Optimizer, lr: ArrayLike, seeds: Sequence[int] = (0,), every: int = 1
) -> Training:
    """Train under each schedule with each seed; all schedules meet the same draws.

    Args:
        problem: What is trained.
        optimizer: How.
        lr: Rates, shape (S, T), or (T,) for a single schedule.
        seeds: One for each of R runs.
        every: Record each so-manieth step, and the last one.

    Returns:
        The runs. A run that diverges is recorded to the end, with values that are not finite.

    Raises:
        ValueError: for rates that are not finite or negative, of no such shape, or for `every` below 1.
    """
    rates = check_rates(lr)
    if every > 1 and isinstance(problem, Quadratic) and isinstance(optimizer, SGD | HeavyBall):
        return _in_blocks(problem, optimizer, rates, seeds, every)
    run = simulate_slowly(problem, optimizer, rates, seeds, every)
    while True:
        try:
            next(run)
        except StopIteration as end:
            return cast(Training, end.value)


def simulate_slowly(
    problem: Problem, optimizer: Optimizer, lr: ArrayLike, seeds: Sequence[int] = (0,), every: int = 1
) -> Generator[int, None, Training]:
    """Do as `simulate` does, and yield the number of updates made each few milliseconds, so that a caller may stop."""
    rates = check_rates(lr)
    S, T = rates.shape
    steps = recorded(T, every)
    theta = np.tile(problem.origin, (S, len(seeds), 1))
    state = optimizer.start(theta.shape)
    draws = problem.draws(seeds, T) if problem.random else None
    kept = np.empty((steps.size, *theta.shape))
    kept[0] = theta
    for start in range(0, T, SLICE):
        stop = min(T, start + SLICE)
        _advance(problem, optimizer, rates, draws, theta, state, range(start, stop), every, kept)
        yield stop
    return _finish(problem, steps, np.moveaxis(kept, 0, 2))


def _advance(
    problem: Problem,
    optimizer: Optimizer,
    lr: Array,
    draws: NDArray[Any] | None,
    theta: Array,
    state: State,
    updates: range,
    every: int,
    kept: Array,
) -> None:
    T = lr.shape[1]
    rates = lr.T[:, :, None, None]
    with np.errstate(over="ignore", invalid="ignore"):
        for t in updates:
            gradient = problem.gradient(theta, None if draws is None else draws[t])
            optimizer.update(theta, gradient, rates[t], t, state)
            if (t + 1) % every == 0:
                kept[(t + 1) // every] = theta
            elif t + 1 == T:
                kept[-1] = theta


def _in_blocks(problem: Quadratic, optimizer: SGD | HeavyBall, lr: Array, seeds: Sequence[int], every: int) -> Training:
    """Run a linear optimizer on the quadratic, many blocks of `every` updates side by side.

    Within a block the state goes to P x + q, where P multiplies the maps of its updates and q gathers the noise, each
    draw times what the later maps make of it. Blocks are then chained. The updates are those of `simulate_slowly`, in
    an order of adding that wastes no time on single numbers.
    """
    (S, T), R = lr.shape, len(seeds)
    blocks = -(-T // every)
    rates = np.zeros((S, blocks * every))  # an update with rate 0 leaves θ as it is
    rates[:, :T] = lr
    rates = np.ascontiguousarray(rates.reshape(S, blocks, every).transpose(2, 0, 1))
    kept = np.empty((blocks + 1, S, 2, R))
    kept[0] = problem.origin[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        products, reach = _compose(problem, optimizer, rates)
        gathered = _gather(reach, _by_update(problem, seeds, T, every)) if problem.random else None
        state = np.zeros((products.shape[1], S, 2, R))
        state[0] = kept[0]
        for k in range(blocks):
            state = apply(products[k], state)
            if gathered is not None:
                state += gathered[k]
            kept[k + 1] = state[0]
    return _finish(problem, recorded(T, every), kept.transpose(1, 3, 0, 2))


def _compose(problem: Quadratic, optimizer: SGD | HeavyBall, rates: Array) -> tuple[Array, Array]:
    """Return P of each block, and what a draw of each update does to the state at the end of its block.

    Args:
        problem: Gives the curvatures.
        optimizer: Gives the maps.
        rates: (every, S, blocks).

    Returns:
        P, shape (blocks, n, n, S, 2, 1), and the reach of the draws, shape (every, n, S, 2, blocks).
    """
    every, S, blocks = rates.shape
    curvature = problem.curvature[:, None]
    n = len(optimizer.state_map(rates[:1, :1, None], curvature))
    reach = np.empty((every, n, S, 2, blocks))
    later = np.zeros((n, n, S, 2, blocks))  # the product of the maps after an update
    later[range(n), range(n)] = 1
    for j in reversed(range(every)):
        eta = rates[j, :, None]
        push, step = np.asarray(optimizer.push(eta, curvature)), np.asarray(optimizer.state_map(eta, curvature))
        reach[j] = problem.noise * apply(later, push)
        later = apply(later[:, :, None], step)
    return np.moveaxis(later, -1, 0)[..., None], reach


def _by_update(problem: Quadratic, seeds: Sequence[int], T: int, every: int) -> Array:
    """Return the draws by their place in a block, shape (every, 2, R, blocks); they are 0 after the last update."""
    blocks = -(-T // every)
    draws = np.zeros((blocks * every, 2, len(seeds)))
    draws[:T] = np.moveaxis(problem.draws(seeds, T), 1, 2)
    return np.ascontiguousarray(draws.reshape(blocks, every, 2, -1).transpose(1, 2, 3, 0))


def _gather(reach: Array, draws: Array) -> Array:
    """Return q of each block, shape (blocks, n, S, 2, R): the sum over its updates of reach times draw.

    Args:
        reach: (every, n, S, 2, blocks).
        draws: (every, 2, R, blocks).
    """
    every, n, S, _, blocks = reach.shape
    R = draws.shape[2]
    gathered = np.empty((blocks, n, S, 2, R))
    at_once = max(1, CHUNK // (2 * R))
    for first in range(0, blocks, at_once):
        part = slice(first, min(first + at_once, blocks))
        total, added = np.empty((2, 2, R, part.stop - first))
        for s in range(S):
            for i in range(n):
                total[:] = 0
                for j in reversed(range(every)):
                    np.multiply(reach[j, i, s, :, None, part], draws[j, ..., part], out=added)
                    total += added
                gathered[part, i, s] = np.moveaxis(total, -1, 0)
    return gathered


def _finish(problem: Problem, steps: NDArray[np.int64], theta: Array) -> Training:
    with np.errstate(over="ignore", invalid="ignore"):
        loss = problem.loss(theta)
    lost = ~np.isfinite(loss)
    first = np.where(lost.any(axis=-1), steps[lost.argmax(axis=-1)], -1)
    return Training(steps, theta, loss, first)


def recorded(T: int, every: int) -> NDArray[np.int64]:
    """Return the steps 0, `every`, 2 `every` … and T.

    Raises:
        ValueError: for `every` below 1.
    """
    if every < 1:
        raise ValueError(f"every={every!r} is not allowed; it must be a whole number from 1")
    steps = np.arange(0, T + 1, every)
    return steps if steps[-1] == T else np.append(steps, T)


def check_rates(lr: ArrayLike) -> Array:
    """Return rates as a float64 array (S, T).

    Raises:
        ValueError: if they are not finite, negative, or of another shape.
    """
    rates = np.atleast_2d(np.asarray(lr, dtype=np.float64))
    if rates.ndim > 2 or rates.size == 0:  # noqa: PLR2004
        raise ValueError(f"lr has the shape {np.shape(lr)}; it must be (T,) or (S, T), with T from 1")
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        raise ValueError("lr must hold finite rates from 0")
    return rates
