"""How a curve stands to the edge: the sum that decides, where a sweep crosses its start, and the sentences about it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedules
import strategies  # noqa: F401 - settings of Hypothesis
from schedules.expectation import expect
from schedules.optimizers import SGD, HeavyBall
from schedules.problems import Quadratic
from schedules.stability import Stability, stability, verdict

curves = st.lists(st.floats(0, 4), min_size=1, max_size=100).map(np.array)


def found(lr: np.ndarray, problem: Quadratic, beta: float | None = None) -> Stability:
    optimizer = SGD() if beta is None else HeavyBall(beta)
    edge = optimizer.edge(problem.sharpness)
    return stability(lr, edge, expect(problem, optimizer, lr), plain=beta is None)


def told(lr: np.ndarray, problem: Quadratic, beta: float | None = None) -> str:
    return verdict(found(lr, problem, beta), problem.random)


@given(curves, st.floats(-2, -0.1) | st.floats(0.1, 2))
def test_for_sgd_the_sum_is_that_of_the_logarithms_of_the_factors(lr: np.ndarray, start: float) -> None:
    with np.errstate(divide="ignore"):
        way = np.cumsum(np.log(np.abs(1 - lr)))
    stands = found(lr, Quadratic(1.0, 1.0, 0.0, (start, 1.0)))
    assert stands.log_sum == pytest.approx(way[-1], rel=1e-9, abs=1e-9)
    assert stands.top == pytest.approx(max(0.0, way.max()), rel=1e-9, abs=1e-9)
    assert stands.above.tolist() == [t for t, eta in enumerate(lr) if eta > 2]
    beyond = np.flatnonzero(way > 1e-8)
    assert stands.crossing <= (beyond[0] if beyond.size else lr.size)
    if stands.crossing >= 0:
        assert way[stands.crossing] > 0
        assert (way[: stands.crossing] <= 1e-8).all()


@given(curves, st.floats(0.1, 100), st.floats(1, 100))
def test_the_unit_of_the_rates_and_the_flat_direction_do_not_matter(lr: np.ndarray, unit: float, kappa: float) -> None:
    plain = found(lr, Quadratic(1.0))
    scaled = found(lr / 2**10, Quadratic(2.0**10, kappa, 0.0, (1.0, unit)))
    assert (plain.log_sum, plain.top, plain.crossing) == (scaled.log_sum, scaled.top, scaled.crossing)
    assert plain.above.tolist() == scaled.above.tolist()


@given(st.lists(st.floats(0, 2), min_size=1, max_size=100).map(np.array))
def test_below_the_edge_sgd_never_grows(lr: np.ndarray) -> None:
    stands = found(lr, Quadratic(1.0))
    assert (stands.above.size, stands.top, stands.crossing) == (0, 0, -1)
    assert stands.log_sum <= 0


@pytest.mark.parametrize("steps", [201, 2001, 20_001])
def test_e23_a_sweep_without_noise_crosses_its_start_at_the_same_rate_at_any_speed(steps: int) -> None:
    y = 3.591121476668622  # at 1 + y the integral of log |1 − x| is back at 0
    assert y * math.log(y) == pytest.approx(y + 1)
    lr = np.linspace(0, 6 / 5, steps)
    stands = found(lr, Quadratic(5.0, 3.0))
    assert lr[stands.crossing] / (2 / 5) == pytest.approx(2.296, abs=3 / (steps - 1) + 5e-4)
    assert abs(lr[stands.crossing] * 5 - (1 + y)) < 6 / (steps - 1)
    assert stands.log_sum == stands.top > 0


def test_a_sweep_that_hits_the_minimum_exactly_stays_there_and_the_verdict_says_so() -> None:
    lr = np.linspace(0, 8 / 4, 201)  # step 25 has the rate 1/λ
    exact = expect(Quadratic(4.0, 3.0), SGD(), lr)
    assert exact.log_mean[0, 25, 0] > -np.inf
    assert (exact.log_mean[0, 26:, 0] == -np.inf).all()
    assert not exact.mean[0, 26:, 0].any()
    stands = found(lr, Quadratic(4.0, 3.0))
    assert (stands.log_sum, stands.crossing) == (-np.inf, -1)
    assert "exactly 1/λ" in verdict(stands, noisy=False)


def test_e21_a_peak_above_the_edge_may_end_converged_after_a_detour() -> None:
    lr = schedules.curve("warmup_cosine", T=200, Tw=20, eta_max=1.4 * 2 / 4, eta_min=0.0)
    stands = found(lr, Quadratic(4.0))
    assert math.exp(stands.top) == pytest.approx(1.33e6, rel=0.01)
    assert math.exp(stands.log_sum) == pytest.approx(6.9e-35, rel=0.01)
    assert told(lr, Quadratic(4.0)).endswith("below 0: the run recovers.")


@given(curves)
def test_without_noise_the_verdict_goes_by_the_sum(lr: np.ndarray) -> None:
    stands, words = found(lr, Quadratic(1.0)), told(lr, Quadratic(1.0))
    if not stands.above.size:
        assert words.startswith("No rate is above the edge of 2, so ")
    elif stands.log_sum == -np.inf:
        assert "exactly 1/λ" in words
    else:
        assert words.endswith("the run is lost." if stands.log_sum > 0 else "the run recovers.")
        assert f"{'above' if stands.log_sum > 0 else 'below'} 0" in words
    if stands.above.size:
        are = "1 rate is" if stands.above.size == 1 else f"{stands.above.size} rates are"
        assert words.startswith(f"{are} above the edge of 2 (")


def test_without_noise_a_run_is_lost_or_recovers_as_its_factors_multiply() -> None:
    lost, recovers = np.repeat([3.0, 0.5], [20, 10]), np.repeat([3.0, 0.5], [10, 20])
    assert told(lost, Quadratic(1.0)) == (
        "20 rates are above the edge of 2 (updates 0 to 19). In the sharp direction the logarithms of its factors add "
        "up to +6.93, above 0: the run is lost."
    )
    assert told(recovers, Quadratic(1.0)) == (
        "10 rates are above the edge of 2 (updates 0 to 9). The sharp direction grew up to 1,024 times its start on "
        "the way, but the logarithms of its factors add up to −6.93, below 0: the run recovers."
    )


@given(curves, st.sampled_from([1e-3, 1.0, 10.0]))
def test_with_noise_the_verdict_never_calls_a_run_that_grew_recovered(lr: np.ndarray, sigma: float) -> None:
    problem = Quadratic(1.0, 1.0, sigma)
    words = told(lr, problem)
    loss = expect(problem, SGD(), lr).loss[0]
    if words.endswith("the run recovers."):
        assert loss[-1] <= loss[0] * (1 + 1e-9)
    if found(lr, problem).above.size and loss[-1] > loss[0] * (1 + 1e-9):
        assert words.endswith("the run is lost.")


@given(curves, st.sampled_from([None, 0.5, 0.9]), st.sampled_from([0.0, 1.0]))
def test_a_start_on_the_minimum_of_the_sharp_direction_is_no_failure(
    lr: np.ndarray, beta: float | None, sigma: float
) -> None:
    words = told(lr, Quadratic(1.0, 1.0, sigma, (0.0, 1.0)), beta)
    assert words.endswith(".")
    assert "nan" not in words
    assert "not a number" not in words


def test_momentum_may_overshoot_below_its_edge_and_be_lost_between_rates_below_it() -> None:
    steady = np.full(300, 0.95 * 2 * 1.99)
    assert found(steady, Quadratic(1.0), 0.99).top > 1
    assert "momentum carried the sharp direction up to" in told(steady, Quadratic(1.0), 0.99)
    swing = np.tile([3.7] * 3 + [0.0] * 6, 60)
    assert not found(swing, Quadratic(1.0), 0.9).above.size
    assert "momentum carried the sharp direction up to" in told(swing, Quadratic(1.0), 0.9)


@given(st.floats(0.01, 0.95))
def test_heavy_ball_is_lost_at_a_constant_rate_above_its_own_edge(beta: float) -> None:
    edge = HeavyBall(beta).edge(1.0)
    stands = found(np.full(400, 1.1 * edge), Quadratic(1.0), beta)
    assert stands.above.size == 400
    assert stands.log_sum > 0
    assert told(np.full(400, 1.1 * edge), Quadratic(1.0), beta).endswith("the run is lost.")
