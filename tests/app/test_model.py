"""The state: one redraw for each change, nothing lost, nothing illegal, and a way back."""

import random
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedules
from app.model import AXES, FRAME, MAX_PINS, Lab, legal_value, own_specs
from app.presets import PRESETS
from schedules import FAMILIES, SHARED
from schedules.spec import Value

ZERO_START = {"family": "range_test", "sweep": "exponential", "eta_min": 0.0}
NO_NEAREST = [None, "", "5", "²", [], {}, [1.0], True, float("nan"), 1j, b"5"]
SPECS = {
    **{spec.name: spec for spec in SHARED},
    **{f"{key}.{spec.name}": spec for key, family in FAMILIES.items() for spec in own_specs(family)},
}
every_spec = pytest.mark.parametrize("name", SPECS)
every_number = pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.kind != "choice"])
every_family = pytest.mark.parametrize("key", FAMILIES)


def whole(lab: Lab) -> dict[str, Any]:
    """Return a copy of the state that later changes cannot reach."""
    state = lab.state
    return {**state, "own": {key: dict(values) for key, values in state["own"].items()}, "pins": list(state["pins"])}


def assert_drawn(lab: Lab) -> None:
    """Assert that the curve is the engine's, or that the state says why it is not."""
    if lab.error:
        with pytest.raises(ValueError, match="not allowed"):
            lab.case.run()
    else:
        np.testing.assert_array_equal(lab.run.lr, schedules.run(lab.family, **dict(lab.case.values)).lr)
        assert lab.live == lab.case


# One change, one redraw.


def test_a_fresh_page_shows_the_first_figures_of_the_lesson() -> None:
    lab = Lab()
    assert (lab.family, lab.T, lab.Tw, lab.eta_max, lab.eta_min) == ("warmup_cosine", 10_000, 500, 3e-4, 3e-5)
    assert (lab.axis, lab.pins, lab.notices, lab.error, lab.can_undo) == ("linear", [], [], "", False)
    assert_drawn(lab)


def test_a_change_is_one_revision_however_much_it_sets() -> None:
    lab = Lab()
    seen: list[int] = []
    lab.param.watch(lambda event: seen.append(event.new), "revision")
    changes = {"family": "step", "axis": "log", "T": 50, "Tw": 1e9, "eta_max": 0.5, "gamma": 0.25, "sgdr.T": 60}
    lab.assign(changes)
    assert len(seen) == 1
    for act in (lab.pin, lambda: lab.show(PRESETS[2].case), lab.undo, lambda: lab.unpin(0), lab.reset):
        before = len(seen)
        act()
        assert len(seen) == before + 1, act


def test_whoever_watches_the_revision_sees_the_new_curve() -> None:
    lab = Lab()
    seen: list[tuple[int, str]] = []
    lab.param.watch(lambda _event: seen.append((lab.run.lr.size, lab.run.family.key)), "revision")
    lab.assign({"family": "sgdr", "T": 321})
    assert seen == [(321, "sgdr")]


def test_a_change_to_what_is_there_already_redraws_nothing() -> None:
    lab = Lab()
    before = lab.revision
    lab.assign({"family": lab.family, "axis": lab.axis, **{spec.name: lab.value_of(spec.name) for spec in SHARED}})
    assert lab.revision == before


# Nothing is lost.


@given(walk=st.lists(st.sampled_from(list(FAMILIES)), max_size=12))
def test_switching_family_and_back_loses_nothing(walk: list[str]) -> None:
    lab = Lab()
    lab.assign({"T": 777, "Tw": 33, "eta_max": 0.7, "eta_min": 1e-6, "cycle_length": 21, "restart_mult": 1.25})
    for key, family in FAMILIES.items():
        for spec in own_specs(family):
            value = spec.choices[-1] if spec.choices else spec.slider[0] * 0.5 + spec.slider[1] * 0.5
            lab.assign({f"{key}.{spec.name}": value})
    before, curve = whole(lab), lab.run.lr
    for key in walk:
        lab.assign({"family": key})
        assert {**whole(lab), "family": before["family"]} == before
        assert_drawn(lab)
    lab.assign({"family": before["family"]})
    np.testing.assert_array_equal(lab.run.lr, curve)


def test_what_two_families_call_by_one_name_is_kept_for_each() -> None:
    lab = Lab()
    lab.assign({"family": "step", "gamma": 0.1})
    lab.assign({"family": "exponential", "gamma": 0.99})
    lab.assign({"exp_range.gamma": 0.9})
    assert [lab.own[key]["gamma"] for key in ("step", "exponential", "exp_range")] == [0.1, 0.99, 0.9]
    lab.assign({"family": "step"})
    assert dict(lab.case.values)["gamma"] == 0.1


def test_two_visitors_share_nothing() -> None:
    one, other = Lab(), Lab()
    before = whole(other)
    one.assign({"family": "step", "gamma": 0.1, "T": 5})
    one.pin()
    assert whole(other) == before
    assert whole(Lab()) == before


# Only what is legal.


@every_number
@given(wanted=st.floats(allow_nan=False) | st.integers() | st.sampled_from([1e400, -(10**400), 10**400, 999_999.5]))
def test_a_number_beyond_what_is_legal_becomes_the_nearest_with_a_remark(name: str, wanted: float) -> None:
    spec = SPECS[name]
    low, high = spec.bounds
    value, remark = legal_value(spec, wanted)
    assert spec.validate(value) == value
    assert abs(value - min(max(wanted, low), high)) <= (0.5 if spec.kind == "steps" else 0)
    assert bool(remark) == (value != wanted)
    assert len(remark) < 250
    if remark:
        label, shown, became = re.fullmatch(r"(.+): (\S+) became (\S+), since it must be .+\.", remark).groups()
        assert label == spec.label
        assert shown != became


@every_number
def test_what_is_assigned_is_the_nearest_legal_value(name: str) -> None:
    key, spec = name.rpartition(".")[0] or "sgdr", SPECS[name]
    lab = Lab()
    for wanted in (-1e300, 1e300, 10**400, float("inf"), 0.75):
        lab.assign({"family": key, "T": 50, name: wanted})
        value, remark = legal_value(spec, wanted)
        assert lab.value_of(spec.name) == value
        assert lab.notices == ([remark] if remark else [])
        assert_drawn(lab)


@every_spec
def test_ends_of_what_is_legal_need_no_remark(name: str) -> None:
    spec = SPECS[name]
    for value in spec.bounds or spec.choices:
        assert legal_value(spec, value) == (value, "")


@every_spec
def test_a_value_that_has_no_nearest_is_refused_and_changes_nothing(name: str) -> None:
    key, spec = name.rpartition(".")[0] or "sgdr", SPECS[name]
    lab = Lab()
    before, revision = whole(lab), lab.revision
    for value in NO_NEAREST:
        with pytest.raises(ValueError, match=spec.name) as refused:
            lab.assign({"T": 17, "family": key, "axis": "log", name: value})
        assert spec.allowed in str(refused.value)
        assert (whole(lab), lab.revision, lab.notices) == (before, revision, []), value


@pytest.mark.parametrize(
    "changes",
    [
        {"family": "adam"},
        {"family": None},
        {"family": []},
        {"axis": "Log"},
        {"axis": 0},
        {"power": 2.0},
        {"step.power": 2.0},
        {"adam.gamma": 0.5},
        {"step.gamma.gamma": 0.5},
        {".": 1},
        {"": 1},
        {"own": {}},
        {"pins": []},
        {"revision": 5},
        {"notices": ["<b>"]},
        {"x" * 10_000: 1},
        {"\u202e\x00.\n": 1},
    ],
    ids=lambda changes: repr(changes)[:40],
)
def test_unknown_names_and_words_are_refused_in_a_sentence_and_change_nothing(changes: dict[str, Any]) -> None:
    lab = Lab()
    before, revision = whole(lab), lab.revision
    with pytest.raises(ValueError, match=r" is not (a|known)") as refused:
        lab.assign({"T": 17, **changes})
    assert len(str(refused.value)) < 500
    assert str(refused.value).isprintable()
    assert (whole(lab), lab.revision) == (before, revision)


# Values that conflict.


def test_values_that_conflict_keep_the_last_good_curve_and_say_why() -> None:
    lab = Lab()
    lab.assign({"family": "range_test", "T": 40, "eta_min": 0.01, "eta_max": 1.0})
    good = lab.live
    lab.assign({"eta_min": 0.0, "sweep": "exponential"})
    assert lab.error.startswith("eta_min=0.0 is not allowed")
    assert (lab.live, lab.case.values) == (
        good,
        tuple({**dict(good.values), "eta_min": 0, "sweep": "exponential"}.items()),
    )
    np.testing.assert_array_equal(lab.run.lr, good.run().lr)
    lab.pin()
    assert lab.pins == [good]
    lab.assign({"T": 50})
    assert lab.error
    assert lab.live == good
    lab.assign({"eta_min": 0.1})
    assert_drawn(lab)
    assert lab.error == ""


def test_a_conflict_counts_as_one_change_too() -> None:
    lab = Lab()
    before = lab.revision
    lab.assign(ZERO_START)
    assert lab.error
    assert lab.revision == before + 1


# Pins.


def test_pins_are_kept_in_order_up_to_the_limit_and_the_next_is_refused() -> None:
    lab = Lab()
    lengths = range(10, 10 + MAX_PINS + 2)
    for T in lengths:
        lab.assign({"T": T})
        lab.pin()
    assert [dict(pin.values)["T"] for pin in lab.pins] == list(lengths[:MAX_PINS])
    assert len(lab.notices) == 1
    assert str(MAX_PINS) in lab.notices[0]


def test_a_curve_is_pinned_once() -> None:
    lab = Lab()
    lab.pin()
    lab.pin()
    assert lab.pins == [lab.live]
    assert lab.notices == ["This curve is pinned already."]


def test_a_pinned_curve_stays_as_it_was_when_the_state_moves_on() -> None:
    lab = Lab()
    pinned = lab.live
    lab.pin()
    lab.assign({"family": "sgdr", "T": 99, "eta_max": 1.0})
    assert lab.pins == [pinned]


@given(count=st.integers(1, MAX_PINS), data=st.data())
def test_removing_a_pin_removes_that_one(count: int, data: st.DataObject) -> None:
    lab = Lab()
    for T in range(1, count + 1):
        lab.assign({"T": T})
        lab.pin()
    index = data.draw(st.integers(0, count - 1))
    before = list(lab.pins)
    lab.unpin(index)
    assert lab.pins == before[:index] + before[index + 1 :]


# The way back.


@pytest.mark.parametrize("act", ["preset", "reset", "removal"])
@given(data=st.data())
def test_undo_restores_the_exact_state(act: str, labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs())
    before, live, error = whole(lab), lab.live, lab.error
    acts = {"preset": lambda: lab.show(PRESETS[2].case), "reset": lab.reset, "removal": lambda: lab.unpin(0)}
    acts[act]()
    assert lab.can_undo == (whole(lab) != before)
    if lab.can_undo:
        lab.undo()
        assert (whole(lab), lab.error, lab.can_undo) == (before, error, False)
        assert error or lab.live == live


def test_undo_goes_back_one_act_at_a_time() -> None:
    lab = Lab()
    states = []
    for preset in PRESETS[1:]:
        states.append(whole(lab))
        lab.show(preset.case)
    while lab.can_undo:
        lab.undo()
        assert whole(lab) == states.pop()
    assert states == []
    before = lab.revision
    lab.undo()
    assert lab.revision == before


def test_every_change_can_be_taken_back_and_done_again() -> None:
    lab = Lab()
    acts = (
        lambda: lab.show(PRESETS[3].case),
        lab.pin,
        lambda: lab.assign({"sharpness": 20.0}),
        lambda: lab.jump({"axis": "log"}),
        lambda: lab.unpin(0),
        lab.reset,
    )
    states = [whole(lab)]
    for act in acts:
        act()
        states.append(whole(lab))
    for state in reversed(states[:-1]):
        lab.undo()
        assert whole(lab) == state
    assert not lab.can_undo
    for state in states[1:]:
        lab.redo()
        assert whole(lab) == state
    assert not lab.can_redo


def test_something_new_after_an_undo_leaves_nothing_to_do_again() -> None:
    lab = Lab()
    lab.assign({"T": 100})
    lab.undo()
    lab.assign({"Tw": 7})
    assert not lab.can_redo


def test_moves_of_one_slider_in_quick_succession_are_one_act(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("app.model.time.monotonic", lambda: clock[0])
    lab = Lab()
    for seconds, T in ((10.0, 100), (10.1, 200), (10.9, 300), (20.0, 400), (20.1, 500)):
        clock[0] = seconds
        lab.assign({"T": T})
    lab.assign({"Tw": 3})
    found = []
    while lab.can_undo:
        lab.undo()
        found.append((lab.T, lab.Tw))
    assert found == [(500, 500), (300, 500), (10_000, 500)]


def test_the_playhead_leaves_nothing_to_undo() -> None:
    lab = Lab()
    lab.assign({"step": 50})
    assert not lab.can_undo


def test_an_act_that_changes_nothing_leaves_nothing_to_undo() -> None:
    lab = Lab()
    lab.reset()
    lab.unpin(0)
    lab.show(lab.live)
    assert not lab.can_undo


@given(data=st.data())
def test_reset_equals_a_fresh_page(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs())
    frame = {name: getattr(lab, name) for name in FRAME}
    lab.reset()
    assert whole(lab) == {**whole(Lab()), **frame}
    assert (lab.notices, lab.error) == ([], "")
    assert_drawn(lab)


@given(data=st.data())
def test_a_state_is_taken_over_whole(labs: Any, data: st.DataObject) -> None:
    lab, other = data.draw(labs()), Lab()
    other.restore(lab.state, ["said"])
    assert whole(other) == whole(lab)
    assert (other.notices, other.error) == (["said"], lab.error)
    assert lab.error or other.live == lab.live


@pytest.mark.parametrize("seed", range(3))
def test_hundreds_of_random_acts_never_raise_and_end_with_the_engines_curve(seed: int) -> None:
    lab, dice = Lab(), random.Random(seed)
    acts = [lab.pin, lab.reset, lab.undo, lambda: lab.unpin(dice.randrange(MAX_PINS))]
    names = [spec.name for spec in SHARED]
    for _ in range(400):
        roll = dice.random()
        revision = lab.revision
        if roll < 0.25:
            dice.choice(acts)()
        elif roll < 0.3:
            lab.show(dice.choice([*(preset.case for preset in PRESETS), *lab.pins]))
        elif roll < 0.5:
            lab.assign({"family": dice.choice(list(FAMILIES)), "axis": dice.choice(AXES)})
        else:
            name = dice.choice([*names, *(spec.name for spec in own_specs(lab.spec))])
            spec = next(spec for spec in (*lab.spec.params, *SHARED) if spec.name == name)
            ends: list[Value] = list(
                spec.choices or (*spec.slider, *spec.bounds, spec.default, dice.uniform(*spec.slider))
            )
            wanted = dice.choice(ends)
            lab.assign({name: min(wanted, 2_000) if spec.kind == "steps" else wanted})
        assert lab.revision <= revision + 1
        assert len(lab.pins) <= MAX_PINS
        assert len(set(lab.pins)) == len(lab.pins)
        assert_drawn(lab)
    lab.assign({"eta_min": 1e-5})
    assert lab.error == ""
    assert_drawn(lab)
