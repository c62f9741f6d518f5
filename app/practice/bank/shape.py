"""E1 to E10: the shape of one schedule."""

from typing import Any

import numpy as np

from app.practice.forms import Axis, Choice, Number, Sketch
from app.practice.judge import end_height, peak_height, peak_place, rises_between
from app.practice.question import Draw, Feature, Question, WrongModel, exercise
from app.practice.toy import rates
from schedules.facts import number

FEWER_THAN = 1e-9  # of a value: changes below count as none


def _draw_first(draw: Draw) -> dict[str, Any]:
    Tw = draw.whole(50, 1_000, 50)
    return {"T": Tw * draw.one_of(5, 10, 20), "Tw": Tw, "eta_max": draw.real(1e-4, 1e-2, 1)}


@exercise("E1", "shape", "The very first update", _draw_first)
def first_update(T: int, Tw: int, eta_max: float) -> Question:
    """Ask for the rate of update 0."""
    run = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": 0.0}
    ramp = [f"{eta_max:g} · {t + 1} / {Tw}" for t in (1, 2)]
    return Question(
        ask=(
            f"A run of T = {T:,} updates warms up over Tw = {Tw:,} of them to the peak eta_max = {number(eta_max)}, "
            "and then decays along a cosine. Which rate does the very first update, t = 0, use?"
        ),
        form=Number(high=1.0),
        truth=lambda: float(rates("warmup_cosine", **run)[0]),
        wrong=(
            WrongModel(
                "the ramp starts at 0",
                "It takes the ramp for eta_max · t / Tw, as several libraries write it.",
                "At t = 0 that makes an update that moves nothing; here the ramp counts t + 1, so that none is wasted.",
                lambda: 0.0,
            ),
            WrongModel(
                "the run starts at its peak",
                "It takes eta_max for the rate that a run starts with.",
                "The peak is where the warmup ends, not where it begins.",
                lambda: eta_max,
            ),
        ),
        nudges=(
            "Look at how the ramp counts: which number multiplies eta_max in the first update?",
            "What would an update with a rate of 0 do to the parameters?",
            f"lr[0] = {number(eta_max)} · __ / {Tw:,}",
        ),
        worked=lambda: (
            "In the warmup, update t uses eta_max · (t + 1) / Tw.",
            f"The second update, t = 1: {ramp[0]} = {number(float(rates('warmup_cosine', **run)[1]))}.",
            f"The third update, t = 2: {ramp[1]} = {number(float(rates('warmup_cosine', **run)[2]))}.",
        ),
        because=lambda: (
            f"Update t of the ramp uses eta_max · (t + 1) / Tw. At t = 0 that is {number(eta_max)} / {Tw:,} = "
            f"{number(float(rates('warmup_cosine', **run)[0]))}: small, but not nothing."
        ),
        terms=("ramp", "warmup", "t + 1", "t+1", "linear", "Tw"),
        near=("E2", "E9", "E11"),
        stage={"family": "warmup_cosine", **run, "axis": "linear"},
    )


def _draw_longer_warmup(draw: Draw) -> dict[str, Any]:
    T = draw.whole(500, 5_000, 100)
    return {
        "T": T,
        "short": draw.one_of(0.05, 0.1, 0.2),
        "long": draw.one_of(0.5, 0.6, 0.75),
        "eta_max": draw.real(1e-4, 0.5, 1),
    }


@exercise("E4", "shape", "A longer warmup, and the average rate", _draw_longer_warmup, surprising=True)
def average_with_longer_warmup(T: int, short: float, long: float, eta_max: float) -> Question:
    """Ask what becomes of the average rate when the warmup takes more of the run and the floor is 0."""
    runs = [{"T": T, "Tw": round(share * T), "eta_max": eta_max, "eta_min": 0.0} for share in (short, long)]

    def means() -> tuple[float, float]:
        first, second = (float(rates("warmup_cosine", **run).mean()) for run in runs)
        return first, second

    def truth() -> str:
        first, second = means()
        if abs(second - first) <= FEWER_THAN * first:
            return "same"
        return "rises" if second > first else "falls"

    def because() -> str:
        first, second = means()
        return (
            f"Both averages are {number(first, 5)} and {number(second, 5)}. A ramp from 0 has half its peak as its "
            "average, and so has half a cosine from the peak to 0: whichever takes more of the run, the average stays."
        )

    return Question(
        ask=(
            f"The rate warms up to eta_max = {number(eta_max)} and decays along a cosine to 0, over T = {T:,} updates. "
            f"The warmup grows from {short:.0%} of the run to {long:.0%}. What does the average rate do?"
        ),
        form=Choice({"rises": "It rises", "same": "It stays the same", "falls": "It falls"}),
        truth=truth,
        wrong=(
            WrongModel(
                "a long ramp costs area",
                "It sees the peak move away from the start, and counts only what the ramp lacks below the peak.",
                "The decay becomes shorter by as much as the ramp becomes longer, and lacks just as much.",
                lambda: "falls",
            ),
            WrongModel(
                "the cosine loses more than the ramp",
                "It takes the cosine for a curve that is mostly low.",
                "A half cosine spends as long above the middle as below it.",
                lambda: "rises",
            ),
        ),
        nudges=(
            "What is the average of a ramp from 0 to the peak?",
            "What is the average of half a cosine from the peak to 0?",
            "Both parts have the same average, the peak divided by __.",
        ),
        worked=lambda: (
            f"The ramp rises evenly from 0 to the peak of {number(eta_max)}: its average is halfway.",
            "Half a cosine from the peak to 0 mirrors itself about its middle: what it is above halfway before, it is "
            "below afterwards.",
            "So the run is made of two parts, and only their shares change.",
        ),
        because=because,
        terms=("average", "area", "half", "symmetr", "ramp", "mirror"),
        near=("E5", "E6", "E17"),
        stage={"family": "warmup_cosine", **runs[1], "axis": "linear"},
        compare=(("warmup_cosine", runs[0]),),
    )


def _draw_endless(draw: Draw) -> dict[str, Any]:
    T = draw.whole(100, 2_000, 100)
    return {"T": T, "ratio": draw.one_of(1.25, 1.6, 2.0, 2.5), "eta_max": draw.real(1e-4, 0.5, 1)}


@exercise("E9", "shape", "A warmup longer than the run", _draw_endless)
def warmup_longer_than_run(T: int, ratio: float, eta_max: float) -> Question:
    """Ask for a sketch of the rate when the warmup never ends."""
    Tw = round(ratio * T)
    run = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": 0.0}
    form = Sketch(Axis("update t", 0, T - 1), Axis("learning rate", 0.0, 1.2 * eta_max))
    steps = np.arange(T, dtype=np.float64)

    def sketched(y: np.ndarray) -> list[float]:
        return form.sampled(steps, y).tolist()

    return Question(
        ask=(
            f"Someone shortens a run to T = {T:,} updates and forgets its warmup of Tw = {Tw:,}, which is longer; the "
            f"peak is eta_max = {number(eta_max)}, and a cosine to 0 should follow. Draw the rate over the whole run."
        ),
        form=form,
        truth=lambda: sketched(rates("warmup_cosine", **run)),
        wrong=(
            WrongModel(
                "the run reaches its peak and decays all the same",
                "It squeezes warmup and decay into the run, whatever Tw is.",
                "Tw counts updates. After T of them the run is over, still within the ramp.",
                lambda: sketched(rates("warmup_cosine", **{**run, "Tw": T // 2})),
            ),
            WrongModel(
                "the ramp ends at the peak",
                "It makes the ramp steeper, so that it arrives at eta_max when the run ends.",
                "The slope of the ramp is eta_max / Tw; a shorter run does not change it.",
                lambda: sketched(rates("warmup_cosine", **{**run, "Tw": T})),
            ),
        ),
        nudges=(
            "Does the part of the code that decays ever run?",
            "The last update is t = T − 1. How far up the ramp is it then?",
            f"highest rate = {number(eta_max)} · __ / {Tw:,}",
        ),
        worked=lambda: (
            "While t is below Tw, the rate is eta_max · (t + 1) / Tw, a straight line.",
            f"Half-way, at t = {T // 2 - 1:,}, it is {number(float(rates('warmup_cosine', **run)[T // 2 - 1]), 3)}.",
            f"t never gets to Tw = {Tw:,}, so no other rule is ever used.",
        ),
        because=lambda: (
            f"The run ends within the ramp. Its highest rate is its last, eta_max · T / Tw = "
            f"{number(float(rates('warmup_cosine', **run).max()), 4)}, and the decay never begins."
        ),
        terms=("ramp", "slope", "warmup", "never", "T / Tw", "ends"),
        near=("E1", "E3", "E10"),
        stage={"family": "warmup_cosine", **run, "axis": "linear"},
        features=(
            Feature("where the highest rate is", peak_place),
            Feature("how high it gets", peak_height),
            Feature("where it ends", end_height),
            Feature("rising all the way", rises_between(0, 1)),
        ),
    )
