"""E19 to E22: the edge of stability, and what lies beyond it."""

from typing import Any

import numpy as np

from app.practice.edge import GROWS, as_power, least_size, log_gain, with_sign
from app.practice.forms import KNOTS, Array, Axis, Choice, Number, Ordering, Sketch
from app.practice.judge import SAME_HEIGHT, WIGGLE, start_height
from app.practice.question import Draw, Feature, Line, Picture, Question, WrongModel, exercise
from app.practice.toy import losses, on_stage, rates, trained
from schedules import SGD
from schedules.facts import number

HALVINGS = 50  # of an interval, until it is as narrow as a float is fine


def _draw_largest(draw: Draw) -> dict[str, Any]:
    return {
        "sharpness": draw.one_of(4.0, 5.0, 8.0, 10.0, 16.0, 25.0, 40.0, 50.0, 80.0),
        "condition": draw.one_of(4.0, 5.0, 8.0, 10.0, 20.0, 50.0, 100.0),
    }


@exercise("E19", "stability", "The largest constant rate", _draw_largest)
def largest_constant(sharpness: float, condition: float) -> Question:
    """Ask for the rate from which on a constant one no longer brings the loss down."""
    flat = sharpness / condition
    edge = SGD().edge(sharpness)

    def truth() -> float:
        low, high = 0.0, 1e3 / sharpness
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            grows = trained([middle], sharpness, condition).log_mean[0, -1].max() > 0
            low, high = (low, middle) if grows else (middle, high)
        return low

    def because() -> str:
        found, steep = truth(), (1.0, 0.0)
        low, high = (losses(np.full(200, c * found), sharpness=sharpness, start=steep) for c in (0.95, 1.05))
        return (
            f"An update multiplies the steep direction by 1 − η · {number(sharpness)}, which is −1 at η = "
            f"{number(found)}. Within 200 updates its share of the loss goes from {number(float(low[0]), 3)} to "
            f"{number(float(low[-1]), 2)} at a rate 5 percent lower, and to {number(float(high[-1]), 2)} at one 5 "
            f"percent higher; at the edge itself it stays as it is. The flat direction would bear {number(2 / flat)}."
        )

    return Question(
        ask=(
            f"A bowl has the curvatures {number(sharpness)} and {number(flat)} in its two directions. SGD without "
            "noise makes all its updates with one rate. Below which rate do both directions shrink, update by update?"
        ),
        form=Number(high=1e3),
        truth=truth,
        wrong=(
            WrongModel(
                "a step must not cross the minimum",
                "It takes 1 over the greatest curvature, which lands on the minimum in one update, for the limit.",
                "A step may land on the other side, as long as it lands nearer than it was.",
                lambda: 1 / sharpness,
            ),
            WrongModel(
                "the average curvature decides",
                "It takes both directions as one bowl with the mean of the curvatures.",
                "Each direction has a factor of its own; a calm one does not make up for one that explodes.",
                lambda: 2 / float(np.mean([sharpness, flat])),
            ),
            WrongModel(
                "the flat direction decides",
                "It looks for the limit of the smallest curvature, where progress is slowest.",
                "Slow progress is no danger; at that rate the steep direction exploded long ago.",
                lambda: 2 / flat,
            ),
        ),
        nudges=(
            "Take one direction alone: what does an update θ ← θ − η λ θ multiply θ by?",
            "Repeated multiplication shrinks only while the factor is between −1 and 1.",
            "|1 − η · λ| < 1 has to hold for every curvature, and the first to break it is λ = __.",
        ),
        worked=lambda: (
            f"In the flat direction an update at rate η multiplies θ by 1 − η · {number(flat)}.",
            f"It would be 0 at η = {number(1 / flat)}, negative beyond, and −1 at η = {number(2 / flat)}, from where "
            "on this direction grows.",
            "The other direction has a limit of its own, found in the same way; both limits must be kept.",
        ),
        because=because,
        terms=("factor", "edge", "curvature", "steep", "sharp", "1 −", "1 -", "overshoot"),
        near=("E20", "E21", "E34"),
        stage=on_stage("constant", sharpness, condition, T=200, Tw=0, eta_max=0.95 * edge),
        compare=(("constant", {"T": 200, "Tw": 0, "eta_max": 1.05 * edge}),),
    )


FEW = 5  # updates of the sketch


def _sides(_x: Array, drawn: Array, true: Array) -> bool:
    """Whether both curves are on the same side of the middle after each update, where there is a side to tell."""
    whole = slice(None, None, (KNOTS - 1) // FEW)
    mine, other = drawn[whole] - 0.5, true[whole] - 0.5
    return bool((mine * other > 0)[np.abs(other) > WIGGLE].all())


def _first_size(_x: Array, drawn: Array, true: Array) -> bool:
    """Whether both curves are about as high after the first update."""
    first = (KNOTS - 1) // FEW
    return bool(abs(drawn[first] - true[first]) <= SAME_HEIGHT)


def _draw_few(draw: Draw) -> dict[str, Any]:
    return {
        "sharpness": draw.one_of(2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
        "product": draw.one_of(1.5, 1.6, 1.7, 1.8),
    }


@exercise("E20", "stability", "The first updates at a high rate", _draw_few)
def first_updates(sharpness: float, product: float) -> Question:
    """Ask for a sketch of θ over the first updates at a rate between 1/λ and 2/λ."""
    eta = product / sharpness
    form = Sketch(Axis("update", 0, FEW), Axis("θ", -1.2, 1.2))
    steps = np.arange(FEW + 1, dtype=np.float64)

    def sketched(theta: Array) -> list[float]:
        return form.sampled(steps, theta).tolist()

    def path() -> Array:
        return np.asarray(trained(np.full(FEW, eta), sharpness, 1.0).mean[0, :, 0])

    def because() -> str:
        visited = ", ".join(with_sign(float(theta)) for theta in path())
        return (
            f"Each update multiplies θ by 1 − {number(eta)} · {number(sharpness)} = {with_sign(float(path()[1]))}. A "
            f"negative factor changes sides, a size below 1 comes nearer: θ = {visited}."
        )

    return Question(
        ask=(
            f"SGD without noise starts at θ = 1, in a bowl of curvature {number(sharpness)} with its minimum at 0, and "
            f"every update uses the rate {number(eta)}. Draw θ over the first {FEW} updates, with straight lines from "
            "one update to the next."
        ),
        form=form,
        truth=lambda: sketched(path()),
        wrong=(
            WrongModel(
                "θ slides down one side",
                "It gets right how much nearer each update comes, and keeps θ on the side on which it started.",
                "An update that is longer than the way to the minimum lands on the other side.",
                lambda: sketched(np.abs(path())),
            ),
            WrongModel(
                "overshooting diverges",
                "It measures each step, ηλ times as long as the way to the minimum, from the minimum itself.",
                "The step starts at θ, so that the way to the minimum comes off its length.",
                lambda: sketched((-product) ** steps),
            ),
        ),
        nudges=(
            "How long is the first step, and how long is the way to the minimum?",
            "The sign of the factor tells the side, its size tells how much of the distance is left.",
            f"θ after one update = (1 − {number(eta)} · __) · 1",
        ),
        worked=lambda: (
            f"The gradient at θ is {number(sharpness)} · θ, so at θ = 1 it is {number(sharpness)}.",
            f"At a tenth of the rate, {number(eta / 10)}, the first update would go to "
            f"{number(float(trained([eta / 10], sharpness, 1.0).mean[0, 1, 0]), 3)}, and each further one would "
            "multiply by the same number.",
            "At the rate of the run the factor is another, found in the same way.",
        ),
        because=because,
        terms=("factor", "sign", "side", "overshoot", "alternat", "zigzag", "half", "shrink"),
        near=("E19", "E21", "E12"),
        stage=on_stage("constant", sharpness, 1.0, T=FEW, Tw=0, eta_max=eta),
        features=(
            Feature("where it starts", start_height),
            Feature("how far it is after the first update", _first_size),
            Feature("which side of the minimum it is on after each update", _sides),
        ),
    )


def _draw_above(draw: Draw) -> dict[str, Any]:
    share, times = draw.one_of(
        *((0.0, times) for times in (1.2, 1.4, 1.6, 1.8, 2.4)),
        *((0.1, times) for times in (1.4, 1.6, 1.8, 2.4)),
        *((0.2, times) for times in (1.4, 1.5, 1.8, 2.4)),
        *((0.5, times) for times in (1.2, 1.4)),
    )
    T = draw.one_of(100, 200, 400)
    return {"T": T, "Tw": round(share * T), "times": times, "sharpness": draw.one_of(2.0, 4.0, 5.0, 10.0, 20.0)}


@exercise("E21", "stability", "A peak above the edge", _draw_above, surprising=True)
def peak_above(T: int, Tw: int, times: float, sharpness: float) -> Question:
    """Ask what becomes of a run without noise whose peak is above the edge."""
    edge = SGD().edge(sharpness)
    run = {"T": T, "Tw": Tw, "eta_max": times * edge, "eta_min": 0.0}
    lr = rates("warmup_cosine", **run)

    def gain() -> Array:
        return log_gain(lr, sharpness=sharpness, condition=1.0)

    def truth() -> str:
        if gain()[-1] > GROWS:
            return "lost"
        return "recovers" if gain().max() > GROWS else "calm"

    def logs() -> Array:
        """Return the logarithm of what each update multiplies |θ| by."""
        return np.diff(trained(lr, sharpness, 1.0).log_mean[0, :, 0])

    def worked() -> tuple[str, ...]:
        up, down = logs()[lr > edge], logs()[lr <= edge]
        return (
            f"Of the {T:,} rates {up.size:,} are above the edge; their updates multiply |θ| by up to "
            f"{number(float(np.exp(up.max())), 3)}.",
            f"The natural logarithms of these factors add up to +{number(float(up.sum()), 3)}.",
            f"The other {down.size:,} updates shrink |θ|; their logarithms are −{number(float(-down.mean()), 3)} on "
            "average.",
        )

    def because() -> str:
        up, down = logs()[lr > edge].sum(), logs()[lr <= edge].sum()
        way = f"the loss gets up to {as_power(float(gain().max()))} times its start" if gain().max() > GROWS else ""
        kept = way or "the updates of the warmup made |θ| so small that it never gets back to its start"
        end = f"the loss ends at {as_power(float(gain()[-1]))} times its start"
        return (
            f"Updates above the edge add +{number(float(up), 3)} to log |θ|, the others −{number(float(-down), 3)}. "
            f"The sum, {'above' if up + down > 0 else 'below'} 0, decides: {end}. On the way, {kept}."
        )

    models = (
        WrongModel(
            "once above the edge, lost",
            "It takes the edge for a cliff: a rate above it ruins the run, whatever follows.",
            "A rate above the edge multiplies |θ| by some finite factor, which smaller rates can undo.",
            lambda: "lost",
        ),
        WrongModel(
            "up, and the decay brings it back",
            "It lets any rate above the edge lift the loss over its start, and any decay to 0 settle it again.",
            "Neither is sure: all factors multiply, those before, above and after, and their product decides.",
            lambda: "recovers",
        ),
        WrongModel(
            "a few rates above leave no trace",
            "It looks at the average of the rates, or at most of them, and finds them harmless.",
            "Factors above 1 that follow each other multiply to very large numbers.",
            lambda: "calm",
        ),
    )
    told = f"warms up over Tw = {Tw:,} updates" if Tw else "starts without warmup"
    return Question(
        ask=(
            f"A bowl has the curvature λ = {number(sharpness)} in both directions; there is no noise. A run of "
            f"T = {T:,} updates {told}, and decays along a cosine from the peak eta_max = {number(times * edge)} to 0. "
            f"The peak is {number(times)} times 2/λ. What does the loss do?"
        ),
        form=Choice(
            {
                "calm": "It never gets above its start",
                "recovers": "It gets above its start on the way, but ends below",
                "lost": "It ends above its start",
            }
        ),
        truth=truth,
        wrong=tuple(model for model in models if model.value() != truth()),
        nudges=(
            "How many rates are above 2/λ, how many below, and which come first?",
            "Each update multiplies θ by a factor of its own; the end is the product of them all.",
            "log |θ at the end / θ at the start| = the sum of log |1 − __|",
        ),
        worked=worked,
        because=because,
        terms=("product", "factor", "sum", "log", "multipl", "undo", "shrink"),
        near=("E19", "E22", "E23"),
        stage=on_stage("warmup_cosine", sharpness, 1.0, **run),
    )


def _draw_cure(draw: Draw) -> dict[str, Any]:
    T, times = draw.one_of((160, 1.5), (160, 1.6), (200, 1.5), (200, 1.6), (240, 1.6), (300, 1.6))
    return {
        "T": T,
        "times": times,
        "sharpness": draw.one_of(5.0, 10.0, 20.0),
        "noise": draw.one_of(0.001, 0.01, 0.1),
    }


@exercise("E22", "stability", "A longer warmup to a peak that is too high", _draw_cure, surprising=True)
def warmup_cures(T: int, times: float, sharpness: float, noise: float) -> Question:
    """Ask to order runs with different warmups, one of them noisy, by their highest loss."""
    condition, edge = 10.0, SGD().edge(sharpness)
    short, long = T // 4, T // 2
    runs = {"none": (0, 0.0), "short": (short, 0.0), "long": (long, 0.0), "noisy": (long, noise)}

    def values(Tw: int) -> dict[str, Any]:
        return {"T": T, "Tw": Tw, "eta_max": times * edge, "eta_min": 0.0}

    def log_loss(key: str) -> Array:
        Tw, sigma = runs[key]
        return np.asarray(trained(rates("warmup_cosine", **values(Tw)), sharpness, condition, sigma).log_loss[0])

    def above(Tw: int) -> int:
        return int((rates("warmup_cosine", **values(Tw)) > edge).sum())

    def deepest(Tw: int) -> str:
        return least_size(rates("warmup_cosine", **values(Tw)), sharpness, condition)

    def because() -> str:
        top = {key: as_power(float(log_loss(key).max())) for key in runs}
        return (
            f"Without noise the loss gets up to {top['none']}, {top['short']} and {top['long']} with Tw = 0, {short} "
            f"and {long}, although nearly as many rates are above 2/λ: {above(0)}, {above(short)} and {above(long)}. "
            "What holds it down is how tiny θ became in the warmup. Noise does not let θ become that tiny: with it, "
            f"the loss gets up to {top['noisy']} even after the longest warmup. And without noise all three end alike, "
            f"at {', '.join(as_power(float(log_loss(key)[-1])) for key in ('none', 'short', 'long'))}."
        )

    def picture() -> Picture:
        steps = np.arange(T + 1, dtype=np.float64)
        lines = tuple(Line(form.items[key], steps, np.exp(log_loss(key))) for key in runs)
        return Picture("updates made", "expected loss", lines, log_y=True)

    form = Ordering(
        {
            "none": "Tw = 0, no noise",
            "short": f"Tw = {short}, no noise",
            "long": f"Tw = {long}, no noise",
            "noisy": f"Tw = {long}, noise σ = {number(noise)}",
        },
        "lowest peak of the loss",
        "highest peak of the loss",
    )
    return Question(
        ask=(
            f"Four runs of T = {T} updates on a bowl of sharpness λ = {number(sharpness)} and condition number κ = "
            f"{number(condition)} climb to the same peak, eta_max = {number(times * edge)}, which is {number(times)} "
            "times 2/λ, and decay along a cosine to 0. They differ in their warmup, and one has gradient noise. Order "
            "them by the highest expected loss of the whole run."
        ),
        form=form,
        truth=lambda: sorted(runs, key=lambda key: float(log_loss(key).max())),
        wrong=(
            WrongModel(
                "warmup cures a peak that is too high",
                "It lets the length of the warmup decide, and noise as small as this add a little at most.",
                "The cure lies in a θ that has become tiny; even a little noise keeps it from that.",
                lambda: sorted(runs, key=lambda key: (-runs[key][0], runs[key][1])),
            ),
            WrongModel(
                "noise is what explodes",
                "It takes noise for the greater danger, whatever the warmup.",
                "Noise only gives the growth something to start from, and the start of a run without warmup is larger.",
                lambda: sorted(runs, key=lambda key: (runs[key][1], -runs[key][0])),
            ),
        ),
        nudges=(
            "Which of the runs is above 2/λ for how long, and how large is θ when it gets there?",
            "Growth multiplies what it finds. Without noise a warmup leaves next to nothing; what does noise leave?",
            "highest loss = the loss at the moment when the rate crosses __, times the growth above it",
        ),
        worked=lambda: (
            f"Above 2/λ are {above(0)} rates with Tw = 0, {above(short)} with Tw = {short}, {above(long)} with "
            f"Tw = {long}.",
            f"With Tw = {long} and no noise, the steep direction is down to {deepest(long)} of its start when the rate "
            "gets above 2/λ.",
            f"With noise of σ = {number(noise)}, an update at the rate 2/λ alone moves θ by about "
            f"{number(noise * edge, 2)}.",
        ),
        because=because,
        terms=("tiny", "buffer", "noise", "grow", "factor", "above", "product", "margin"),
        near=("E21", "E23", "E24"),
        stage=on_stage("warmup_cosine", sharpness, condition, noise, **values(long)),
        compare=tuple(("warmup_cosine", values(Tw)) for Tw in (0, short)),
        picture=picture,
    )
