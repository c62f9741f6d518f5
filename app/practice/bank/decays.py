"""E6 to E10: the shape of one schedule, how it falls and where it is cut off."""

from typing import Any

import numpy as np

from app.practice.forms import LOG, Axis, Choice, Number, Place, Sketch
from app.practice.judge import end_height, peak_height, peak_place, rises_between
from app.practice.question import Draw, Feature, Question, WrongModel, exercise
from app.practice.toy import CONDITION, ROUNDING, TOP, final_loss, losses, on_stage, rates, trend
from schedules.facts import number


def _draw_two_decays(draw: Draw) -> dict[str, Any]:
    eta_max = draw.real(1e-4, 0.5, 1)
    return {
        "T": draw.whole(100, 5_000, 100),
        "eta_max": eta_max,
        "eta_min": float(f"{draw.one_of(0.0, 0.1, 0.2) * eta_max:.6g}"),
    }


@exercise("E6", "shape", "A cosine and a straight line", _draw_two_decays, surprising=True)
def cosine_or_line(T: int, eta_max: float, eta_min: float) -> Question:
    """Ask which of two decays between the same ends has the larger average."""
    run = {"T": T, "Tw": 0, "eta_max": eta_max, "eta_min": eta_min}
    families = {"cosine": "warmup_cosine", "linear": "warmup_linear"}

    def means() -> dict[str, float]:
        return {key: float(rates(family, **run).mean()) for key, family in families.items()}

    def truth() -> str:
        found = means()
        return "same" if trend(*found.values()) == "same" else max(found, key=lambda key: found[key])

    def at(share: float) -> str:
        cosine, line = (number(float(rates(family, **run)[round(share * (T - 1))]), 3) for family in families.values())
        return f"the cosine is at {cosine}, the line at {line}"

    return Question(
        ask=(
            f"Two runs of T = {T:,} updates start at the rate {number(eta_max)} and end at {number(eta_min)}. In one "
            "the rate falls along half a cosine, in the other in a straight line. Which one has the larger average "
            "rate?"
        ),
        form=Choice({"cosine": "The cosine", "same": "Both have the same", "linear": "The straight line"}),
        truth=truth,
        wrong=(
            WrongModel(
                "the cosine stays high for longer",
                "It looks at the first half, where the cosine bulges above the line.",
                "In the second half it hangs below the line by just as much.",
                lambda: "cosine",
            ),
            WrongModel(
                "the cosine is low for longer",
                "It looks at the second half, where the cosine hangs below the line.",
                "In the first half it bulges above the line by just as much.",
                lambda: "linear",
            ),
        ),
        nudges=(
            "Where is the cosine above the line, and where below it?",
            "Compare two moments as far from the start as from the end: what do their two rates add up to?",
            "cos πu + cos π(1 − u) = __",
        ),
        worked=lambda: (
            f"A quarter of the way along, {at(0.25)}.",
            f"Three quarters of the way along, {at(0.75)}.",
            "Take the two moments together: what one gains on the line, the other may lose.",
        ),
        because=lambda: (
            f"The averages are {number(means()['cosine'], 6)} for the cosine and {number(means()['linear'], 6)} for "
            "the line. The half cosine looks the same turned upside down about its middle, so what it gains on the "
            "line in the first half it loses in the second."
        ),
        terms=("symmetr", "mirror", "middle", "area", "pair", "cancel", "half"),
        near=("E4", "E7", "E17"),
        stage={"family": "warmup_cosine", **run, "axis": "linear"},
        compare=(("warmup_linear", run),),
    )


def _draw_high_share(draw: Draw) -> dict[str, Any]:
    eta_max = draw.real(1e-4, 0.5, 1)
    return {
        "T": draw.whole(500, 5_000, 100),
        "eta_max": eta_max,
        "eta_min": float(f"{draw.one_of(0.0, 0.1) * eta_max:.6g}"),
        "cut": draw.one_of(0.75, 0.8, 0.9, 0.95),
    }


@exercise("E7", "shape", "Time near the top", _draw_high_share)
def time_near_top(T: int, eta_max: float, eta_min: float, cut: float) -> Question:
    """Ask for how many updates a cosine is above a high share of its range."""
    run = {"T": T, "Tw": 0, "eta_max": eta_max, "eta_min": eta_min}
    level = eta_min + cut * (eta_max - eta_min)

    def above(family: str) -> int:
        return int((rates(family, **run) > level * (1 + ROUNDING)).sum())

    return Question(
        ask=(
            f"Over T = {T:,} updates the rate falls along half a cosine from eta_max = {number(eta_max)} to eta_min = "
            f"{number(eta_min)}; there is no warmup. How many of the updates use a rate above {number(level)}? That "
            f"level lies {cut:.0%} of the way up from eta_min to eta_max."
        ),
        form=Number("updates", whole=True),
        truth=lambda: float(above("warmup_cosine")),
        wrong=(
            WrongModel(
                "the same average, the same time near the top",
                "It treats the cosine like a straight line between the same ends.",
                "Only the averages agree. The cosine starts flat, so that it takes longer to leave the top.",
                lambda: float(above("warmup_linear")),
            ),
            WrongModel(
                "the level is a value of the cosine itself",
                "It looks for the moment when cos πu has come down to the share that is asked for.",
                "The cosine goes from 1 to −1, while the share goes from 1 to 0: the share is ½ (1 + cos πu).",
                lambda: float(np.ceil(np.arccos(cut) / np.pi * (T - 1))),
            ),
        ),
        nudges=(
            "What does the curve look like just after the start: steep or flat?",
            f"Find the share u of the run at which ½ (1 + cos πu) is {number(cut)}.",
            "u = arccos(__) / π",
        ),
        worked=lambda: (
            f"A straight line would be above the level for {1 - cut:.0%} of the run, {above('warmup_linear'):,} "
            "updates.",
            "The cosine loses little at first: a tenth of the way along, it still has "
            f"{number(0.5 * (1 + np.cos(np.pi * 0.1)), 4)} of its range above eta_min.",
            f"It is at the level where ½ (1 + cos πu) = {number(cut)}.",
        ),
        because=lambda: (
            f"The cosine is above the level in {above('warmup_cosine'):,} updates, "
            f"{number(above('warmup_cosine') / T, 3)} of the run; a straight line would be in "
            f"{above('warmup_linear'):,}, {number(above('warmup_linear') / T, 3)} of it. It leaves the top slowly, and "
            "makes up for that by as long a time near the bottom."
        ),
        terms=("flat", "slow", "slope", "arccos", "cos", "shape", "bulge"),
        near=("E6", "E8", "E4"),
        stage={"family": "warmup_cosine", **run, "axis": "linear"},
        compare=(("warmup_linear", run),),
    )


def _draw_steepest(draw: Draw) -> dict[str, Any]:
    T = draw.whole(200, 4_000, 200)
    eta_max = draw.real(1e-4, 0.5, 1)
    return {
        "T": T,
        "Tw": round(draw.one_of(0.2, 0.25, 0.3, 0.4, 0.5) * T),
        "eta_max": eta_max,
        "eta_min": float(f"{draw.one_of(0.0, 0.1) * eta_max:.6g}"),
    }


@exercise("E8", "shape", "Where the cosine falls fastest", _draw_steepest)
def steepest_fall(T: int, Tw: int, eta_max: float, eta_min: float) -> Question:
    """Ask for the update at which the rate falls fastest."""
    run = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": eta_min}
    falls = -np.diff(rates("warmup_cosine", **run))
    quarter = Tw + (T - Tw) // 4

    def because() -> str:
        line = -np.diff(rates("warmup_linear", **run))
        return (
            f"The rate falls fastest in the middle of the decay, around t = {int(falls.argmax()):,}: by "
            f"{number(float(falls.max()), 3)} an update. A straight line between the same ends falls by "
            f"{number(float(line[-1]), 3)} throughout, so the cosine is {number(float(falls.max() / line[-1]), 4)} "
            f"times as steep there, which is π/2 in a long run. Right after the warmup it falls by no more than "
            f"{number(float(falls[Tw]), 3)}."
        )

    return Question(
        ask=(
            f"A run of T = {T:,} updates warms up over Tw = {Tw:,} of them to eta_max = {number(eta_max)}, and decays "
            f"along a cosine to eta_min = {number(eta_min)}. At which update does the rate fall fastest?"
        ),
        form=Place(Axis("update t", 0, T - 1)),
        truth=lambda: float(falls.argmax()),
        wrong=(
            WrongModel(
                "a decay is fastest when it begins",
                "It thinks of a decay that loses a share of what is left, such as an exponential one.",
                "The cosine leaves the peak flat, and gets steeper only on the way.",
                lambda: float(Tw),
            ),
            WrongModel(
                "the decay is fastest at its end",
                "It expects a rate that has stayed high for long to drop to the floor at last.",
                "The cosine comes in flat, just as it left the peak.",
                lambda: float(T - 1),
            ),
            WrongModel(
                "the middle of the run is where it falls fastest",
                "It counts from the first update, as if the decay took the whole run.",
                "The decay has only the updates after the warmup, and its middle comes later.",
                lambda: (T - 1) / 2,
            ),
        ),
        nudges=(
            "Think of the curve as a slide: where does it run flat, and where steeply?",
            "How fast the cosine falls follows sin πu, where u is the share of the decay that is done.",
            "sin πu is largest at u = __, and t = Tw + u · (T − Tw − 1).",
        ),
        worked=lambda: (
            f"From the first update of the decay to the second the rate falls by {number(float(falls[Tw]), 3)}.",
            f"A quarter of the decay later, at t = {quarter:,}, it falls by {number(float(falls[quarter]), 3)} an "
            "update.",
            f"From the last but one to the last it falls by {number(float(falls[-1]), 3)}.",
        ),
        because=because,
        terms=("slope", "sin", "steep", "middle", "flat", "derivative", "inflection"),
        near=("E6", "E7", "E10"),
        stage={"family": "warmup_cosine", **run, "axis": "linear"},
        compare=(("warmup_linear", run),),
        step=int(falls.argmax()),
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


def _draw_stopped(draw: Draw) -> dict[str, Any]:
    T = draw.one_of(400, 500, 1_000, 1_500, 2_000)
    return {
        "T": T,
        "stop": round(draw.one_of(0.4, 0.5, 0.6, 0.7) * T),
        "eta_max": draw.one_of(0.1, 0.12, 0.15, 0.18),
        "eta_min": draw.one_of(0.0, 0.0, 0.002, 0.005),
        "noise": draw.one_of(0.5, 1.0, 2.0),
    }


@exercise("E10", "shape", "Stopped early, or planned short", _draw_stopped)
def stopped_or_resized(T: int, stop: int, eta_max: float, eta_min: float, noise: float) -> Question:
    """Ask how many times the loss of a run that is stopped is that of a run planned for as many updates."""
    run = {"T": T, "Tw": 0, "eta_max": eta_max, "eta_min": eta_min}
    short = {**run, "T": stop}
    stopped, planned = rates("warmup_cosine", **run)[:stop], rates("warmup_cosine", **short)

    def ends() -> tuple[float, float]:
        return final_loss(stopped, noise=noise), final_loss(planned, noise=noise)

    def because() -> str:
        first, second = ends()
        return (
            f"Stopped, the long run is at a loss of {number(first, 3)}; the run planned for {stop:,} updates ends at "
            f"{number(second, 3)}. The start is forgotten in both: without noise they would be at "
            f"{number(final_loss(stopped), 2)} and {number(final_loss(planned), 2)}. What is left is noise, which goes "
            f"with the latest rates: {number(float(stopped[-1]), 3)} at the stop, "
            f"{number(float(planned[-1]), 3)} at the end of the short run. A decay pays off at its end."
        )

    return Question(
        ask=(
            f"A run is planned for T = {T:,} updates along a cosine from eta_max = {number(eta_max)} to eta_min = "
            f"{number(eta_min)}, but stopped after {stop:,}. Another one is planned for T = {stop:,} from the outset, "
            f"with the same two rates. The bowl has the sharpness λ = {number(TOP)} and the condition number κ = "
            f"{number(CONDITION)}, and the gradient has noise of σ = {number(noise)}. After those {stop:,} updates, "
            "how many times as high is the expected loss of the stopped run?"
        ),
        form=Place(Axis("loss of the stopped run, in multiples of that of the short one", 0.1, 1_000, LOG), "times"),
        truth=lambda: ends()[0] / ends()[1],
        wrong=(
            WrongModel(
                "as many updates, the same loss",
                "It counts updates, whatever their rates.",
                "The two runs differ in their late rates, and those decide how much noise is left.",
                lambda: 1.0,
            ),
            WrongModel(
                "higher rates get further",
                "It takes the loss to go down as the sum of the rates goes up, which is larger in the stopped run.",
                "Both have long forgotten their start; what is left at the end is noise, and high rates leave more.",
                lambda: float(planned.sum() / stopped.sum()),
            ),
        ),
        nudges=(
            f"Which rate does either run use in update t = {stop - 1:,}, its last?",
            "Noise of early updates is forgotten; how much of it remains goes with the last rates.",
            f"compare the {number(float(stopped[-1]), 3)} at the stop with __, where the short run ends",
        ),
        worked=lambda: (
            "Without noise both runs would have got rid of the start: their losses would be "
            f"{number(final_loss(stopped), 2)} and {number(final_loss(planned), 2)}.",
            f"Half-way, after {stop // 2:,} updates, the rates are {number(float(stopped[stop // 2]), 3)} and "
            f"{number(float(planned[stop // 2]), 3)}, and the expected losses "
            f"{number(float(losses(stopped, noise=noise)[stop // 2]), 3)} and "
            f"{number(float(losses(planned, noise=noise)[stop // 2]), 3)}.",
            "From there on, one of the two rates comes down much further.",
        ),
        because=because,
        terms=("noise", "floor", "last", "late", "rate", "decay", "end"),
        near=("E3", "E18", "E31"),
        stage=on_stage("warmup_cosine", noise=noise, **short),
        compare=(("warmup_cosine", run),),
        step=stop,
    )
