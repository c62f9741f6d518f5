"""E15 to E18: other families, cycles and warm restarts."""

from typing import Any

import numpy as np

from app.practice.forms import LOG, Array, Axis, Choice, Number, Place, Sketch
from app.practice.judge import end_height, falls_between, start_height
from app.practice.question import Draw, Feature, Question, WrongModel, exercise
from app.practice.toy import CONDITION, TOP, final_loss, losses, on_stage, rates, trend
from schedules import restarts
from schedules.facts import count, listed, number


def _cycles(T: int, cycle_length: int, restart_mult: float) -> dict[str, Any]:
    """Return parameters of the cosine with warm restarts, but for the rates."""
    return {"T": T, "Tw": 0, "cycle_length": cycle_length, "restart_mult": float(restart_mult)}


ENOUGH = 20  # cycles, more than any run here has


def _draw_restarts(draw: Draw) -> dict[str, Any]:
    cycle_length = draw.one_of(50, 100, 200, 250, 400, 500)
    return {
        "T": cycle_length * draw.one_of(10, 12, 16, 20, 25, 30, 40, 50),
        "cycle_length": cycle_length,
        "restart_mult": draw.one_of(2, 3, 4),
        "eta_max": draw.real(1e-4, 0.5, 1),
    }


@exercise("E15", "families", "Where the restarts fall", _draw_restarts)
def last_restart(T: int, cycle_length: int, restart_mult: int, eta_max: float) -> Question:
    """Ask for the update at which the last restart of a run takes place."""
    run = _cycles(T, cycle_length, restart_mult)
    lengths = [cycle_length * restart_mult**k for k in range(ENOUGH)]

    def at(**other: Any) -> np.ndarray:
        return restarts("sgdr", **{**run, **other})

    def because() -> str:
        found = at()
        return (
            f"A restart falls where the lengths of all cycles before it add up: {count(found.size, 'restart')}, at t = "
            f"{listed(found)}. The cycle from there on would take {lengths[found.size]:,} updates, to t = "
            f"{int(found[-1]) + lengths[found.size]:,}, by when the run is over."
        )

    return Question(
        ask=(
            f"In a cosine with warm restarts, T = {T:,}, the first cycle takes cycle_length = {cycle_length:,} updates "
            f"and starts with update 0; there is no warmup. Each further cycle is restart_mult = {restart_mult} times "
            "as long as the one before. At which update does the last restart of the run take place?"
        ),
        form=Number(high=1e6, whole=True),
        truth=lambda: float(at()[-1]),
        wrong=(
            WrongModel(
                "every cycle is as long as the first",
                f"It puts a restart at each multiple of {cycle_length:,}.",
                "restart_mult stretches each cycle, so that restarts come further and further apart.",
                lambda: float(at(restart_mult=1.0)[-1]),
            ),
            WrongModel(
                "the step of a restart is multiplied",
                f"It multiplies where a restart is, {cycle_length:,}, {lengths[1]:,}, {lengths[2]:,} and so on.",
                "These are the lengths of the cycles; a restart comes after all of them together.",
                lambda: float(max(length for length in lengths if length < T)),
            ),
        ),
        nudges=(
            "Write down the lengths of the cycles, one after the other.",
            "A restart falls where a cycle ends, so the lengths before it have to be added up.",
            f"restarts at {cycle_length:,} · 1, {cycle_length:,} · (1 + {restart_mult}), {cycle_length:,} · "
            f"(1 + {restart_mult} + __), …",
        ),
        worked=lambda: (
            f"The first three cycles take {lengths[0]:,}, {lengths[1]:,} and {lengths[2]:,} updates.",
            f"The first restart is at t = {int(at()[0]):,}, when the first cycle is over.",
            f"Go on adding the lengths, as long as the sum stays below {T:,}.",
        ),
        because=because,
        terms=("sum", "add", "cumul", "length", "total", "geometric"),
        near=("E16", "E17", "E18"),
        stage={"family": "sgdr", **run, "eta_max": eta_max, "eta_min": 0.0, "axis": "linear"},
    )


# Runs that end within a cycle: restart_mult, and T in first cycles.
UNFINISHED = ((2, 5.0), (2, 5.5), (3, 6.0), (3, 7.0), (3, 8.0), (3, 9.0), (4, 8.0), (4, 10.0), (4, 12.0))


def _draw_unfinished(draw: Draw) -> dict[str, Any]:
    restart_mult, cycles = draw.one_of(*UNFINISHED)
    cycle_length = draw.one_of(100, 200, 300, 400)
    return {
        "T": round(cycles * cycle_length),
        "cycle_length": cycle_length,
        "restart_mult": restart_mult,
        "eta_max": draw.real(1e-3, 0.5, 1),
    }


@exercise("E16", "families", "A run of cycles, to its end", _draw_unfinished, surprising=True)
def unfinished_cycle(T: int, cycle_length: int, restart_mult: int, eta_max: float) -> Question:
    """Ask for a sketch of a cosine with warm restarts whose run ends within a cycle."""
    run = {**_cycles(T, cycle_length, restart_mult), "eta_max": eta_max, "eta_min": 0.0}
    form = Sketch(Axis("update t", 0, T - 1), Axis("learning rate", 0.0, 1.2 * eta_max))
    steps = np.arange(T, dtype=np.float64)
    turns = restarts("sgdr", **run).tolist()
    last, full = turns[-1], cycle_length * restart_mult ** len(turns)

    def sketched(lr: Array) -> list[float]:
        return form.sampled(steps, lr).tolist()

    def squeezed() -> Array:
        end = rates("warmup_cosine", T=T - last, Tw=0, eta_max=eta_max, eta_min=0.0)
        return np.concatenate([rates("sgdr", **run)[:last], end])

    def because() -> str:
        end = float(rates("sgdr", **run)[-1])
        n = len(turns) + 1
        fits = T * (restart_mult - 1) / (restart_mult**n - 1)
        return (
            f"The last restart is at t = {last:,}, and the cycle that begins there would take {full:,} updates. The "
            f"run has {T - last:,} left, so it stops {number((T - 1 - last) / full, 3)} of the way through, at "
            f"{number(end, 3)}, {number(end / eta_max, 3)} of the peak. For {n} whole cycles, "
            f"cycle_length would have to be {number(fits, 4)}."
        )

    return Question(
        ask=(
            f"A cosine with warm restarts has T = {T:,} updates, no warmup, eta_max = {number(eta_max)} and eta_min = "
            f"0. Its first cycle takes cycle_length = {cycle_length:,} updates, each further one restart_mult = "
            f"{restart_mult} times as many as the one before. Draw the rate over the whole run."
        ),
        form=form,
        truth=lambda: sketched(rates("sgdr", **run)),
        wrong=(
            WrongModel(
                "a cosine run ends at eta_min",
                "It fits the last cycle into what is left of the run.",
                "The length of a cycle does not depend on T. The run stops wherever its last cycle happens to be.",
                lambda: sketched(squeezed()),
            ),
            WrongModel(
                "every cycle is as long as the first",
                f"It puts a restart after each {cycle_length:,} updates, whatever restart_mult is.",
                "Each cycle is longer than the one before by the factor restart_mult.",
                lambda: sketched(rates("sgdr", **{**run, "restart_mult": 1.0})),
            ),
        ),
        nudges=(
            "At which update does the last cycle begin, and how long is it meant to be?",
            "The rate at the end depends on which share of the last cycle is done by then.",
            f"share of the last cycle that is done = ({T - 1:,} − {last:,}) / __",
        ),
        worked=lambda: (
            f"The first cycle takes {cycle_length:,} updates, the second {cycle_length * restart_mult:,}.",
            f"Just before the first restart, at t = {turns[0] - 1:,}, the rate is close to 0; at t = {turns[0]:,} it "
            f"is back at {number(float(rates('sgdr', **run)[turns[0]]))}.",
            f"The last restart is at t = {last:,}, and from there the run has {T - last:,} updates left.",
        ),
        because=because,
        terms=("length", "cycle", "restart", "share", "stop", "unfinished", "middle", "part"),
        near=("E3", "E10", "E15"),
        stage={"family": "sgdr", **run, "axis": "linear"},
        step=T - 1,
        features=(
            Feature("where it starts", start_height),
            Feature("where it ends", end_height),
            Feature("falling since the last restart", falls_between(last / (T - 1) + 0.05, 1)),
        ),
    )


ALIKE = 0.01  # of an average: what it may differ by and count as the same


def _draw_whole_cycles(draw: Draw) -> dict[str, Any]:
    restart_mult, cycles = draw.one_of((2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (4, 2))
    return {
        "cycle_length": draw.one_of(100, 200, 250, 400, 500),
        "restart_mult": restart_mult,
        "cycles": cycles,
        "eta_max": draw.real(1e-3, 0.5, 1),
        "ratio": draw.one_of(0.0, 0.0, 0.1),
    }


@exercise("E17", "families", "Longer cycles, and the average rate", _draw_whole_cycles)
def average_over_cycles(cycle_length: int, restart_mult: int, cycles: int, eta_max: float, ratio: float) -> Question:
    """Ask what becomes of the average rate over whole cycles when each is longer than the one before."""
    T = sum(cycle_length * restart_mult**k for k in range(cycles))
    runs = [
        {**_cycles(T, cycle_length, mult), "eta_max": eta_max, "eta_min": float(f"{ratio * eta_max:.6g}")}
        for mult in (1, restart_mult)
    ]

    def means() -> tuple[float, float]:
        first, second = (float(rates("sgdr", **run).mean()) for run in runs)
        return first, second

    def because() -> str:
        first, second = means()
        middle = eta_max * (1 + ratio) / 2
        return (
            f"The averages are {number(first, 4)} with equal cycles and {number(second, 4)} with growing ones. Each "
            f"cycle, short or long, averages halfway between its ends, {number(middle, 4)}, and so does any mix of "
            "cycles. The little that is above comes from cycles that end one step short of eta_min; more cycles have "
            "more of it."
        )

    return Question(
        ask=(
            f"A cosine with warm restarts goes from eta_max = {number(eta_max)} towards eta_min = "
            f"{number(ratio * eta_max)} in cycles of {cycle_length:,} updates, {T // cycle_length} of them in T = "
            f"{T:,} updates. A second run of the same length starts with such a cycle as well, but restart_mult is "
            f"{restart_mult} instead of 1: each cycle is {restart_mult} times as long as the one before, {cycles} in "
            f"all, the last one whole too. How does its average rate compare, give or take {ALIKE:.0%}?"
        ),
        form=Choice({"rises": "It is higher", "same": "It is the same", "falls": "It is lower"}),
        truth=lambda: trend(*means(), ALIKE),
        wrong=(
            WrongModel(
                "longer cycles stay high for longer",
                "It counts the updates near the peak, of which a long cycle has more.",
                "A long cycle has as many more of them near eta_min.",
                lambda: "rises",
            ),
            WrongModel(
                "fewer restarts, fewer high rates",
                "It lets the restarts hold the average up, and misses some of them in the second run.",
                "Each restart belongs to one fall. Fewer restarts have longer falls between them, of the same average.",
                lambda: "falls",
            ),
        ),
        nudges=(
            "Look at a single cycle first. Does its average depend on its length?",
            "A half cosine mirrors itself about its middle, however far it is stretched.",
            "average of the run = sum of (share of the run in a cycle) · __",
        ),
        worked=lambda: (
            f"The first cycle averages {number(float(rates('sgdr', **runs[0])[:cycle_length].mean()), 4)}; it is the "
            "same in both runs.",
            f"The second run goes on with a cycle of {cycle_length * restart_mult:,} updates, which is the same curve, "
            f"stretched {restart_mult} times.",
            "Stretching a curve along the time leaves its average as it is, but for the single steps.",
        ),
        because=because,
        terms=("average", "symmetr", "mirror", "stretch", "half", "each cycle", "weight"),
        near=("E4", "E6", "E15"),
        stage={"family": "sgdr", **runs[1], "axis": "linear"},
        compare=(("sgdr", runs[0]),),
    )


AFTER = 5  # updates from the restart


def _draw_warm(draw: Draw) -> dict[str, Any]:
    cycle_length, restart_mult, cycles = draw.one_of(
        (100, 2, 4), (120, 2, 4), (80, 2, 4), (100, 3, 3), (150, 3, 3), (200, 2, 3), (250, 2, 3), (90, 4, 3)
    )
    return {
        "cycle_length": cycle_length,
        "restart_mult": restart_mult,
        "cycles": cycles,
        "eta_max": draw.one_of(0.1, 0.12, 0.15, 0.18),
        "noise": draw.one_of(0.5, 1.0, 2.0),
    }


@exercise("E18", "families", "What a restart does to the loss", _draw_warm)
def loss_after_restart(cycle_length: int, restart_mult: int, cycles: int, eta_max: float, noise: float) -> Question:
    """Ask how many times the loss shortly after a restart is that just before it."""
    T = sum(cycle_length * restart_mult**k for k in range(cycles))
    run = {**_cycles(T, cycle_length, restart_mult), "eta_max": eta_max, "eta_min": 0.0}
    lr = rates("sgdr", **run)
    turns = restarts("sgdr", **run).tolist()
    at = turns[-1]

    def cosine(length: int) -> Array:
        return rates("warmup_cosine", T=length, Tw=0, eta_max=eta_max, eta_min=0.0)

    def going_on() -> float:
        loss = losses(np.append(lr[:at], np.full(AFTER, lr[at - 1])), noise=noise)
        return float(loss[-1] / loss[at])

    def because() -> str:
        loss, single = losses(lr, noise=noise), losses(cosine(T), noise=noise)
        return (
            f"From {number(float(loss[at]), 3)} the loss gets up to {number(float(loss[at + AFTER]), 3)}: the rate is "
            "back at its peak, and so is the noise it lets in. On this bowl a single cosine planned for "
            f"{at:,} updates ends lower, at {number(final_loss(cosine(at), noise=noise), 3)}. What restarts offer is a "
            f"good result at any of several times: after {turns[-2]:,} updates the cycles are at "
            f"{number(float(loss[turns[-2]]), 3)}, and a single cosine planned for {T:,} is at "
            f"{number(float(single[turns[-2]]), 3)}. SGDR makes its case on deep networks, not on a bowl like this."
        )

    return Question(
        ask=(
            f"A cosine with warm restarts falls from eta_max = {number(eta_max)} towards 0 in cycles of "
            f"{cycle_length:,} updates at first, each further one {restart_mult} times as long; the last restart is at "
            f"t = {at:,}. The bowl has the sharpness λ = {number(TOP)} and the condition number κ = "
            f"{number(CONDITION)}, and the gradient has noise of σ = {number(noise)}. Take the expected loss {AFTER} "
            "updates after that restart. How many times as high is it as just before the restart?"
        ),
        form=Place(Axis("loss after the restart, in multiples of that before it", 0.1, 10_000, LOG), "times"),
        truth=lambda: float(np.divide(*losses(lr, noise=noise)[[at + AFTER, at]])),
        wrong=(
            WrongModel(
                "a restart keeps on improving",
                "It lets the loss go on down, as it did before the restart.",
                "What improved it was the low rate. With the rate back at its peak, noise comes in as it did at first.",
                going_on,
            ),
            WrongModel(
                "a restart begins all over again",
                "It puts θ back to where the run started, at the loss of the start.",
                "A warm restart resets the rate alone; θ stays where it is, and only noise drives it away.",
                lambda: float(np.divide(*losses(lr, noise=noise)[[0, at]])),
            ),
        ),
        nudges=(
            "What does the rate do at the restart? And what happens to θ?",
            "How much noise stays in the loss goes with the rate, and in the steep direction few updates bring it in.",
            "An update multiplies the variance of the steep direction by (1 − ηλ)² and adds (__ · σ)²; ½ λ times the "
            "variance goes into the loss.",
        ),
        worked=lambda: (
            f"Before the restart the rate is down to {number(float(lr[at - 1]), 2)} and the loss to "
            f"{number(float(losses(lr, noise=noise)[at]), 3)}.",
            f"The run started at a loss of {number(float(losses(lr, noise=noise)[0]), 3)}, but θ does not go back "
            "there.",
            f"The first update after it has the rate {number(float(lr[at]), 3)} and kicks each coordinate by "
            f"{number(float(lr[at]) * noise, 3)} or so, either way.",
        ),
        because=because,
        terms=("noise", "floor", "peak", "rate", "kick", "varianc", "jump"),
        near=("E10", "E16", "E31"),
        stage=on_stage("sgdr", noise=noise, **run),
        compare=(("warmup_cosine", {"T": at, "Tw": 0, "eta_max": eta_max, "eta_min": 0.0}),),
        step=at + AFTER,
    )
