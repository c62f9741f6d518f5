"""The exact expectation: against single runs, plain recursions, and closed forms."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies  # noqa: F401 - settings of Hypothesis
from schedules.expectation import expect, is_exact
from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer
from schedules.problems import Logistic, Quadratic
from schedules.simulation import recorded, simulate

linear = st.just(SGD()) | st.builds(HeavyBall, st.floats(0, 0.99))
both = pytest.mark.parametrize("optimizer", [SGD(), HeavyBall(0.9)])
problems = st.builds(
    Quadratic, st.just(10.0), st.floats(1, 1000), st.sampled_from([0.0, 0.1, 3.0]), st.tuples(*2 * [st.floats(-2, 2)])
)
curves = st.lists(st.floats(0, 0.3), min_size=1, max_size=200)
TEN = Quadratic(10.0, 10.0, 1.0)  # curvatures 10 and 1


@given(problems, linear, curves)
def test_the_mean_is_the_run_without_noise(problem: Quadratic, optimizer: Optimizer, lr: list[float]) -> None:
    found = expect(problem, optimizer, lr)
    quiet = simulate(Quadratic(problem.sharpness, problem.condition, 0, problem.start), optimizer, lr)
    scale = np.maximum.accumulate(np.abs(quiet.theta[:, 0]), axis=1)
    assert (np.abs(found.mean - quiet.theta[:, 0]) <= 1e-10 * scale).all()
    np.testing.assert_allclose(found.bias, problem.loss(found.mean), rtol=1e-12, atol=1e-300)
    np.testing.assert_array_equal(found.loss >= found.bias, True)


@given(problems, linear, curves)
def test_mean_and_variance_follow_the_recursion_of_the_moments(
    problem: Quadratic, optimizer: Any, lr: list[float]
) -> None:
    found = expect(problem, optimizer, lr)
    beta = getattr(optimizer, "beta", 0.0)
    for d, curvature in enumerate(problem.curvature):
        spread, most = np.zeros((2, 2)), 0.0  # of θ and the velocity
        for t, eta in enumerate(lr):
            assert abs(found.variance[0, t, d] - spread[0, 0]) <= 1e-11 * most
            step = np.array([[1 - eta * curvature, -eta * beta], [curvature, beta]])
            push = problem.noise * np.array([-eta, 1.0])
            spread = step @ spread @ step.T + np.outer(push, push)
            most = max(most, spread[0, 0])
        assert abs(found.variance[0, -1, d] - spread[0, 0]) <= 1e-11 * most
    m, V = found.mean, found.variance
    np.testing.assert_allclose(found.loss, 0.5 * (problem.curvature * (m**2 + V)).sum(axis=-1), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(
        found.sd**2, (problem.curvature**2 * (V**2 / 2 + m**2 * V)).sum(axis=-1), rtol=1e-9, atol=1e-300
    )


@given(problems, linear, curves, st.integers(1, 250))
def test_recording_fewer_steps_records_the_same_numbers(
    problem: Quadratic, optimizer: Optimizer, lr: list[float], every: int
) -> None:
    full, part = expect(problem, optimizer, lr), expect(problem, optimizer, lr, every)
    assert part.steps.tolist() == recorded(len(lr), every).tolist()
    chosen = expect(problem, optimizer, lr, at=np.union1d(np.arange(min(len(lr), every)), part.steps))
    np.testing.assert_array_equal(chosen.log_loss, full.log_loss[:, chosen.steps])
    for name in ("mean", "log_mean", "variance", "loss", "log_loss", "sd", "bias"):
        wanted = getattr(full, name)[:, part.steps]
        scale = np.abs(getattr(full, name)).max() if np.isfinite(wanted).all() else 1.0
        np.testing.assert_allclose(getattr(part, name), wanted, rtol=1e-9, atol=1e-12 * scale)


@both
def test_schedules_together_are_what_each_is_alone(optimizer: Optimizer) -> None:
    lr = np.outer([0.25, 0.15, 0.05], 1 - np.arange(300) / 300)
    together = expect(TEN, optimizer, lr)
    for s in range(3):
        alone = expect(TEN, optimizer, lr[s])
        for name in ("mean", "log_mean", "variance", "loss", "log_loss", "sd", "bias"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(together, name)[s])


@both
@pytest.mark.parametrize("lr", [0.18 * np.linspace(1, 0, 200), np.full(100, 0.05)], ids=["fall", "constant"])
def test_thousands_of_runs_average_to_it(optimizer: Optimizer, lr: np.ndarray) -> None:
    runs = 4000
    loss = simulate(TEN, optimizer, lr, range(runs), every=10).loss[0]
    exact = expect(TEN, optimizer, lr, every=10)
    away = (loss.mean(axis=0) - exact.loss[0])[1:] / (exact.sd[0, 1:] / runs**0.5)
    assert np.abs(away).max() < 5
    np.testing.assert_allclose(loss.std(axis=0), exact.sd[0], rtol=0.15, atol=1e-12)


@given(st.floats(0.05, 1.95), st.floats(0.1, 100), st.floats(1, 10), st.floats(0, 0.9))
def test_a_constant_rate_settles_at_its_noise_floor(share: float, sharpness: float, kappa: float, beta: float) -> None:
    eta, sigma = share / sharpness, 2.0
    problem = Quadratic(sharpness, kappa, sigma)
    lr = np.full(5000, eta)
    floor = sum(eta * sigma**2 / (2 * (2 - eta * curvature)) for curvature in problem.curvature)
    assert expect(problem, SGD(), lr, every=lr.size).loss[0, -1] == pytest.approx(floor)
    ball = sum(
        eta * sigma**2 * (1 + beta) / (2 * (1 - beta) * (2 * (1 + beta) - eta * curvature))
        for curvature in problem.curvature
    )
    assert expect(problem, HeavyBall(beta), lr, every=lr.size).loss[0, -1] == pytest.approx(ball)


@given(st.integers(0, 99), st.sampled_from([1e-3, 0.5, 2, 2.5, 3, 1e3, 1e9]), st.integers(1, 20_000))
def test_no_product_of_factors_is_too_small_or_too_great_for_its_logarithm(seed: int, top: float, T: int) -> None:
    lr = np.random.default_rng(seed).uniform(0, top, T)
    start = Quadratic(1.0, 7.0, 0.0, (2.0, 3.0))
    with np.errstate(divide="ignore"):
        factors = np.log(np.abs(1 - np.outer(lr, start.curvature)))
    wanted = [math.fsum(factors[:, d]) + math.log(start.start[d]) for d in range(2)]
    found = expect(start, SGD(), lr)
    np.testing.assert_allclose(found.log_mean[0, -1], wanted, rtol=1e-9, atol=1e-9)
    parts = 2 * np.array(wanted) + np.log(start.curvature / 2)
    np.testing.assert_allclose(found.log_loss[0, -1], np.logaddexp(*parts), rtol=1e-9, atol=1e-9)


@both
def test_log_and_number_agree_where_both_can_be_told(optimizer: Optimizer) -> None:
    found = expect(TEN, optimizer, np.full(3000, 0.4))
    assert np.isinf(found.loss[0, -1])
    assert np.isfinite(found.log_loss).all()
    told = found.loss < 1e300
    np.testing.assert_allclose(np.exp(found.log_loss[told]), found.loss[told], rtol=1e-9)


def test_noise_enters_anew_after_a_rate_that_forgets_a_huge_past() -> None:
    lr = np.repeat([3.0, 1.0, 0.1], [2000, 1, 500])  # grows beyond all floats, then lands on the minimum exactly
    found = expect(Quadratic(1.0, 1.0, 1.0), SGD(), lr)
    variance = [1.0]
    for _ in range(500):
        variance.append(0.9**2 * variance[-1] + 0.1**2)
    np.testing.assert_allclose(found.variance[0, 2001:, 0], variance, rtol=1e-12)
    assert not found.mean[0, 2001:].any()


@both
def test_a_rate_next_to_0_lets_in_noise_too_weak_for_a_float_and_harms_nothing(optimizer: Optimizer) -> None:
    for tiny in 10.0 ** -np.arange(100, 320, 3):
        with_tiny, without = (expect(TEN, optimizer, [first, 0.2, 1e3]) for first in (tiny, 0.0))
        np.testing.assert_allclose(with_tiny.loss, without.loss, rtol=1e-12)


def test_only_what_is_linear_is_exact() -> None:
    assert is_exact(TEN, SGD())
    assert is_exact(TEN, HeavyBall())
    for problem, optimizer in ((TEN, Adam()), (Logistic(1.0), SGD())):
        assert not is_exact(problem, optimizer)
        with pytest.raises(ValueError, match="only SGD and heavy ball on the quadratic"):
            expect(problem, optimizer, [0.1])
    for bad in ({"lr": [-1.0]}, {"lr": [0.1], "every": 0}):
        with pytest.raises(ValueError, match=r"must (hold|be)"):
            expect(TEN, SGD(), **bad)
