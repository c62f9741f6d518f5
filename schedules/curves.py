"""A family's curve over a whole run, and the steps on it that matter."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.spec import Family, Phase, get_family

ULPS = 4  # what rounding may add to a rate
KEPT = 100_000  # updates of the longest run whose steps are kept
RELATIVE = 1e-12  # rates nearer than this are the same rate
LABELS = {
    "warmup_end": "warmup ends",
    "peak": "peak",
    "restart": "restart",
    "valley": "valley",
    "drop": "drop",
    "cooldown_start": "cooldown starts",
    "cooldown_end": "cooldown ends",
    "floor": "floor reached",
    "end": "last update",
}


@dataclass(frozen=True)
class Event:
    """A step that matters: its index, its kind (a key of `LABELS`), the kind in words, and its rate."""

    step: int
    kind: str
    label: str
    lr: float


@dataclass(frozen=True)
class Stretch:
    """A phase in a run: the updates `start` to `stop` − 1."""

    phase: Phase
    start: int
    stop: int


def curve(key: str, **params: Any) -> NDArray[np.float64]:
    """Return the rate that each update of a run uses.

    Args:
        key: A key of `FAMILIES`.
        params: The family's parameters; those left out have their defaults.

    Returns:
        float64, shape (T,), finite.

    Raises:
        ValueError: for an unknown family or parameter, or a value that is not legal; the message holds all three.
    """
    family = get_family(key)
    return evaluate(family, family.validate(params))


def evaluate(family: Family, values: dict[str, Any]) -> NDArray[np.float64]:
    """Return the curve of checked `values`; see `curve`."""
    T = values["T"]
    lr = np.empty(T)
    family.fill(_steps(T) if T <= KEPT else np.arange(T, dtype=np.float64), lr, **values)
    return lr


@lru_cache(maxsize=8)
def _steps(T: int) -> NDArray[np.float64]:
    """Return the steps of a run, read-only: all moves of a slider but one ask for the same ones."""
    steps = np.arange(T, dtype=np.float64)
    steps.setflags(write=False)
    return steps


def stretches(family: Family, values: dict[str, Any]) -> tuple[Stretch, ...]:
    """Return the phases that a run of checked `values` goes through, in the order of time, without empty ones."""
    T = values["T"]
    joins = [
        bisect_left(range(T), number, key=lambda t: family.branch(t, **values))
        for number, _ in enumerate(family.phases)
    ]
    found = (Stretch(*parts) for parts in zip(family.phases, joins, [*joins[1:], T], strict=True))
    return tuple(stretch for stretch in found if stretch.start < stretch.stop)


def restarts(key: str, **params: Any) -> NDArray[np.int64]:
    """Return the steps at which a run restarts: the first update of each cycle but the first one, int64."""
    family = get_family(key)
    return family.marks(**family.validate(params)).get("restart", np.empty(0, dtype=np.int64))


def event_steps(
    family: Family, values: dict[str, Any], lr: NDArray[np.float64], phases: tuple[Stretch, ...]
) -> dict[str, NDArray[np.int64]]:
    """Return by kind the steps that matter in a run of checked `values`; kinds may share a step.

    Args:
        family: The family.
        values: Its checked parameters.
        lr: The curve that they give.
        phases: The phases that it goes through.
    """
    T = values["T"]
    steps: dict[str, list[int] | NDArray[np.int64]] = dict(family.marks(**values))
    for stretch in phases:
        if stretch.phase.name == "warmup" and stretch.stop < T:
            steps["warmup_end"] = [stretch.stop]
        if stretch.phase.name == "cooldown":
            steps["cooldown_start"], steps["cooldown_end"] = [stretch.start], [T - 1]
    top = int(np.argmax(lr >= lr.max() * (1 - RELATIVE)))  # a ramp may end an ulp beside the peak that follows it
    if "peak" not in steps and lr[top] > lr.min() * (1 + RELATIVE):
        steps["peak"] = [top]
    if "eta_min" in values:
        # Near to the floor for the height of this curve, and for rounding: a flat curve must not count as its floor.
        near = RELATIVE * abs(lr[top] - values["eta_min"]) + ULPS * np.spacing(values["eta_min"])
        at_floor = np.flatnonzero(np.abs(lr[top:] - values["eta_min"]) <= near)
        if at_floor.size and lr[top] > values["eta_min"]:
            steps["floor"] = [top + int(at_floor[0])]
    steps["end"] = [T - 1]
    return {kind: np.asarray(steps[kind], dtype=np.int64) for kind in LABELS if kind in steps and len(steps[kind])}


def events(key: str, **params: Any) -> tuple[Event, ...]:
    """Return the steps that matter in a run, in the order of time.

    Kinds: the end of the warmup (the first update after it), peaks, restarts, valleys of a triangle, drops, start and
    end of a cooldown, the first update at the floor, the last update. One step may be several of them.

    Raises:
        ValueError: as `curve` does.
    """
    family = get_family(key)
    values = family.validate(params)
    lr = evaluate(family, values)
    return in_order(event_steps(family, values, lr, stretches(family, values)), lr)


def in_order(steps: dict[str, NDArray[np.int64]], lr: NDArray[np.float64]) -> tuple[Event, ...]:
    """Return steps that matter, given by kind, as events in the order of time, and at one step as given."""
    found = [Event(int(step), kind, LABELS[kind], float(lr[step])) for kind in steps for step in steps[kind]]
    return tuple(sorted(found, key=lambda event: event.step))
