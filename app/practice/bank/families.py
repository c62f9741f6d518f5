"""E11 to E14: other families, the inverse square root, decays to 0, and triangles."""

from typing import Any

import numpy as np

from app.practice.forms import Array, Choice, Number
from app.practice.question import Draw, Line, Picture, Question, WrongModel, exercise
from app.practice.toy import ROUNDING, rates, trained
from schedules.facts import count, number

PARTS = {2: "a half", 3: "a third", 4: "a quarter", 5: "a fifth", 10: "a tenth"}


def _draw_root(draw: Draw) -> dict[str, Any]:
    Tw = draw.one_of(10, 20, 40, 50, 80, 100, 150, 200, 250, 300, 400)
    return {
        "T": Tw * draw.one_of(150, 200, 250, 500),
        "Tw": Tw,
        "eta_max": draw.real(1e-4, 0.1, 1),
        "part": draw.one_of(*PARTS),
    }


@exercise("E11", "families", "Down to a part of the peak", _draw_root)
def root_decay(T: int, Tw: int, eta_max: float, part: int) -> Question:
    """Ask when an inverse square root is down to a part of its peak."""
    run = {"T": T, "Tw": Tw, "eta_max": eta_max}

    def first_below(parts: int) -> int:
        lr = rates("inverse_sqrt", **run)[Tw:]
        return Tw + int((lr <= eta_max / parts * (1 + ROUNDING)).argmax())

    def at(t: int) -> str:
        return number(float(rates("inverse_sqrt", **run)[t]), 4)

    return Question(
        ask=(
            f"A run of T = {T:,} updates warms up over Tw = {Tw:,} of them to eta_max = {number(eta_max)} and then "
            f"follows the inverse-square-root schedule. Which is the first update t, after the peak, whose rate is "
            f"down to {PARTS[part]} of the peak?"
        ),
        form=Number(high=1e6, whole=True),
        truth=lambda: float(first_below(part)),
        wrong=(
            WrongModel(
                f"{part} times as many updates",
                "It lets the rate go down by the same factor by which the number of updates goes up.",
                "That would be one over the step. A square root answers to a factor only by its root.",
                lambda: float(part * Tw - 1),
            ),
            WrongModel(
                "the root shortens the way",
                "It takes the root of the factor, where the factor has to be the root of something.",
                "A root makes the rate fall more slowly than the steps pass, so that it takes more of them, not fewer.",
                lambda: float(round(part**0.5 * Tw) - 1),
            ),
        ),
        nudges=(
            "Two updates of the decay: how do their rates compare, by their numbers t + 1?",
            f"The square root of Tw / (t + 1) has to be 1/{part}.",
            f"t + 1 = {Tw:,} · __²",
        ),
        worked=lambda: (
            f"The decay is at the peak when t + 1 is Tw = {Tw:,}.",
            f"With t + 1 one and a half times as large, {Tw * 3 // 2:,}, the rate is {at(Tw * 3 // 2 - 1)}.",
            f"That is the peak times the square root of {Tw:,} / {Tw * 3 // 2:,}.",
        ),
        because=lambda: (
            f"From the peak on, the rate is eta_max · √(Tw / (t + 1)). At t = {first_below(part):,}, t + 1 is "
            f"{part} · {part} times Tw, and the rate {at(first_below(part))}. So it is halved after 4 times the "
            f"warmup, by t = {first_below(2):,}, and down to a tenth only after 100 times the warmup, by t = "
            f"{first_below(10):,}."
        ),
        terms=("square", "root", "²", "sqrt", "ratio", "quadr"),
        near=("E1", "E12", "E36"),
        stage={"family": "inverse_sqrt", **run, "axis": "log"},
    )


STALLED = 0.95  # of the distance: what is left of it at least, after ten times the updates, if a run has come to rest


def _draw_travel(draw: Draw) -> dict[str, Any]:
    return {
        "T": draw.one_of(1_000, 2_000),
        "first": draw.one_of(0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
        "power": draw.one_of(2, 3),
    }


@exercise("E12", "families", "Rates that fall to 0, at different speeds", _draw_travel, surprising=True)
def finite_travel(T: int, first: float, power: int) -> Question:
    """Ask under which of three falling rates a run gets to the minimum."""
    high, terms = {2: ("²", "1/4 + 1/9 + 1/16"), 3: ("³", "1/8 + 1/27 + 1/64")}[power]
    names = {"root": f"{first:g}/√(t + 1)", "plain": f"{first:g}/(t + 1)", "high": f"{first:g}/(t + 1){high}"}
    counts = np.arange(1, T + 1, dtype=np.float64)
    curves = {key: first * counts**-exponent for key, exponent in zip(names, (0.5, 1.0, float(power)), strict=True)}

    def left(key: str) -> Array:
        """Return the share of the distance that is left, at the start and after each update."""
        return np.asarray(np.exp(trained(curves[key], 1.0, 1.0).log_mean[0, :, 0]))

    def total(key: str, updates: int) -> str:
        return number(float(curves[key][:updates].sum()), 3)

    def truth() -> str:
        going = [key for key in names if left(key)[-1] < STALLED * left(key)[T // 10]]
        return "+".join(going) or "none"

    def because() -> str:
        after = {key: [number(float(left(key)[t]), 3) for t in (T // 10, T)] for key in names}
        told = "; ".join(f"{names[key]}, {early} and {late}" for key, (early, late) in after.items())
        return (
            f"What is left of the distance after {T // 10:,} and after {T:,} updates: {told}. Under {names['high']} "
            "the run has come to rest on the way. An update at rate η leaves 1 − η of the distance, and the product of "
            "all of these goes to 0 only if the rates add up without end. Those of the other two do, however slowly."
        )

    def together() -> Picture:
        steps = np.arange(1, T + 1, dtype=np.float64)
        lines = tuple(Line(name, steps, left(key)[1:]) for key, name in names.items())
        return Picture("updates made", "share of the distance that is left", lines, log_x=True, log_y=True)

    return Question(
        ask=(
            "SGD without noise goes down on ½ θ², a bowl of curvature 1. Three runs start at the same distance from "
            f"the minimum. Update t uses the rate {names['root']} in the first run, {names['plain']} in the second and "
            f"{names['high']} in the third. All three rates fall to 0, and the runs may go on as long as you like. "
            "Which of them come as close to the minimum as you like?"
        ),
        form=Choice(
            {
                "root+plain+high": "All three",
                "root+plain": f"{names['root']} and {names['plain']}",
                "root": f"{names['root']} alone",
                "none": "None of them",
            }
        ),
        truth=truth,
        wrong=(
            WrongModel(
                "a rate that decays always gets there",
                "It takes a rate that falls to 0 for a sign that the run arrives.",
                "A rate may fall so fast that all updates together are too little for the way.",
                lambda: "root+plain+high",
            ),
            WrongModel(
                "only the slowest decay gets there",
                f"It counts {names['plain']} among the rates that fall too fast, since its sum grows so slowly.",
                "That sum grows like a logarithm, slowly but without end, and that is enough.",
                lambda: "root",
            ),
            WrongModel(
                "a rate that goes to 0 never gets there",
                "It lets a run stop for good once its rate is small.",
                "Small updates get anywhere if there are enough of them: what counts is their sum.",
                lambda: "none",
            ),
        ),
        nudges=(
            "Add up all the rates of a run. Do they add up to a number, or grow beyond all bounds?",
            "If the rates have a finite sum, so has the way that the run can travel.",
            f"1 + {terms} + …, however many terms there are, stays below __",
        ),
        worked=lambda: (
            f"The first update leaves {number(1 - first)} of the distance in all three runs.",
            *(
                f"Under {name}, the first {T // 10:,} rates add up to {total(key, T // 10)}, the first {T:,} to "
                f"{total(key, T)}."
                for key, name in names.items()
            ),
        ),
        because=because,
        terms=("sum", "add up", "series", "finite", "product", "harmonic", "diverg", "travel"),
        near=("E11", "E29", "E36"),
        picture=together,
    )


def _draw_tent(draw: Draw) -> dict[str, Any]:
    cycle = draw.one_of(100, 200, 400, 1_000, 2_000)
    turns, part = draw.whole(1, 6), draw.one_of(0.2, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8)
    eta_min = draw.real(1e-4, 1e-2, 1)
    return {
        "cycle_length": cycle,
        "t": turns * cycle // 2 + round(part * cycle / 2),
        "eta_max": float(f"{draw.one_of(3, 4, 5, 6, 8, 10) * eta_min:.6g}"),
        "eta_min": eta_min,
    }


@exercise("E13", "families", "A triangle, at one update", _draw_tent)
def triangle_at(cycle_length: int, t: int, eta_max: float, eta_min: float) -> Question:
    """Ask for the rate of one update of a triangular schedule."""
    T = 4 * cycle_length
    run = {"T": T, "eta_max": eta_max, "eta_min": eta_min, "cycle_length": cycle_length}
    half = cycle_length // 2
    turn = t // half * half

    def at(update: int, **other: Any) -> float:
        return float(rates("triangular", **{**run, **other})[update])

    def because() -> str:
        way = "up from eta_min" if at(turn) < at(turn + half) else "down from eta_max"
        return (
            f"A turn comes every {half:,} updates, half a cycle. At t = {t:,} the rate has been on its way {way} since "
            f"t = {turn:,}, {number((t - turn) / half, 3)} of the way, and is at {number(at(t), 4)}. The slope is the "
            "same all along, so the share of the way is the share of the time."
        )

    return Question(
        ask=(
            f"In a triangular schedule the rate starts at eta_min = {number(eta_min)} and goes up to eta_max = "
            f"{number(eta_max)} and down again, over and over, in straight lines. One cycle, up and down, takes "
            f"cycle_length = {cycle_length:,} updates. Which rate does update t = {t:,} use?"
        ),
        form=Number(high=1.0),
        truth=lambda: at(t),
        wrong=(
            WrongModel(
                "once it has climbed, the rate stays up",
                "It takes eta_max for the rate of every update after the first climb.",
                "Each climb is followed by a fall to eta_min, as long as the climb.",
                lambda: eta_max,
            ),
            WrongModel(
                "cycle_length is the way up",
                "It lets a climb take a whole cycle_length, and a fall another one.",
                "cycle_length counts both ways; each takes half of it.",
                lambda: at(t, cycle_length=2 * cycle_length),
            ),
            WrongModel(
                "each cycle climbs, then drops at once",
                "It draws saw teeth: a climb over the whole cycle, and a jump back down.",
                "The way down is as long as the way up; nothing jumps.",
                lambda: eta_min + (eta_max - eta_min) * (t % cycle_length) / cycle_length,
            ),
        ),
        nudges=(
            "Sketch one cycle and mark its turns. Between which two turns does the update lie?",
            "On either side of a turn the slope is constant, so the share of the way is the share of the time.",
            f"share of the way since the last turn = ({t:,} − {turn:,}) / __",
        ),
        worked=lambda: (
            f"At t = 0 the rate is {number(at(0))}, and the first turn, at t = {half:,}, is at {number(at(half))}.",
            f"At t = {half + half // 10:,}, a tenth of the way further, it is {number(at(half + half // 10), 4)}.",
            f"The last turn before t = {t:,} is at t = {turn:,}, where the rate is {number(at(turn))}.",
        ),
        because=because,
        terms=("half", "slope", "straight", "turn", "linear", "tent", "triangle", "cycle"),
        near=("E14", "E15", "E23"),
        stage={"family": "triangular", **run, "axis": "linear"},
        step=t,
    )


def _draw_halving(draw: Draw) -> dict[str, Any]:
    eta_min = draw.real(1e-4, 1e-2, 1)
    return {
        "cycle_length": draw.one_of(100, 200, 400, 1_000, 2_000, 4_000),
        "cycle": draw.one_of(2, 3, 4, 5),
        "eta_max": float(f"{draw.one_of(4, 5, 6, 7, 8, 9) * eta_min:.6g}"),
        "eta_min": eta_min,
    }


@exercise("E14", "families", "Triangles that get lower", _draw_halving)
def halving_peak(cycle_length: int, cycle: int, eta_max: float, eta_min: float) -> Question:
    """Ask for the peak of a later cycle of the halving triangular schedule."""
    T = 6 * cycle_length
    run = {"T": T, "eta_max": eta_max, "eta_min": eta_min, "cycle_length": cycle_length}
    named = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}[cycle]

    def in_cycle(n: int) -> Array:
        return rates("triangular2", **run)[(n - 1) * cycle_length : n * cycle_length]

    def because() -> str:
        peaks = ", ".join(number(float(in_cycle(n).max()), 4) for n in range(1, cycle + 1))
        mean = float(np.mean([in_cycle(n).mean() for n in range(1, cycle + 1)]))
        return (
            f"What is halved is the height above eta_min, while eta_min itself stays: the peaks are {peaks}. Over "
            f"these {cycle} cycles the rate averages {number(mean, 4)}, as each cycle averages halfway between its "
            "peak and eta_min."
        )

    return Question(
        ask=(
            f"In the halving triangular schedule (triangular2) the rate goes up and down in straight lines. It starts "
            f"from eta_min = {number(eta_min)} and peaks at eta_max = {number(eta_max)} in the first cycle of "
            f"{cycle_length:,} updates. Each later triangle is half as high as the one before. How high does the rate "
            f"get in the {named} cycle?"
        ),
        form=Number(high=1.0),
        truth=lambda: float(in_cycle(cycle).max()),
        wrong=(
            WrongModel(
                "the peak rate is halved",
                "It halves eta_max itself from cycle to cycle.",
                "Triangles stand on eta_min, and only what is above it is halved. A peak halved over and over would "
                "sink below it.",
                lambda: float(eta_max * 0.5 ** (cycle - 1)),
            ),
            WrongModel(
                "the first cycle is halved already",
                "It halves once for each cycle, the first one too.",
                "The first cycle has its full height; halving starts with the second.",
                lambda: float(in_cycle(cycle + 1).max()),
            ),
        ),
        nudges=(
            "A triangle stands on something. How high is its top above that, in the first cycle?",
            "The lowest rate is the same in each cycle.",
            f"height above eta_min in the {named} cycle = (eta_max − eta_min) / __",
        ),
        worked=lambda: (
            f"In the first cycle the rate is between {number(float(in_cycle(1).min()))} and "
            f"{number(float(in_cycle(1).max()))}.",
            f"The first triangle is {number(eta_max - eta_min)} high.",
            f"On the way to the {named} cycle this height is halved {count(cycle - 1, 'time')}.",
        ),
        because=because,
        terms=("height", "amplitude", "difference", "above", "eta_min", "base", "floor", "half"),
        near=("E13", "E16", "E17"),
        stage={"family": "triangular2", **run, "axis": "linear"},
        step=(cycle - 1) * cycle_length + cycle_length // 2,
    )
