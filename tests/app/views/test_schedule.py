"""The plot: the engine's curve, thinned; an axis that holds all curves and stays still; names that keep clear."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bokeh.models import ColumnDataSource, GlyphRenderer, LogScale, Model, Quad, Scatter, Segment, Text
from hypothesis import example, given
from hypothesis import strategies as st

import schedules
from app.model import MAX_PINS, Lab
from app.presets import PRESETS
from app.views.labels import GAP, LINE, text_width
from app.views.plotting import FONT, log_ticks, round_up, ticks
from app.views.schedule import (
    DEEPEST,
    FEW,
    MOST_LABELS,
    SchedulePlot,
    _decades,
)
from idle import idle
from schedules import FAMILIES
from schedules.remakes import remade
from schedules.thin import BUDGET

SIZES = [(850, 340), (250, 180), (1_700, 700), (60, 60)]
every_family = pytest.mark.parametrize("key", FAMILIES)
rates = st.floats(-18, 3).map(lambda exponent: 10**exponent)


def renderer(plot: SchedulePlot, glyph: type[Model], **fields: str) -> GlyphRenderer:
    """Return the one renderer that draws such a glyph, told from others of its kind by the names of its columns."""
    (found,) = [
        each
        for each in plot.figure.renderers
        if isinstance(each.glyph, glyph) and all(getattr(each.glyph, name) == field for name, field in fields.items())
    ]
    return found


def columns(plot: SchedulePlot, glyph: type[Model], **fields: str) -> dict[str, list[Any]]:
    return {name: list(column) for name, column in renderer(plot, glyph, **fields).data_source.data.items()}


def resize(plot: SchedulePlot, width: int, height: int) -> None:
    """Tell the plot its size, as a browser does."""
    plot.figure.set_from_json("inner_width", width)
    plot.figure.set_from_json("inner_height", height)


def drawn(plot: SchedulePlot, lab: Lab) -> list[np.ndarray]:
    """Return what is drawn of the live curve and of each pinned one."""
    sources = {source.name: source for source in plot.figure.select({"type": ColumnDataSource}) if source.name}
    return [
        sources[name].data["lr"] for name in ["schedule_data", *(f"pin_{n + 1}_data" for n in range(len(lab.pins)))]
    ]


@pytest.fixture(scope="module")
def shown() -> Callable[[Lab], tuple[Lab, SchedulePlot]]:
    """Return a function that brings the state of a page to one plot, whatever it showed before."""
    lab = Lab()
    plot = SchedulePlot(lab, idle(lab))

    def show(other: Lab) -> tuple[Lab, SchedulePlot]:
        lab.reset()
        lab.restore(other.state, [])
        plot.refresh()
        return lab, plot

    return show


# The curve.


@given(data=st.data())
def test_what_is_drawn_is_the_engines_curve_at_its_steps(labs: Any, shown: Any, data: st.DataObject) -> None:
    lab, plot = shown(data.draw(labs()))
    steps, lr = plot.data.data["step"], plot.data.data["lr"]
    curve = schedules.curve(lab.live.family, **dict(lab.live.values))
    np.testing.assert_array_equal(lr, curve[steps])
    assert (np.diff(steps) > 0).all()
    assert (steps[0], steps[-1]) == (0, curve.size - 1)
    assert steps.size == min(curve.size, steps.size) <= BUDGET
    assert steps.size == curve.size or curve.size > BUDGET


@every_family
@pytest.mark.parametrize("T", [1, 2, FEW, BUDGET, BUDGET + 1, 1_000_000])
def test_what_is_sent_is_bounded_for_any_length_of_run(shown: Any, key: str, T: int) -> None:
    lab = Lab()
    lab.assign({"family": key, "T": T})
    _lab, plot = shown(lab)
    for source in plot.figure.select({"type": ColumnDataSource}):
        for column in source.data.values():
            assert len(column) <= min(BUDGET, T + 6)
    assert plot.data.data["step"].dtype == np.int32


@every_family
@pytest.mark.parametrize("T", [7_777, 123_456])
def test_joins_peaks_and_restarts_are_drawn_exactly(shown: Any, key: str, T: int) -> None:
    lab = Lab()
    lab.assign({"family": key, "T": T, "Tw": T // 7, "cycle_length": T // 11})
    _lab, plot = shown(lab)
    steps = set(plot.data.data["step"].tolist())
    found = schedules.run(key, **dict(lab.case.values))
    assert {int(step) for kind in found.steps.values() for step in kind} <= steps
    assert found.lr.max() == max(found.lr[list(steps)])


def test_every_join_of_two_phases_is_drawn_exactly() -> None:
    lab = Lab()
    plot = SchedulePlot(lab, idle(lab))
    for key, T in itertools.product(FAMILIES, (7_777, 123_456)):
        lab.assign({"family": key, "T": T, "Tw": T // 7})
        plot.refresh()
        assert {stretch.start for stretch in lab.run.stretches} <= set(plot.data.data["step"].tolist())


@pytest.mark.parametrize(("T", "points"), [(1, True), (FEW, True), (FEW + 1, False)])
def test_single_updates_are_points_while_they_are_few(T: int, points: bool) -> None:
    lab = Lab()
    plot = SchedulePlot(lab, idle(lab))
    lab.assign({"T": T})
    plot.refresh()
    assert plot._points.visible is points


@given(data=st.data())
def test_a_pinned_curve_is_drawn_as_the_engines_too(labs: Any, shown: Any, data: st.DataObject) -> None:
    lab, plot = shown(data.draw(labs()))
    sources = {source.name: source for source in plot.figure.select({"type": ColumnDataSource}) if source.name}
    for number in range(MAX_PINS):
        shown = sources[f"pin_{number + 1}_data"].data
        if number < len(lab.pins):
            pin = lab.pins[number]
            lr = schedules.curve(pin.family, **dict(pin.values))
            lr = remade(pin.remake, pin.family, dict(pin.values), lr) if pin.remake else lr
            np.testing.assert_array_equal(shown["lr"], lr[shown["step"]])
        else:
            assert len(shown["step"]) == len(shown["lr"]) == 0


# Models are made once.


def test_changes_replace_data_and_never_models() -> None:
    lab = Lab()
    plot = SchedulePlot(lab, idle(lab))
    tickers = {plot.figure.yaxis[0].ticker.id, plot.figure.y_scale.id}
    before = {model.id for model in plot.figure.references()} - tickers
    for preset in PRESETS:
        lab.show(preset.case)
        lab.pin()
        plot.refresh()
    for key in FAMILIES:
        lab.assign({"family": key, "axis": "linear"})
        plot.refresh()
    after = {model.id for model in plot.figure.references()}
    assert before <= after
    assert len(after) == len(before) + len(tickers)


def test_no_two_models_share_a_name_and_those_of_the_design_are_there() -> None:
    lab = Lab()
    plot = SchedulePlot(lab, idle(lab))
    lab.pin()
    plot.refresh()
    names = [model.name for model in plot.figure.references() if model.name]
    assert sorted(names) == sorted(set(names))
    assert {"schedule", "schedule_data"} <= set(names)
    assert set(plot.data.data) == {"step", "lr"}
    assert plot.data in plot.figure.references()


def test_a_refresh_without_a_change_sends_no_new_ticks_or_scale() -> None:
    lab = Lab()
    plot = SchedulePlot(lab, idle(lab))
    ticker, scale = plot.figure.yaxis[0].ticker, plot.figure.y_scale
    lab.assign({"eta_max": 2.9e-4})
    plot.refresh()
    assert plot.figure.yaxis[0].ticker is ticker
    assert plot.figure.y_scale is scale


def test_two_plots_of_one_state_draw_the_same() -> None:
    lab = Lab()
    early = SchedulePlot(lab, idle(lab))
    lab.show(PRESETS[2].case, "log")
    lab.pin()
    lab.assign({"family": "wsd", "axis": "log"})
    early.refresh()
    late = SchedulePlot(lab, idle(lab))
    for one, other in zip(early.figure.renderers, late.figure.renderers, strict=True):
        for name, column in one.data_source.data.items():
            assert list(column) == list(other.data_source.data[name])
    for axis in ("x_range", "y_range"):
        for end in ("start", "end"):
            assert getattr(getattr(early.figure, axis), end) == getattr(getattr(late.figure, axis), end)


# The axes.


@given(data=st.data())
def test_the_axes_hold_every_curve(labs: Any, shown: Any, data: st.DataObject) -> None:
    lab, plot = shown(data.draw(labs()))
    low, high = plot.figure.y_range.start, plot.figure.y_range.end
    start, end = plot.figure.x_range.start, plot.figure.x_range.end
    highest = max(curve.max() for curve in drawn(plot, lab))
    assert low < high
    for curve in drawn(plot, lab):
        assert curve.max() <= high
        if lab.axis == "linear":
            assert low == 0 <= curve.min()
        else:
            seen = curve[curve > highest * DEEPEST]
            assert low > 0
            assert low <= seen.min(initial=np.inf)
    for source in (plot.data, *(pin for pin in plot.figure.select({"type": ColumnDataSource}) if "step" in pin.data)):
        for step in list(source.data["step"])[-1:]:
            assert start < 0 <= step < end


@given(data=st.data())
def test_a_logarithmic_axis_is_positive_and_short_for_any_state(labs: Any, shown: Any, data: st.DataObject) -> None:
    lab, plot = shown(data.draw(labs()))
    lab.assign({"axis": "log"})
    plot.refresh()
    assert isinstance(plot.figure.y_scale, LogScale)
    assert 0 < plot.figure.y_range.start < plot.figure.y_range.end < math.inf
    assert math.log10(plot.figure.y_range.end / plot.figure.y_range.start) <= -math.log10(DEEPEST) + 3


@pytest.mark.parametrize(
    "values",
    [
        {"family": "step", "gamma": 0.0, "drop_every": 1, "T": 50, "Tw": 0},
        {"family": "exponential", "gamma": 0.0, "T": 50, "Tw": 0},
        {"family": "range_test", "eta_min": 0.0, "T": 1},
        {"family": "triangular", "eta_min": 0.0, "T": 1},
        {"family": "warmup_linear", "eta_min": 0.0, "T": 3, "Tw": 0},
        {"family": "exponential", "gamma": 0.5, "T": 2_000, "Tw": 0},
    ],
    ids=lambda values: f"{values['family']} {values['T']}",
)
def test_a_curve_that_ends_in_zeros_or_is_nothing_else_has_a_logarithmic_axis(shown: Any, values: Any) -> None:
    lab, plot = shown(Lab())
    lab.assign({**values, "axis": "log"})
    plot.refresh()
    assert 0 < plot.figure.y_range.start < plot.figure.y_range.end
    ticks = plot.figure.yaxis[0].ticker.ticks
    assert 2 <= len(ticks) <= 12
    lab.assign({"axis": "linear"})
    plot.refresh()
    assert not isinstance(plot.figure.y_scale, LogScale)
    assert plot.figure.y_range.start == 0


@given(data=st.data())
def test_ticks_lie_on_the_axis_few_in_order_and_told_apart(labs: Any, shown: Any, data: st.DataObject) -> None:
    _lab, plot = shown(data.draw(labs()))
    axis = plot.figure.yaxis[0]
    ticks, low, high = axis.ticker.ticks, plot.figure.y_range.start, plot.figure.y_range.end
    if high < 1e-9:  # see the test of hardly visible rates
        return
    assert 2 <= len(ticks) <= 12
    assert (np.diff(ticks) > 0).all()
    assert low * (1 - 1e-9) <= ticks[0]
    assert ticks[-1] <= high * (1 + 1e-9)
    assert plot.figure.ygrid[0].ticker is axis.ticker
    labels = [axis.major_label_overrides[tick] for tick in ticks]
    assert len(set(labels)) == len(labels)
    assert [float(label.replace(",", "")) for label in labels] == pytest.approx(ticks, rel=1e-9)


@given(high=st.floats(-12, 3).map(lambda exponent: round_up(10**exponent)))
@example(1_250.0)
def test_ticks_from_zero_are_round_and_even(high: float) -> None:
    marks = ticks(high)
    assert 4 <= len(marks) <= 8
    assert marks[0] == 0
    assert marks[-1] <= high * (1 + 1e-9)
    assert high - marks[-1] < marks[1]
    np.testing.assert_allclose(np.diff(marks), marks[1], rtol=1e-9)
    assert float(f"{marks[1]:.0e}") == marks[1]


def test_hardly_visible_rates_have_ticks_too() -> None:
    lab = Lab()
    lab.assign({"T": 1, "Tw": 1_000, "eta_max": 1e-12})
    assert len(SchedulePlot(lab, idle(lab)).figure.yaxis[0].ticker.ticks) >= 2


@given(low=st.integers(-30, 2), decades=st.integers(1, 20))
def test_ticks_of_a_logarithmic_axis_lie_between_its_ends(low: int, decades: int) -> None:
    ticks = log_ticks(10.0**low, 10.0 ** (low + decades))
    assert 2 <= len(ticks) <= 12
    assert (np.diff(ticks) > 0).all()
    assert ticks[0] == pytest.approx(10.0**low)
    assert ticks[-1] <= 10.0 ** (low + decades) * (1 + 1e-9)


@given(rates)
@example(1.0)
@example(999.9999999999999)
@example(0.0012)
def test_a_round_number_is_not_below_little_above_and_stays(x: float) -> None:
    rounded = round_up(x)
    assert x * (1 - 1e-9) <= rounded <= x * (4 / 3 + 1e-9)
    assert round_up(rounded) == pytest.approx(rounded, rel=1e-12)
    assert float(f"{rounded:.1e}") == pytest.approx(rounded, rel=1e-12)


@given(rates, st.floats(1, 2))
def test_a_greater_number_is_never_rounded_up_to_a_smaller_one(x: float, factor: float) -> None:
    assert round_up(x) <= round_up(x * factor) * (1 + 1e-12)


def test_the_axes_stay_still_for_small_changes() -> None:
    lab = Lab()
    plot = SchedulePlot(lab, idle(lab))
    ends = []
    for position in np.linspace(0, 1, 200):
        lab.assign({"eta_max": 1e-4 * 10**position, "T": int(1_000 * 10**position)})
        plot.refresh()
        ends.append((plot.figure.y_range.end, plot.figure.x_range.end))
    for end in zip(*ends, strict=True):
        assert list(end) == sorted(end)
        assert len(set(end)) <= 12


@given(highest=rates, parts=st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_the_decades_of_an_axis_hold_the_rates_that_can_be_seen(highest: float, parts: list[float]) -> None:
    curve = np.array([highest, *(highest * part for part in parts)])
    low, high = _decades([curve], highest)
    assert 0 < low <= curve[curve > highest * DEEPEST].min()
    assert curve.max() < high
    assert math.log10(low) == pytest.approx(round(math.log10(low)), abs=1e-9)
    assert math.log10(high) == pytest.approx(round(math.log10(high)), abs=1e-9)


# Phases, marks and labels.


@given(data=st.data())
def test_the_bands_tile_the_run(labs: Any, shown: Any, data: st.DataObject) -> None:
    lab, plot = shown(data.draw(labs()))
    bands, last = columns(plot, Quad), lab.run.lr.size - 1
    assert bands["left"][0] == 0
    assert bands["right"][-1] == last
    assert bands["left"][1:] == bands["right"][:-1]
    assert all(left <= right for left, right in zip(bands["left"], bands["right"], strict=True))
    shades = bands["shade"]
    assert all(one != other for one, other in itertools.pairwise(shades))
    assert len(shades) == len(lab.run.stretches)


@given(data=st.data(), size=st.sampled_from(SIZES), rem=st.sampled_from([10.0, 16.0, 24.0]))
def test_phase_names_are_the_phases_in_order_and_keep_clear(
    labs: Any, shown: Any, data: Any, size: Any, rem: float
) -> None:
    lab, plot = shown(data.draw(labs()))
    resize(plot, *size)
    plot.resize(rem)
    names = columns(plot, Text, x_offset=0.0)
    phases = iter(stretch.phase.name for stretch in lab.run.stretches)
    assert all(name in phases for name in names["text"])
    start, end = plot.figure.x_range.start, plot.figure.x_range.end
    reach = []
    for middle, text in zip(names["x"], names["text"], strict=True):
        pixel, half = (middle - start) / (end - start) * size[0], text_width(text, FONT * rem) / 2
        reach += [pixel - half, pixel + half]
    assert reach == sorted(reach)
    assert all(-GAP - 1e-6 <= pixel <= size[0] + GAP + 1e-6 for pixel in reach)


@given(data=st.data(), size=st.sampled_from(SIZES), rem=st.sampled_from([10.0, 16.0, 24.0]))
def test_labels_never_overlap_and_lie_inside_at_any_size(
    labs: Any, shown: Any, data: Any, size: Any, rem: float
) -> None:
    lab, plot = shown(data.draw(labs()))
    resize(plot, *size)
    plot.resize(rem)
    labels, font = columns(plot, Text, x_offset="dx"), FONT * rem
    x_range, y_range = plot.figure.x_range, plot.figure.y_range
    boxes = []
    for x, y, text, align, dx, dy in zip(*labels.values(), strict=True):
        scale = (lambda rate: math.log10(max(rate, y_range.start))) if lab.axis == "log" else float
        across = (x - x_range.start) / (x_range.end - x_range.start) * size[0] + dx
        up = (scale(y) - scale(y_range.start)) / (scale(y_range.end) - scale(y_range.start)) * size[1] - dy
        left = across - text_width(text, font) * {"left": 0, "center": 0.5, "right": 1}[align]
        boxes.append((left, up - LINE * font / 2, left + text_width(text, font), up + LINE * font / 2))
    for left, bottom, right, top in boxes:
        assert -GAP - 1e-6 <= left <= right <= size[0] + GAP + 1e-6
        assert -1e-6 <= bottom <= top <= size[1] + 1e-6
    for one, other in itertools.combinations(boxes, 2):
        beside = one[2] <= other[0] + 1e-6 or other[2] <= one[0] + 1e-6
        assert beside or one[3] <= other[1] + 1e-6 or other[3] <= one[1] + 1e-6


@given(data=st.data())
def test_marks_stand_on_the_curve_and_joins_within_the_run(labs: Any, shown: Any, data: st.DataObject) -> None:
    lab, plot = shown(data.draw(labs()))
    marks = columns(plot, Scatter, x="x")
    assert [lab.run.lr[step] for step in marks["x"]] == marks["y"]
    assert marks["x"][-1] == lab.run.lr.size - 1
    assert all(0 < step < lab.run.lr.size for step in columns(plot, Segment, x0="x")["x"])


def test_the_edge_has_its_name_wherever_the_curve_leaves_room_for_it() -> None:
    lab = Lab(family="constant", T=60, Tw=0, eta_max=3.6e-4)  # the curve is just below it
    plot = SchedulePlot(lab, idle(lab))
    for size in SIZES[:3]:
        resize(plot, *size)
        assert "edge 4e-4" in columns(plot, Text, x_offset="dx")["text"], size


def test_long_steps_have_fewer_ticks() -> None:
    lab = Lab(T=10_000)
    plot = SchedulePlot(lab, idle(lab))
    resize(plot, 560, 180)
    short = plot.figure.xaxis[0].ticker.desired_num_ticks
    lab.assign({"T": 1_000_000})
    plot.refresh()
    assert 2 <= plot.figure.xaxis[0].ticker.desired_num_ticks < short


def test_the_page_of_the_lesson_has_its_parts_named() -> None:
    plot = SchedulePlot(Lab(), idle(Lab()))
    assert columns(plot, Text, x_offset=0.0)["text"] == ["warmup", "decay"]
    assert columns(plot, Text, x_offset="dx")["text"] == ["peak 3e-4", "edge 4e-4", "floor 3e-5"]
    assert columns(plot, Segment, x0="x")["x"] == [500]
    assert columns(plot, Segment, x0="left") == {"left": [0], "right": [9_999], "y": [3e-5]}


def test_restarts_are_named_one_by_one_while_they_are_few_and_counted_when_many() -> None:
    lab = Lab()
    lab.show(PRESETS[2].case)
    plot = SchedulePlot(lab, idle(lab))
    texts = columns(plot, Text, x_offset="dx")["text"]
    assert next(text for text in texts if "restart" in text) == "restart 10"
    lab.assign({"cycle_length": 5, "restart_mult": 1.0})
    plot.refresh()
    texts = [text for text in columns(plot, Text, x_offset="dx")["text"] if "restart" in text]
    assert texts == ["39 restarts"]
    assert MOST_LABELS < 39


def test_a_plot_that_is_not_seen_has_no_size_and_no_trouble() -> None:
    resize(SchedulePlot(Lab(), idle(Lab())), 0, 0)
