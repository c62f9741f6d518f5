"""E30 to E33: what noise in the gradient leaves behind."""

from typing import Any

import numpy as np

from app.practice.forms import LOG, Array, Axis, Number, Sketch
from app.practice.judge import end_height, rises_between, start_height
from app.practice.question import Draw, Feature, Line, Picture, Question, WrongModel, exercise
from app.practice.toy import CONDITION, TOP, final_loss, losses, on_stage, rates, settled_loss, trained
from schedules.facts import number

GRID = 100  # rates at which a loss is drawn
COARSE = 25  # rates between which one is looked for, and again between two of them
EDGE = 2.0  # η λ at which SGD no longer settles
LATEST = 0.8  # of the run: the longest warmup of E33


def _draw_steady(draw: Draw) -> dict[str, Any]:
    sharpness = draw.one_of(1.0, 2.0, 4.0, 5.0, 10.0, 20.0, 50.0)
    part = draw.one_of(0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 1.5, 1.6)
    return {"eta": round(part / sharpness, 6), "sharpness": sharpness, "noise": draw.one_of(0.1, 0.5, 1.0, 2.0, 3.0)}


@exercise("E30", "noise", "Where a constant rate settles", _draw_steady)
def steady_loss(eta: float, sharpness: float, noise: float) -> Question:
    """Ask for the expected loss that a constant rate settles at."""
    factor, kick = 1 - eta * sharpness, (eta * noise) ** 2

    def settled(rate: float = eta) -> float:
        return float(settled_loss(rate, sharpness, noise)[0])

    def around() -> Picture:
        grid = np.geomspace(eta / 10, min(10 * eta, 0.98 * EDGE / sharpness), GRID)
        return Picture(
            "constant rate",
            "loss that it settles at",
            (
                Line("SGD", grid, settled_loss(grid, sharpness, noise)),
                Line("this run", np.array([eta]), np.array([settled()])),
            ),
            log_x=True,
            log_y=True,
        )

    return Question(
        ask=(
            f"SGD runs on and on at the constant rate η = {number(eta)}. The bowl, ½ λ (θ₁² + θ₂²), has the sharpness "
            f"λ = {number(sharpness)} in both directions (κ = 1), and the noise in each coordinate of the gradient has "
            f"the standard deviation σ = {number(noise)}. Which expected loss does the run settle at?"
        ),
        form=Number(),
        truth=settled,
        wrong=(
            WrongModel(
                "the noise averages out",
                "It lets the loss go to 0, since the noise points as often one way as the other.",
                "The kicks have the average 0, but each moves θ away from where it was, and the loss counts squares.",
                lambda: 0.0,
            ),
            WrongModel(
                "only the latest kick is there",
                "It takes θ to be η σ away from the minimum, so that half the rate leaves a quarter of the loss.",
                "Earlier kicks have not died away yet: each later update leaves (1 − ηλ)² of their square.",
                lambda: sharpness * kick,
            ),
            WrongModel(
                "the spread shrinks like θ itself",
                "It lets an update multiply the variance by |1 − ηλ|, as it does with the distance from the minimum.",
                "The variance is a square, so an update multiplies it by (1 − ηλ)².",
                lambda: sharpness * kick / (1 - abs(factor)),
            ),
        ),
        nudges=(
            "Two things happen to the spread of θ in each update. What makes it smaller, what makes it larger?",
            "Once the run has settled, an update takes away just as much variance as its kick adds.",
            f"V = (1 − ηλ)² · V + (ησ)², so V = {number(kick)} / (1 − __)",
        ),
        worked=lambda: (
            f"Without noise, an update multiplies each coordinate by 1 − ηλ = {number(factor).replace('-', '−')}.",
            f"The noise then adds a kick of variance (ησ)² = {number(kick)}.",
            "Let V be the variance of one coordinate; each of the two adds ½ λ V to the loss.",
        ),
        because=lambda: (
            f"An update keeps (1 − ηλ)² = {number(factor**2, 4)} of the variance and adds (ησ)² = {number(kick, 4)}. "
            f"The two balance where the loss is {number(settled(), 4)}. Half the rate would settle at "
            f"{number(settled(eta / 2), 4)}, {number(settled() / settled(eta / 2), 3)} times lower; the smaller ηλ is, "
            "the closer that comes to 2."
        ),
        terms=("kick", "balanc", "varianc", "shrink", "spread", "noise", "steady"),
        near=("E31", "E32", "E20"),
        stage=on_stage("constant", sharpness, 1.0, noise, T=200, Tw=0, eta_max=eta),
        picture=around,
    )


def _draw_floor(draw: Draw) -> dict[str, Any]:
    T = draw.one_of(200, 400, 500, 1_000, 2_000)
    return {
        "T": T,
        "Tw": round(T * draw.one_of(0.0, 0.05, 0.1)),
        "eta_max": draw.one_of(0.15, 0.16, 0.18, 0.19),
        "eta_min": draw.one_of(0.0, 0.0, 0.002, 0.005, 0.01, 0.02),
        "noise": draw.one_of(0.5, 1.0, 2.0),
    }


@exercise("E31", "noise", "What the end of a decay leaves", _draw_floor)
def loss_under_decay(T: int, Tw: int, eta_max: float, eta_min: float, noise: float) -> Question:
    """Ask for a sketch of the expected loss while a cosine falls to its floor."""
    run = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": eta_min}
    form = Sketch(Axis("updates made", 0, T), Axis("expected loss", 1e-4, 10.0, LOG))
    steps = np.arange(T + 1, dtype=np.float64)

    def sketched(loss: Array) -> list[float]:
        return form.sampled(steps, loss).tolist()

    def under(sigma: float = noise) -> Array:
        return losses(rates("warmup_cosine", **run), noise=sigma)

    def settled(rate: float) -> float:
        return float(settled_loss(rate, TOP, noise, CONDITION)[0]) if rate else 0.0

    def because() -> str:
        end = float(under()[-1])
        if eta_min:
            return (
                f"Old noise is forgotten faster than the rate falls, so the loss follows the rate down. It ends at "
                f"{number(end, 3)}, close to the {number(settled(eta_min), 3)} that eta_min alone would settle at; "
                f"eta_max alone would settle at {number(settled(eta_max), 3)}."
            )
        longer = {**run, "T": 2 * T, "Tw": 2 * Tw}
        twice = final_loss(rates("warmup_cosine", **longer), noise=noise)
        return (
            f"The loss follows the rate down, but the smaller the rate, the longer noise stays: the last of it is "
            f"frozen in, and the run ends at {number(end, 3)}, not at 0. A run twice as long falls more slowly and "
            f"ends at {number(twice, 3)}."
        )

    warmup = f"After Tw = {Tw:,} updates of warmup, the" if Tw else "The"
    early = WrongModel(
        "the floor rate rules from the start",
        "It lets the loss drop at once to what eta_min settles at, and stay there.",
        "While the rate is high its kicks are, too; the loss cannot be lower than they allow.",
        lambda: sketched(under(0.0) + settled(eta_min)),
    )
    return Question(
        ask=(
            f"{warmup} rate falls along a cosine from eta_max = {number(eta_max)} to eta_min = {number(eta_min)}; the "
            f"run has T = {T:,} updates. The bowl has the sharpness λ = {number(TOP)} and the condition number "
            f"κ = {number(CONDITION)}, the gradient noise is σ = {number(noise)}, and the run starts at (1, 1), at a "
            f"loss of {number(float(under()[0]))}. Draw the expected loss from the first update to the last."
        ),
        form=form,
        truth=lambda: sketched(under()),
        wrong=(
            WrongModel(
                "the peak sets the floor",
                "It lets the loss settle at what eta_max leaves, as if the rate stayed there.",
                "What an earlier, higher rate stirred up has died away long before the end.",
                lambda: sketched(losses(rates("constant", T=T, Tw=Tw, eta_max=eta_max), noise=noise)),
            ),
            WrongModel(
                "the loss goes to 0",
                "It draws the run without noise, or trusts that a decay gets rid of all of it.",
                "Every update adds noise of its own, and the last ones have no time to get rid of it.",
                lambda: sketched(under(0.0)),
            ),
            *((early,) if eta_min else ()),
        ),
        nudges=(
            "At any moment, which updates is the loss made by: those just before, or those long ago?",
            "At the rate η, noise in a direction of curvature λ is forgotten after about 1 / (2ηλ) updates.",
            f"half-way down, the rate is {number((eta_max + eta_min) / 2)}; at it, the loss would settle at about __",
        ),
        worked=lambda: (
            f"At the constant rate {number(eta_max)} the loss would settle at {number(settled(eta_max), 3)}.",
            f"At a tenth of it, {number(eta_max / 10)}, it would settle at {number(settled(eta_max / 10), 3)}.",
            "The rate falls slowly beside the time in which noise is forgotten, but for the very end of a fall to 0.",
        ),
        because=because,
        terms=("noise", "floor", "last", "rate", "forg", "frozen", "eta_min"),
        near=("E30", "E10", "E28"),
        stage=on_stage("warmup_cosine", noise=noise, **run),
        compare=(("constant", {"T": T, "Tw": Tw, "eta_max": eta_max}),),
        features=(Feature("where it starts", start_height), Feature("how low it ends", end_height)),
    )


def _draw_batch(draw: Draw) -> dict[str, Any]:
    sharpness = draw.one_of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
    return {
        "times": draw.one_of(3, 4, 8, 16),
        "eta": round(draw.one_of(0.1, 0.15, 0.2, 0.25, 0.3) / sharpness, 6),
        "sharpness": sharpness,
        "noise": draw.one_of(0.5, 1.0, 2.0, 4.0),
    }


@exercise("E32", "noise", "A larger batch, a larger rate", _draw_batch)
def rate_for_larger_batch(times: int, eta: float, sharpness: float, noise: float) -> Question:
    """Ask by which factor the rate may grow with a larger batch, at the same settled loss."""
    quieter = noise / times**0.5

    def settled(factor: float, sigma: float = quieter) -> float:
        return float(settled_loss(factor * eta, sharpness, sigma)[0])

    def truth() -> float:
        kept, grid = settled(1.0, noise), np.geomspace(eta, min(1.1 * times * eta, 0.98 * EDGE / sharpness), COARSE)
        for _ in range(2):
            above = int(np.searchsorted(settled_loss(grid, sharpness, quieter), kept))
            grid = np.geomspace(grid[above - 1], grid[above], COARSE)
        return float(np.interp(kept, settled_loss(grid, sharpness, quieter), grid) / eta)

    def both() -> Picture:
        grid = np.geomspace(eta / 2, min(2 * times * eta, 0.98 * EDGE / sharpness), GRID)
        return Picture(
            "constant rate",
            "loss that it settles at",
            (
                Line("the batch before", grid, settled_loss(grid, sharpness, noise)),
                Line(f"a batch {times} times as large", grid, settled_loss(grid, sharpness, quieter)),
                Line("the loss to keep", grid, np.full(GRID, settled(1.0, noise))),
            ),
            log_x=True,
            log_y=True,
        )

    return Question(
        ask=(
            f"At the constant rate η = {number(eta)}, SGD has settled on a bowl of sharpness λ = {number(sharpness)} "
            f"in both directions (κ = 1), with gradient noise σ = {number(noise)}. Now each batch holds {times} times "
            f"as many examples, which divides σ² by {times}. By which factor may the rate grow, if the run is to "
            "settle at the same loss?"
        ),
        form=Number(unit="times", low=0.0, high=1e6),
        truth=truth,
        wrong=(
            WrongModel(
                "the rate has nothing to do with the batch",
                "It keeps the rate, since curvature alone decides how far it may go.",
                "Curvature decides where it breaks; how much noise stays below that is a matter of rate and σ² both.",
                lambda: 1.0,
            ),
            WrongModel(
                "the rate grows as the batch does",
                "It takes the settled loss for proportional to η σ².",
                "That holds only while ηλ is small. Near the edge a higher rate also shrinks less of the spread.",
                lambda: float(times),
            ),
            WrongModel(
                "the rate grows as the noise falls",
                "It looks at σ, which falls by the square root of the factor, and keeps η σ, the size of a kick.",
                "Kicks of the same size die away faster at a higher rate, so fewer add up, and the rate may grow more.",
                lambda: float(times**0.5),
            ),
        ),
        nudges=(
            "Which loss does a constant rate settle at, in terms of η, λ and σ?",
            "σ² enters that loss as a plain factor. η enters it twice: by the kick and by the shrinking.",
            f"η′ / (2 − η′λ) = __ · {number(eta)} / (2 − {number(eta * sharpness)})",
        ),
        worked=lambda: (
            f"Before, the run settles at η σ² / (2 − ηλ) = {number(settled(1.0, noise), 4)}.",
            f"At the same rate with the larger batch it settles at {number(settled(1.0), 4)}.",
            f"With the rate doubled, it settles at {number(settled(2.0), 4)}.",
        ),
        because=lambda: (
            f"At {number(truth(), 4)} times the rate the run settles at {number(settled(truth()), 4)} again. "
            + (
                f"At {times} times the rate it would settle at {number(settled(times), 4)}"
                if times * eta * sharpness < EDGE
                else f"{times} times the rate would be beyond the edge, 2 / λ"
            )
            + ": in proportion to the batch the rate may grow only while ηλ stays small."
        ),
        terms=("noise", "varianc", "σ", "sigma", "kick", "proportion", "balanc", "settle"),
        near=("E30", "E31", "E19"),
        stage=on_stage("constant", sharpness, 1.0, noise, T=200, Tw=0, eta_max=eta),
        picture=both,
    )


def _draw_warmup(draw: Draw) -> dict[str, Any]:
    return {
        "T": draw.one_of(200, 400, 500, 1_000),
        "eta_max": draw.one_of(0.1, 0.12, 0.15, 0.18),
        "condition": draw.one_of(2.0, 5.0, 10.0),
        "noise": draw.one_of(0.5, 1.0, 2.0),
    }


@exercise("E33", "noise", "A longer and longer warmup", _draw_warmup)
def loss_against_warmup(T: int, eta_max: float, condition: float, noise: float) -> Question:
    """Ask for a sketch of the final loss against the length of the warmup, where the peak is safe."""
    longest = round(LATEST * T)

    def run(Tw: int) -> dict[str, Any]:
        return {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": 0.0}

    def end(Tw: int, length: int = T) -> float:
        return final_loss(rates("warmup_cosine", **{**run(Tw), "T": length}), condition=condition, noise=noise)

    without = end(0)
    form = Sketch(Axis("warmup Tw", 0, longest), Axis("final loss", 0.0, float(f"{4 * without:.1e}")))

    def ends() -> list[float]:
        curves = np.stack([rates("warmup_cosine", **run(round(Tw))) for Tw in form.knots])
        return form.sampled(form.knots, trained(curves, condition=condition, noise=noise).loss[:, -1]).tolist()

    return Question(
        ask=(
            f"A run of T = {T:,} updates warms up to eta_max = {number(eta_max)} and then decays along a cosine to 0. "
            f"The bowl has the sharpness λ = {number(TOP)} and the condition number κ = {number(condition)}, and the "
            f"gradient noise is σ = {number(noise)}. Without warmup the expected loss ends at {number(without, 3)}. "
            f"Draw where it ends as the warmup grows from 0 to Tw = {longest:,} updates."
        ),
        form=form,
        truth=ends,
        wrong=(
            WrongModel(
                "warmup always helps",
                "It lets the final loss fall with each update that the warmup has more.",
                f"A warmup protects from a peak that is too high. Here the peak is below 2 / λ = {number(EDGE / TOP)}, "
                "and there is nothing to protect from.",
                lambda: form.sampled(form.knots, without * (1 - form.knots / T)).tolist(),
            ),
            WrongModel(
                "warmup is over long before the end",
                "It lets the start of a run be forgotten, so that the final loss stays as it is.",
                "The start is forgotten, but the run does not grow: what the warmup takes, the decay lacks.",
                lambda: [without] * len(form.knots),
            ),
        ),
        nudges=(
            f"Is the peak of {number(eta_max)} too high for a sharpness of {number(TOP)}?",
            "T stays the same. What becomes shorter when the warmup becomes longer?",
            f"with Tw = {longest:,}, the decay has T − Tw = __ updates left, instead of {T:,}",
        ),
        worked=lambda: (
            f"SGD is stable up to 2 / λ = {number(EDGE / TOP)}, so this peak is safe from the first update on.",
            "Noise goes down while the rate does, and the more slowly the rate falls, the less of it is left.",
            f"A run without warmup but with a decay of {2 * T:,} updates, twice as long, ends at "
            f"{number(end(0, 2 * T), 3)}.",
        ),
        because=lambda: (
            f"From {number(end(0), 3)} without warmup it rises to {number(end(T // 2), 3)} with half the run as warmup "
            f"and to {number(end(longest), 3)} at Tw = {longest:,}. The decay has less time to get rid of the noise, "
            "and a peak below the edge needs no warmup. This bowl says nothing about large models or Adam."
        ),
        terms=("decay", "shorter", "less time", "noise", "anneal", "stable", "safe"),
        near=("E22", "E31", "E4"),
        stage=on_stage("warmup_cosine", condition=condition, noise=noise, **run(longest)),
        compare=(("warmup_cosine", run(0)),),
        features=(
            Feature("rising all the way", rises_between(0, 1)),
            Feature("how high it ends", end_height),
        ),
    )
