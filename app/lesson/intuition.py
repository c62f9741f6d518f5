"""01 Intuition: the rate as the length of a step, and the patterns that schedules are made of."""

from app.lesson.blocks import Block, button, descents, heading, points, text
from app.lesson.states import BOWL
from app.model import Lab
from schedules import SGD, Quadratic, simulate
from schedules.facts import number
from schedules.spec import as_float

UPDATES = 12
# Shares of the edge, on either side of which a run settles or is lost.
SHARES = (("too_high", "Too high", 1.06), ("too_low", "Too low", 0.01), ("about_right", "In between", 0.3))


class Intuition:
    """Three live runs down the bowl of the stage, and words that set the stage."""

    title = "01 Intuition"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def act(self, act: str, value: object) -> None:
        """Put one of the three runs on the stage, as it is in its picture."""
        share = {key: share for key, _title, share in SHARES}.get(str(value))
        if act == "run" and share is not None:
            sharpness = as_float(self._lab.toy["sharpness"])
            rate = float(f"{share * 2 / sharpness:.3g}")
            run = {"family": "constant", "T": UPDATES, "Tw": 0, "eta_max": rate, "step": 0, "axis": "linear"}
            bowl = {**BOWL, "sharpness": sharpness, "condition": 1.0, "noise": 0.0}
            said = f"A constant rate of {number(share, 3)} of the edge, on the round bowl of the small picture."
            self._lab.jump({**bowl, **run}, said)

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        sharpness = as_float(self._lab.toy["sharpness"])
        edge = 2 / sharpness
        return [
            text(
                "Training is a walk downhill, and the learning rate says how long a step is for a given slope. It is "
                "among the first settings to tune. {rate-matters}"
            ),
            text(
                "Three runs go down one bowl from one start. Only the rate differs: one diverges, one crawls, one "
                "converges. {too-low-too-high}"
            ),
            descents([_descent(key, title, share, edge, sharpness) for key, title, share in SHARES]),
            text(
                f"The bowl has the sharpness of the stage, $\\lambda = {number(sharpness, 3)}$, so the edge is at "
                f"$2/\\lambda$ = {number(edge, 3)}: move the slider Sharpness, and the three runs move their rates "
                "with it. {edge-of-quadratic}",
                "hint",
            ),
            heading("From one rate to a schedule"),
            text("A schedule gives each update a rate of its own. Three patterns come again and again:"),
            points(
                [
                    "Warmup: [start small and climb](show:warmup). The first updates, made when nothing is known yet, "
                    "stay small. It is a picture to think with. {warmup-ramp}",
                    "Decay: [take smaller steps late](show:decay). Where gradients are noisy, the rate decides how "
                    "much of the noise stays in the loss. {rate-sets-noise-floor}",
                    "Cycling: [let the rate rise again](show:restarts). The parameters stay as they are, only the "
                    "rate starts anew. {restart-keeps-parameters}",
                ]
            ),
            text(
                "Warmup and then decay make the shape of [the page's own run](show:seed); the two papers that "
                "this page was checked against speak of range tests, cycles and restarts, and of neither of these two. "
                "{warmup-then-decay}"
            ),
            heading("When a rate is too high"),
            text(
                "[A peak above the edge](show:above_edge) need not end a run: while rates are above it the "
                "error grows, and a decay can bring it back. [The same peak for good](show:lost) is lost. "
                "Without noise, what counts in each direction is the product of the factors "
                "$|1 - \\eta_t \\lambda|$ over all updates. {decay-can-recover}"
            ),
        ]


def _descent(key: str, title: str, share: float, edge: float, sharpness: float) -> Block:
    rate = share * edge
    bowl = Quadratic(sharpness=sharpness, condition=1.0, noise=0.0)
    thetas = simulate(bowl, SGD(), [rate] * UPDATES).theta[0, 0, :, 0].tolist()
    left = abs(thetas[-1] / thetas[0])
    if left > 1:
        verdict = f"after {UPDATES} updates it is {number(left, 3)} times as far away as at the start"
    else:
        verdict = f"after {UPDATES} updates {number(100 * left, 3)} percent of the way is left"
    return {
        "title": title,
        "words": f"η = {number(rate, 3)}, {number(share, 3)} of the edge: {verdict}.",
        "thetas": [round(theta, 6) for theta in thetas],
        "button": button("On the stage", "run", key),
    }
