"""E23 and E24: how a range test shows the edge of stability."""

from typing import Any

from app.practice.edge import GROWS, as_power, least_size, log_gain, updates_below_edge, with_sign
from app.practice.forms import Array, Axis, Place
from app.practice.question import Draw, Question, WrongModel, exercise
from app.practice.toy import on_stage, rates
from schedules import SGD
from schedules.facts import number

FURTHEST = 3.5  # times 2/λ: where sweeps end
MULTIPLES = Axis("rate, in multiples of 2/λ", 0.0, 3.0)


def _sweep(T: int, sharpness: float, first: float = 0.0) -> dict[str, Any]:
    edge = SGD().edge(sharpness)
    return {"T": T, "eta_max": FURTHEST * edge, "eta_min": first * edge}


def _turning(lr: Array, sharpness: float, noise: float = 0.0) -> float:
    """Return the first rate that lifts the expected loss above its start, as a multiple of the edge."""
    beyond = log_gain(lr, sharpness=sharpness, condition=1.0, noise=noise) > GROWS
    update = int(beyond.argmax()) - 1 if beyond.any() else lr.size - 1
    return float(lr[update] / SGD().edge(sharpness))


def _lowest(lr: Array, sharpness: float, noise: float) -> float:
    """Return the rate that brings the expected loss to its lowest, as a multiple of the edge."""
    update = int(log_gain(lr, sharpness=sharpness, condition=1.0, noise=noise)[1:].argmin())
    return float(lr[update] / SGD().edge(sharpness))


def _draw_sweep(draw: Draw) -> dict[str, Any]:
    return {
        "T": draw.one_of(201, 501, 1_001),
        "sharpness": draw.one_of(2.0, 4.0, 5.0, 10.0, 20.0, 50.0),
        "first": draw.one_of(0.0, 0.2, 0.4, 0.45, 0.55),
    }


@exercise("E23", "stability", "Where a range test turns up", _draw_sweep, surprising=True)
def range_test_turns(T: int, sharpness: float, first: float) -> Question:
    """Ask for the rate at which a sweep without noise first exceeds its start."""
    run = _sweep(T, sharpness, first)
    lr = rates("range_test", **run)

    def because() -> str:
        other = rates("range_test", **_sweep(2 * T - 1, sharpness, first))
        return (
            f"When the rate gets to 2/λ, |θ| is down to {least_size(lr, sharpness)} of its start, and only from there "
            f"on it grows. It is back at {number(_turning(lr, sharpness), 4)} times 2/λ. In a sweep half as fast it "
            f"gets down to {least_size(other, sharpness)} and is back at {number(_turning(other, sharpness), 4)} times "
            "2/λ: a slower sweep digs deeper, and has as many more updates to climb out."
        )

    return Question(
        ask=(
            f"In a range test the rate rises evenly from {number(run['eta_min'])} to {number(run['eta_max'])} over "
            f"T = {T:,} updates. The bowl has the curvature λ = {number(sharpness)} in both directions, and there is "
            "no noise. At which rate is θ first further from the minimum than at the start? Give it in multiples of "
            f"2/λ, which is {number(SGD().edge(sharpness))}."
        ),
        form=Place(MULTIPLES, "times 2/λ"),
        truth=lambda: _turning(lr, sharpness),
        wrong=(
            WrongModel(
                "it turns up at the edge",
                "It takes the rate from which on θ grows for the rate at which θ is back where it started.",
                "At the edge θ begins to grow, but from the tiny value that the updates before left.",
                lambda: 1.0,
            ),
            WrongModel(
                "as many updates above as below",
                "It lets each update above the edge undo one below it.",
                "Factors just below 2/λ and just above it undo each other, but around 1/λ θ all but vanishes at once.",
                lambda: 2.0 - first,
            ),
        ),
        nudges=(
            "How large is θ by the time the rate gets to 2/λ?",
            "θ has to climb back all that it fell: the factors above the edge must undo those below.",
            "At the rate in question the logarithms of |1 − ηλ|, from the first update on, add up to __.",
        ),
        worked=lambda: (
            f"An update multiplies θ by 1 − ηλ: by {with_sign(1 - 2 * first)} at the start of the sweep, by −1 at 2/λ, "
            "and by 0 at 1/λ, should the rate ever be just that.",
            "When the rate gets to 2/λ, the sizes of the factors so far have multiplied to "
            f"{least_size(lr, sharpness)}.",
            "Beyond 2/λ they are larger than 1, at first barely, and have to make up for all that.",
        ),
        because=because,
        terms=("product", "factor", "tiny", "climb", "shrink", "log", "sum", "undo"),
        near=("E19", "E21", "E24"),
        stage={**on_stage("range_test", sharpness, 1.0, **run), "range_test.sweep": "linear"},
        step=updates_below_edge(lr, sharpness),
    )


def _draw_noisy_sweep(draw: Draw) -> dict[str, Any]:
    sharpness = draw.one_of(2.0, 5.0, 10.0, 20.0, 50.0)
    return {
        "T": draw.one_of(201, 501, 1_001, 2_001),
        "sharpness": sharpness,
        "noise": round(sharpness * draw.one_of(0.001, 0.003, 0.01, 0.03), 6),
    }


@exercise("E24", "stability", "A range test with noise", _draw_noisy_sweep, surprising=True)
def noisy_range_test(T: int, sharpness: float, noise: float) -> Question:
    """Ask for the rate at which a sweep with gradient noise first exceeds its start."""
    run = _sweep(T, sharpness)
    lr = rates("range_test", **run)
    first = updates_below_edge(lr, sharpness)

    def loss(sigma: float) -> Array:
        return log_gain(lr, sharpness=sharpness, condition=1.0, noise=sigma)

    def because() -> str:
        slow = rates("range_test", **_sweep(4 * T - 3, sharpness))
        return (
            f"Noise keeps the loss from vanishing: at 2/λ it is down to {as_power(float(loss(noise)[first]))} of its "
            f"start, not to {as_power(float(loss(0.0)[first]))}. So it is above its start at "
            f"{number(_turning(lr, sharpness, noise), 3)} times 2/λ, while without noise that takes "
            f"{number(_turning(lr, sharpness), 3)}. A sweep four times slower comes nearer to the edge: "
            f"{number(_turning(slow, sharpness, noise), 3)}. The lowest loss, at "
            f"{number(_lowest(lr, sharpness, noise), 2)} times 2/λ, tells of the noise and the sweep, not of the edge."
        )

    return Question(
        ask=(
            f"In a range test the rate rises evenly from 0 to {number(run['eta_max'])} over T = {T:,} updates. The "
            f"bowl has the curvature λ = {number(sharpness)} in both directions, θ starts at 1 in each, and the "
            f"gradient has noise of σ = {number(noise)}. At which rate is the expected loss first above its start? "
            f"Give it in multiples of 2/λ, which is {number(SGD().edge(sharpness))}."
        ),
        form=Place(MULTIPLES, "times 2/λ"),
        truth=lambda: _turning(lr, sharpness, noise),
        wrong=(
            WrongModel(
                "noise hides the edge",
                "It lets noise average out, or blur what there is to see, so that nothing shows any earlier.",
                "Noise does not average out of a loss, and by keeping θ from becoming tiny it shows the edge.",
                lambda: _turning(lr, sharpness),
            ),
            WrongModel(
                "the lowest loss marks the limit",
                "It takes the rate at which the loss is lowest for the last good one.",
                "The loss turns there because larger rates let in more noise; the run is still far from exploding.",
                lambda: _lowest(lr, sharpness, noise),
            ),
        ),
        nudges=(
            "Without noise θ gets tiny before the edge. How small can it get with noise?",
            "At any rate below the edge, noise and shrinking settle at a floor, and that is where the climb starts.",
            "The loss has to climb back to its start from __, instead of from next to nothing.",
        ),
        worked=lambda: (
            f"Without noise, the loss is at {as_power(float(loss(0.0)[first]))} of its start when the rate gets to "
            "2/λ.",
            f"With noise an update at the rate 2/λ alone moves θ by about {number(noise * SGD().edge(sharpness), 2)}, "
            "whatever θ was.",
            f"Each update of the sweep raises the rate by {number(float(lr[1]) / SGD().edge(sharpness), 2)} times 2/λ, "
            "so that it takes a while until the growth is fast.",
        ),
        because=because,
        terms=("floor", "noise", "climb", "tiny", "grow", "factor", "slow"),
        near=("E22", "E23", "E30"),
        stage={**on_stage("range_test", sharpness, 1.0, noise, **run), "range_test.sweep": "linear"},
        step=first,
    )
