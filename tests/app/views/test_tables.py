"""The tables: the engine's key values, and the steps that matter, few and in order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedules
from app.model import Lab
from app.presets import PRESETS
from app.views.tables import MOST_EVENTS, Tables
from idle import idle
from schedules.curves import LABELS
from schedules.facts import number

ROWS = ["First rate", "Rate at Tw", "Last rate", "Average rate", "Sum of rates", "Restarts"]


@given(data=st.data())
def test_the_key_values_are_the_six_of_the_engine_in_order(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(most_pins=0))
    rows = Tables(lab, idle(lab)).key_values
    assert [label for label, _text in rows] == ROWS
    found = schedules.key_values(lab.live.family, **dict(lab.live.values))
    shown = dict(rows)
    for label, value in zip(ROWS, (found.first, found.at_warmup, found.last, found.average, found.total), strict=False):
        if value is not None:
            assert shown[label] == number(value)
            assert float(shown[label].replace(",", "")) == pytest.approx(value, rel=1e-5)
    assert shown["Restarts"].partition(" ")[0] == f"{found.restarts.size:,}"


@given(data=st.data())
def test_steps_that_matter_are_few_in_order_and_the_engines(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(most_pins=0))
    rows = Tables(lab, idle(lab)).steps
    *rows, over = rows
    assert over == [f"{lab.run.lr.size:,}", "the run is over", "", "", ""]
    assert 2 <= len(rows) <= MOST_EVENTS == 12
    steps = [int(step.replace(",", "")) for step, *_ in rows]
    assert steps == sorted(steps)
    assert rows[0] == ["0", "first update", number(lab.run.key_values.first), "", ""]
    kinds = {label: kind for kind, label in LABELS.items()}
    for step, (_text, what, rate, *_trained) in list(zip(steps, rows, strict=True))[1:]:
        assert step in lab.run.steps[kinds[what]]
        assert rate == number(float(lab.run.lr[step]))
    assert steps[-1] == lab.run.lr.size - 1


def test_the_last_update_is_always_listed() -> None:
    lab = Lab()
    lab.assign({"family": "sgdr", "T": 13, "Tw": 0, "cycle_length": 1, "restart_mult": 1.0})
    assert [what for _step, what, *_ in Tables(lab, idle(lab)).steps][-2] == "last update"


def test_the_run_of_the_lesson_in_figures() -> None:
    tables = Tables(Lab(), idle(Lab()))
    assert dict(tables.key_values) == {
        "First rate": "6e-7",
        "Rate at Tw": "3e-4",
        "Last rate": "3e-5",
        "Average rate": "1.64265e-4",
        "Sum of rates": "1.64265",
        "Restarts": "0",
    }
    assert [row[:2] for row in tables.steps] == [
        ["0", "first update"],
        ["499", "peak"],
        ["500", "warmup ends"],
        ["9,999", "floor reached"],
        ["9,999", "last update"],
        ["10,000", "the run is over"],
    ]


def test_beside_each_step_stands_the_loss_before_it() -> None:
    lab = Lab()
    trainer = idle(lab)
    trainer.refresh()
    rows = Tables(lab, trainer).steps
    assert rows[0][3] == "2,525"
    assert rows[-1][3] == number(float(trainer.live.loss[-1]), 4)


def test_a_refresh_shows_the_present_curve_and_an_unchanged_one_sends_nothing() -> None:
    lab = Lab()
    tables = Tables(lab, idle(lab))
    sent: list[str] = []
    tables.param.watch(lambda *events: sent.extend(event.name for event in events), ["key_values", "steps"])
    tables.refresh()
    assert sent == []
    lab.show(PRESETS[2].case)
    tables.refresh()
    assert sorted(sent) == ["key_values", "steps"]
    assert dict(tables.key_values)["Restarts"] == "4 (at updates 10, 30, 70 and 150)"


def test_while_values_conflict_the_figures_are_those_of_the_curve_that_is_drawn() -> None:
    lab = Lab()
    tables = Tables(lab, idle(lab))
    before = tables.key_values
    lab.assign({"family": "range_test", "sweep": "exponential", "eta_min": 0})
    tables.refresh()
    assert lab.error
    assert tables.key_values == before
