"""Laws behind the exercises on logistic regression, and the answers that they lead to."""

from typing import Any

import numpy as np
import pytest

from app.practice.bank import EXERCISES
from app.practice.question import Question
from schedules import SGD, Logistic, curve, simulate

EDGES = [(1.0, 10.0), (5.0, 30.0), (200.0, 100.0)]
SEPARABLE = [(1.0, 1.0, 1.5), (2.0, 5.0, 0.25), (10.0, 10.0, 0.1)]


def ask(key: str, **params: Any) -> Question:
    return EXERCISES[key].ask(**params)


def wrong(question: Question, name: str) -> Any:
    return next(model.value() for model in question.wrong if model.name == name)


def distances(problem: Logistic, rate: float, updates: int) -> np.ndarray:
    """Return how far gradient descent from near the minimum is from it, at each step."""
    minimum = problem.minimum()
    theta, found = 1.001 * minimum, []
    for _ in range(updates + 1):
        found.append(float(np.linalg.norm(theta - minimum)))
        theta = theta - rate * problem.gradient(theta)
    return np.array(found)


@pytest.mark.parametrize(("sharpness", "condition"), EDGES)
def test_e34_just_below_the_edge_a_run_settles_and_just_above_it_does_not(sharpness: float, condition: float) -> None:
    problem, edge = Logistic(sharpness, condition), ask("E34", sharpness=sharpness, condition=condition).truth()
    below, above = (distances(problem, share * edge, 3_000) for share in (0.95, 1.05))
    assert below[-1] < 1e-4 * below[0]
    assert above[-1] > 10 * above[0]


@pytest.mark.parametrize(("sharpness", "condition"), EDGES)
def test_e34_two_over_the_greatest_curvature_is_enough_but_not_the_edge(sharpness: float, condition: float) -> None:
    problem, question = Logistic(sharpness, condition), ask("E34", sharpness=sharpness, condition=condition)
    safe = wrong(question, "2 / L is the edge")
    assert safe == 2 / sharpness
    assert wrong(question, "1 / L is the limit") == 1 / sharpness
    assert question.truth() > 3 * safe
    loss = simulate(problem, SGD(), np.full(1_000, 0.99 * safe)).loss[0, 0]
    assert (np.diff(loss) <= 1e-15).all()
    assert loss[-1] == pytest.approx(float(problem.loss(problem.minimum())), rel=1e-2)


def test_e34_the_edge_scales_as_one_over_the_sharpness() -> None:
    one, ten = (ask("E34", sharpness=sharpness, condition=20.0).truth() for sharpness in (1.0, 10.0))
    assert one == pytest.approx(10 * ten)


@pytest.mark.parametrize(("sharpness", "condition"), EDGES)
def test_e34_the_blank_leads_near_the_answer(sharpness: float, condition: float) -> None:
    question = ask("E34", sharpness=sharpness, condition=condition)
    told = float(question.ask.split("p (1 − p) is ")[1].split()[0])
    assert question.form.same(2 / sharpness * 0.25 / told, question.truth())


@pytest.mark.parametrize(("sharpness", "condition", "eta"), SEPARABLE)
def test_e35_the_loss_falls_ever_more_slowly_while_theta_grows(sharpness: float, condition: float, eta: float) -> None:
    question = ask("E35", T=1_000, eta=eta, sharpness=sharpness, condition=condition)
    run = simulate(Logistic(sharpness, condition, "separable"), SGD(), np.full(10_000, eta), every=10)
    loss, length = run.loss[0, 0], np.linalg.norm(run.theta[0, 0], axis=-1)
    assert (np.diff(loss) < 0).all()
    assert (np.diff(length) > 0).all()
    assert np.diff(loss[1:]) == pytest.approx(np.sort(np.diff(loss[1:])))  # each fall smaller than the one before
    assert 5 < loss[100] / loss[1_000] < 10  # over ten times the updates
    truth = question.truth()
    assert truth[-1] == pytest.approx(float(loss[100]))
    assert truth == sorted(truth, reverse=True)


def test_e35_the_wrong_curves_begin_as_the_true_one_does() -> None:
    question = ask("E35", T=1_000, eta=1.0, sharpness=1.0, condition=2.0)
    truth = question.truth()
    shrinking, level = (model.value() for model in question.wrong)
    assert shrinking[0] == pytest.approx(truth[0]) == level[0]
    assert shrinking[-1] == 1e-5  # the low end of the axis
    assert level[-1] == level[-5] > 10 * truth[-1]


@pytest.mark.parametrize("T", [500, 1_000])
def test_e36_without_noise_decay_ends_above_the_constant_rate(T: int) -> None:
    question = ask("E36", T=T, eta=0.1, cosine_times=1, sqrt_times=1, sharpness=1.0, condition=2.0)
    assert question.truth() == ["constant", "cosine", "inverse_sqrt"]
    assert wrong(question, "a decay always lowers the loss") == ["cosine", "inverse_sqrt", "constant"]
    assert wrong(question, "what is still fast at the end is ahead") == ["constant", "inverse_sqrt", "cosine"]


@pytest.mark.parametrize("cosine_times", [1, 3])
@pytest.mark.parametrize("sqrt_times", [1, 3, 10])
def test_e36_the_larger_sum_of_rates_ends_lower(cosine_times: int, sqrt_times: int) -> None:
    T, eta = 500, 0.1
    question = ask("E36", T=T, eta=eta, cosine_times=cosine_times, sqrt_times=sqrt_times, sharpness=1.0, condition=5.0)
    sums = {
        "constant": eta * T,
        "cosine": curve("warmup_cosine", T=T, Tw=0, eta_max=cosine_times * eta, eta_min=0.0).sum(),
        "inverse_sqrt": curve("inverse_sqrt", T=T, Tw=T // 50, eta_max=sqrt_times * eta).sum(),
    }
    assert question.truth() == sorted(sums, key=lambda key: -sums[key])
    assert question.picture is not None
    ends = {line.name.split()[0].lower(): float(line.y[-1]) for line in question.picture().lines}
    order = sorted(ends, key=lambda name: ends[name])
    assert order == [{"inverse_sqrt": "inverse"}.get(key, key) for key in question.truth()]
    assert np.diff(sorted(np.log(list(ends.values())))).min() > 0.1  # no two of them nearly tied
