"""Figures that the exercises of the seed material rest on, worked out anew."""

import math
from typing import Any

import numpy as np
import pytest

import schedules
from schedules.expectation import expect
from schedules.optimizers import SGD
from schedules.problems import Quadratic

TEN = Quadratic(10.0, 10.0, 1.0)  # curvatures 10 and 1


def cosine(T: int, Tw: int, peak: float, floor: float = 0.0) -> np.ndarray:
    return schedules.curve("warmup_cosine", T=T, Tw=Tw, eta_max=peak, eta_min=floor)


def last(problem: Quadratic, lr: Any) -> float:
    return float(expect(problem, SGD(), lr).loss[0, -1])


def test_e10_a_cosine_cut_short_ends_high_above_one_made_to_measure() -> None:
    assert expect(TEN, SGD(), cosine(1000, 0, 0.18)).loss[0, 500] == pytest.approx(0.0650, abs=5e-5)
    assert last(TEN, cosine(500, 0, 0.18)) == pytest.approx(0.0043, abs=5e-5)


def test_e19_the_edge_parts_what_vanishes_from_what_explodes() -> None:
    ends = [last(Quadratic(4.0, 1.0, 0.0, (1.0, 0.0)), np.full(200, c / 4)) for c in (1.9, 2.0, 2.1)]
    assert ends == pytest.approx([1e-18, 2, 7.2e16], rel=0.01)


@pytest.mark.parametrize(("kappa", "tenth", "thousandth"), [(10, 12, 35), (100, 116, 346), (1000, 1152, 3454)])
def test_e25_the_best_constant_rate_gains_the_same_share_each_update(kappa: int, tenth: int, thousandth: int) -> None:
    rate = (kappa - 1) / (kappa + 1)
    found = expect(Quadratic(1.0, kappa), SGD(), np.full(4000, 2 / (1 + 1 / kappa)))
    error = np.hypot(*found.mean[0].T) / 2**0.5
    np.testing.assert_allclose(error, rate ** np.arange(4001), rtol=1e-9, atol=1e-300)
    steps = [int((error > share).sum()) for share in (0.1, 1e-3)]
    assert steps == [tenth, thousandth] == [math.ceil(math.log(share) / math.log(rate)) for share in (0.1, 1e-3)]


def test_e26_no_schedule_below_the_edge_beats_the_bound_of_the_flat_direction() -> None:
    peak = 2 / 1.01
    shapes = {
        346: lambda T: np.full(T, peak),
        693: lambda T: cosine(T, 0, peak),
        694: lambda T: schedules.curve("warmup_linear", T=T, Tw=0, eta_max=peak, eta_min=0),
    }
    for T, shape in shapes.items():  # the shortest runs that bring every direction down to a thousandth
        ends = [expect(Quadratic(1.0, 100.0), SGD(), shape(T - less)).log_mean[0, -1].max() for less in (1, 0)]
        assert ends[1] <= math.log(1e-3) < ends[0]
        assert math.log(1e-3) / math.log(1 - 2 / 100) < T


def test_e30_and_e32_the_floor_by_rate_and_batch() -> None:
    def floor(eta: float, variance: float = 1.0) -> float:
        return last(Quadratic(1.0, 1.0, variance**0.5), np.full(5000, eta)) / 2  # of one coordinate

    assert [floor(eta) for eta in (0.4, 0.2, 0.1, 0.05)] == pytest.approx([0.125, 0.0556, 0.0263, 0.0128], abs=5e-5)
    assert floor(0.1 * 8 / 2.3, 1 / 4) == pytest.approx(floor(0.1))  # 3.48 times the rate
    assert floor(0.4, 1 / 4) == pytest.approx(0.0313, abs=1e-4)


def test_e31_the_floor_rate_sets_the_floor_and_a_fall_to_0_freezes_noise_in() -> None:
    ends = [last(TEN, cosine(2000, 100, 0.18, floor)) for floor in (0.01, 0.1, 0.0)]
    assert ends == pytest.approx([0.00527, 0.0763, 0.00178], rel=1e-3)
    ends = [last(TEN, cosine(T, 0, 0.18)) for T in (50, 100, 200, 400, 800)]
    assert ends == pytest.approx([0.0191, 0.0123, 0.0078, 0.0050, 0.0032], abs=6e-5)


def test_e33_where_the_peak_is_safe_a_longer_warmup_costs() -> None:
    ends = [last(TEN, cosine(200, Tw, 0.18)) for Tw in range(0, 161, 20)]
    assert ends == sorted(ends)
    assert (ends[0], ends[-1]) == pytest.approx((0.0078, 0.0219), abs=6e-5)


def test_e22_a_longer_warmup_shrinks_the_explosion_only_while_there_is_no_noise() -> None:
    curves = np.array([cosine(200, Tw, 0.3) for Tw in (0, 50, 100)])
    assert (curves > 2 / 10).sum(axis=1).tolist() == [78, 76, 73]
    quiet, noisy = (expect(Quadratic(10.0, 10.0, sigma), SGD(), curves) for sigma in (0.0, 0.01))
    assert quiet.loss.max(axis=1) == pytest.approx([3.9e33, 673, 5.5], rel=0.01)
    assert noisy.loss.max(axis=1) == pytest.approx([3.9e33, 5.7e26, 2.05e24], rel=0.01)
    assert np.ptp(quiet.log_loss[:, -1]) < 0.3


def test_e24_noise_shows_the_edge_and_the_slower_the_sweep_the_nearer() -> None:
    found = []
    for steps in (201, 1001, 5001):
        lr = np.linspace(0, 0.7, steps)
        loss = expect(Quadratic(10.0, 10.0, 0.01), SGD(), lr).loss[0]
        found.append(lr[(loss > loss[0]).argmax() - 1] / (2 / 10))
    assert found == pytest.approx([1.33, 1.13, 1.05], abs=0.01)
