"""E1 to E5: the shape of one schedule, its ends and its average."""

from typing import Any

import numpy as np

from app.practice.forms import Array, Choice, Number
from app.practice.question import Draw, Question, WrongModel, exercise
from app.practice.toy import ROUNDING, rates, trend
from schedules.facts import number

ENOUGH = 9  # digits that tell a rate beside the peak from the peak


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


def _at_peak(lr: Array, eta_max: float) -> float:
    """Return how many updates use the peak, but for rounding."""
    return float((np.abs(lr - eta_max) <= ROUNDING * eta_max).sum())


def _draw_peak(draw: Draw) -> dict[str, Any]:
    T = draw.whole(200, 2_000, 100)
    eta_max = draw.real(1e-4, 1e-1, 1)
    return {
        "T": T,
        "Tw": round(draw.one_of(0.0, 0.05, 0.1, 0.2, 0.4) * T),
        "eta_max": eta_max,
        "eta_min": draw.one_of(0.0, 0.1) * eta_max,
    }


@exercise("E2", "shape", "Updates at the peak", _draw_peak)
def updates_at_peak(T: int, Tw: int, eta_max: float, eta_min: float) -> Question:
    """Ask how many updates use exactly the peak."""
    run = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": eta_min}
    lr = rates("warmup_cosine", **run)

    def because() -> str:
        shown = ", ".join(
            f"{number(float(rate), ENOUGH)} at t = {t:,}" for t, rate in enumerate(lr[: Tw + 2]) if t >= Tw - 2
        )
        if not Tw:
            return (
                f"Without warmup the decay makes the first update, with u = 0, at the peak: {number(float(lr[0]))}. "
                f"The second one uses {number(float(lr[1]), ENOUGH)} already. Only where a ramp leads up to the peak "
                "is it used twice."
            )
        return (
            f"Around the seam the rates are {shown}. The ramp counts t + 1 and so is at the peak in its own last "
            "update; the decay then starts from u = 0, at the peak again."
        )

    once = WrongModel(
        "ramp and decay share the peak",
        "It lets both parts meet in a single update, as two lines do in a sketch.",
        "Each update belongs to one part only: the ramp ends at the peak, and the next update begins the decay there.",
        lambda: _at_peak(np.delete(lr, Tw), eta_max),
    )
    twice = WrongModel(
        "the peak is always used twice",
        "It carries over what happens where a warmup meets a decay.",
        "Here there is no ramp whose last update could be at the peak as well.",
        lambda: _at_peak(rates("warmup_cosine", **{**run, "Tw": 1}), eta_max),
    )
    warmup = (
        f"warms up over Tw = {Tw:,} of them to the peak" if Tw else "has no warmup (Tw = 0). It starts from the peak"
    )
    return Question(
        ask=(
            f"A run of T = {T:,} updates {warmup} eta_max = {number(eta_max)}, and decays along a cosine to eta_min = "
            f"{number(eta_min)}. How many of its updates use exactly the peak rate?"
        ),
        form=Number("updates"),
        truth=lambda: _at_peak(lr, eta_max),
        wrong=(
            once if Tw else twice,
            WrongModel(
                "the peak lies between two updates",
                "It expects a curve that is only looked at in steps to miss its own highest point.",
                "A rule that starts or ends at the peak is exactly there in its own first or last update.",
                lambda: 0.0,
            ),
        ),
        nudges=(
            "Which rate does the last update of the warmup use, and which one the first after it?"
            if Tw
            else "Which rule makes the first update when there is no ramp, and which one the second?",
            "The decay goes by u, the share of it that is done. At its first update that is 0.",
            "The decay begins with eta_min + ½ (eta_max − eta_min) (1 + cos 0), and cos 0 = __.",
        ),
        worked=lambda: (
            *(
                (
                    "In the warmup, update t uses eta_max · (t + 1) / Tw.",
                    f"Two updates before its end, at t = {Tw - 3:,}, that is {number(float(lr[Tw - 3]))}. Go on from "
                    "there to the last update of the ramp.",
                )
                if Tw
                else ("With Tw = 0 no update is made by the ramp.",)
            ),
            f"The second update of the decay, t = {Tw + 1:,}, uses {number(float(lr[Tw + 1]), ENOUGH)}, already below "
            "the peak. What about the first?",
        ),
        because=because,
        terms=("ramp", "seam", "t + 1", "t+1", "u = 0", "cos", "first", "last", "both"),
        near=("E1", "E3", "E9"),
        stage={"family": "warmup_cosine", **run, "axis": "linear"},
        step=Tw,
    )


def _draw_last(draw: Draw) -> dict[str, Any]:
    eta_max = draw.real(1e-4, 0.5, 1)
    return {
        "T": draw.whole(12, 30),
        "Tw": draw.whole(2, 8),
        "eta_max": eta_max,
        "eta_min": float(f"{draw.one_of(0.01, 0.02, 0.05, 0.1) * eta_max:.1e}"),
    }


@exercise("E3", "shape", "The very last update", _draw_last)
def last_update(T: int, Tw: int, eta_max: float, eta_min: float) -> Question:
    """Ask for the rate of update T − 1."""
    run = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": eta_min}
    lr = rates("warmup_cosine", **run)
    cycle = {**run, "cycle_length": T - Tw, "restart_mult": 1.0}

    def above(rate: float) -> str:
        return f"{100 * (rate - eta_min) / (eta_max - eta_min):.3g} percent of the way up to the peak"

    return Question(
        ask=(
            f"A short run of T = {T} updates warms up over Tw = {Tw} of them to eta_max = {number(eta_max)}. Then it "
            f"decays along a cosine towards eta_min = {number(eta_min)}. Which rate does its very last update use?"
        ),
        form=Number(high=1.0),
        truth=lambda: float(lr[-1]),
        wrong=(
            WrongModel(
                "the decay ends one step short",
                "It divides by the number of updates in the decay, T − Tw, so that the floor is due after the run.",
                "From the first update of the decay to its last there is one step less than there are updates. Cycles "
                "with restarts do end one step short; here the decay is stretched to arrive.",
                lambda: float(rates("sgdr", **cycle)[-1]),
            ),
            WrongModel(
                "the cosine is spread over the whole run",
                "It divides by T − 1, as if the decay had begun with the first update.",
                "The decay counts from Tw, and has only the updates after the warmup to come down in.",
                lambda: eta_min + 0.5 * (eta_max - eta_min) * (1 + np.cos(np.pi * (T - 1 - Tw) / (T - 1))),
            ),
        ),
        nudges=(
            "How much of the decay, from 0 to 1, is done when the last update is made? Its number is T − 1.",
            "Count the steps from the first update of the decay to the last one, not the updates.",
            f"u = ({T - 1} − {Tw}) / __",
        ),
        worked=lambda: (
            f"The decay starts at t = Tw = {Tw}, with u = 0, and the rate {number(float(lr[Tw]))}.",
            f"It has {T - Tw} updates, the last one at t = {T - 1}.",
            f"Two updates earlier, at t = {T - 3}, u is {number((T - 3 - Tw) / (T - Tw - 1), 3)} and the rate "
            f"{number(float(lr[-3]), 4)}.",
        ),
        because=lambda: (
            f"u = (t − Tw) / (T − Tw − 1) is exactly 1 at t = {T - 1}, where the rate is {number(float(lr[-1]))}. With "
            f"T − Tw in its place the last update would use {number(float(rates('sgdr', **cycle)[-1]), 4)}, still "
            f"{above(float(rates('sgdr', **cycle)[-1]))}. Some libraries count that way."
        ),
        terms=("t − tw − 1", "t-tw-1", "interval", "steps", "u = 1", "one less", "exact", "cos"),
        near=("E1", "E2", "E16"),
        stage={"family": "warmup_cosine", **run, "axis": "linear"},
        compare=(("sgdr", cycle),),
        step=T - 1,
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
        truth=lambda: trend(*means()),
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


def _draw_raised_floor(draw: Draw) -> dict[str, Any]:
    return {**_draw_longer_warmup(draw), "ratio": draw.one_of(0.1, 0.2, 0.3, 0.5)}


@exercise("E5", "shape", "A longer warmup above a floor", _draw_raised_floor)
def average_above_floor(T: int, short: float, long: float, eta_max: float, ratio: float) -> Question:
    """Ask what becomes of the average rate when the warmup takes more of the run and the floor is not 0."""
    eta_min = float(f"{ratio * eta_max:.6g}")
    runs = [{"T": T, "Tw": round(share * T), "eta_max": eta_max, "eta_min": eta_min} for share in (short, long)]
    curves = [rates("warmup_cosine", **run) for run in runs]

    def because() -> str:
        first, second = (float(lr.mean()) for lr in curves)
        ramp, decay = (float(part.mean()) for part in np.split(curves[0], [round(short * T)]))
        return (
            f"The average goes from {number(first, 4)} to {number(second, 4)}. The decay comes down to "
            f"{number(eta_min)} only and averages {number(decay, 4)}; the ramp starts near 0, below the floor, and "
            f"averages {number(ramp, 4)}. Each update that moves from the decay to the ramp takes half of eta_min from "
            "the sum."
        )

    return Question(
        ask=(
            f"The rate warms up to eta_max = {number(eta_max)} and then decays along a cosine to eta_min = "
            f"{number(eta_min)}, over T = {T:,} updates. The warmup grows from {short:.0%} of the run to {long:.0%}. "
            "What does the average rate do?"
        ),
        form=Choice({"rises": "It rises", "same": "It stays the same", "falls": "It falls"}),
        truth=lambda: trend(*(float(lr.mean()) for lr in curves)),
        wrong=(
            WrongModel(
                "the average never depends on the warmup",
                "It carries over what holds when the decay goes to 0.",
                "With a floor of 0 both parts average half the peak. A floor lifts the decay, but not the ramp.",
                lambda: "same",
            ),
            WrongModel(
                "less decay, less time at low rates",
                "It sees the low end of the decay become shorter, and forgets the low start of the ramp.",
                "The ramp starts even lower: it comes from near 0, the decay stops at eta_min.",
                lambda: "rises",
            ),
        ),
        nudges=(
            "In which part of the run does eta_min have a say?",
            "That part gets a smaller share of the run. Is its average above or below that of the other part?",
            "The ramp averages about eta_max / 2, the decay (eta_max + __) / 2.",
        ),
        worked=lambda: (
            f"A ramp from near 0 to {number(eta_max)} averages about {number(eta_max / 2)}, however long it is.",
            f"The decay runs from {number(eta_max)} to {number(eta_min)} and mirrors itself about its middle.",
            f"At first the ramp has {short:.0%} of the updates and the decay the rest; afterwards it has {long:.0%}.",
        ),
        because=because,
        terms=("floor", "eta_min", "share", "average", "ramp", "decay", "half"),
        near=("E4", "E6", "E17"),
        stage={"family": "warmup_cosine", **runs[1], "axis": "linear"},
        compare=(("warmup_cosine", runs[0]),),
    )
