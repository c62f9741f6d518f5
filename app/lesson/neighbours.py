"""What comes before this page and after it: a repair card for Adam, and where schedules lead."""

from functools import cache

import numpy as np

from app.lesson.blocks import Block, button, buttons, card, choice, descents, heading, points, text
from app.lesson.states import STATES
from app.model import Lab
from schedules import SGD, Adam, HeavyBall, Quadratic, simulate
from schedules.facts import number
from schedules.optimizers import Optimizer

RATE = 0.1
UPDATES = 30
STEEP = (1.0, 100.0)  # two bowls, one a hundred times as steep as the other
OPTIONS = (
    ("slope", "by η times the slope: a hundred times as far in the steep bowl"),
    ("rate", "by η, whatever the slope"),
    ("root", "by η times the root of the slope: ten times as far in the steep bowl"),
)


def first_steps(optimizer: Optimizer) -> tuple[float, float]:
    """Return how far the first update goes in each of the two bowls, over the rate."""
    return tuple(abs(_thetas(optimizer, steepness)[1] - 1) / RATE for steepness in STEEP)  # type: ignore[return-value]


def _thetas(optimizer: Optimizer, sharpness: float) -> list[float]:
    bowl = Quadratic(sharpness=sharpness, condition=1.0, noise=0.0)
    found: list[float] = simulate(bowl, optimizer, [RATE] * UPDATES).theta[0, 0, :, 0].tolist()
    return found


@cache
def truth() -> str:
    """Return what Adam's first update is proportional to, as the engine does it: a key of `OPTIONS`."""
    flat, steep = first_steps(Adam())
    growth = np.log(steep / flat) / np.log(STEEP[1] / STEEP[0])
    return min(("rate", 0.0), ("root", 0.5), ("slope", 1.0), key=lambda option: abs(option[1] - growth))[0]


class Neighbours:
    """Two minutes on Adam, and the next page."""

    title = "Before and next"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._pick = ""
        self._told = False

    def act(self, act: str, value: object) -> None:
        """Answer the question on Adam, or put Adam on the stage."""
        if act == "adam" and value in dict(OPTIONS) and not self._told:
            self._pick = str(value)
        elif act == "commit" and self._pick:
            self._told = True
        elif act == "stage":
            said = "Adam, under a schedule whose peak is above the edge of plain descent."
            self._lab.jump({**STATES["above_edge"].changes, "optimizer": "adam"}, said)
        elif act == "again":
            self._pick, self._told = "", False

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        return [
            heading("Before: the Adam optimizer"),
            text("This page uses it as known. Two minutes to repair what is missing; begin with a guess."),
            card(self._card()),
            heading("Next: scaling laws"),
            points(
                [
                    "A scaling law compares final losses of runs of different lengths. A run is at its best where its "
                    "decay ends, so each length needs a schedule of its own; losses read off halfway down a longer "
                    "decay are too high. See it here: pin a curve, halve $T$, and compare the short run's end "
                    "with the pinned one at the same update. "
                    "{length-and-decay}",
                    "With a long constant phase and a short decay one run serves for many lengths. {stable-phase}",
                    "What was found for image classifiers is not shown for language models by that. {language-models}",
                ]
            ),
        ]

    def _card(self) -> list[Block]:
        blocks = [
            choice(
                "adam",
                "Two bowls, one a hundred times as steep as the other. Adam makes its first update, at rate η. "
                "How far does it go?",
                OPTIONS,
                self._pick,
                truth() if self._told else "",
                locked=self._told,
            )
        ]
        if not self._told:
            return [*blocks, buttons(button("Commit, and see", "commit", main=True, disabled=not self._pick))]
        flat, steep = first_steps(Adam())
        plain_flat, plain_steep = first_steps(SGD())
        sgd, momentum, adam = (_thetas(optimizer, STEEP[0]) for optimizer in (SGD(), HeavyBall(), Adam()))
        return [
            *blocks,
            text(
                f"{'Yes' if self._pick == truth() else 'No'}: Adam goes {number(flat, 3)} η in the flat bowl and "
                f"{number(steep, 3)} η in the steep one, plain descent {number(plain_flat, 3)} η and "
                f"{number(plain_steep, 3)} η.",
                "verdict",
            ),
            points(
                [
                    "It keeps two running averages of each slope: of the slope itself, and of its square.",
                    "Both begin at 0 and are too small at first, so each is divided by the share it can have reached, "
                    "$1 - \\beta^{t+1}$. That is bias correction, and no schedule.",
                    "The step is η times the first over the root of the second. The size of the slope cancels, so η "
                    "is about the length of a step, in the units of the parameters. {adam-first-step}",
                    "So the schedule sets how far Adam goes, and the edge $2/\\lambda$ of plain descent does not hold. "
                    "That this calls for a warmup is an explanation that was not checked here. {warmup-for-adam}",
                ]
            ),
            text(f"The same bowl, start and rate, η = {number(RATE)}, for {UPDATES} updates:"),
            descents(
                [
                    {"title": title, "words": _told(thetas), "thetas": [round(theta, 6) for theta in thetas]}
                    for title, thetas in (("Plain descent", sgd), ("Momentum", momentum), ("Adam", adam))
                ]
            ),
            buttons(button("Put Adam on the stage", "stage"), button("Ask again", "again")),
        ]


def _told(thetas: list[float]) -> str:
    swings = int(np.count_nonzero(np.diff(np.signbit(thetas))))
    crossed = (
        "never crosses the valley"
        if not swings
        else f"crosses the valley {swings} times"
        if swings > 1
        else "crosses the valley once"
    )
    return f"{crossed}; {number(100 * abs(thetas[-1]), 2)} percent of the way is left."
