"""The controls: what each shows, what each does, and what none can do whatever a browser sends."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model import AXES, MAX_PINS, Lab, own_specs
from app.presets import PRESETS
from app.training import Trainer
from app.views.stage import (
    Look,
    change,
    look_playhead,
    look_plot,
    look_schedule,
    look_toy,
    playhead_items,
    plot_items,
    schedule_items,
    toy_items,
)
from idle import idle
from schedules import FAMILIES, SHARED

ITEMS = {item["name"]: item for item in [*schedule_items(), *plot_items(), *playhead_items(), *toy_items()]}
every_family = pytest.mark.parametrize("key", FAMILIES)
HOSTILE = [
    *(None, "", "5", "²", "<b>", True, False, [], [1], {}, {"value": 1}, [[[]]], (), b"5", 1j, object()),
    *(float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 1e-320, -0.0, 0, -1, 10**400, -(10**400), 2**63),
    *(np.zeros(3), np.zeros(0), np.float64("nan"), np.int64(5), "x" * 100_000),
]
anything = st.sampled_from(HOSTILE) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def look(lab: Lab, trainer: Trainer) -> Look:
    """What every control shows."""
    return {**look_schedule(lab, trainer), **look_plot(lab), **look_playhead(lab, trainer), **look_toy(lab)}


def state_of(lab: Lab) -> str:
    return repr(lab.state)


def assert_legal(lab: Lab) -> None:
    """Assert that the state holds what the engine takes, and that it can be drawn, sent and shown."""
    assert lab.family in FAMILIES
    assert lab.axis in AXES
    for spec in SHARED:
        spec.validate(getattr(lab, spec.name))
    for key, family in FAMILIES.items():
        for spec in own_specs(family):
            spec.validate(lab.own[key][spec.name])
    assert len(lab.pins) <= MAX_PINS
    assert np.isfinite(lab.run.lr).all()
    json.dumps(look(lab, idle(lab)), allow_nan=False)
    assert all(isinstance(said, str) and len(said) < 600 for said in lab.notices)


# What there is.


def test_no_two_controls_share_a_name() -> None:
    assert len(ITEMS) == sum(map(len, (schedule_items(), plot_items(), playhead_items(), toy_items())))


@pytest.mark.parametrize(
    "label",
    [
        *("Schedule", "Run length T", "Warmup steps Tw", "Peak rate eta_max", "Floor rate eta_min", "Cycle length"),
        "Restart multiplier",
    ],
)
def test_every_control_has_the_name_that_people_find_it_by(label: str) -> None:
    assert [item["label"] for item in ITEMS.values()].count(label) == 1


def test_no_two_controls_that_are_seen_together_share_a_label() -> None:
    lab = Lab()
    for key in FAMILIES:
        lab.assign({"family": key})
        shown = look(lab, idle(lab))
        labels = [item["label"] for name, item in ITEMS.items() if not shown[name].get("hidden")]
        assert len(labels) == len(set(labels)), key


def test_every_control_is_shown_and_nothing_else() -> None:
    assert set(look(Lab(), idle(Lab()))) == set(ITEMS)


def test_the_description_of_the_controls_is_plain_data() -> None:
    assert json.loads(json.dumps([schedule_items(), plot_items()], allow_nan=False)) == [schedule_items(), plot_items()]


def test_every_family_and_every_example_can_be_chosen() -> None:
    assert [value for value, _text in ITEMS["family"]["options"]] == list(FAMILIES)
    assert [value for value, _text in ITEMS["preset"]["options"]] == [preset.key for preset in PRESETS]
    assert [value for value, _text in ITEMS["axis"]["options"]] == list(AXES)


def test_rates_and_run_lengths_move_on_a_logarithmic_scale_and_only_the_floor_reaches_zero() -> None:
    scales = {spec.name: (ITEMS[spec.name]["scale"], ITEMS[spec.name]["zero"]) for spec in SHARED}
    assert {name: scales[name] for name in ("T", "eta_max", "eta_min")} == {
        "T": ("log", False),
        "eta_max": ("log", False),
        "eta_min": ("log", True),
    }
    for item in ITEMS.values():
        if item["kind"] == "slider" and item["scale"] == "log":
            assert item["low"] > 0


# What each shows.


@every_family
def test_a_slider_is_disabled_exactly_where_the_family_lacks_it_and_then_says_why(key: str) -> None:
    lab = Lab()
    lab.assign({"family": key})
    shown = look(lab, idle(lab))
    for spec in SHARED:
        state = shown[spec.name]
        assert state["disabled"] is not FAMILIES[key].has(spec.name)
        assert state["hidden"] is False
        assert bool(state["note"]) is state["disabled"]
        if state["disabled"]:
            assert state["note"].startswith("Not used: this schedule ")
            assert state["note"].endswith(f"{spec.absent}.")
            assert spec.absent


@every_family
def test_only_the_familys_own_controls_are_seen_beside_the_shared_ones(key: str) -> None:
    lab = Lab()
    lab.assign({"family": key})
    seen = {name for name, state in look(lab, idle(lab)).items() if "." in name and not state["hidden"]}
    assert seen == {f"{key}.{spec.name}" for spec in own_specs(FAMILIES[key])}
    assert not any(look(lab, idle(lab))[name]["disabled"] for name in seen)


@given(data=st.data())
def test_what_is_shown_is_the_state(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs())
    shown = look(lab, idle(lab))
    assert (shown["family"]["value"], shown["axis"]["value"]) == (lab.family, lab.axis)
    assert shown["undo"]["disabled"] is not lab.can_undo
    for spec in SHARED:
        assert shown[spec.name]["value"] == getattr(lab, spec.name)
    for key, family in FAMILIES.items():
        for spec in own_specs(family):
            assert shown[f"{key}.{spec.name}"]["value"] == lab.own[key][spec.name]
    assert_legal(lab)


@given(data=st.data())
def test_a_slider_that_follows_the_run_ends_at_its_length_and_says_what_share_it_is(
    labs: Any, data: st.DataObject
) -> None:
    lab = data.draw(labs())
    shown = look(lab, idle(lab))
    assert shown["T"]["high"] == SHARED[0].bounds[1]
    for name in ("Tw", "cycle_length", "step.drop_every"):
        value, text = shown[name]["value"], shown[name]["text"]
        assert shown[name]["high"] == lab.T
        assert text.startswith(f"{value:,} updates, ")
        assert text.endswith(" percent of the run")
        share = float(text.split(", ")[-1].removesuffix(" percent of the run").replace(",", ""))
        assert math.isclose(share, 100 * value / lab.T, rel_tol=0.01)


def test_the_share_of_the_run_is_said_in_percent() -> None:
    assert look(Lab(), idle(Lab()))["Tw"]["text"] == "500 updates, 5 percent of the run"


@every_family
def test_the_familys_summary_stands_under_the_choice_without_markup(key: str) -> None:
    lab = Lab()
    lab.assign({"family": key})
    note = look(lab, idle(lab))["family"]["note"]
    assert note.endswith(".")
    assert "`" not in note


# What each does.


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if item["kind"] == "slider"])
def test_a_slider_sets_its_value(name: str) -> None:
    lab = Lab()
    if "." in name:
        change(lab, {"family": name.partition(".")[0]})
    before = {name: state.get("value") for name, state in look(lab, idle(lab)).items()}
    wanted = min(1, look(lab, idle(lab))[name]["high"])
    change(lab, {name: wanted})
    after = {name: state.get("value") for name, state in look(lab, idle(lab)).items()}
    assert after == {**before, name: wanted}


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if item["kind"] in {"choice", "switch"}])
def test_every_option_of_a_choice_can_be_chosen(name: str) -> None:
    for value, _text in ITEMS[name]["options"]:
        lab = Lab()
        if "." in name:
            change(lab, {"family": name.partition(".")[0]})
        change(lab, {name: value})
        if name == "preset":
            preset = next(preset for preset in PRESETS if preset.key == value)
            assert lab.live == preset.case
            assert lab.notices == [f"{preset.title}. {preset.why}"]
            assert look(lab, idle(lab))["preset"]["value"] == ""
        else:
            assert lab.notices == []
            assert look(lab, idle(lab))[name]["value"] == value


def test_the_buttons_do_what_they_say() -> None:
    lab = Lab()
    change(lab, {"T": 123})
    change(lab, {"pin": True})
    assert lab.pins == [lab.live]
    change(lab, {"reset": True})
    assert lab.state == Lab().state
    assert look(lab, idle(lab))["undo"]["disabled"] is False
    change(lab, {"undo": True})
    assert (lab.T, len(lab.pins)) == (123, 1)
    assert look(lab, idle(lab))["redo"]["disabled"] is False
    change(lab, {"redo": True})
    assert lab.state == Lab().state
    assert look(lab, idle(lab))["redo"]["disabled"] is True
    change(lab, {"undo": True})
    before = state_of(lab)
    change(lab, {"copy": True})
    assert state_of(lab) == before


def test_several_sliders_in_one_message_are_one_change() -> None:
    lab = Lab()
    before = lab.revision
    change(lab, {"T": 50, "Tw": 5, "eta_max": 0.1, "family": "step", "step.gamma": 0.1, "axis": "log"})
    assert lab.revision == before + 1
    assert dict(lab.live.values) == {"T": 50, "Tw": 5, "eta_max": 0.1, "gamma": 0.1, "drop_every": 2_000}


def test_a_refused_value_is_said_and_changes_nothing() -> None:
    lab = Lab()
    before = state_of(lab)
    change(lab, {"T": None, "Tw": 7})
    assert state_of(lab) == before
    assert lab.notices == ["T=None is not allowed; it must be " + SHARED[0].allowed]


# What a browser may send.


@pytest.mark.parametrize("name", [*ITEMS, "", "own", "pins", "notices", "revision", "a.b.c", "__class__", "x" * 5_000])
def test_no_value_of_any_control_raises_or_makes_the_state_illegal(name: str) -> None:
    for value in HOSTILE:
        lab = Lab()
        lab.assign({"T": 30})
        change(lab, {name: value})
        assert_legal(lab)


@given(st.lists(st.dictionaries(st.sampled_from(list(ITEMS)) | st.text(max_size=8), anything, max_size=5), max_size=5))
def test_no_walk_of_any_messages_raises_or_makes_the_state_illegal(messages: list[dict[str, Any]]) -> None:
    lab = Lab()
    lab.assign({"T": 30})
    for message in messages:
        change(
            lab,
            {
                name: min(value, 300) if name == "T" and isinstance(value, int) else value
                for name, value in message.items()
            },
        )
        assert_legal(lab)


@pytest.mark.parametrize("value", [0, -1, None, "", "adam", float("nan"), [], {}, {"seed": 1}, np.zeros(2)], ids=repr)
def test_an_example_that_does_not_exist_does_nothing(value: Any) -> None:
    lab = Lab()
    before = state_of(lab)
    change(lab, {"preset": value})
    assert state_of(lab) == before
    assert not lab.can_undo


def test_no_control_changes_the_state_while_a_prediction_is_open() -> None:
    lab = Lab(step=5000)
    lab.open("E1", 0)
    before = lab.state
    for changes in ({"step": 1}, {"eta_max": 0.1}, {"reset": True}, {"pin": True}, {"preset": "too_high"}):
        change(lab, changes)
    assert lab.state == before
    assert lab.notices == []
