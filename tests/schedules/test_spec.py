"""What is legal, what an error says, and what a declaration must not get wrong."""

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedules
from schedules import spec as registry
from schedules.families import ETA_MAX, GAMMA, TW, T
from schedules.spec import FAMILIES, WARMUP, ParamSpec, Phase, family, variants, with_default
from strategies import params_of, values_of

every_family = pytest.mark.parametrize("key", FAMILIES)
every_parameter = pytest.mark.parametrize(
    ("key", "spec"),
    [pytest.param(key, spec, id=f"{key}-{spec.name}") for key, found in FAMILIES.items() for spec in found.params],
)
NOT_NUMBERS = [None, True, False, "", "3", "abc", [1], (1,), {}, b"1", 1j, object, np.bool_(True), Decimal(1)]
NOT_FINITE = [math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("inf")]
TOO_LONG = [10**400, 10**5000, Fraction(10**400)]
TOO_LARGE = [1e300, np.finfo(np.float64).max, *TOO_LONG]


def message_of(call: Any, *arguments: Any, **params: Any) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the callers check what it says
        call(*arguments, **params)
    return str(caught.value)


def illegal(spec: ParamSpec) -> list[Any]:
    if spec.kind == "choice":
        return [None, True, 0, 1.5, math.nan, "", "cubic", spec.choices[0].upper(), [spec.choices[0]], b"linear"]
    low, high = spec.bounds
    beyond = [low - 1, high + 1, high * 2 + 1, -1, np.nextafter(low, -1), np.nextafter(high, math.inf)]
    parts = [low + 0.5, 1.5, 1.0000001, np.float64(2.5), Fraction(3, 2)] if spec.kind == "steps" else []
    return [*NOT_NUMBERS, *NOT_FINITE, *TOO_LARGE, *beyond, *parts]


# Bad input


@every_parameter
def test_an_illegal_value_is_refused_with_its_name_itself_and_what_is_allowed(key: str, spec: ParamSpec) -> None:
    for value in illegal(spec):
        for call in (schedules.curve, schedules.events, schedules.restarts, schedules.describe, schedules.formula):
            text = message_of(call, key, **{spec.name: value})
            assert text.startswith(f"{spec.name}=")
            assert spec.allowed in text
            assert "\n" not in text
        assert message_of(FAMILIES[key].function, 0, **{spec.name: value}) == text
        if not any(value is long for long in TOO_LONG):
            assert repr(value) in text


@every_parameter
def test_what_is_allowed_is_said_with_its_bounds(key: str, spec: ParamSpec) -> None:
    assert FAMILIES[key].has(spec.name)
    if spec.kind == "choice":
        assert all(repr(choice) in spec.allowed for choice in spec.choices)
    else:
        assert spec.allowed.startswith("a whole number" if spec.kind == "steps" else "a finite number")
        said = spec.allowed.replace(",", "").split(" from ")[1].split(" to ")
        assert [float(bound) for bound in said] == pytest.approx(list(spec.bounds))


@every_parameter
@given(data=st.data())
def test_a_legal_value_comes_back_as_int_float_or_text(key: str, spec: ParamSpec, data: st.DataObject) -> None:
    value = data.draw(values_of(spec))
    checked = spec.validate(value)
    assert checked == value
    assert type(checked) is {"steps": int, "rate": float, "number": float, "choice": str}[spec.kind]
    assert FAMILIES[key].has(spec.name)


@pytest.mark.parametrize("value", [100, 100.0, np.int8(100), np.uint64(100), np.float16(100), Fraction(100)])
def test_every_kind_of_real_number_will_do_for_a_parameter(value: Any) -> None:
    assert schedules.curve("sgdr", T=value, Tw=0, cycle_length=value).shape == (100,)


@every_family
def test_an_unknown_parameter_is_refused_with_those_there_are(key: str) -> None:
    text = message_of(schedules.curve, key, momentum=0.9)
    assert "momentum=0.9" in text
    assert all(spec.name in text for spec in FAMILIES[key].params)


def test_a_parameter_of_another_family_is_refused() -> None:
    assert message_of(schedules.one_cycle, 0, Tw=10).startswith("Tw=10: one_cycle has no such parameter; it has T,")


@pytest.mark.parametrize("key", ["", "cosine", "WSD", "warmup_cosine ", None, 3, math.nan, ["sgdr"], {}, "x" * 500])
def test_an_unknown_family_is_refused_with_those_there_are(key: Any) -> None:
    for call in (schedules.curve, schedules.events, schedules.describe, schedules.key_values, schedules.formula):
        text = message_of(call, key)
        assert text.startswith("family=")
        assert repr(key)[:40] in text
        assert all(name in text for name in FAMILIES)
        assert len(text) < 400


BAD_STEPS = [
    -1, -1.0, 0.5, math.nan, math.inf, -math.inf, None, True, "3", "abc", 1j, [0, -1], [0, 0.5], [1.0, math.nan],
    [1, "a"], [1, None], [[1], [1, 2]], [True], np.array([1.5]), np.array(["1"]), {}, {1}, object,
    np.array([np.inf, 1]), np.array([None]), np.datetime64("2026-01-01"), -(10**30),
]  # fmt: skip


@every_family
def test_a_bad_step_is_refused_with_what_it_must_be(key: str) -> None:
    for t in BAD_STEPS:
        text = message_of(FAMILIES[key].function, t)
        assert text.startswith(f"t={' '.join(repr(t).split())[:40]}")
        assert "a whole number from 0" in text


def test_an_error_repeats_no_more_of_a_value_than_a_line_holds() -> None:
    assert len(message_of(schedules.curve, "sgdr", T="9" * 10_000)) < 200
    assert len(message_of(schedules.sgdr, ["9"] * 10_000)) < 200


def test_an_exponential_sweep_cannot_start_from_zero() -> None:
    text = message_of(schedules.curve, "range_test", eta_min=0, sweep="exponential")
    assert "eta_min=0.0" in text
    assert "above 0" in text
    assert schedules.curve("range_test", eta_min=0, sweep="linear")[0] == 0


# The nearest legal value


@every_parameter
@given(value=st.floats(allow_nan=False))
def test_the_nearest_legal_value_is_legal_and_nearest(key: str, spec: ParamSpec, value: float) -> None:
    assert FAMILIES[key].has(spec.name)
    if spec.kind == "choice":
        assert spec.name in message_of(spec.nearest, value)
        return
    near = spec.nearest(value)
    assert spec.validate(near) == near
    low, high = spec.bounds
    if low <= value <= high:
        assert abs(near - value) <= (0.5 if spec.kind == "steps" else 0)
    else:
        assert near == (low if value < low else high)


def test_nothing_is_nearest_to_no_number() -> None:
    assert "eta_max=nan" in message_of(ETA_MAX.nearest, math.nan)


# Declarations


@pytest.fixture
def own_families() -> Iterator[None]:
    """Let a test declare families; afterwards there are those that there were."""
    before = dict(registry._REGISTRY)
    yield
    registry._REGISTRY.clear()
    registry._REGISTRY.update(before)


def declare(rule: Any, **changes: Any) -> Any:
    declaration = {
        "title": "A trial",
        "params": (T, TW, ETA_MAX),
        "phases": (WARMUP, Phase("decay")),
        "sources": ("continuous-function-schedules",),
        "scope": "A trial.",
    }
    return family(**{**declaration, **changes})(rule)


def trial(t: float, T: int, Tw: int, eta_max: float) -> float:  # noqa: ARG001 - a rule takes every parameter
    """Climb, then halve for good."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    return eta_max / 2


def constant(t: float, T: int, Tw: int, eta_max: float) -> float:  # noqa: ARG001 - a rule takes every parameter
    """Bear the name of a family that exists."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    return eta_max


def loops(t: float, T: int, Tw: int, eta_max: float) -> float:  # noqa: ARG001 - a rule takes every parameter
    """Use a statement that cannot be read as cases."""
    while t < Tw:
        return eta_max
    return 0.0


def leaves_early(t: float, T: int, Tw: int, eta_max: float) -> float:  # noqa: ARG001 - a rule takes every parameter
    """Return under a condition that is the same at every step."""
    if Tw == 0:
        return eta_max
    return eta_max * (t + 1)


def stops_short(t: float, T: int, Tw: int, eta_max: float) -> float:  # noqa: ARG001 - a rule takes every parameter
    """End one branch without a return."""
    if t < Tw:
        return eta_max
    if t < 2 * Tw:
        return eta_max / 2
    rest = t - Tw  # noqa: F841 - what it lacks is the point
    # and nothing is returned


@pytest.mark.usefixtures("own_families")
@pytest.mark.parametrize(
    ("rule", "changes", "complaint"),
    [
        (constant, {}, "exists already"),
        (trial, {"params": (T, ETA_MAX, TW)}, "the declaration says"),
        (trial, {"params": (T, TW)}, "the declaration says"),
        (trial, {"params": (T, TW, ETA_MAX, GAMMA)}, "the declaration says"),
        (trial, {"phases": (WARMUP,)}, "2 returns in the rule, 1 phases"),
        (trial, {"phases": (WARMUP, Phase("a"), Phase("b"))}, "2 returns in the rule, 3 phases"),
        (trial, {"sources": ("hearsay-2026",)}, "hearsay-2026"),
        (loops, {}, "is not allowed"),
        (leaves_early, {}, "is not allowed"),
        (stops_short, {}, "ends without a return"),
    ],
)
def test_a_declaration_that_contradicts_itself_fails_and_leaves_no_trace(
    rule: Any, changes: dict[str, Any], complaint: str
) -> None:
    before = dict(FAMILIES)
    with pytest.raises(TypeError, match=complaint) as caught:
        declare(rule, **changes)
    assert rule.__name__ in str(caught.value)
    assert dict(FAMILIES) == before


def test_a_default_that_is_not_legal_cannot_be_declared() -> None:
    assert "eta_max=-1.0" in message_of(with_default, ETA_MAX, -1.0)


def test_the_registry_is_read_only() -> None:
    with pytest.raises(TypeError):
        FAMILIES["mine"] = FAMILIES["sgdr"]  # type: ignore[index]


@pytest.mark.usefixtures("own_families")
def test_a_new_family_works_everywhere_as_soon_as_it_is_declared() -> None:
    function = declare(trial)
    params = {"T": 40, "Tw": 10, "eta_max": 1.0}
    lr = schedules.curve("trial", **params)
    np.testing.assert_allclose(lr[[0, 9, 10, 39]], [0.1, 1.0, 0.5, 0.5])
    np.testing.assert_array_equal(function(np.arange(40), **params), lr)
    assert function(50, **params) == 0.5
    assert FAMILIES["trial"].summary == "Climb, then halve for good."
    assert [event.kind for event in schedules.events("trial", **params)] == ["peak", "warmup_end", "end"]
    assert schedules.describe("trial", **params).startswith("Rises for 10 updates to 1, then stays at 0.5 for 30 upd")
    assert r"\text{if } t < 10" in schedules.formula("trial", **params)
    assert "eta_max=0" in message_of(function, 0, eta_max=0)


def test_no_trial_family_stays_behind() -> None:
    assert "trial" not in FAMILIES


def test_variants_are_all_combinations_of_choices() -> None:
    assert list(variants(FAMILIES["sgdr"])) == [{}]
    assert list(variants(FAMILIES["wsd"])) == [{"decay": "linear"}, {"decay": "cosine"}, {"decay": "1-sqrt"}]


@every_family
@given(data=st.data())
def test_checked_values_are_complete_and_checking_them_again_changes_nothing(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    checked = FAMILIES[key].validate(values)
    assert list(checked) == [spec.name for spec in FAMILIES[key].params]
    assert FAMILIES[key].validate(checked) == checked == values
