"""Training runs: each is what it would be alone, and told when it diverges."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies  # noqa: F401 - settings of Hypothesis
from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer
from schedules.problems import BATCH, Logistic, Problem, Quadratic
from schedules.simulation import recorded, simulate, simulate_slowly

PROBLEMS = [
    Quadratic(10.0, 10.0, 1.0),
    Quadratic(10.0, 10.0),
    Logistic(10.0, 10.0),
    Logistic(10.0, 10.0, batch=BATCH),
    Logistic(10.0, 10.0, "separable", BATCH),
]
OPTIMIZERS = [SGD(), HeavyBall(0.9), Adam()]
every_problem = pytest.mark.parametrize("problem", PROBLEMS)
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)
FALL = np.outer([0.25, 0.15, 0.05], 1 - np.arange(60) / 60)  # three straight falls, one from above the edge
SEEDS = (3, 1, 4, 1_000_000)


@every_problem
@every_optimizer
def test_a_run_is_the_plain_loop_over_its_updates(problem: Problem, optimizer: Optimizer) -> None:
    found = simulate(problem, optimizer, FALL, SEEDS)
    assert found.theta.shape == (3, 4, 61, problem.origin.size)
    assert found.loss.shape == (3, 4, 61)
    assert (found.steps.tolist(), found.steps.dtype) == (list(range(61)), np.int64)
    for s, r in [(0, 0), (2, 3)]:
        theta = problem.origin[None].copy()
        state = optimizer.start(theta.shape)
        draws = problem.draws([SEEDS[r]], 60) if problem.random else [None] * 60
        for t in range(60):
            np.testing.assert_array_equal(found.theta[s, r, t], theta[0])
            optimizer.update(theta, problem.gradient(theta, draws[t]), FALL[s, t], t, state)
        np.testing.assert_array_equal(found.theta[s, r, -1], theta[0])
        np.testing.assert_array_equal(found.loss[s, r, -1], problem.loss(theta[0]))


@every_problem
@every_optimizer
@pytest.mark.parametrize("every", [1, 7])
def test_schedules_and_seeds_together_are_what_each_is_alone(
    problem: Problem, optimizer: Optimizer, every: int
) -> None:
    rates = FALL.copy()
    together = simulate(problem, optimizer, rates, SEEDS, every)
    np.testing.assert_array_equal(rates, FALL)
    for s in range(len(FALL)):
        for r, seed in enumerate(SEEDS):
            alone = simulate(problem, optimizer, FALL[s], [seed], every)
            np.testing.assert_array_equal(alone.theta[0, 0], together.theta[s, r])
            np.testing.assert_array_equal(alone.loss[0, 0], together.loss[s, r])
            assert alone.diverged_at[0, 0] == together.diverged_at[s, r]


@every_problem
@every_optimizer
@pytest.mark.parametrize("every", [2, 7, 60, 100])
def test_recording_fewer_steps_records_the_same_numbers(problem: Problem, optimizer: Optimizer, every: int) -> None:
    full, part = simulate(problem, optimizer, FALL, SEEDS), simulate(problem, optimizer, FALL, SEEDS, every)
    assert part.steps.tolist() == recorded(60, every).tolist()
    if isinstance(problem, Quadratic) and not isinstance(optimizer, Adam):  # goes by blocks, so adds in another order
        np.testing.assert_allclose(part.theta, full.theta[:, :, part.steps], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(part.loss, full.loss[:, :, part.steps], rtol=1e-9, atol=1e-12)
    else:
        np.testing.assert_array_equal(part.theta, full.theta[:, :, part.steps])
        np.testing.assert_array_equal(part.loss, full.loss[:, :, part.steps])


@given(
    rates=st.lists(st.floats(0, 0.3), min_size=1, max_size=300),
    every=st.integers(2, 40),
    noise=st.sampled_from([0.0, 0.1, 10.0]),
    condition=st.floats(1, 1e4),
    optimizer=st.just(SGD()) | st.builds(HeavyBall, st.floats(0, 0.99)),
)
def test_blocks_of_updates_come_to_what_single_updates_do(
    rates: list[float], every: int, noise: float, condition: float, optimizer: Optimizer
) -> None:
    problem = Quadratic(10.0, condition, noise, (1.0, -2.0))
    stepped, blocks = (simulate(problem, optimizer, rates, (0, 1), k) for k in (1, every))
    wanted = stepped.theta[:, :, blocks.steps]
    scale = np.maximum.accumulate(np.abs(stepped.theta), axis=2)[:, :, blocks.steps]  # sums may cancel
    assert (np.abs(blocks.theta - wanted) <= 1e-9 * scale).all()


@given(st.integers(1, 2000), st.integers(1, 2500))
def test_recorded_steps_are_the_multiples_and_the_last(T: int, every: int) -> None:
    assert recorded(T, every).tolist() == sorted({*range(0, T + 1, every), T})


@every_problem
def test_the_slow_way_yields_its_progress_and_returns_the_same(problem: Problem) -> None:
    rates = np.full(1200, 0.1)
    run = simulate_slowly(problem, SGD(), rates, SEEDS)
    made = []
    while True:
        try:
            made.append(next(run))
        except StopIteration as end:
            np.testing.assert_array_equal(end.value.theta, simulate(problem, SGD(), rates, SEEDS).theta)
            break
    assert made[-1] == 1200
    assert (np.diff([0, *made]) > 0).all()
    assert len(made) > 1


@pytest.mark.parametrize("optimizer", [SGD(), HeavyBall(0.9)])
@pytest.mark.parametrize("noise", [0.0, 1.0])
@pytest.mark.parametrize("every", [1, 8])
def test_a_diverging_run_is_recorded_to_the_end_and_told(optimizer: Optimizer, noise: float, every: int) -> None:
    rates = np.stack([np.full(2000, 1.0), np.full(2000, 0.01)])
    found = simulate(Quadratic(10.0, 10.0, noise), optimizer, rates, (0, 1), every)
    assert found.theta.shape == (2, 2, found.steps.size, 2)
    assert (found.diverged_at[1] == -1).all()
    assert np.isfinite(found.theta[1]).all()
    for r in range(2):
        first = int(np.flatnonzero(found.steps == found.diverged_at[0, r])[0])
        assert first > 0
        assert np.isfinite(found.loss[0, r, :first]).all()
        assert not np.isfinite(found.loss[0, r, first:]).any()
        assert not np.isfinite(found.theta[0, r, -1, 0])


def test_the_step_that_diverges_is_the_first_whose_loss_no_float_holds() -> None:
    found = simulate(Quadratic(1.0), SGD(), np.full(700, 3.0))  # doubles its distance at each update
    assert found.diverged_at.tolist() == [[512]]  # the loss is 4**t
    assert found.theta[0, 0, 512, 0] == 2.0**512
    assert np.isinf(found.loss[0, 0, 512:]).all()


def test_a_run_may_come_back_from_a_loss_that_no_float_holds() -> None:
    found = simulate(Quadratic(1.0), SGD(), np.repeat([3.0, 0.5], [600, 800]))
    assert found.diverged_at.tolist() == [[512]]
    assert found.theta[0, 0, -1, 0] == 2.0**-200


@every_problem
@every_optimizer
def test_no_rate_is_so_high_that_anything_warns(problem: Problem, optimizer: Optimizer) -> None:
    for every in (1, 16):
        assert simulate(problem, optimizer, np.full(400, 1e9), every=every).loss.shape == (
            1,
            1,
            recorded(400, every).size,
        )


@pytest.mark.parametrize("lr", [[], [[[0.1]]], [-0.1], [np.nan], [np.inf], [[0.1, 0.2], [0.1, -1e-9]]])
def test_rates_without_sense_are_refused(lr: Any) -> None:
    with pytest.raises(ValueError, match=r"^lr .*must"):
        simulate(PROBLEMS[0], SGD(), lr)


@every_optimizer
@pytest.mark.parametrize("every", [0, -1])
def test_recording_no_step_is_refused(optimizer: Optimizer, every: int) -> None:
    with pytest.raises(ValueError, match=f"every={every} is not allowed; it must be a whole number from 1"):
        simulate(PROBLEMS[0], optimizer, [0.1], every=every)
