"""E25 to E29: what conditioning costs, and what the order and the average of the rates do."""

from collections.abc import Callable
from typing import Any

import numpy as np

from app.practice.forms import LOG, Array, Axis, Choice, Number, Place
from app.practice.question import Draw, Line, Picture, Question, WrongModel, exercise
from app.practice.toy import TOP, final_loss, losses, on_stage, rates, trained
from schedules import SGD
from schedules.facts import number
from schedules.remakes import REMAKES

SAME = 1e-9  # of a logarithm: a difference below is rounding
EASY = 10.0  # the condition number to compare with
TRIED, ROUNDS = 101, 6  # rates, and how often the best of them is looked at more closely
SHARES = {0.1: "a tenth", 0.01: "a hundredth", 0.001: "a thousandth"}


def _best_constant(condition: float) -> float:
    """Return the constant rate at which the slower direction is quickest: least left of it by an update."""
    low, high = 0.0, 4 / TOP
    for _ in range(ROUNDS):
        tried = np.linspace(low, high, TRIED)
        left = trained(tried[:, None], TOP, condition).log_mean[:, -1].max(axis=-1)
        best = int(left.argmin())
        low, high = float(tried[max(0, best - 1)]), float(tried[min(TRIED - 1, best + 1)])
    return (low + high) / 2


def _left(rate: float, condition: float, sharpness: float = TOP) -> tuple[float, float]:
    """Return what an update at a rate multiplies the steep and the flat direction by."""
    steep, flat = trained([rate], sharpness, condition).mean[0, 1]
    return float(steep), float(flat)


def _enough(condition: float, share: float) -> int:
    """Return a number of updates in which even half of the best rate brings both directions down to a share."""
    return int(condition * -np.log(share)) + 10


def _needed(condition: float, share: float, lr: Array | None = None, directions: slice = slice(None)) -> int:
    """Return after how many updates directions are down to a share of their start; at the best constant rate, if none.

    Args:
        condition: κ.
        share: Of the start.
        lr: The rates.
        directions: Which of the two, the steep one first.
    """
    lr = np.full(_enough(condition, share), _best_constant(condition)) if lr is None else lr
    left = trained(lr, TOP, condition).log_mean[0, :, directions].max(axis=-1)
    return int((left > np.log(share)).sum())


def _shortest(shape: Callable[[int], Array], condition: float, share: float) -> int:
    """Return the length of the shortest run of a shape after which both directions are down to a share."""
    low, high = 1, 2 * _enough(condition, share)
    while high - low > 1:
        T = (low + high) // 2
        done = trained(shape(T), TOP, condition).log_mean[0, -1].max() <= np.log(share)
        low, high = (low, T) if done else (T, high)
    return high


def _draw_price(draw: Draw) -> dict[str, Any]:
    return {
        "condition": draw.one_of(30.0, 40.0, 50.0, 60.0, 80.0, 150.0, 200.0, 300.0, 400.0),
        "share": draw.one_of(*SHARES),
    }


@exercise("E25", "averages", "The best constant rate, and how long it takes", _draw_price)
def price_of_conditioning(condition: float, share: float) -> Question:
    """Ask how many updates the best constant rate takes."""
    at_inverse = np.full(_enough(condition, share), 1 / TOP)

    def because() -> str:
        rate, T = _best_constant(condition), _needed(condition, share)
        steep, flat = _left(rate, condition)
        return (
            f"The best rate is {number(rate * TOP, 4)}/λ, just below the edge. There an update multiplies the steep "
            f"direction by −{number(-steep, 4)} and the flat one by {number(flat, 4)}: a higher rate is worse for the "
            f"one, a lower rate for the other. That is (κ − 1) / (κ + 1), and takes {T:,} updates to come down to "
            f"{SHARES[share]}. While κ is large, twice the condition number takes twice as long."
        )

    return Question(
        ask=(
            f"SGD without noise is to bring both directions of a bowl down to {SHARES[share]} of their start, with a "
            "constant rate, the best there is for that. With the condition number κ = "
            f"{number(EASY)} it takes {_needed(EASY, share):,} updates. How many with κ = {number(condition)}?"
        ),
        form=Number("updates", low=1, whole=True),
        truth=lambda: float(_needed(condition, share)),
        wrong=(
            WrongModel(
                "the root of κ counts",
                "It takes the count of methods with momentum, in which √κ stands for κ.",
                "SGD without momentum has nothing that builds up along the flat direction.",
                lambda: float(_needed(condition**0.5, share)),
            ),
            WrongModel(
                "the best rate makes up for κ",
                "It expects that a rate chosen for the bowl takes as long in any bowl.",
                "The steep direction bounds the rate, and the flat one then has to do with it.",
                lambda: float(_needed(EASY, share)),
            ),
            WrongModel(
                "the best rate is 1/λ",
                "It takes the rate that is perfect for the steep direction, and counts the updates of the flat one.",
                "Nearly twice that rate is still below the edge, and the flat direction is nearly twice as fast there.",
                lambda: float(_needed(condition, share, at_inverse)),
            ),
        ),
        nudges=(
            "Which of the two directions is slow at a low rate, and which at a rate close to the edge?",
            "At the best rate neither can gain: both directions keep the same part of their distance.",
            "The steep factor is 1 − ηλ, the flat one 1 − ηλ/κ. They are opposite at ηλ = 2 / (1 + __).",
        ),
        worked=lambda: (
            f"At the rate 1/λ an update leaves nothing of the steep direction, and 1 − 1/κ = "
            f"{number(_left(1 / TOP, condition)[1], 4)} of the flat one.",
            f"At the edge, 2/λ, it leaves all of the steep direction, and 1 − 2/κ = "
            f"{number(_left(2 / TOP, condition)[1], 4)} of the flat one.",
            "In between, both leave the same part. To the power of the number of updates, it has to come down to "
            f"{SHARES[share]}.",
        ),
        because=because,
        terms=("flat", "slow", "factor", "condition", "proportion", "linear", "κ", "kappa", "edge"),
        near=("E19", "E26", "E27"),
        stage=on_stage(
            "constant", TOP, condition, T=_enough(condition, share), Tw=0, eta_max=_best_constant(condition)
        ),
    )


def _draw_outrun(draw: Draw) -> dict[str, Any]:
    return {"condition": draw.one_of(30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 150.0), "share": draw.one_of(*SHARES)}


@exercise("E26", "averages", "Can a schedule outrun the condition number?", _draw_outrun)
def outrun(condition: float, share: float) -> Question:
    """Ask for the least number of updates in which any schedule below the edge can be done."""
    edge, best = SGD().edge(TOP), _best_constant(condition)
    highest = np.full(_enough(condition, share), edge)

    def falling(family: str) -> int:
        return _shortest(lambda T: rates(family, T=T, Tw=0, eta_max=best, eta_min=0.0), condition, share)

    def because() -> str:
        once = highest.copy()
        once[0] = edge / 2
        return (
            f"At 2/λ, the highest rate allowed, an update leaves {number(_left(edge, condition)[1], 4)} of the flat "
            "direction, and no schedule can leave less. So "
            f"{_needed(condition, share, highest, slice(1, 2)):,} updates are the least, and "
            f"{_needed(condition, share, once):,} are enough: all at 2/λ but one at 1/λ, which settles the steep "
            f"direction. The best constant rate, with {_needed(condition, share):,}, is nearly there; a cosine from it "
            f"to 0 takes {falling('warmup_cosine'):,}, a straight fall {falling('warmup_linear'):,}."
        )

    return Question(
        ask=(
            f"A bowl has the condition number κ = {number(condition)}; there is no noise. The best constant rate "
            f"brings both directions down to {SHARES[share]} of their start in {_needed(condition, share):,} updates. "
            "Now the rate may change from update to update in any way, as long as it is never above 2/λ. How many "
            "updates does it take at least?"
        ),
        form=Number("updates", low=1, whole=True),
        truth=lambda: float(_needed(condition, share, highest, slice(1, 2))),
        wrong=(
            WrongModel(
                "the right decay fixes conditioning",
                "It expects that high rates first and low rates later suit both directions, as if κ were its root.",
                "What is slow is the flat direction, and every rate lower than the highest makes it slower.",
                lambda: float(_needed(condition**0.5, share)),
            ),
            WrongModel(
                "the fastest schedule is a cosine to 0",
                "It takes the usual decay for the best one, and counts its updates.",
                "Without noise there is nothing that low rates would calm; they only slow the flat direction down.",
                lambda: float(falling("warmup_cosine")),
            ),
        ),
        nudges=(
            "Which direction is done last, and what does one update multiply it by?",
            "Every rate has the same cap, and so has what an update can do for the flat direction.",
            f"n updates leave at least (1 − __ / κ)^n of the flat direction; that must come down to {SHARES[share]}.",
        ),
        worked=lambda: (
            f"The curvature of the flat direction is λ/κ, so an update at rate η leaves 1 − ηλ / {number(condition)} "
            "of it.",
            f"At half the cap, 1/λ, that is {number(_left(edge / 2, condition)[1], 4)}, and "
            f"{_needed(condition, share, highest / 2):,} such updates come down to {SHARES[share]}.",
            "At the cap itself an update leaves less.",
        ),
        because=because,
        terms=("flat", "slow", "cap", "bound", "factor", "edge", "condition", "κ", "kappa"),
        near=("E25", "E21", "E29"),
        stage=on_stage("warmup_cosine", TOP, condition, T=len(highest), Tw=0, eta_max=best, eta_min=0.0),
        compare=(("constant", {"T": len(highest), "Tw": 0, "eta_max": best}),),
    )


ORDERS = {"reverse": "backwards, the last rate first", "shuffle": "in an order drawn by chance"}


def _beside(lr: Array, other: Array, name: str, **bowl: Any) -> Picture:
    """Return the loss under rates in their own order and in another one."""
    steps = np.arange(lr.size + 1, dtype=np.float64)
    lines = (Line("as planned", steps, losses(lr, **bowl)), Line(name, steps, losses(other, **bowl)))
    return Picture("updates made", "expected loss", lines, log_y=True)


def _draw_order(draw: Draw) -> dict[str, Any]:
    T, sharpness, peak = draw.one_of(100, 200, 400), draw.one_of(1.0, 2.0, 5.0, 10.0), draw.one_of(0.2, 0.3, 0.5, 0.9)
    return {
        "T": T,
        "Tw": round(T * draw.one_of(0.1, 0.2)),
        "eta_max": peak / sharpness,
        "eta_min": round(draw.one_of(0.0, 0.1) * peak / sharpness, 6),
        "sharpness": sharpness,
        "condition": 10.0,
        "order": draw.one_of(*ORDERS),
    }


@exercise("E27", "averages", "The same rates in another order", _draw_order, surprising=True)
def another_order(
    T: int, Tw: int, eta_max: float, eta_min: float, sharpness: float, condition: float, order: str
) -> Question:
    """Ask what the order of the rates does to the final loss without noise."""
    run, bowl = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": eta_min}, {"condition": condition}
    lr = rates("warmup_cosine", **run)
    other = REMAKES[order](lr)

    def truth() -> str:
        first, second = (float(trained(each, sharpness, condition).log_loss[0, -1]) for each in (lr, other))
        if abs(second - first) <= SAME:
            return "same"
        return "higher" if second > first else "lower"

    return Question(
        ask=(
            f"A run of T = {T} updates warms up over Tw = {Tw} of them to eta_max = {number(eta_max)} and decays along "
            f"a cosine to eta_min = {number(eta_min)}, on a bowl of sharpness λ = {number(sharpness)} and condition "
            f"number κ = {number(condition)}, without noise. A second run uses the same rates {ORDERS[order]}. How "
            "does its final loss compare?"
        ),
        form=Choice({"higher": "It is higher", "same": "It is the same, but for rounding", "lower": "It is lower"}),
        truth=truth,
        wrong=(
            WrongModel(
                "the order is what makes a schedule",
                "It takes the rise and fall for the reason why the run ends low, so that another order spoils it.",
                "Without noise nothing comes in later that low rates at the end would have to calm.",
                lambda: "higher",
            ),
            WrongModel(
                "high rates late bring more",
                "It lets a high rate do more when the loss is already low.",
                "An update takes the same part of θ whenever it comes.",
                lambda: "lower",
            ),
        ),
        nudges=(
            "Write θ at the end of the run as θ at the start times something.",
            "Each update gives one factor for each direction. What does another order do to them?",
            "Two updates with rates a and b: (1 − aλ) (1 − bλ) = (1 − bλ) (1 − __)",
        ),
        worked=lambda: (
            f"In the steep direction, an update at the first rate, {number(float(lr[0]), 3)}, multiplies θ by 1 − ηλ "
            f"= {number(_left(lr[0], condition, sharpness)[0], 4)}.",
            f"One at the peak multiplies it by {number(_left(eta_max, condition, sharpness)[0], 4)}, one at the last "
            f"rate by {number(_left(lr[-1], condition, sharpness)[0], 4)}.",
            f"All {T} factors are multiplied, as planned in the one run, and in another order in the other.",
        ),
        because=lambda: (
            f"As planned the run ends at a loss of {number(final_loss(lr, sharpness=sharpness, **bowl))}, in the other "
            f"order at {number(final_loss(other, sharpness=sharpness, **bowl))}. Each update multiplies a direction by "
            "a number of its own, and a product does not depend on the order of its factors; only the way there does."
        ),
        terms=("product", "factor", "multipl", "commut", "order", "swap"),
        near=("E12", "E28", "E29"),
        stage=on_stage("warmup_cosine", sharpness, condition, **run),
        picture=lambda: _beside(lr, other, ORDERS[order], sharpness=sharpness, **bowl),
    )


def _draw_noisy_order(draw: Draw) -> dict[str, Any]:
    T, Tw = draw.one_of((100, 0), (200, 0), (400, 0), (100, 10), (200, 20))
    sharpness, peak = draw.one_of(5.0, 10.0, 20.0), draw.one_of(0.5, 1.0, 1.5, 1.8)
    return {
        "T": T,
        "Tw": Tw,
        "eta_max": peak / sharpness,
        "eta_min": round(draw.one_of(0.05, 0.1, 0.2) * peak / sharpness, 6),
        "sharpness": sharpness,
        "condition": 10.0,
        "noise": round(sharpness * draw.one_of(0.1, 0.2), 6),
    }


@exercise("E28", "averages", "The same rates backwards, with noise", _draw_noisy_order, surprising=True)
def backwards_with_noise(
    T: int, Tw: int, eta_max: float, eta_min: float, sharpness: float, condition: float, noise: float
) -> Question:
    """Ask how many times the final loss is that of the run as planned when the rates come backwards, with noise."""
    run = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": eta_min}
    bowl = {"sharpness": sharpness, "condition": condition, "noise": noise}
    lr = rates("warmup_cosine", **run)
    other = REMAKES["reverse"](lr)
    late = tuple(float(each[-(T // 10) :].mean()) for each in (lr, other))

    def ends() -> tuple[float, float]:
        return final_loss(lr, **bowl), final_loss(other, **bowl)

    def worked() -> tuple[str, ...]:
        return (
            f"Over the last tenth of the run the rates are {number(late[0], 2)} on average as planned, and "
            f"{number(late[1], 2)} backwards.",
            f"A constant rate of {number(late[1], 2)}, kept for the whole run, ends at a loss of "
            f"{number(final_loss(np.full(T, late[1]), **bowl), 2)}.",
            "The same for the other average tells what the run as planned comes down to, more or less.",
        )

    def because() -> str:
        forth, back = ends()
        return (
            f"As planned the run ends at {number(forth, 3)}, backwards at {number(back, 3)}. Without noise both orders "
            "leave the same part of the start. But an update also adds noise, which only the updates after it shrink "
            "again: what remains is the noise of the late ones. In the last tenth of the run their rates are "
            f"{number(late[0], 2)} on average as planned, {number(late[1], 2)} backwards."
        )

    told = f"warms up over Tw = {Tw} of them" if Tw else "starts without warmup"
    return Question(
        ask=(
            f"A run of T = {T} updates {told}, and decays along a cosine from eta_max = {number(eta_max)} to eta_min = "
            f"{number(eta_min)}. The bowl has the sharpness λ = {number(sharpness)} and the condition number κ = "
            f"{number(condition)}, and the gradient has noise of σ = {number(noise)}. A second run uses the same rates "
            "backwards, the last one first. How many times as high is its expected final loss?"
        ),
        form=Place(Axis("final loss, in multiples of that of the run as planned", 0.1, 1_000, LOG), "times"),
        truth=lambda: ends()[1] / ends()[0],
        wrong=(
            WrongModel(
                "the order does not matter",
                "It multiplies the same factors in another order, as if there were no noise.",
                "The factors do commute, but the noise that an update adds meets only the factors that follow.",
                lambda: 1.0,
            ),
            WrongModel(
                "the very last rate decides",
                "It takes the final loss to be in proportion to the rate of the last update.",
                "The noise of many late updates is still there, and close to 2/λ the floor rises faster than the rate.",
                lambda: float(other[-1] / lr[-1]),
            ),
        ),
        nudges=(
            "Which rates does either run use in its last updates?",
            "A run forgets its start and its early noise; what remains is the floor that belongs to its late rates.",
            "The noise that update t adds is shrunk only by the updates that come __ it.",
        ),
        worked=worked,
        because=because,
        terms=("floor", "last", "late", "noise", "end", "forget"),
        near=("E27", "E30", "E31"),
        stage=on_stage("warmup_cosine", sharpness, condition, noise, **run),
        picture=lambda: _beside(lr, other, "backwards", **bowl),
    )


FALLS = {"warmup_linear": "falls in a straight line", "warmup_cosine": "falls along a cosine"}


def _draw_average(draw: Draw) -> dict[str, Any]:
    sharpness = draw.one_of(1.0, 2.0, 5.0, 10.0)
    T, product = draw.one_of((100, 0.05), (200, 0.05), (50, 0.1), (100, 0.1), (40, 0.2), (20, 0.3), (20, 0.4))
    return {
        "T": T,
        "mean": round(product / sharpness, 6),
        "sharpness": sharpness,
        "family": draw.one_of(*FALLS),
    }


@exercise("E29", "averages", "A constant rate, or the same on average", _draw_average, surprising=True)
def same_average(T: int, mean: float, sharpness: float, family: str) -> Question:
    """Ask whether a rate that varies does better than a constant one with its mean, without noise."""
    run = {"T": T, "Tw": 0, "eta_max": 2 * mean, "eta_min": 0.0}
    lr = rates(family, **run)
    constant = REMAKES["same_mean"](lr)
    each = mean * sharpness

    def pair(first: float, second: float) -> str:
        """Say what two updates leave of θ."""
        return number(float(trained([first, second], sharpness, 1.0).mean[0, -1, 0]), 4)

    def truth() -> str:
        first, second = (float(trained(one, sharpness, 1.0).log_loss[0, -1]) for one in (constant, lr))
        if abs(second - first) <= SAME:
            return "same"
        return "constant" if first < second else "varying"

    def because() -> str:
        ends = [final_loss(one, sharpness=sharpness, condition=1.0) for one in (constant, lr)]
        return (
            f"The constant rate ends at {number(ends[0], 3)}, the one that falls at {number(ends[1], 3)}. Of two "
            "updates with a given sum of rates, the pair that is further apart leaves less, by the product of the two: "
            f"{number(each, 3)} and {number(each, 3)} leave {pair(mean, mean)}, 0 and {number(2 * each, 3)} "
            f"leave {pair(0, 2 * mean)}. So any spread around the mean helps, while ηλ stays below 1."
        )

    return Question(
        ask=(
            f"Two runs of T = {T} updates on a bowl of curvature λ = {number(sharpness)} in both directions, without "
            f"noise: one keeps the rate {number(mean)} throughout; the rate of the other {FALLS[family]} from "
            f"{number(2 * mean)} to 0 and has the same average. Which one ends at the lower loss?"
        ),
        form=Choice(
            {
                "constant": "The one with the constant rate",
                "same": "Both end at the same loss",
                "varying": "The one whose rate falls",
            }
        ),
        truth=truth,
        wrong=(
            WrongModel(
                "steady rates waste nothing",
                "It expects that what the low rates lose late outweighs what the high ones gain early.",
                "It is the other way round: shrinking acts by factors, and factors gain more from the high rates.",
                lambda: "constant",
            ),
            WrongModel(
                "only the sum of the rates counts",
                "It takes the end to depend on how far the rates add up, as it does in the limit of small rates.",
                "The factors 1 − ηλ are multiplied, and their product is not settled by the sum of the rates.",
                lambda: "same",
            ),
        ),
        nudges=(
            "Try two updates: 0.2 and 0.2, or 0.1 and 0.3, as values of ηλ.",
            "What leaves less, of all products of two numbers with the same sum?",
            "(1 − a) (1 − b) = 1 − (a + b) + __",
        ),
        worked=lambda: (
            f"Two updates with ηλ = {number(each, 3)} leave (1 − {number(each, 3)})² = {pair(mean, mean)} of θ.",
            f"With {number(each / 2, 3)} and {number(1.5 * each, 3)} the sum of the two rates is the same.",
            "What they leave is found by multiplying their factors out, which the sum alone does not settle.",
        ),
        because=because,
        terms=("concav", "jensen", "product", "factor", "sum", "log", "spread", "multipl"),
        near=("E4", "E27", "E12"),
        stage=on_stage(family, sharpness, 1.0, **run),
        compare=(("constant", {"T": T, "Tw": 0, "eta_max": mean}),),
    )
