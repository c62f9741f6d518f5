"""Figures of the exercises on noise, worked out anew."""

from typing import Any

import numpy as np
import pytest

from app.practice.bank import EXERCISES
from app.practice.question import Question
from app.practice.toy import final_loss, rates, settled_loss


def ask(key: str, **params: Any) -> Question:
    return EXERCISES[key].ask(**params)


def wrong(question: Question, name: str) -> Any:
    return next(model.value() for model in question.wrong if model.name == name)


@pytest.mark.parametrize(("eta", "loss"), [(0.4, 0.1250), (0.2, 0.0556), (0.1, 0.0263), (0.05, 0.0128)])
def test_e30_a_constant_rate_settles_where_kick_and_shrinking_balance(eta: float, loss: float) -> None:
    question = ask("E30", eta=eta, sharpness=1.0, noise=1.0)
    assert question.truth() / 2 == pytest.approx(loss, abs=5e-5)  # of each of two equal coordinates
    assert question.truth() == pytest.approx(eta / (2 - eta), rel=1e-9)
    assert wrong(question, "the noise averages out") == 0
    assert wrong(question, "only the latest kick is there") == pytest.approx(eta**2)
    assert wrong(question, "the spread shrinks like θ itself") == pytest.approx(eta)


def test_e30_the_picture_goes_through_the_answer() -> None:
    question = ask("E30", eta=0.4, sharpness=1.0, noise=1.0)
    assert question.picture is not None
    curve, here = question.picture().lines
    assert np.interp(0.4, curve.x, curve.y) == pytest.approx(float(here.y[0]), rel=1e-2)


@pytest.mark.parametrize(("eta_min", "end"), [(0.01, 0.00527), (0.1, 0.0763), (0.0, 0.00178)])
def test_e31_the_floor_rate_sets_where_the_loss_ends(eta_min: float, end: float) -> None:
    question = ask("E31", T=2_000, Tw=100, eta_max=0.18, eta_min=eta_min, noise=1.0)
    assert question.truth()[-1] == pytest.approx(end, rel=1e-3)
    assert wrong(question, "the peak sets the floor")[-1] == pytest.approx(0.499, abs=5e-4)
    assert wrong(question, "the loss goes to 0")[-1] == 1e-4  # the low end of the axis


@pytest.mark.parametrize(("eta_min", "floor"), [(0.01, 0.00514), (0.1, 0.0763)])
def test_e31_a_floor_rate_leaves_what_it_would_settle_at(eta_min: float, floor: float) -> None:
    question = ask("E31", T=2_000, Tw=100, eta_max=0.18, eta_min=eta_min, noise=1.0)
    assert settled_loss(eta_min, 10.0, 1.0, 10.0)[0] == pytest.approx(floor, rel=1e-3)
    assert wrong(question, "the floor rate rules from the start")[-1] == pytest.approx(floor, rel=1e-3)


@pytest.mark.parametrize(("T", "end"), [(50, 0.0191), (100, 0.0123), (200, 0.0079), (400, 0.0050), (800, 0.0032)])
def test_e31_a_fall_to_0_leaves_noise_that_a_longer_run_shrinks(T: int, end: float) -> None:
    question = ask("E31", T=T, Tw=0, eta_max=0.18, eta_min=0.0, noise=1.0)
    assert question.truth()[-1] == pytest.approx(end, abs=6e-5)


def test_e32_a_batch_four_times_as_large_allows_less_than_four_times_the_rate() -> None:
    question = ask("E32", times=4, eta=0.1, sharpness=1.0, noise=1.0)
    assert question.truth() == pytest.approx(3.48, abs=5e-3)
    assert question.truth() == pytest.approx(8 / 2.3, rel=1e-4)
    values = [model.value() for model in question.wrong]
    assert values == [1.0, 4.0, 2.0]
    kept, fourfold = settled_loss(0.1, 1.0, 1.0)[0] / 2, settled_loss(0.4, 1.0, 0.5)[0] / 2
    assert (kept, fourfold) == pytest.approx((0.0263, 0.0313), abs=6e-5)


def test_e32_the_factor_nears_that_of_the_batch_as_the_rate_gets_small() -> None:
    found = [ask("E32", times=4, eta=eta, sharpness=1.0, noise=1.0).truth() for eta in (0.3, 0.1, 0.02, 0.01)]
    assert found == sorted(found)
    assert 3.9 < found[-1] < 4


def test_e33_where_the_peak_is_safe_a_longer_warmup_costs() -> None:
    question = ask("E33", T=200, eta_max=0.18, condition=10.0, noise=1.0)
    truth = question.truth()
    assert (truth[0], truth[-1]) == pytest.approx((0.0078, 0.0219), abs=6e-5)
    assert truth == sorted(truth)
    half = rates("warmup_cosine", T=200, Tw=80, eta_max=0.18, eta_min=0.0)
    assert truth[10] == pytest.approx(final_loss(half, noise=1.0))
    helps, flat = (model.value() for model in question.wrong)
    assert helps == sorted(helps, reverse=True)
    assert set(flat) == {truth[0]}


@pytest.mark.parametrize("seed", range(20))
def test_e33_rises_and_stays_on_its_axis_whatever_is_drawn(seed: int) -> None:
    question = EXERCISES["E33"].question(seed)
    truth = question.truth()
    assert truth == sorted(truth)
    assert truth[-1] < question.form.up.high  # type: ignore[union-attr]
