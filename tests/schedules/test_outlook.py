"""What training comes to: exact where it can be, averaged elsewhere, with its figures and its words."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies  # noqa: F401 - settings of Hypothesis
from schedules.expectation import expect
from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer
from schedules.outlook import (
    AVERAGED,
    COARSE,
    FINE,
    MOST_SAMPLED,
    SHOWN,
    Outlook,
    cost,
    describe_outlook,
    outlook,
    outlook_slowly,
    stride,
)
from schedules.problems import BATCH, Logistic, Problem, Quadratic
from schedules.simulation import simulate

TEN = Quadratic(10.0, 10.0, 1.0)
FALL = 0.15 * np.linspace(1, 0, 700)
CASES: list[tuple[Problem, Optimizer]] = [
    (TEN, SGD()),
    (TEN, HeavyBall(0.9)),
    (TEN, Adam()),
    (Quadratic(10.0, 10.0), SGD()),
    (Quadratic(10.0, 10.0), Adam()),
    (Logistic(10.0, 10.0, batch=BATCH), SGD()),
    (Logistic(10.0, 10.0), Adam()),
]
EXACT, AVERAGE = CASES[:2], [CASES[2], CASES[5]]
every_case = pytest.mark.parametrize(("problem", "optimizer"), CASES)


@pytest.mark.parametrize(("problem", "optimizer"), EXACT)
def test_the_outlook_of_a_linear_optimizer_is_the_exact_expectation(problem: Problem, optimizer: Optimizer) -> None:
    found, exact = outlook(problem, optimizer, FALL, seed=5), expect(problem, optimizer, FALL)
    for mine, theirs in ((found.loss, exact.loss), (found.sd, exact.sd), (found.path, exact.mean)):
        np.testing.assert_allclose(mine, theirs[0, found.steps], rtol=1e-9, atol=1e-12)
    assert found.exact is not None
    assert found.runs is not None
    runs = simulate(problem, optimizer, FALL, range(5 * AVERAGED, 5 * AVERAGED + SHOWN))
    np.testing.assert_allclose(found.runs.theta, runs.theta[:, :, found.runs.steps], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("problem", "optimizer"), AVERAGE)
def test_the_outlook_of_others_is_the_average_of_runs_some_of_them_shown(
    problem: Problem, optimizer: Optimizer
) -> None:
    found = outlook(problem, optimizer, FALL, seed=5)
    runs = simulate(problem, optimizer, FALL, range(5 * AVERAGED, 6 * AVERAGED))
    kept = runs.loss[0][:, found.steps]
    np.testing.assert_allclose(found.loss, kept.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.sd, kept.std(axis=0), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(found.path, runs.theta[0].mean(axis=0)[found.steps], rtol=1e-9, atol=1e-15)
    assert found.exact is None
    assert found.runs is not None
    np.testing.assert_array_equal(found.runs.loss, runs.loss[:, :SHOWN, found.steps])


def test_the_average_is_near_the_expectation_where_both_are_known() -> None:
    exact = outlook(TEN, SGD(), FALL)
    runs = simulate(TEN, SGD(), FALL, range(AVERAGED), every=int(exact.steps[1]))
    away = np.abs(runs.loss[0].mean(axis=0) - exact.loss)[1:] / (exact.sd[1:] / AVERAGED**0.5)
    assert away.max() < 5


@every_case
def test_without_noise_there_are_no_single_runs_and_no_spread(problem: Problem, optimizer: Optimizer) -> None:
    found = outlook(problem, optimizer, FALL)
    assert (found.runs is None) == (not problem.random)
    if not problem.random:
        assert not found.sd.any()
        one = simulate(problem, optimizer, FALL)
        np.testing.assert_allclose(found.loss, one.loss[0, 0, found.steps], rtol=1e-9, atol=1e-300)


@every_case
def test_the_slow_way_comes_to_the_same_and_tells_its_cost(problem: Problem, optimizer: Optimizer) -> None:
    slowly = outlook_slowly(problem, optimizer, FALL, seed=2)
    made = [0]
    while True:
        try:
            made.append(next(slowly))
        except StopIteration as end:
            found: Outlook = end.value
            break
    np.testing.assert_array_equal(found.loss, outlook(problem, optimizer, FALL, seed=2).loss)
    assert made[-1] == cost(problem, optimizer, FALL.size) == (0 if found.exact else FALL.size)


@given(st.integers(1, 2_000_000), st.integers(1, 20_000))
def test_a_stride_is_the_least_power_of_two_that_leaves_few_enough_steps(T: int, most: int) -> None:
    found = stride(T, most)
    assert found.bit_count() == 1
    assert found * most >= T
    assert found == 1 or found // 2 * most < T


def test_long_runs_are_recorded_in_few_steps_and_very_long_ones_without_single_runs() -> None:
    for T in (MOST_SAMPLED, MOST_SAMPLED + 1):
        found = outlook(TEN, SGD(), np.full(T, 0.01))
        assert found.steps.size <= 2 * FINE
        assert (np.diff(found.steps) > 0).all()
        assert (found.runs is not None) == (T <= MOST_SAMPLED)
        assert found.runs is None or found.runs.steps.size <= COARSE + 2
        assert found.steps[[0, -1]].tolist() == [0, T]


def made(loss: Any, steps: Any = None) -> Outlook:
    loss = np.array(loss, dtype=np.float64)
    steps = np.arange(loss.size) if steps is None else np.array(steps)
    return Outlook(steps, loss, np.zeros(loss.size), np.zeros((loss.size, 2)), None, None, -1)


def test_reach_best_and_average_are_read_off_the_expected_loss() -> None:
    found = made([4, 1, 2, 0.5], [0, 2, 4, 5])
    assert [found.reach(level) for level in (4, 1, 0.9, 0.4)] == [0, 2, 5, -1]
    assert found.best == 0.5
    assert found.average == (2 * 2.5 + 2 * 1.5 + 1 * 1.25) / 5


@given(st.lists(st.floats(0, 1e6) | st.sampled_from([np.inf, np.nan]), min_size=1, max_size=30), st.floats(0, 1e6))
def test_figures_stand_whatever_the_loss_does(loss: list[float], level: float) -> None:
    found = made([1.0, *loss])
    there = [t for t, value in enumerate([1.0, *loss]) if value <= level]
    assert found.reach(level) == (there[0] if there else -1)
    assert found.best <= 1
    assert found.average >= 0
    assert np.isfinite(found.average) == np.isfinite(loss).all()


@pytest.mark.parametrize(("problem", "optimizer"), [*EXACT, (Quadratic(10.0), SGD()), (Quadratic(10.0), HeavyBall())])
def test_a_lost_run_is_told_not_failed(problem: Problem, optimizer: Optimizer) -> None:
    found = outlook(problem, optimizer, np.full(3000, 1.0))
    assert 0 < found.diverged_at < 3000
    assert found.lost
    assert not np.isfinite(found.loss[found.steps >= found.diverged_at]).any()
    assert (found.average, found.reach(1e-12)) == (np.inf, -1)
    assert f" update {found.diverged_at:,}" in describe_outlook(found, 0.01)


@every_case
@given(T=st.integers(1, 40), rate=st.floats(0, 1e3), goal=st.floats(1e-9, 1))
def test_the_words_say_where_the_loss_goes_and_when_it_is_down_to_the_goal(
    problem: Problem, optimizer: Optimizer, T: int, rate: float, goal: float
) -> None:
    found = outlook(problem, optimizer, np.full(T, rate))
    words = describe_outlook(found, goal)
    assert words.startswith("The expected loss ")
    assert words.endswith(".")
    assert "nan" not in words
    if found.diverged_at < 0:
        at = found.reach(goal * float(found.loss[0]))
        assert (f"at update {at:,}." if at >= 0 else "it never gets to") in words
        how = "exact" if found.exact else f"average of {AVERAGED} runs" if problem.random else "without noise"
        assert how in words
