"""The exact mean and variance of SGD and heavy ball on the noisy quadratic, where nothing need be sampled.

Each coordinate's state is linear in the state before: θ alone for SGD, θ and the velocity for heavy ball. So the mean
follows the same map, and the second moments follow its products. Both are scanned in blocks side by side. Every number
carries an exponent of its own, so that neither 1e-5000 counts as nothing nor 1e+5000 as lost.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedules.optimizers import SGD, HeavyBall, Map, Optimizer, apply
from schedules.problems import Array, Problem, Quadratic
from schedules.simulation import check_rates, recorded

Exponents = NDArray[np.int32]
LN2 = float(np.log(2))
LOWEST = -(2**30)  # exponent of a state of exactly 0, from which any other is a step up
LEAST = -500  # exponent below which what is kicked is not kept, so that no kick is beyond all floats beside it
TOGETHER = 32_768  # numbers; of so many rates the maps are worked out at once
PATIENCE = 8  # updates that a mantissa may grow or shrink; no factor in reach takes it out of a float's range in these


@dataclass(frozen=True)
class Expectation:
    """What a run does on average over its noise.

    Attributes:
        steps: The recorded steps, from 0 to T, int64, shape (K,).
        mean: E[θ], shape (S, K, D); 0 or infinite where a float cannot hold it.
        log_mean: log |E[θ]| (natural), of any size, shape (S, K, D); −inf where it is exactly 0.
        variance: Var[θ], shape (S, K, D).
        loss: E[loss], shape (S, K).
        log_loss: log E[loss], of any size, shape (S, K).
        sd: Standard deviation of the loss over the noise, shape (S, K).
        bias: The part of `loss` that is the mean's own, without noise, shape (S, K).
    """

    steps: NDArray[np.int64]
    mean: Array
    log_mean: Array
    variance: Array
    loss: Array
    log_loss: Array
    sd: Array
    bias: Array


def is_exact(problem: Problem, optimizer: Optimizer) -> bool:
    """Tell whether `expect` knows this pair."""
    return isinstance(problem, Quadratic) and isinstance(optimizer, SGD | HeavyBall)


def expect(
    problem: Problem, optimizer: Optimizer, lr: ArrayLike, every: int = 1, at: NDArray[np.int64] | None = None
) -> Expectation:
    """Return mean and variance after each update, exact but for rounding.

    For SGD, m ← (1 − ηλ) m and V ← (1 − ηλ)² V + η² σ² in each coordinate of curvature λ.

    Args:
        problem: A `Quadratic`.
        optimizer: `SGD` or `HeavyBall`.
        lr: Rates, shape (S, T), or (T,) for a single schedule.
        every: Record each so-manieth step, and the last one.
        at: Record these steps instead, increasing from 0 to T.

    Raises:
        ValueError: for another problem or optimizer, or for rates that are none.
    """
    if not (isinstance(problem, Quadratic) and isinstance(optimizer, SGD | HeavyBall)):
        raise ValueError("only SGD and heavy ball on the quadratic have an exact expectation; use simulate")
    rates = check_rates(lr)
    curvature, sigma = problem.curvature, problem.noise
    S, T = rates.shape

    def mean_map(eta: Array) -> Map:
        return optimizer.state_map(eta, curvature)

    def moment_map(eta: Array) -> Map:
        """Return how θ², and for heavy ball θ v and v² with it, follow from those before."""
        state = optimizer.state_map(eta, curvature)
        if len(state) == 1:
            return [[state[0][0] ** 2]]
        (a, b), (c, d) = state
        return [[a * a, 2 * a * b, b * b], [a * c, a * d + b * c, b * d], [c * c, 2 * c * d, d * d]]

    def kick(eta: Array) -> Sequence[Array]:
        push = [sigma * each for each in optimizer.push(eta, curvature)]
        return [one * other for i, one in enumerate(push) for other in push[i:]]

    size = len(mean_map(rates[:1, :1]))
    start = np.zeros((size, S, 2))
    start[0] = problem.origin
    steps = recorded(T, every) if at is None else at
    m, m_exponent = _scan(rates, mean_map, None, start, steps)
    moments = size * (size + 1) // 2
    if sigma:
        v, v_exponent = _scan(rates, moment_map, kick, np.zeros((moments, S, 2)), steps)
    else:
        v, v_exponent = np.zeros_like(m), np.zeros_like(m_exponent)
    return _sum_up(steps, curvature, m, m_exponent, np.maximum(v, 0), v_exponent)


def _sum_up(
    steps: NDArray[np.int64], curvature: Array, m: Array, m_exponent: Exponents, v: Array, v_exponent: Exponents
) -> Expectation:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        mean, variance = np.ldexp(m, m_exponent), np.ldexp(v, v_exponent)
        log_mean = np.log(np.abs(m)) + m_exponent * LN2
        log_variance = np.log(v) + v_exponent * LN2
        log_parts = np.logaddexp(2 * log_mean, log_variance) + np.log(curvature / 2)
        bias = 0.5 * (curvature * mean**2).sum(axis=-1)
        loss = bias + 0.5 * (curvature * variance).sum(axis=-1)
        # θ is normal, so half a λθ² varies by λ²(V²/2 + m²V).
        sd = np.sqrt((curvature**2 * variance * (variance / 2 + mean**2)).sum(axis=-1))
        return Expectation(steps, mean, log_mean, variance, loss, np.logaddexp.reduce(log_parts, axis=-1), sd, bias)


def _scan(
    lr: Array,
    step_map: Callable[[Array], Map],
    kick: Callable[[Array], Sequence[Array]] | None,
    start: Array,
    steps: NDArray[np.int64],
) -> tuple[Array, Exponents]:
    """Return the first component of x_{t+1} = A(η_t) x_t + b(η_t) at recorded steps, as mantissas and exponents.

    First each block learns where it takes any start to, all blocks at once; then the blocks are chained; then each
    runs through again from its true start. √T blocks of √T updates make three short loops of one long one.

    Args:
        lr: Rates (S, T).
        step_map: Gives the n × n entries of A for rates (blocks, S, 1), each (blocks, S, D).
        kick: Gives the n entries of b; None for b = 0.
        start: x_0, shape (n, S, D).
        steps: The recorded steps.
    """
    (S, T), (n, _, D) = lr.shape, start.shape
    length = max(1, int(np.sqrt(T)))
    blocks = -(-T // length)
    rates = np.zeros((S, blocks * length))
    rates[:, :T] = lr
    rates = np.ascontiguousarray(rates.reshape(S, blocks, length).transpose(2, 1, 0))[..., None]

    columns, exponents = _compose(rates, step_map, kick, n, D)
    exponents[~columns.any(axis=0)] = LOWEST
    starts, start_exponents = np.empty((n, blocks, S, D)), np.empty((blocks, S, D), dtype=np.int32)
    x, exponent = _normal(start, np.zeros((S, D), dtype=np.int32))
    for k in range(blocks):
        starts[:, k], start_exponents[k] = x, exponent
        reach = exponents[:, k].copy()
        reach[:n] += exponent
        reach[:n][x == 0] = LOWEST
        top = reach.max(axis=0)
        parts = np.ldexp(columns[:, :, k], reach - top)
        parts[:, :n] *= x
        x, exponent = _normal(parts.sum(axis=1), top)

    # Through each block again, from its start.
    last = x[0], exponent
    states, state_exponents = np.empty((length, blocks, S, D)), np.empty((length, blocks, S, D), dtype=np.int32)
    x, exponent = starts, start_exponents
    for j, (matrix, push) in enumerate(_updates(rates, step_map, kick)):
        states[j], state_exponents[j] = x[0], exponent
        x = apply(matrix, x)
        if push is not None:
            exponent = _add(push, x, exponent)
        if j % PATIENCE == 0:
            x, exponent = _normal(x, exponent)
    block, within = np.divmod(steps[:-1], length)
    kept, kept_exponents = (
        np.concatenate([each[within, block], end[None]])
        for each, end in zip((states, state_exponents), last, strict=True)
    )
    return kept.swapaxes(0, 1), kept_exponents.swapaxes(0, 1)


def _updates(
    rates: Array, step_map: Callable[[Array], Map], kick: Callable[[Array], Sequence[Array]] | None
) -> Iterator[tuple[Array, Array | None]]:
    """Yield for each row of `rates` its matrix (n, n, blocks, S, D), and its kick (n, blocks, S, D) if there is one.

    They are worked out for many rows at once, since each call of numpy has its price.
    """
    many = max(1, TOGETHER // rates[0].size)
    for first in range(0, len(rates), many):
        eta = rates[first : first + many]
        matrices, pushes = np.asarray(step_map(eta)), np.asarray(kick(eta)) if kick else None
        for j in range(len(eta)):
            yield matrices[:, :, j], None if pushes is None else pushes[:, j]


def _compose(
    rates: Array,
    step_map: Callable[[Array], Map],
    kick: Callable[[Array], Sequence[Array]] | None,
    n: int,
    D: int,
) -> tuple[Array, Exponents]:
    """Return what each block does: its matrix, column by column, and where it takes 0 to, as another column.

    The columns are (n, n + 1, blocks, S, D), or (n, n, …) without kicks.
    """
    _length, blocks, S, _ = rates.shape
    columns = np.zeros((n, n + 1 if kick else n, blocks, S, D))
    for i in range(n):
        columns[i, i] = 1
    exponents = np.zeros(columns.shape[1:], dtype=np.int32)
    for j, (matrix, push) in enumerate(_updates(rates, step_map, kick)):
        columns = apply(matrix[:, :, None], columns)
        if push is not None:
            exponents[n] = _add(push, columns[:, n], exponents[n])
        if j % PATIENCE == 0:
            columns, exponents = _normal(columns, exponents)
    return _normal(columns, exponents)


def _add(kick: Array, x: Array, exponent: Exponents) -> Exponents:
    """Add `kick` to x (n, …), in place, and return its exponent: a state of exactly 0 forgets how great it was."""
    exponent = np.where(x.any(axis=0), exponent, 0)
    if exponent.min() < LEAST:
        np.ldexp(x, np.minimum(exponent - LEAST, 0), out=x)
        exponent = np.maximum(exponent, LEAST)
    x += np.ldexp(kick, -exponent)
    return exponent


def _normal(x: Array, exponent: Exponents) -> tuple[Array, Exponents]:
    """Shift the common exponent of the components so that the greatest of them is between ½ and 1."""
    shift = np.frexp(x[0] if len(x) == 1 else np.abs(x).max(axis=0))[1]
    return np.ldexp(x, -shift), exponent + shift
