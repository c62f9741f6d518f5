"""E34 to E36: logistic regression, where the curvature depends on θ."""

from typing import Any

import numpy as np

from app.practice.forms import LOG, Array, Axis, Ordering, Place, Sketch
from app.practice.judge import end_height, falls_between
from app.practice.question import Draw, Feature, Line, Picture, Question, WrongModel, exercise
from app.practice.toy import on_stage, rates
from schedules import SGD, Logistic, Training, simulate
from schedules.facts import number

NEARBY = 0.01  # of θ at the minimum: how far from it the runs of E34's picture start
SHOWN = 300  # updates of these runs
SETTLED = 5  # updates after which a wrong model of E35 takes θ to be at its minimum
LEAST = 1e-16  # a distance below which floats say nothing
POINTS_IN_WORDS = "Logistic regression on 40 points, all of them in each update"


def trained(lr: Array, sharpness: float, condition: float) -> Training:
    """Return what gradient descent from θ = 0 does on separable classes, at every step."""
    return simulate(Logistic(sharpness, condition, "separable"), SGD(), lr)


def stage(family: str, classes: str, sharpness: float, condition: float, **values: Any) -> dict[str, Any]:
    """Return the state of the stage that shows a curve and what it makes of logistic regression."""
    data = {"problem": "logistic", "classes": classes, "batch": "full"}
    return {**on_stage(family, sharpness, condition, **values), **data}


def _draw_edge(draw: Draw) -> dict[str, Any]:
    return {
        "sharpness": draw.one_of(0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 200.0),
        "condition": draw.one_of(10.0, 20.0, 30.0, 50.0, 100.0),
    }


@exercise("E34", "logistic", "How far the rate may go near the minimum", _draw_edge)
def edge_at_minimum(sharpness: float, condition: float) -> Question:
    """Ask for the edge of stability at the minimum of logistic regression."""
    problem = Logistic(sharpness, condition, "overlapping")

    def sharpness_there() -> float:
        return float(np.linalg.eigvalsh(problem.hessian(problem.minimum()))[-1])

    def weighted() -> float:
        """Return the average of p (1 − p) at the minimum over the points, by their squares in the steep direction."""
        p = 1 / (1 + np.exp(-problem.signed @ problem.minimum()))
        return float(np.average(p * (1 - p), weights=problem.signed[:, 0] ** 2))

    def distances(share: float) -> Array:
        """Return how far θ is from the minimum at each step, at a share of the edge."""
        minimum, rate = problem.minimum(), share * 2 / sharpness_there()
        theta, found = (1 + NEARBY) * minimum, np.empty(SHOWN + 1)
        for step in range(SHOWN + 1):
            found[step] = np.linalg.norm(theta - minimum)
            theta = theta - rate * problem.gradient(theta)
        return np.maximum(found, LEAST)

    def both_sides() -> Picture:
        steps = np.arange(SHOWN + 1, dtype=np.float64)
        lines = tuple(Line(f"{share:.0%} of the edge", steps, distances(share)) for share in (0.95, 1.05))
        return Picture("updates made", "distance of θ from the minimum", lines, log_y=True)

    low = float(10.0 ** np.floor(np.log10(1 / sharpness)))
    return Question(
        ask=(
            f"{POINTS_IN_WORDS}; the two classes overlap. At θ = 0 the Hessian's greatest eigenvalue is "
            f"L = {number(sharpness)} (κ = {number(condition)}), and it is nowhere greater. At the minimum the model "
            f"is surer of most points: with p the probability of a class, p (1 − p) is {weighted():.2g} there on "
            "average, each point weighted by the square of its coordinate in the steep direction. A run starts close "
            "to the minimum. Place the highest constant rate at which it still settles there."
        ),
        form=Place(Axis("constant rate", low, 1e3 * low, LOG)),
        truth=lambda: 2 / sharpness_there(),
        wrong=(
            WrongModel(
                "2 / L is the edge",
                "It takes the curvature at the start for the curvature everywhere, as on a bowl.",
                "2 / L is enough to be safe from any start, but near the minimum the loss is flatter, and more is "
                "allowed.",
                lambda: 2 / sharpness,
            ),
            WrongModel(
                "1 / L is the limit",
                "It takes the rate that is often recommended for the highest one that works.",
                "At 1 / L the steepest direction would be done in one update; it breaks only beyond twice that.",
                lambda: 1 / sharpness,
            ),
            WrongModel(
                "the curvature falls as the loss does",
                "It divides 2 / L by the share of the loss that is left at the minimum.",
                "Curvature is made of p (1 − p), the loss of −log p; one can be almost gone while the other is not.",
                lambda: 2 / sharpness * float(problem.loss(problem.origin) / problem.loss(problem.minimum())),
            ),
        ),
        nudges=(
            "Each point adds p (1 − p) to the curvature. How much is that at θ = 0, where p = ½?",
            "Near the minimum a run meets the curvature there: the edge is 2 divided by that one.",
            f"edge ≈ 2 / {number(sharpness)} · ¼ / __",
        ),
        worked=lambda: (
            f"At θ = 0 each point counts by p (1 − p) = ¼, and the edge there is 2 / L = {number(2 / sharpness)}.",
            "The curvature in a direction is the average of p (1 − p) times the square of a point's coordinate in it.",
            "So along the steep direction it shrinks as the weighted average of p (1 − p) does.",
        ),
        because=lambda: (
            f"At the minimum the greatest eigenvalue is {number(sharpness_there(), 3)} instead of {number(sharpness)}, "
            f"so the edge there is {number(2 / sharpness_there(), 3)}, which is "
            f"{number(sharpness / sharpness_there(), 3)} times 2 / L. From {number(float(distances(1.0)[0]), 2)} away, "
            f"{SHOWN} updates at 95 percent of it lead to a distance of {number(float(distances(0.95)[-1]), 2)}; at "
            f"105 percent θ ends up {number(float(distances(1.05)[-1]), 2)} away, swinging to and fro."
        ),
        terms=("p (1", "p(1", "hessian", "eigenvalue", "curvature", "flatter", "sigmoid", "local"),
        near=("E19", "E21", "E35"),
        stage=stage("constant", "overlapping", sharpness, condition, T=200, Tw=0, eta_max=2 / sharpness),
        picture=both_sides,
    )


def _draw_separable(draw: Draw) -> dict[str, Any]:
    sharpness = draw.one_of(0.5, 1.0, 2.0, 5.0, 10.0)
    return {
        "T": draw.one_of(500, 1_000, 2_000),
        "eta": round(draw.one_of(0.5, 0.8, 1.0, 1.5) / sharpness, 6),
        "sharpness": sharpness,
        "condition": draw.one_of(1.0, 2.0, 5.0, 10.0),
    }


@exercise("E35", "logistic", "Classes that a line can part", _draw_separable, surprising=True)
def loss_on_separable(T: int, eta: float, sharpness: float, condition: float) -> Question:
    """Ask for a sketch of the loss at a constant rate where the classes can be parted."""
    form = Sketch(Axis("updates made", 1, T, LOG), Axis("loss", 1e-5, 1.0, LOG))
    steps = np.arange(1, T + 1, dtype=np.float64)
    tenths = [T // 100, T // 10, T]

    def made(updates: int = T) -> tuple[Array, Array]:
        """Return the loss and the length of θ at each step."""
        run = trained(rates("constant", T=updates, Tw=0, eta_max=eta), sharpness, condition)
        return run.loss[0, 0], np.linalg.norm(run.theta[0, 0], axis=-1)

    start, after_one = made(1)[0].tolist()

    def sketched(loss: Array) -> list[float]:
        return form.sampled(steps, loss[1:]).tolist()

    def geometric() -> list[float]:
        _, first, second = made(2)[0]
        return sketched(first * (second / first) ** (np.arange(T + 1) - 1.0))

    def levelled() -> list[float]:
        loss = made(SETTLED)[0]
        return sketched(loss[np.minimum(np.arange(T + 1), SETTLED)])

    def growing() -> Picture:
        loss, length = made()
        return Picture(
            "updates made",
            "loss and length of θ",
            (Line("loss", steps, loss[1:]), Line("length of θ", steps, length[1:])),
            log_x=True,
            log_y=True,
        )

    def because() -> str:
        loss, length = made()
        falls = ", ".join(number(float(loss[t]), 2) for t in tenths)
        grows = ", ".join(number(float(length[t]), 3) for t in tenths)
        after = ", ".join(f"{t:,}" for t in tenths)
        return (
            f"After {after} updates the loss is {falls}, and the length of θ is {grows}. A longer θ is surer of every "
            "point, so there is no minimum to arrive at. But the gradient fades with the loss: each further tenfold "
            "fall takes far more updates than the one before."
        )

    return Question(
        ask=(
            f"{POINTS_IN_WORDS}; a line parts the two classes. Gradient descent starts at θ = 0, where the sharpness "
            f"is L = {number(sharpness)} (κ = {number(condition)}), and keeps the constant rate {number(eta)}. The "
            f"loss begins at {number(start, 3)} and is {number(after_one, 2)} after one update. Draw it from there up "
            f"to update T = {T:,}; both axes are logarithmic."
        ),
        form=form,
        truth=lambda: sketched(made()[0]),
        wrong=(
            WrongModel(
                "each update leaves the same share of the loss",
                "It lets the loss shrink as on a bowl, where every update multiplies the error by one factor.",
                "Here the curvature vanishes together with the loss, so the progress of an update gets smaller and "
                "smaller.",
                geometric,
            ),
            WrongModel(
                "θ arrives at a minimum",
                "It lets the loss level off once the line parts the classes.",
                "Beyond that, a longer θ on the same line still lowers the loss of every point.",
                levelled,
            ),
        ),
        nudges=(
            "Can the loss of a point ever be 0? What would θ have to be?",
            "Once a line parts the classes, making θ twice as long on the same line lowers the loss of every point.",
            "a point of margin m has a loss and a pull of about exp(−m); m grows by 1 in __ times as many updates",
        ),
        worked=lambda: (
            "A point that is m on the right side of the line has the loss log(1 + exp(−m)), about exp(−m).",
            "Its gradient is about as small as its loss, so the better it fits, the less it pulls.",
            f"The first updates: {', '.join(number(float(each), 2) for each in made(4)[0][1:])}.",
        ),
        because=because,
        terms=("margin", "grow", "longer", "separab", "never", "gradient", "exp", "no minimum", "slower"),
        near=("E34", "E36", "E12"),
        stage=stage("constant", "separable", sharpness, condition, T=T, Tw=0, eta_max=eta),
        picture=growing,
        features=(
            Feature("falling all the way", falls_between(0, 1)),
            Feature("how low it ends", end_height),
        ),
    )


def _draw_without_noise(draw: Draw) -> dict[str, Any]:
    sharpness = draw.one_of(0.5, 1.0, 2.0, 5.0, 10.0)
    return {
        "T": draw.one_of(500, 800, 1_000),
        "eta": round(draw.one_of(0.05, 0.1, 0.15) / sharpness, 6),
        "cosine_times": draw.one_of(1, 3),
        "sqrt_times": draw.one_of(1, 3, 10),
        "sharpness": sharpness,
        "condition": draw.one_of(1.0, 2.0, 5.0),
    }


@exercise("E36", "logistic", "Three schedules, and no noise", _draw_without_noise)
def order_without_noise(
    T: int, eta: float, cosine_times: int, sqrt_times: int, sharpness: float, condition: float
) -> Question:
    """Ask for the order of final losses under three schedules where the classes can be parted and nothing is noisy."""
    Tw, high, top = T // 50, round(cosine_times * eta, 10), round(sqrt_times * eta, 10)
    runs: dict[str, tuple[str, dict[str, Any]]] = {
        "cosine": ("warmup_cosine", {"T": T, "Tw": 0, "eta_max": high, "eta_min": 0.0}),
        "inverse_sqrt": ("inverse_sqrt", {"T": T, "Tw": Tw, "eta_max": top}),
        "constant": ("constant", {"T": T, "Tw": 0, "eta_max": eta}),
    }

    def curves() -> dict[str, Array]:
        return {key: rates(family, **values) for key, (family, values) in runs.items()}

    def trainings() -> Array:
        """Return the loss of each schedule at each step."""
        return trained(np.stack(list(curves().values())), sharpness, condition).loss[:, 0]

    def ranked() -> dict[str, float]:
        """Return the final losses, the lowest first."""
        ends = zip(runs, trainings()[:, -1].tolist(), strict=True)
        return dict(sorted(ends, key=lambda end: end[1]))

    def last(key: str) -> float:
        return float(curves()[key][-1])

    def together() -> Picture:
        steps = np.arange(1, T + 1, dtype=np.float64)
        lines = tuple(Line(items[key], steps, loss[1:]) for key, loss in zip(runs, trainings(), strict=True))
        return Picture("updates made", "loss", lines, log_x=True, log_y=True)

    def because() -> str:
        sums = {key: float(lr.sum()) for key, lr in curves().items()}
        told = "; ".join(
            f"{items[key]}: the rates add up to {number(sums[key], 3)}, the loss ends at {number(end, 3)}"
            for key, end in ranked().items()
        )
        return f"{told}. With no noise to get rid of, the larger sum of rates ends lower here, whatever its shape."

    items = {
        "cosine": f"Cosine from {number(high)} to 0",
        "inverse_sqrt": f"Inverse square root from {number(top)}",
        "constant": f"Constant at {number(eta)}",
    }
    return Question(
        ask=(
            f"{POINTS_IN_WORDS}; a line parts the two classes. Gradient descent starts at θ = 0, where the sharpness "
            f"is L = {number(sharpness)} (κ = {number(condition)}) and never higher, and makes T = {T:,} updates: at "
            f"the constant rate {number(eta)}; along a cosine from {number(high)} to 0; or, after a warmup of "
            f"Tw = {Tw:,} updates to {number(top)}, along an inverse square root. Put the three in the order of their "
            "final losses."
        ),
        form=Ordering(items, "lowest final loss", "highest final loss"),
        truth=lambda: list(ranked()),
        wrong=(
            WrongModel(
                "a decay always lowers the loss",
                "It ranks the schedules by their last rate, the lowest first.",
                "A low rate at the end quietens noise. There is none here, and a low rate only moves θ less.",
                lambda: sorted(runs, key=last),
            ),
            WrongModel(
                "what is still fast at the end is ahead",
                "It ranks the schedules by their last rate, the highest first.",
                "Progress adds up over all updates; the last ones are no more than a part of it.",
                lambda: sorted(runs, key=last, reverse=True),
            ),
        ),
        nudges=(
            "What is a decay good for on a noisy bowl, and is there any of it here?",
            "The loss never has a minimum to swing about, so each rate adds to the progress: what counts is their sum.",
            f"sum of the cosine's rates ≈ {number(high)} · {T:,} / __",
        ),
        worked=lambda: (
            f"All rates are below 2 / L = {number(2 / sharpness)}, so no update does harm.",
            f"The rates of the constant run add up to {number(float(curves()['constant'].sum()), 3)}.",
            f"Those of the inverse square root add up to {number(float(curves()['inverse_sqrt'].sum()), 3)}.",
        ),
        because=because,
        terms=("sum", "area", "noise", "average", "progress", "total", "add"),
        near=("E35", "E29", "E12"),
        stage=stage("warmup_cosine", "separable", sharpness, condition, **runs["cosine"][1]),
        compare=(runs["inverse_sqrt"], runs["constant"]),
        picture=together,
    )
