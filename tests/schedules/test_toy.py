"""The toy's settings: each has an effect or says why not, and every legal value makes a problem and an optimizer."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.expectation import is_exact
from schedules.optimizers import SGD, Adam, HeavyBall
from schedules.outlook import outlook
from schedules.problems import BATCH, Logistic, Quadratic
from schedules.toy import TITLES, TOY, make_optimizer, make_problem, why_unused
from strategies import values_of

DEFAULTS = {spec.name: spec.default for spec in TOY}
settings = st.fixed_dictionaries({spec.name: values_of(spec) for spec in TOY})
CHOICES = [spec for spec in TOY if spec.kind == "choice"]
RATES = np.linspace(3e-4, 0, 40)


def test_defaults_are_legal_and_every_setting_explains_itself() -> None:
    assert len(DEFAULTS) == len(TOY)
    for spec in TOY:
        assert spec.default in (spec.choices or [spec.default])
        assert spec.doc.endswith(".")
        assert spec.label
        if spec.bounds:
            reach = spec.reach or spec.bounds
            assert spec.bounds[0] <= reach[0] <= spec.default <= reach[1] <= spec.bounds[1]


def test_every_choice_has_a_title_of_its_own() -> None:
    names = [name for spec in CHOICES for name in spec.choices]
    assert TITLES.keys() == set(names)
    assert len({TITLES[name] for name in names}) == len(names)


@given(settings)
def test_every_legal_setting_makes_what_it_says(values: dict[str, Any]) -> None:
    problem, optimizer = make_problem(values), make_optimizer(values)
    assert problem.sharpness == values["sharpness"]
    if values["problem"] == "quadratic":
        start = (values["start_sharp"], values["start_flat"])
        assert problem == Quadratic(values["sharpness"], values["condition"], values["noise"], start)
    else:
        batch = {"full": 0, "minibatch": BATCH}[values["batch"]]
        assert problem == Logistic(values["sharpness"], values["condition"], values["classes"], batch)
    made = {"sgd": SGD(), "momentum": HeavyBall(values["beta"]), "adam": Adam(values["beta"])}
    assert optimizer == made[values["optimizer"]]


@given(settings)
def test_the_expectation_is_exact_just_for_linear_updates(values: dict[str, Any]) -> None:
    exact = is_exact(make_problem(values), make_optimizer(values))
    assert exact == (values["problem"] == "quadratic" and values["optimizer"] != "adam")


@given(settings, st.integers(0, 99))
def test_what_is_said_to_be_unused_changes_nothing(values: dict[str, Any], shift: int) -> None:
    other = dict(values)
    for spec in TOY:
        if why_unused(spec.name, values):
            assert why_unused(spec.name, values).startswith("Not used: ")
            low = spec.choices[shift % len(spec.choices)] if spec.choices else spec.bounds[0]
            other[spec.name] = low if low != values[spec.name] else (spec.choices or spec.bounds)[-1]
    first, second = (
        outlook(make_problem(each), make_optimizer(each), RATES, 0 if why_unused("seed", values) else each["seed"])
        for each in (values, other)
    )
    np.testing.assert_array_equal(first.loss, second.loss)
    np.testing.assert_array_equal(first.path, second.path)


@pytest.mark.parametrize("problem", ["quadratic", "logistic"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_what_is_not_said_to_be_unused_changes_the_outcome(problem: str, optimizer: str) -> None:
    values = {**DEFAULTS, "problem": problem, "optimizer": optimizer}
    ends = {"classes": "separable", "batch": "full"}
    for spec in TOY:
        if spec.name in ("problem", "optimizer", "goal") or why_unused(spec.name, values):
            continue
        other = {**values, spec.name: ends.get(spec.name, 0.5 if spec.kind == "number" else 1)}
        if spec.name in ("sharpness", "condition"):
            other[spec.name] = 2 * values[spec.name]
        first, second = (
            outlook(make_problem(each), make_optimizer(each), RATES, each["seed"]) for each in (values, other)
        )
        runs = first.runs is not None and second.runs is not None and (first.runs.loss != second.runs.loss).any()
        assert runs or (first.loss != second.loss).any(), spec.name


def test_a_setting_in_vain_is_named_for_what_it_lacks() -> None:
    assert why_unused("beta", DEFAULTS) == "Not used: plain SGD keeps no velocity."
    assert why_unused("classes", DEFAULTS) == "Not used: the quadratic has no data."
    assert why_unused("noise", {**DEFAULTS, "problem": "logistic"}).endswith(
        "the noise here comes from the minibatches."
    )
    assert why_unused("start_flat", {**DEFAULTS, "problem": "logistic"}).endswith("this problem starts at 0.")
    assert why_unused("seed", {**DEFAULTS, "noise": 0.0}) == "Not used: without noise every run is the same."
    assert not why_unused("noise", DEFAULTS)
