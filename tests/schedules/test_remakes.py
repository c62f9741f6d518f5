"""Other curves made of a curve: what they keep, what they change, and what order, mean and sum thus turn out to do."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedules
from schedules import FAMILIES
from schedules.expectation import expect
from schedules.optimizers import SGD
from schedules.problems import Quadratic
from schedules.remakes import REMAKES, TITLES, reverse, same_area_linear, same_mean_constant, shuffle
from strategies import params_of

curves = st.lists(st.floats(0, 10), min_size=1, max_size=200).map(np.array)
every_remake = pytest.mark.parametrize("key", REMAKES)
reordered = pytest.mark.parametrize("remake", [reverse, shuffle])


def end(problem: Quadratic, lr: Any) -> float:
    return float(expect(problem, SGD(), lr, every=len(lr)).loss[0, -1])


@every_remake
@given(curves)
def test_a_remake_is_a_new_curve_as_long_as_the_first_and_the_same_each_time(key: str, lr: np.ndarray) -> None:
    before = lr.copy()
    made = REMAKES[key](lr)
    assert (made.shape, made.dtype) == (lr.shape, lr.dtype)
    assert (made >= 0).all()
    np.testing.assert_array_equal(made, REMAKES[key](lr))
    made += 1
    np.testing.assert_array_equal(lr, before)


@every_remake
@given(curves)
def test_every_remake_keeps_the_sum_and_thus_the_mean(key: str, lr: np.ndarray) -> None:
    assert REMAKES[key](lr).sum() == pytest.approx(lr.sum(), rel=1e-12)


def test_every_remake_has_a_title() -> None:
    assert TITLES.keys() == REMAKES.keys()
    assert len(set(TITLES.values())) == len(TITLES)


@given(curves)
def test_reverse_is_backwards_and_shuffle_another_order_of_the_same_rates(lr: np.ndarray) -> None:
    assert reverse(lr).tolist() == lr.tolist()[::-1]
    assert sorted(shuffle(lr).tolist()) == sorted(lr.tolist())


def test_shuffle_leaves_little_in_its_place() -> None:
    lr = np.arange(1000.0)
    assert (shuffle(lr) == lr).sum() < 10


@given(curves)
def test_same_mean_is_constant_and_same_area_falls_straight_to_0(lr: np.ndarray) -> None:
    assert len(set(same_mean_constant(lr).tolist())) == 1
    fall = same_area_linear(lr)
    np.testing.assert_allclose(np.diff(fall, 2), 0, atol=1e-13 * max(1, fall.max()))
    assert (np.diff(fall) <= 0).all()
    assert fall[-1] == (0 if lr.size > 1 else lr[0])


@reordered
@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_without_noise_the_order_of_the_rates_does_not_matter(remake: Any, family: str, data: st.DataObject) -> None:
    lr = schedules.curve(family, **data.draw(params_of(FAMILIES[family], longest=500)))
    problem = Quadratic(1.9 / lr.max() if lr.max() > 0 else 1.0, 5.0)
    first, other = (expect(problem, SGD(), rates, every=lr.size).log_loss[0, -1] for rates in (lr, remake(lr)))
    assert other == pytest.approx(first, rel=1e-12, abs=1e-10)


@reordered
def test_e27_a_cosine_in_another_order_ends_at_the_same_loss(remake: Any) -> None:
    lr = schedules.curve("warmup_cosine", T=200, Tw=20, eta_max=0.15, eta_min=0.01)
    problem = Quadratic(1.0, 10.0)
    assert end(problem, lr) == pytest.approx(0.00201235947, rel=1e-8)
    assert end(problem, remake(lr)) == pytest.approx(end(problem, lr), rel=1e-12)


@reordered
@pytest.mark.parametrize("family", ["warmup_cosine", "warmup_linear", "wsd"])
def test_e28_with_noise_a_fall_in_another_order_ends_worse(remake: Any, family: str) -> None:
    lr = schedules.curve(family, T=200, Tw=0, eta_max=0.15, eta_min=0.0)
    problem = Quadratic(1.0, 10.0, 1.0)
    assert end(problem, remake(lr)) > 1.2 * end(problem, lr)


@given(st.lists(st.floats(0, 0.99), min_size=2, max_size=100).map(np.array))
def test_below_the_middle_of_the_edge_a_rate_that_varies_beats_its_mean(lr: np.ndarray) -> None:
    problem = Quadratic(1.0, 3.0)
    varying, constant = (expect(problem, SGD(), rates).log_loss[0, -1] for rates in (lr, same_mean_constant(lr)))
    assert varying <= constant + 1e-12


def test_e29_a_straight_fall_beats_its_mean() -> None:
    lr = schedules.curve("warmup_linear", T=100, Tw=0, eta_max=0.1, eta_min=0.0)
    problem = Quadratic(1.0, 1.0, 0.0, (1.0, 0.0))
    assert end(problem, lr) == pytest.approx(1.59e-5, abs=6e-8)
    assert end(problem, same_mean_constant(lr)) == pytest.approx(1.75e-5, abs=6e-8)
