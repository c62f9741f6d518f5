"""The range test: the reader's guess comes first, and what others read is nowhere before it."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bokeh.models import ColumnDataSource, LogScale

from app import range_test
from app.model import Lab
from app.range_test import MARKS, SWEEPS, measured, revealed
from app.training import Trainer
from app.views.readings import EXPONENTIAL_RETURN, LINEAR_RETURN, Readings
from app.views.sweep import SweepPlot
from app.views.sweep_controls import change_sweep, look_sweep, sweep_items
from schedules.facts import number
from schedules.readings import METHODS, readings

TOYS: list[dict[str, Any]] = [
    {},
    {"noise": 0.0},
    {"noise": 0.0, "start_sharp": 0.0},
    {"noise": 0.0, "start_sharp": 0.0, "start_flat": 0.0},
    {"optimizer": "momentum"},
    {"optimizer": "adam"},
    {"problem": "logistic", "batch": "full"},
    {"problem": "logistic", "optimizer": "adam", "classes": "separable"},
    {"sharpness": 1e-3, "condition": 1.0},
    {"sharpness": 1e8, "condition": 1e6},
]
HOSTILE = [
    *(None, "", "5", "<b>", True, False, [], [1], {}, {"value": 1}, (), b"5", 1j, object()),
    *(float("nan"), float("inf"), -float("inf"), 10**400, -(10**400), np.zeros(3)),
]


class Visit:
    """A state with all that shows its range test."""

    def __init__(self, **changes: Any) -> None:
        self.lab = Lab()
        self.lab.assign(changes)
        self.waiting: list[Callable[[], None]] = []
        self.trainer = Trainer(self.lab, self.waiting.append, lambda: None)
        self.plot, self.table = SweepPlot(self.lab, self.trainer), Readings(self.lab, self.trainer)
        self.refresh()

    def refresh(self) -> None:
        self.trainer.refresh()
        while self.waiting:
            self.waiting.pop(0)()
        self.plot.refresh()
        self.table.refresh()

    def change(self, **changes: Any) -> None:
        change_sweep(self.lab, changes)
        self.refresh()

    def look(self, name: str) -> dict[str, Any]:
        return look_sweep(self.lab, self.trainer)[name]

    def place(self) -> None:
        self.change(base_mark=self.lab.eta_max / 300, max_mark=self.lab.eta_max / 5)

    def column(self, name: str, column: str) -> list[Any]:
        source = next(s for s in self.plot.figure.select({"type": ColumnDataSource}) if s.name == name)
        return list(source.data[column])

    @property
    def found(self) -> Any:
        return readings(*self.measured)

    @property
    def measured(self) -> tuple[np.ndarray, np.ndarray]:
        assert self.trainer.live is not None
        return measured(self.lab.run, self.trainer.live)

    @property
    def sent(self) -> str:
        """All that a browser gets but for the curves themselves."""
        names = ("edge", "base", "max", "readings")
        marks = [self.column(f"range_test_{name}_data", "x") for name in names]
        texts = self.column("range_test_labels_data", "text")
        table = [self.table.hint, self.table.rows, self.table.says]
        shown = {name: {**state, "low": 0, "high": 0} for name, state in look_sweep(self.lab, self.trainer).items()}
        return json.dumps([marks, texts, table, shown])


@pytest.fixture
def test() -> Visit:
    visit = Visit()
    visit.change(start_range_test=True)
    return visit


# The readings stay locked.


def test_before_the_reader_has_asked_nothing_holds_what_others_read(
    test: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = [r.lr for r in test.found if r.lr is not None]
    assert len(rates) > 5
    monkeypatch.setattr(range_test, "readings", lambda *_: pytest.fail("worked out too early"))
    for changes in ({}, {"base_mark": 1e-6}, {"max_mark": 1e-4}, {"show_readings": False}, {"range_sweep": "linear"}):
        test.change(**changes)
        assert not any(number(rate, 3) in test.sent or json.dumps(rate) in test.sent for rate in rates)
        assert not any(method.name in test.sent for method in METHODS)
        assert test.table.rows == test.table.says == []


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ({}, "Not placed yet: base and max."),
        ({"base_mark": 1e-6}, "Not placed yet: max."),
        ({"max_mark": 1e-4}, "Not placed yet: base."),
        ({"base_mark": 1e-4, "max_mark": 1e-4}, "Base must be below max."),
        ({"base_mark": 1e-3, "max_mark": 1e-4}, "Base must be below max."),
    ],
)
def test_the_readings_need_both_markers_in_order(test: Visit, marks: dict[str, float], why: str) -> None:
    test.change(**marks)
    assert test.look("show_readings")["disabled"]
    assert test.look("show_readings")["note"] == why
    test.change(show_readings=True)
    assert not revealed(test.lab)
    assert test.table.rows == []
    assert (why in test.table.hint) == bool(marks)


def test_what_is_read_is_the_expected_loss_before_each_update(test: Visit) -> None:
    test.place()
    assert not test.look("show_readings")["disabled"]
    test.change(show_readings=True)
    live = test.trainer.live
    assert live is not None
    expected = readings(test.lab.run.lr, live.loss[:-1])
    assert [row[:2] for row in test.table.rows[2:]] == [[r.name, number(r.lr, 3) if r.lr else "–"] for r in expected]
    assert [row[1] for row in test.table.rows[:2]] == ["4e-6", "2.4e-4"]
    assert test.column("range_test_readings_data", "x") == [r.lr for r in expected if r.lr]
    assert test.table.says[0].endswith("none is the answer.")
    assert "0.6 times the edge of 4e-4" in test.table.says[1]
    assert "expected loss before each of the 400 updates" in test.table.says[-1]
    assert test.look("show_readings")["disabled"]


def test_a_long_sweep_is_read_at_the_recorded_updates() -> None:
    visit = Visit(family="range_test", T=40_000, eta_min=0.0, eta_max=1e-3)
    visit.place()
    visit.change(show_readings=True)
    rates, losses = visit.measured
    steps = visit.trainer.live.steps[:-1]
    assert rates.size == losses.size == steps.size < 40_000
    assert (rates == visit.lab.run.lr[steps]).all()
    assert visit.table.rows[3][1] == number(readings(rates, losses)[1].lr or 0, 3)
    assert f"before {rates.size:,} of the 40,000 updates" in visit.table.says[-1]


def test_readings_are_hidden_for_another_run_and_come_back_with_theirs(test: Visit) -> None:
    test.place()
    test.change(show_readings=True)
    before, guess = test.sent, dict(test.lab.guess)
    for changes in ({"eta_max": 2e-3}, {"noise": 3.0}, {"range_test.sweep": "linear"}, {"seed": 5}):
        test.lab.assign(changes)
        test.refresh()
        assert test.table.rows == test.column("range_test_readings_data", "x") == []
        assert test.lab.guess == guess
        test.lab.assign({"eta_max": 1.2e-3, "noise": 30.0, "range_test.sweep": "exponential", "seed": 0, "goal": 0.5})
        test.refresh()
        assert test.sent == before


def test_place_again_takes_all_of_it_off(test: Visit) -> None:
    fresh = test.sent
    test.place()
    test.change(show_readings=True)
    test.change(place_again=True)
    assert test.lab.guess == {}
    assert test.sent == fresh


# The sentences.


def test_without_noise_a_linear_sweep_is_back_at_its_start_at_2_296_times_the_edge() -> None:
    visit = Visit(family="range_test", noise=0.0, T=1_000, eta_min=0.0, eta_max=1.2e-3)
    visit.place()
    visit.change(show_readings=True)
    said = visit.table.says[2]
    assert "first exceeds its start at rate 9.18e-4 = 2.29 × 2/λ" in said or "9.18e-4 = 2.30 × 2/λ" in said
    assert "2.296 × 2/λ = 9.18e-4" in said


def test_the_two_constants_are_where_the_integrals_vanish() -> None:
    s = (np.arange(4_000_000) + 0.5) / 4_000_000
    for constant, weight in ((LINEAR_RETURN, 1.0), (EXPONENTIAL_RETURN, 0.0)):
        x = s * 2 * constant
        integral = np.log(np.abs(1 - x)) / (1.0 if weight else x)
        assert abs(integral.sum() / s.size * 2 * constant) < 2e-3


def test_a_sweep_that_ends_early_says_where_it_would_have_been_back() -> None:
    visit = Visit(noise=0.0)
    visit.change(start_range_test=True)
    visit.place()
    visit.change(show_readings=True)
    assert "never exceeds its start" in visit.table.says[2]
    assert "6.298 × 2/λ = 0.00252" in visit.table.says[2]


def test_with_noise_nothing_is_said_of_the_return(test: Visit) -> None:
    test.place()
    test.change(show_readings=True)
    assert not any("exceeds its start" in said for said in test.table.says)


def test_a_sweep_that_does_not_rise_has_nothing_to_read() -> None:
    visit = Visit(family="range_test", eta_min=1e-4, eta_max=1e-5)
    visit.change(base_mark=2e-5, max_mark=5e-5, show_readings=True)
    assert "do not rise" in visit.table.says[0]
    assert len(visit.table.rows) == 2


# The controls.


def test_every_control_is_shown_and_nothing_else() -> None:
    visit = Visit()
    names = [item["name"] for item in sweep_items()]
    assert len(set(names)) == len(names)
    assert set(look_sweep(visit.lab, visit.trainer)) == set(names)


def test_with_another_family_on_the_stage_there_is_a_start_and_nothing_else() -> None:
    visit = Visit()
    states = look_sweep(visit.lab, visit.trainer)
    assert {name for name, state in states.items() if not state["disabled"]} == {"start_range_test"}
    assert "Start one" in visit.table.hint
    assert visit.column("range_test_data", "rate") == []
    visit.change(base_mark=1e-4, max_mark=1e-3, show_readings=True, range_sweep="exponential", place_again=True)
    assert visit.lab.guess == {}
    assert visit.lab.own["range_test"]["sweep"] == "linear"


@pytest.mark.parametrize("toy", TOYS, ids=str)
def test_start_puts_a_test_on_the_stage_and_undo_takes_it_back(toy: dict[str, Any]) -> None:
    visit = Visit(**toy)
    before, drawn = repr(visit.lab.state), visit.sent
    visit.change(start_range_test=True)
    assert visit.lab.family == "range_test"
    assert visit.lab.run.lr.size == 400
    assert "Undo" in visit.lab.notices[0]
    assert visit.column("range_test_data", "rate")
    visit.place()
    visit.change(show_readings=True)
    assert len(visit.table.rows) == 2 + len(METHODS)
    json.dumps([visit.sent, look_sweep(visit.lab, visit.trainer)], allow_nan=False)
    visit.lab.undo()
    visit.refresh()
    assert repr(visit.lab.state) == before
    visit.change()
    assert visit.table.rows == []
    visit.lab.guess = {}
    visit.refresh()
    assert visit.sent == drawn


@pytest.mark.parametrize("sharpness", [1e-2, 1.0, 7.0, 5000.0, 1e6])
def test_no_rate_of_a_started_test_is_at_1_over_the_curvature(sharpness: float) -> None:
    visit = Visit(sharpness=sharpness, condition=1.0, noise=0.0)
    visit.change(start_range_test=True)
    assert np.abs(visit.lab.run.lr * sharpness - 1).min() > 1e-3
    assert 2.9 < visit.lab.run.lr[-1] * sharpness / 2 < 3.5


def test_markers_stay_within_the_sweep_and_show_where_they_are(test: Visit) -> None:
    test.change(base_mark=1e-30, max_mark=10**9)
    lr = test.lab.run.lr
    assert (test.lab.guess["base"], test.lab.guess["max"]) == (lr.min(), lr.max())
    test.change(base_mark=1e-6, max_mark=3e-4)
    assert test.column("range_test_base_data", "x") == [1e-6]
    assert test.column("range_test_max_data", "x") == [3e-4]
    assert {"your base 1e-6", "your max 3e-4"} <= set(test.column("range_test_labels_data", "text"))
    test.lab.assign({"eta_max": 1e-4})
    test.refresh()
    assert test.look("max_mark")["note"] == "Outside this sweep."
    assert test.column("range_test_max_data", "x") == []


def test_an_unplaced_marker_draws_nothing(test: Visit) -> None:
    assert test.column("range_test_base_data", "x") == test.column("range_test_max_data", "x") == []
    assert test.column("range_test_labels_data", "text") == ["edge 4e-4"]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_what_is_no_rate_and_no_press_is_ignored(test: Visit, value: Any) -> None:
    state = repr(test.lab.state)
    names = [item["name"] for item in sweep_items()]
    test.change(**{name: value for name in names if value is not True or name in MARKS})
    test.change(**{f"{name}x": True for name in names})
    assert (test.lab.guess, repr(test.lab.state)) == ({}, state)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_a_guess_that_is_none_counts_as_not_placed(test: Visit, value: Any) -> None:
    test.lab.guess = {"base": value, "max": value, "shown": True, "run": value}
    test.refresh()
    assert test.table.rows == []
    json.dumps(look_sweep(test.lab, test.trainer), allow_nan=False)


def test_an_exponential_sweep_gets_a_start_above_zero() -> None:
    visit = Visit(family="range_test", eta_min=0.0, eta_max=1e-3)
    visit.change(range_sweep="exponential")
    assert visit.lab.run.values["sweep"] == "exponential"
    assert visit.lab.eta_min == 1e-7
    visit.lab.undo()
    assert (visit.lab.eta_min, visit.lab.own["range_test"]["sweep"]) == (0.0, "linear")
    visit.change(range_sweep="linear")
    assert not visit.lab.error


# The plot.


def test_a_loss_stands_over_the_rate_that_is_about_to_be_used(test: Visit) -> None:
    live = test.trainer.live
    assert live is not None
    rates, losses = test.measured
    assert (rates == test.lab.run.lr).all()
    assert (losses == live.loss[:-1]).all()
    assert test.column("range_test_data", "rate")[0] == test.lab.run.lr[0]
    assert test.column("range_test_data", "loss")[0] == live.loss[0]
    assert len(test.column("range_test_run_data", "rate")) > 100


def test_the_axis_of_the_rate_follows_the_sweep(test: Visit) -> None:
    for kind in ("exponential", "linear", "exponential"):
        test.change(range_sweep=kind)
        assert isinstance(test.plot.figure.x_scale, LogScale) == (kind == "exponential")
        across = test.plot.figure.xaxis[0].ticker.ticks
        assert len(across) >= 3
        assert (across[0] == 0) == (kind == "linear")


@pytest.mark.parametrize("kind", SWEEPS)
@pytest.mark.parametrize(
    ("low", "high", "T"),
    [(1e-4, 1e-4, 50), (9e-4, 1e-3, 50), (1e-3, 1e-6, 50), (1e-9, 1.0, 1), (1e-12, 10.0, 2), (1e-5, 10.0, 40_000)],
)
def test_any_sweep_can_be_drawn(kind: str, low: float, high: float, T: int) -> None:
    changes = {"family": "range_test", "range_test.sweep": kind, "eta_min": low, "eta_max": high, "T": T}
    visit = Visit(**changes)
    visit.place()
    visit.change(show_readings=True)
    visit.plot.resize(22.0)
    box = (visit.plot.figure.x_range.start, visit.plot.figure.x_range.end)
    rates = visit.column("range_test_data", "rate")
    assert box[0] < min(rates) <= max(rates) < box[1]
    assert np.isfinite(visit.column("range_test_data", "loss")).all()
    assert visit.plot.figure.xaxis[0].ticker.ticks


def test_a_first_rate_of_zero_can_be_the_only_one() -> None:
    visit = Visit(family="range_test", eta_min=0.0, T=1)
    assert visit.column("range_test_data", "rate") == [0.0]
    json.dumps(look_sweep(visit.lab, visit.trainer), allow_nan=False)


def test_a_run_that_takes_too_long_is_not_drawn() -> None:
    visit = Visit(family="range_test", optimizer="adam", T=200_000, eta_min=0.0)
    assert visit.column("range_test_data", "rate") == []
    assert "step" in visit.table.hint
    visit.place()
    assert visit.look("show_readings")["disabled"]
