"""Toy problems: their gradients and Hessians against differences, their draws, and what they refuse."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies  # noqa: F401 - settings of Hypothesis
from schedules.problems import BATCH, POINTS, Logistic, Problem, Quadratic

curvatures = st.floats(1e-2, 1e4)
conditions = st.floats(1, 1e4)
classes = st.sampled_from(["overlapping", "separable"])
logistics = st.builds(Logistic, curvatures, conditions, classes)
quadratics = st.builds(Quadratic, curvatures, conditions)
problems = logistics | quadratics


def places(problem: Problem) -> st.SearchStrategy[np.ndarray]:
    """Return places in whose reach the loss is neither flat nor straight."""
    scale = problem.sharpness**-0.5
    return st.lists(st.floats(-2, 2), min_size=problem.origin.size, max_size=problem.origin.size).map(
        lambda x: scale * np.array(x)
    )


def differences(function: Any, theta: np.ndarray, step: float) -> np.ndarray:
    """Return the derivative of `function` by each coordinate of `theta`, on the last axis."""
    ways = step * np.eye(theta.size)
    return np.stack([(function(theta + way) - function(theta - way)) / (2 * step) for way in ways], axis=-1)


@given(problems, st.data())
def test_the_gradient_is_the_slope_of_the_loss(problem: Problem, data: st.DataObject) -> None:
    theta = data.draw(places(problem))
    slope = differences(problem.loss, theta, 1e-5 * problem.sharpness**-0.5)
    np.testing.assert_allclose(problem.gradient(theta), slope, atol=1e-8 * problem.sharpness**0.5)


@given(logistics, st.data())
def test_the_hessian_is_the_slope_of_the_gradient(problem: Logistic, data: st.DataObject) -> None:
    theta = data.draw(places(problem))
    hessian = problem.hessian(theta)
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-14 * problem.sharpness)
    slope = differences(problem.gradient, theta, 1e-5 * problem.sharpness**-0.5)
    np.testing.assert_allclose(hessian, slope, atol=1e-8 * problem.sharpness)


@given(logistics, st.data())
def test_the_logistic_loss_is_sharpest_at_its_start_where_the_curvature_is_as_asked(
    problem: Logistic, data: st.DataObject
) -> None:
    flat = problem.sharpness / problem.condition
    np.testing.assert_allclose(
        problem.hessian(problem.origin), np.diag([problem.sharpness, flat, flat]), atol=1e-13 * problem.sharpness
    )
    elsewhere = problem.hessian(data.draw(places(problem)) * data.draw(st.floats(0, 1e3)))
    assert np.linalg.eigvalsh(elsewhere).max() <= problem.sharpness * (1 + 1e-12)


@given(quadratics, st.data())
def test_the_quadratic_curves_as_asked(problem: Quadratic, data: st.DataObject) -> None:
    theta = data.draw(places(problem))
    np.testing.assert_allclose(problem.curvature, [problem.sharpness, problem.sharpness / problem.condition])
    assert problem.loss(theta) == pytest.approx(0.5 * (problem.curvature * theta**2).sum())
    assert problem.loss(np.zeros(2)) == 0
    assert not problem.gradient(np.zeros(2)).any()


@given(curvatures, conditions)
def test_overlapping_classes_have_a_minimum_without_slope(sharpness: float, condition: float) -> None:
    problem = Logistic(sharpness, condition)
    minimum = problem.minimum()
    assert np.abs(problem.gradient(minimum)).max() <= 1e-14 * sharpness**0.5
    assert np.linalg.eigvalsh(problem.hessian(minimum)).min() > 0
    assert problem.loss(minimum) < problem.loss(problem.origin) == pytest.approx(np.log(2))


@given(curvatures)
def test_separable_classes_have_no_minimum(sharpness: float) -> None:
    problem = Logistic(sharpness, classes="separable")
    with pytest.raises(ValueError, match="classes='separable' has no minimum"):
        problem.minimum()
    margins = problem.signed @ np.linalg.lstsq(problem.signed, np.ones(POINTS))[0]
    assert margins.min() > 0  # some line parts them, so the loss falls for ever along it


@pytest.mark.parametrize("kind", ["overlapping", "separable"])
def test_points_are_centred_uncorrelated_and_of_variance_1(kind: Any) -> None:
    z, label = Logistic(1, classes=kind).points
    assert z.shape == (POINTS, 2)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(z.T @ z / POINTS, np.eye(2), atol=1e-15)
    assert sorted(set(label.tolist())) == [-1, 1]
    assert label.sum() == 0


@given(logistics, st.data())
def test_a_minibatch_of_all_points_has_the_full_gradient_and_others_average_to_it(
    problem: Logistic, data: st.DataObject
) -> None:
    theta = data.draw(places(problem))
    full = problem.gradient(theta)
    np.testing.assert_array_equal(problem.gradient(theta[None], np.arange(POINTS)[None])[0], full)
    singles = problem.gradient(np.tile(theta, (POINTS, 1)), np.arange(POINTS)[:, None])
    np.testing.assert_allclose(singles.mean(axis=0), full, atol=1e-14 * problem.sharpness**0.5)


NOISY = [Quadratic(2.0, 10.0, 3.0), Logistic(2.0, batch=BATCH), Logistic(2.0, batch=1)]
noisy = pytest.mark.parametrize("problem", NOISY)


@noisy
@given(
    seeds=st.lists(st.integers(0, 2**40), min_size=1, max_size=4), T=st.integers(1, 1000), longer=st.integers(0, 900)
)
def test_draws_depend_on_their_seed_and_number_alone(problem: Problem, seeds: list[int], T: int, longer: int) -> None:
    draws = problem.draws(seeds, T)
    assert draws.shape[:2] == (T, len(seeds))
    np.testing.assert_array_equal(draws, problem.draws(seeds, T + longer)[:T])
    np.testing.assert_array_equal(draws[:, ::-1], problem.draws(seeds[::-1], T))
    np.testing.assert_array_equal(draws[:, :1], problem.draws(seeds[:1], T))


@noisy
def test_seeds_differ(problem: Problem) -> None:
    draws = problem.draws(range(8), 100)
    assert len({draws[:, r].tobytes() for r in range(8)}) == 8


def test_draws_are_what_they_are_said_to_be() -> None:
    normal = NOISY[0].draws(range(10), 10_000)
    assert abs(normal.mean()) < 5 / 200_000**0.5
    assert abs(normal.var() - 1) < 5 * (2 / 200_000) ** 0.5
    assert abs((normal[..., 0] * normal[..., 1]).mean()) < 5 / 100_000**0.5
    picks = np.bincount(NOISY[1].draws(range(10), 10_000).ravel(), minlength=POINTS)
    assert picks.size == POINTS
    assert np.abs(picks - 20_000).max() < 5 * 20_000**0.5


@noisy
def test_a_noisy_gradient_is_the_exact_one_on_average(problem: Problem) -> None:
    theta = np.full(problem.origin.size, 0.3)
    draw = problem.draws([5], 20_000)[:, 0]
    found = problem.gradient(np.tile(theta, (20_000, 1)), draw)
    off = (found.mean(axis=0) - problem.gradient(theta)) / (found.std(axis=0) / 20_000**0.5)
    assert np.abs(off).max() < 5


def test_what_is_shared_cannot_be_written_to() -> None:
    tables = [problem.draws([1], 5) for problem in NOISY]
    for table in [*tables, *NOISY[1].points, NOISY[1].signed]:
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 0


@pytest.mark.parametrize(
    ("make", "settings", "name", "allowed"),
    [
        *[
            (make, {"sharpness": bad}, "sharpness", "above 0")
            for make in (Quadratic, Logistic)
            for bad in (0, -1, np.nan)
        ],
        *[(make, {"condition": bad}, "condition", "from 1") for make in (Quadratic, Logistic) for bad in (0.9, np.inf)],
        *[(Quadratic, {"noise": bad}, "noise", "from 0") for bad in (-1e-9, np.inf, np.nan)],
        *[(Quadratic, {"start": bad}, "start", "two numbers") for bad in ((1.0,), (1.0, np.nan), 3.0)],
        (Logistic, {"classes": "alike"}, "classes", "overlapping, separable"),
        *[(Logistic, {"batch": bad}, "batch", f"0 to {POINTS}") for bad in (-1, POINTS + 1, 2.5)],
    ],
)
def test_bad_settings_are_refused_by_name_value_and_what_is_allowed(
    make: Any, settings: dict[str, Any], name: str, allowed: str
) -> None:
    with pytest.raises(ValueError, match=f"^{name}=.* is not allowed; it must be .*{allowed}") as refused:
        make(**{"sharpness": 1.0, **settings})
    assert repr(settings[name]) in str(refused.value)
