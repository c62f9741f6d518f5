"""Curves as whole runs: their phases, and the steps that matter."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedules
from schedules import FAMILIES
from schedules.curves import LABELS, stretches
from strategies import params_of

every_family = pytest.mark.parametrize("key", FAMILIES)


def steps_by_kind(key: str, **params: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for event in schedules.events(key, **params):
        found.setdefault(event.kind, []).append(event.step)
    return found


@every_family
@given(data=st.data())
def test_phases_fill_the_run_without_gap_in_the_declared_order(key: str, data: st.DataObject) -> None:
    family = FAMILIES[key]
    values = data.draw(params_of(family))
    found = stretches(family, values)
    assert found[0].start == 0
    assert found[-1].stop == values["T"]
    assert all(stretch.start < stretch.stop for stretch in found)
    assert all(a.stop == b.start for a, b in pairwise(found))
    order = [family.phases.index(stretch.phase) for stretch in found]
    assert order == sorted(set(order))
    for stretch in found:
        number = family.phases.index(stretch.phase)
        for t in {stretch.start, (stretch.start + stretch.stop) // 2, stretch.stop - 1}:
            assert family.branch(t, **values) == number


@every_family
@given(data=st.data())
def test_events_are_known_in_order_within_the_run_and_on_the_curve(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    lr = schedules.curve(key, **values)
    found = schedules.events(key, **values)
    assert [event.step for event in found] == sorted(event.step for event in found)
    assert len({(event.step, event.kind) for event in found}) == len(found)
    assert found[-1].step == values["T"] - 1
    assert sum(event.kind == "end" for event in found) == 1
    for event in found:
        assert 0 <= event.step < values["T"]
        assert event.label == LABELS[event.kind]
        assert event.lr == lr[event.step]
        assert (type(event.step), type(event.lr)) == (int, float)


@every_family
@given(data=st.data())
def test_the_warmup_ends_with_the_first_update_after_it(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    steps = steps_by_kind(key, **values).get("warmup_end", [])
    Tw = values.get("Tw", 0)
    assert steps == ([Tw] if 0 < Tw < values["T"] else [])


@every_family
@given(data=st.data())
def test_the_peak_is_the_first_step_at_the_highest_rate(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    if "valley" in FAMILIES[key].marks(**values):
        return  # a triangle has a peak in each cycle
    lr = schedules.curve(key, **values)
    steps = steps_by_kind(key, **values).get("peak", [])
    if lr.max() > lr.min() * (1 + 1e-9):
        assert steps == [int(np.flatnonzero(lr >= lr.max() * (1 - 1e-12))[0])]
    assert len(steps) <= 1


@pytest.mark.parametrize("key", [key for key, family in FAMILIES.items() if family.has("Tw")])
def test_rounding_does_not_move_the_peak_off_the_end_of_the_warmup(key: str) -> None:
    for Tw in range(2, 60):
        for peak in (3e-4, 0.1, 0.0036517412725483775):
            values = {spec.name: spec.default for spec in FAMILIES[key].params}
            steps = steps_by_kind(key, **{**values, "T": 100, "Tw": Tw, "eta_max": peak, **at_most(values, peak)})
            assert steps["peak"] == [Tw - 1]


def at_most(values: dict[str, Any], peak: float) -> dict[str, float]:
    return {"eta_min": peak / 10} if "eta_min" in values else {}


@every_family
@given(data=st.data())
def test_the_floor_is_the_first_step_after_the_peak_at_the_floor_rate(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    steps = steps_by_kind(key, **values).get("floor", [])
    if "eta_min" not in values:
        assert steps == []
        return
    lr = schedules.curve(key, **values)
    near = np.abs(lr - values["eta_min"]) <= 1e-12 * max(values["eta_min"], float(lr.max()))
    top = np.flatnonzero(lr >= lr.max() * (1 - 1e-12))[0]
    for step in steps:
        assert near[step]
        assert not near[top:step].any()
    if not steps and lr.max() > values["eta_min"] * (1 + 1e-9):
        assert not near[top:].any()


@given(data=st.data())
def test_restarts_are_what_the_rule_of_the_family_says(data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES["sgdr"]))
    lr = schedules.curve("sgdr", **values)
    steps = steps_by_kind("sgdr", **values).get("restart", [])
    assert steps == schedules.restarts("sgdr", **values).tolist()
    rises = values["Tw"] + 1 + np.flatnonzero(np.diff(lr[values["Tw"] :]) > 1e-9 * lr.max())
    if values["eta_min"] < values["eta_max"]:
        assert set(rises.tolist()) <= set(steps)


@pytest.mark.parametrize("key", [key for key in FAMILIES if key != "sgdr"])
def test_only_warm_restarts_restart(key: str) -> None:
    found = schedules.restarts(key)
    assert found.size == 0
    assert found.dtype == np.int64


@pytest.mark.parametrize("key", ["triangular", "triangular2", "exp_range"])
@pytest.mark.parametrize("cycle_length", [1, 2, 3, 10, 11, 250])
def test_peaks_and_valleys_of_a_triangle_are_its_turns(key: str, cycle_length: int) -> None:
    params = {"T": 200, "eta_max": 1.0, "eta_min": 0.1, "cycle_length": cycle_length}
    lr = schedules.curve(key, **params)
    steps = steps_by_kind(key, **params)
    for kind, sign in (("peak", 1), ("valley", -1)):
        for t in steps.get(kind, []):
            around = sign * lr[max(0, t - 1) : t + 2]
            assert sign * lr[t] >= around.max() - 1e-3, f"{kind} at {t}"
    assert len(steps.get("peak", [])) == (0 if cycle_length == 1 else (200 - 1 + cycle_length // 2) // cycle_length)


def test_a_triangle_upside_down_has_its_peaks_where_the_rate_is_high() -> None:
    params = {"T": 100, "eta_max": 0.1, "eta_min": 1.0, "cycle_length": 20}
    steps = steps_by_kind("triangular", **params)
    assert steps["valley"] == [10, 30, 50, 70, 90]
    assert steps["peak"] == [20, 40, 60, 80]


@given(data=st.data())
def test_drops_are_the_steps_at_which_the_rate_steps_down(data: st.DataObject) -> None:
    values = {**data.draw(params_of(FAMILIES["step"])), "gamma": 0.9, "eta_max": 1.0}
    lr = schedules.curve("step", **values)
    steps = steps_by_kind("step", **values).get("drop", [])
    downs = values["Tw"] + 1 + np.flatnonzero(np.diff(lr[values["Tw"] :]) < 0)
    visible = [step for step in steps if lr[step - 1] > 1e-300]  # later ones are lost among the smallest floats
    assert visible == [step for step in downs.tolist() if lr[step - 1] > 1e-300]


@given(data=st.data())
def test_a_cooldown_begins_after_the_stable_part_and_ends_with_the_run(data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES["wsd"]))
    T, start = values["T"], max(values["Tw"], values["T"] - round(values["cooldown"] * values["T"]))
    steps = steps_by_kind("wsd", **values)
    assert steps.get("cooldown_start", []) == ([start] if start < T else [])
    assert steps.get("cooldown_end", []) == ([T - 1] if start < T else [])


def test_the_events_of_the_seed_pages_run() -> None:
    found = schedules.events("warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5)
    assert [(event.step, event.label) for event in found] == [
        (499, "peak"),
        (500, "warmup ends"),
        (9_999, "floor reached"),
        (9_999, "last update"),
    ]


@every_family
def test_a_curve_is_made_anew_for_each_caller(key: str) -> None:
    first = schedules.curve(key)
    first[:] = 0
    assert schedules.curve(key).max() > 0
