"""The controls of the range test: what each shows, and what it does to the state."""

from typing import Any

from app.model import Lab
from app.range_test import (
    LEAST,
    MARKS,
    SWEEPS,
    TEST,
    change_kind,
    on_stage,
    placed_at,
    revealed,
    run_key,
    start_test,
    swept,
    what_is_missing,
    within_sweep,
)
from app.training import Trainer
from app.views.controls import button, slider, switch
from schedules.facts import number


def sweep_items() -> list[dict[str, Any]]:
    """Describe the controls of the range test."""
    scale = {"scale": "log", "low": LEAST, "zero": False, "whole": False, "unit": "", "symbol": ""}
    return [
        button("start_range_test", "Start a range test", "Put one on the stage that passes the edge; Undo returns"),
        switch("range_sweep", "Sweep", [(sweep, sweep) for sweep in SWEEPS]),
        slider("base_mark", "Base rate marker", **scale),
        slider("max_mark", "Max rate marker", **scale),
        button("show_readings", "Show the readings", "Place both markers first: base below max"),
        button("place_again", "Place again", "Hide the readings and take both markers off"),
    ]


def look_sweep(lab: Lab, trainer: Trainer) -> dict[str, dict[str, Any]]:
    """Return what every control of the range test shows."""
    testing = on_stage(lab)
    why = "A range test is on the stage." if testing else ""
    low, high = swept(lab.run)
    shown: dict[str, dict[str, Any]] = {
        "start_range_test": {"disabled": testing, "hidden": testing, "note": why},
        "range_sweep": {"value": lab.own[TEST]["sweep"], "disabled": not testing, "hidden": not testing, "note": ""},
        "place_again": {"disabled": not testing or not lab.guess, "hidden": not testing, "note": ""},
    }
    for (name, key), end in zip(MARKS.items(), (low, high), strict=True):
        mark = placed_at(lab, key)
        note = "" if mark is None or low <= mark <= high else "Outside this sweep."
        shown[name] = {
            "value": end if mark is None else mark,
            "text": "not placed" if mark is None else number(mark),
            "note": "Not placed yet: move it." if mark is None else note,
            "disabled": not testing,
            "hidden": not testing,
            "low": low,
            "high": high,
        }
    lock = what_is_missing(lab)
    if not lock and testing and trainer.too_long:
        lock = trainer.sentence
    note = "" if not testing else "The readings are shown." if revealed(lab) else lock
    shown["show_readings"] = {"disabled": not testing or bool(note), "hidden": not testing, "note": note}
    return shown


def change_sweep(lab: Lab, changes: dict[str, Any]) -> None:
    """Bring changed controls of the range test into the state; what makes no sense there is ignored."""
    if changes.get("start_range_test") is True and not on_stage(lab):
        start_test(lab)
    if not on_stage(lab):
        return
    sweep = changes.get("range_sweep")
    if isinstance(sweep, str) and sweep in SWEEPS:
        change_kind(lab, sweep)
    if changes.get("place_again") is True:
        lab.guess = {}
    placed = {key: mark for name, key in MARKS.items() if (mark := within_sweep(lab, changes.get(name))) is not None}
    if placed:
        lab.guess = {"base": None, "max": None, "shown": False, **lab.guess, **placed}
    if changes.get("show_readings") is True and not what_is_missing(lab):
        lab.guess = {**lab.guess, "shown": True, "run": run_key(lab)}
