"""One rule read in three ways: the ways must agree, and what cannot be read must be refused."""

from collections.abc import Callable
from math import cos, floor, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies  # noqa: F401 - sets the profile
from schedules.rule import branch_index, count_branches, depends_on_step, tree_of, vectorize


def steps_of(rule: Callable[..., float], T: int = 60, **params: Any) -> list[float]:
    return [rule(t, **params) for t in range(T)]


def filled(rule: Callable[..., float], steps: np.ndarray, **params: Any) -> np.ndarray:
    out = np.full(steps.size, np.nan)
    vectorize(rule)(steps.astype(np.float64), out, **params)
    return out


def straight(t: float, a: float) -> float:
    return a * t


def nested(t: float, a: int, b: int) -> float:
    """Have branches within branches, and assignments before, between and after them."""
    x = t / 10
    if t < a:
        y = x + 1
        if t < b:
            z = y * y
            return z
        return y
    x = x + 0.5
    if t < 2 * a:
        return x
    elif t < 3 * a:
        return -x
    else:
        w = sqrt(t)
        return w


def shaped(t: float, a: int, shape: str) -> float:
    """Let a choice settle a variable that a later condition on the step depends on."""
    if shape == "late":  # noqa: SIM108 - blocks are what a rule is made of
        v = t - 10
    else:
        v = t
    w = v * 2
    if w < a:
        return w
    return a + cos(w)


def calls(t: float, a: float) -> float:
    return max(0, a - floor(t / 7)) + min(3, abs(t - 20)) + sqrt(t)


RULES: list[tuple[Callable[..., float], dict[str, Any]]] = [
    (straight, {"a": 0.3}),
    (nested, {"a": 15, "b": 5}),
    (nested, {"a": 15, "b": 50}),
    (nested, {"a": 0, "b": 0}),
    (nested, {"a": 100, "b": 100}),
    (shaped, {"a": 30, "shape": "late"}),
    (shaped, {"a": 30, "shape": "soon"}),
    (calls, {"a": 4.5}),
]


@pytest.mark.parametrize(("rule", "params"), RULES)
def test_the_array_form_is_the_rule_at_every_step(rule: Callable[..., float], params: dict[str, Any]) -> None:
    np.testing.assert_allclose(filled(rule, np.arange(60), **params), steps_of(rule, **params), rtol=1e-12)


@given(steps=st.lists(st.integers(0, 59)), case=st.sampled_from(RULES))
def test_steps_in_disorder_find_their_branch(steps: list[int], case: tuple[Callable[..., float], Any]) -> None:
    rule, params = case
    expected = np.array(steps_of(rule, **params))[steps]
    np.testing.assert_allclose(filled(rule, np.array(steps, dtype=int), **params), expected, rtol=1e-12)


def test_branches_are_numbered_in_the_order_of_the_source() -> None:
    branch = branch_index(nested)
    assert count_branches(nested) == 5
    assert [branch(t, a=15, b=5) for t in (0, 4, 5, 14, 15, 29, 30, 44, 45, 60)] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_whatever_is_computed_from_the_step_depends_on_it() -> None:
    assert depends_on_step(tree_of(nested)) == {"t", "x", "y", "z", "w"}
    assert depends_on_step(tree_of(shaped)) == {"t", "v", "w"}


def test_the_tree_is_the_rule_without_docstring_and_decorators() -> None:
    assert tree_of(nested).decorator_list == []
    assert len(tree_of(straight).body) == 1
    assert len(tree_of(nested).body) == 4


def test_reading_a_rule_leaves_it_as_it_is() -> None:
    vectorize(nested)
    branch_index(nested)
    assert nested(20, a=15, b=5) == 2.5
    assert "out" not in nested.__globals__


def counts_up(t: float, a: float) -> float:
    a += t
    return a


def loops(t: float, a: float) -> float:
    for _ in range(3):
        a = a + t
    return a


def returns_nothing(t: float, a: float) -> float:
    if t < a:
        return a
    return  # type: ignore[return-value]


def falls_through(t: float, a: float) -> float:  # type: ignore[return]
    if t < a:
        b = a
    else:
        return t
    c = b  # noqa: F841 - a branch that ends here


def leaves_by_choice(t: float, a: float) -> float:
    if a == 0:
        return 1.0
    return t / a


def loops_by_choice(t: float, a: float) -> float:
    if a == 0:
        while a < 3:
            a = a + 1
    return t + a


def assigns_in_cases(t: float, a: float) -> float:
    if t < a:  # noqa: SIM108 - what is refused
        x = 1.0
    else:
        x = 2.0
    return x


@pytest.mark.parametrize(
    "rule", [counts_up, loops, returns_nothing, falls_through, leaves_by_choice, loops_by_choice, assigns_in_cases]
)
def test_what_cannot_be_read_as_cases_is_refused(rule: Callable[..., float]) -> None:
    with pytest.raises(TypeError, match=rule.__name__):
        vectorize(rule)
