"""A range test on the stage: the reader's own two markers, and when the readings of others may be seen beside them.

Until the reader has placed both markers and asks for them, the readings are neither worked out nor sent: a guess that
can be looked up first teaches nothing.
"""

import math

import numpy as np
from numpy.typing import NDArray

from app.model import Lab
from app.training import UNSEEN, Trainer
from schedules import Run, curve
from schedules.facts import number
from schedules.outlook import Outlook
from schedules.readings import Reading, readings
from schedules.spec import as_float
from schedules.toy import make_optimizer, make_problem

Array = NDArray[np.float64]

TEST = "range_test"
SWEEPS = ("linear", "exponential")
MARKS = {"base_mark": "base", "max_mark": "max"}  # control → key of the guess
LEAST = 1e-12  # where a marker's slider starts unless the page says where the sweep does
START_T, START_SHARE, START_TOPS = 400, 1e-4, (3.0, 3.1, 3.2, 3.3)  # of the edge; see `start_test`
NO_EDGE = (1e-5, 1.0)  # rates swept where there is no edge


def on_stage(lab: Lab) -> bool:
    """Tell whether the live curve is a range test."""
    return lab.run.family.key == TEST


def revealed(lab: Lab) -> bool:
    """Tell whether the reader has asked for the readings of this very run, with both markers in place."""
    shown, run = lab.guess.get("shown"), lab.guess.get("run")
    return on_stage(lab) and shown is True and isinstance(run, str) and run == run_key(lab) and not what_is_missing(lab)


def measured(run: Run, found: Outlook) -> tuple[Array, Array]:
    """Return the rates of the recorded updates, and the expected losses before each of them."""
    at = found.steps[found.steps < run.lr.size]
    return run.lr[at], found.loss[: at.size]


def run_key(lab: Lab) -> str:
    """Return what the run depends on, so that readings shown for one are not shown for another."""
    return repr((lab.live, [(name, value) for name, value in lab.toy.items() if name not in UNSEEN]))


def placed_at(lab: Lab, name: str) -> float | None:
    """Return the rate at which the marker "base" or "max" stands; None while it is not placed."""
    rate = _number(lab.guess.get(name))
    return rate if rate is not None and 0 < rate < math.inf else None


def what_is_missing(lab: Lab) -> str:
    """Say why the readings cannot be shown yet; "" if they can."""
    base, top = placed_at(lab, "base"), placed_at(lab, "max")
    missing = [name for name, mark in (("base", base), ("max", top)) if mark is None]
    if missing:
        return f"Not placed yet: {' and '.join(missing)}."
    return "" if base is not None and top is not None and base < top else "Base must be below max."


def _rises(lr: Array) -> bool:
    return bool((np.diff(lr) > 0).all())


def swept(run: Run) -> tuple[float, float]:
    """Return the lowest rate above zero and the highest."""
    positive = run.lr[run.lr > 0]
    return (float(positive.min()), float(positive.max())) if positive.size else (LEAST, LEAST)


def read_off(lab: Lab, trainer: Trainer) -> tuple[Reading, ...]:
    """Return the readings of the live run; nothing before the reader has asked, or while there is nothing to read."""
    found = trainer.live
    if found is None or not revealed(lab):
        return ()
    rates, losses = measured(lab.run, found)
    return readings(rates, losses) if _rises(rates) else ()


def within_sweep(lab: Lab, value: object) -> float | None:
    """Return a rate for a marker, within the sweep; None for what is no rate."""
    rate = _number(value)
    low, high = swept(lab.run)
    return min(max(rate, low), high) if rate is not None and math.isfinite(rate) else None


def change_kind(lab: Lab, sweep: str) -> None:
    """Sweep the live test in another way, from above 0 if that needs it."""
    if sweep == "exponential" and lab.eta_min == 0:
        low = _round(lab.eta_max * START_SHARE)
        notice = f"An exponential sweep cannot start at 0, so eta_min became {number(low)}. Undo takes it back."
        lab.jump({f"{TEST}.sweep": sweep, "eta_min": low}, notice)
    else:
        lab.assign({f"{TEST}.sweep": sweep})


def start_test(lab: Lab) -> None:
    """Put a range test on the stage that starts far below the edge and ends about three times above it.

    Where a rate is exactly 1/λ, SGD without noise puts a direction on its minimum for good, and the curve shows nothing
    more of it. Of some ends about as good, the one whose rates keep the greatest distance is taken.
    """
    edge = make_optimizer(lab.toy).edge(make_problem(lab.toy).sharpness)
    if edge is None:
        (low, high), why = NO_EDGE, "Adam has no edge to go by"
    else:
        low = _round(edge * START_SHARE)
        curvatures = lab.toy["sharpness"] / np.array([[1.0], [lab.toy["condition"]]])

        def distance(high: float) -> float:
            lr = curve(TEST, T=START_T, eta_max=high, eta_min=low, sweep="exponential")
            return float(np.abs(curvatures * lr - 1).min())

        highest = lab.param["eta_max"].bounds[1]
        high = max((min(_round(top * edge), highest) for top in START_TOPS), key=distance)
        why = f"{number(high / edge, 2)} times the edge of {number(edge, 3)}"
    lab.guess = {}
    lab.jump(
        {"family": TEST, "sweep": "exponential", "T": START_T, "eta_min": low, "eta_max": high},
        f"A range test of {START_T} updates: the rate rises from {number(low)} to {number(high)} ({why}), by the same "
        "factor each time. Undo returns to the curve before.",
    )


def _number(value: object) -> float | None:
    """Return what a browser or a link gave as a float; None for what is no number."""
    return None if isinstance(value, bool) or not isinstance(value, int | float) else as_float(value)


def _round(rate: float) -> float:
    return float(f"{rate:.1e}")
