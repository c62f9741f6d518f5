"""Optimizers: their updates written out by hand, the laws they keep, their edges, and what they refuse."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies  # noqa: F401 - settings of Hypothesis
from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer

shares = st.floats(0, 0.999)
optimizers = st.just(SGD()) | st.builds(HeavyBall, shares) | st.builds(Adam, shares, shares, st.floats(1e-8, 1e-2))
runs = st.lists(st.tuples(st.floats(-10, 10), st.floats(0, 1)), min_size=1, max_size=20)  # gradient and rate


def path(optimizer: Optimizer, gradients: Any, rates: Any) -> np.ndarray:
    """Return θ after each update, from 0, for given gradients (T, …)."""
    gradients = np.asarray(gradients, dtype=np.float64)
    theta = np.zeros(gradients.shape[1:])
    state = optimizer.start(theta.shape)
    out = []
    for t, (gradient, lr) in enumerate(zip(gradients, rates, strict=True)):
        optimizer.update(theta, gradient, np.asarray(lr), t, state)
        out.append(theta.copy())
    return np.array(out)


def close(found: np.ndarray, wanted: Any) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


@given(runs)
def test_sgd_walks_down_the_gradient(run: list[tuple[float, float]]) -> None:
    g, lr = np.array(run).T
    close(path(SGD(), g[:, None], lr)[:, 0], -np.cumsum(g * lr))


@given(runs, shares)
def test_heavy_ball_goes_on_with_all_earlier_gradients_each_faded_by_its_age(
    run: list[tuple[float, float]], beta: float
) -> None:
    g, lr = np.array(run).T
    age = np.subtract.outer(np.arange(len(g)), np.arange(len(g)))
    velocity = np.where(age >= 0, beta ** np.maximum(age, 0), 0) @ g
    close(path(HeavyBall(beta), g[:, None], lr)[:, 0], -np.cumsum(lr * velocity))


@given(runs, shares, shares, st.floats(1e-8, 1))
def test_adam_divides_the_average_gradient_by_the_root_of_its_average_square(
    run: list[tuple[float, float]], beta1: float, beta2: float, eps: float
) -> None:
    g, lr = np.array(run).T

    def average(values: np.ndarray, beta: float) -> np.ndarray:
        """Return weighted means with weights that fade, which is what the bias correction comes to."""
        return np.array(
            [np.average(values[: t + 1], weights=beta ** np.arange(t, -1.0, -1.0)) for t in range(len(values))]
        )

    steps = lr * average(g, beta1) / (np.sqrt(average(g * g, beta2)) + eps)
    np.testing.assert_allclose(path(Adam(beta1, beta2, eps), g[:, None], lr)[:, 0], -np.cumsum(steps), atol=1e-9)


@given(runs)
def test_heavy_ball_without_momentum_is_sgd(run: list[tuple[float, float]]) -> None:
    g, lr = np.array(run).T
    np.testing.assert_array_equal(path(HeavyBall(0), g[:, None], lr), path(SGD(), g[:, None], lr))


@given(st.floats(0.01, 100), shares, shares, st.floats(0, 1))
def test_the_first_step_of_adam_is_as_long_as_the_rate_whatever_the_gradient(
    g: float, beta1: float, beta2: float, lr: float
) -> None:
    close(path(Adam(beta1, beta2, 0), [[g, -g]], [lr])[0], [-lr, lr])


@given(optimizers, st.integers(0, 10))
def test_a_whole_array_moves_as_its_numbers_do_alone(optimizer: Optimizer, seed: int) -> None:
    rng = np.random.default_rng(seed)
    g, lr = rng.normal(size=(6, 3, 2, 2)), rng.uniform(size=(6, 3, 1, 1))
    together = path(optimizer, g, lr)
    for s in range(3):
        np.testing.assert_array_equal(together[:, s], path(optimizer, g[:, s], lr[:, s]))


@given(optimizers)
def test_an_update_with_rate_0_moves_nothing(optimizer: Optimizer) -> None:
    np.testing.assert_array_equal(path(optimizer, np.ones((5, 2)), np.zeros(5)), 0)


@given(optimizers, st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_without_a_gradient_nothing_moves(optimizer: Optimizer, rates: list[float]) -> None:
    np.testing.assert_array_equal(path(optimizer, np.zeros((len(rates), 2)), rates), 0)


@given(st.just(SGD()) | st.builds(HeavyBall, shares), st.floats(1e-3, 1e4))
def test_a_constant_rate_shrinks_every_state_below_the_edge_and_not_above(optimizer: Any, sharpness: float) -> None:
    def radius(share: float) -> float:
        """Return the factor by which the slowest state shrinks in an update, at a share of the edge."""
        size = 1 + len(optimizer.start((1,)))
        theta, *memory = np.eye(size)  # the states of unit length, side by side
        optimizer.update(theta, sharpness * theta, np.asarray(share * optimizer.edge(sharpness)), 0, tuple(memory))
        return float(np.abs(np.linalg.eigvals([theta, *memory])).max())

    assert radius(0.99) < 1 - 1e-6
    assert radius(1) == pytest.approx(1)
    assert radius(1.01) > 1 + 1e-6


def test_adam_has_no_edge() -> None:
    assert Adam().edge(10.0) is None


@pytest.mark.parametrize(("make", "name"), [(HeavyBall, "beta"), (Adam, "beta1"), (Adam, "beta2"), (Adam, "eps")])
@pytest.mark.parametrize("bad", [-0.1, 1.0, np.nan, np.inf])
def test_bad_settings_are_refused_by_name_value_and_what_is_allowed(make: Any, name: str, bad: float) -> None:
    if (name, bad) == ("eps", 1.0):
        assert make(**{name: bad}).eps == 1
        return
    with pytest.raises(ValueError, match=f"^{name}=.* is not allowed; it must be .* from 0") as refused:
        make(**{name: bad})
    assert repr(bad) in str(refused.value)
