"""What a plot is sent: bounded, true to the outline, exact where it matters."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schedules
from schedules import FAMILIES, thin
from strategies import params_of

NOTHING = np.empty(0, dtype=np.int64)
every_family = pytest.mark.parametrize("key", FAMILIES)


def marks_of(key: str, **params: Any) -> np.ndarray:
    return np.unique([event.step for event in schedules.events(key, **params)])


def test_a_short_curve_is_sent_whole() -> None:
    lr = schedules.curve("sgdr", T=1_000)
    np.testing.assert_array_equal(thin(lr, NOTHING), np.arange(1_000))
    np.testing.assert_array_equal(thin(lr[:1], NOTHING), [0])


@every_family
@settings(max_examples=30)
@given(data=st.data(), budget=st.integers(20, 1_200))
def test_the_steps_sent_are_few_in_order_and_reach_from_end_to_end(key: str, data: st.DataObject, budget: int) -> None:
    values = data.draw(params_of(FAMILIES[key], longest=5_000))
    lr = schedules.curve(key, **values)
    steps = thin(lr, marks_of(key, **values), budget)
    assert steps.size <= max(budget, 1)
    assert steps.size == lr.size or lr.size > budget
    assert (np.diff(steps) > 0).all()
    assert (steps[0], steps[-1]) == (0, lr.size - 1)
    assert np.issubdtype(steps.dtype, np.integer)


@every_family
@settings(max_examples=30)
@given(data=st.data())
def test_highest_and_lowest_rate_are_sent(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key], longest=5_000))
    lr = schedules.curve(key, **values)
    drawn = lr[thin(lr, marks_of(key, **values), 200)]
    assert (drawn.min(), drawn.max()) == (lr.min(), lr.max())


@every_family
def test_steps_that_matter_are_sent_with_the_step_before(key: str) -> None:
    marks = marks_of(key)
    steps = set(thin(schedules.curve(key), marks).tolist())
    assert set(marks.tolist()) <= steps
    assert {step - 1 for step in marks.tolist() if step > 0} <= steps


def test_marks_outside_the_run_are_ignored() -> None:
    lr = schedules.curve("sgdr", T=5_000)
    steps = thin(lr, np.array([-5, 0, 4_999, 5_000, 9_000]))
    assert steps.min() == 0
    assert steps.max() == 4_999


def test_marks_too_dense_to_tell_apart_give_way_to_the_outline() -> None:
    lr = schedules.curve("sgdr", T=100_000, Tw=0, cycle_length=3, restart_mult=1.0)
    steps = thin(lr, schedules.restarts("sgdr", T=100_000, Tw=0, cycle_length=3, restart_mult=1.0))
    assert steps.size <= 1_000
    assert lr[steps].max() == lr.max()


@pytest.mark.parametrize("T", [10_000, 100_000, 1_000_000])
def test_the_number_of_steps_does_not_grow_with_the_run(T: int) -> None:
    lr = schedules.curve("sgdr", T=T, Tw=T // 20, cycle_length=T // 10, restart_mult=1.5)
    steps = thin(lr, schedules.restarts("sgdr", T=T, Tw=T // 20, cycle_length=T // 10, restart_mult=1.5))
    assert 300 <= steps.size <= 1_000


@every_family
@settings(max_examples=30)
@given(data=st.data())
def test_every_rate_lies_between_rates_drawn_within_a_bucket_of_it(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key], longest=5_000))
    lr = schedules.curve(key, **values)
    budget = 300
    steps = thin(lr, marks_of(key, **values), budget)
    reach = -(-lr.size // (budget // 6)) + 1  # marks take at most half of the budget, a bucket takes three steps
    low = np.searchsorted(steps, np.arange(lr.size) - reach)
    high = np.searchsorted(steps, np.arange(lr.size) + reach, side="right")
    drawn = lr[steps]
    for t in range(0, lr.size, 7):
        near = drawn[low[t] : high[t]]
        assert near.min() <= lr[t] <= near.max()


@every_family
def test_the_line_through_the_steps_sent_is_the_curve_to_the_eye(key: str) -> None:
    lr = schedules.curve(key)
    steps = thin(lr, marks_of(key))
    gap = np.abs(np.interp(np.arange(lr.size), steps, lr[steps]) - lr)
    assert gap.max() <= 0.002 * lr.max()


def test_noise_keeps_its_outline() -> None:
    lr = np.random.default_rng(7).random(50_000)
    steps = thin(lr, NOTHING)
    assert steps.size <= 1_000
    for start in range(0, 50_000, 500):
        near = steps[(steps >= start - 200) & (steps < start + 700)]
        assert lr[near].min() <= lr[start : start + 500].min()
        assert lr[near].max() >= lr[start : start + 500].max()
